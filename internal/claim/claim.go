// Package claim says how far a file is believed about the sizes in it.
//
// Files may lie, and a lie about a size is memory. Three rules hold for every format:
//
//   - Up to 64 MB and four times its own size a file is believed (Believed).
//   - What is larger is first seen to be there: it is decoded once to nowhere, each stored byte counted
//     once, and elements that were never written count for nothing. Only then is memory taken.
//   - No file, whatever its run lengths say, makes more than 1032 bytes of each of its own (Possible).
//
// So a recording that compresses well costs a second pass, and a hostile file cannot ask for more than it
// really contains.
package claim

const (
	// Free is what even the smallest file may ask for.
	Free = 64 << 20

	// MaxRatio is the most bytes that one byte of deflate can stand for: 258 for each two bits.
	MaxRatio = 1032

	maxSize = 1 << 52 // of a file, so that nothing overflows
)

// Allowance is how many bytes a file of the given size is believed about: 64 MB + 4 × its size.
func Allowance(size int64) int64 { return Free + 4*min(max(size, 0), maxSize) }

// Believed tells whether a file of the given size may ask for so many bytes on its word alone.
func Believed(bytes, size int64) bool { return bytes >= 0 && bytes <= Allowance(size) }

// Possible tells whether a file of the given size can hold so many bytes at all: 64 MB + 1032 × its size.
// A format without a bound on what a stored byte stands for, as of run lengths, has it here.
func Possible(bytes, size int64) bool {
	return bytes >= 0 && bytes <= Free+MaxRatio*min(max(size, 0), maxSize)
}
