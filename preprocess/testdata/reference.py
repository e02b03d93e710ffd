"""Reference values for the tests of package preprocess, from numpy, scipy and pandas.

    /usr/bin/python3 reference.py > reference.json

The committed file is from numpy 1.24.2, scipy 1.10.1, pandas 1.5.3. The part nlb is written from the
description of the Neural Latents Benchmark tools, on dense frames of 1 ms.
"""
import json
import sys

import numpy as np
import pandas as pd
import scipy
from scipy import ndimage, signal


def nullable(a):
    """JSON has no NaN: null stands for it."""
    a = np.asarray(a, dtype=float)
    if a.ndim == 0:
        return None if np.isnan(a) else float(a)
    return [nullable(v) for v in a]


def smoothing(rng):
    cases = []
    for n, s, causal in [(1, 1.0, False), (5, 2.0, False), (60, 1.0, False), (60, 0.7, False),
                         (200, 9.3, False), (60, 1.5, True), (7, 4.0, True), (700, 40.0, False)]:
        x = rng.poisson(0.7, n).astype(float)
        if not causal:
            kw = dict(sigma=s, truncate=4.0, mode="constant")
            y = ndimage.gaussian_filter1d(x, **kw) / ndimage.gaussian_filter1d(np.ones(n), **kw)
        else:
            back = int(4 * s + 0.5)
            w = np.exp(-np.arange(back + 1) ** 2 / (2 * s * s))
            y = np.array([np.average(x[max(i - back, 0):i + 1][::-1], weights=w[:min(i, back) + 1])
                          for i in range(n)])
        cases.append(dict(s=s, causal=causal, x=x.tolist(), y=y.tolist()))
    return cases


def gradient(rng):
    t = np.cumsum(rng.uniform(0.01, 0.02, 30))
    x = np.sin(20 * t)
    return dict(t=t.tolist(), x=x.tolist(), uneven=np.gradient(x, t).tolist(),
                even=np.gradient(x, 0.01).tolist())


def resampling(rng):
    t = np.cumsum(rng.uniform(0.001, 0.003, 400))
    x = np.cos(30 * t)
    start, bin, n = t[0] + 0.05, 0.02, 30
    edges = start + bin * np.arange(n + 1)
    mean = [x[(t >= a) & (t < b)].mean() for a, b in zip(edges[:-1], edges[1:])]
    slow = slice(None, None, 15)
    return dict(t=t.tolist(), x=x.tolist(), start=start, bin=bin, mean=mean,
                slow=15, linear=np.interp(edges[:-1] + bin / 2, t[slow], x[slow]).tolist())


def binning(rng):
    spikes = np.sort(rng.uniform(0, 10, 300))
    bins = 180
    counts, _ = np.histogram(spikes, bins=0.7 + 0.05 * np.arange(bins + 1))
    return dict(spikes=spikes.tolist(), start=0.7, bin=0.05, counts=counts.tolist())


def pseudo(n, factor):
    """A sequence that Go computes alike, bit for bit."""
    return (np.arange(n) * factor % 1009) / 1009


def nlb_session(rng):
    spikes = [np.sort(np.round(rng.uniform(0, 5.2, k), 4)).tolist() for k in (90, 200, 40)]
    observed = [[[0.0123, 2.5], [2.7006, 5.1]], [[0.0, 5.1]], [[0.0, 5.0]]]
    event = [0.61, None, 1.243, 1.6004, 2.2, 3.3, 4.0007]
    start = [0.1, 0.9, 1.0, 1.5, 1.55, 3.0, 3.7]
    return dict(spikes=spikes, observed=observed, event=event, start=start,
                condition=[1, 1, 2, 1, 2, 1, 2], n_vel=5100, vel_nan=[3400, 3410], n_slow=510)


