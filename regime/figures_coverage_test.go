package regime

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"text/tabwriter"

	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
)

// TestCoverageOfFigures prints how often the intervals of R², participation ratio and dimensions hold those of the population
// that a recording was drawn from (docs/methods.md).
func TestCoverageOfFigures(t *testing.T) {
	if *coverageRuns == 0 {
		t.Skip("a simulation of some minutes: -coverage.runs 200")
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(out, "noise\taligned\ttrial\tR²\tR² of the readout\tcovers R²\tPR\tcovers PR\tcovers d_var\tcovers d_fit\tdefined")
	for _, s := range []world{
		{noise: 0.1},
		{noise: 1},
		{noise: 1, aligned: true},
		{noise: 9},
		{noise: 1, trial: 50},
	} {
		s.t, s.n, s.latents, s.d = 3000, 40, 8, 2
		figuresCoverage(t, out, s)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}

func figuresCoverage(t *testing.T, out *tabwriter.Writer, s world) {
	var r2, pr, dVar, dFit, defined int
	var sumEstimate, sumTruth, sumPR float64
	for seed := range *coverageRuns {
		rng := rand.New(rand.NewPCG(uint64(seed), 2025))
		s.populate(rng)
		res, err := Fit(context.Background(), s.draw(rng), Options{Shifts: -1, Readouts: -1}, rng)
		if err != nil {
			t.Fatal(err)
		}
		p := s.figures()
		of := s.r2(res.Weights)
		sumEstimate, sumTruth, sumPR = sumEstimate+float64(res.R2), sumTruth+of, sumPR+float64(res.PR)/p.pr
		for _, c := range []struct {
			hits *int
			iv   Interval
			want float64
		}{{&r2, res.R2CI, of}, {&pr, res.PRCI, p.pr}, {&dVar, res.DVarCI, float64(p.dVar)}, {&dFit, res.DFitCI, float64(p.dFit)}} {
			if c.iv.Contains(Number(c.want)) {
				*c.hits++
			}
		}
		if res.DFitCI[0].Defined() {
			defined++
		}
	}
	n := float64(*coverageRuns)
	fmt.Fprintf(out, "%g\t%v\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%d\n", s.noise, s.aligned, s.trial, sumEstimate/n, sumTruth/n, float64(r2)/n,
		sumPR/n, float64(pr)/n, float64(dVar)/n, float64(dFit)/float64(defined), defined)
}

// r2 of a readout on new data of the population.
func (s *world) r2(w *mat.Dense) float64 {
	var mean float64
	for o := range s.d {
		var off mat.VecDense
		off.SubVec(w.RowView(o), s.w.RowView(o))
		noise := s.sd[o] * s.sd[o]
		total := mat.Inner(s.w.RowView(o), s.cov, s.w.RowView(o)) + noise
		mean += (1 - (mat.Inner(&off, s.cov, &off)+noise)/total) / float64(s.d)
	}
	return mean
}

type populationFigures struct {
	pr         float64
	dVar, dFit int
}

// figures of the population: its covariance, and least squares on its principal components.
func (s *world) figures() populationFigures {
	var e mat.EigenSym
	e.Factorize(s.cov, true)
	ascending := e.Values(nil)
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	variance, r2 := make([]float64, s.n), make([]float64, s.n)
	var trace, square float64
	along := make([]float64, s.d)
	for k := range s.n {
		lambda := ascending[s.n-1-k]
		trace, square = trace+lambda, square+lambda*lambda
		variance[k] = trace
		for o := range s.d {
			w := mat.Dot(vectors.ColView(s.n-1-k), s.w.RowView(o))
			along[o] += lambda * w * w
			total := mat.Inner(s.w.RowView(o), s.cov, s.w.RowView(o)) + s.sd[o]*s.sd[o]
			r2[k] += along[o] / total / float64(s.d)
		}
	}
	return populationFigures{pr: trace * trace / square, dVar: ridge.Dimension(variance, threshold*trace),
		dFit: ridge.Dimension(r2, threshold*r2[s.n-1])}
}
