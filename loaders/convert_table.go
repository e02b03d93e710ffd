package loaders

import (
	"fmt"
	"strconv"
	"strings"

	"oblique/loaders/columnar"
	"oblique/loaders/recording"
)

func writeParquet(to string, parts []place, tell step) error {
	return writeTable(to, columnar.Parquet, parts, tell)
}

func writeArrow(to string, parts []place, tell step) error {
	return writeTable(to, columnar.Arrow, parts, tell)
}

// A tableColumn makes the rows from ≤ i < to of some columns of the table to write.
type tableColumn struct {
	fields []columnar.Field
	rows   func(from, to int) ([]any, error)
}

// columnTypes are the types of columns that hold those of numpy exactly.
var columnTypes = map[string]columnar.Type{
	"float64": columnar.Float64, "float32": columnar.Float32, "int8": columnar.Int32, "int16": columnar.Int32, "int32": columnar.Int32,
	"uint8": columnar.Int32, "uint16": columnar.Int32, "uint32": columnar.Int64, "int64": columnar.Int64, "uint64": columnar.Uint64,
	"bool": columnar.Bool,
}

// asColumn converts numbers to the Go type of their column.
func asColumn(data any) any {
	switch x := data.(type) {
	case []int8:
		return widen[int32](x)
	case []int16:
		return widen[int32](x)
	case []uint8:
		return widen[int32](x)
	case []uint16:
		return widen[int32](x)
	case []uint32:
		return widen[int64](x)
	}
	return data
}

func widen[W int32 | int64, T int8 | int16 | uint8 | uint16 | uint32](x []T) []W {
	y := make([]W, len(x))
	for i, v := range x {
		y[i] = W(v)
	}
	return y
}

// writeTable writes one table.
func writeTable(to string, format columnar.Format, parts []place, tell step) error {
	metadata := make(map[string]string)
	var tall []place
	for _, p := range parts {
		text, alone, err := single(p)
		if err != nil {
			return err
		}
		if alone {
			metadata[p.path] = text
			continue
		}
		tall = append(tall, p)
	}
	rows, err := commonRows(tall)
	if err != nil {
		return err
	}
	var columns []tableColumn
	var fields []columnar.Field
	whose := make(map[string]string)
	for _, p := range tall {
		c, err := columnOf(p, rows)
		if err != nil {
			return err
		}
		for _, f := range c.fields {
			if other, taken := whose[f.Name]; taken {
				return unrepresentable(p.path, "its column %s is also one of '%s'", f.Name, other)
			}
			whose[f.Name] = p.path
		}
		columns, fields = append(columns, c), append(fields, c.fields...)
	}
	step := blockRows(len(fields))
	return columnar.Write(to, format, fields, metadata, func(w *columnar.Writer) error {
		for from := 0; from < rows; from += step {
			var data []any
			for _, c := range columns {
				x, err := c.rows(from, min(from+step, rows))
				if err != nil {
					return err
				}
				data = append(data, x...)
			}
			if err := w.Append(data...); err != nil {
				return err
			}
			if err := tell("rows", min(from+step, rows), rows); err != nil {
				return err
			}
		}
		return nil
	})
}

// single returns a node of one number or text as metadata.
func single(p place) (string, bool, error) {
	info := p.node.Info()
	switch {
	case isScalar(info):
		n := numericOf(p)
		v, err := n.Values()
		if err != nil {
			return "", false, err
		}
		data, _, err := n.exactly(v.Data)
		if err != nil {
			return "", false, err
		}
		switch x := data.(type) {
		case []int64:
			return strconv.FormatInt(x[0], 10), true, nil
		case []uint64:
			return strconv.FormatUint(x[0], 10), true, nil
		}
		return strconv.FormatFloat(v.Data[0], 'g', -1, 64), true, nil
	case info.Class == Text:
		texts, err := p.node.Strings()
		if err != nil || len(texts) != 1 {
			return "", false, err
		}
		return texts[0], true, nil
	}
	return "", false, nil
}

// commonRows returns the length that all nodes have: of their first axis, or else of any.
func commonRows(parts []place) (int, error) {
	if len(parts) == 0 {
		return 0, missing{"loaders: nothing to convert but single numbers and texts, which are no table"}
	}
	var candidates []int
	for _, p := range parts {
		dims, err := tableDims(p)
		if err != nil {
			return 0, err
		}
		if candidates == nil {
			candidates = dims
		}
	}
	worst := parts[0]
	for _, rows := range candidates {
		fits := true
		for _, p := range parts {
			dims, err := tableDims(p)
			if err != nil {
				return 0, err
			}
			if dims[0] != rows && (len(dims) == 1 || dims[1] != rows) {
				fits, worst = false, p
				break
			}
		}
		if fits {
			return rows, nil
		}
	}
	return 0, unrepresentable(worst.path, "a table has one length, and this is %s where '%s' is %s", worst.node.Info().Shape(), parts[0].path,
		parts[0].node.Info().Shape())
}

