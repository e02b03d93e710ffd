package blas

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -family gemm -out ../gemm_amd64.s -stubs ../gemm_amd64.go -pkg blas
//go:generate go run -C gen . -family level -out ../level_amd64.s -stubs ../level_amd64.go -pkg blas
//go:generate go run -C gen . -family vector -out ../vector_amd64.s -stubs ../vector_amd64.go -pkg blas
//go:generate go run -C gen . -family symmetric -out ../symmetric_amd64.s -stubs ../symmetric_amd64.go -pkg blas
//go:generate go run -C gen . -family normal -out ../normal_amd64.s -stubs ../normal_amd64.go -pkg blas

// cpu.X86 reports a feature only where the operating system saves its registers too.
var (
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasFMA
	hasAVX512 = hasAVX2 && cpu.X86.HasAVX512F
)

func nativeTiers32() []*kernels[float32] {
	var tiers []*kernels[float32]
	if hasAVX512 {
		tiers = append(tiers, &avx512x32)
	}
	if hasAVX2 {
		tiers = append(tiers, &avx2x32)
	}
	return tiers
}

func nativeTiers64() []*kernels[float64] {
	var tiers []*kernels[float64]
	if hasAVX512 {
		tiers = append(tiers, &avx512x64)
	}
	if hasAVX2 {
		tiers = append(tiers, &avx2x64)
	}
	return tiers
}

var avx2x32 = kernels[float32]{
	name: "AVX2", cols: 16,
	tile:   []tileKernel[float32]{stile1x16AVX2, stile2x16AVX2, stile3x16AVX2, stile4x16AVX2, stile5x16AVX2, stile6x16AVX2},
	narrow: []tileKernel[float32]{stile1x8AVX2, stile2x8AVX2, stile3x8AVX2, stile4x8AVX2, stile5x8AVX2, stile6x8AVX2},
	pack:   spack16AVX2, strip: sstrip8AVX2, stripWidth: 8,
	dot: sdotAVX2, axpy: saxpyAVX2, scal: sscalAVX2, axpyPair: saxpyPairAVX2, axpy4: saxpy4AVX2, dotAxpy: sdotAxpyAVX2,
	dot4: dot4InPairs(sdot2AVX2), dotAxpy4: dotAxpy4InPairs(sdotAxpy2AVX2),
	residuals: sresidualsAVX2, invert: sinvertAVX2, square: ssquareAVX2,
	exp: sexpAVX2, tanh: stanhAVX2, sigmoid: ssigmoidAVX2,
	normal: snormalAVX2,
}

var avx2x64 = kernels[float64]{
	name: "AVX2", cols: 8,
	tile:   []tileKernel[float64]{dtile1x8AVX2, dtile2x8AVX2, dtile3x8AVX2, dtile4x8AVX2, dtile5x8AVX2, dtile6x8AVX2},
	narrow: []tileKernel[float64]{dtile1x4AVX2, dtile2x4AVX2, dtile3x4AVX2, dtile4x4AVX2, dtile5x4AVX2, dtile6x4AVX2},
	pack:   dpack8AVX2, strip: dstrip8AVX2, stripWidth: 8,
	dot: ddotAVX2, axpy: daxpyAVX2, scal: dscalAVX2, axpyPair: daxpyPairAVX2, axpy4: daxpy4AVX2, dotAxpy: ddotAxpyAVX2,
	dot4: dot4InPairs(ddot2AVX2), dotAxpy4: dotAxpy4InPairs(ddotAxpy2AVX2),
	residuals: dresidualsAVX2, invert: dinvertAVX2, square: dsquareAVX2,
	exp: dexpAVX2, tanh: dtanhAVX2, sigmoid: dsigmoidAVX2,
	rankTwoSymv: drankTwoSymvAVX2, rotations: drotationsAVX2, secular: dsecularAVX2, lowner: dlownerAVX2,
	differences: ddifferencesAVX2, quotients: dquotientsAVX2, symvUpper: dsymvUpperAVX2, symvLower: dsymvLowerAVX2,
	normal: dnormalAVX2,
}

