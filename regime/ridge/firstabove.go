package ridge

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// AllComponents returns 1, 2, …, r.
func AllComponents(r int) []int {
	ks := make([]int, r)
	for i := range ks {
		ks[i] = i + 1
	}
	return ks
}

// FirstAbove returns the fitting dimension without the whole curve: the first k at which the in-sample R² of the fit
// on k components, with its own penalty by leave-one-out, exceeds the threshold strictly; 0 if none does. Only
// those k are swept where the penalty can decide: in-sample R² falls with the penalty, so that a k whose R² fails
// at the least penalty cannot pass, and one that passes at the greatest cannot fail.
func (p *Path) FirstAbove(v *View, inSample *mat.Dense, threshold float64) (int, error) {
	first, err := p.aboutMean(v).FirstAbove([]Task{{Path: p}}, []*mat.Dense{inSample}, []float64{threshold})
	return first[0], err
}

// FirstAbove is Path.FirstAbove of many paths, each fitted to some of the columns: rows are read once for all. The view
// must be about the mean of its rows. The numbers of components of the tasks are not looked at.
func (v *View) FirstAbove(tasks []Task, inSample []*mat.Dense, thresholds []float64) ([]int, error) {
	first, open := make([]int, len(tasks)), make([][]int, len(tasks))
	for i := range tasks {
		first[i], open[i] = undecided(inSample[i], thresholds[i])
	}
	// A few k at a time: most often the first or second passes.
	for few := 2; ; few = 8 {
		var work []Task
		var whose []int
		for i, ks := range open {
			if len(ks) > 0 {
				work = append(work, Task{Path: tasks[i].Path, Columns: tasks[i].Columns, Ks: ks[:min(len(ks), few)]})
				whose = append(whose, i)
			}
		}
		if len(work) == 0 {
			return first, nil
		}
		loo, err := v.LeaveOneOut(work, 1)
		if err != nil {
			return first, err
		}
		for w, i := range whose {
			open[i] = open[i][len(work[w].Ks):]
			for row, k := range work[w].Ks {
				if inSample[i].At(k-1, max(0, Best(loo[w][0].RawRowView(row)))) > thresholds[i] {
					first[i], open[i] = k, nil
					break
				}
			}
		}
	}
}

// undecided returns the first k whose in-sample R² exceeds the threshold at every penalty (0 if there is none), and those
// before it for which the penalty decides.
func undecided(inSample *mat.Dense, threshold float64) (certain int, open []int) {
	r, _ := inSample.Dims()
	for k := 1; k <= r; k++ {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, r2 := range inSample.RawRowView(k - 1) {
			lo, hi = math.Min(lo, r2), math.Max(hi, r2)
		}
		switch {
		case lo > threshold:
			return k, open
		case hi > threshold:
			open = append(open, k)
		}
	}
	return 0, open
}
