"""The published analysis (regime fit --method paper) written with scikit-learn.

    published.py DATA hennig2018:before|hennig2018:after|golub2018:before|golub2018:after|stevenson2011 [neurons]

Ridge regression with RidgeCV over 20 penalties, participation ratio, D_x,90, and the fitting dimension by a RidgeCV on
the first k principal components for k = 1, 2, …: for all rows the whole curve, for each of 20 random halves of the rows
up to the k that decides. With "neurons" also ρ, R² and participation ratio of 20 draws of ten numbers of neurons, as
regime scaling --method paper. One singular value decomposition serves each set of rows. Prints the figures as JSON.
DATA is the folder of the recordings. X and Y are built by ../../../datasets/testdata/reference.py.
"""
import json
import pathlib
import sys
import types

import numpy as np
from sklearn.linear_model import RidgeCV

ALPHAS = np.logspace(-3, 6, 20)

source = (pathlib.Path(__file__).resolve().parents[3] / "datasets/testdata/reference.py").read_text()
reference = types.ModuleType("reference")
exec(source.rsplit("main()", 1)[0], reference.__dict__)  # its functions, without running it


def ridge(x, y):
    return RidgeCV(alphas=ALPHAS).fit(x, y)


def analyse(x, y, whole):
    full = ridge(x, y)
    r2, w = full.score(x, y), full.coef_
    _, s, vt = np.linalg.svd(x, full_matrices=False)
    variance = s**2 / np.sum(s**2)
    p = x @ vt.T
    curve, d_fit = [], None
    for k in range(1, len(s) + 1):
        curve.append(float(ridge(p[:, :k], y).score(p[:, :k], y)))
        if d_fit is None and curve[-1] > 0.9 * r2:
            d_fit = k
            if not whole:
                break
    return {
        "rho": float(np.linalg.norm(x @ w.T) / np.linalg.norm(x) / np.linalg.norm(w)),
        "r2": float(r2),
        "alpha": float(full.alpha_),
        "participation_ratio": float(1 / np.sum(variance**2)),
        "d_var": int(np.argmax(np.cumsum(variance) > 0.9)) + 1,
        "d_fit": d_fit,
        "r2_by_pcs": curve,
    }


def neurons(x, y):
    x = np.ascontiguousarray(x)
    model = ridge(x, y)
    w, ev = model.coef_, np.linalg.eigvalsh(np.cov(x.T).reshape(x.shape[1], -1))
    rho = np.linalg.norm(x @ w.T) / np.linalg.norm(x) / np.linalg.norm(w)
    return {"rho": float(rho), "r2": float(model.score(x, y)), "participation_ratio": float(ev.sum() ** 2 / (ev**2).sum())}


def main():
    data, name = sys.argv[1:3]
    if name == "stevenson2011":
        x, y = reference.stevenson(data + "/stevenson2011/m1_stevenson_2011.mat", lag=2)
    else:
        x, y = reference.load(data, name)[:2]
    x, y = x - x.mean(0), y - y.mean(0)
    result = analyse(x, y, whole=True)
    rng = np.random.default_rng(0)
    halves = [rng.choice(len(x), len(x) // 2, replace=False) for _ in range(20)]
    result["subsamples_time"] = [analyse(x[rows], y[rows], whole=False) for rows in halves]
    if sys.argv[3:] == ["neurons"]:
        n = x.shape[1]
        draws = [[neurons(x[:, rng.choice(n, n * f // 10, replace=False)], y) for f in range(1, 11)] for _ in range(20)]
        result["subsamples_neurons"] = draws
    json.dump(result, sys.stdout)


main()
