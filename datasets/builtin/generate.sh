#!/bin/sh
# Trains the networks whose recordings are built into the program, cycling.npz and bci.npz, and puts them beside this
# file: go generate oblique/datasets. They have the same task, seed and settings, and differ in the size of the readout
# before training alone. The learning rate is larger than the published one, which is for 512 units.
set -e
cd "$(dirname "$0")"
nets=$(mktemp -d)
trap 'rm -r "$nets"' EXIT
go build -o "$nets/regime" oblique/cmd/regime
network() {
	"$nets/regime" simulate train --task cycling --n 100 --rate 0.1 --seed 1 --trials 14 --keep-every 5 --tau 50ms "$@"
}
network --readout large --out "$nets/oblique"
network --readout small --kind bci --out "$nets/aligned"
cp "$nets/oblique/recording.npz" cycling.npz
cp "$nets/aligned/recording.npz" bci.npz
