// Package hdf5 reads HDF5 files in pure Go: the files of h5py, pynwb, MatNWB, netCDF-4 and MATLAB
// v7.3, whichever version of the format they chose. It knows arrays, names, attributes and
// references, and nothing of what they mean.
//
//	file, err := hdf5.Open("session.nwb")
//	spikes, err := file.Dataset("/units/spike_times")
//	times := make([]float64, 1000)
//	err = spikes.ReadFloat64(times, 5000, 1000) // rows 5000 … 5999
//
// # Objects
//
// A [File] is a tree of objects: a [Group] has named [Link]s to objects, a [Dataset] has elements, a
// [NamedType] is a datatype kept for others to share. Every object may have [Attribute]s. A dataset
// and an attribute are both an [Array]: a shape, a [Type] and elements, read by ranges of rows.
//
// # Invariants
//
// Opening reads headers only. Elements are read where the caller asks for them, into memory that the
// caller gives, so that memory is bounded by the caller and not by the file; beside it the package
// holds a few caches of fixed size. Whatever it allocates on the word of the file stays below
// 64 MB + 4 × the file's size.
//
// A file is hostile until shown otherwise. Checksums are verified wherever the format has them;
// cycles, deep nesting, addresses outside the file and sizes that the file cannot justify end in an
// [Error] that names the structure and its address. A byte that is missing is an error when it is
// needed and never a zero; bytes after the end of the file are ignored.
//
// Chunks are decoded on several processors, yet neither values nor errors depend on their number.
// All methods are safe for concurrent use.
//
// # What is absent
//
// Nothing is written. Links into other files, external storage and virtual datasets are named in the
// error and not followed. Of the filters there are deflate, shuffle, Fletcher-32 and LZF; any other is
// named in the error with its number. Numbers with unused bits, VAX floats, times, complex numbers
// of HDF5 2 and the references of HDF5 1.12 are refused when read as numbers, and
// [Array.ReadRaw] still gives their bytes. Files split over several (family and multi drivers) are
// refused.
//
// # Source
//
// HDF5 File Format Specification, version 3.0, The HDF Group. The LZF filter is h5py's; its
// stream format is that of Marc Lehmann's LibLZF.
package hdf5
