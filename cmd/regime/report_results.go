package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"oblique/internal/atomicfile"
	"oblique/internal/batch"
	"oblique/internal/report"
	"oblique/loaders/columnar"
	"oblique/regime"
)

// collect reads the results of a grid's analyses, and the reasons why some have none.
func (g *grid) collect(s *batch.Store) (*report.Collection, error) {
	text, err := os.ReadFile(g.plan.path)
	if err != nil {
		return nil, err
	}
	c := &report.Collection{Version: programVersion(), Seed: g.plan.seed, Plan: string(text), Entries: g.entries}
	needs := map[string]batch.Cell{}
	for _, cell := range g.cells {
		needs[cell.ID] = cell
	}
	for i := range c.Entries {
		e := &c.Entries[i]
		if !s.Done(e.Cell) {
			e.Failure = whyNot(s, needs[e.Cell])
			continue
		}
		text, err := s.Read(e.Cell)
		if err != nil {
			return nil, err
		}
		e.Result = &regime.ScalingResult{Result: new(regime.Result)}
		if err := json.Unmarshal(text, e.Result); err != nil {
			return nil, fmt.Errorf("%s: %w; remove it to compute it again", s.Path(e.Cell), err)
		}
		if got, want := e.Result.Data.SHA256, needs[e.Cell].Inputs[0].SHA256; got != want {
			return nil, fmt.Errorf("%s: the data were changed while they were analysed: SHA-256 %s, not %s; remove the file to compute it again",
				s.Path(e.Cell), got, want)
		}
		e.Output = cmp.Or(e.Output, e.Result.Data.Output) // of data that have gone no other is known
	}
	return c, nil
}

// whyNot says why a cell has no result: it failed, one it needs failed, or it was not run.
func whyNot(s *batch.Store, c batch.Cell) string {
	if f := s.Failed(c.ID); f != nil {
		return f.String()
	}
	for _, id := range c.Needs {
		if f := s.Failed(id); f != nil {
			return fmt.Sprintf("%s: %s", f.Name, f)
		}
	}
	return "not computed yet"
}

// A column is one of the long form.
type column struct {
	name  string
	kind  columnar.Type
	value func(c *report.Collection, r *report.Row) any
}

// columns of the long form, in their order.
var columns = []column{
	{"data", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Data }},
	{"group", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Group }},
	{"kind", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Kind }},
	{"output", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Output }},
	{"preparation", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Prepare }},
	{"method", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Method }},
	{"analysis", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Analysis }},
	{"subsample", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Subsample }},
	{"n_neurons", columnar.Int64, func(_ *report.Collection, r *report.Row) any { return int64(r.N) }},
	{"n_time", columnar.Int64, func(_ *report.Collection, r *report.Row) any { return int64(r.T) }},
	{"draw", columnar.Int64, func(_ *report.Collection, r *report.Row) any { return int64(r.Draw) }},
	{"metric", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Metric }},
	{"value", columnar.Float64, func(_ *report.Collection, r *report.Row) any { return r.Value }},
	{"ci_low", columnar.Float64, func(_ *report.Collection, r *report.Row) any { return r.Low }},
	{"ci_high", columnar.Float64, func(_ *report.Collection, r *report.Row) any { return r.High }},
	{"seed", columnar.String, func(c *report.Collection, _ *report.Row) any { return strconv.FormatUint(c.Seed, 10) }},
	{"cell", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.Cell }},
	{"sha256", columnar.String, func(_ *report.Collection, r *report.Row) any { return r.SHA256 }},
	{"version", columnar.String, func(c *report.Collection, _ *report.Row) any { return c.Version }},
}

// resultFiles are what a report leaves in its folder.
var resultFiles = []string{"results.parquet", "results.csv", "results.json", "report.html"}

// writeResults writes a collection in long form, as results.parquet, .csv and .json, and as a page to read.
func writeResults(dir string, c *report.Collection) error {
	rows := report.Long(c)
	if err := writeParquet(filepath.Join(dir, "results.parquet"), c, rows); err != nil {
		return err
	}
	err := atomicfile.Write(filepath.Join(dir, "results.csv"), func(w io.Writer) error { return writeCSV(w, c, rows) })
	if err != nil {
		return err
	}
	err = atomicfile.Write(filepath.Join(dir, "results.json"), func(w io.Writer) error { return writeLongJSON(w, c, rows) })
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, "report.html"), func(w io.Writer) error { return report.HTML(w, c) })
}

