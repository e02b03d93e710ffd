package loaders

import (
	"fmt"
	"slices"

	"oblique/loaders/npz"
)

// npzTypes are the types of numpy by name.
var npzTypes = map[string]string{
	"float64": "<f8", "float32": "<f4", "int8": "|i1", "int16": "<i2", "int32": "<i4", "int64": "<i8",
	"uint8": "|u1", "uint16": "<u2", "uint32": "<u4", "uint64": "<u8", "bool": "|b1",
}

// writeNumPy writes an npz file.
func writeNumPy(to string, parts []place, tell step) error {
	var all []place
	for _, p := range parts {
		inside, err := flat(p, 0)
		if err != nil {
			return err
		}
		all = append(all, inside...)
	}
	return npz.WriteWith(to, func(w *npz.Writer) error {
		for i, p := range all {
			if err := tell("arrays", i, len(all)); err != nil {
				return err
			}
			if err := addNumPy(w, p, tell); err != nil {
				return err
			}
		}
		return nil
	})
}

func addNumPy(w *npz.Writer, p place, tell step) error {
	info := p.node.Info()
	if info.Class == Text {
		return addTexts(w, p)
	}
	n := numericOf(p)
	if rows := streamed(n.Node); rows != nil {
		a, err := createNumPy(w, p.path, n.typ, info.Dims)
		if err != nil {
			return err
		}
		return blocks(n, rows, a.Append, tell)
	}
	v, err := n.Values()
	if err != nil {
		return err
	}
	axes := make([]int, len(v.Dims))
	for i := range axes {
		axes[i] = i
	}
	data, typ, err := n.exactly(v.Permute(axes...))
	if err != nil {
		return err
	}
	a, err := createNumPy(w, p.path, typ, v.Dims)
	if err != nil {
		return err
	}
	return a.Append(data)
}

func createNumPy(w *npz.Writer, name, typ string, dims []int) (*npz.ArrayWriter, error) {
	dtype, err := npz.ParseDType(npzTypes[typ])
	if err != nil {
		return nil, err
	}
	return w.Create(name, dtype, slices.Clone(dims))
}

// addTexts writes texts with the width of the longest.
func addTexts(w *npz.Writer, p place) error {
	texts, err := p.node.Strings()
	if err != nil {
		return err
	}
	dims := p.node.Info().Dims
	if product(dims) != len(texts) { // MATLAB counts characters
		if dims = []int{len(texts)}; len(texts) == 1 {
			dims = []int{}
		}
	}
	width := 1
	for _, t := range texts {
		width = max(width, len([]rune(t)))
	}
	dtype, err := npz.ParseDType(fmt.Sprintf("<U%d", width))
	if err != nil {
		return err
	}
	a, err := w.Create(p.path, dtype, slices.Clone(dims))
	if err != nil {
		return err
	}
	return a.Append(texts)
}
