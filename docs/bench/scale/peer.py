"""The published analysis of all rows with scikit-learn on FOLDER/X.npy and Y.npy, as far as it can be waited for.

    peer.py FOLDER

RidgeCV with 20 penalties and leave-one-out on the first k principal components, for every k up to N, is hours of work here.
So it is timed at a few k on all rows, and summed over all k by the growth that was measured: between the k timed by the
power of k that joins their times, beyond the last by the power of the last two. Scores are given for nothing: the
decomposition that they come from is not timed. scikit-learn 1.2, numpy 1.24.
"""
import sys
import time

import numpy as np
from sklearn.linear_model import RidgeCV

KS = (50, 100, 200, 400)
folder = sys.argv[1]
x = np.load(folder + "/X.npy", mmap_mode="r")
y = np.load(folder + "/Y.npy")
t, n = x.shape
y = y - y.mean(0)
rng = np.random.default_rng(0)
# Any orthonormal directions cost the same as principal ones.
directions = np.linalg.qr(rng.standard_normal((n, KS[-1])))[0]
scores = np.concatenate([x[i : i + 10000] @ directions for i in range(0, t, 10000)])
scores -= scores.mean(0)

seconds = []
for k in KS:
    runs = []
    for _ in range(2):
        start = time.perf_counter()
        RidgeCV(alphas=np.logspace(-3, 6, 20)).fit(scores[:, :k], y)
        runs.append(time.perf_counter() - start)
    seconds.append(min(runs))
    print(f"  scikit-learn, {k} components: {seconds[-1]:.2f} s")
powers = np.diff(np.log(seconds)) / np.diff(np.log(KS))
ks = np.arange(1, n + 1)
at = np.clip(np.searchsorted(KS, ks, side="right") - 1, 0, len(powers) - 1)
total = np.sum(np.array(seconds)[at] * (ks / np.array(KS)[at]) ** powers[at])
print(f"  scikit-learn, all {n} numbers of components: {total:.0f} s, extrapolated with powers of k {np.round(powers, 2)}")
