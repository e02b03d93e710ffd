package plot

import (
	"image/color"
	"math"
	"sort"

	"gonum.org/v1/plot/vg"
)

// A violin shows the distribution of values as a symmetric silhouette around x: a Gaussian kernel density
// with Silverman's bandwidth 0.9 min(s, IQR/1.34) n^{−1/5}, cut at the smallest and largest value, its
// widest place as wide as the violin. Fewer than three finite values, or equal ones, have no silhouette and
// give a short line each.
type violin struct {
	background
	x      float64
	width  vg.Length // on the page
	values []float64
	fill   color.Color
	edge   color.Color
}

func (m violin) draw(f *frame) {
	values := sortedFinite(m.values)
	y, w := density(values)
	if y == nil {
		for _, v := range values {
			if p := f.at(m.x, v); f.Contains(p) {
				f.StrokeLine2(stroke(m.edge, thinLine), p.X-m.width/4, p.Y, p.X+m.width/4, p.Y)
			}
		}
		return
	}
	side := func(i int, sign vg.Length) vg.Point {
		p := f.at(m.x, y[i])
		p.X += sign * m.width / 2 * vg.Length(w[i])
		return p
	}
	outline := make([]vg.Point, 0, 2*len(y))
	for i := range y {
		outline = append(outline, side(i, -1))
	}
	for i := len(y) - 1; i >= 0; i-- {
		outline = append(outline, side(i, +1))
	}
	for _, p := range outline {
		if !finite(float64(p.Y)) { // not a positive value on a log axis
			return
		}
	}
	outline = f.ClipPolygonXY(outline)
	if len(outline) == 0 {
		return
	}
	f.FillPolygon(m.fill, outline)
	f.StrokeLines(stroke(m.edge, hairline), append(outline, outline[0]))
}

// violinPoints is the number of places where the density is drawn.
const violinPoints = 41

// density returns places between the extremes of the ascending values, and the density there relative to its
// maximum; nil where there is none to draw.
func density(values []float64) (at, share []float64) {
	n := len(values)
	if n < 3 || values[0] == values[n-1] {
		return nil, nil
	}
	h := bandwidth(values)
	at, share = make([]float64, violinPoints), make([]float64, violinPoints)
	var peak float64
	for i := range at {
		at[i] = values[0] + (values[n-1]-values[0])*float64(i)/(violinPoints-1)
		for _, v := range values {
			z := (at[i] - v) / h
			share[i] += math.Exp(-z * z / 2)
		}
		peak = math.Max(peak, share[i])
	}
	for i := range share {
		share[i] /= peak
	}
	return at, share
}

// bandwidth is Silverman's (1986, eq. 3.31); where more than half of the values are equal, the interquartile range
// says nothing and the standard deviation alone counts.
func bandwidth(values []float64) float64 {
	n := float64(len(values))
	var mean, sum float64
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	spread := math.Sqrt(sum / (n - 1))
	if iqr := (quantile(values, 0.75) - quantile(values, 0.25)) / 1.34; iqr > 0 {
		spread = math.Min(spread, iqr)
	}
	return 0.9 * spread * math.Pow(n, -0.2)
}

// quantile interpolates linearly between the order statistics.
func quantile(ascending []float64, p float64) float64 {
	place := p * float64(len(ascending)-1)
	i := int(place)
	if i+1 == len(ascending) {
		return ascending[i]
	}
	return ascending[i] + (place-float64(i))*(ascending[i+1]-ascending[i])
}

// sortedFinite returns the finite values in ascending order.
func sortedFinite(values []float64) []float64 {
	var out []float64
	for _, v := range values {
		if finite(v) {
			out = append(out, v)
		}
	}
	sort.Float64s(out)
	return out
}
