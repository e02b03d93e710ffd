"""Neuron scaling of the published analysis with scikit-learn: draws of ten sizes, ρ, R², α and participation ratio.

Written for speed: one RidgeCV (exact leave-one-out) on each subsample, norms by products.

    peer.py X.npy Y.npy [draws]          random subsamples, 20 of each size by default
    peer.py X.npy Y.npy scaling.json     the neurons that regime scaling --json drew

Writes JSON. scikit-learn 1.2, numpy 1.24. With the neurons of another program ρ is also found from coefficients by a singular value
decomposition ("rho_svd"): those of RidgeCV, X'(y − ŷ)/α, lose digits where R² is near 1.
"""
import json
import sys

import numpy as np
from sklearn.linear_model import RidgeCV

ALPHAS = np.logspace(-3, 6, 20)


def correlation(x, w):
    return np.linalg.norm(x @ w.T) / (np.linalg.norm(x) * np.linalg.norm(w))


def svd_coefficients(x, y, alpha):
    x, y = x - x.mean(0), y - y.mean(0)
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    return ((y.T @ u) * (s / (s**2 + alpha))) @ vt


x, y = np.load(sys.argv[1]), np.load(sys.argv[2])
x, y = x - x.mean(0), y - y.mean(0)
n = x.shape[1]
sizes = [n * f // 10 for f in range(1, 11)]
what = sys.argv[3] if len(sys.argv) > 3 else "20"
given = None if what.isdigit() else json.load(open(what))["subsamples_neurons"]["neurons"]
rng = np.random.default_rng(7)
out = {"sizes": sizes, "rho": [], "r2": [], "participation_ratio": []}
for draw in range(len(given) if given else int(what)):
    rows = {"rho": [], "r2": [], "participation_ratio": []}
    for i, size in enumerate(sizes):
        columns = given[draw][i] if given else rng.choice(n, size, replace=False)
        sub = np.ascontiguousarray(x[:, columns])
        model = RidgeCV(alphas=ALPHAS).fit(sub, y)
        rows["rho"].append(correlation(sub, model.coef_))
        rows["r2"].append(model.score(sub, y))
        ev = np.linalg.eigvalsh(np.cov(sub.T).reshape(size, size))
        rows["participation_ratio"].append(ev.sum() ** 2 / (ev**2).sum())
        if given:
            rows.setdefault("rho_svd", []).append(correlation(sub, svd_coefficients(sub, y, model.alpha_)))
            rows.setdefault("alpha", []).append(model.alpha_)
    for key in rows:
        out.setdefault(key, []).append(rows[key])
json.dump(out, sys.stdout)
