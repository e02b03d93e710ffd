package columnar_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"oblique/loaders/columnar"
)

func ExampleOpen() {
	f, err := columnar.Open("testdata/rust-snappy.parquet")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	spikes, err := f.Column("spikes")
	if err != nil {
		log.Fatal(err)
	}
	offsets, values, err := spikes.Lists()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Format(), spikes, spikes.Type, len(offsets), len(values) == offsets[f.Rows()])
	_, err = f.Column("rates")
	fmt.Println(err.Error()[:63])
	// Output:
	// Parquet spikes [300] list<float64> 301 true
	// columnar: no column 'rates'; the file has: full [300], some [30
}

func ExampleWrite() {
	dir, err := os.MkdirTemp("", "columnar")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "units.parquet")
	fields := []columnar.Field{{Name: "depth", Type: columnar.Float64}, {Name: "spike_times", Type: columnar.Float64List}}
	meta := map[string]string{"unit": "s"}
	err = columnar.Write(path, columnar.Parquet, fields, meta, func(w *columnar.Writer) error {
		return w.Append([]float64{1.5, 2}, columnar.Ragged{Offsets: []int{0, 3, 3}, Values: []float64{0.1, 0.2, 0.9}})
	})
	if err != nil {
		log.Fatal(err)
	}
	f, err := columnar.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	fmt.Println(f.Columns(), f.Metadata()["unit"])
	// Output: [depth [2] spike_times [2]] s
}

func ExampleFile_ReadRows() {
	f, err := columnar.Open("testdata/polars.csv")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	var neurons []*columnar.Column
	for _, name := range []string{"full", "counts"} {
		c, err := f.Column(name)
		if err != nil {
			log.Fatal(err)
		}
		neurons = append(neurons, c)
	}
	const block = 64 // rows at a time
	buf := make([]float64, block*len(neurons))
	spikes := 0.0
	for from := 0; from < f.Rows(); from += block {
		to := min(from+block, f.Rows())
		rows := buf[:(to-from)*len(neurons)]
		if err := f.ReadRows(rows, neurons, from, to); err != nil {
			log.Fatal(err)
		}
		for i := 1; i < len(rows); i += 2 {
			spikes += rows[i]
		}
	}
	fmt.Println(f.Rows(), spikes)
	// Output: 300 435
}
