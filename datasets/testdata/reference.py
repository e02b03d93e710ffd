"""Independent implementation of the adapters and of the paper's analysis, for the tests of package datasets.

    /usr/bin/python3 reference.py values ../../../shared/data > reference.json
    /usr/bin/python3 reference.py arrays ../../../shared/data OUT.npz DATASET

Reads the published .mat files with scipy, builds X (Hz) and Y with numpy alone, and analyses them with
scikit-learn's RidgeCV. Written with numpy 1.24.2, scipy 1.10.1, scikit-learn 1.2.1.

RidgeCV, with the small penalties that a known decoder leads to, forms coefficients as y/α minus nearly the same:
at α = 1e-3 it loses digits (rho of hennig2018 moves by 2e-5 with the memory layout of X). So that there is
something to compare with to more digits, "exact" has the same figures with the same α from the singular value
decomposition, W = Yᵀ U diag(s/(s²+α)) Vᵀ.
"""
import json
import sys

import numpy as np
import scipy
import scipy.io
import sklearn
from sklearn.linear_model import RidgeCV

ALPHAS = np.logspace(-3, 6, 20)


def only(s):
    """The element of a 1×1 struct or cell array."""
    return s[0, 0]


def golub(path, phase):
    """Spikes in bins of 45 ms and the velocity that the factors command."""
    mat = scipy.io.loadmat(path)
    clouds = only(only(mat[phase + "Learning"])["clouds"])
    decoder = only(only(mat["expParams"])["intuitiveMapping" if phase == "before" else "perturbedMapping"])
    rows = lambda name: np.concatenate([c.T.astype(float) for c in clouds[name].ravel()])
    spikes, z, towards = rows("spikes"), rows("factorActivity"), rows("cursorToTargetDirection")
    part = lambda name: decoder[name].astype(float)
    beta, k, sigma = part("beta"), part("K"), part("Sigma_z")
    u = z @ np.linalg.pinv(part("D") @ part("V").T @ beta).T
    w = k @ sigma @ beta if phase == "before" else k @ part("eta") @ sigma @ beta
    y = u @ w.T - (k @ part("d")).T
    stored = rows("vraw_intuitive" if phase == "before" else "vraw_perturbed")
    degrees = np.degrees(np.arctan2(towards[:, 1], towards[:, 0]))
    centred = np.zeros(len(degrees), bool)
    for target in range(-180, 181, 45):
        centred |= np.isclose(degrees, target)
    moved = ~centred
    return spikes[moved] / 0.045, y[moved], np.abs(y - stored).max(), part("M2") * 0.045, part("m0").ravel()


def hennig(path, phase):
    """Spikes in bins of 45 ms and the velocity that the factors add."""
    d = only(scipy.io.loadmat(path)["D"])
    dec = only(d["dec"])
    fa = only(dec["FactorAnalysisParams"])
    block = d["blocks"][0, 0 if phase == "before" else 1]
    neuron = only(block["nDecoder"])
    loading, psi = fa["L"], np.diag(fa["ph"].ravel())
    beta = loading.T @ np.linalg.inv(loading @ loading.T + psi)
    u = block["latents"] @ np.linalg.pinv(fa["spikeRot"].T @ beta).T
    w = neuron["M2"] * dec["spikeCountStd"]
    y = u @ w.T + (neuron["M2"] @ dec["spikeCountMean"].T + neuron["M0"]).T
    moved = block["isFreezePeriod"].ravel() == 0
    stored = block["velNext"] - block["vel"] @ neuron["M1"].T
    x = block["spikes"].astype(float) / 0.045
    return x[moved], y[moved], np.abs(y - stored)[moved].max(), neuron["M2"] * 0.045, neuron["M0"].ravel()


def stevenson(path, lag=0):
    """Spikes in bins of 50 ms and the hand's velocity, `lag` rows later."""
    mat = scipy.io.loadmat(path)
    x = mat["spikes"].T.astype(float) / 0.05
    y = mat["handVel"][:2].T
    return x[: len(x) - lag], y[lag:]


def figures(x, y, fit):
    """Steps 2 to 8 of the paper's analysis for centred x, y; fit(x, y) returns W (D×N), α and R²."""
    x, y = x - x.mean(0), y - y.mean(0)
    w, alpha, r2 = fit(x, y)
    _, s, vt = np.linalg.svd(x, full_matrices=False)
    share = np.cumsum(s**2) / np.sum(s**2)
    d_var = int(np.argmax(share > 0.9)) + 1
    d_fit = next(k for k in range(1, len(s) + 1) if fit(x @ vt[:k].T, y)[2] > 0.9 * r2)
    lam = np.linalg.eigvalsh(np.cov(x.T))
    norm = np.linalg.norm
    return {
        "n": x.shape[0],
        "N": x.shape[1],
        "r2": float(r2),
        "alpha": float(alpha),
        "rho": float(norm(x @ w.T) / norm(x) / norm(w)),
        "pr": float(lam.sum() ** 2 / (lam**2).sum()),
        "d_var": d_var,
        "d_fit": d_fit,
        "rel": d_fit / d_var,
    }


def by_sklearn(x, y):
    model = RidgeCV(alphas=ALPHAS).fit(x, y)
    return model.coef_, model.alpha_, model.score(x, y)


def by_svd(x, y):
    """Leave-one-out over the grid, and the coefficients, from the singular values of x, which is centred."""
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    errors = []
    for alpha in ALPHAS:
        shrink = s**2 / (s**2 + alpha)
        leverage = 1 / len(x) + (u**2) @ shrink
        residual = y - u @ (shrink[:, None] * (u.T @ y))
        errors.append(np.mean((residual / (1 - leverage)[:, None]) ** 2))
    alpha = ALPHAS[int(np.argmin(errors))]
    w = (vt.T @ ((s / (s**2 + alpha))[:, None] * (u.T @ y))).T
    residual = y - x @ w.T
    return w, alpha, np.mean(1 - (residual**2).sum(0) / ((y - y.mean(0)) ** 2).sum(0))


def load(data, name):
    name, _, phase = name.partition(":")
    if name == "golub2018":
        return golub(data + "/golub2018/exampleData.mat", phase)
    if name == "hennig2018":
        return hennig(data + "/hennig2018/20131218.mat", phase)
    return stevenson(data + "/stevenson2011/m1_stevenson_2011.mat")


def main():
    command, data = sys.argv[1:3]
    if command == "arrays":
        arrays = load(data, sys.argv[4])
        np.savez(sys.argv[3], **dict(zip(["X", "Y", "difference", "W", "offset"], arrays)))
        return
    result = {"generator": "scikit-learn %s, numpy %s, scipy %s" % (sklearn.__version__, np.__version__, scipy.__version__)}
    for name in ["golub2018:before", "golub2018:after", "hennig2018:before", "hennig2018:after"]:
        x, y = load(data, name)[:2]
        result[name] = {"sklearn": figures(x, y, by_sklearn), "exact": figures(x, y, by_svd)}
    x, y = stevenson(data + "/stevenson2011/m1_stevenson_2011.mat", lag=2)
    result["stevenson2011"] = {"sklearn": figures(x, y, by_sklearn), "exact": figures(x, y, by_svd)}
    json.dump(result, sys.stdout, indent=1)
    print()


main()
