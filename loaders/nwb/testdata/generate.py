#!/usr/bin/python3
"""Writes the fixtures of this folder with h5py as the NWB schema has them, and expected.json with the values that
they mean, computed here by numpy.

    generate.py [FOLDER]

The same session in the styles of several writers:

    pynwb.nwb     schema 2.6.0 as hdmf writes it: superblock 0, UTF-8 strings of variable length, booleans as
                  enumerations, uint8 indices, chunked and deflated data, references, the cached schema
    latest.nwb    schema 2.9.0 with libver='latest': other headers, groups and chunk indices
    matnwb.nwb    schema 2.0.0 as early MatNWB writes it: attributes of one element, strings of fixed length,
                  booleans as int8, int64 indices, contiguous data, no colnames of intervals
    train.nwb, test.nwb   the session split in two; the second lacks behaviour and the held-out units
    old.nwb       a file of NWB 1
    bare.nwb      one time series, and no units

Made with h5py 3.7.0, HDF5 1.10.8 and numpy 1.24.2 (Python 3.11).
"""
import hashlib
import json
import os
import sys
import uuid

import h5py
import numpy as np

OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
TEXT = h5py.string_dtype()
REF = h5py.special_dtype(ref=h5py.Reference)


class Session:
    """What was recorded: times in seconds."""

    def __init__(self):
        rng = np.random.default_rng(138)
        n, trials = 6, 8
        self.start = 1.0 + 2.0 * np.arange(trials)
        self.stop = self.start + np.round(rng.uniform(1.2, 1.6, trials), 3)
        self.onset = self.start + np.round(rng.uniform(0.5, 0.6, trials), 3)
        self.onset[5] = np.nan
        self.split = np.array(["train", "train", "val", "train", "test", "train", "test", "val"])
        self.success = np.array([True, True, False, True, True, False, True, True])
        self.kind = np.arange(trials) % 3
        self.target = np.round(rng.uniform(-100, 100, (trials, 2)), 2)
        self.barriers = [list(range(i % 4)) for i in range(trials)]
        self.spikes = [np.sort(np.round(rng.uniform(0, 18, k), 5)) for k in (90, 0, 41, 120, 7, 60)]
        self.observed = [[[0.0, 18.0]], [[0.0, 18.0]], [[0.0, 9.5], [10.25, 18.0]], [[0.0, 18.0]], [[3.0, 12.0]], [[0.0, 18.0]]]
        self.heldout = np.array([False, False, True, False, True, False])
        self.quality = ["good", "good", "multi", "good", "fair", "nai\u0308ve"]
        self.electrode = [[0], [1], [1, 2], [3], [0], [2, 3]]
        self.ids = np.arange(n) + 100
        # Behaviour inside trials only, each 5 ms, stored in mm/s as integers.
        self.times = np.concatenate([np.arange(a, b, 0.005) for a, b in zip(self.start, self.stop)])
        phase = self.times[:, None] * np.array([3.0, 4.0])
        self.vel = np.round(1000 * np.sin(phase)).astype("i4")
        self.eye = np.cumsum(rng.standard_normal((900, 2)), 0)
        self.eye[100:110] = np.nan

    def part(self, test):
        """The trials of one split, and what was recorded in them."""
        p = Session()
        keep = (self.split == "test") == test
        for name in ("start", "stop", "onset", "split", "success", "kind", "target"):
            setattr(p, name, getattr(self, name)[keep])
        p.barriers = [b for b, k in zip(self.barriers, keep) if k]
        inside = lambda t: np.any([(t >= a) & (t < b) for a, b in zip(p.start, p.stop)], axis=0)
        p.spikes = [s[inside(s)] for s in self.spikes]
        p.observed = [[[a, b] for a, b in zip(p.start, p.stop)] for _ in self.spikes]
        p.vel, p.times = self.vel[inside(self.times)], self.times[inside(self.times)]
        return p


