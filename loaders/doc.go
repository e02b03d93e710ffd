// Package loaders opens any supported file and makes a recording.Session of it.
//
//	raw file → [OpenFile] → tree of arrays → [Open] → recording.Session
//
// [OpenFile] is the generic view: whatever the format, a file is a tree of [Node] with names, sizes,
// types and numbers. [Inspect] makes a printable [Tree] of it. [Open] chooses the activity and the
// behaviour among the arrays, settles which axis is time, and takes along what else a file in common
// use says: the bin, the trials, the kind of recording, a known readout, the names of units.
//
// [Convert] writes any file as another format.
//
// # Formats
//
// The format is told by the content, never by the name: NumPy's npy and npz, MATLAB's versions 4 to 7.3,
// NWB 2, HDF5, Parquet, Arrow, and text with separated values. What is recognised but not supported (other
// text, pickles, archives, …) is said to be that.
//
// In a table the columns n0, n1, … or vel_x, vel_y are one matrix, n or vel, with a column for each.
//
// An NWB file says what its parts are: spike times, time series of behaviour and trials are taken as
// such, behaviour by name or path, and Options.Trials names a table of intervals. Given Options.Rates
// or Options.Spikes it is read as any HDF5 file.
//
// # Which arrays
//
// Options name them, by path (D.blocks[0].spikes; indices count from 0) or by any name that is
// unique in the file, whatever its case. Otherwise the usual names are tried in a fixed order, the
// shallowest first: for activity rates, firing_rates, spikes, spike_counts, counts, neural, X, …; for
// behaviour behavior, Y, hand_vel, velocity, cursor, kinematics, position, …. Case and the characters
// _ - and blank do not count. The first behaviour found is the session's first signal; other
// arrays with a usual name and as many rows become further signals.
//
// A path through a struct array without an index (trials.spikes) collects the field of every
// element. A cell array or such a collection of matrices is stacked, an element per trial; so is an
// array of three axes: trials×times×neurons, trials×neurons×times, or the reverse of either.
//
// # Which axis is time
//
// Activity and behaviour must agree in the length of one axis, trial by trial: that one is time. If
// several readings agree, vectors of a length per row (time, trial_ids) decide; if that is not
// enough either, it is an error, and [Options.Orientation] says which is meant.
//
// # Counts, rates and the bin
//
// Activity with the name of spikes or counts, or given as Options.Spikes, is counts; under other
// names whole non-negative numbers are counts and everything else is rates in Hz. The width of
// a row comes from Options.FileBin, a scalar (bin_s, dt, bin_size, bin_ms, fs, …), or a vector of
// times in steps of at most a second. Without any of them Bin is 0: counts stay counts per row and a note says so. ρ, the participation
// ratio and the variance by components do not depend on the unit of activity, but the ridge penalty is in
// squares of it, so that the grid of penalties covers another range.
//
// # Absent
//
// Nothing is binned, smoothed, shifted or selected here: that is the work of package preprocess.
package loaders
