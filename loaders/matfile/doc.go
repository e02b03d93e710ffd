// Package matfile reads MATLAB files of versions 4, 5, 6, 7 and 7.3 and writes version 5.
//
// Open lists the variables of a file from their headers alone; [File.Var] locates one of them and
// [File.Lookup] anything inside it by a path such as D.blocks[0].spikes. Values are decoded only
// when an accessor asks for them.
//
// # Invariants
//
//   - Data are in column-major order, as MATLAB stores them: element (i, j) of an R×C array is
//     element i + j·R. [Array.Matrix] alone returns row-major data.
//   - Values are those in the file, whatever type they are stored as: MATLAB keeps a double array
//     of small whole numbers as bytes. A conversion that would lose digits is an error.
//   - The class of numbers is MATLAB's; version 4 has one, double, however they are stored.
//   - A file is not believed. Every size is checked against the bytes that are there before
//     memory is taken for it; those of a compressed variable by inflating it first. Of the
//     inflated bytes at most 64 MiB + 4 × the file's size are kept in memory, the rest are
//     inflated again where they are needed. The number of cells, and of struct elements that have
//     fields, is justified by the bytes too. Nesting is limited to 128 levels.
//   - A version 7.3 file is an HDF5 file, in which references lead to the contents of cells and
//     struct arrays. An array that contains itself is an error, and so are more references than a
//     million and one for every 8 bytes of the file in one array, and numbers beyond what compression can hold.
//   - Errors name the variable, the field and the place: "matfile: D.blocks: element at 0x1a30: …".
//   - A File and its Arrays may be used by several goroutines.
//
// # Absent
//
// Objects, function handles and opaque
// values (tables, strings, datetimes) are listed with their class, and every accessor of theirs
// returns [ErrUnsupported]. Version 4 files with VAX or Cray numbers are refused.
//
// References: The MathWorks, MAT-File Format (documents of Level 4 and Level 5 MAT-files);
// behaviour of MATLAB, Octave and scipy.io where those are silent.
package matfile
