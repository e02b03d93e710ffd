"""Writes files of the structure of data sets that cannot be had here, from their description, and what an
adapter should make of them, computed here by numpy.

    structure.py FOLDER-OF-MAT73 FOLDER-OF-GENERATE OUT

degenhart2020.mat (version 7.3), russo2018.mat (version 5), maze.nwb, rtt.nwb; expected.npz has X and Y of each.
Made with Python 3.11.2, numpy 1.24.2, scipy 1.10.1, h5py 3.7.0.
"""
import os
import sys

sys.path[:0] = sys.argv[1:3]
out = sys.argv[3]

import generate
import h5py
import mat73
import numpy as np
import scipy.io

rng = np.random.default_rng(2020)
expected = {}

# Degenhart: trials of several types, electrodes and bins counted from 1.
trials = np.zeros((1, 5), [(n, object) for n in ("type", "binCounts", "goodElectrodes", "moveBin", "decodedVl")])
good = np.array([[2, 3, 5, 6]], "f8")
x, y = [], []
for i, kind in enumerate(["baselineEvaluation", "gradualTraining", "baselineEvaluation", "instability", "baselineEvaluation"]):
    bins, move = 7 + 2 * i, 1 + i
    counts, velocity = rng.poisson(2, (6, bins)), rng.standard_normal((2, bins))
    trials[0, i] = (kind, counts.astype("f8"), good, float(move), velocity)
    if kind == "baselineEvaluation":
        x.append(counts[[1, 2, 4, 5], move - 1:].T / 0.045)
        y.append(velocity[:, move - 1:].T)
with mat73.File(os.path.join(out, "degenhart2020.mat")) as f:
    f.write("trialData", trials)
expected["degenhart2020_X"], expected["degenhart2020_Y"] = np.concatenate(x), np.concatenate(y)

# Russo: rows with and without a counted cycle.
rows, neurons, muscles = 60, 5, 4
cycle = np.repeat([np.nan, 1, 2, np.nan, 1, np.nan], 10)[:, None]
rates, emg = rng.uniform(0, 50, (rows, neurons)), rng.standard_normal((rows, muscles)) * [3, 2, 1, 0.5]
places, speeds = rng.standard_normal((rows, 8)), rng.standard_normal((rows, 8))
scipy.io.savemat(os.path.join(out, "russo2018.mat"), {"Pc": {"xA_raw": rates, "zA": emg, "pA": places, "vA": speeds, "mask": {"cycleNum": cycle}}})
keep = ~np.isnan(cycle[:, 0])
v = speeds[keep].reshape(-1, 4, 2).mean(1)
acceleration = np.concatenate([np.diff(run, axis=0)[[0] + list(range(len(run) - 1))] for run in (v[:20], v[20:])]) / 0.001
centred = emg[keep] - emg[keep].mean(0)
weights = np.linalg.svd(centred, full_matrices=False)[2][:2].T
weights *= np.sign(weights[np.abs(weights).argmax(0), range(2)])
expected["russo2018_X"] = rates[keep]
expected["russo2018_Y"] = np.concatenate([v, places[keep].reshape(-1, 4, 2).mean(1), acceleration, centred @ weights], 1)

# MC_Maze: the session of the NWB fixtures with the columns of this data set.
s, style = generate.Session(), generate.Style("2.3.0")
generate.write(os.path.join(out, "maze.nwb"), s, style)
delay = np.array([500, 300, 448, 447, 900, 600, 700, 800], "f8")
with h5py.File(os.path.join(out, "maze.nwb"), "a") as f:
    trials = f["intervals/trials"]
    style.column(trials, "delay", delay)
    style.column(trials, "trial_version", np.zeros(8, "i8"))
    trials.attrs["colnames"] = list(trials.attrs["colnames"]) + ["delay", "trial_version"]
    expected["maze_Y"] = f["processing/behavior/hand_vel/data"][...] * 0.001 + 0.5
expected["maze_kept"] = s.onset[(s.split != "test") & (delay >= 448) & ~np.isnan(s.onset)]

# MC_RTT: a target that jumps, in a recording with a gap and a stretch of the test split.
generate.write(os.path.join(out, "rtt.nwb"), s, style)
with h5py.File(os.path.join(out, "rtt.nwb"), "a") as f:
    behavior = f["processing/behavior"]
    target = np.repeat(rng.uniform(-5, 5, (18, 2)), 100, 0)  # 100 Hz: a jump each second
    target[760:770] = np.nan
    style.series(behavior, "target_pos", target, "mm", rate=100.0)
    style.series(behavior, "finger_pos", np.cumsum(rng.standard_normal((1800, 2)), 0), "mm", rate=100.0)
    style.series(behavior, "finger_vel", rng.standard_normal((1800, 2)), "mm/s", rate=100.0)
    expected["rtt_Y"] = behavior["finger_vel/data"][...]
test = [(a, b) for a, b, k in zip(s.start, s.stop, s.split) if k == "test"]
expected["rtt_start"] = np.array([float(i) for i in range(1, 17) if i != 7 and not any(a < i + 1 and i < b for a, b in test)])

np.savez(os.path.join(out, "expected.npz"), **expected)
