package blas

import (
	"math"
	"unsafe"
)

// The generic tier is the specification of the others, in plain Go.

var generic32 = kernels[float32]{
	name: "generic", cols: 4,
	tile: []tileKernel[float32]{
		genericTile1[float32], genericTile2[float32],
	},
	pack: genericPack[float32],
	dot:  genericDot[float32], axpy: genericAxpy[float32], scal: genericScal[float32], axpyPair: axpyTwice(genericAxpy[float32]), axpy4: genericAxpy4[float32], dotAxpy: genericDotAxpy[float32],
	dot4: dot4ByRows(genericDot[float32]), dotAxpy4: dotAxpy4ByRows(genericDotAxpy[float32]),
	residuals: genericResiduals[float32], invert: genericInvert[float32], square: genericSquare[float32],
	exp: genericExp[float32], tanh: genericTanh32, sigmoid: genericSigmoid[float32],
	normal: genericNormal[float32],
}

var generic64 = kernels[float64]{
	name: "generic", cols: 4,
	tile: []tileKernel[float64]{
		genericTile1[float64], genericTile2[float64],
	},
	pack: genericPack[float64],
	dot:  genericDot[float64], axpy: genericAxpy[float64], scal: genericScal[float64], axpyPair: axpyTwice(genericAxpy[float64]), axpy4: genericAxpy4[float64], dotAxpy: genericDotAxpy[float64],
	dot4: dot4ByRows(genericDot[float64]), dotAxpy4: dotAxpy4ByRows(genericDotAxpy[float64]),
	residuals: genericResiduals[float64], invert: genericInvert[float64], square: genericSquare[float64],
	exp: genericExp[float64], tanh: genericTanh64, sigmoid: genericSigmoid[float64],
	rankTwoSymv: genericRankTwoSymv, rotations: genericRotations, secular: genericSecular, lowner: genericLowner,
	differences: genericDifferences, quotients: genericQuotients,
	normal: genericNormal[float64],
}

// offset returns the address n elements after p.
func offset[T Float](p *T, n int) *T { return (*T)(unsafe.Add(unsafe.Pointer(p), n*sizeOf[T]())) }

// view returns the n elements from p as a slice.
func view[T Float](p *T, n int) []T { return unsafe.Slice(p, n) }

// genericTile1 computes a 1×4 tile.
func genericTile1[T Float](k int, alpha T, a *T, rs, cs int, b *T, bs int, c *T, ldc, load int) {
	genericRow(k, alpha, view(a, (k-1)*cs+1), cs, view(b, (k-1)*bs+4), bs, (*[4]T)(view(c, 4)), load)
}

// genericTile2 computes a 2×4 tile.
func genericTile2[T Float](k int, alpha T, a *T, rs, cs int, b *T, bs int, c *T, ldc, load int) {
	as, bv, cv := view(a, rs+(k-1)*cs+1), view(b, (k-1)*bs+4), view(c, ldc+4)
	genericRow(k, alpha, as, cs, bv, bs, (*[4]T)(cv), load)
	genericRow(k, alpha, as[rs:], cs, bv, bs, (*[4]T)(cv[ldc:]), load)
}

// genericRow computes four elements of one row of C.
func genericRow[T Float](k int, alpha T, a []T, cs int, b []T, bs int, c *[4]T, load int) {
	var s0, s1, s2, s3 T
	for p := range k {
		x, r := a[p*cs], b[p*bs:p*bs+4]
		s0 += x * r[0]
		s1 += x * r[1]
		s2 += x * r[2]
		s3 += x * r[3]
	}
	if load == 0 {
		*c = [4]T{alpha * s0, alpha * s1, alpha * s2, alpha * s3}
		return
	}
	c[0] += alpha * s0
	c[1] += alpha * s1
	c[2] += alpha * s2
	c[3] += alpha * s3
}

// genericPack copies k rows of four elements.
func genericPack[T Float](k int, src *T, ld int, dst *T) {
	from, to := view(src, (k-1)*ld+4), view(dst, 4*k)
	for p := range k {
		*(*[4]T)(to[4*p:]) = *(*[4]T)(from[p*ld:])
	}
}

