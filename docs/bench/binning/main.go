//go:build ignore

// Binning times package preprocess against the approach of the Neural Latents Benchmark tools, in one run:
//
//	go run docs/bench/binning/main.go
//
// It makes spike times of 200 Poisson units over an hour, and has each of the contenders, in a process
// of its own, read them, bin them at 5 ms and smooth them with σ = 50 ms:
//
//   - dense.py: frames of 1 ms in pandas, resampled and convolved (numpy, pandas, scipy);
//   - matrix: preprocess.Prepare, the whole of X in memory;
//   - stream: preprocess.Prepare with Options.Stream, every row made once, a block at a time.
//
// It prints the time of the whole process, that of its processors, and its largest resident memory.
package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"oblique/loaders/recording"
	"oblique/preprocess"

	"gonum.org/v1/gonum/mat"
)

func main() {
	log.SetFlags(0)
	units := flag.Int("units", 200, "number of units")
	seconds := flag.Float64("seconds", 3600, "length of the recording")
	rate := flag.Float64("rate", 10, "mean rate of a unit in Hz")
	repeat := flag.Int("repeat", 3, "runs of each contender; the fastest counts")
	child := flag.String("child", "", "be a contender: matrix or stream")
	data := flag.String("data", "", "spike times for the contender")
	flag.Parse()
	if *child != "" {
		contend(*child, *data, *seconds)
		return
	}
	dir, err := os.MkdirTemp("", "binning")
	check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "spikes")
	spikes := generate(path, *units, *seconds, *rate)
	self, err := os.Executable()
	check(err)
	length := strconv.FormatFloat(*seconds, 'g', -1, 64)
	fmt.Printf("%d units, %g s, %d spikes, %d processors\n\n", *units, *seconds, spikes, runtime.NumCPU())
	fmt.Println("| | time | processor time | memory | spikes | faster | leaner |\n| --- | --- | --- | --- | --- | --- | --- |")
	var base result
	for i, c := range []struct {
		name string
		args []string
	}{
		{"dense.py", []string{"/usr/bin/python3", "docs/bench/binning/dense.py", path, length}},
		{"matrix", []string{self, "-child", "matrix", "-data", path, "-seconds", length}},
		{"stream", []string{self, "-child", "stream", "-data", path, "-seconds", length}},
	} {
		best := run(c.args)
		for range *repeat - 1 {
			if r := run(c.args); r.time < best.time {
				best = r
			}
		}
		if i == 0 {
			base = best
		}
		fmt.Printf("| %s | %.2f s | %.2f s | %.0f MB | %.0f | %.1f× | %.1f× |\n", c.name, best.time.Seconds(), best.cpu.Seconds(), best.memory/1e6, best.spikes,
			base.time.Seconds()/best.time.Seconds(), base.memory/best.memory)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

type result struct {
	time   time.Duration
	cpu    time.Duration
	memory float64 // bytes
	spikes float64
}

func run(args []string) result {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	start := time.Now()
	out, err := cmd.Output()
	check(err)
	r := result{time: time.Since(start)}
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	r.memory = 1024 * float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	r.spikes, err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	check(err)
	return r
}

// generate writes the spike times of Poisson units, and returns how many there are.
func generate(path string, units int, seconds, rate float64) int {
	rng := rand.New(rand.NewPCG(1, 2))
	counts := []int64{int64(units)}
	var times []float64
	for range units {
		before := len(times)
		for t := rng.ExpFloat64() / rate; t < seconds; t += rng.ExpFloat64() / rate {
			times = append(times, t)
		}
		counts = append(counts, int64(len(times)-before))
	}
	var b bytes.Buffer
	check(binary.Write(&b, binary.LittleEndian, counts))
	check(binary.Write(&b, binary.LittleEndian, times))
	check(os.WriteFile(path, b.Bytes(), 0o600))
	return len(times)
}

// load reads what generate wrote.
func load(path string) []recording.Unit {
	f, err := os.Open(path)
	check(err)
	defer f.Close()
	var n int64
	check(binary.Read(f, binary.LittleEndian, &n))
	counts := make([]int64, n)
	check(binary.Read(f, binary.LittleEndian, counts))
	units := make([]recording.Unit, n)
	for i := range units {
		units[i].Spikes = make([]float64, counts[i])
		check(binary.Read(f, binary.LittleEndian, units[i].Spikes))
	}
	return units
}

// contend bins and smooths, and prints the sum of the rates times the bin.
func contend(how, path string, seconds float64) {
	const bin = 5 * time.Millisecond
	s := &recording.Session{
		Units:   load(path),
		Signals: []recording.Signal{{Name: "pos", Values: mat.NewDense(int(seconds)+1, 1, nil), Step: 1}},
	}
	rec, err := preprocess.Prepare(s, preprocess.Options{Bin: bin, Smooth: 10 * bin, Stream: how == "stream"})
	check(err)
	fmt.Println(total(rec.Activity()) * bin.Seconds())
}

// total sums all activity, read in blocks on all processors.
func total(rows recording.Rows) float64 {
	const block = 1024
	t, n := rows.Dims()
	workers := runtime.NumCPU()
	sums := make([]float64, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			buf := make([]float64, block*n)
			for from := w * block; from < t; from += workers * block {
				part := buf[:n*min(block, t-from)]
				check(rows.ReadRows(part, from))
				sum := 0.0
				for _, v := range part {
					sum += v
				}
				sums[w] += sum
			}
		})
	}
	wg.Wait()
	sum := 0.0
	for _, s := range sums {
		sum += s
	}
	return sum
}
