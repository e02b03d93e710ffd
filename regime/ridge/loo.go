package ridge

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// LeaveOneOut returns the mean squared error, over rows and outputs, that each row has under the fit to all other
// rows: one row of the result for each number of components in ks (ascending), one column for each penalty. The
// view must be that of the path's moments. A leverage of 1, where a row determines its own fit, gives NaN; that is to
// rounding, 10⁻¹⁰, or more where eigenvalues are far apart. Errors at penalties far below the least eigenvalue are
// interpolated where that changes them by less than 10⁻¹¹ of their value, but for rounding.
//
// The cost is one product of the rows with V, and running sums over components; between the k asked for, the
// running sums are matrix products too.
func (p *Path) LeaveOneOut(v *View, ks []int) (*mat.Dense, error) {
	errors, err := p.aboutMean(v).LeaveOneOut([]Task{{Path: p, Ks: ks}}, 1)
	if err != nil {
		return nil, err
	}
	t, _, d := v.Dims()
	mse := errors[0][0]
	mse.Scale(1/float64(t*d), mse)
	return mse, nil
}

// aboutMean returns the view of the path's rows about their own mean.
func (p *Path) aboutMean(v *View) *View {
	origin := make([]float64, len(v.origin))
	for j, o := range v.origin {
		origin[j] = o + p.XMean[j]
	}
	return v.about(origin)
}

// A Task is a path whose leave-one-out errors View.LeaveOneOut finds, for the numbers of components Ks (ascending).
type Task struct {
	Path    *Path
	Columns []int // of the view, that the path was fitted to, in its order; nil means all
	Ks      []int
	// Penalties is how many of the path's penalties are wanted, from the least on; 0 means all.
	Penalties int
}

// penalties returns how many penalties are wanted.
func (t Task) penalties() int {
	if t.Penalties == 0 {
		return len(t.Path.Alphas)
	}
	return t.Penalties
}

// LeaveOneOut returns the leave-one-out errors of many paths, each fitted to some of the columns, while the rows are read
// once. The view must be about the mean of its rows. Entry [i][s] has the squared errors of task i summed over outputs and
// over stretch s of the rows, from ⌊T·s/stretches⌋ on: a row for each k and a column for each penalty wanted, as Path.LeaveOneOut.
func (v *View) LeaveOneOut(tasks []Task, stretches int) ([][]*mat.Dense, error) {
	tables := make([]*table, len(tasks))
	err := Parallel(len(tasks), func(i int) error {
		tables[i] = tasks[i].table()
		return nil
	})
	if err != nil {
		return nil, err
	}
	t, _, _ := v.Dims()
	pieces := max(1, min((maxLanes+stretches-1)/stretches, t/(stretches*blockRows)))
	units := make([][]partial, stretches*pieces)
	err = Parallel(len(units), func(i int) error {
		var err error
		units[i], err = v.sweep(tables, t*i/len(units), t*(i+1)/len(units))
		return err
	})
	if err != nil {
		return nil, err
	}
	errors := make([][]*mat.Dense, len(tasks))
	for i, t := range tables {
		for s := range stretches {
			errors[i] = append(errors[i], t.sum(units[s*pieces:(s+1)*pieces], i))
		}
	}
	return errors, nil
}

// A partial holds what a table has from some of the rows: squared errors, summed, a row for each of ks.
type partial struct {
	errors []float64 // a column for each penalty swept
	rough  []float64 // of rows whose errors are not interpolated, a column for each penalty wanted; nil if there are none
}

// sum returns the errors of the i-th table, which t is, over several units, at all penalties.
func (t *table) sum(units [][]partial, i int) *mat.Dense {
	swept := make([]float64, len(t.ks)*t.nA)
	for _, unit := range units {
		addScaled(swept, 1, unit[i].errors)
	}
	errors := mat.NewDense(len(t.ks), t.count, nil)
	for k := range t.ks {
		errors.SetRow(k, t.interpolate(swept[k*t.nA:(k+1)*t.nA]))
	}
	for _, unit := range units {
		if rough := unit[i].rough; rough != nil {
			addScaled(errors.RawMatrix().Data, 1, rough)
		}
	}
	return errors
}

// Promising returns how many penalties, from the least on, can be the best for the fit on all components, and the in-sample
// squared error that the next one has, summed over rows and outputs (infinite if there is none). A leave-one-out error is never
// below the in-sample one, which rises with the penalty: as soon as one is found below that bound, the penalties beyond are
// out. Where to stop is a guess from generalised cross-validation, with room for it to be wrong by a twentieth.
func (p *Path) Promising() (count int, bound float64) {
	errors := make([]float64, len(p.Alphas))
	least := math.Inf(1)
	for ai, alpha := range p.Alphas {
		errors[ai] = p.residual(alpha)
		share := 1 - (1+p.Spectrum.EffectiveDF(alpha))/p.Count
		if gcv := errors[ai] / (share * share); share > 0 {
			least = math.Min(least, gcv)
		}
	}
	for ai, e := range errors {
		if e > 1.05*least && ai > 1 {
			return ai, e
		}
	}
	return len(errors), math.Inf(1)
}
