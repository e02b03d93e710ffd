"""Writes the fixtures of this folder and expected.json, what NumPy itself makes of them.

Run as: /usr/bin/python3 gen.py   (written with Python 3.11.2, NumPy 1.24.2)

expected.json: file -> array -> {dtype, shape, fortran, float64 or strings or refused}; float64 is the
hexadecimal of the little-endian bytes of ascontiguousarray(a).astype('<f8'). The ramps are not in it:
they are 0, 1, 2, … in row-major order.
"""
import json
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
rng = np.random.default_rng(20180601)
NUMBERS = ["|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8"]
SHAPES = [(), (1,), (7,), (0,), (0, 3), (5, 3), (1, 4), (4, 1), (2, 3, 4), (2, 1, 3, 2)]


def numbers(descr, shape):
    dt = np.dtype(descr)
    n = int(np.prod(shape))
    a = np.frombuffer(rng.bytes(n * dt.itemsize), dt).copy()  # any bits: NaNs, infinities, subnormals
    if dt.kind == "b":
        a = (np.frombuffer(rng.bytes(n), "u1") & 1).astype("?")
    return a.reshape(shape)


def describe(a):
    fortran = bool(a.flags.f_contiguous and not a.flags.c_contiguous)
    e = {"dtype": np.lib.format.dtype_to_descr(a.dtype), "shape": list(a.shape), "fortran": fortran}
    c = np.ascontiguousarray(a).reshape(a.shape)
    if a.dtype.kind == "U":
        e["strings"] = [str(s) for s in c.ravel()]
    elif a.dtype.kind == "S":
        e["strings"] = [s.decode("latin-1") for s in c.ravel()]
    elif a.dtype.kind in "biuf" and a.dtype.itemsize <= 8:
        e["float64"] = c.astype("<f8").tobytes().hex()
    else:
        e["refused"] = True
        e["dtype"] = "structured" if a.dtype.names else e["dtype"]
    return e


expected = {}


def save(path, arrays, writer):
    writer(path, **arrays)
    expected[path] = {k: describe(np.asarray(v)) for k, v in arrays.items() if not k.startswith("ramp")}


arrays = {}
for descr in NUMBERS:
    for shape in SHAPES:
        name = descr.strip("<|") + "_" + "x".join(map(str, shape))
        a = numbers(descr, shape)
        arrays[name] = a
        if len(shape) > 1:
            arrays[name + "_f"] = np.asfortranarray(a)
        if a.dtype.itemsize > 1:
            arrays[name + "_be"] = a.astype(a.dtype.newbyteorder(">"))
some = {k: v for i, (k, v) in enumerate(arrays.items()) if i % 5 == 0}
labels = {
    "names": np.array(["M1 left", "PMd", "", "σ=½ 𝛼"]),
    "names_be": np.array(["M1 left", "PMd", "", "σ=½ 𝛼"]).astype(">U9"),
    "names_f": np.asfortranarray(np.array([["a", "bb"], ["ccc", "dddd"], ["e", "f"]])),
    "bytes": np.array([b"spike", b"lfp", b""]),
    "one": np.array("only"),
}
refused = {
    "complex": np.array([1 + 2j]),
    "object": np.array([[1, 2], [3]], dtype=object),
    "dates": np.array(["2018-06-01"], "M8[D]"),
    "durations": np.array([1], "m8[ms]"),
    "records": np.zeros(3, [("t", "<f8"), ("id", "<i4"), ("pos", "<f4", (3,))]),
    "void": np.zeros(2, "V5"),
}
if np.dtype(np.longdouble).itemsize == 16:
    refused["longdouble"] = np.zeros(2, np.longdouble)
save("stored.npz", {**arrays, **labels, **refused}, np.savez)
save("deflated.npz", {**some, **labels, "ramp": np.arange(20000.0).reshape(-1, 4), "ramp_f": np.asfortranarray(np.arange(6000.0).reshape(-1, 3))}, np.savez_compressed)

for version in [(1, 0), (2, 0), (3, 0)]:
    path = "v%d.npy" % version[0]
    a = np.asfortranarray(numbers(">f4", (6, 5))) if version[0] == 2 else numbers("<f8", (6, 5))
    with open(path, "wb") as f:
        np.lib.format.write_array(f, a, version=version)
    expected[path] = {"v%d" % version[0]: describe(a)}
a = np.zeros(2, [("größe", "<f8")])  # a name that needs version 3
np.save("records.npy", a)
expected["records.npy"] = {"records": describe(a)}

with open("expected.json", "w") as f:
    json.dump({"python": sys.version.split()[0], "numpy": np.__version__, "files": expected}, f, separators=(",", ":"))
    f.write("\n")
