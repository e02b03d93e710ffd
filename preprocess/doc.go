// Package preprocess makes a Recording of a Session: activity and behaviour on one axis of bins.
//
//	rec, err := preprocess.Prepare(session, preprocess.Options{Bin: 45 * time.Millisecond, Smooth: 45 * time.Millisecond})
//
// What holds throughout:
//
//   - Bins are counted from spike times, never from frames of a finer grid. Bin k of a trial is
//     [start + k·bin, start + (k+1)·bin); with an event to align to, start is the same peri-event time in every
//     trial. A spike on an edge (within 1 ns, or 1.5 µs where times are counted from 1970) belongs to the bin that it begins.
//   - Nothing reaches across trials, runs, or missing values: not bins, smoothing, lags, interpolation
//     or derivatives of gridded behaviour.
//   - Smoothing is symmetric unless causal is asked for, truncated at 4σ and renormalised at the ends of
//     a stretch.
//   - A missing value is an error or its row is dropped and counted; it never becomes a number.
//   - The same session and options give the same bytes on any number of processors.
//
// What is absent: spike sorting, units of measurement (loaders convert), filters other than the Gaussian,
// warping of time.
package preprocess
