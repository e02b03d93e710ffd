package blas_test

import (
	"fmt"

	gonum "gonum.org/v1/gonum/blas"

	"oblique/internal/blas"
)

// The weights of a layer are packed once and multiply every batch.
func ExamplePacked() {
	weights := []float32{
		1, 2,
		3, 4,
		5, 6,
	}
	packed := blas.Pack(gonum.NoTrans, 3, 2, weights, 2)
	batch := []float32{
		1, 0, 0,
		0, 1, 1,
	}
	out := make([]float32, 4)
	packed.MulSerial(2, 1, batch, 3, 0, out, 2)
	blas.Tanh(out, out)
	fmt.Printf("%.4f\n", out)
	// Output: [0.7616 0.9640 1.0000 1.0000]
}

// The Gram matrix of a tall matrix is the sum of those of its row blocks.
func ExampleAddGram() {
	c := make([]float64, 4)
	for _, block := range [][]float64{{1, 2, 3, 4}, {5, 6}} {
		blas.AddGram(len(block)/2, 2, block, 2, c, 2)
	}
	fmt.Println(c)
	// Output: [35 44 0 56]
}

// Any part of a sequence can be made on its own.
func ExampleNormal() {
	all, part := make([]float64, 100), make([]float64, 10)
	blas.Normal(all, 1, 0, 0)
	blas.Normal(part, 1, 0, 40)
	fmt.Println(part[3] == all[43])
	// Output: true
}

// Gonum's mat and lapack64 compute with this package from then on.
func ExampleUse() {
	blas.Use()
}
