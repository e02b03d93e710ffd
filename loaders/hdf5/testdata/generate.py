#!/usr/bin/python3
"""Writes the fixtures of this folder, and beside each, as JSON, what h5py reads back from it.

    generate.py [FOLDER]

The committed files were made by h5py 3.7.0 with HDF5 1.10.8 and numpy 1.24.2 (Python 3.11). A few
features that h5py does not offer are reached in the HDF5 library that h5py has loaded, through ctypes.
"""
import ctypes
import hashlib
import json
import os
import sys

import h5py
import numpy as np

OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
RNG = np.random.default_rng(3)


def library():
    """The HDF5 library of this process."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            path = line.split()[-1]
            if "libhdf5" in path and "_hl" not in path and "_cpp" not in path:
                return ctypes.CDLL(path)
    raise SystemExit("no HDF5 library is loaded")


LIB = library()


def call(name, *args):
    if getattr(LIB, name)(*args) < 0:
        raise SystemExit(name + " failed")


# ---- what h5py reads back ----


def digest(b):
    return b.hex() if len(b) <= 64 else hashlib.sha256(b).hexdigest()


def text(s):
    return s.decode("utf-8") if isinstance(s, bytes) else s


def describe(values, dtype, file):
    """An array as JSON: numbers as the digest of their little-endian bytes."""
    values = np.asarray(values)
    out = {"shape": list(values.shape)}
    string, vlen, ref = (h5py.check_string_dtype(dtype), h5py.check_vlen_dtype(dtype),
                         h5py.check_ref_dtype(dtype))
    if string is not None:
        out["kind"] = "string"
        out["values"] = [text(v) for v in values.ravel().tolist()]
    elif vlen is not None:
        out["kind"] = "vlen"
        flat = values.ravel().tolist() if values.ndim else [values.item()]
        out["values"] = [describe(v, vlen, file) for v in flat]
    elif ref is not None:
        flat = values.ravel().tolist() if values.ndim else [values.item()]
        if ref is h5py.RegionReference:
            out["kind"] = "region"
            out["values"] = [region(v, file) for v in flat]
        else:
            out["kind"] = "ref"
            out["values"] = [file[v].name if v else "" for v in flat]
    elif dtype.names:
        out["kind"] = "compound"
        out["fields"] = {n: describe(values[n], dtype[n].base if dtype[n].subdtype else dtype[n], file)
                         for n in dtype.names}
    elif dtype.kind == "V":
        out["kind"] = "raw"
        out["digest"] = digest(values.tobytes())
    else:
        kind = {"b": "bool", "i": "int", "u": "int", "f": "float"}[dtype.kind]
        out["kind"] = kind
        little = values.astype(values.dtype.newbyteorder("<"))
        out["digest"] = digest(little.tobytes())
        with np.errstate(all="ignore"):
            out["float64"] = digest(values.astype("<f8").tobytes())
            out["float32"] = digest(values.astype("<f4").tobytes())
        if kind == "int" and (values.size == 0 or int(values.max()) < 2**63):
            out["int64"] = digest(values.astype("<i8").tobytes())
    return out


def region(v, file):
    if not v:
        return {"name": ""}
    space = h5py.h5r.get_region(v, file.id)
    kind = space.get_select_type()
    out = {"name": file[v].name}
    if kind == h5py.h5s.SEL_HYPERSLABS:
        out["blocks"] = space.get_select_hyper_blocklist().tolist()
    elif kind == h5py.h5s.SEL_POINTS:
        out["points"] = space.get_select_elem_pointlist().tolist()
    return out


def attributes(obj, file):
    out = {}
    for name in obj.attrs:
        a = obj.attrs.get_id(name)
        if a.get_space().get_simple_extent_type() == h5py.h5s.NULL:
            out[name] = {"kind": "null", "shape": []}
            continue
        value = obj.attrs[name]
        dtype = a.dtype
        if dtype.subdtype:
            dtype = dtype.base
        out[name] = describe(value, dtype, file)
    return out


def read_back(path, errors):
    objects = {}
    with h5py.File(path, "r") as file:

        def visit(name, obj):
            entry = {"attrs": attributes(obj, file)}
            if isinstance(obj, h5py.Group):
                entry["links"] = {}
                for key in obj:
                    link = obj.get(key, getlink=True)
                    entry["links"][key] = {
                        h5py.HardLink: lambda: "hard",
                        h5py.SoftLink: lambda: "soft " + link.path,
                        h5py.ExternalLink: lambda: "external " + link.filename + " " + link.path,
                    }[type(link)]()
            elif isinstance(obj, h5py.Dataset):
                if name in errors:
                    entry["error"] = errors[name]
                elif obj.shape is None:
                    entry["data"] = {"kind": "null", "shape": []}
                else:
                    dtype = obj.dtype
                    entry["data"] = describe(obj[()], dtype.base if dtype.subdtype else dtype, file)
                    # With lengths of 2 or 4 bytes HDF5 1.10 takes "unlimited" for the largest number.
                    entry["maxshape"] = [-1 if m in (None, 2**16 - 1, 2**32 - 1) else m for m in obj.maxshape]
                    entry["chunks"] = list(obj.chunks) if obj.chunks else None
            objects["/" + name] = entry

        visit("", file)
        file.visititems(visit)
    return objects


def fixture(name, fill, errors=None, **options):
    path = os.path.join(OUT, name + ".h5")
    options.setdefault("libver", "earliest")
    fcpl = options.pop("fcpl", None)
    before = options.pop("before", None)
    if fcpl is None:
        file = h5py.File(path, "w", **options)
    else:
        fapl = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
        fapl.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
        if options["libver"] == "latest":
            fapl.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
        file = h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, fcpl=fcpl, fapl=fapl))
    with file:
        fill(file)
    if before:
        with open(path, "r+b") as raw:
            raw.write(before)
    with open(os.path.join(OUT, name + ".json"), "w") as out:
        json.dump(read_back(path, errors or {}), out, indent=0, sort_keys=True, ensure_ascii=False)
        out.write("\n")


# ---- the fixtures ----


def types(f):
    """Every class of datatype, both byte orders, as datasets and as attributes."""
    def add(name, data, **kw):
        d = f.create_dataset(name, data=data, **kw)
        d.attrs.create("copy", d[()], dtype=d.dtype)
    for order in "<>":
        for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
            info = np.iinfo(code)
            add("int/" + {"<": "le_", ">": "be_"}[order] + code,
                np.array([info.min, info.max, 0, 1, 77, info.min + 1], order + code))
        for code in ("f2", "f4", "f8"):
            info = np.finfo(code)
            v = np.array([0, -0.0, 1, -1.5, np.inf, -np.inf, np.nan, info.max, info.tiny,
                          info.smallest_subnormal, -np.pi], order + code)
            add("float/" + {"<": "le_", ">": "be_"}[order] + code, v)
    add("float/scalar", np.float64(2.5))
    add("bool", np.array([[True, False], [False, False], [True, True]]))
    add("enum", np.array([0, 7, -3], "i2"), dtype=h5py.enum_dtype({"REST": 0, "GO": 7, "NONE": -3}, basetype="i2"))
    add("string/vlen", np.array(["", "a", "Grüße, 世界", "x" * 300], object), dtype=h5py.string_dtype())
    add("string/vlen_ascii", np.array([b"", b"spikes"], object), dtype=h5py.string_dtype("ascii"))
    add("string/scalar", "a long text " * 40, dtype=h5py.string_dtype())
    add("string/fixed", np.array([b"ab", b"", b"abcde"], "S5"))
    add("string/fixed_utf8", np.array(["é".encode(), b"abc"], dtype=h5py.string_dtype("utf-8", 6)))
    for name, pad in (("null_term", h5py.h5t.STR_NULLTERM), ("space_pad", h5py.h5t.STR_SPACEPAD)):
        t = h5py.h5t.C_S1.copy()
        t.set_size(6)
        t.set_strpad(pad)
        space = h5py.h5s.create_simple((3,))
        d = h5py.h5d.create(f["string"].id, name.encode(), t, space)
        d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b"ab    ", b"abcde\0", b"      "], "S6"), mtype=t)
    compound = np.dtype([("id", "u1"), ("x", ">f8"), ("n", "i4", (2, 3)),
                         ("in", [("flag", "?"), ("name", "S3")])])
    v = np.zeros(3, compound)
    v["id"], v["x"] = [1, 2, 3], [0.5, -1, 1e300]
    v["n"] = np.arange(18).reshape(3, 2, 3)
    v["in"]["flag"], v["in"]["name"] = [True, False, True], [b"a", b"bcd", b""]
    add("compound/nested", v)
    add("compound/complex", np.array([1 + 2j, -0.5j], "c16").view([("real", "f8"), ("imag", "f8")]))
    mixed = np.dtype([("name", h5py.string_dtype()), ("times", h5py.vlen_dtype("f4"))])
    v = np.empty(2, mixed)
    v[0], v[1] = ("first", np.array([1, 2.5], "f4")), ("", np.array([], "f4"))
    f.create_dataset("compound/vlen", data=v)
    sub = np.dtype(("i2", (2, 2)))
    space = h5py.h5s.create_simple((3,))
    d = h5py.h5d.create(f.id, b"array", h5py.h5t.py_create(sub), space)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(12, dtype="i2"), mtype=h5py.h5t.py_create(sub))
    f.create_dataset("opaque", data=np.array([b"\1\2\3", b"\0\0\xff"], "V3"))
    vl = f.create_dataset("vlen", (3,), dtype=h5py.vlen_dtype("u2"))
    vl[0], vl[2] = [1, 2, 3], [65535]
    f.create_dataset("null", data=h5py.Empty("f8"))
    f["null"].attrs["null"] = h5py.Empty("i4")
    f["named"] = np.dtype("<i4")
    f["named"].attrs["why"] = "shared"
    d = f.create_dataset("uses_named", data=np.arange(4), dtype=f["named"])
    d.attrs.create("also", np.arange(3), dtype=f["named"])
    bits = h5py.h5t.STD_B16LE
    d = h5py.h5d.create(f.id, b"bitfield", bits, h5py.h5s.create_simple((2,)))
    call("H5Dwrite", ctypes.c_int64(d.id), ctypes.c_int64(bits.id), ctypes.c_int64(0), ctypes.c_int64(0),
         ctypes.c_int64(0), np.array([0x8001, 3], "<u2").ctypes)
    odd = h5py.h5t.STD_I32LE.copy()
    odd.set_precision(12)
    d = h5py.h5d.create(f.id, b"odd_integer", odd, h5py.h5s.create_simple((2,)))
    short = h5py.h5t.IEEE_F32LE.copy()
    short.set_ebias(100)
    h5py.h5d.create(f.id, b"odd_float", short, h5py.h5s.create_simple((2,)))
    h5py.h5d.create(f.id, b"time", h5py.h5t.UNIX_D32LE, h5py.h5s.create_simple((2,)))


TYPE_ERRORS = {"odd_integer": "12 bits", "odd_float": "not one of IEEE 754", "time": "not a number",
               "bitfield": ""}  # not for h5py: tested by itself


def layouts(f):
    """Compact, contiguous and chunked; every filter; edges, holes, fill values, zero lengths."""
    x = (1000 * np.sin(np.arange(37 * 11) / 7)).astype("i4").reshape(37, 11)
    y = np.cumsum(RNG.integers(-3, 4, (23, 7, 5)), axis=0).astype("f8") / 8
    f.create_dataset("contiguous", data=x)
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_layout(h5py.h5d.COMPACT)
    d = h5py.h5d.create(f.id, b"compact", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((4, 11)), dcpl)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ascontiguousarray(x[:4]))
    f.create_dataset("chunked", data=x, chunks=(8, 4))
    f.create_dataset("wide", data=x, chunks=(8, 11), compression=4)
    f.create_dataset("deflate", data=x, chunks=(8, 4), compression=6)
    f.create_dataset("shuffle", data=y, chunks=(5, 3, 5), compression=1, shuffle=True)
    f.create_dataset("shuffle2", data=x.astype("i2"), chunks=(8, 11), compression=1, shuffle=True)
    f.create_dataset("shuffle3", data=np.array([b"abc", b"def", b"xyz", b""] * 5, "S3"), chunks=(7,), shuffle=True)
    f.create_dataset("fletcher", data=x.astype(">i2"), chunks=(9, 11), fletcher32=True)
    f.create_dataset("fletcher_odd", data=x.astype("u1").ravel()[:33], chunks=(33,), fletcher32=True)
    f.create_dataset("all", data=x, chunks=(8, 4), compression=9, shuffle=True, fletcher32=True)
    f.create_dataset("lzf", data=x, chunks=(8, 11), compression="lzf")
    f.create_dataset("lzf_raw", data=RNG.integers(0, 256, (64, 4), dtype="u1"), chunks=(16, 4), compression="lzf")
    f.create_dataset("lzf_shuffle", data=np.arange(500.0), chunks=(100,), compression="lzf", shuffle=True)
    f.create_dataset("strings", data=np.array(["é%d" % i for i in range(30)], object), dtype=h5py.string_dtype(),
                     chunks=(7,), compression=4)
    f.create_dataset("one_chunk", data=x, chunks=(37, 11))
    f.create_dataset("one_chunk_deflate", data=x, chunks=(37, 11), compression=1)
    f.create_dataset("grows", data=x, chunks=(4, 4), maxshape=(None, 11))
    f.create_dataset("grows_deflate", data=x, chunks=(2, 4), maxshape=(None, 20), compression=1)
    f.create_dataset("grows_second", data=x, chunks=(8, 2), maxshape=(40, None), compression=1)
    f.create_dataset("grows_both", data=x, chunks=(4, 4), maxshape=(None, None))
    f.create_dataset("grows_both_deflate", data=x, chunks=(2, 2), maxshape=(None, None), compression=1)
    f.create_dataset("may_grow", data=x, chunks=(8, 4), maxshape=(100, 50))
    d = f.create_dataset("holes", (50, 6), "i2", chunks=(8, 4), fillvalue=-7)
    d[17:19, 1:5] = 3
    d = f.create_dataset("holes_deflate", (50, 6), ">f4", chunks=(8, 4), fillvalue=np.nan, compression=1)
    d[40:, 0] = 1.5
    d = f.create_dataset("holes_grow", (0, 3), "u2", chunks=(2, 3), fillvalue=9, maxshape=(None, 3))
    d.resize((31, 3))
    d[29] = [1, 2, 3]
    f.create_dataset("unwritten", (3, 4), "f8", fillvalue=2.5)
    f.create_dataset("unwritten_chunks", (30, 4), "i8", chunks=(7, 2), fillvalue=-1)
    f.create_dataset("empty", (0,), "f8")
    f.create_dataset("empty_chunked", (0, 5), "f8", chunks=(4, 5), maxshape=(None, 5))
    d = f.create_dataset("shrunk", data=np.arange(40), chunks=(8,), maxshape=(None,))
    d.resize((19,))
    d.resize((37,))
    for dims in ((5,), (6, 9)):
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        dcpl.set_chunk(tuple(4 for _ in dims))
        dcpl.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)  # implicit index in the new format
        d = h5py.h5d.create(f.id, b"early%d" % len(dims), h5py.h5t.STD_I32LE, h5py.h5s.create_simple(dims), dcpl)
        d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(np.prod(dims), dtype="i4").reshape(dims))
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_chunk((8, 4))
    dcpl.set_deflate(1)
    call("H5Pset_chunk_opts", ctypes.c_int64(dcpl.id), ctypes.c_uint(2))  # edges unfiltered
    d = h5py.h5d.create(f.id, b"raw_edges", h5py.h5t.STD_I32LE, h5py.h5s.create_simple(x.shape), dcpl)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, x)
    f.create_dataset("scaleoffset", data=x, chunks=(8, 4), scaleoffset=4)
    f.create_dataset("external", (4,), "i4", external=[("elsewhere.bin", 0, 16)])
    if h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP) and "szip" in h5py.filters.encode:
        f.create_dataset("szip", data=x, chunks=(8, 4), compression="szip")


LAYOUT_ERRORS = {"scaleoffset": "filter 6 (scaleoffset): unsupported", "external": '"elsewhere.bin"',
                 "szip": "filter 4 (szip): unsupported"}


def indexes(f):
    """Chunk indexes with more than one level, and with pages."""
    n = 3000
    f.create_dataset("fixed_paged", data=np.arange(n, dtype="u2"), chunks=(2,))
    d = f.create_dataset("fixed_holes", (40000,), "u1", chunks=(4,))
    d[30000:30010] = 7
    d = f.create_dataset("extensible", (4000, 2), "u1", chunks=(8, 2), maxshape=(None, 2))
    d[:] = np.arange(8000).reshape(4000, 2) % 251
    d = f.create_dataset("extensible_paged", (400000,), "u1", chunks=(1,), maxshape=(None,))
    for start in (0, 3, 100, 1000, 131000, 140000, 399990):
        d[start:start + 3] = [5, 6, 7]
    d = f.create_dataset("extensible_paged_deflate", (300000,), "u1", chunks=(1,), maxshape=(None,), compression=1)
    for start in (7, 2000, 262200, 299990):
        d[start:start + 2] = [8, 9]
    d = f.create_dataset("tree", (90, 90), "u1", chunks=(3, 2), maxshape=(None, None))
    d[:] = np.arange(8100).reshape(90, 90) % 253
    d = f.create_dataset("tree_deflate", (40, 40), "u1", chunks=(2, 2), maxshape=(None, None), compression=1)
    d[:] = np.arange(1600).reshape(40, 40) % 241


def groups(f):
    """Few and many links and attributes; every kind of link; a cycle."""
    f.create_group("empty")
    f["a/b/c"] = np.arange(3)
    f["hard"] = f["a/b/c"]
    f["soft"] = h5py.SoftLink("/a/b/c")
    f["a/relative"] = h5py.SoftLink("b/c")
    f["dangling"] = h5py.SoftLink("/a/nothing")
    f["circle1"] = h5py.SoftLink("/circle2")
    f["circle2"] = h5py.SoftLink("/circle1")
    f["external"] = h5py.ExternalLink("other.h5", "/there/it is")
    f["a/b/up"] = f["a"]
    f["Grüße"] = np.float32(1.5)
    many = f.create_group("many")
    for i in range(300):
        many["unit %d" % i] = h5py.SoftLink("/a/b") if i % 50 == 7 else f["a/b/c"]
    many.attrs["n"] = 300
    names = f.create_group("long_names")
    for i in range(40):
        names["%s%d" % ("n" * 400, i)] = f["a/b/c"]
    many_attrs = f.create_group("many_attrs")
    for i in range(60):
        many_attrs.attrs["attribute %d" % i] = np.arange(i) if i % 2 else "text %d" % i
    g = f.create_group("ordered", track_order=True)
    for name in "zyx":
        g[name] = f["a"]
        g.attrs[name] = name
    for i in range(20):
        g.attrs["more%d" % i] = i


def dense(f):
    groups(f)
    f["many_attrs"].attrs["large"] = np.arange(9000.0)   # a huge object of the fractal heap
    f["many_attrs"].attrs["large too"] = np.arange(600.0)
    gcpl = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    call("H5Pset_deflate", ctypes.c_int64(gcpl.id), ctypes.c_uint(6))
    g = h5py.Group(h5py.h5g.create(f.id, b"deflated", gcpl=gcpl))
    for i in range(100):
        g["deflated name %d" % i] = f["a"]


def references(f):
    f["x"] = np.arange(12).reshape(3, 4)
    f["g/y"] = np.arange(5.0)
    refs = f.create_dataset("refs", (4,), h5py.ref_dtype)
    refs[0], refs[1], refs[3] = f["x"].ref, f["g"].ref, f.ref
    regions = f.create_dataset("regions", (4,), h5py.regionref_dtype)
    regions[0] = f["x"].regionref[1:3, 0:2]
    regions[1] = f["g/y"].regionref[[0, 3]]
    regions[2] = f["x"].regionref[::2, 1]
    f.attrs["to"] = f["g/y"].ref
    f.attrs.create("list", np.array([f["x"].ref, f["g"].ref], object), dtype=h5py.ref_dtype)
    f["x"].attrs["region"] = f["g/y"].regionref[1:4]
    index = np.dtype([("idx_start", "i4"), ("count", "i4"), ("timeseries", h5py.ref_dtype)])
    v = np.empty(2, index)
    v[0], v[1] = (0, 3, f["g/y"].ref), (1, 1, f["x"].ref)
    f.create_dataset("index", data=v)


def matlab(f):
    """The structure of MATLAB v7.3 files; the values are made up."""
    def put(where, name, data, cls, **extra):
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        if data.nbytes < 8192 and data.nbytes > 0:
            dcpl.set_layout(h5py.h5d.COMPACT)
        t = h5py.h5t.py_create(data.dtype, logical=True)
        d = h5py.Dataset(h5py.h5d.create(where.id, name.encode(), t, h5py.h5s.create_simple(data.shape), dcpl))
        d[...] = data
        d.attrs["MATLAB_class"] = np.bytes_(cls)
        for key, value in extra.items():
            d.attrs[key] = value
        return d
    put(f, "x", np.arange(12.0).reshape(4, 3), "double")
    put(f, "name", np.array([[ord(c)] for c in "monkey J"], "u2"), "char", MATLAB_int_decode=np.int32(2))
    put(f, "ok", np.array([[1]], "u1"), "logical", MATLAB_int_decode=np.int32(1))
    put(f, "none", np.array([0, 0], "u8"), "double", MATLAB_empty=np.uint8(1))
    put(f, "z", np.array([[(1.0, -2.0)]], [("real", "f8"), ("imag", "f8")]), "double")
    f.create_dataset("spikes", data=(np.arange(6000) % 7).astype("u1").reshape(200, 30), chunks=(50, 30), compression=3)
    f["spikes"].attrs["MATLAB_class"] = np.bytes_("uint8")
    refs = f.create_group("#refs#")
    cells = np.empty((3, 1), h5py.ref_dtype)
    for i in range(3):
        cells[i, 0] = put(refs, "abc"[i], np.arange(i + 1.0).reshape(-1, 1), "double").ref
    put(f, "cells", cells, "cell")
    s = f.create_group("s")
    s.attrs["MATLAB_class"] = np.bytes_("struct")
    fields = np.empty(2, object)
    fields[0], fields[1] = np.array(list("rate"), "S1"), np.array(list("t0"), "S1")
    s.attrs.create("MATLAB_fields", fields, dtype=h5py.vlen_dtype(np.dtype("S1")))
    put(s, "rate", np.array([[45.0]]), "double")
    put(s, "t0", np.array([[-0.25]]), "double")


def shared(f):
    """Messages in the file's heap of shared messages."""
    for i in range(6):
        d = f.create_dataset("d%d" % i, data=np.arange(10) + i, dtype="i4", chunks=(5,), fillvalue=3, compression=1)
        d.attrs["same"] = "the same text in all of them"
        d.attrs["numbers"] = np.arange(20)


