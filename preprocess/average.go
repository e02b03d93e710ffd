package preprocess

import (
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// conditions returns the label of each trial, by its row in the trials table, and the conditions in
// order; nil if no columns make one.
func (p *plan) conditions() (labels map[int]string, order []string, err error) {
	columns := p.o.AverageBy
	if len(columns) == 0 {
		columns = p.o.LabelBy
	}
	if len(columns) == 0 {
		return nil, nil, nil
	}
	seen := map[int]bool{}
	var trials []int
	for _, q := range p.pieces {
		if !seen[q.trial] {
			seen[q.trial] = true
			trials = append(trials, q.trial)
		}
	}
	return groups(p.s.Trials, columns, trials)
}

// average replaces the trials by their mean over each condition,
//
//	x̄(c, k) = 1/n(c, k) Σ_{trials i of c that have bin k} x_i(k),
//
// and y likewise: a trial that was cut, or lost a row, counts at the peri-event times that it has. The rows of
// a condition follow one another in time; a time that no trial has ends the stretch. Activity is read a block
// at a time, so only the means are in memory. average returns the labels by new trial number.
func (p *plan) average(labels map[int]string, order []string) (map[int]string, error) {
	bins := recording.Range{From: p.pieces[0].from, To: p.pieces[0].to}
	for _, q := range p.pieces {
		bins.From, bins.To = min(bins.From, q.from), max(bins.To, q.to)
	}
	number := make(map[string]int, len(order))
	for c, label := range order {
		number[label] = c
	}
	rows, n, d := len(order)*bins.Len(), p.src.neurons(), p.dim()
	x, y := mat.NewDense(rows, n, nil), mat.NewDense(rows, d, nil)
	trials := make([]int, rows) // n(c, k)
	a := newActivity(p.src, p.kernel, p.pieces)
	var buf []float64
	for i, q := range p.pieces {
		buf = grow(buf, q.rows()*n)
		if err := a.ReadRows(buf, a.first[i]); err != nil {
			return nil, err
		}
		base := number[labels[q.trial]]*bins.Len() - bins.From
		for k := q.from; k < q.to; k++ {
			addTo(x.RawRowView(base+k), buf[(k-q.from)*n:])
			addTo(y.RawRowView(base+k), p.y.RawRowView(q.y+k))
			trials[base+k]++
		}
	}
	missing := make([]bool, rows)
	for r, count := range trials {
		missing[r] = count == 0
		divide(x.RawRowView(r), float64(count))
		divide(y.RawRowView(r), float64(count))
	}
	p.setMeans(x, y, missing, len(order))
	means := make(map[int]string, len(order))
	for c, label := range order {
		means[c] = label
	}
	p.note("%d trials are averaged over each of %d conditions.", len(labels), len(order))
	return means, nil
}

// setMeans makes the means the activity and behaviour of the plan, one piece for each condition, or more where
// times are missing.
func (p *plan) setMeans(x, y *mat.Dense, missing []bool, conditions int) {
	p.src = hertz(x)
	p.kernel = newKernel(0, false)
	p.y = y
	p.pieces = nil
	per := len(missing) / conditions
	for c := range conditions {
		for _, r := range present(missing[c*per : (c+1)*per]) {
			p.pieces = append(p.pieces, piece{
				origin: float64(c * per), trial: c, within: r, from: r.From, to: r.To, step: 1, y: c * per,
			})
		}
	}
}

// addTo adds the leading elements of src to dst.
func addTo(dst, src []float64) {
	for i := range dst {
		dst[i] += src[i]
	}
}

func divide(dst []float64, by float64) {
	for i := range dst {
		dst[i] /= by
	}
}
