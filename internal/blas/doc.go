// Package blas computes matrix products of float32 and float64 at the speed of the processor.
package blas
