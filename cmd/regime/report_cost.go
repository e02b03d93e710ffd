package main

import (
	"strconv"

	"oblique/internal/batch"
	"oblique/loaders/recording"
)

// A cost foretells what analyses of a recording take, roughly: right within a factor of two or three on a processor of
// the year 2024 with AVX-512; one without takes up to twice as long. Its constants were measured on recordings of 86 to 171
// neurons and 400 to 15 500 rows.
type cost struct {
	t, n, d   float64
	crossval  bool
	folds     float64 // of the cross-validation
	bootstrap float64 // draws and shifts
	subs      float64 // time subsamples, times their fraction
}

func newCost(r *recording.Recording, method map[string][]string) cost {
	t, n, d := r.Dims()
	count := func(name string, byDefault float64) float64 {
		v, ok := method[name]
		if !ok {
			return byDefault
		}
		x, _ := strconv.ParseFloat(v[0], 64) // checked when it was read
		return max(0, x)
	}
	c := cost{t: float64(t), n: float64(n), d: float64(d), crossval: true}
	if v := method["method"]; len(v) == 1 && v[0] == "paper" {
		c.crossval = false
		c.subs = count("time-subsamples", 20) * count("time-fraction", 0.5)
		c.bootstrap = count("bootstrap", 0) + count("shifts", 0)
		return c
	}
	c.folds = count("folds", usualFolds)
	c.subs = count("time-subsamples", 0) * count("time-fraction", 0.5)
	c.bootstrap = count("bootstrap", 200) + count("shifts", 100)
	return c
}

// Seconds of one processor: to read a value, for a product of the moments, for the decompositions of N neurons.
const (
	perValue     = 5e-8
	perProduct   = 8e-11
	perSpectrum  = 3e-9
	perHeldOut   = 3e-8 // nested cross-validation in five folds: many decompositions
	perBootstrap = 4e-9
	atLeast      = 0.05

	usualFolds = 5
	usualPairs = usualFolds * (usualFolds + 1) / 2.0
)

// load is the cost of any cell.
func (c cost) load() float64 { return atLeast + perValue*c.t*c.n }

// fit is the cost of the whole recording.
func (c cost) fit() batch.Estimate {
	n3 := c.n * c.n * c.n
	s := c.load() + perProduct*c.t*c.n*c.n*(1+c.subs) + perSpectrum*n3*(1+c.subs) + perBootstrap*n3*c.bootstrap
	if c.crossval {
		s += perHeldOut * n3 * c.pairs() / usualPairs
	}
	return batch.Estimate{Seconds: s, Bytes: c.memory()}
}

// draws is the cost of draws of each size.
func (c cost) draws(sizes []int, draws int) batch.Estimate {
	s := c.load() + perProduct*c.t*c.n*c.n
	for _, size := range sizes {
		n := float64(size)
		each := perSpectrum*n*n*n + perProduct*c.t*n*n
		if c.crossval {
			each = perHeldOut * n * n * n * c.pairs() / usualPairs
		}
		s += float64(draws) * each
	}
	return batch.Estimate{Seconds: s, Bytes: c.memory()}
}

// pairs is the number of models of nested cross-validation, each without two folds or one.
func (c cost) pairs() float64 { return c.folds * (c.folds + 1) / 2 }

// memory has room for the program, the data several times over, and under crossval the moments of a hundred blocks, and of
// each pair of folds the decomposition and two curves of errors, over components and 20 penalties.
func (c cost) memory() int64 {
	bytes := 32e6 + 4*8*c.t*c.n
	if c.crossval {
		bytes += 3*100*8*c.n*c.n + 8*c.pairs()*(c.n*c.n+2*20*c.n*c.d)
	}
	return int64(bytes)
}
