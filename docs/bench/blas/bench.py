"""Times internal/blas and internal/eigen beside OpenBLAS and numpy, in one run, and prints tables.

    python3 docs/bench/blas/bench.py [rounds [best | AVX2]]

from the repository's root, by default three rounds of both tables: some minutes each. It needs Go, a C compiler,
Debian's libopenblas-dev and numpy. There is one table for the best instructions that the machine has and one for AVX2,
both sides held to it (ours by GODEBUG=cpu.avx512f=off). Each round runs the peer and then ours, with one and with two
threads; of each line the best round counts, so that what else the machine does weighs less. Rates are GF/s, for functions
the nanoseconds of an element, for the symmetric eigendecomposition milliseconds; there the peer is numpy.linalg.eigh, that
is, the dsyevd of the LAPACK which numpy is linked to. The OpenBLAS kernels are those it chooses by itself; the tables name
them.
"""

import os
import re
import subprocess
import sys
import tempfile

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
TABLE = sys.argv[2] if len(sys.argv) > 2 else ""
HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"^Benchmark(\S+?)(?:-\d+)?\s.*?([\d.e+]+) (GF/s|ns/element)", re.M)
SYM = re.compile(r"^Benchmark(Sym/\d+)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op", re.M)

# What holds either side to AVX2.
TIERS = {
    "the best instructions": ({}, {}),
    "AVX2": (
        {"OPENBLAS_CORETYPE": "Haswell",
         "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"},
        {"GODEBUG": "cpu.avx512f=off"},
    ),
}

# numpy's side, a process of its own, so that it chooses its instructions anew.
EIGH = """
import ctypes, time, numpy as np
np.linalg.eigh(np.eye(2))
for line in open("/proc/self/maps"):
    if "openblas" in line:
        library = ctypes.CDLL(line.split()[-1])
        for prefix, suffix in (("", ""), ("", "64_"), ("scipy_", "64_")):
            if name := getattr(library, f"{prefix}openblas_get_corename{suffix}", None):
                name.restype = ctypes.c_char_p
                print("core", name().decode())
                break
        break
for n in (8, 17, 26, 43, 60, 87, 100, 200, 500, 1000, 2000):
    a = np.random.default_rng(1).standard_normal((n, n))
    np.linalg.eigh(a)
    start, runs = time.perf_counter(), 0
    while runs == 0 or time.perf_counter() - start < 0.06:
        np.linalg.eigh(a)
        runs += 1
    print(f"Sym/{n} {(time.perf_counter() - start) / runs * 1e3}")
"""
FUNCTIONS = """
import time, numpy as np
rng = np.random.Generator(np.random.PCG64(1))
n = 1 << 14  # as in the Go benchmarks
for dtype in (np.float32, np.float64):
    x = rng.standard_normal(n).astype(dtype)
    y = np.empty_like(x)
    for name, call in {
        "Functions/tanh": lambda: np.tanh(x, out=y),
        "Functions/exp": lambda: np.exp(x, out=y),
        "Normal": lambda: rng.standard_normal(out=y, dtype=dtype),
    }.items():
        call()
        start, runs = time.perf_counter(), 0
        while time.perf_counter() - start < 0.06:
            call()
            runs += 1
        print(f"{name}/{dtype.__name__} {(time.perf_counter() - start) / runs / n * 1e9}")
"""


def peer(command, env):
    """The lines "name value" that a command prints, and the kernels it says OpenBLAS runs."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")} | env
    out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    lines = dict(line.split() for line in out.splitlines())
    core = lines.pop("core", None)
    return {name: float(value) for name, value in lines.items()}, core


def ours(binary, package, env):
    out = subprocess.run([binary, "-test.run", "^$", "-test.bench", ".", "-test.benchtime", "60ms"],
                         env=os.environ | env, check=True, capture_output=True, text=True, cwd=package).stdout
    found = {m[1]: (float(m[2]), m[3]) for m in LINE.finditer(out)}
    return found | {m[1]: (float(m[2]) / 1e6, "ms") for m in SYM.finditer(out)}


def keep(table, name, value, unit):
    table[name] = (max if unit == "GF/s" else min)(table.get(name, value), value)


def measure(c, go, eigen, peer_env, our_env):
    theirs, mine, units, cores = {}, {}, {}, {}
    for _ in range(ROUNDS):
        for threads in (1, 2):
            results = {}
            for what, command in {"cblas": [c], "numpy's eigh": [sys.executable, "-c", EIGH]}.items():
                lines, cores[what] = peer(command, peer_env | {"OPENBLAS_NUM_THREADS": str(threads)})
                results |= lines
            if threads == 1:  # numpy's functions have no threads
                results |= peer([sys.executable, "-c", FUNCTIONS], peer_env)[0]
            env = our_env | {"GOMAXPROCS": str(threads)}
            for name, (value, unit) in (ours(go, "internal/blas", env) | ours(eigen, "internal/eigen", env)).items():
                units[name] = unit
                keep(mine, (name, threads), value, unit)
                if name in results:
                    keep(theirs, (name, threads), results[name], unit)
    return theirs, mine, units, cores


def show(title, theirs, mine, units, cores):
    print(f"\n## {title[0].upper()}{title[1:]}\n")
    print("OpenBLAS's kernels: " + ", ".join(f"{core} ({what})" for what, core in cores.items()) + ".\n")
    print("| | unit | OpenBLAS or numpy, 1 thread | ours | ratio | 2 threads | ours | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, unit in units.items():
        cells = []
        for threads in (1, 2):
            t, m = theirs.get((name, threads)), mine.get((name, threads))
            if t is None or m is None:
                cells += ["", "" if m is None else f"{m:.4g}", ""]
                continue
            cells += [f"{t:.4g}", f"{m:.4g}", f"{m / t if unit == 'GF/s' else t / m:.2f}"]
        print(f"| {name} | {unit} | " + " | ".join(cells) + " |")


def main():
    with tempfile.TemporaryDirectory() as folder:
        c, go, eigen = (os.path.join(folder, name) for name in ("peer", "blas", "eigen"))
        subprocess.run(["cc", "-O2", os.path.join(HERE, "peer.c"), "-o", c, "-lopenblas"], check=True)
        subprocess.run(["go", "test", "-c", "-o", go, "./internal/blas"], check=True)
        subprocess.run(["go", "test", "-c", "-o", eigen, "./internal/eigen"], check=True)
        for title, (peer_env, our_env) in TIERS.items():
            if TABLE not in title:
                continue
            show(title, *measure(c, go, eigen, peer_env, our_env))


main()
