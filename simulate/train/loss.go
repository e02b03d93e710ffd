package train

import (
	"oblique/internal/blas"
	"oblique/simulate/task"
)

// Loss returns the masked mean squared error of outputs z, Steps×Trials×Outputs, on a batch, and writes its derivatives
// 2(z − y)/count to e, zero where the mask is not set. The sum is taken in double precision. The loss of a batch
// without any masked entry is 0.
func Loss[T blas.Float](b *task.Batch, z, e []T) float64 {
	count := 0
	for _, m := range b.Mask {
		if m {
			count++
		}
	}
	clear(e)
	if count == 0 {
		return 0
	}
	var sum float64
	for i, m := range b.Mask {
		if !m {
			continue
		}
		d := float64(z[i]) - float64(b.Target[i])
		sum += d * d
		e[i] = T(2 * d / float64(count))
	}
	return sum / float64(count)
}
