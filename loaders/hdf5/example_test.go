package hdf5_test

import (
	"fmt"
	"log"

	"oblique/loaders/hdf5"
)

func Example() {
	file, err := hdf5.Open("testdata/matlab.h5")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	spikes, err := file.Dataset("/spikes")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(spikes, "in chunks of", spikes.ChunkShape(), spikes.Filters())
	rows := make([]float64, 2*spikes.RowLen())
	if err := spikes.ReadFloat64(rows, 100, 2); err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows[:10])
	// Output:
	// uint8 [200×30] in chunks of [50 30] [deflate(3)]
	// [4 5 6 0 1 2 3 4 5 6]
}

func ExampleFile_Walk() {
	file, err := hdf5.Open("testdata/references_latest.h5")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	err = file.Walk(func(path string, o hdf5.Object, err error) error {
		if err != nil {
			return err
		}
		if d, ok := o.(*hdf5.Dataset); ok {
			fmt.Println(path, d)
		} else {
			fmt.Println(path)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// /
	// /g
	// /g/y float64 [5]
	// /index {idx_start int32, count int32, timeseries reference} [2]
	// /refs reference [4]
	// /regions region reference [4]
	// /x int64 [3×4]
}

func ExampleArray_Field() {
	file, err := hdf5.Open("testdata/references_latest.h5")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	index, err := file.Dataset("index")
	if err != nil {
		log.Fatal(err)
	}
	series, err := index.Field("timeseries")
	if err != nil {
		log.Fatal(err)
	}
	refs, err := series.References()
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range refs {
		o, err := file.Deref(r)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(o)
	}
	// Output:
	// float64 [5]
	// int64 [3×4]
}

func ExampleGroup_Dataset() {
	file, err := hdf5.Open("testdata/groups_latest.h5")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	_, err = file.Root().Dataset("a/b/spikes")
	fmt.Println(err)
	// Output: hdf5: /a/b: "spikes" not found; there are: c, up
}
