package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"oblique/loaders/npz"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"regime": main})
}

// TestScripts runs the program as a user would: testdata/*.txtar say what is typed and what comes back.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			e.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": runWithStatus,
			"data":   writeData,
			"crlf":   withMark,
		},
	})
}

// runWithStatus runs the program and wants an exit status: status 3 regime fit …
func runWithStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program args…")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// withMark copies a text as other systems write it, with a byte order mark and CR LF: crlf FILE COPY.
func withMark(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: crlf FILE COPY")
	}
	text := "\ufeff" + strings.ReplaceAll(ts.ReadFile(args[0]), "\n", "\r\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

// writeData writes a small recording with something wrong in it: data KIND FILE.
func writeData(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: data KIND FILE")
	}
	kind, path := args[0], ts.MkAbs(args[1])
	const t, n = 200, 10
	x, y := make([]float64, t*n), make([]float64, t*2)
	state := uint64(1)
	for i := range x {
		state = state*6364136223846793005 + 1442695040888963407
		x[i] = float64(state>>40) / (1 << 20)
	}
	for i := range t {
		y[2*i], y[2*i+1] = x[i*n]-x[i*n+1], x[i*n+2]+float64(i%7)
	}
	rates := npz.Value{Name: "rates", Shape: []int{t, n}, Data: x}
	behavior := npz.Value{Name: "behavior", Shape: []int{t, 2}, Data: y}
	zero := 0.0
	switch kind {
	case "good":
	case "ragged":
		behavior = npz.Value{Name: "behavior", Shape: []int{t - 7, 2}, Data: y[:2*(t-7)]}
	case "nan":
		x[33*n+4] = zero / zero
	case "constant":
		for i := range y {
			y[i] = 3
		}
	case "silent":
		for i := range t {
			x[i*n+5] = 0
		}
	case "empty":
		rates = npz.Value{Name: "rates", Shape: []int{t, 0}, Data: []float64{}}
	case "short":
		rates = npz.Value{Name: "rates", Shape: []int{8, n}, Data: x[:8*n]}
		behavior = npz.Value{Name: "behavior", Shape: []int{8, 2}, Data: y[:16]}
	case "object":
		ts.Check(os.WriteFile(path, objectArray(), 0o644))
		return
	default:
		ts.Fatalf("no kind %s", kind)
	}
	ts.Check(npz.Write(path, rates, behavior))
}

// objectArray is an npz whose array is a pickle, as numpy writes arrays of objects.
func objectArray() []byte {
	header := "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }"
	header += strings.Repeat(" ", 128-10-len(header)-1) + "\n"
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("rates.npy")
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(w, "\x93NUMPY\x01\x00")
	if err := binary.Write(w, binary.LittleEndian, uint16(len(header))); err != nil {
		panic(err)
	}
	fmt.Fprintf(w, "%s\x80\x04.", header)
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}
