"""Times `regime scaling` and the scikit-learn version on Hennig's recording, in one run, and compares their means.

Usage: compare.py [repeats]; from the repository's root, with ../shared/data. Prints the best wall time of each whole process, and
for each size the difference of the means of ρ and R² in standard errors of that difference.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.join(here, "..", "..", "..")
with open(os.path.join(root, "datasets", "testdata", "reference.py")) as f:
    adapters = {}
    exec(f.read().rsplit("main()", 1)[0], adapters)  # its functions, without running it

data = os.path.join(root, "..", "shared", "data")
repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
folder = tempfile.mkdtemp()
x, y = adapters["load"](data, "hennig2018:before")[:2]
np.save(folder + "/X.npy", np.ascontiguousarray(x))
np.save(folder + "/Y.npy", np.ascontiguousarray(y))
program = folder + "/regime"
subprocess.run(["go", "build", "-o", program, "./cmd/regime"], check=True, cwd=root)


def best(command, **env):
    times = []
    for _ in range(repeats):
        start = time.time()
        out = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **env}).stdout
        times.append(time.time() - start)
    return min(times), json.loads(out)


ours_s, ours = best([program, "scaling", "--data", "hennig2018", "--method", "paper", "--time-subsamples", "-1", "--json"], REGIME_DATA=data)
peer_s, peer = {}, None
for threads in "1", "2":
    peer_s[threads], peer = best([sys.executable, here + "/peer.py", folder + "/X.npy", folder + "/Y.npy"],
                                 OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads)
fastest = min(peer_s.values())
print("regime scaling %.2f s; scikit-learn %.2f s on 1 thread, %.2f s on 2: %.1f times faster" % (ours_s, peer_s["1"], peer_s["2"], fastest / ours_s))
worst = 0
for i, size in enumerate(peer["sizes"][:-1]):
    z = []
    for key in "rho", "r2":
        a, b = (np.array(r[key])[:, i] for r in (ours["subsamples_neurons"], peer))
        z.append((a.mean() - b.mean()) / np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))
    print("N = %2d: ρ differs by %+.1f, R² by %+.1f standard errors" % (size, *z))
    worst = max(worst, *np.abs(z))
print("largest difference %.1f standard errors" % worst)
print("all neurons: ρ %.6f and %.6f" % (ours["subsamples_neurons"]["rho"][0][-1], peer["rho"][0][-1]))
