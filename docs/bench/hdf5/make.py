"""Writes an NWB-like file: chunked and deflated, as pynwb does.

    make.py FILE UNITS HOURS CHANNELS

Poisson units at 10 Hz; hand_vel at 1 kHz; and a field potential of so many channels at 1 kHz, int16 noise of 6
bits, which makes most of the file: 1000 units, 1 hour and 520 channels are about 2 GB.
"""
import sys

import h5py
import numpy as np

path, units, hours, channels = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
rng = np.random.default_rng(1)
seconds = 3600 * hours
n = int(1000 * seconds)
TEXT = h5py.string_dtype()


def typed(o, kind):
    o.attrs["neurodata_type"], o.attrs["namespace"] = kind, "core"
    return o


def series(parent, name, unit):
    g = typed(parent.create_group(name), "TimeSeries")
    start = g.create_dataset("starting_time", data=0.0)
    start.attrs["rate"], start.attrs["unit"] = 1000.0, "seconds"
    return g, {"unit": unit, "conversion": 1e-3, "offset": 0.0}


with h5py.File(path, "w") as f:
    typed(f, "NWBFile").attrs["nwb_version"] = "2.6.0"
    f["identifier"], f["session_start_time"] = "benchmark", "2020-01-01T00:00:00+00:00"
    behavior = typed(f.create_group("processing/behavior"), "ProcessingModule")
    g, attrs = series(behavior, "hand_vel", "m/s")
    t = np.arange(n) / 1000
    vel = np.round(1000 * np.stack([np.sin(t), np.cos(1.3 * t)], 1) + rng.standard_normal((n, 2)))
    d = g.create_dataset("data", data=vel, chunks=(1 << 14, 2), compression="gzip", maxshape=(None, 2))
    d.attrs.update(attrs)
    if channels:
        g, attrs = series(typed(f.create_group("acquisition"), "NWBContainer"), "lfp", "volts")
        d = g.create_dataset("data", (n, channels), "i2", chunks=(1 << 12, min(channels, 64)), compression="gzip")
        d.attrs.update(attrs)
        for a in range(0, n, 1 << 16):
            d[a:a + (1 << 16)] = rng.integers(-32, 32, (min(1 << 16, n - a), channels), dtype="i2")
    u = typed(f.create_group("units"), "Units")
    u.attrs.create("colnames", ["spike_times", "quality"], dtype=TEXT)
    counts = rng.poisson(10 * seconds, units)
    u.create_dataset("id", data=np.arange(units))
    times = np.concatenate([np.sort(rng.uniform(0, seconds, k)) for k in counts])
    typed(u.create_dataset("spike_times", data=times, chunks=(1 << 14,), compression="gzip", maxshape=(None,)), "VectorData")
    typed(u.create_dataset("spike_times_index", data=np.cumsum(counts).astype("u4")), "VectorIndex")
    typed(u.create_dataset("quality", data=["good"] * units, dtype=TEXT), "VectorData")
    trials = typed(f.create_group("intervals/trials"), "TimeIntervals")
    trials.attrs.create("colnames", ["start_time", "stop_time"], dtype=TEXT)
    starts = np.arange(0, seconds - 2, 2.0)
    for name, x in (("id", np.arange(len(starts))), ("start_time", starts), ("stop_time", starts + 1.5)):
        trials.create_dataset(name, data=x)
