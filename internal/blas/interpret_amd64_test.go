package blas

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

// Where the processor has no AVX-512, the tests run its kernels all the same: this file
// interprets their assembly text, instruction by instruction, by what the processor's manual says
// of each. The interpreter itself is tested on the AVX2 kernels, which the processor runs.

// An instruction is one line of assembly.
type instruction struct {
	op   string
	args []operand
	to   int // target of a jump
}

// An operand is an immediate, a register or a place in memory.
type operand struct {
	kind        byte // '$', 'r' general, 'X', 'Y', 'Z', 'K', 'm' memory, 'f' frame, 's' symbol
	n           int  // register, scale of the index, or offset
	imm         int64
	base, index int
	symbol      string
}

// A routine is an assembled function.
type routine []instruction

var assembled struct {
	sync.Once
	routines map[string]routine
	symbols  map[string][]byte
}

var general = []string{"AX", "BX", "CX", "DX", "SI", "DI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"}

var (
	dataLine  = regexp.MustCompile(`^DATA (\w+)<>\+(\d+)\(SB\)/(\d), \$(\w+)`)
	textLine  = regexp.MustCompile(`^TEXT ·(\w+)\(SB\)`)
	memory    = regexp.MustCompile(`^(-?\d*)\((\w+)\)(?:\((\w+)\*(\d)\))?$`)
	frameSlot = regexp.MustCompile(`^\w+\+(\d+)\(FP\)$`)
	symbolAt  = regexp.MustCompile(`^(\w+)<>\+(\d+)\(SB\)$`)
)

func parseOperand(s string) operand {
	if imm, ok := strings.CutPrefix(s, "$"); ok {
		v, err := strconv.ParseUint(strings.TrimPrefix(imm, "-"), 0, 64)
		if err != nil {
			panic(err)
		}
		if imm[0] == '-' {
			v = -v
		}
		return operand{kind: '$', imm: int64(v)}
	}
	if i := slices.Index(general, s); i >= 0 {
		return operand{kind: 'r', n: i}
	}
	if s == "CL" {
		return operand{kind: 'r', n: slices.Index(general, "CX")}
	}
	if m := memory.FindStringSubmatch(s); m != nil {
		o := operand{kind: 'm', base: slices.Index(general, m[2]), index: -1}
		o.imm, _ = strconv.ParseInt(m[1], 10, 64)
		if m[3] != "" {
			o.index = slices.Index(general, m[3])
			o.n, _ = strconv.Atoi(m[4])
		}
		return o
	}
	if m := frameSlot.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		return operand{kind: 'f', n: n}
	}
	if m := symbolAt.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[2])
		return operand{kind: 's', n: n, symbol: m[1]}
	}
	n, err := strconv.Atoi(s[1:])
	if err != nil {
		panic("operand " + s)
	}
	return operand{kind: s[0], n: n}
}

// assemble reads the kernels' files.
func assemble() {
	assembled.routines, assembled.symbols = map[string]routine{}, map[string][]byte{}
	for _, name := range []string{"gemm_amd64.s", "level_amd64.s", "vector_amd64.s", "normal_amd64.s", "symmetric_amd64.s"} {
		file, err := os.Open(name)
		if err != nil {
			panic(err)
		}
		defer file.Close()
		current := ""
		labels := map[string]int{}
		var jumps []string
		finish := func() {
			r := assembled.routines[current]
			for i, label := range jumps {
				if label != "" {
					r[i].to = labels[label]
				}
			}
			labels, jumps = map[string]int{}, nil
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			line := lines.Text()
			if m := dataLine.FindStringSubmatch(line); m != nil {
				size, _ := strconv.Atoi(m[3])
				v, _ := strconv.ParseUint(m[4], 0, 64)
				var b [8]byte
				binary.LittleEndian.PutUint64(b[:], v)
				assembled.symbols[m[1]] = append(assembled.symbols[m[1]], b[:size]...)
				continue
			}
			if m := textLine.FindStringSubmatch(line); m != nil {
				finish()
				current = m[1]
				continue
			}
			if label, ok := strings.CutSuffix(line, ":"); ok {
				labels[label] = len(assembled.routines[current])
				continue
			}
			if !strings.HasPrefix(line, "\t") {
				continue
			}
			op, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			in, jump := instruction{op: op}, ""
			if rest = strings.TrimSpace(rest); op[0] == 'J' {
				jump = rest
			} else if rest != "" {
				for _, a := range strings.Split(rest, ", ") {
					in.args = append(in.args, parseOperand(a))
				}
			}
			assembled.routines[current] = append(assembled.routines[current], in)
			jumps = append(jumps, jump)
		}
		finish()
	}
}