def small(f):
    f["x"] = np.arange(5, dtype="i2")
    f.create_dataset("chunked", data=np.arange(100), chunks=(10,), compression=1)
    if "sizes4_latest" not in f.filename:  # HDF5 1.10 loses the unlimited dimension there
        f.create_dataset("grows", data=np.arange(60), chunks=(2,), maxshape=(None,))
        f.create_dataset("tree", data=np.arange(60).reshape(6, 10), chunks=(2, 2), maxshape=(None, None))
    f.create_dataset("s", data=["one", "two"], dtype=h5py.string_dtype())
    f.create_dataset("refs", data=[f["x"].ref], dtype=h5py.ref_dtype)
    f["l"] = h5py.SoftLink("x")
    f["e"] = h5py.ExternalLink("other.h5", "/x")  # a link message, whatever the version


def many_names(f):
    """A symbol table with a B-tree of some depth: nodes hold few entries."""
    for i in range(200):
        f.create_group("group %03d" % i)
    f["x"] = np.arange(3)


def virtual(f):
    layout = h5py.VirtualLayout((4,), "i4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    f.create_virtual_dataset("v", layout)
    f["x"] = np.arange(3)


def creation(**kw):
    fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    if "sizes" in kw:
        fcpl.set_sizes(*kw["sizes"])
    if "sym_k" in kw:
        call("H5Pset_sym_k", ctypes.c_int64(fcpl.id), *map(ctypes.c_uint, kw["sym_k"]))
    if "istore_k" in kw:
        call("H5Pset_istore_k", ctypes.c_int64(fcpl.id), ctypes.c_uint(kw["istore_k"]))
    if "userblock" in kw:
        fcpl.set_userblock(kw["userblock"])
    if "shared" in kw:
        call("H5Pset_shared_mesg_nindexes", ctypes.c_int64(fcpl.id), ctypes.c_uint(2))
        call("H5Pset_shared_mesg_index", ctypes.c_int64(fcpl.id), ctypes.c_uint(0), ctypes.c_uint(0x1000), ctypes.c_uint(8))
        call("H5Pset_shared_mesg_index", ctypes.c_int64(fcpl.id), ctypes.c_uint(1), ctypes.c_uint(0x0b | 0x20 | 0x800), ctypes.c_uint(8))
    return fcpl


for version in ("earliest", "latest"):
    fixture("types_" + version, types, libver=version, errors=TYPE_ERRORS)
    fixture("layouts_" + version, layouts, libver=version, errors=LAYOUT_ERRORS)
    fixture("references_" + version, references, libver=version)
    fixture("groups_" + version, dense if version == "latest" else groups, libver=version)
fixture("indexes_latest", indexes, libver="latest")
fixture("matlab", matlab, userblock_size=512, before=b"MATLAB 7.3 MAT-file, imitated".ljust(124) + b"\0\2IM")
fixture("superblock1", small, fcpl=creation(istore_k=2))
fixture("superblock2", small, libver=("v108", "v108"))
fixture("sizes4", small, fcpl=creation(sizes=(4, 4)))
fixture("sizes4_latest", small, fcpl=creation(sizes=(4, 4)), libver="latest")
fixture("sizes2", small, fcpl=creation(sizes=(2, 2)))
fixture("userblock2048", small, fcpl=creation(userblock=2048), libver="latest")
fixture("shared", shared, fcpl=creation(shared=True))
fixture("shared_latest", shared, fcpl=creation(shared=True), libver="latest")
fixture("deep_tree", many_names, fcpl=creation(sym_k=(2, 2)))
fixture("virtual", virtual, libver="latest", errors={"v": "virtual"})
