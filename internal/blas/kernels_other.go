//go:build !amd64 && !arm64

package blas

func nativeTiers32() []*kernels[float32] { return nil }

func nativeTiers64() []*kernels[float64] { return nil }