// A machine is the state of the processor that the kernels use.
type machine struct {
	frame [128]byte
	gp    [14]uint64
	v     [32][64]byte
	k     [8]uint64
	last  int64 // result that the flags are of
}

// pointer turns an address of live memory back into a pointer.
func pointer(address uint64) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

func (m *machine) address(o operand) uint64 {
	a := m.gp[o.base] + uint64(o.imm)
	if o.index >= 0 {
		a += m.gp[o.index] * uint64(o.n)
	}
	return a
}

// at returns size bytes of an operand.
func (m *machine) at(o operand, size int) []byte {
	switch o.kind {
	case 'm':
		return unsafe.Slice((*byte)(pointer(m.address(o))), size)
	case 'f':
		return m.frame[o.n : o.n+size]
	case 's':
		return assembled.symbols[o.symbol][o.n : o.n+size]
	}
	return m.v[o.n][:size]
}

// set writes a vector register; the bytes beyond become zero.
func (m *machine) set(o operand, b []byte) {
	var full [64]byte
	copy(full[:], b)
	m.v[o.n] = full
}

// width is that of the widest vector operand.
func width(args []operand) int {
	w := 0
	for _, a := range args {
		w = max(w, map[byte]int{'X': 16, 'Y': 32, 'Z': 64}[a.kind])
	}
	return w
}

func (m *machine) integer(o operand) uint64 {
	switch o.kind {
	case '$':
		return uint64(o.imm)
	case 'r':
		return m.gp[o.n]
	}
	return binary.LittleEndian.Uint64(m.at(o, 8))
}

// run interprets a routine until it returns.
func (m *machine) run(name string) {
	r, ok := assembled.routines[name]
	if !ok {
		panic("no routine " + name)
	}
	for pc := 0; ; {
		in := r[pc]
		pc++
		if in.op == "RET" {
			return
		}
		if m.jumps(in.op) {
			pc = in.to
		} else if in.op[0] != 'J' && !m.integerOp(in) && !m.moves(in) && !m.bitOp(in) && !m.arithmetic(in) {
			panic("no instruction " + in.op)
		}
	}
}

func (m *machine) jumps(op string) bool {
	switch op {
	case "JMP":
		return true
	case "JZ":
		return m.last == 0
	case "JNZ":
		return m.last != 0
	case "JL":
		return m.last < 0
	case "JGE":
		return m.last >= 0
	}
	return false
}

func (m *machine) integerOp(in instruction) bool {
	a := in.args
	result := func(v uint64) bool {
		m.gp[a[1].n], m.last = v, int64(v)
		return true
	}
	switch in.op {
	case "ADDQ":
		return result(m.integer(a[1]) + m.integer(a[0]))
	case "SUBQ":
		return result(m.integer(a[1]) - m.integer(a[0]))
	case "SHLQ":
		return result(m.integer(a[1]) << (m.integer(a[0]) & 63))
	case "SHRQ":
		return result(m.integer(a[1]) >> (m.integer(a[0]) & 63))
	case "XORQ":
		return result(m.integer(a[1]) ^ m.integer(a[0]))
	case "ANDQ":
		return result(m.integer(a[1]) & m.integer(a[0]))
	case "IMULQ":
		m.gp[a[1].n] *= m.integer(a[0])
	case "DECQ":
		m.gp[a[0].n]--
		m.last = int64(m.gp[a[0].n])
	case "TESTQ":
		m.last = int64(m.integer(a[0]) & m.integer(a[1]))
	case "CMPQ":
		m.last = int64(m.integer(a[0]) - m.integer(a[1]))
	case "CMOVQGT":
		if m.last > 0 {
			m.gp[a[1].n] = m.integer(a[0])
		}
	case "MOVQ":
		m.gp[a[1].n] = m.integer(a[0])
	case "LEAQ":
		if a[0].kind == 's' {
			m.gp[a[1].n] = uint64(uintptr(unsafe.Pointer(&assembled.symbols[a[0].symbol][a[0].n])))
		} else {
			m.gp[a[1].n] = m.address(a[0])
		}
	case "MOVL":
		m.gp[a[1].n] = m.integer(a[0]) & math.MaxUint32
	case "KMOVW":
		m.k[a[1].n] = m.integer(a[0]) & 0xffff
	case "PREFETCHT0":
	case "VZEROUPPER":
		for i := range 16 {
			clear(m.v[i][16:])
		}
	default:
		return false
	}
	return true
}

