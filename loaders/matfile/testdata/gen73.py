"""Writes the fixtures of version 7.3. scipy73.mat holds what scipy5.mat does, so that the tests may compare it with
what scipy reads in that one; more73.mat has what only this version has. See gen.sh and mat73.py.
"""
import os
import runpy
import tempfile

import h5py
import numpy as np

import mat73

here = os.getcwd()
with tempfile.TemporaryDirectory() as scratch:  # where gen.py may write again what it wrote
    os.chdir(scratch)
    everything = runpy.run_path(os.path.join(here, "gen.py"))["everything"]
    os.chdir(here)

with mat73.File("scipy73.mat") as f:
    for name, value in everything.items():
        f.write(name, value)
with mat73.File("latest73.mat", libver="latest") as f:
    for name, value in everything.items():
        f.write(name, value)

with mat73.File("more73.mat") as f:
    long = np.arange(300000.0) % 100
    # In chunks, longer than what is read at a time either way.
    f.write("long", long[None, :])
    f.write("tall", long[:, None] / 8)
    f.write("wide", np.stack([long, long + 1, -long]).astype("i4"))
    f.write("big", np.arange(6.0, dtype=">f8").reshape(2, 3))
    f.write("emoji", "a\U0001f9e0b")
    # The names of many fields are in a dataset that the attribute refers to.
    g = f.h.create_group("byref")
    mat73.classed(g, "struct")
    names = ["zeta", "alpha", "absent"]
    names_at = f.h.require_group("#refs#").create_dataset("names", (3,), h5py.vlen_dtype(np.dtype("S1")))
    names_at[...] = mat73.vlen(names)
    g.attrs.create("MATLAB_fields", names_at.ref, dtype=mat73.REF)
    f.write("alpha", 1.0, g)
    f.write("zeta", 2.0, g)
    # A struct whose attribute lists nothing: the fields by name.
    g = f.h.create_group("unlisted")
    mat73.classed(g, "struct")
    f.write("b", 1.0, g)
    f.write("a", 2.0, g)
    f.write("nofields", np.zeros((0, 2), [("x", object), ("y", object)]))
    mat73.classed(f.empty(f.h, "bare", "struct", (1, 1)), "struct")
    # Values in MATLAB's own form.
    d = mat73.classed(f.dataset(f.h, "str", np.arange(6, dtype="u4")[None, :]), "string")
    d.attrs.create("MATLAB_object_decode", 3, dtype="i4")
    g = f.h.create_group("handle")
    mat73.classed(g, "function_handle").attrs.create("MATLAB_object_decode", 4, dtype="i4")
    f.write("function_handle", "@(x)x", g)
    # Cells that share the canonical empty, and one that leads nowhere.
    canonical = f.empty(f.h["#refs#"], "canon", "canonical empty", (0, 0))
    d = f.h.create_dataset("cells", (1, 3), mat73.REF)
    d[0, 0] = canonical.ref
    d[0, 1] = canonical.ref
    mat73.classed(d, "cell")
    # What another program may add: no class.
    f.h.create_dataset("plain", data=np.arange(6, dtype="i2").reshape(2, 3))
    f.h.create_dataset("zero_d", data=2.5)
    f.h.create_dataset("words", data="text of HDF5")
    g = f.h.create_group("#subsystem#")
    f.write("MCOS", 1.0, g)

# Hostile: references that lead back, and to one place from many.
with mat73.File("loop73.mat") as f:
    d = f.h.create_dataset("loop", (1, 2), mat73.REF)
    mat73.classed(d, "cell")
    d[0, 0] = d.ref
    d[0, 1] = d.ref
    below = f.write("leaf", 1.0, f.h.require_group("#refs#"))
    for i in range(60):
        d = f.h["#refs#"].create_dataset("level%d" % i, (1, 2), mat73.REF)
        mat73.classed(d, "cell")
        d[0, 0] = d[0, 1] = below.ref
        below = d
    f.h["doubling"] = f.h["#refs#/level59"]