// axpyTwice makes a kernel for a pair of one for a vector.
func axpyTwice[T Float](axpy func(n int, alpha T, x, y *T)) func(n int, alpha T, x *T, beta T, z, y *T) {
	return func(n int, alpha T, x *T, beta T, z, y *T) {
		axpy(n, alpha, x, y)
		axpy(n, beta, z, y)
	}
}

// genericDot returns Σ x[i]·y[i].
func genericDot[T Float](n int, x, y *T) T {
	const maxLanes = 32
	lanes := 128 / sizeOf[T]()
	xs, ys := view(x, n), view(y, n)
	var sum [maxLanes]T
	for len(xs) >= lanes {
		for l := range lanes {
			sum[l] += xs[l] * ys[l]
		}
		xs, ys = xs[lanes:], ys[lanes:]
	}
	for ; lanes > 1; lanes /= 2 {
		for l := range lanes / 2 {
			sum[l] += sum[l+lanes/2]
		}
	}
	var rest T
	for i := range xs {
		rest += xs[i] * ys[i]
	}
	return sum[0] + rest
}

// genericResiduals returns Σ ((x[i]−y[i])·w[i])².
func genericResiduals[T Float](n int, x, y, w *T) T {
	xs, ys, ws := view(x, n), view(y, n), view(w, n)
	var sum [4]T // overlapping additions
	for i := range xs {
		e := (xs[i] - ys[i]) * ws[i]
		sum[i%4] += e * e
	}
	return sum[0] + sum[1] + sum[2] + sum[3]
}

// genericSquare computes dst[i] = x[i]², four at a time, which take half the time.
func genericSquare[T Float](n int, dst, x *T) {
	d, v := view(dst, n), view(x, n)
	for len(v) >= 4 {
		to, from := d[:4:4], v[:4:4]
		to[0], to[1], to[2], to[3] = from[0]*from[0], from[1]*from[1], from[2]*from[2], from[3]*from[3]
		d, v = d[4:], v[4:]
	}
	for i, e := range v {
		d[i] = e * e
	}
}

// genericInvert computes dst[i] = one/x[i], NaN where x[i] < least.
func genericInvert[T Float](n int, one, least T, dst, x *T) {
	ds := view(dst, n)
	for i, v := range view(x, n) {
		ds[i] = one / v
		if v < least {
			ds[i] = T(math.NaN())
		}
	}
}

// genericAxpy computes y[i] += α·x[i].
func genericAxpy[T Float](n int, alpha T, x, y *T) {
	ys := view(y, n)
	for i, v := range view(x, n) {
		ys[i] += alpha * v
	}
}

// genericScal computes x[i] *= α.
func genericScal[T Float](n int, alpha T, x *T) {
	xs := view(x, n)
	for i := range xs {
		xs[i] *= alpha
	}
}

// genericAxpy4 adds multiples of four rows to y, one after the other.
func genericAxpy4[T Float](n int, alpha, x *T, ld int, y *T) {
	xs := view(x, 3*ld+n)
	for r, a := range view(alpha, 4) {
		genericAxpy(n, a, &xs[r*ld], y)
	}
}

// genericDotAxpy computes y[i] += α·a[i] and returns Σ a[i]·x[i].
func genericDotAxpy[T Float](n int, alpha T, a, x, y *T) T {
	genericAxpy(n, alpha, a, y)
	return genericDot(n, a, x)
}

// dot4ByRows makes a kernel of four rows of one for a single row.
func dot4ByRows[T Float](dot func(n int, x, y *T) T) func(n int, a *T, ld int, x, sums *T) {
	return func(n int, a *T, ld int, x, sums *T) {
		for r := range 4 {
			*offset(sums, r) = dot(n, offset(a, r*ld), x)
		}
	}
}

func dotAxpy4ByRows[T Float](dotAxpy func(n int, alpha T, a, x, y *T) T) func(n int, alpha, a *T, ld int, x, y, sums *T) {
	return func(n int, alpha, a *T, ld int, x, y, sums *T) {
		for r := range 4 {
			*offset(sums, r) = dotAxpy(n, *offset(alpha, r), offset(a, r*ld), x, y)
		}
	}
}
