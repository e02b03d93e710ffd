package ridge

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Path is ridge regression on the first k principal components, for every k and any penalty. Symbols are
// those of the package comment.
type Path struct {
	Alphas   []float64
	Spectrum *Spectrum
	Count    float64   // T
	XMean    []float64 // mean row about the view's origin, N
	YMean    []float64 // D
	YY       []float64 // Σ ỹ² of each output

	m    []float64 // mean score, R
	c    []float64 // P̃ᵀỹ, R×D
	flat bool      // m is zero
	rank int       // components that columns which are not zero throughout can have
}

// NewPath prepares the path of the rows whose moments are given. The spectrum must be that of the same moments:
// directions are those of the rows about the origin, even where their mean is not zero.
func NewPath(mo *Moments, s *Spectrum, alphas []float64) *Path {
	xMean, yMean := mo.means()
	centred := mo.crossAbout(xMean, yMean)
	r, d := len(s.Values), mo.D
	p := &Path{Alphas: alphas, Spectrum: s, Count: mo.Count, XMean: xMean, YMean: yMean, YY: centred.YY, rank: min(r, mo.rank())}
	p.m = mat.NewVecDense(r, nil).RawVector().Data
	mat.NewVecDense(r, p.m).MulVec(s.Vectors.T(), mat.NewVecDense(len(xMean), xMean))
	p.c = make([]float64, r*d)
	if p.flat = p.Count*floats.Dot(p.m, p.m) <= noMean*s.Values[0]; p.flat {
		clear(p.m)
	}
	mat.NewDense(r, d, p.c).Mul(s.Vectors.T(), mat.NewDense(mo.N, d, centred.XY))
	p.silence(mo.YY)
	clear(p.m[p.rank:]) // of columns that are zero throughout, whose directions rounding mixes with others
	clear(p.c[p.rank*d:])
	return p
}

// noMean is the share of the greatest eigenvalue below which the mean of scores, squared and counted as often as there are rows,
// is what rounding leaves of zero.
const noMean = 1e-20

// constantShare is the share of Σy² below which Σỹ² is what rounding leaves of a constant.
const constantShare = 1e-13

// silence sets to zero what belongs to outputs that do not vary about their mean; square is Σy² about the origin.
func (p *Path) silence(square []float64) {
	for d, yy := range p.YY {
		if yy > constantShare*square[d] {
			continue
		}
		p.YY[d] = 0
		for j := range p.R() {
			p.c[j*p.D()+d] = 0
		}
	}
}

// R returns the number of components.
func (p *Path) R() int { return len(p.Spectrum.Values) }

// D returns the number of outputs.
func (p *Path) D() int { return len(p.YY) }

// sums are the running sums over components at one penalty, for one output.
type sums struct {
	mu, nu       float64 // Σ a m², Σ a m c
	ac           float64 // Σ a c²
	cc, mc, mm   float64 // Σ a² c², Σ a² m c, Σ a² m²
	alpha, count float64
}

// add takes in a component, with a = 1/(λ+α).
func (s *sums) add(a, m, c float64) {
	s.ac += a * c * c
	s.cc += a * a * c * c
	if m == 0 {
		return
	}
	s.mu += a * m * m
	s.nu += a * m * c
	s.mc += a * a * m * c
	s.mm += a * a * m * m
}

// weight returns 1/(λ+α), and 0 where that is of what rounding leaves of zero: a direction without variance, hardly penalised,
// carries no weight. It would be a rounding error's otherwise, and great enough to hide the others in ‖w‖.
func (p *Path) weight(lambda, alpha float64) float64 {
	if x := lambda + alpha; x > eigenNoise*p.Spectrum.Values[0] {
		return 1 / x
	}
	return 0
}

// eigenNoise is the share of the greatest eigenvalue to which others are right: a few ε.
const eigenNoise = 10 * 0x1p-53

func (s *sums) gamma() float64 {
	if s.mu == 0 {
		return s.count
	}
	return s.count / (1 - s.count*s.mu)
}

// sums returns those of the first k components, for one output.
func (p *Path) sums(k int, alpha float64, output int) sums {
	s := sums{alpha: alpha, count: p.Count}
	for j, lambda := range p.Spectrum.Values[:k] {
		s.add(p.weight(lambda, alpha), p.m[j], p.c[j*p.D()+output])
	}
	return s
}

// residual returns Σ(ỹ − wᵀP̃)² = Σỹ² − w·c − α‖w‖², which holds because (P̃ᵀP̃ + α) w = c.
func (s *sums) residual(yy float64) float64 {
	g := s.gamma()
	wc := s.ac + g*s.nu*s.nu
	ww := s.cc + 2*g*s.nu*s.mc + g*g*s.nu*s.nu*s.mm
	return math.Max(0, yy-wc-s.alpha*ww)
}

