#!/usr/bin/env bash
# Measures regime fit at scale: wall time and peak memory of the whole process. Needs 5 GB of disk, python3 with numpy
# and GNU time. Usage: docs/bench/scale/run.sh [folder]
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
	printf '%s: T = %s, N = %s, %s\n' "$name" "$t" "$n" "$*"
	/usr/bin/time -f '  %e s wall, %U s processor, %M kB peak' "$program" fit --data "$folder/$name/X.npy" --rates "$folder/$name/X.npy" \
		--behavior "$folder/$name/Y.npy" --method paper --json "$@" | grep -E '^ "(r2|alpha|rho|d_fit|d_var)":' | tr -d '\n'
	echo
}

measure memory 100000 500
measure wide 100000 1000
measure stream 1000000 1000 --stream --time-subsamples -1
