package blas

// Tanh computes dst[i] = tanh x[i]; dst may be x. It panics where the lengths differ.
//
// For float64, with E = e^{2|x|} − 1, tanh|x| = E/(E+2), and E comes without cancellation from the reduction
// 2|x| = n·ln 2 + r, |r| ≤ ln 2 / 2, E = 2ⁿ(eʳ−1) + (2ⁿ−1), with the Taylor series of eʳ−1. For float32, with
// |x| = c + r, c a multiple of ½, tanh|x| = tanh c + (1−tanh²c)·r/(r/tanh r + r·tanh c): tanh c and 1−tanh²c are in
// a table, and r/tanh r is a polynomial in r².
//
// The error is below 1.75 ulp for float32 (all arguments were tried) and 2.7 ulp for float64. Tanh is odd and at most 1
// in magnitude; tanh ±0 = ±0, subnormals stay as they are, tanh ±Inf = ±1, and NaN gives NaN. For float32 the result
// never goes down by more than one ulp where x goes up. All tiers, the generic one too, give the same bits.
func Tanh[T Float](dst, x []T) { active[T]().apply(active[T]().tanh, dst, x) }

// Exp computes dst[i] = e^{x[i]}; dst may be x. It panics where the lengths differ.
//
// The reduction is that of Tanh for float64. The error is below 1 ulp for float32 and 1.1 ulp for float64, for
// subnormal results too; what is too large gives +Inf, too small 0, and NaN gives NaN. All tiers
// give the same bits.
func Exp[T Float](dst, x []T) { active[T]().apply(active[T]().exp, dst, x) }

// Sigmoid computes dst[i] = 1/(1+e^{−x[i]}), the logistic function; dst may be x. It panics
// where the lengths differ.
//
// With z = e^{−|x|} it is 1/(1+z) for x ≥ 0 and z/(1+z) for x < 0, so that small values keep
// their precision. The error is below 2.5 ulp. NaN gives NaN. All tiers give the same bits.
func Sigmoid[T Float](dst, x []T) { active[T]().apply(active[T]().sigmoid, dst, x) }

func (k *kernels[T]) apply(f func(n int, dst, x *T), dst, x []T) {
	checkLength("dst", len(dst), len(x))
	if len(x) > 0 {
		f(len(x), &dst[0], &x[0])
	}
}
