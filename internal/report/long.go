package report

import "oblique/regime"

// A Row is one figure of a Collection in long form.
type Row struct {
	Data, Group, Kind, Output, Prepare, Method string
	Analysis                                   string // crossval or paper
	Subsample                                  string // none, time or neurons
	N, T                                       int    // neurons and rows that the figure is of
	Draw                                       int    // of the subsample; 0 if there is none
	Metric                                     string // as the JSON key of the result
	Value, Low, High                           float64
	Cell, SHA256                               string
}

// Long returns all figures of a Collection, in the order of its entries. An undefined figure, or interval, is NaN. A
// time subsample has ⌊T·fraction⌋ rows. Figures that a method has not, as paper has none held out, have no rows.
func Long(c *Collection) []Row {
	var rows []Row
	for _, e := range c.Entries {
		if e.Result != nil {
			rows = e.appendLong(rows)
		}
	}
	return rows
}

func (e Entry) appendLong(rows []Row) []Row {
	r := e.Result
	row := Row{Data: e.Data, Group: e.Group, Kind: string(r.Data.Kind), Output: e.Output, Prepare: e.Prepare, Method: e.Method,
		Analysis: string(r.Method), N: r.Data.NNeurons, T: r.Data.NTime, Subsample: "none", Cell: e.Cell, SHA256: r.Data.SHA256}
	add := func(metric string, value regime.Number, interval regime.Interval) {
		row.Metric, row.Value, row.Low, row.High = metric, float64(value), float64(interval[0]), float64(interval[1])
		rows = append(rows, row)
	}
	none := regime.Interval{regime.Undefined, regime.Undefined}
	add("r2", r.R2, r.R2CI)
	add("r2_in_sample", r.R2InSample, none)
	add("alpha", r.Alpha, none)
	add("rho", r.Rho, r.RhoCI)
	add("rho_sqrt_n", r.RhoSqrtN, r.RhoSqrtNCI)
	add("rho_isotropic", r.Nulls.Isotropic.RMS, r.Nulls.Isotropic.CI)
	add("rho_covariance", r.Nulls.Covariance.RMS, r.Nulls.Covariance.CI)
	add("participation_ratio", r.PR, r.PRCI)
	add("participation_ratio_corrected", r.PRCorrected, none)
	add("d_var", dimensionNumber(r.DVar), r.DVarCI)
	add("d_fit", dimensionNumber(r.DFit), r.DFitCI)
	add("relative_fit_dim", r.Relative, r.RelativeCI)
	add("effective_df", r.EffectiveDF, none)
	add("effective_time", r.EffectiveT, none)
	if r.Neurons.Sizes != nil {
		add("exponent", r.Exponent.Value, r.Exponent.CI)
	}

	if s := r.TimeSubsamples; s != nil {
		row.Subsample, row.T = "time", int(float64(r.Data.NTime)*float64(s.Fraction))
		for i := range s.Rho {
			row.Draw = i
			add("r2", s.R2[i], none)
			add("alpha", s.Alpha[i], none)
			add("rho", s.Rho[i], none)
			add("rho_sqrt_n", s.Rho[i]*root(row.N), none)
			add("d_var", dimensionNumber(s.DVar[i]), none)
			add("d_fit", dimensionNumber(s.DFit[i]), none)
			add("relative_fit_dim", s.Relative[i], none)
		}
	}

	row.Subsample, row.T = "neurons", r.Data.NTime
	s := r.Neurons
	for k, n := range s.Sizes {
		row.N = n
		for i := range s.Rho {
			row.Draw = i
			add("r2", s.R2[i][k], none)
			if r.Method == regime.Crossval { // paper holds nothing out
				add("r2_held_out", s.R2HeldOut[i][k], none)
			}
			add("alpha", s.Alpha[i][k], none)
			add("rho", s.Rho[i][k], none)
			add("rho_sqrt_n", s.Rho[i][k]*root(n), none)
			add("participation_ratio", s.PR[i][k], none)
			add("d_var", dimensionNumber(s.DVar[i][k]), none)
			add("d_fit", dimensionNumber(s.DFit[i][k]), none)
			add("relative_fit_dim", s.Relative[i][k], none)
		}
	}
	return rows
}

// dimensionNumber returns a dimension as a number: NaN if it is undefined.
func dimensionNumber(d regime.Dimension) regime.Number {
	if d <= 0 {
		return regime.Undefined
	}
	return regime.Number(d)
}
