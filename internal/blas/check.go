package blas

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
)

// transposed reports whether t asks for the transpose.
func transposed(t blas.Transpose) bool {
	switch t {
	case blas.NoTrans:
		return false
	case blas.Trans, blas.ConjTrans:
		return true
	}
	panic(fmt.Sprintf("blas: no such transpose %q", byte(t)))
}

// checkMatrix panics where a rows×cols matrix of the given stride is not in data.
func checkMatrix[T Float](name string, rows, cols int, data []T, stride int) {
	switch {
	case rows < 0 || cols < 0:
		panic(fmt.Sprintf("blas: %s has a negative dimension: %d×%d", name, rows, cols))
	case stride < max(1, cols):
		panic(fmt.Sprintf("blas: %s has %d columns, but a stride of %d", name, cols, stride))
	case rows > 0 && cols > 0 && len(data) < (rows-1)*stride+cols:
		panic(fmt.Sprintf("blas: %s of %d×%d with stride %d needs %d elements, not %d", name, rows, cols, stride, (rows-1)*stride+cols, len(data)))
	}
}

// triangle returns the part of a symmetric or triangular matrix that uplo names.
func triangle(uplo blas.Uplo) part {
	switch uplo {
	case blas.Upper:
		return upper
	case blas.Lower:
		return lower
	}
	panic(fmt.Sprintf("blas: no such triangle %q", byte(uplo)))
}

// checkLength panics where a vector has n elements in place of the number wanted.
func checkLength(name string, n, want int) {
	if n != want {
		panic(fmt.Sprintf("blas: %s has %d elements, want %d", name, n, want))
	}
}
