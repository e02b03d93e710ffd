// Package columnar reads and writes tables by columns: Parquet, Arrow's IPC format as a file (Feather
// version 2) or a stream, and CSV and TSV text. It knows names, types and numbers, nothing about neurons.
//
// # Reading
//
// [Open] looks at the content, not at the name. A [Column] is
//
//   - [Numbers]: [Column.Float64s], [Column.ReadRows] for a range of rows, and [File.ReadRows] for
//     several columns at once as a matrix: a wide table with a column per neuron is T×N. Integers,
//     floats of 2, 4 and 8 bytes, decimals, booleans as 0 and 1; timestamps, dates, times of day and
//     durations in seconds.
//   - [Lists]: [Column.Lists], a list of numbers per row, such as the spike times of a unit.
//   - [Text]: [Column.Strings]; dictionaries (categories) are resolved.
//   - [Opaque]: listed, with the reason why it is not read: lists of text or of lists, lists of structures,
//     maps, unions, binary data, intervals, types without values.
//
// The fields of structures are columns with dotted names, "trial.start". Missing values are NaN or empty,
// and [Column.Valid] tells.
//
// Parquet: versions 1 and 2 of data pages; plain, dictionary, run-length, delta and byte-stream-split
// encodings; Snappy, gzip, Brotli, Zstandard and raw LZ4. Arrow: buffers plain or compressed by LZ4 or
// Zstandard, dictionaries with deltas, string views; little-endian only. A stream that is cut between two of
// its batches cannot be told from a shorter one.
//
// CSV: a header line, then rows of as many fields, quoted as RFC 4180 says, separated by commas, tabs or
// semicolons, whichever the header has most of; a decimal point; UTF-8. Empty fields, NA, N/A, NaN, null and
// <NA> are missing. A column is of numbers, or of booleans (true, false), if all its values are, otherwise
// text. There are no comments; blank lines are skipped.
//
// # Invariants
//
//   - No size is believed before the file has shown it. What would take more than 64 MB and four times the
//     file is first decoded once to nowhere, or refused.
//   - Memory for a range of rows is bounded by the range and a page, a compressed buffer or a line; for a
//     whole column, by the column. Arrow's buffers that are not compressed are read where they lie.
//   - A damaged file is an error that names the column and the row group or record batch, never a panic:
//     the Arrow library (github.com/apache/arrow/go) parses schemas and footers only after they have been
//     walked over, and panics of its own are contained; pages and buffers are decoded here.
//   - A *File and its columns may be used from several goroutines at once.
//
// # Writing
//
// [Write] makes Parquet and Arrow files of columns of numbers, booleans, text and lists of numbers, piece by
// piece, with keys and values of one's own. The same calls give the same bytes, and the file appears under its
// name only when complete. Missing values are not written as such; NaN stays NaN.
package columnar
