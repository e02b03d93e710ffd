// Package recording holds the two types that everything else passes on: a Session, which is what
// a file says, and a Recording, which is what an analysis takes.
//
//	raw file → Session → (preprocess) → Recording → (regime) → Result
//
// A Session keeps activity and behaviour apart, each on its own time axis, as they were recorded. A
// Recording has them on one axis: row i of X and row i of Y are the same moment.
//
// Conventions, everywhere in the module: X is T×N (rows are time bins, columns are neurons), in Hz; Y
// is T×D; a readout W is D×N; times in a Session are seconds, durations in Go code are
// time.Duration. A trial is a range of rows, never a third axis.
//
// The package is a leaf: it reads no file, knows no format and imports nothing of this module.
package recording
