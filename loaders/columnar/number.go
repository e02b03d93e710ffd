package columnar

import (
	"encoding/binary"
	"math"
	"math/big"

	"github.com/apache/arrow/go/v17/arrow/float16"
)

// A number is how a fixed-width value of a column becomes a float64.
type number struct {
	kind byte // i signed, u unsigned, f float, d decimal in two's complement
	size int  // bytes
	big  bool // big-endian: Parquet's decimals
	// A time is v·mul/div seconds; both are 0 for plain numbers.
	mul, div int64
	scale    int // a decimal is v·10^−scale
	// bits says that an integer is to be carried by the float64 that has its bits.
	bits bool
}

// decode turns len(dst) little-endian values into numbers.
func (n number) decode(dst []float64, src []byte) {
	le := binary.LittleEndian
	switch {
	case n.kind == 'f' && n.size == 8:
		for i := range dst {
			dst[i] = math.Float64frombits(le.Uint64(src[8*i:]))
		}
	case n.kind == 'f' && n.size == 4:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(le.Uint32(src[4*i:])))
		}
	case n.kind == 'f':
		for i := range dst {
			dst[i] = float64(float16.FromBits(le.Uint16(src[2*i:])).Float32())
		}
	case n.kind == 'd':
		for i := range dst {
			dst[i] = n.decimal(src[n.size*i : n.size*(i+1)])
		}
	default:
		for i := range dst {
			dst[i] = n.integer(unsigned(src[n.size*i:], n.size))
		}
	}
}

// unsigned reads an unsigned little-endian integer of 1, 2, 4 or 8 bytes.
func unsigned(b []byte, size int) uint64 {
	switch size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

// integer interprets the low bytes of u.
func (n number) integer(u uint64) float64 {
	unused := 64 - 8*n.size
	if n.bits {
		return math.Float64frombits(u)
	}
	if n.kind == 'u' {
		return float64(u << unused >> unused)
	}
	v := int64(u<<unused) >> unused
	if n.div == 0 {
		return float64(v)
	}
	return seconds(v, n.mul, n.div)
}

// seconds is v·mul/div. Beyond 2⁵³ the whole seconds are split off, so that not v but only the result
// is rounded.
func seconds(v, mul, div int64) float64 {
	const exact = 1 << 53
	if -exact <= v && v <= exact {
		return float64(v) * float64(mul) / float64(div)
	}
	return float64(v/div)*float64(mul) + float64(v%div)*float64(mul)/float64(div)
}

// decimal is the correctly rounded v·10^−scale of a two's complement integer.
func (n number) decimal(src []byte) float64 {
	be := make([]byte, len(src))
	for i, c := range src {
		if n.big {
			be[i] = c
		} else {
			be[len(src)-1-i] = c
		}
	}
	v := new(big.Int).SetBytes(be)
	if len(be) > 0 && be[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(be))))
	}
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n.scale, -n.scale))), nil)
	r := new(big.Rat)
	if n.scale < 0 {
		r.SetInt(v.Mul(v, ten))
	} else {
		r.SetFrac(v, ten)
	}
	x, _ := r.Float64()
	return x
}

// maxScale bounds the powers of ten of a decimal: Arrow's widest has 76 digits.
const maxScale = 76
