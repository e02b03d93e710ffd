package blas

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// symmetricTiers runs test with every tier of float64, and then sees that those of fused multiply-add had the same bits.
func symmetricTiers(t *testing.T, test func(t *testing.T) []float64) {
	var want []uint64
	eachTier[float64](t, func(t *testing.T) {
		got := bitsOf(test(t))
		if active64.name == "generic" || active64.name == "NEON" {
			return // it rounds twice
		}
		if want == nil {
			want = got
		} else if !slices.Equal(got, want) {
			t.Errorf("%s has other bits than the tier before", active64.name)
		}
	})
}

func deviates(n int, seed uint64) []float64 {
	x := make([]float64, n)
	fill(x, seed)
	return x
}

func TestRankTwoSymv(t *testing.T) {
	symmetricTiers(t, func(t *testing.T) (all []float64) {
		for n := Group; n <= 48; n += Group {
			for first := 0; first < n; first += 4 {
				lda := n + 3
				a := newGuarded[float64](n, n, lda, uint64(n))
				for i := range n {
					clear(a.data[i*lda : i*lda+i])
				}
				u, w, x, y := deviates(n, 1), deviates(n, 2), deviates(n, 3), newGuarded[float64](1, n, n, 4)
				sums := newGuarded[float64](1, n, n, 5)
				oldA, oldY, oldSums := slices.Clone(a.data), slices.Clone(y.data), slices.Clone(sums.data)
				RankTwoSymv(first, n, u, w, a.data, lda, x, y.data, sums.data)
				name := fmt.Sprintf("RankTwoSymv of %d from %d", n, first)
				for _, g := range []guarded[float64]{a, y, sums} {
					g.check(t, name)
				}
				for i := range n {
					for j := range n {
						old, got := oldA[i*lda+j], a.data[i*lda+j]
						if j < i || i < first {
							if got != old {
								t.Fatalf("%s: element (%d, %d) changed", name, i, j)
							}
							continue
						}
						size := math.Abs(u[i]*w[j]) + math.Abs(w[i]*u[j]) + math.Abs(old)
						near(t, name, got, old-u[i]*w[j]-w[i]*u[j], dotBound[float64](-4, size))
					}
				}
				for i := range n {
					above, beside, size := twice{hi: oldY[i]}, twice{}, math.Abs(oldY[i])
					for j := first; j < n; j++ {
						v := a.data[min(i, j)*lda+max(i, j)] * x[j]
						if j < i {
							above.addProduct(a.data[j*lda+i], x[j])
						} else {
							beside.addProduct(a.data[i*lda+j], x[j])
						}
						size += math.Abs(v)
					}
					near(t, name+", y", y.data[i], above.value(), dotBound[float64](n, size))
					if i < first {
						if sums.data[i] != oldSums[i] {
							t.Fatalf("%s: sum %d changed", name, i)
						}
						continue
					}
					near(t, name+", sums", sums.data[i], beside.value(), dotBound[float64](n, size))
				}
				all = slices.Concat(all, a.data, y.data, sums.data)
			}
		}
		return all
	})
}

func TestRotations(t *testing.T) {
	symmetricTiers(t, func(t *testing.T) (all []float64) {
		for n := Group; n <= 5*Group; n += Group {
			for k := range 5 {
				const last = 4
				lda := n + 5
				a := newGuarded[float64](last+1, n, lda, uint64(n+k))
				want := slices.Clone(a.data)
				var cs []float64
				for r := range k {
					angle := float64(r) + 0.3
					c, s := math.Cos(angle), math.Sin(angle)
					cs = append(cs, c, s)
					for j := range n {
						x, y := want[(last-r-1)*lda+j], want[(last-r)*lda+j]
						want[(last-r-1)*lda+j], want[(last-r)*lda+j] = c*x-s*y, s*x+c*y
					}
				}
				Rotations(n, cs, a.data, lda, last)
				name := fmt.Sprintf("%d rotations of %d columns", k, n)
				a.check(t, name)
				for i, v := range a.data {
					near(t, name, v, want[i], 20*unit[float64]()*10) // deviates are below 10
				}
				all = append(all, a.data...)
			}
		}
		return all
	})
}

