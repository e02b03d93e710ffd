"""Writes the fixtures of this package with scipy: versions 4 and 5, compressed and not.

Made with Python 3.11.2, numpy 1.24.2, scipy 1.10.1; see gen.sh.
"""
import numpy as np
import scipy.io
import scipy.sparse

rng = np.random.default_rng(20131218)

numbers = {
    "scalar": 3.25,
    "row": np.arange(7.0)[None, :],
    "matrix": rng.standard_normal((3, 5)),
    "cube": rng.standard_normal((2, 3, 4)),
    "special": np.array([[np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7976931348623157e308]]),
    "empty": np.zeros((0, 3)),
    "single": rng.standard_normal((2, 2)).astype("f4"),
    "int8": np.array([[-128, 0, 127]], "i1"),
    "uint8": np.array([[0, 255]], "u1"),
    "int16": np.array([[-32768, 32767]], "i2"),
    "uint16": np.array([[65535]], "u2"),
    "int32": np.array([[-2147483648], [2147483647]], "i4"),
    "uint32": np.array([[4294967295]], "u4"),
    "int64": np.array([[-(2**63), 2**53 + 1, 2**63 - 1]], "i8"),
    "uint64": np.array([[0, 2**53 + 1, 2**64 - 1]], "u8"),
    "z": rng.standard_normal((2, 3)) + 1j * rng.standard_normal((2, 3)),
    "logical": np.array([[True, False], [False, True]]),
}
texts = {
    "text": "spikes",
    "accents": "na\u00efve \u65e5\u672c",
    "lines": np.array(["one", "three", "five5"]),
    "notext": "",
}
sparse = {
    "sparse": scipy.sparse.random(6, 5, 0.4, "csc", random_state=rng),
    "sparsez": scipy.sparse.csc_matrix(np.array([[0, 1 + 2j], [3, 0]])),
    "sparsel": scipy.sparse.csc_matrix(np.array([[True, False, True], [False, False, True]])),
    "sparse0": scipy.sparse.csc_matrix((3, 4)),
}
cell = np.empty((2, 2), object)
cell[0, 0], cell[1, 0], cell[0, 1] = np.eye(2), "text", np.array([[np.float64(1), np.float64(2)]])
inner = np.empty((1, 2), object)
inner[0, 0], inner[0, 1] = 1.0, "deep"
cell[1, 1] = inner
array = np.zeros((1, 3), [("spikes", object), ("name", object)])
for i in range(3):
    array[0, i]["spikes"] = rng.poisson(3, (4, i + 1)).astype("u1")
    array[0, i]["name"] = "block %d" % i
nested = {
    "D": {"datestr": "20260101", "blocks": array, "dec": {"M": {"A": rng.standard_normal((2, 2))}}, "none": np.zeros((0, 0))},
    "cell": cell,
    "nothing": np.empty((0, 0), object),
}

everything = {**numbers, **texts, **sparse, **nested}
scipy.io.savemat("scipy5.mat", everything, do_compression=False)
scipy.io.savemat("scipy5z.mat", everything, do_compression=True)

four = {k: numbers[k] for k in ("scalar", "row", "matrix", "special", "single", "uint8", "int16", "uint16", "int32", "z")}
scipy.io.savemat("scipy4.mat", {**four, "text": "spikes", **{k: sparse[k] for k in ("sparse", "sparsez")}}, format="4")
