"""Writes what scipy reads in MATLAB files as JSON, one object per file, for the tests of this package.

    dump.py FILE.mat ...

Made with Python 3.11.2, numpy 1.24.2, scipy 1.10.1. Each array is listed by its path with its class, sizes and
digests: SHA-256 of the numbers as little-endian float64 in column-major order ("re", "im"), of
integers also as 64-bit integers ("int"); texts are given row by row.
"""
import hashlib
import json
import sys
import warnings

import numpy as np
import scipy.io
import scipy.sparse
from scipy.io.matlab import MatlabFunction, MatlabObject, MatlabOpaque, matfile_version

CLASSES = {"float64": "double", "float32": "single", "bool": "logical"}


def digest(x, dtype):
    return hashlib.sha256(np.asarray(x).astype(dtype).tobytes(order="F")).hexdigest()


def numbers(x):
    entry = {"re": digest(x.real, "<f8")}
    name = x.dtype.name
    if x.dtype.kind == "c":
        entry["im"] = digest(x.imag, "<f8")
        name = {"complex128": "float64", "complex64": "float32"}[name]
    if x.dtype.kind in "iu":
        entry["int"] = digest(x, "<i8" if x.dtype.kind == "i" else "<u8")
        if any(int(float(v)) != int(v) for v in x.flat):
            del entry["re"]  # not all of them are float64s
    entry["class"] = CLASSES.get(name, name)
    return entry


def walk(x, stored, path, out):
    """Lists x, which has MATLAB's classes; stored is the same as it is stored, where scipy keeps
    the imaginary parts."""
    if not scipy.sparse.issparse(x) and stored.dtype.kind == "c":
        x = stored
    if scipy.sparse.issparse(x):
        entry = numbers(x.toarray())
        entry["sparse"] = True
        entry["class"] = "double"  # scipy has the type of storage here
        entry.pop("int", None)
    elif isinstance(x, (MatlabFunction, MatlabObject, MatlabOpaque)):
        out[path] = {"class": "unsupported"}
        return
    elif x.dtype.kind == "U":
        rows = ["".join(r) for r in x] if x.ndim == 2 and x.size else None
        entry = {"class": "char", "rows": rows}
    elif x.dtype.names is not None:
        entry = {"class": "struct", "fields": list(x.dtype.names)}
    elif x.dtype.kind == "O":
        # scipy gives a struct without fields as an array of None
        entry = {"class": "struct" if x.size and x.flat[0] is None else "cell"}
    else:
        entry = numbers(x)
    entry["dims"] = list(x.shape)
    out[path] = entry
    if entry["class"] == "cell":
        for i, (v, w) in enumerate(zip(x.ravel(order="F"), stored.ravel(order="F"))):
            walk(v, w, "%s{%d}" % (path, i), out)
    elif entry.get("fields"):
        for i, (v, w) in enumerate(zip(x.ravel(order="F"), stored.ravel(order="F"))):
            at = path if x.size == 1 else "%s[%d]" % (path, i)
            for f in x.dtype.names:
                walk(v[f], w[f], at + "." + f, out)


def dump(file):
    out = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            stored = scipy.io.loadmat(file, mat_dtype=False, chars_as_strings=False)
            content = scipy.io.loadmat(file, mat_dtype=True, chars_as_strings=False)
            logical = [name for name, _, kind in scipy.io.whosmat(file) if kind == "logical"]
            four = matfile_version(file)[0] == 0
        except Exception as e:
            return {"error": repr(e)}
    for name, x in content.items():
        if not name.startswith("__"):
            walk(x, stored[name], name, out)
            if name in logical:
                out[name]["class"] = "logical"  # scipy forgets it of sparse ones
            if four and out[name]["class"] != "char":
                out[name]["class"] = "double"  # the only class of MATLAB 4
    return out


if __name__ == "__main__":
    json.dump({f: dump(f) for f in sys.argv[1:]}, sys.stdout, indent=1, ensure_ascii=False)
