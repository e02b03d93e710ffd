"""Writes paper.json: the published analysis of the recordings by scikit-learn, whole curves included.

X and Y come from ../../datasets/testdata/reference.py, which builds them with scipy and numpy alone. Figures are by
sklearn.linear_model.RidgeCV, a fit for every number of components. Beside them, "exact" has the figures that depend on
the coefficients, from the singular values: RidgeCV forms coefficients as y/α minus nearly the same, which at
α = 1e-3 costs digits of ρ.

    python3 paper.py ../../../shared/data > paper.json

Made with scikit-learn 1.2.1, numpy 1.24.2, scipy 1.10.1.
"""
import json
import pathlib
import sys
import types

import numpy as np
import scipy
import sklearn
from sklearn.linear_model import RidgeCV

source = (pathlib.Path(__file__).resolve().parents[2] / "datasets/testdata/reference.py").read_text()
reference = types.ModuleType("reference")
exec(source.rsplit("main()", 1)[0], reference.__dict__)  # its functions, without running it


def analyse(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    _, s, vt = np.linalg.svd(x, full_matrices=False)
    alphas, r2 = [], []
    for k in range(1, len(s) + 1):
        p = x @ vt[:k].T
        model = RidgeCV(alphas=np.logspace(-3, 6, 20)).fit(p, y)
        alphas.append(float(model.alpha_))
        r2.append(float(model.score(p, y)))
    return {
        "sklearn": reference.figures(x, y, reference.by_sklearn),
        "exact": reference.figures(x, y, reference.by_svd),
        "r2_by_pcs": r2,
        "alpha_by_pcs": alphas,
        "variance_by_pcs": (np.cumsum(s**2) / np.sum(s**2)).tolist(),
    }


def main():
    data = sys.argv[1]
    out = {"generator": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"}
    for name in ["golub2018:before", "golub2018:after", "hennig2018:before", "hennig2018:after"]:
        out[name] = analyse(*reference.load(data, name)[:2])
    out["stevenson2011"] = analyse(*reference.stevenson(data + "/stevenson2011/m1_stevenson_2011.mat", lag=2))
    json.dump(out, sys.stdout, indent=0)
    print()


main()
