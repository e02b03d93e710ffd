package hdf5

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// eachRun must visit every element of the box once, with its index in both arrays.
func TestEachRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for range 2000 {
		rank := rng.IntN(5)
		v := make([][]uint64, 5)
		for i := range v {
			v[i] = make([]uint64, rank)
		}
		count, src, from, dst, to := v[0], v[1], v[2], v[3], v[4]
		total := uint64(1)
		for d := range rank {
			count[d] = rng.Uint64N(4)
			for i := range 2 { // often the whole extent, so that runs merge
				extra := rng.Uint64N(3) * rng.Uint64N(2)
				v[1+2*i][d] = count[d] + extra
				if extra > 0 {
					v[2+2*i][d] = rng.Uint64N(extra + 1)
				}
			}
			total *= count[d]
		}
		var got, want [][2]uint64
		err := eachRun(count, src, from, dst, to, func(a, b, n uint64) error {
			for i := range n {
				got = append(got, [2]uint64{a + i, b + i})
			}
			return nil
		})
		for i := range total {
			var a, b, scaleA, scaleB uint64 = 0, 0, 1, 1
			for d := rank - 1; d >= 0; d-- {
				a += (from[d] + i%count[d]) * scaleA
				b += (to[d] + i%count[d]) * scaleB
				scaleA, scaleB, i = scaleA*src[d], scaleB*dst[d], i/count[d]
			}
			want = append(want, [2]uint64{a, b})
		}
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v of %v from %v to %v of %v: %v instead of %v", count, src, from, to, dst, got, want)
		}
	}
}

func TestFillRuns(t *testing.T) {
	u := unwritten{size: 3, fill: []byte{1, 2, 3}}
	var got []byte
	n := u.most()*2 + 5
	err := u.read(nil, box{count: []uint64{n}}, func(at int, run []byte) error {
		if at*3 != len(got) {
			t.Fatalf("run at %d after %d bytes", at, len(got))
		}
		got = append(got, run...)
		return nil
	})
	if err != nil || uint64(len(got)) != 3*n {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	for i, x := range got {
		if int(x) != i%3+1 {
			t.Fatalf("byte %d: %d", i, x)
		}
	}
}