// tableDims returns one or two sizes of a node that can be in a table.
func tableDims(p place) ([]int, error) {
	info := p.node.Info()
	switch info.Class {
	case Text:
		texts, err := p.node.Strings()
		return []int{len(texts)}, err
	case List:
		return []int{product(info.Dims)}, nil
	case Numbers:
		if len(info.Dims) == 1 || len(info.Dims) == 2 {
			return info.Dims, nil
		}
		return nil, unrepresentable(p.path, "an array %s is no matrix", info.Shape())
	case Opaque:
		_, err := p.node.Values()
		return nil, fmt.Errorf("%w: %w", unrepresentable(p.path, "it cannot be read"), err)
	}
	return nil, unrepresentable(p.path, "a table has no groups")
}

// columnOf makes the columns of a node.
func columnOf(p place, rows int) (tableColumn, error) {
	info := p.node.Info()
	switch info.Class {
	case Text:
		texts, err := p.node.Strings()
		return tableColumn{[]columnar.Field{{Name: p.path, Type: columnar.String}},
			func(from, to int) ([]any, error) { return []any{texts[from:to]}, nil }}, err
	case List:
		return listColumn(p)
	}
	n := numericOf(p)
	if r := streamed(n.Node); r != nil {
		if t, _ := r.Dims(); t == rows {
			return streamColumns(n, r), nil
		}
	}
	v, err := n.Values()
	if err != nil {
		return tableColumn{}, err
	}
	m, err := v.asMatrix()
	if err != nil {
		return tableColumn{}, err
	}
	width, axis := m.Dims[1], 0
	if m.Dims[0] != rows {
		width, axis = m.Dims[0], 1
	}
	x := m.Permute(1-axis, axis) // column after column
	data, typ, err := n.exactly(x)
	if err != nil {
		return tableColumn{}, err
	}
	return tableColumn{columnFields(p.path, width, typ), func(from, to int) ([]any, error) {
		out := make([]any, width)
		for j := range out {
			out[j] = asColumn(part(data, j*rows+from, j*rows+to))
		}
		return out, nil
	}}, nil
}

// columnFields names the columns of a matrix.
func columnFields(name string, width int, typ string) []columnar.Field {
	fields := make([]columnar.Field, width)
	for j := range fields {
		fields[j] = columnar.Field{Name: fmt.Sprintf("%s_%d", name, j), Type: columnTypes[typ]}
	}
	if width == 1 {
		fields[0].Name = name
	}
	return fields
}

// part is a stretch of a slice of numbers.
func part(data any, from, to int) any {
	switch x := data.(type) {
	case []float32:
		return x[from:to]
	case []int8:
		return x[from:to]
	case []int16:
		return x[from:to]
	case []int32:
		return x[from:to]
	case []int64:
		return x[from:to]
	case []uint8:
		return x[from:to]
	case []uint16:
		return x[from:to]
	case []uint32:
		return x[from:to]
	case []uint64:
		return x[from:to]
	case []bool:
		return x[from:to]
	}
	return data.([]float64)[from:to]
}

// streamColumns makes columns of a matrix that is read block by block.
func streamColumns(n numeric, r recording.Rows) tableColumn {
	_, width := r.Dims()
	return tableColumn{columnFields(n.path, width, n.typ), func(from, to int) ([]any, error) {
		x := make([]float64, (to-from)*width)
		if err := r.ReadRows(x, from); err != nil {
			return nil, err
		}
		columns := RowMajor(x, to-from, width).Permute(1, 0)
		data, got, err := n.exactly(columns)
		if err == nil && got != n.typ {
			err = unrepresentable(n.path, "numbers from row %d on are no %s", from, n.typ)
		}
		if err != nil {
			return nil, err
		}
		out := make([]any, width)
		for j := range out {
			out[j] = asColumn(part(data, j*(to-from), (j+1)*(to-from)))
		}
		return out, nil
	}}
}

// listColumn makes a column of a list of vectors.
func listColumn(p place) (tableColumn, error) {
	children, err := p.node.Children()
	if err != nil {
		return tableColumn{}, err
	}
	for i, c := range children {
		if info := c.Info(); info.Class != Numbers || !isVector(info) && product(info.Dims) > 0 {
			return tableColumn{}, unrepresentable(p.path, "element %d is %s, and lists of a table are vectors of numbers", i, strings.TrimSpace(fmt.Sprintf("%s %s", info.Class, info.Shape())))
		}
	}
	return tableColumn{[]columnar.Field{{Name: p.path, Type: columnar.Float64List}}, func(from, to int) ([]any, error) {
		lists := columnar.Ragged{Offsets: []int{0}}
		for _, c := range children[from:to] {
			v, err := c.Values()
			if err != nil {
				return nil, err
			}
			typ := elementType(c.Info())
			n := numeric{path: p.path, typ: typ, wide: strings.HasSuffix(typ, "int64")} // lists are of float64
			if _, _, err := n.exactly(v.Data); err != nil {
				return nil, err
			}
			lists.Values = append(lists.Values, v.Data...)
			lists.Offsets = append(lists.Offsets, len(lists.Values))
		}
		return []any{lists}, nil
	}}, nil
}
