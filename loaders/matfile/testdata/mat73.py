"""Writes MATLAB 7.3 files with h5py, laid out as MATLAB does: a header of 512 bytes; sizes in reverse;
attributes MATLAB_class, MATLAB_int_decode, MATLAB_empty, MATLAB_fields, MATLAB_sparse, H5PATH; the contents of
cells and struct arrays in the group #refs#; small arrays in the compact layout, large ones in deflated
chunks.

    with mat73.File("x.mat") as f:
        f.write("name", value)

Values are what scipy.io.savemat takes: numbers, texts, dictionaries (structs), object arrays (cells), structured
arrays (struct arrays), sparse matrices. Made with h5py 3.7.0, HDF5 1.10.8, numpy 1.24.2.
"""
import h5py
import numpy as np
import scipy.sparse
from h5py import h5d, h5p, h5s, h5t

CLASSES = {"float64": "double", "float32": "single", "bool": "logical"}
HEADER = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Thu Jan  1 00:00:00 2026 HDF5 schema 1.00 ."
REF = h5py.special_dtype(ref=h5py.Reference)


class File:
    def __init__(self, path, chunk_bytes=1 << 14, **options):
        self.path, self.chunk_bytes = path, chunk_bytes
        self.h = h5py.File(path, "w", userblock_size=512, **options)
        self.refs = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.h.close()
        with open(self.path, "r+b") as f:
            f.write(HEADER.ljust(124) + b"\x00\x02IM" + bytes(384))

    def write(self, name, value, parent=None):
        """Writes a value and returns its object."""
        parent = self.h if parent is None else parent
        if isinstance(value, dict):
            return self.struct(parent, name, value)
        if scipy.sparse.issparse(value):
            return self.sparse(parent, name, value)
        if isinstance(value, str) or isinstance(value, np.ndarray) and value.dtype.kind == "U":
            return self.text(parent, name, value)
        value = np.atleast_2d(value)
        if value.dtype.names:
            return self.structs(parent, name, value)
        if value.dtype.kind == "O":
            if value.size == 0:
                return self.empty(parent, name, "cell", value.shape)
            return classed(self.references(parent, name, value, value), "cell")
        return self.numbers(parent, name, value)

    def numbers(self, parent, name, x):
        cls = CLASSES.get(x.dtype.name, {"complex128": "double", "complex64": "single"}.get(x.dtype.name, x.dtype.name))
        if x.size == 0:
            return self.empty(parent, name, cls, x.shape)
        if x.dtype.kind == "c":
            half = x.real.dtype
            z = np.empty(x.shape, [("real", half), ("imag", half)])
            z["real"], z["imag"] = x.real, x.imag
            x = z
        d = self.dataset(parent, name, (x.astype("u1") if cls == "logical" else x).T)
        classed(d, cls)
        if cls == "logical":
            d.attrs.create("MATLAB_int_decode", 1, dtype="i4")
        return d

    def text(self, parent, name, value):
        rows = [value] if isinstance(value, str) else list(value)
        units = [np.frombuffer(r.encode("utf-16-le"), "u2") for r in rows]
        width = max((len(u) for u in units), default=0)
        if width == 0:
            d = self.empty(parent, name, "char", (0, 0))
        else:
            x = np.full((len(rows), width), ord(" "), "u2")
            for i, u in enumerate(units):
                x[i, : len(u)] = u
            d = classed(self.dataset(parent, name, x.T), "char")
        d.attrs.create("MATLAB_int_decode", 2, dtype="i4")
        return d

    def struct(self, parent, name, fields):
        g = parent.create_group(name)
        classed(g, "struct")
        fieldnames(g, fields)
        for k, v in fields.items():
            self.write(k, v, g)
        return g

    def structs(self, parent, name, x):
        if x.size == 0:
            d = self.empty(parent, name, "struct", x.shape)
            fieldnames(d, x.dtype.names)
            return d
        g = parent.create_group(name)
        classed(g, "struct")
        fieldnames(g, x.dtype.names)
        for f in x.dtype.names:
            self.references(g, f, x[f], x[f])
        return g

    def references(self, parent, name, values, like):
        refs = np.empty(like.shape[::-1], REF)
        for at in np.ndindex(like.shape):
            refs[at[::-1]] = self.reference(values[at], parent.name)
        d = parent.create_dataset(name, refs.shape, REF)
        d[...] = refs
        return d

    def reference(self, value, path):
        group = self.h.require_group("#refs#")
        letters = "abcdefghijklmnopqrstuvwxyz"
        n, key = self.refs, ""
        while n >= 0:
            key, n = letters[n % 26] + key, n // 26 - 1
        self.refs += 1
        o = self.write(key, value, group)
        o.attrs.create("H5PATH", np.array(path.encode(), "S%d" % len(path)))
        return o.ref

    def sparse(self, parent, name, x):
        x = x.tocsc()
        g = parent.create_group(name)
        classed(g, "logical" if x.dtype == bool else "double")
        g.attrs.create("MATLAB_sparse", x.shape[0], dtype="u8")
        if x.nnz:
            data = x.data
            if data.dtype.kind == "c":
                z = np.empty(data.shape, [("real", "f8"), ("imag", "f8")])
                z["real"], z["imag"] = data.real, data.imag
                data = z
            elif data.dtype == bool:
                g.attrs.create("MATLAB_int_decode", 1, dtype="i4")
                data = data.astype("u1")
            self.dataset(g, "data", data)
            self.dataset(g, "ir", x.indices.astype("u8"))
        self.dataset(g, "jc", x.indptr.astype("u8"))
        return g

    def empty(self, parent, name, cls, shape):
        d = classed(self.dataset(parent, name, np.array(shape, "u8")), cls)
        d.attrs.create("MATLAB_empty", 1, dtype="u1")
        return d

    def dataset(self, parent, name, x):
        x = np.ascontiguousarray(x)
        plist = h5p.create(h5p.DATASET_CREATE)
        if x.nbytes < 8000:
            plist.set_layout(h5d.COMPACT)
        else:
            rows = max(1, self.chunk_bytes // (x.nbytes // x.shape[0]))
            plist.set_chunk((min(rows, x.shape[0]),) + x.shape[1:])
            plist.set_deflate(3)
        kind = h5t.py_create(x.dtype, logical=True)
        d = h5py.Dataset(h5d.create(parent.id, name.encode(), kind, h5s.create_simple(x.shape), plist))
        d[...] = x
        return d


def classed(o, name):
    o.attrs.create("MATLAB_class", np.array(name.encode(), "S%d" % len(name)))
    return o


def vlen(names):
    x = np.empty(len(names), object)
    for i, n in enumerate(names):
        x[i] = np.array([c.encode() for c in n], "S1")
    return x


def fieldnames(o, names):
    names = list(names)
    if names:
        o.attrs.create("MATLAB_fields", vlen(names), dtype=h5py.vlen_dtype(np.dtype("S1")))
