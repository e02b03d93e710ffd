package eigen

import (
	"math"

	gonum "gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"oblique/internal/blas"
)

// SVD returns the thin singular value decomposition A = U·diag(σ)·Vᵀ of an m×n matrix with m ≥ n: U is m×n, σ
// descends, and V is n×n, all row-major. A is row-major with the given stride, and is not changed. The signs of
// pairs of vectors are arbitrary, but the same in every run.
//
// Each σ is right to a modest multiple of n·ε·σ₁, as by LAPACK, so its relative error is n·ε·σ₁/σ; and U and V are
// orthonormal to n·ε however small σ is. What is not above max(m, n)·ε·σ₁ is rounding, and given as zero; the
// columns of U that belong to zeros are zero.
//
// A tall A is first reduced to a square triangle, A = QR. Vectors come from the eigendecomposition of RᵀR, which
// is precise for the largest; it is repeated for the rest of them, on a scale of their own, and rotations of
// pairs (Hestenes 1958) take away what is left of inner products. The error is ErrNotFinite; it panics where A does not
// fit its slice.
func SVD(m, n int, a []float64, stride int) (u, s, v []float64, err error) {
	checkTall(m, n, a, stride)
	shrink, err := scale(m, n, a, stride, false)
	if err != nil {
		return nil, nil, nil, err
	}
	q, f := factorise(m, n, a, stride, shrink, true)
	if err := f.diagonalise(); err != nil {
		return nil, nil, nil, err
	}
	f.orthogonalise()
	s = f.values(max(m, n))
	for j, x := range s {
		row := f.b[j*n : (j+1)*n]
		if x == 0 {
			clear(row)
			continue
		}
		blas.Scal(1/f.norms[j], row)
	}
	identity := make([]int, n)
	for i := range identity {
		identity[i] = i
	}
	v = make([]float64, n*n)
	transpose(n, f.v, n, identity, v)
	u = make([]float64, m*n)
	if q == nil {
		transpose(n, f.b, n, identity, u)
	} else {
		blas.Gemm(gonum.NoTrans, gonum.Trans, m, n, n, 1, q, n, f.b, n, 0, u, n)
	}
	return u, s, v, nil
}

// SingularValues returns the singular values of an m×n matrix, m ≥ n, in descending order, with the errors of SVD, in a
// fraction of its time.
func SingularValues(m, n int, a []float64, stride int) ([]float64, error) {
	checkTall(m, n, a, stride)
	shrink, err := scale(m, n, a, stride, false)
	if err != nil {
		return nil, err
	}
	_, f := factorise(m, n, a, stride, shrink, false)
	if err := f.diagonalise(); err != nil {
		return nil, err
	}
	return f.values(max(m, n)), nil
}

func checkTall(m, n int, a []float64, stride int) {
	if n < 1 || m < n || stride < n || len(a) < (m-1)*stride+n {
		panic("eigen: the matrix is not tall, or does not fit its slice")
	}
}

// A factor is a square matrix whose columns, the rows of b, are being made orthogonal by turns V from the right, whose
// columns are the rows of v.
type factor struct {
	n       int
	b, v    []float64
	norms   []float64 // of the rows of b
	unscale float64   // what the matrix has been divided by
	scratch []float64
}

// factorise returns the factor R of A·shrink = QR, and Q, m×n, if it is asked for and A is not square.
func factorise(m, n int, a []float64, stride int, shrink float64, vectors bool) (q []float64, f *factor) {
	q = make([]float64, m*n)
	for i := range m {
		for j, x := range a[i*stride : i*stride+n] {
			q[i*n+j] = x * shrink
		}
	}
	f = &factor{n: n, b: make([]float64, n*n), norms: make([]float64, n), unscale: 1 / shrink, scratch: make([]float64, n*n)}
	if m > n {
		reflections := blas64.General{Rows: m, Cols: n, Stride: n, Data: q}
		tau, size := make([]float64, n), []float64{0}
		lapack64.Geqrf(reflections, tau, size, -1)
		work := make([]float64, int(size[0]))
		lapack64.Geqrf(reflections, tau, work, len(work))
		for i := range n {
			for j := i; j < n; j++ {
				f.b[j*n+i] = q[i*n+j]
			}
		}
		if vectors {
			lapack64.Orgqr(reflections, tau, size, -1)
			work = make([]float64, int(size[0]))
			lapack64.Orgqr(reflections, tau, work, len(work))
		}
	} else {
		for i := range n {
			for j := range n {
				f.b[j*n+i] = q[i*n+j]
			}
		}
		q = nil
	}
	if vectors {
		f.v = make([]float64, n*n)
		for i := range n {
			f.v[i*n+i] = 1
		}
	}
	return q, f
}