// elementSize is that of an instruction whose name ends in S or D, the letter of the type.
func elementSize(op string) int {
	if strings.HasSuffix(op, "S") {
		return 4
	}
	return 8
}

func (m *machine) moves(in instruction) bool {
	a, w := in.args, width(in.args)
	last := a[len(a)-1]
	switch in.op {
	case "VMOVUPS", "VMOVUPD", "VMOVUPS.Z", "VMOVUPD.Z", "VMASKMOVPS", "VMASKMOVPD":
		size := elementSize(strings.TrimSuffix(in.op, ".Z"))
		selected := func(int) bool { return true }
		src := a[0]
		if len(a) == 3 {
			mask := a[1]
			selected = func(i int) bool { return m.k[mask.n]>>i&1 != 0 }
			if mask.kind == 'Y' {
				selected = func(i int) bool { return m.v[mask.n][(i+1)*size-1]&0x80 != 0 }
			}
		}
		var out [64]byte
		for i := range w / size {
			if !selected(i) {
				continue
			}
			// Only the elements selected are touched, in memory too.
			element := func(o operand) []byte {
				if o.kind == 'm' {
					o.imm += int64(i * size)
					return m.at(o, size)
				}
				return m.at(o, w)[i*size : (i+1)*size]
			}
			if last.kind == 'm' {
				copy(element(last), element(src))
			} else {
				copy(out[i*size:], element(src))
			}
		}
		if last.kind != 'm' {
			m.set(last, out[:w])
		}
	case "VMOVDQU32", "VMOVDQU64":
		m.set(last, slices.Clone(m.at(a[0], w)))
	case "VMOVD":
		m.set(last, binary.LittleEndian.AppendUint32(nil, uint32(m.gp[a[0].n])))
	case "VMOVSS", "VMOVSD", "MOVSS", "MOVSD":
		size := 4 << (map[bool]int{true: 1}[strings.HasSuffix(in.op, "SD")])
		if last.kind == 'X' {
			m.set(last, m.at(a[0], size))
		} else {
			copy(m.at(last, size), m.v[a[0].n][:size])
		}
	case "VBROADCASTSS", "VBROADCASTSD":
		size := 4 << (map[bool]int{true: 1}[strings.HasSuffix(in.op, "SD")])
		var out [64]byte
		for i := 0; i < w; i += size {
			copy(out[i:], m.at(a[0], size))
		}
		m.set(last, out[:w])
	case "VPBROADCASTD":
		m.set(last, bytes.Repeat(m.at(a[0], 4), w/4))
	case "VPBROADCASTQ":
		m.set(last, bytes.Repeat(binary.LittleEndian.AppendUint64(nil, m.gp[a[0].n]), w/8))
	case "VINSERTF64X4":
		out := m.v[a[2].n]
		copy(out[32*a[0].imm:], m.v[a[1].n][:32])
		m.set(last, out[:])
	case "VSHUFF64X2": // quarters: two of the first source, two of the second
		first, second := m.v[a[2].n], m.v[a[1].n]
		var out []byte
		for i, src := range [][64]byte{first, first, second, second} {
			at := 16 * (a[0].imm >> (2 * i) & 3)
			out = append(out, src[at:at+16]...)
		}
		m.set(last, out)
	case "VEXTRACTF64X4":
		m.set(last, slices.Clone(m.v[a[1].n][32*a[0].imm:32*a[0].imm+32]))
	case "VEXTRACTF128":
		m.set(last, slices.Clone(m.v[a[1].n][16*a[0].imm:16*a[0].imm+16]))
	case "VPERMILPD": // of two elements, by the bits of the immediate
		src := slices.Clone(m.v[a[1].n][:16])
		first, second := 8*(a[0].imm&1), 8*(a[0].imm>>1&1)
		m.set(last, append(slices.Clone(src[first:first+8]), src[second:second+8]...))
	case "VINSERTF128":
		out := slices.Clone(m.v[a[2].n][:32])
		copy(out[16*a[0].imm:], m.v[a[1].n][:16])
		m.set(last, out)
	case "VPERM2F128": // half 0 or 1 of the first source, 2 or 3 of the second
		halves := slices.Concat(m.v[a[2].n][:32], m.v[a[1].n][:32])
		lo, hi := 16*(a[0].imm&3), 16*(a[0].imm>>4&3)
		m.set(last, slices.Concat(halves[lo:lo+16], halves[hi:hi+16]))
	case "VMOVSHDUP":
		src := m.v[a[0].n]
		m.set(last, slices.Concat(src[4:8], src[4:8], src[12:16], src[12:16]))
	default:
		return false
	}
	return true
}

