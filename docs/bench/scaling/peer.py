"""Neuron scaling of the published analysis with scikit-learn: 20 draws of ten sizes, ρ, R², α and participation ratio.

Written for speed: one RidgeCV (exact leave-one-out) on each subsample, norms by products. Usage: peer.py X.npy Y.npy;
writes JSON. scikit-learn 1.2, numpy 1.24.
"""
import json
import sys

import numpy as np
from sklearn.linear_model import RidgeCV

ALPHAS = np.logspace(-3, 6, 20)

x, y = np.load(sys.argv[1]), np.load(sys.argv[2])
x, y = x - x.mean(0), y - y.mean(0)
n = x.shape[1]
sizes = [n * f // 10 for f in range(1, 11)]
rng = np.random.default_rng(7)
out = {"sizes": sizes, "rho": [], "r2": [], "participation_ratio": []}
for draw in range(20):
    rows = {"rho": [], "r2": [], "participation_ratio": []}
    for size in sizes:
        sub = np.ascontiguousarray(x[:, rng.choice(n, size, replace=False)])
        model = RidgeCV(alphas=ALPHAS).fit(sub, y)
        w = model.coef_
        rows["rho"].append(np.linalg.norm(sub @ w.T) / (np.linalg.norm(sub) * np.linalg.norm(w)))
        rows["r2"].append(model.score(sub, y))
        ev = np.linalg.eigvalsh(np.cov(sub.T).reshape(size, size))
        rows["participation_ratio"].append(ev.sum() ** 2 / (ev**2).sum())
    for key in rows:
        out[key].append(rows[key])
json.dump(out, sys.stdout)
