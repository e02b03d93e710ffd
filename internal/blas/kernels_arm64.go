package blas

//go:generate go run -C gen . -family gemm -neon
//go:generate go run -C gen . -family level -neon
//go:generate go run -C gen . -family vector -neon

// NEON, with fused multiply-add, is part of every 64-bit ARM.

func nativeTiers32() []*kernels[float32] { return []*kernels[float32]{&neon32} }

func nativeTiers64() []*kernels[float64] { return []*kernels[float64]{&neon64} }

var neon32 = kernels[float32]{
	name: "NEON", cols: 16,
	tile: []tileKernel[float32]{
		stile1x16NEON, stile2x16NEON, stile3x16NEON, stile4x16NEON, stile5x16NEON, stile6x16NEON,
	},
	pack: spack16NEON,
	dot:  sdotNEON, axpy: saxpyNEON, scal: sscalNEON, axpyPair: axpyTwice(saxpyNEON), axpy4: saxpy4NEON, dotAxpy: sdotAxpyNEON,
	dot4: dot4ByRows(sdotNEON), dotAxpy4: dotAxpy4ByRows(sdotAxpyNEON),
	residuals: genericResiduals[float32], invert: genericInvert[float32], square: genericSquare[float32],
	exp: sexpNEON, tanh: stanhNEON, sigmoid: ssigmoidNEON,
	normal: genericNormal[float32],
}

var neon64 = kernels[float64]{
	name: "NEON", cols: 8,
	tile: []tileKernel[float64]{
		dtile1x8NEON, dtile2x8NEON, dtile3x8NEON, dtile4x8NEON, dtile5x8NEON, dtile6x8NEON,
	},
	pack: dpack8NEON,
	dot:  ddotNEON, axpy: daxpyNEON, scal: dscalNEON, axpyPair: axpyTwice(daxpyNEON), axpy4: daxpy4NEON, dotAxpy: ddotAxpyNEON,
	dot4: dot4ByRows(ddotNEON), dotAxpy4: dotAxpy4ByRows(ddotAxpyNEON),
	residuals: genericResiduals[float64], invert: genericInvert[float64], square: genericSquare[float64],
	exp: dexpNEON, tanh: dtanhNEON, sigmoid: dsigmoidNEON,
	rankTwoSymv: genericRankTwoSymv, rotations: genericRotations, secular: genericSecular, lowner: genericLowner,
	differences: genericDifferences, quotients: genericQuotients,
	normal: genericNormal[float64],
}
