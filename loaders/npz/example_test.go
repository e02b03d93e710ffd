package npz_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"oblique/loaders/npz"
)

func ExampleOpen() {
	f, err := npz.Open("testdata/stored.npz")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	names, err := f.Array("names")
	if err != nil {
		log.Fatal(err)
	}
	s, err := names.Strings()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(names, names.DType, s[0])
	_, err = f.Array("rates")
	fmt.Println(err.Error()[:26])
	// Output:
	// names [4] <U7 M1 left
	// npz: no array 'rates'; the
}

func ExampleArray_ReadRows() {
	f, err := npz.Open("testdata/deflated.npz")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	ramp, err := f.Array("ramp")
	if err != nil {
		log.Fatal(err)
	}
	sum := 0.0
	const block = 1024 // rows at a time
	buf := make([]float64, block*ramp.Width())
	for from := 0; from < ramp.Rows(); from += block {
		to := min(from+block, ramp.Rows())
		rows := buf[:(to-from)*ramp.Width()]
		if err := ramp.ReadRows(rows, from, to); err != nil {
			log.Fatal(err)
		}
		for _, v := range rows {
			sum += v
		}
	}
	fmt.Println(ramp, sum)
	// Output: ramp [5000×4] 1.9999e+08
}

func ExampleWriter() {
	dir, err := os.MkdirTemp("", "npz")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "rates.npz")
	err = npz.WriteWith(path, func(w *npz.Writer) error {
		dtype, err := npz.ParseDType("<f8")
		if err != nil {
			return err
		}
		rates, err := w.Create("rates", dtype, []int{1000, 2})
		if err != nil {
			return err
		}
		for i := range 1000 {
			if err := rates.Append([]float64{float64(i), 0.5}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	f, err := npz.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	fmt.Println(f.Arrays())
	// Output: [rates [1000×2]]
}