func TestSecular(t *testing.T) {
	symmetricTiers(t, func(t *testing.T) (all []float64) {
		for k := 1; k <= 30; k++ {
			d, z := deviates(k, 1), deviates(k, 2)
			slices.Sort(d)
			for j := 0; j < k; j += 1 + k/10 {
				var origin, mu [Group]float64
				for l := range origin {
					origin[l], mu[l] = d[min(j+l, k-1)], 1e-3*float64(l+1)
				}
				var sums SecularSums
				Secular(j, d, z, &origin, &mu, &sums)
				for l := range Group {
					var below, above, slopeBelow, slopeAbove, size, slope float64
					for i := range k {
						delta := d[i] - origin[l] - mu[l]
						v, dv := z[i]*z[i]/delta, z[i]*z[i]/delta/delta
						if i <= j+l {
							below, slopeBelow = below+v, slopeBelow+dv
						} else {
							above, slopeAbove = above+v, slopeAbove+dv
						}
						size, slope = size+math.Abs(v), slope+dv
					}
					name := fmt.Sprintf("%d poles, root %d+%d", k, j, l)
					near(t, name, sums.Below[l], below, dotBound[float64](k, size))
					near(t, name, sums.Above[l], above, dotBound[float64](k, size))
					near(t, name, sums.BelowSlope[l], slopeBelow, dotBound[float64](k, slope))
					near(t, name, sums.AboveSlope[l], slopeAbove, dotBound[float64](k, slope))
				}
				all = slices.Concat(all, sums.Below[:], sums.BelowSlope[:], sums.Above[:], sums.AboveSlope[:])
			}
		}
		return all
	})
}

func TestLowner(t *testing.T) {
	symmetricTiers(t, func(t *testing.T) (all []float64) {
		for k := 1; k <= 20; k++ {
			ld := roundUp(k, Group)
			d, delta := deviates(ld, 3), deviates(k*ld, 4)
			for i := 0; i < k; i += Group {
				var products [Group]float64
				Lowner(k, i, d, delta, ld, &products)
				for l := range min(Group, k-i) {
					want := 1.0
					for j := range k {
						if want *= delta[j*ld+i+l]; j != i+l {
							want /= d[i+l] - d[j]
						}
					}
					near(t, fmt.Sprintf("%d poles, weight %d", k, i+l), products[l], want, dotBound[float64](3*k, math.Abs(want)))
				}
				all = append(all, products[:]...)
			}
		}
		return all
	})
}

func TestDifferencesAndQuotients(t *testing.T) {
	symmetricTiers(t, func(t *testing.T) (all []float64) {
		for n := Group; n <= 5*Group; n += Group {
			x, y := deviates(n, 5), deviates(n, 6)
			dst := newGuarded[float64](1, n, n, 7)
			Differences(dst.data, x, 0.5, 1e-3)
			for i, v := range dst.data {
				if v != x[i]-0.5-1e-3 {
					t.Fatalf("difference %d of %d is %g", i, n, v)
				}
			}
			all = append(all, dst.data...)
			sum := Quotients(dst.data, x, y)
			want := 0.0
			for i, v := range dst.data {
				if v != x[i]/y[i] {
					t.Fatalf("quotient %d of %d is %g", i, n, v)
				}
				want += v * v
			}
			near(t, "sum of squares", sum, want, dotBound[float64](n, want))
			dst.check(t, "Differences and Quotients")
			all = append(append(all, dst.data...), sum)
		}
		return all
	})
}

// TestSymvKernels: the tiers agree to the last bit, at every edge of groups and blocks.
func TestSymvKernels(t *testing.T) {
	symmetricTiers(t, func(t *testing.T) (all []float64) {
		for n := range 42 {
			for _, uplo := range []blas.Uplo{blas.Upper, blas.Lower} {
				lda := n + 3
				a, x, y := deviates(n*lda, 1), deviates(n, 2), deviates(n, 3)
				Symv(uplo, n, 1.5, a, lda, x, 1, y)
				all = append(all, y...)
			}
		}
		return all
	})
}

// TestGemvTiersAgree: the sums of rows have the same bits in the tiers for amd64, whatever is left over of rows and columns.
func TestGemvTiersAgree(t *testing.T) {
	symmetricTiers(t, func(t *testing.T) (all []float64) {
		for n := range 42 {
			m := 4 + n%4
			a, x, y := deviates(m*n, 1), deviates(n, 2), deviates(m, 3)
			Gemv(blas.NoTrans, m, n, 1.5, a, max(1, n), x, 1, y)
			all = append(all, y...)
		}
		return all
	})
}
