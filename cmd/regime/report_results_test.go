package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"path/filepath"
	"strconv"
	"testing"

	"oblique/internal/report"
	"oblique/loaders/columnar"
	"oblique/regime"
)

// Parquet, CSV and JSON hold the same rows; what is undefined is NaN, empty and null.
func TestResultFiles(t *testing.T) {
	r := &regime.Result{Data: regime.Data{NNeurons: 9, NTime: 50, Kind: "model", SHA256: "ab"}, R2: 1.0 / 3,
		R2CI: regime.Interval{0.25, regime.Undefined}, Rho: regime.Undefined, DFit: 2}
	c := &report.Collection{Version: "1", Seed: math.MaxUint64, Plan: "seed = 1\n", Entries: []report.Entry{
		{Data: "a, \"b\"", Output: "ρ", Cell: "c0", Args: []string{"fit"}, Result: &regime.ScalingResult{Result: r}},
		{Data: "bad", Failure: "why"}}}
	dir := t.TempDir()
	if err := writeResults(dir, c); err != nil {
		t.Fatal(err)
	}
	rows := report.Long(c)
	f, err := columnar.Open(filepath.Join(dir, "results.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(bytes.NewReader(read(t, filepath.Join(dir, "results.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var whole struct {
		Columns  []string `json:"columns"`
		Rows     [][]any  `json:"rows"`
		Analyses []struct {
			Failure string `json:"failure"`
		} `json:"analyses"`
	}
	if err := json.Unmarshal(read(t, filepath.Join(dir, "results.json")), &whole); err != nil {
		t.Fatal(err)
	}
	if f.Rows() != len(rows) || len(lines) != len(rows)+1 || len(whole.Rows) != len(rows) {
		t.Fatalf("%d rows in Parquet, %d in CSV, %d in JSON, want %d", f.Rows(), len(lines)-1, len(whole.Rows), len(rows))
	}
	if len(whole.Analyses) != 2 || whole.Analyses[1].Failure != "why" {
		t.Errorf("analyses %+v", whole.Analyses)
	}
	for j, col := range columns {
		if lines[0][j] != col.name || whole.Columns[j] != col.name {
			t.Errorf("column %d is %q in CSV, %q in JSON, want %q", j, lines[0][j], whole.Columns[j], col.name)
		}
		stored, err := f.Column(col.name)
		if err != nil {
			t.Fatal(err)
		}
		if col.kind == columnar.String {
			texts, err := stored.Strings()
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				if want := col.value(c, &rows[i]); texts[i] != want || lines[i+1][j] != want || whole.Rows[i][j] != want {
					t.Errorf("%s of row %d: %q, %q, %v, want %q", col.name, i, texts[i], lines[i+1][j], whole.Rows[i][j], want)
				}
			}
			continue
		}
		numbers, err := stored.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			var want float64
			switch v := col.value(c, &rows[i]).(type) {
			case int64:
				want = float64(v)
			case float64:
				want = v
			}
			if math.IsNaN(want) {
				if !math.IsNaN(numbers[i]) || lines[i+1][j] != "" || whole.Rows[i][j] != nil {
					t.Errorf("%s of row %d is undefined: %g, %q, %v", col.name, i, numbers[i], lines[i+1][j], whole.Rows[i][j])
				}
				continue
			}
			if got, err := strconv.ParseFloat(lines[i+1][j], 64); err != nil || got != want || numbers[i] != want || whole.Rows[i][j] != want {
				t.Errorf("%s of row %d: %g, %q, %v, want %g", col.name, i, numbers[i], lines[i+1][j], whole.Rows[i][j], want)
			}
		}
	}
}