class Style:
    """How a writer puts things."""

    def __init__(self, version, matnwb=False, libver="earliest"):
        self.version, self.matnwb, self.libver = version, matnwb, libver
        self.rng = np.random.default_rng(7)

    def attr(self, o, name, value):
        if isinstance(value, str):
            value = np.array(value.encode(), "S%d" % max(1, len(value.encode()))) if self.matnwb else value
        if self.matnwb and not isinstance(value, h5py.Reference):
            value = np.atleast_1d(value)  # old MatNWB has no scalars
        if isinstance(value, h5py.Reference):
            o.attrs.create(name, value, dtype=REF)
        elif isinstance(value, str):
            o.attrs.create(name, value, dtype=TEXT)
        else:
            o.attrs[name] = value

    def typed(self, o, kind, namespace="core"):
        self.attr(o, "neurodata_type", kind)
        self.attr(o, "namespace", namespace)
        self.attr(o, "object_id", str(uuid.UUID(bytes=self.rng.bytes(16), version=4)))
        return o

    def text(self, parent, name, value):
        if self.matnwb:
            b = value.encode()
            return parent.create_dataset(name, data=np.array([b], "S%d" % len(b)))
        return parent.create_dataset(name, data=value, dtype=TEXT)

    def texts(self, parent, name, values):
        if self.matnwb:
            values = [v.encode() for v in values]
            return parent.create_dataset(name, data=np.array(values, "S%d" % max(map(len, values))))
        return parent.create_dataset(name, data=list(values), dtype=TEXT)

    def data(self, parent, name, x, **options):
        x = np.asarray(x)
        if x.dtype == bool and self.matnwb:
            x = x.astype("i1")
        if not self.matnwb and x.nbytes > 400:
            options = {"chunks": (max(1, len(x) // 3),) + x.shape[1:], "compression": "gzip", "shuffle": True, "maxshape": (None,) + x.shape[1:], **options}
        return parent.create_dataset(name, data=x, **options)

    def column(self, table, name, values, description="-", kind="VectorData"):
        """A column, ragged if its values are lists."""
        ragged = isinstance(values, list) and len(values) > 0 and not isinstance(values[0], str)
        if ragged:
            flat = np.concatenate([np.asarray(v) for v in values if len(v)])
            d = self.data(table, name, flat)
            ends = np.cumsum([len(v) for v in values])
            index = table.create_dataset(name + "_index", data=ends.astype("i8" if self.matnwb else "u1" if ends[-1] < 256 else "u2"))
            self.typed(index, "VectorIndex", "hdmf-common")
            self.attr(index, "description", "index of " + name)
            self.attr(index, "target", d.ref)
        elif len(values) and isinstance(values[0], str):
            d = self.texts(table, name, values)
        else:
            d = self.data(table, name, values)
        self.attr(d, "description", description)
        return self.typed(d, kind, "hdmf-common")

    def table(self, parent, name, kind, ids, colnames, description="-", namespace="core"):
        g = parent.create_group(name)
        self.typed(g, kind, namespace)
        self.attr(g, "description", description)
        if not (self.matnwb and kind == "TimeIntervals"):
            g.attrs.create("colnames", np.array([c.encode() for c in colnames]) if self.matnwb else list(colnames),
                           dtype=None if self.matnwb else TEXT)
        self.typed(g.create_dataset("id", data=np.asarray(ids, "i8")), "ElementIdentifiers", "hdmf-common")
        return g

    def series(self, parent, name, data, unit, kind="TimeSeries", times=None, rate=None, start=0.0, conversion=1.0, offset=None):
        g = parent.create_group(name)
        self.typed(g, kind)
        self.attr(g, "description", name)
        self.attr(g, "comments", "no comments")
        d = self.data(g, "data", data)
        self.attr(d, "unit", unit)
        self.attr(d, "conversion", conversion if not self.matnwb else np.float32(conversion))
        self.attr(d, "resolution", -1.0)
        if offset is not None:
            self.attr(d, "offset", offset)
        if isinstance(times, h5py.Dataset):
            g["timestamps"] = h5py.SoftLink(times.name)
        elif times is not None:
            t = self.data(g, "timestamps", times)
            self.attr(t, "interval", 1)
            self.attr(t, "unit", "seconds")
        else:
            t = g.create_dataset("starting_time", data=float(start))
            self.attr(t, "rate", rate)
            self.attr(t, "unit", "seconds")
        return g


def write(path, s, st, start="2009-09-18T00:00:00-08:00", reference=None, behavior=True, units=None):
    units = range(len(s.ids)) if units is None else units
    with h5py.File(path, "w", libver=st.libver) as f:
        st.typed(f, "NWBFile")
        st.attr(f, "nwb_version", st.version)
        schema = f.create_group("specifications")
        st.attr(f, ".specloc", schema.ref)
        core = schema.create_group("core/" + st.version)
        spec = {"namespaces": [{"name": "core", "version": st.version, "doc": "data types of neurophysiology", "schema": [{"source": "nwb.base"}]}]}
        st.text(core, "namespace", json.dumps(spec))
        st.text(core, "nwb.base", json.dumps({"groups": [{"neurodata_type_def": "NWBContainer", "doc": "a container " * 40}]}))
        st.text(f, "identifier", "fixture-1")
        st.text(f, "session_description", "reaching between barriers")
        st.text(f, "session_start_time", start)
        st.text(f, "timestamps_reference_time", reference or start)
        st.texts(f, "file_create_date", ["2021-08-30T17:05:36.000000-04:00"])
        for name in ("acquisition", "analysis", "processing", "stimulus/presentation", "stimulus/templates", "scratch"):
            f.create_group(name)
        general = f.create_group("general")
        st.texts(general, "experimenter", ["Doe, Jane", "Roe, Richard"])
        st.text(general, "institution", "Institute of Fixtures")
        st.text(general, "session_id", "large")
        subject = st.typed(general.create_group("subject"), "Subject")
        st.text(subject, "subject_id", "Jenkins")
        st.text(subject, "species", "Macaca mulatta")
        ephys = general.create_group("extracellular_ephys")
        shank = st.typed(ephys.create_group("M1 array"), "ElectrodeGroup")
        st.attr(shank, "location", "M1")
        electrodes = st.table(ephys, "electrodes", "DynamicTable", range(4), ["x", "location", "group", "group_name"], namespace="hdmf-common")
        st.column(electrodes, "x", np.array([0.0, 0.4, 0.8, np.nan]))
        st.column(electrodes, "location", ["M1", "M1", "PMd", "PMd"])
        st.column(electrodes, "group_name", ["M1 array"] * 4)
        group = electrodes.create_dataset("group", (4,), REF)
        group[...] = [shank.ref] * 4
        st.typed(group, "VectorData", "hdmf-common")

        if behavior:
            module = st.typed(f["processing"].create_group("behavior"), "ProcessingModule")
            st.attr(module, "description", "behaviour")
            vel = st.series(module, "hand_vel", s.vel, "m/s", times=s.times, conversion=0.001, offset=0.5)
            position = st.typed(module.create_group("Position"), "Position")
            st.series(position, "hand_pos", s.vel * 2.0, "mm", kind="SpatialSeries", times=vel["timestamps"])
            st.series(module, "eye_pos", s.eye, "deg", rate=50.0, start=0.25)
            epochs = st.typed(module.create_group("BehavioralEpochs"), "BehavioralEpochs")
            st.series(epochs, "rests", np.array([1, -1], "i1"), "n/a", kind="IntervalSeries", times=np.array([2.5, 3.0]))
        st.series(f["acquisition"], "lfp", np.arange(40, dtype="i2").reshape(20, 2), "volts", kind="ElectricalSeries", rate=1000.0, conversion=1e-6)
        st.series(f["acquisition"], "lick", np.arange(5.0), "V", times=np.array([0.5, 1.5, 2.5, 3.5, 4.5]))

        names = ["start_time", "stop_time", "move_onset_time", "split", "success", "trial_type", "target_pos", "barriers", "timeseries"]
        trials = st.table(f, "intervals/trials", "TimeIntervals", range(len(s.start)), names)
        st.column(trials, "start_time", s.start)
        st.column(trials, "stop_time", s.stop)
        st.column(trials, "move_onset_time", s.onset)
        st.column(trials, "split", list(s.split))
        st.column(trials, "success", s.success)
        st.column(trials, "trial_type", s.kind.astype("i4"))
        st.column(trials, "target_pos", s.target)
        st.column(trials, "barriers", s.barriers)
        if behavior and not st.matnwb:
            series = trials.create_dataset("timeseries", (len(s.start),), [("idx_start", "i4"), ("count", "i4"), ("timeseries", REF)])
            st.typed(series, "TimeSeriesReferenceVectorData")
        epochs = st.table(f, "intervals/epochs", "TimeIntervals", range(2), ["start_time", "stop_time", "tags"])
        st.column(epochs, "start_time", np.array([0.0, 9.0]))
        st.column(epochs, "stop_time", np.array([9.0, 18.0]))
        st.column(epochs, "tags", ["first", "second"])

        columns = ["spike_times", "obs_intervals", "electrodes", "electrode_group", "heldout", "quality", "waveform_mean", "depth"]
        u = st.table(f, "units", "Units", s.ids[list(units)], columns)
        pick = lambda x: [x[i] for i in units]
        spikes = st.column(u, "spike_times", pick(s.spikes))
        st.attr(spikes, "resolution", 1e-5)
        st.column(u, "obs_intervals", pick(s.observed))
        where = st.column(u, "electrodes", pick(s.electrode), kind="DynamicTableRegion")
        st.attr(where, "table", electrodes.ref)
        g = u.create_dataset("electrode_group", (len(units),), REF)
        g[...] = [shank.ref] * len(units)
        st.typed(g, "VectorData", "hdmf-common")
        st.column(u, "heldout", s.heldout[list(units)])
        st.column(u, "quality", pick(s.quality))
        st.column(u, "waveform_mean", np.ones((len(units), 80)))
        st.column(u, "depth", np.array(pick([0.1, 0.25, np.nan, 1e-7, 3.0, 12.5])))


def numbers(x):
    """The length and SHA-256 of numbers as little-endian float64, NaN being 0x7ff8000000000000."""
    x = np.array(x, "<f8").ravel()
    x[np.isnan(x)] = np.nan
    return "%d %s" % (len(x), hashlib.sha256(x.tobytes()).hexdigest())


def meaning(s, units=None, behavior=True):
    units = range(len(s.ids)) if units is None else units
    e = {
        "units": [{"name": str(s.ids[i]), "spikes": numbers(s.spikes[i]), "observed": numbers(s.observed[i]),
                   "quality": s.quality[i], "heldout": bool(s.heldout[i])} for i in units],
        "start": numbers(s.start), "stop": numbers(s.stop), "move_onset_time": numbers(s.onset), "split": list(s.split),
        "success": numbers(s.success), "trial_type": numbers(s.kind), "target_pos_1": numbers(s.target[:, 1]),
        "barriers": [" ".join(map(str, b)) for b in s.barriers],
    }
    if behavior:
        e["hand_vel"] = {"times": numbers(s.times), "values": numbers(s.vel * 0.001 + 0.5)}
        e["hand_pos"] = {"times": numbers(s.times), "values": numbers(s.vel * 2.0)}
        e["eye_pos"] = {"times": numbers(0.25 + np.arange(len(s.eye)) / 50.0), "values": numbers(s.eye)}
    return e


def main():
    s = Session()
    at = lambda name: os.path.join(OUT, name)
    write(at("pynwb.nwb"), s, Style("2.6.0"))
    write(at("latest.nwb"), s, Style("2.9.0", libver="latest"))
    write(at("matnwb.nwb"), s, Style("2.0.0", matnwb=True))
    folder = at("split")
    os.makedirs(folder, exist_ok=True)
    train, test = s.part(False), s.part(True)
    held_in = [i for i in range(len(s.ids)) if not s.heldout[i]]
    write(os.path.join(folder, "train.nwb"), train, Style("2.6.0"))
    write(os.path.join(folder, "test.nwb"), test, Style("2.6.0"), behavior=False, units=held_in)
    with h5py.File(at("old.nwb"), "w") as f:
        f["nwb_version"] = "NWB-1.0.6"
    with h5py.File(at("bare.nwb"), "w") as f:
        f.attrs["nwb_version"] = "2.6.0"
        Style("2.6.0").series(f.create_group("processing/ophys"), "dff", np.zeros((5, 3)), "n.a.", rate=30.0)
    # MatNWB keeps conversion as a float32, as it was set here.
    matnwb = meaning(s)
    matnwb["hand_vel"]["values"] = numbers(s.vel * float(np.float32(0.001)) + 0.5)
    expected = {"pynwb.nwb": meaning(s), "latest.nwb": meaning(s), "matnwb.nwb": matnwb, "split/train.nwb": meaning(train),
                "split/test.nwb": meaning(test, held_in, behavior=False)}
    with open(at("expected.json"), "w") as out:
        json.dump(expected, out, indent=0)


if __name__ == "__main__":
    main()
