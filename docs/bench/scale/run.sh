#!/usr/bin/env bash
# Measures regime fit at scale: wall time, processor time and peak memory of the whole process, beside scikit-learn for
# the case that both can hold. Files are read once before, so that all have them in the system's cache. Needs 5 GB of
# disk, python3 with numpy and scikit-learn, and GNU time. Usage: docs/bench/scale/run.sh [folder]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$(mktemp -d)}
program=$folder/regime
go build -C "$here/../../.." -o "$program" ./cmd/regime

measure() { # name, T, N, flags
	local name=$1 t=$2 n=$3
	shift 3
	mkdir -p "$folder/$name"
	[ -f "$folder/$name/Y.npy" ] || /usr/bin/python3 "$here/generate.py" "$t" "$n" "$folder/$name"
	cat "$folder/$name/X.npy" >/dev/null
	printf '%s: T = %s, N = %s, %s\n' "$name" "$t" "$n" "$*"
	/usr/bin/time -f '  %e s wall, %U s processor, %M kB peak' "$program" fit --data "$folder/$name/X.npy" \
		--behavior "$folder/$name/Y.npy" --json "$@" | grep -E '^ "(r2|alpha|rho|d_fit|d_var)":' | tr -d '\n'
	echo
}

measure memory 100000 500 --method paper
measure wide 100000 1000 --method paper
measure wide 100000 1000 --method paper --time-subsamples -1
/usr/bin/python3 "$here/peer.py" "$folder/wide"
measure stream 1000000 1000 --method paper --stream --time-subsamples -1
measure stream 1000000 1000 --stream