def nlb(session, bin, sigma, lo, hi, keep=None, lag=0, slow=False):
    """The tools' steps; bin, sigma, window in ms. Returns rows of X (Hz) and Y, by trial."""
    n = round(1000 * max(e for unit in session["observed"] for _, e in unit))
    frames = pd.timedelta_range(0, periods=n, freq="1ms")
    data = pd.DataFrame(index=frames)
    valid = np.zeros(n, bool)
    for a, b in session["observed"][0]:
        valid[int(np.ceil(np.round(1000 * a, 6))):int(np.floor(np.round(1000 * b, 6)))] = True
    for u, times in enumerate(session["spikes"]):
        counts = np.zeros(n)
        f = np.trunc(np.round(1000 * np.array(times), 6)).astype(int)
        np.add.at(counts, f[f < n], 1)
        data["spikes", u] = np.where(valid, counts, np.nan)
    vel = np.full(n, np.nan)
    vel[:session["n_vel"]] = pseudo(session["n_vel"], 37)
    vel[session["vel_nan"][0]:session["vel_nan"][1]] = np.nan
    data["vel", 0] = vel
    target = np.full(n, np.nan)
    target[:session["n_vel"]] = pseudo(session["n_vel"], 11)
    data["target_pos", 0] = target
    if slow:
        padded = np.full(n, np.nan)
        padded[::10] = pseudo(session["n_slow"], 61)
        data["slow", 0] = padded

    # Bins.
    labels = frames[::bin]
    binned = pd.DataFrame(index=labels)
    j = np.arange(501)
    h = np.sinc((j - 250) / bin) * np.hamming(501)
    h /= h.sum()
    for name, i in data.columns:
        x = data[name, i].to_numpy()
        first = x[::bin]
        if name == "spikes":
            y = np.add.reduceat(np.nan_to_num(x), np.arange(0, n, bin))
        elif name == "target_pos":
            y = first
        else:
            known = ~np.isnan(x)
            filled = np.interp(np.arange(n), np.arange(n)[known], x[known])
            y = signal.convolve(filled, h, mode="full", method="direct")[250:250 + n][::bin]
        binned[name, i] = np.where(np.isnan(first), np.nan, y)

    # Smoothing.
    if sigma:
        taps = int(6 * sigma / bin)
        w = signal.windows.gaussian(taps, sigma / bin)
        w /= w.sum()
        for u in range(len(session["spikes"])):
            binned["spikes", u] = signal.convolve(binned["spikes", u].to_numpy(), w, mode="same", method="direct")

    # Trials.
    width = pd.Timedelta(bin, "ms")
    window = pd.Timedelta(round((hi - lo) / bin) * bin, "ms")
    us = pd.Timedelta(1, "us")
    trials = [(pd.Timedelta(round(e * 1e9), "ns"), pd.Timedelta(round(s * 1e9), "ns"), c)
              for e, s, c in zip(session["event"], session["start"], session["condition"]) if e is not None]
    begin = [e + pd.Timedelta(lo, "ms") for e, _, _ in trials]
    end = [b + window - us for b in begin]
    tables = []
    for i, (event, _, condition) in enumerate(trials):
        stop = end[i]
        if i + 1 < len(trials) and stop > begin[i + 1]:
            stop = begin[i + 1]
            if i + 2 < len(trials):
                stop = min(stop, trials[i + 2][1])
            stop -= us
        rows = binned[(binned.index >= begin[i]) & (binned.index <= stop)].copy()
        rows["align"] = rows.index - event.ceil(width)
        rows["condition"] = condition
        tables.append(rows.dropna())
    shift = round(lag / bin) * width
    units = [("spikes", u) for u in range(len(session["spikes"]))]
    x, y, align, condition, lengths = [], [], [], [], []
    for t in tables:
        ty = t[t.index.isin(t.index + shift)]
        if keep is not None:
            ty = ty[(ty["align"] >= pd.Timedelta(keep[0], "ms")) & (ty["align"] < pd.Timedelta(keep[1], "ms"))]
        tx = t.loc[ty.index - shift]
        x += (tx[units].to_numpy() * 1000 / bin).tolist()
        y += ty[[("vel", 0), ("target_pos", 0)]].to_numpy().tolist()
        align += [int(v / pd.Timedelta("1ms")) for v in ty["align"]]
        condition += ty["condition"].tolist()
        if len(ty):
            lengths.append(len(ty))
    table = pd.DataFrame(np.hstack([x, y])).assign(condition=condition, align=align)
    return dict(bin=bin, sigma=sigma, lo=lo, hi=hi, keep=keep, lag=lag, slow=slow, x=x, y=y,
                align=align, lengths=lengths,
                mean=table.groupby(["condition", "align"]).mean().to_numpy().tolist())


def main():
    rng = np.random.default_rng(20231)
    session = nlb_session(rng)
    out = dict(
        versions=dict(numpy=np.__version__, scipy=scipy.__version__, pandas=pd.__version__),
        smoothing=smoothing(rng), gradient=gradient(rng), resampling=resampling(rng), binning=binning(rng),
        nlb_session=session,
        nlb=[nlb(session, 45, 45, -250, 450), nlb(session, 5, 10, -100, 103), nlb(session, 20, 0, -300, 300),
             nlb(session, 20, 30, -200, 200, slow=True),
             nlb(session, 45, 45, -250, 450, keep=(0, 300), lag=100),
             nlb(session, 45, 45, -250, 450, keep=(0, 200), lag=-110)])
    json.dump(out, sys.stdout)
    print()


main()
