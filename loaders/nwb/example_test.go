package nwb_test

import (
	"fmt"
	"log"

	"oblique/loaders/nwb"
)

// A whole session: units, behaviour and trials in memory.
func ExampleFile_Session() {
	file, err := nwb.Open("testdata/pynwb.nwb")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	s, err := file.Session(nwb.Options{Behavior: []string{"hand_vel"}})
	if err != nil {
		log.Fatal(err)
	}
	rows, _ := s.Signals[0].Values.Dims()
	fmt.Println(s.Source.Format, len(s.Units), rows, s.Signals[0].Unit, s.Trials.Len())
	// Output: NWB 2.6.0 6 2333 m/s 8
}

// One window of one series, of which nothing else is read.
func ExampleSeries_Window() {
	file, err := nwb.Open("testdata/pynwb.nwb")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	all, err := file.Series()
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range all {
		if s.Name != "eye_pos" {
			continue
		}
		from, to, err := s.Window(1, 1.5)
		if err != nil {
			log.Fatal(err)
		}
		x, err := s.Read(from, to)
		if err != nil {
			log.Fatal(err)
		}
		rows, cols := x.Dims()
		fmt.Println(rows, cols, s.Unit)
	}
	// Output: 25 2 deg
}

// Joining the files that a session is split over.
func ExampleJoin() {
	files, err := nwb.OpenFolder("testdata/split")
	if err != nil {
		log.Fatal(err)
	}
	s, err := nwb.Join(files, nwb.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(len(s.Units), s.Trials.Len(), s.Trials.Column("split").Texts)
	// Output: 6 8 [train train val train test train test val]
}