// residual returns the in-sample squared error of the fit on all components, summed over rows and outputs.
func (p *Path) residual(alpha float64) (sum float64) {
	for d, yy := range p.YY {
		s := p.sums(p.R(), alpha, d)
		sum += s.residual(yy)
	}
	return sum
}

// InSample returns the in-sample R² of each number of components (rows, k−1) and penalty (columns): the mean over
// outputs of 1 − SS_res/SS_tot. Outputs that do not vary are left out; if none varies, all are NaN.
func (p *Path) InSample() *mat.Dense {
	r2 := mat.NewDense(p.R(), len(p.Alphas), nil)
	varying := 0.0
	for _, yy := range p.YY {
		if yy != 0 {
			varying++
		}
	}
	outputs := make([]sums, p.D())
	for ai, alpha := range p.Alphas {
		for d := range outputs {
			outputs[d] = sums{alpha: alpha, count: p.Count}
		}
		for j, lambda := range p.Spectrum.Values {
			a := p.weight(lambda, alpha)
			var sum float64
			for d, yy := range p.YY {
				if s := &outputs[d]; yy != 0 {
					s.add(a, p.m[j], p.c[j*p.D()+d])
					sum += 1 - s.residual(yy)/yy
				}
			}
			r2.Set(j, ai, sum/varying)
		}
	}
	return r2
}

// InSampleByOutput returns the in-sample R² of each output, on the first k components with the penalty given; NaN
// for an output that does not vary.
func (p *Path) InSampleByOutput(k int, alpha float64) []float64 {
	r2 := make([]float64, p.D())
	for d, yy := range p.YY {
		s := p.sums(k, alpha, d)
		r2[d] = 1 - s.residual(yy)/yy
		if yy == 0 {
			r2[d] = math.NaN()
		}
	}
	return r2
}

// coefficients returns w on the first k components, D×k.
func (p *Path) coefficients(k int, alpha float64) *mat.Dense {
	w := mat.NewDense(p.D(), k, nil)
	for d := range p.D() {
		s := p.sums(k, alpha, d)
		shift := s.gamma() * s.nu
		for j, lambda := range p.Spectrum.Values[:k] {
			w.Set(d, j, p.weight(lambda, alpha)*(p.c[j*p.D()+d]+shift*p.m[j]))
		}
	}
	return w
}

// Weights returns the readout W, D×N, of the fit on the first k components, and its offset for activity about the
// view's origin: y = W x + offset.
func (p *Path) Weights(k int, alpha float64) (w *mat.Dense, offset []float64) {
	n, _ := p.Spectrum.Vectors.Dims()
	w = mat.NewDense(p.D(), n, nil)
	w.Mul(p.coefficients(k, alpha), p.Spectrum.Vectors.Slice(0, n, 0, k).T())
	offset = make([]float64, p.D())
	for d := range offset {
		offset[d] = p.YMean[d] - mat.Dot(w.RowView(d), mat.NewVecDense(n, p.XMean))
	}
	return w, offset
}

// Correlation returns ρ = ‖X Wᵀ‖_F / (‖X‖_F ‖W‖_F) of the readout W fitted on all components, X the rows about
// the origin, and the same for each row of W alone. In principal coordinates ‖X wᵀ‖² = Σ λ w², so that no row is
// read. ρ is NaN where W or X is zero.
func (p *Path) Correlation(alpha float64) (rho float64, byOutput []float64) {
	w := p.coefficients(p.R(), alpha)
	byOutput = make([]float64, p.D())
	var total, output, norm float64
	for _, lambda := range p.Spectrum.Values {
		total += lambda
	}
	for d := range byOutput {
		var zz, ww float64
		for j, wj := range w.RawRowView(d) {
			zz += p.Spectrum.Values[j] * wj * wj
			ww += wj * wj
		}
		byOutput[d] = math.Sqrt(zz / (total * ww))
		output, norm = output+zz, norm+ww
	}
	return math.Sqrt(output / (total * norm)), byOutput
}

// Best returns the index of the least error, the first of those equal to it but for rounding, passing over NaN; −1 if all are
// NaN. Penalties that are nothing beside the eigenvalues have one error, and rounding does not choose among them.
func Best(errors []float64) int {
	least := math.Inf(1)
	for _, e := range errors {
		if e < least {
			least = e
		}
	}
	return slices.IndexFunc(errors, func(e float64) bool { return e <= least+tied*math.Abs(least) })
}

// tied is the share of an error to which two are equal.
const tied = 1e-12

// GroupCorrelation is Correlation of the rows from to to−1 of W alone, on a path about the mean of its rows.
func (p *Path) GroupCorrelation(from, to int, alpha float64) float64 {
	d := p.D()
	var total, output, norm float64
	for j, lambda := range p.Spectrum.Values {
		total += lambda
		a := p.weight(lambda, alpha)
		for _, c := range p.c[j*d+from : j*d+to] {
			output += lambda * a * a * c * c
			norm += a * a * c * c
		}
	}
	return math.Sqrt(output / (total * norm))
}
