// Package nwb reads neurophysiology files of NWB version 2: units with their spike times, time
// series, trials and other tables of intervals, and who was recorded when.
//
//	file, err := nwb.Open("sub-Jenkins_ses-large_desc-train_behavior+ecephys.nwb")
//	session, err := file.Session(nwb.Options{Behavior: []string{"hand_vel"}})
//
// [File.Session] is all of it at once, in memory. [File.Units], [File.Series] and [File.Tables] give the
// parts, which are read when and as far as they are asked for: the spikes of one unit, the samples of
// one window. [OpenFolder] joins the files of one session, as archives split it for training and
// testing.
//
// # Invariants
//
//   - Times are seconds since the file's reference time, samples data·conversion + offset in the
//     file's unit: what the schema says they mean. Nothing is put on a grid, and nothing is cut.
//   - A sample that is NaN stays NaN; time without samples has none. Behaviour that was recorded
//     inside trials only is so here.
//   - The structure decides, not the writer: attributes may be scalars or have one element, strings
//     be of fixed or variable length, indices of any integer type, tables list their columns or not.
//   - A file is not believed. Memory is justified by the bytes of the file, an index that leads out
//     of its column is an error, and errors name the object: "nwb: /units/spike_times_index: …".
//   - What is damaged is an error where it is asked for, and never left out. What is sound and of no
//     use here (long columns, links into other files) is left out, and a note says so.
//
// # Absent
//
// Nothing is written. Files of NWB 1 are refused by name. Images, videos and links to other files are
// listed only. Extensions are read as far as they are tables or time series.
//
// Source: NWB: Neurodata Without Borders, format specification 2.0 to 2.9; HDMF common schema 1.1
// to 1.8.
package nwb
