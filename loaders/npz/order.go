package npz

import (
	"fmt"
	"io"
)

// transposed tells whether the file's order differs from row-major: an array with one axis, or with
// one row, or with one element per row, may be the same in both.
func (a *Array) transposed() bool {
	long := 0 // axes that are longer than one
	for _, n := range a.Shape {
		if n > 1 {
			long++
		}
	}
	return a.Fortran && long > 1
}

// columns maps the position of a column in the file, in Fortran order over the axes after the first,
// to its position in a row-major row.
func (a *Array) columns() []int {
	columns := make([]int, a.width)
	for k := range columns {
		columns[k] = fromFortran(k, a.Shape[1:])
	}
	return columns
}

// order maps the position of an element in the file to its row-major position.
func (a *Array) order() func(int) int {
	if !a.transposed() {
		return func(k int) int { return k }
	}
	return func(k int) int { return fromFortran(k, a.Shape) }
}

// fromFortran turns k = i₀ + n₀(i₁ + n₁(i₂ + …)) into (…(i₀n₁ + i₁)n₂ + i₂)….
func fromFortran(k int, shape []int) int {
	c := 0
	for _, n := range shape {
		c = c*n + k%n
		k /= n
	}
	return c
}

// columnBytes bounds the buffer for the columns that are transposed together.
const columnBytes = 4 << 20

// readColumns reads a whole array rows×len(columns) that lies column after column. Several columns
// are read before they are spread over the rows, to touch each row's cache line once for all of them.
func readColumns(dst []float64, r io.Reader, dt DType, rows int, columns []int) error {
	const together = 16
	group := max(1, min(together, len(columns), columnBytes/(8*rows)))
	tile := min(rows, columnBytes/8) // of a column, if one is already too long
	buf := make([]float64, group*tile)
	for j := 0; j < len(columns); j += group {
		n := min(group, len(columns)-j)
		for i := 0; i < rows; i += tile {
			m := min(tile, rows-i)
			if err := readNumbers(buf[:n*m], r, dt); err != nil {
				return fmt.Errorf("column %d: %w", columns[j], err)
			}
			spread(dst[i*len(columns):], buf, m, len(columns), columns[j:j+n])
		}
	}
	return nil
}

// spread writes columns of m numbers each, one after the other in src, into rows of the given width.
func spread(dst, src []float64, m, width int, columns []int) {
	for i := range m {
		row := dst[i*width : (i+1)*width]
		for j, c := range columns {
			row[c] = src[j*m+i]
		}
	}
}

// readColumnsAt reads a range of rows of an uncompressed array in Fortran order: one piece of each
// column.
func (a *Array) readColumnsAt(dst []float64, from, to int) error {
	size := int64(a.DType.Size())
	tile := min(to-from, columnBytes/8)
	buf := make([]float64, tile)
	for j, c := range a.columns() {
		for i := from; i < to; i += tile {
			m := min(tile, to-i)
			at := (int64(j)*int64(a.rows) + int64(i)) * size
			if err := readNumbers(buf[:m], io.NewSectionReader(a.direct, at, int64(m)*size), a.DType); err != nil {
				return fmt.Errorf("column %d: %w", c, err)
			}
			spread(dst[(i-from)*a.width:], buf, m, a.width, []int{c})
		}
	}
	return nil
}

// pickColumns reads a range of rows of a deflated array in Fortran order, in one pass over all of it.
func (a *Array) pickColumns(dst []float64, r io.Reader, from, to int) error {
	size := int64(a.DType.Size())
	tile := min(to-from, columnBytes/8)
	buf := make([]float64, tile)
	for _, c := range a.columns() {
		if _, err := io.CopyN(io.Discard, r, int64(from)*size); err != nil {
			return fmt.Errorf("column %d: %w", c, short(err))
		}
		for i := from; i < to; i += tile {
			m := min(tile, to-i)
			if err := readNumbers(buf[:m], r, a.DType); err != nil {
				return fmt.Errorf("column %d: %w", c, err)
			}
			spread(dst[(i-from)*a.width:], buf, m, a.width, []int{c})
		}
		if _, err := io.CopyN(io.Discard, r, int64(a.rows-to)*size); err != nil {
			return fmt.Errorf("column %d: %w", c, short(err))
		}
	}
	return nil
}
