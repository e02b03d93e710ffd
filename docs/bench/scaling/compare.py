"""Times `regime scaling` and the scikit-learn version on Hennig's recording, in one run, and compares what they find.

Usage: compare.py [repeats [draws]]; from the repository's root, with ../shared/data. Prints

- the best wall time of each whole process, 20 draws of ten sizes;
- on the very neurons that regime drew: the largest difference of ρ, R² and participation ratio;
- with independent draws (200 of each size): for each size the difference of means in standard errors of that difference, both
  sides counted; and how large the largest of so many would be by chance.
"""
import json
import math
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
draws = sys.argv[2] if len(sys.argv) > 2 else "200"
folder = tempfile.mkdtemp()
x, y = adapters["load"](data, "hennig2018:before")[:2]
np.save(folder + "/X.npy", np.ascontiguousarray(x))
np.save(folder + "/Y.npy", np.ascontiguousarray(y))
program = folder + "/regime"
subprocess.run(["go", "build", "-o", program, "./cmd/regime"], check=True, cwd=root)
scaling = [program, "scaling", "--data", "hennig2018", "--method", "paper", "--time-subsamples", "-1", "--json"]
peer = [sys.executable, here + "/peer.py", folder + "/X.npy", folder + "/Y.npy"]


def run(command, **env):
    start = time.time()
    out = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **env, "REGIME_DATA": data}).stdout
    return time.time() - start, out


def best(command, **env):
    return min(run(command, **env)[0] for _ in range(repeats))


def threads(count):
    return {"OPENBLAS_NUM_THREADS": count, "OMP_NUM_THREADS": count}


ours_s = best(scaling)
peer_s = {count: best(peer, **threads(count)) for count in "12"}
print("regime scaling %.3f s; scikit-learn %.2f s on 1 thread, %.2f s on 2: %.1f times faster" % (
    ours_s, peer_s["1"], peer_s["2"], min(peer_s.values()) / ours_s))

text = run(scaling)[1]
with open(folder + "/scaling.json", "wb") as f:
    f.write(text)
ours = json.loads(text)["subsamples_neurons"]
same = json.loads(run(peer + [folder + "/scaling.json"], **threads("1"))[1])


def apart(a, b):
    return np.max(np.abs(np.array(ours[a]) / np.array(same[b]) - 1))


print("same neurons, %d subsamples: relative differences at most ρ %.1e (RidgeCV's own coefficients %.1e), R² %.1e, participation ratio %.1e; "
      "penalties %s" % (np.size(ours["rho"]), apart("rho", "rho_svd"), apart("rho", "rho"), apart("r2", "r2"),
                        apart("participation_ratio", "participation_ratio"),
                        "equal" if apart("alpha", "alpha") < 1e-12 else "differ"))

ours = json.loads(run(scaling + ["--draws", draws, "--seed", "2"])[1])["subsamples_neurons"]
other = json.loads(run(peer + [draws], **threads("1"))[1])
scores = []
for i, size in enumerate(other["sizes"][:-1]):
    z = []
    for key in "rho", "r2":
        a, b = (np.array(r[key])[:, i] for r in (ours, other))
        z.append((a.mean() - b.mean()) / np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))
    print("N = %2d, %s draws each: means of ρ differ by %+.1f, of R² by %+.1f standard errors" % (size, draws, *z))
    scores += z
worst = max(map(abs, scores))
print("largest of %d differences: %.1f standard errors; as large or larger by chance in %.0f %% of such comparisons" % (
    len(scores), worst, 100 * (1 - math.erf(worst / math.sqrt(2)) ** len(scores))))
