"""Measures of small trajectories by NumPy, SciPy and scikit-learn, for the tests of package probe. Writes reference.json.

    /usr/bin/python3 reference.py       (Debian 12: NumPy 1.24.2, SciPy 1.10.1, scikit-learn 1.2.1)
"""
import json
import os
import sys

import numpy as np
import scipy
import scipy.linalg
import sklearn
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeCV

T, B, N, O, DT = 40, 8, 6, 2, 0.2
rng = np.random.default_rng(7)
f = lambda x: x.astype(np.float32).astype(float)


def trajectory(mix):
    t = np.arange(T)[:, None] * DT
    phase = rng.uniform(0, 2 * np.pi, B)
    latent = np.stack([np.sin(t + phase), np.cos(t + phase), 0.4 * np.sin(2.3 * t + 2 * phase), 0.2 * np.ones_like(t) * phase], -1)
    return f(np.tanh(latent @ mix) + 0.05 * rng.standard_normal((T, B, N)) + 0.3)


def gen_corr(x, y):
    x, y = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    fro = np.linalg.norm
    d = lambda a: fro(a) / np.sqrt(fro(a @ a.T))
    rho = fro(x @ y.T) / np.sqrt(fro(x @ x.T) * fro(y @ y.T))
    return [rho, rho * max(d(x) / d(y), d(y) / d(x)), fro(x @ y.T) / fro(x) / fro(y)]


def procrustes(a, b, alpha):
    a, b = a - a.mean(0), b - b.mean(0)
    white = lambda m: m @ (alpha * np.eye(m.shape[1]) + (1 - alpha) * scipy.linalg.inv(scipy.linalg.sqrtm(m.T @ m)))
    a, b = white(a), white(b)
    nuclear = scipy.linalg.svdvals(a.T @ b).sum()
    return float(np.arccos(min(1, nuclear / np.linalg.norm(a) / np.linalg.norm(b))))


mix = rng.standard_normal((4, N))
x, other = trajectory(mix), trajectory(rng.standard_normal((4, N)))
w = f(rng.standard_normal((O, N)))
z = f(x @ w.T + 0.3 * rng.standard_normal((T, B, O)))
late = x[10:].reshape(-1, N)

pca = PCA(N, svd_solver="full").fit(late)
scores = pca.transform(x.reshape(-1, N)).reshape(T, B, N)
r2, held, alphas = [], [], []
for k in range(1, N + 1):
    model = RidgeCV(np.logspace(-3, 6, 20)).fit(scores[:, :6, :k].reshape(-1, k), z[:, :6].reshape(-1, O))
    zhat = model.predict(scores[..., :k].reshape(-1, k)).reshape(T, B, O)
    zbar = z.mean((0, 1))
    r2.append(1 - ((z - zhat) ** 2).mean() / ((z - zbar) ** 2).mean())
    held.append(1 - ((z - zhat) ** 2)[:, 6:].mean() / ((z - zbar) ** 2)[:, 6:].mean())
    alphas.append(float(model.alpha_))

own = PCA(3, svd_solver="full").fit(late)
power = (np.abs(np.fft.rfft(x[10:] @ own.components_.T, axis=0)) ** 2).mean(1).T
square = f(rng.standard_normal((N, N)))
eigenvalues = sorted(np.linalg.eigvals(square), key=lambda v: (-v.real, -v.imag))

out = {
    "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__},
    "steps": T, "trials": B, "n": N, "outputs": O,
    "x": x.ravel().tolist(), "other": other.ravel().tolist(), "w": w.ravel().tolist(), "z": z.ravel().tolist(),
    "correlation": gen_corr(late, w), "norm": float(np.sqrt((late**2).mean()) * np.sqrt(N)),
    "variance": pca.explained_variance_ratio_.tolist(), "r2": r2, "held_out": held, "alpha": alphas,
    "dissimilarity": {str(a): procrustes(late, other[10:].reshape(-1, N), a) for a in (0, 0.5, 1)},
    "frequency": np.fft.rfftfreq(T - 10, DT).tolist(), "power": power.tolist(),
    "square": square.ravel().tolist(), "eigenvalues": [[v.real, v.imag] for v in eigenvalues],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json"), "w") as file:
    json.dump(out, file)
