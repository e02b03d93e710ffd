"""Reads the spikes of the first UNITS units and hand_vel in one window, with h5py and numpy, each column once.

    read.py FILE UNITS FROM TO
"""
import sys
import time

import h5py

path, units, start, stop = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
begin = time.perf_counter()
with h5py.File(path) as f:
    ends = f["units/spike_times_index"][:units]
    times = f["units/spike_times"][: ends[-1]]  # one read for all: the fastest that h5py offers
    spikes = [times[a:b] for a, b in zip([0, *ends[:-1]], ends)]
    g = f["processing/behavior/hand_vel"]
    rate, first = g["starting_time"].attrs["rate"], g["starting_time"][()]
    a, b = int(round((start - first) * rate)), int(round((stop - first) * rate))
    d = g["data"]
    vel = d[a:b] * d.attrs["conversion"] + d.attrs["offset"]
took = time.perf_counter() - begin
print(len(spikes), sum(len(s) for s in spikes), "%.6f" % sum(s.sum() for s in spikes), vel.shape[0], "%.6f" % vel.sum(), "in %.1f ms" % (1e3 * took))