var avx512x32 = kernels[float32]{
	name: "AVX512", cols: 32,
	tile: []tileKernel[float32]{
		stile1x32AVX512, stile2x32AVX512, stile3x32AVX512, stile4x32AVX512, stile5x32AVX512,
		stile6x32AVX512, stile7x32AVX512, stile8x32AVX512, stile9x32AVX512, stile10x32AVX512,
		stile11x32AVX512, stile12x32AVX512, stile13x32AVX512, stile14x32AVX512,
	},
	narrow: []tileKernel[float32]{
		stile1x16AVX512, stile2x16AVX512, stile3x16AVX512, stile4x16AVX512, stile5x16AVX512,
		stile6x16AVX512, stile7x16AVX512, stile8x16AVX512, stile9x16AVX512, stile10x16AVX512,
		stile11x16AVX512, stile12x16AVX512, stile13x16AVX512, stile14x16AVX512,
	},
	pack: spack32AVX512, strip: sstrip16AVX512, stripWidth: 16,
	dot: sdotAVX512, axpy: saxpyAVX512, scal: sscalAVX512, axpyPair: saxpyPairAVX512, axpy4: saxpy4AVX512, dotAxpy: sdotAxpyAVX512,
	dot4: sdot4AVX512, dotAxpy4: sdotAxpy4AVX512,
	residuals: sresidualsAVX512, invert: sinvertAVX2, square: ssquareAVX512,
	exp: sexpAVX512, tanh: stanhAVX512, sigmoid: ssigmoidAVX512,
	normal: snormalAVX512,
}

var avx512x64 = kernels[float64]{
	name: "AVX512", cols: 16,
	tile: []tileKernel[float64]{
		dtile1x16AVX512, dtile2x16AVX512, dtile3x16AVX512, dtile4x16AVX512, dtile5x16AVX512,
		dtile6x16AVX512, dtile7x16AVX512, dtile8x16AVX512, dtile9x16AVX512, dtile10x16AVX512,
		dtile11x16AVX512, dtile12x16AVX512, dtile13x16AVX512, dtile14x16AVX512,
	},
	narrow: []tileKernel[float64]{
		dtile1x8AVX512, dtile2x8AVX512, dtile3x8AVX512, dtile4x8AVX512, dtile5x8AVX512,
		dtile6x8AVX512, dtile7x8AVX512, dtile8x8AVX512, dtile9x8AVX512, dtile10x8AVX512,
		dtile11x8AVX512, dtile12x8AVX512, dtile13x8AVX512, dtile14x8AVX512,
	},
	pack: dpack16AVX512, strip: dstrip16AVX512, stripWidth: 16,
	dot: ddotAVX512, axpy: daxpyAVX512, scal: dscalAVX512, axpyPair: daxpyPairAVX512, axpy4: daxpy4AVX512, dotAxpy: ddotAxpyAVX512,
	dot4: ddot4AVX512, dotAxpy4: ddotAxpy4AVX512,
	residuals: dresidualsAVX512, invert: dinvertAVX2, square: dsquareAVX512,
	exp: dexpAVX512, tanh: dtanhAVX512, sigmoid: dsigmoidAVX512,
	rankTwoSymv: drankTwoSymvAVX512, rotations: drotationsAVX512, secular: dsecularAVX512, lowner: dlownerAVX512,
	differences: ddifferencesAVX512, quotients: dquotientsAVX512, symvUpper: dsymvUpperAVX512, symvLower: dsymvLowerAVX512,
	normal: dnormalAVX512,
}

// dot4InPairs makes a kernel of four rows of one for two.
func dot4InPairs[T Float](dot2 func(n int, a *T, ld int, x, sums *T)) func(n int, a *T, ld int, x, sums *T) {
	return func(n int, a *T, ld int, x, sums *T) {
		dot2(n, a, ld, x, sums)
		dot2(n, offset(a, 2*ld), ld, x, offset(sums, 2))
	}
}

func dotAxpy4InPairs[T Float](dotAxpy2 func(n int, alpha, a *T, ld int, x, y, sums *T)) func(n int, alpha, a *T, ld int, x, y, sums *T) {
	return func(n int, alpha, a *T, ld int, x, y, sums *T) {
		dotAxpy2(n, alpha, a, ld, x, y, sums)
		dotAxpy2(n, offset(alpha, 2), offset(a, 2*ld), ld, x, y, offset(sums, 2))
	}
}
