#!/bin/sh
# Writes the fixtures and what scipy reads in them. Run in this folder.
set -e
PY=${PY:-/usr/bin/python3}
"$PY" gen.py
"$PY" gen73.py
octave-cli --norc --quiet gen.m 2>/dev/null
"$PY" dump.py scipy5.mat scipy5z.mat scipy4.mat octave6.mat octave7.mat octave4.mat > expected.json
