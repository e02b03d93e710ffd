"""Times internal/blas beside OpenBLAS and numpy, in one run, and prints a table.

    python3 docs/bench/blas/bench.py [rounds]

from the repository's root. It needs Go, a C compiler, Debian's libopenblas-dev and numpy. Each
round runs the peer and then ours, with one and with two threads; of each line the best round
counts, so that what else the machine does weighs less. Rates are GF/s, for functions the
nanoseconds of an element, for the symmetric eigendecomposition milliseconds; there the peer is
numpy.linalg.eigh, that is, the dsyevd of the LAPACK which numpy is linked to.
"""

import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"^Benchmark(\S+?)(?:-\d+)?\s.*?([\d.e+]+) (GF/s|ns/element)", re.M)
SYM = re.compile(r"^Benchmark(Sym/\d+)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op", re.M)
EIGH = """
import time, numpy as np
for n in (100, 500, 1000, 2000):
    a = np.random.default_rng(1).standard_normal((n, n))
    np.linalg.eigh(a)
    start, runs = time.perf_counter(), 0
    while runs == 0 or time.perf_counter() - start < 0.5:
        np.linalg.eigh(a)
        runs += 1
    print(f"Sym/{n} {(time.perf_counter() - start) / runs * 1e3}")
"""


def best(table, name, value, better):
    table[name] = better(table.get(name, value), value)


def peer(command, threads):
    out = subprocess.run(command, env={**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}, check=True,
                         capture_output=True, text=True).stdout
    return {name: float(rate) for name, rate in (line.split() for line in out.splitlines())}


def ours(binary, threads, package):
    out = subprocess.run([binary, "-test.run", "^$", "-test.bench", ".", "-test.benchtime", "300ms"],
                         env={**os.environ, "GOMAXPROCS": str(threads)}, check=True, capture_output=True, text=True,
                         cwd=package).stdout
    found = {m[1]: (float(m[2]), m[3]) for m in LINE.finditer(out)}
    return found | {m[1]: (float(m[2]) / 1e6, "ms") for m in SYM.finditer(out)}


def numpy_functions():
    """The same 16384 elements as the Go benchmarks, in nanoseconds of an element."""
    rng = np.random.Generator(np.random.PCG64(1))
    n, times = 1 << 14, {}
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
            while time.perf_counter() - start < 0.3:
                call()
                runs += 1
            times[f"{name}/{dtype.__name__}"] = (time.perf_counter() - start) / runs / n * 1e9
    return times


def main():
    with tempfile.TemporaryDirectory() as folder:
        c, go, eigen = (os.path.join(folder, name) for name in ("peer", "blas", "eigen"))
        subprocess.run(["cc", "-O2", os.path.join(HERE, "peer.c"), "-o", c, "-lopenblas"], check=True)
        subprocess.run(["go", "test", "-c", "-o", go, "./internal/blas"], check=True)
        subprocess.run(["go", "test", "-c", "-o", eigen, "./internal/eigen"], check=True)
        theirs, mine, units = {}, {}, {}
        for _ in range(ROUNDS):
            for threads in (1, 2):
                for name, rate in peer([c], threads).items():
                    best(theirs, (name, threads), rate, max)
                for name, ms in peer([sys.executable, "-c", EIGH], threads).items():
                    best(theirs, (name, threads), ms, min)
                results = ours(go, threads, "internal/blas") | ours(eigen, threads, "internal/eigen")
                for name, (value, unit) in results.items():
                    units[name] = unit
                    best(mine, (name, threads), value, max if unit == "GF/s" else min)
            for name, ns in numpy_functions().items():
                best(theirs, (name, 1), ns, min)
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


main()
