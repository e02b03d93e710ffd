"""Writes activity X.npy (T×N, float32, Hz) and behaviour Y.npy (T×2) for the measurement at scale.

Twenty slow latent variables of falling strength drive all neurons, each of which has noise of its own; behaviour is two
of them with noise. Usage: generate.py T N FOLDER. numpy 1.24.
"""
import sys

import numpy as np

t, n, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rng = np.random.default_rng(1)
k, block = 20, 20000
loading = (rng.standard_normal((k, n)) * 10 / np.arange(1, k + 1)[:, None]).astype(np.float32)
x = np.lib.format.open_memmap(folder + "/X.npy", "w+", np.float32, (t, n))
y = np.lib.format.open_memmap(folder + "/Y.npy", "w+", np.float64, (t, 2))
state = np.zeros(k)
for i in range(0, t, block):
    rows = min(block, t - i)
    z = np.empty((rows, k))
    noise = rng.standard_normal((rows, k)) * 0.3
    for j in range(rows):
        state = 0.95 * state + noise[j]
        z[j] = state
    x[i : i + rows] = 20 + z.astype(np.float32) @ loading + 5 * rng.standard_normal((rows, n), dtype=np.float32)
    y[i : i + rows] = z[:, [3, 5]] + 0.3 * rng.standard_normal((rows, 2))
