"""Twenty training steps of a small network on the cycling task, by PyTorch's automatic differentiation and Adam.

Writes training.json, which train_test.go compares with package train. Nothing of the package is used: the network, the task
and the loss are written here from the paper; the noise is the package's sequence (Philox4x32-10 and Box-Muller in single
precision, as package blas documents it), so that both see the same. Weights are drawn here and are part of the file.

    /usr/bin/python3 training.py        (Python 3.11, PyTorch 1.13.0, NumPy 1.24.2, of Debian 12)
"""
import json
import math
import os
import sys

import numpy as np
import torch

N, B, T, STEPS, SEED, RATE = 16, 4, 360, 20, 11, 0.2
DT, NOISE, INIT = 0.2, 0.2, 1.0
f32 = np.float32


def philox(counter, key):
    """Blocks of Philox4x32-10: counter is 4 arrays of uint32."""
    c = [np.asarray(x, np.uint64) for x in counter]
    k0, k1, mask = key & 0xFFFFFFFF, key >> 32, np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), p1 & mask, (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), p0 & mask]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def horner(coefficients, x):
    y = np.full_like(x, f32(coefficients[-1]))
    for c in coefficients[-2::-1]:
        y = y * x + f32(c)
    return y


def box_muller(radius, angle):
    """Every operation rounds to single precision."""
    u = (radius >> np.uint64(1)).astype(f32) * f32(2**-31) + f32(2**-32)
    m, e = np.frexp(u)
    low = m < f32(math.sqrt(0.5))
    m, e = np.where(low, m * f32(2), m).astype(f32), np.where(low, e - 1, e)
    s = (m - f32(1)) / (m + f32(1))
    series = horner([1 / 3, 1 / 5, 1 / 7, 1 / 9], s * s) * (s * s) + f32(1)
    r = np.sqrt(f32(-2) * ((s + s) * series + e.astype(f32) * f32(math.log(2))))
    f = (angle >> np.uint64(9)).astype(f32) * f32(2**-23) - f32(0.5) + f32(2**-24)
    term = lambda k: (-1) ** (k // 2) * (math.pi / 2) ** k / math.factorial(k)
    sin = horner([term(k) for k in range(1, 12, 2)], f * f) * f
    cos = horner([term(k) for k in range(0, 12, 2)], f * f)
    cos = np.where(angle & np.uint64(1), -cos, cos)
    swap = (angle & np.uint64(2)) != 0
    return r * np.where(swap, sin, cos), r * np.where(swap, cos, sin)


def normal(n, seed, stream):
    groups = -(-n // 32)
    block = np.arange(8 * groups, dtype=np.uint64)
    zero = np.zeros_like(block)
    w = philox([block, zero, zero + np.uint64(stream), zero], seed)
    pairs = [*box_muller(w[0], w[1]), *box_muller(w[2], w[3])]
    return np.stack([p.reshape(groups, 8) for p in pairs], 1).reshape(-1)[:n].astype(np.float64)


def cycling():
    u, y, mask = torch.zeros(T, B, 2).double(), torch.zeros(T, B, 2).double(), torch.zeros(T, B, 2, dtype=torch.bool)
    tau = (torch.arange(5, T).double() - 5) * DT
    for b in range(B):
        u[:5, b, b % 2] = 1
        y[5:, b, 0] = torch.sin((1 - 2 * (b % 2)) * 2 * math.pi * 0.1 * tau)
        y[5:, b, 1] = torch.cos(2 * math.pi * 0.1 * tau)
    mask[5::5] = True
    return u, y.float().double(), mask  # targets are single precision there


def main():
    rng = np.random.default_rng(2024)
    f = lambda x: x.astype(f32).astype(np.float64)  # exact in single precision
    first = {"in": f(rng.standard_normal((N, 2))), "rec": f(1.5 / math.sqrt(N) * rng.standard_normal((N, N))),
             "out": f(1 / math.sqrt(N) * rng.standard_normal((2, N)))}
    w = {k: torch.tensor(v, requires_grad=True) for k, v in first.items()}
    adam = torch.optim.Adam(w.values(), lr=RATE / N)
    u, y, mask = cycling()
    losses = []
    for step in range(STEPS):
        noise = torch.tensor(normal(T * B * N, SEED, 3 * step)).reshape(T, B, N)
        x = INIT * torch.tensor(normal(B * N, SEED, 3 * step + 1)).reshape(B, N)
        z = []
        for t in range(T):
            z.append(x @ w["out"].T)
            x = (1 - DT) * x + DT * (torch.tanh(x) @ w["rec"].T + u[t] @ w["in"].T) + math.sqrt(DT) * NOISE * noise[t]
        loss = ((torch.stack(z) - y)[mask] ** 2).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    out = {"versions": {"python": sys.version.split()[0], "torch": torch.__version__, "numpy": np.__version__},
           "n": N, "batch": B, "seed": SEED, "rate": RATE, "loss": losses,
           "first": {k: v.ravel().tolist() for k, v in first.items()},
           "last": {k: v.detach().ravel().tolist() for k, v in w.items()}}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "training.json"), "w") as file:
        json.dump(out, file, indent=0)


main()
