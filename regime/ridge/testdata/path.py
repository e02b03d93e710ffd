"""Writes path.json: ridge regression on the first k principal components, by scikit-learn.

Every number comes from sklearn.linear_model.RidgeCV (leave-one-out errors) and Ridge (fits) on projections made with
numpy.linalg.svd, a fit at a time. Run in this folder: python3 path.py. Made with scikit-learn 1.2.1, numpy 1.24.2.
"""
import json

import numpy as np
import sklearn
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.metrics import r2_score

ALPHAS = [1e-3, 0.1, 3.0, 50.0, 1e4]


def case(name, x, y, rows=None):
    x, y = np.round(x, 6), np.round(y, 6)  # short decimals that Go reads as the same numbers
    xc, yc = x - x.mean(0), y - y.mean(0)
    if rows is not None:  # as published: the subset is not centred again
        xc, yc = xc[rows], yc[rows]
    u, s, vt = np.linalg.svd(xc, full_matrices=False)
    loo, r2 = [], []
    for k in range(1, len(s) + 1):
        p = xc @ vt[:k].T
        cv = RidgeCV(alphas=ALPHAS, store_cv_values=True).fit(p, yc)
        # scikit-learn drops the axis of outputs if y is a vector; here it is always a matrix
        loo.append(cv.cv_values_.mean((0, 1)).tolist())
        row = []
        for a in ALPHAS:
            fit = Ridge(alpha=a, solver="svd").fit(p, yc)
            row.append(r2_score(yc, fit.predict(p).reshape(yc.shape)))
        r2.append(row)
    weights, rho = [], []
    for a in ALPHAS:
        fit = Ridge(alpha=a, solver="svd").fit(xc, yc)
        w = fit.coef_.reshape(y.shape[1], -1)
        weights.append(w.tolist())
        rho.append(np.linalg.norm(xc @ w.T) / np.linalg.norm(xc) / np.linalg.norm(w))
    share = np.cumsum(s**2) / np.sum(s**2)
    lam = np.linalg.eigvalsh(np.cov(xc.T))
    return {
        "name": name, "x": x.tolist(), "y": y.tolist(), "rows": rows,
        "loo": loo, "r2": r2, "weights": weights, "rho": rho,
        "singular": s.tolist(), "d_var": int(np.argmax(share > 0.9)) + 1,
        "pr": lam.sum() ** 2 / (lam**2).sum(),
    }


def main():
    rng = np.random.default_rng(1)
    t, n = 24, 5
    x = rng.normal(size=(t, n)) @ rng.normal(size=(n, n)) + 3
    y = x @ rng.normal(size=(n, 3)) + rng.normal(size=(t, 3)) - 2
    wide = rng.normal(size=(9, 14))
    flat = x.copy()
    flat[:, 2] = 7.25
    twin = np.column_stack([x, x[:, 0]])
    cases = [
        case("three outputs", x, y),
        case("one output", x, y[:, :1]),
        case("subset about the mean of all", x, y, rows=sorted(rng.permutation(t)[:11].tolist())),
        case("constant neuron", flat, y),
        case("neuron twice", twin, y),
        case("fewer rows than neurons", wide, rng.normal(size=(9, 2))),
    ]
    with open("path.json", "w") as f:
        json.dump({"sklearn": sklearn.__version__, "numpy": np.__version__, "alphas": ALPHAS, "cases": cases}, f)
        f.write("\n")


main()
