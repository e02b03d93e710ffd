//go:build ignore

// Reading a large NWB file with package nwb against h5py and numpy, in one run: see README.md.
//
//	go run docs/bench/hdf5/main.go
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"oblique/loaders"
	"oblique/loaders/nwb"

	"gonum.org/v1/gonum/mat"
)

func main() {
	log.SetFlags(0)
	var (
		file     = flag.String("file", "", "the file; it is written if it is not there (default: in a temporary folder)")
		python   = flag.String("python", "/usr/bin/python3", "an interpreter with h5py and numpy")
		units    = flag.Int("units", 1000, "units in the file, of which 200 are read")
		hours    = flag.Float64("hours", 1, "length of the recording")
		channels = flag.Int("channels", 520, "channels of field potential, which are not read")
		rounds   = flag.Int("rounds", 5, "how often each contender runs; the fastest counts")
		contend  = flag.String("contend", "", "for the program itself: read or info")
	)
	flag.Parse()
	taken, to := min(200, *units), min(1200.0, 3600**hours)
	from := to - to/20
	switch *contend {
	case "read":
		read(*file, taken, from, to)
		return
	case "info":
		info(*file)
		return
	}
	if *file == "" {
		dir, err := os.MkdirTemp("", "hdf5")
		check(err)
		defer os.RemoveAll(dir)
		*file = filepath.Join(dir, "large.nwb")
	}
	here := "docs/bench/hdf5"
	if _, err := os.Stat(*file); err != nil {
		out, err := exec.Command(*python, filepath.Join(here, "make.py"), *file, fmt.Sprint(*units), fmt.Sprint(*hours), fmt.Sprint(*channels)).CombinedOutput()
		if err != nil {
			log.Fatalf("%v: %s", err, out)
		}
	}
	stat, err := os.Stat(*file)
	check(err)
	self, err := os.Executable()
	check(err)
	window := []string{strconv.FormatFloat(from, 'g', -1, 64), strconv.FormatFloat(to, 'g', -1, 64)}
	fmt.Printf("%.2f GB, %d units\n\n| | time | processor time | memory | read |\n| --- | --- | --- | --- | --- |\n", float64(stat.Size())/1e9, *units)
	size := []string{"-file", *file, "-units", fmt.Sprint(*units), "-hours", fmt.Sprint(*hours)}
	run("h5py", *rounds, *python, append([]string{filepath.Join(here, "read.py"), *file, fmt.Sprint(taken)}, window...)...)
	run("nwb", *rounds, self, append(size, "-contend", "read")...)
	run("info", *rounds, self, append(size, "-contend", "info")...)
}

// read does what read.py does.
func read(path string, units int, from, to float64) {
	start := time.Now()
	f, err := nwb.Open(path)
	check(err)
	defer f.Close()
	table, err := f.Units()
	check(err)
	all, err := table.SpikesOf(0, units)
	check(err)
	series, err := f.Series()
	check(err)
	for _, s := range series {
		if s.Name != "hand_vel" {
			continue
		}
		a, b, err := s.Window(from, to)
		check(err)
		vel, err := s.Read(a, b)
		check(err)
		took := time.Since(start)
		spikes, sum := 0, 0.0
		for _, x := range all {
			spikes += len(x)
			for _, t := range x {
				sum += t
			}
		}
		fmt.Printf("%d %d %.6f %d %.6f in %.1f ms\n", units, spikes, sum, b-a, mat.Sum(vel), 1e3*took.Seconds())
	}
}

// info does what regime info does, without writing it out.
func info(path string) {
	start := time.Now()
	tree, err := loaders.Inspect(path, false)
	check(err)
	fmt.Printf("%d parts in %.1f ms\n", len(tree.Nodes), 1e3*time.Since(start).Seconds())
}

// run runs a contender and writes its line of the table: the fastest round, and the memory of that.
func run(name string, rounds int, program string, args ...string) {
	var best time.Duration
	line := ""
	for range rounds {
		c := exec.Command(program, args...)
		c.Stderr = os.Stderr
		start := time.Now()
		out, err := c.Output()
		elapsed := time.Since(start)
		check(err)
		if best != 0 && elapsed >= best {
			continue
		}
		best = elapsed
		state := c.ProcessState
		usage := state.SysUsage().(*syscall.Rusage)
		line = fmt.Sprintf("| %s | %.3f s | %.3f s | %d MB | %s |", name, elapsed.Seconds(), (state.UserTime() + state.SystemTime()).Seconds(),
			usage.Maxrss>>10, out[:len(out)-1])
	}
	fmt.Println(line)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
