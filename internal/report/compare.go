package report

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"oblique/regime"
)

// Compare writes recordings side by side, as they are and at matched size, the differences between groups, and what
// cannot be concluded.
func Compare(w io.Writer, c *regime.Comparison) error {
	var b bytes.Buffer
	var whole table
	whole.add("as recorded", "group", "T", "N", r2Name(c), "ρ", "ρ√N", "by chance", "D_x,90", "D_fit,90", "ratio", "")
	for _, e := range c.Recordings {
		r := e.Result
		whole.add(r.Data.Name, e.Group, fmt.Sprint(r.Data.NTime), fmt.Sprint(r.Data.NNeurons), number(r.R2), number(r.Rho),
			number(r.RhoSqrtN), interval(r.Nulls.Isotropic.CI), dimension(r.DVar), dimension(r.DFit), number(r.Relative), "")
	}
	whole.write(&b)
	if c.Matched.Draws > 0 {
		matched(&b, c)
	}
	if len(c.Caveats) > 0 {
		fmt.Fprintf(&b, "\nWhat cannot be concluded:\n")
		bullets(&b, c.Caveats)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// matched writes the figures at common size, and the differences between groups.
func matched(b *bytes.Buffer, c *regime.Comparison) {
	fmt.Fprintf(b, "\nAt the same size: %s, %s independent time points, %s\n\n", plural(c.Matched.N, "neuron"), number(c.Matched.EffectiveT),
		plural(c.Matched.Draws, "draw"))
	var t table
	t.add("", "rows", r2Name(c), "ρ", "PR", "D_fit/D_x", "")
	for _, e := range c.Recordings {
		d := e.Draws
		if d.Rows == 0 {
			continue // a finished result
		}
		t.add(e.Result.Data.Name, fmt.Sprint(d.Rows), number(average(d.R2)), number(average(d.Rho)), number(average(d.PR)), number(average(d.Relative)), "")
	}
	t.write(b)
	if len(c.Differences) == 0 {
		return
	}
	fmt.Fprintln(b)
	var diff table
	diff.add("difference", "", "estimate", "95 % interval")
	for _, d := range c.Differences {
		diff.add(d.A+" − "+d.B, metricNames[d.Metric], number(d.Value), interval(d.CI))
	}
	diff.write(b)
}

// r2Name says which R² a column has, if it is the same in all lines.
func r2Name(c *regime.Comparison) string {
	kind := ""
	for _, e := range c.Recordings {
		of := e.Result.Method.R2Kind()
		if kind != "" && of != kind {
			return "R²"
		}
		kind = of
	}
	return "R², " + kind
}

// metricNames are how tables call what JSON has under these keys.
var metricNames = map[string]string{"r2": "R²", "rho": "ρ", "participation_ratio": "PR", "relative_fit_dim": "D_fit/D_x"}

// average is the mean of the figures that are defined.
func average(x []regime.Number) regime.Number {
	var sum, count regime.Number
	for _, v := range x {
		if v.Defined() {
			sum, count = sum+v, count+1
		}
	}
	return sum / count
}

// mean is the average over draws of one size.
func mean(draws [][]regime.Number, size int) regime.Number {
	column := make([]regime.Number, len(draws))
	for i, row := range draws {
		column[i] = row[size]
	}
	return average(column)
}

func meanDimension(draws [][]regime.Dimension, size int) regime.Number {
	column := make([]regime.Number, len(draws))
	for i, row := range draws {
		if column[i] = regime.Undefined; row[size] > 0 {
			column[i] = regime.Number(row[size])
		}
	}
	return average(column)
}

func root(n int) regime.Number { return regime.Number(math.Sqrt(float64(n))) }
