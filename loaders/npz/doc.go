// Package npz reads and writes NumPy's .npy and .npz files: arrays, names and shapes, nothing
// about neurons.
//
// # Reading
//
// [Open] looks at the content, not at the name, and reads headers only. Every array then offers
// [Array.Float64s], the whole of it in row-major order; [Array.ReadRows], a range of its first axis
// in memory bounded by that range; and [Array.Strings] for labels. Read are booleans, integers of 1
// to 8 bytes with and without sign, floats of 2, 4 and 8 bytes, and fixed-width strings (S, U), in
// either byte order, in C and Fortran order, of any number of dimensions, from the format's
// versions 1.0, 2.0 and 3.0, stored or deflated.
//
// Listed, but refused by name when they are read: complex numbers, dates and time differences, long
// doubles, structured types, and object arrays. The last are Python pickles, which are programs:
// reading one means running it.
//
// Numbers become float64. That is exact but for integers beyond 2⁵³, which round to the nearest
// float64, as NumPy's astype does.
//
// # Invariants
//
//   - No size is believed before the file has shown it: an array whose shape needs more bytes than
//     its file or member has is an error of Open. A deflated array that claims to be much larger than
//     its file is inflated once to nowhere before memory is taken for it.
//   - Memory is one times the result plus a small buffer.
//   - A *File and its arrays may be used from several goroutines at once.
//   - Whole reads of a member verify its checksum. Row ranges of stored members do not: that would
//     mean reading all of it.
//
// # Writing
//
// [Write] makes .npz files of whole arrays and [WriteWith] of pieces, stored and uncompressed so that rows can be read in place.
// The same arrays give the same bytes, and the file appears under its name only when complete.
//
// The format is described in NumPy's documentation (numpy.lib.format) and NEP 1.
package npz