// resolved is the share of the largest singular value down to which rows are left as an eigendecomposition of inner
// products turns them. Its errors are ε·σ₁², so that a row of length σ keeps a part ε·σ₁²/σ of the directions of others.
const resolved = 1e-2

// diagonalise turns the rows by the eigenvectors of their inner products, then those of them that are small by those of
// their own, and so on.
func (f *factor) diagonalise() error {
	n := f.n
	for from := 0; from < n; {
		k := n - from
		rows := f.b[from*n:]
		gram := f.scratch[:k*k]
		blas.Syrk(gonum.Upper, gonum.NoTrans, k, n, 1, rows, n, 0, gram, k)
		_, vectors, err := Sym(k, gram, k, Descending)
		if err != nil {
			return err
		}
		f.turn(vectors, rows, k)
		if f.v != nil {
			f.turn(vectors, f.v[from*n:], k)
		}
		for j := from; j < n; j++ {
			f.norms[j] = length(f.b[j*n : (j+1)*n])
		}
		next := from + 1
		for next < n && f.norms[next] > resolved*f.norms[from] {
			next++
		}
		if next < n && f.norms[next] <= float64(n)*epsilon*f.norms[0] {
			break
		}
		from = next
	}
	return nil
}

// turn replaces k rows by VᵀB.
func (f *factor) turn(v, rows []float64, k int) {
	out := f.scratch[:k*f.n]
	blas.Gemm(gonum.Trans, gonum.NoTrans, k, f.n, k, 1, v, k, rows, f.n, 0, out, f.n)
	copy(rows, out)
}

func length(x []float64) float64 { return math.Sqrt(blas.Dot(x, x)) }

// orthogonalise rotates pairs of rows until their inner products are rounding errors. Rows that are rounding errors
// themselves stay as they are.
func (f *factor) orthogonalise() {
	n := f.n
	tolerance := math.Sqrt(float64(n)) * epsilon * 4
	rank := 0
	for rank < n && f.norms[rank] > float64(n)*epsilon*f.norms[0] {
		rank++
	}
	gram := f.scratch[:n*n]
	const most = 30 // sweeps; after diagonalise two or three are usual
	for range most {
		blas.Syrk(gonum.Upper, gonum.NoTrans, rank, n, 1, f.b, n, 0, gram, n)
		rotated := false
		for i := range rank {
			for j := i + 1; j < rank; j++ {
				if math.Abs(gram[i*n+j]) > tolerance*f.norms[i]*f.norms[j] && f.rotate(i, j, tolerance) {
					rotated = true
				}
			}
		}
		if !rotated {
			return
		}
	}
}

// rotate makes rows i and j orthogonal, the longer one first, unless they are.
func (f *factor) rotate(i, j int, tolerance float64) bool {
	n := f.n
	x, y := f.b[i*n:(i+1)*n], f.b[j*n:(j+1)*n]
	xx, yy, xy := blas.Dot(x, x), blas.Dot(y, y), blas.Dot(x, y)
	if math.Abs(xy) <= tolerance*math.Sqrt(xx)*math.Sqrt(yy) {
		return false
	}
	zeta := (yy - xx) / (2 * xy)
	t := math.Copysign(1, zeta) / (math.Abs(zeta) + math.Hypot(1, zeta))
	c := 1 / math.Sqrt(1+t*t)
	s := -c * t
	if yy > xx { // by the other solution, so that the longer comes first
		c, s = -s, c
	}
	rotate(c, s, x, y)
	rotate(c, s, f.v[i*n:(i+1)*n], f.v[j*n:(j+1)*n])
	f.norms[i], f.norms[j] = length(x), length(y)
	return true
}

// values returns the singular values in descending order, rows being sorted with them, and those that are
// rounding errors as zero.
func (f *factor) values(longer int) []float64 {
	n := f.n
	for i := range n {
		for j := i; j > 0 && f.norms[j] > f.norms[j-1]; j-- {
			f.norms[j], f.norms[j-1] = f.norms[j-1], f.norms[j]
			if f.v != nil {
				exchange(f.b[(j-1)*n:j*n], f.b[j*n:(j+1)*n])
				exchange(f.v[(j-1)*n:j*n], f.v[j*n:(j+1)*n])
			}
		}
	}
	s := make([]float64, n)
	for j, x := range f.norms {
		if x > float64(longer)*epsilon*f.norms[0] {
			s[j] = x * f.unscale
		}
	}
	return s
}

func exchange(x, y []float64) {
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}