// rowGroup is how many rows are written to Parquet at a time.
const rowGroup = 1 << 17

func writeParquet(path string, c *report.Collection, rows []report.Row) error {
	var fields []columnar.Field
	for _, col := range columns {
		fields = append(fields, columnar.Field{Name: col.name, Type: col.kind})
	}
	metadata := map[string]string{"regime.version": c.Version, "regime.plan": c.Plan}
	return columnar.Write(path, columnar.Parquet, fields, metadata, func(w *columnar.Writer) error {
		for from := 0; from < len(rows); from += rowGroup {
			part := rows[from:min(from+rowGroup, len(rows))]
			var data []any
			for _, col := range columns {
				data = append(data, gather(c, col, part))
			}
			if err := w.Append(data...); err != nil {
				return err
			}
		}
		return nil
	})
}

// gather returns one column of the rows as the slice that its type has.
func gather(c *report.Collection, col column, rows []report.Row) any {
	switch col.kind {
	case columnar.Int64:
		return each[int64](c, col, rows)
	case columnar.Float64:
		return each[float64](c, col, rows)
	}
	return each[string](c, col, rows)
}

func each[T any](c *report.Collection, col column, rows []report.Row) []T {
	values := make([]T, len(rows))
	for i := range rows {
		values[i] = col.value(c, &rows[i]).(T)
	}
	return values
}

// writeCSV writes the rows with a header; what is undefined is empty.
func writeCSV(w io.Writer, c *report.Collection, rows []report.Row) error {
	out := csv.NewWriter(w)
	line := make([]string, len(columns))
	for i, col := range columns {
		line[i] = col.name
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for i := range rows {
		for j, col := range columns {
			line[j] = ""
			switch v := col.value(c, &rows[i]).(type) {
			case string:
				line[j] = v
			case int64:
				line[j] = strconv.FormatInt(v, 10)
			case float64:
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					line[j] = strconv.FormatFloat(v, 'g', -1, 64)
				}
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeLongJSON writes what the analyses are, and the rows as lists of values in the order of the columns.
func writeLongJSON(w io.Writer, c *report.Collection, rows []report.Row) error {
	type analysis struct {
		Data    string   `json:"data"`
		Group   string   `json:"group"`
		Output  string   `json:"output"`
		Prepare string   `json:"preparation"`
		Method  string   `json:"method"`
		Cell    string   `json:"cell"`
		Args    []string `json:"args"`
		Notes   []string `json:"notes"`
		Options any      `json:"options"`
		Failure string   `json:"failure,omitempty"`
	}
	head := struct {
		SchemaVersion int        `json:"schema_version"`
		Version       string     `json:"version"`
		Seed          uint64     `json:"seed"`
		Plan          string     `json:"plan"`
		Analyses      []analysis `json:"analyses"`
		Columns       []string   `json:"columns"`
		Rows          [][]any    `json:"rows"`
	}{SchemaVersion: regime.SchemaVersion, Version: c.Version, Seed: c.Seed, Plan: c.Plan}
	for _, e := range c.Entries {
		a := analysis{Data: e.Data, Group: e.Group, Output: e.Output, Prepare: e.Prepare, Method: e.Method, Cell: e.Cell,
			Args: e.Args, Notes: []string{}, Failure: e.Failure}
		if e.Result != nil {
			a.Notes, a.Options = e.Result.Notes, e.Result.Provenance["options"]
		}
		head.Analyses = append(head.Analyses, a)
	}
	for _, col := range columns {
		head.Columns = append(head.Columns, col.name)
	}
	head.Rows = make([][]any, len(rows))
	for i := range rows {
		line := make([]any, len(columns))
		for j, col := range columns {
			line[j] = col.value(c, &rows[i])
			if v, ok := line[j].(float64); ok {
				line[j] = regime.Number(v)
			}
		}
		head.Rows[i] = line
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(head)
}