func load(b []byte, size, i int) uint64 {
	if size == 4 {
		return uint64(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return binary.LittleEndian.Uint64(b[8*i:])
}

func put(b []byte, size, i int, v uint64) {
	if size == 4 {
		binary.LittleEndian.PutUint32(b[4*i:], uint32(v))
		return
	}
	binary.LittleEndian.PutUint64(b[8*i:], v)
}

// bitOp does the integer instructions of vectors, blends, and functions of one vector.
func (m *machine) bitOp(in instruction) bool {
	a, w := in.args, width(in.args)
	size := 4
	if strings.HasSuffix(in.op, "Q") || strings.HasSuffix(strings.TrimSuffix(in.op, ".Z"), "PD") {
		size = 8
	}
	var out [64]byte
	each := func(f func(i int) uint64) bool {
		for i := range w / size {
			put(out[:], size, i, f(i))
		}
		m.set(a[len(a)-1], out[:w])
		return true
	}
	x := func(arg, i int) uint64 { return load(m.at(a[arg], w), size, i) }
	switch in.op {
	case "VPSUBD", "VPSUBQ":
		return each(func(i int) uint64 { return x(1, i) - x(0, i) })
	case "VPSRLD", "VPSRLQ":
		return each(func(i int) uint64 { return x(1, i) >> a[0].imm })
	case "VPMULUDQ":
		return each(func(i int) uint64 { return x(0, i) & math.MaxUint32 * (x(1, i) & math.MaxUint32) })
	case "VPTERNLOGD":
		return each(func(i int) uint64 { return ternary(a[0].imm, x(3, i), x(2, i), x(1, i)) })
	case "VPTERNLOGD.BCST":
		c := uint64(binary.LittleEndian.Uint32(m.at(a[1], 4)))
		return each(func(i int) uint64 { return ternary(a[0].imm, x(3, i), x(2, i), c) })
	case "VPSHUFD": // within each quarter, and where the mask is set
		return each(func(i int) uint64 {
			if m.k[a[2].n]>>i&1 == 0 {
				return x(3, i)
			}
			return x(1, i&^3+int(a[0].imm>>(2*(i&3))&3))
		})
	case "VPERMT2D":
		return each(func(i int) uint64 {
			at := int(x(1, i)) % 32
			return x(2-at/16*2, at%16)
		})
	case "VPERMPS":
		return each(func(i int) uint64 { return load(m.at(a[0], w), 4, int(x(1, i))%(w/4)) })
	case "VCVTDQ2PS":
		return each(func(i int) uint64 { return uint64(math.Float32bits(float32(int32(x(0, i))))) })
	case "VSQRTPS", "VSQRTPD":
		return each(func(i int) uint64 {
			if size == 4 {
				return uint64(math.Float32bits(float32(math.Sqrt(float64(math.Float32frombits(uint32(x(0, i))))))))
			}
			return math.Float64bits(math.Sqrt(math.Float64frombits(x(0, i))))
		})
	case "VPADDD", "VPADDQ":
		return each(func(i int) uint64 { return x(0, i) + x(1, i) })
	case "VPAND", "VPANDD":
		return each(func(i int) uint64 { return x(0, i) & x(1, i) })
	case "VPOR", "VPORD":
		return each(func(i int) uint64 { return x(0, i) | x(1, i) })
	case "VXORPS", "VPXORD":
		return each(func(i int) uint64 { return x(0, i) ^ x(1, i) })
	case "VPSLLD", "VPSLLQ":
		return each(func(i int) uint64 { return x(1, i) << a[0].imm })
	case "VPTESTMD", "VPTESTMQ":
		mask := uint64(0)
		for i := range w / size {
			if x(0, i)&x(1, i) != 0 {
				mask |= 1 << i
			}
		}
		m.k[a[2].n] = mask
		return true
	case "VMOVAPD.Z":
		return each(func(i int) uint64 { return x(0, i) * (m.k[a[1].n] >> i & 1) })
	case "VMOVAPD": // under a mask
		return each(func(i int) uint64 { return x(2-2*int(m.k[a[1].n]>>i&1), i) })
	case "VANDPD":
		return each(func(i int) uint64 { return x(0, i) & x(1, i) })
	case "VANDNPD":
		return each(func(i int) uint64 { return x(0, i) &^ x(1, i) })
	case "VCMPPD": // equality
		equal := func(i int) bool { return math.Float64frombits(x(1, i)) == math.Float64frombits(x(2, i)) }
		if a[3].kind != 'K' {
			return each(func(i int) uint64 {
				if equal(i) {
					return math.MaxUint64
				}
				return 0
			})
		}
		mask := uint64(0)
		for i := range w / 8 {
			if equal(i) {
				mask |= 1 << i
			}
		}
		m.k[a[3].n] = mask
		return true
	case "VBLENDPD":
		return each(func(i int) uint64 { return x(2-int(a[0].imm>>i&1), i) })
	case "VHADDPD":
		sum := func(arg, i int) uint64 {
			return math.Float64bits(math.Float64frombits(x(arg, i&^1)) + math.Float64frombits(x(arg, i|1)))
		}
		return each(func(i int) uint64 { return sum(1-i&1, i) })
	case "VBLENDMPS", "VBLENDMPD":
		return each(func(i int) uint64 { return x(1-int(m.k[a[2].n]>>i&1), i) })
	case "VBLENDVPS", "VBLENDVPD":
		return each(func(i int) uint64 { return x(2-int(x(0, i)>>(8*size-1)), i) })
	}
	return false
}

// ternary returns for each bit that of the table which three bits choose.
func ternary(table int64, a, b, c uint64) (r uint64) {
	for i := range 64 {
		r |= uint64(table) >> (a>>i&1<<2 | b>>i&1<<1 | c>>i&1) & 1 << i
	}
	return r
}

// arithmetic does the floating-point instructions. Of three operands in Go's order, the
// manual's are the last, the middle and the first.
func (m *machine) arithmetic(in instruction) bool {
	op, zeroing := strings.CutSuffix(in.op, ".Z")
	if len(in.args) == 4 { // the third is a mask
		a := in.args
		old := slices.Clone(m.v[a[3].n][:])
		if !m.arithmetic(instruction{op: op, args: []operand{a[0], a[1], a[3]}}) {
			return false
		}
		for i := range 64 / elementSize(op) {
			if m.k[a[2].n]>>i&1 == 0 {
				v := load(old, elementSize(op), i)
				if zeroing {
					v = 0
				}
				put(m.v[a[3].n][:], elementSize(op), i, v)
			}
		}
		return true
	}
	a := in.args
	name := in.op[:len(in.op)-2]
	size := elementSize(in.op)
	w := width(a)
	out := slices.Clone(m.v[a[1].n][:w])
	if strings.HasPrefix(in.op, "VF") {
		out = slices.Clone(m.v[a[2].n][:w])
	}
	n := w / size
	if in.op[len(in.op)-2] == 'S' {
		n = 1 // a scalar: the rest comes from the second source, or the target of a fused one
	}
	operands := func(arg, need int) []byte { return m.at(a[arg], need*size) }
	for i := range n {
		x := func(arg int) float64 {
			bits := load(operands(arg, n), size, i)
			if size == 4 {
				return float64(math.Float32frombits(uint32(bits)))
			}
			return math.Float64frombits(bits)
		}
		var r float64
		switch name {
		case "VADD":
			r = x(1) + x(0)
		case "VSUB":
			r = x(1) - x(0)
		case "VMUL":
			r = x(1) * x(0)
		case "VDIV":
			r = x(1) / x(0)
		case "VMIN": // the second source unless the first is less
			if r = x(0); x(1) < x(0) {
				r = x(1)
			}
		case "VMAX":
			if r = x(0); x(1) > x(0) {
				r = x(1)
			}
		case "VFMADD231":
			r = fused(size, x(1), x(0), x(2))
		case "VFNMADD231":
			r = fused(size, -x(1), x(0), x(2))
		case "VFMADD213":
			r = fused(size, x(1), x(2), x(0))
		default:
			return false
		}
		if size == 4 { // one operation in float64 and a rounding is the operation in float32
			put(out, 4, i, uint64(math.Float32bits(float32(r))))
		} else {
			put(out, 8, i, math.Float64bits(r))
		}
	}
	m.set(a[2], out)
	return true
}

func fused(size int, a, b, c float64) float64 {
	if size == 4 {
		return float64(fma32(float32(a), float32(b), float32(c)))
	}
	return math.FMA(a, b, c)
}

// call runs a routine on arguments laid out as Go's assembly has them, and returns the machine.
func call(name string, args ...any) *machine {
	assembled.Do(assemble)
	m := new(machine)
	at := 0
	for _, arg := range args {
		switch v := arg.(type) {
		case float32:
			binary.LittleEndian.PutUint32(m.frame[at:], math.Float32bits(v))
		case float64:
			binary.LittleEndian.PutUint64(m.frame[at:], math.Float64bits(v))
		case uint64:
			binary.LittleEndian.PutUint64(m.frame[at:], v)
		case *uint32:
			binary.LittleEndian.PutUint64(m.frame[at:], uint64(uintptr(unsafe.Pointer(v))))
		case int:
			binary.LittleEndian.PutUint64(m.frame[at:], uint64(v))
		case *float32:
			binary.LittleEndian.PutUint64(m.frame[at:], uint64(uintptr(unsafe.Pointer(v))))
		case *float64:
			binary.LittleEndian.PutUint64(m.frame[at:], uint64(uintptr(unsafe.Pointer(v))))
		}
		at += 8
	}
	m.run(name)
	runtime.KeepAlive(args)
	return m
}

// result returns what a routine stored after so many argument words.
func result[T Float](m *machine, words int) T {
	bits := load(m.frame[8*words:], sizeOf[T](), 0)
	if sizeOf[T]() == 4 {
		return T(math.Float32frombits(uint32(bits)))
	}
	return T(math.Float64frombits(bits))
}

// interpreted returns the tier of the given name and shape with its kernels interpreted.
func interpreted[T Float](isa string, rows, cols int) *kernels[T] {
	p := "s"
	if sizeOf[T]() == 8 {
		p = "d"
	}
	k := &kernels[T]{name: isa + " interpreted", cols: cols, normal: genericNormal[T],
		// Of this the AVX-512 tier has AVX2's, which is tested as it runs.
		invert: genericInvert[T]}
	tile := func(h, cols int) tileKernel[T] {
		name := fmt.Sprintf("%stile%dx%d%s", p, h, cols, isa)
		return func(n int, alpha T, a *T, rs, cs int, b *T, bs int, c *T, ldc, load int) {
			call(name, n, alpha, a, rs, cs, b, bs, c, ldc, load)
		}
	}
	for h := 1; h <= rows; h++ {
		k.tile, k.narrow = append(k.tile, tile(h, cols)), append(k.narrow, tile(h, cols/2))
	}
	k.pack = func(n int, src *T, ld int, dst *T) { call(fmt.Sprintf("%spack%d%s", p, cols, isa), n, src, ld, dst) }
	k.stripWidth = roundUp(rows, 8)
	k.strip = func(n int, src *T, ld int, dst *T, step int) {
		call(fmt.Sprintf("%sstrip%d%s", p, k.stripWidth, isa), n, src, ld, dst, step)
	}
	k.dot = func(n int, x, y *T) T { return result[T](call(p+"dot"+isa, n, x, y), 3) }
	k.residuals = func(n int, x, y, w *T) T { return result[T](call(p+"residuals"+isa, n, x, y, w), 4) }
	k.square = func(n int, dst, x *T) { call(p+"square"+isa, n, dst, x) }
	k.axpy = func(n int, alpha T, x, y *T) { call(p+"axpy"+isa, n, alpha, x, y) }
	k.scal = func(n int, alpha T, x *T) { call(p+"scal"+isa, n, alpha, x) }
	k.axpyPair = func(n int, alpha T, x *T, beta T, z, y *T) { call(p+"axpyPair"+isa, n, alpha, x, beta, z, y) }
	k.axpy4 = func(n int, alpha, x *T, ld int, y *T) { call(p+"axpy4"+isa, n, alpha, x, ld, y) }
	k.dotAxpy = func(n int, alpha T, a, x, y *T) T { return result[T](call(p+"dotAxpy"+isa, n, alpha, a, x, y), 5) }
	if isa == "AVX512" {
		k.normal = func(groups int, dst *T, block, stream uint64, keys *uint32) {
			call(p+"normal"+isa, groups, dst, block, stream, keys)
		}
		k.dot4 = func(n int, a *T, ld int, x, sums *T) { call(p+"dot4"+isa, n, a, ld, x, sums) }
		k.dotAxpy4 = func(n int, alpha, a *T, ld int, x, y, sums *T) { call(p+"dotAxpy4"+isa, n, alpha, a, ld, x, y, sums) }
	} else {
		k.dot4 = dot4InPairs(func(n int, a *T, ld int, x, sums *T) { call(p+"dot2"+isa, n, a, ld, x, sums) })
		k.dotAxpy4 = dotAxpy4InPairs(func(n int, alpha, a *T, ld int, x, y, sums *T) { call(p+"dotAxpy2"+isa, n, alpha, a, ld, x, y, sums) })
	}
	if _, ok := any(k).(*kernels[float64]); ok {
		k.rankTwoSymv = func(first, n int, u, w, a *T, ld int, x, y, sums *T) {
			call(p+"rankTwoSymv"+isa, first, n, u, w, a, ld, x, y, sums)
		}
		k.symvUpper = func(from, to, n int, alpha T, a *T, ld int, x, y, sums *T) {
			call(p+"symvUpper"+isa, from, to, n, alpha, a, ld, x, y, sums)
		}
		k.symvLower = func(from, to, n int, alpha T, a *T, ld int, x, y, sums *T) {
			call(p+"symvLower"+isa, from, to, n, alpha, a, ld, x, y, sums)
		}
		k.rotations = func(n, cols int, cs, last *T, ld int) { call(p+"rotations"+isa, n, cols, cs, last, ld) }
		k.secular = func(n, j int, d, z, origin, mu, sums *T) { call(p+"secular"+isa, n, j, d, z, origin, mu, sums) }
		k.lowner = func(n, i int, d, deltas *T, ld int, products *T) { call(p+"lowner"+isa, n, i, d, deltas, ld, products) }
		k.differences = func(n int, dst, d *T, origin, mu T) { call(p+"differences"+isa, n, dst, d, origin, mu) }
		k.quotients = func(n int, dst, x, y *T) T { return result[T](call(p+"quotients"+isa, n, dst, x, y), 4) }
	}
	k.exp = func(n int, dst, x *T) { call(p+"exp"+isa, n, dst, x) }
	k.tanh = func(n int, dst, x *T) { call(p+"tanh"+isa, n, dst, x) }
	k.sigmoid = func(n int, dst, x *T) { call(p+"sigmoid"+isa, n, dst, x) }
	return k
}

func init() {
	interpretedTiers32 = []*kernels[float32]{interpreted[float32]("AVX2", 6, 16)}
	interpretedTiers64 = []*kernels[float64]{interpreted[float64]("AVX2", 6, 8)}
	if !hasAVX512 {
		interpretedTiers32 = append(interpretedTiers32, interpreted[float32]("AVX512", 14, 32))
		interpretedTiers64 = append(interpretedTiers64, interpreted[float64]("AVX512", 14, 16))
	}
}

// TestRequirements: no kernel uses an extension that its tier does not ask for.
func TestRequirements(t *testing.T) {
	// What avo calls MMX+ is PREFETCHT0, SSE and SSE2 are moves, CMOV is
	// a move of integers; all are part of amd64.
	always := []string{"AVX", "AVX2", "FMA3", "MMX+", "SSE", "SSE2", "CMOV"}
	for _, name := range []string{"gemm_amd64.s", "level_amd64.s", "vector_amd64.s", "normal_amd64.s", "symmetric_amd64.s"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`// Requires: (.*)\nTEXT ·(\w+)`).FindAllStringSubmatch(string(text), -1) {
			for _, need := range strings.Split(m[1], ", ") {
				if !slices.Contains(always, need) && !(need == "AVX512F" && strings.HasSuffix(m[2], "AVX512")) {
					t.Errorf("%s needs %s", m[2], need)
				}
			}
		}
	}
}
