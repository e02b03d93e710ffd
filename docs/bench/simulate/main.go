//go:build ignore

// The program simulate times training steps of the paper's network, 512 units on 32 trials of the cycling task, beside
// PyTorch's, well written and in the published style, with 1 and 2 threads each, in turn so that all have the same machine:
//
//	go run docs/bench/simulate/main.go [-steps 5] [-rounds 3] [-python /usr/bin/python3]
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"oblique/internal/blas"
	"oblique/simulate/train"
)

// The arithmetic of a step: forward, backward and gradient are each a product of 360·32 rows with 512×512 weights.
const flops = 3 * 2 * 360 * 32 * 512 * 512

// A contender is somebody who trains, or the products alone.
type contender struct {
	name  string
	steps int // in a round
	run   func(threads, steps int) []float64
}

func main() {
	log.SetFlags(0)
	steps := flag.Int("steps", 5, "steps of each contender in a round; of the published style three")
	rounds := flag.Int("rounds", 3, "rounds")
	python := flag.String("python", "/usr/bin/python3", "interpreter that has PyTorch")
	flag.Parse()
	peer := func(style string) func(threads, steps int) []float64 {
		return func(threads, steps int) []float64 { return pytorch(*python, style, threads, steps) }
	}
	contenders := []contender{{"regime", *steps, ours}, {"PyTorch", *steps, peer("fast")}, {"published style", 3, peer("published")}, {"products alone", *steps, gemm}}
	times := map[string][]float64{}
	for range *rounds {
		for _, threads := range []int{1, 2} {
			for _, c := range contenders {
				name := fmt.Sprintf("%s, %d", c.name, threads)
				times[name] = append(times[name], c.run(threads, c.steps)...)
			}
		}
	}
	fmt.Printf("BLAS kernel of PyTorch: %s\n", kernel)
	fmt.Println("contender, threads    median s   least s   GFLOP/s at the median")
	median := map[string]float64{}
	for _, c := range contenders {
		for _, threads := range []int{1, 2} {
			name := fmt.Sprintf("%s, %d", c.name, threads)
			t := times[name]
			slices.Sort(t)
			median[name] = t[len(t)/2]
			fmt.Printf("%-20s  %8.3f  %8.3f  %8.1f\n", name, median[name], t[0], flops/median[name]/1e9)
		}
	}
	best := func(name string) float64 { return min(median[name+", 1"], median[name+", 2"]) }
	fmt.Printf("\nfastest of PyTorch / fastest of regime:           %.2f\n", best("PyTorch")/best("regime"))
	fmt.Printf("fastest of published style / fastest of regime:   %.2f\n", best("published style")/best("regime"))
	for _, threads := range []string{"1", "2"} {
		fmt.Printf("share of the speed of the products alone, %s:       %.2f\n", threads, median["products alone, "+threads]/median["regime, "+threads])
	}
	fmt.Printf("allocations of a step: %.0f of %.0f bytes in all, the trials among them; peak memory of the first training: %s\n", allocations, allocated, peak)
}

// ours returns the seconds of training steps after the first.
func ours(threads, steps int) (seconds []float64) {
	runtime.GOMAXPROCS(threads)
	s, err := train.Start(train.Options{Task: "cycling", Large: true, Steps: steps + 1, Seed: 1, MeasureEvery: new(0)})
	if err != nil {
		log.Fatal(err)
	}
	var last time.Time
	var before, after runtime.MemStats
	err = s.Run(context.Background(), func(*train.State) error {
		now := time.Now()
		if !last.IsZero() {
			seconds = append(seconds, now.Sub(last).Seconds())
		} else {
			runtime.ReadMemStats(&before)
			now = time.Now()
		}
		last = now
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	allocations = float64(after.Mallocs-before.Mallocs) / float64(steps)
	allocated = float64(after.TotalAlloc-before.TotalAlloc) / float64(steps)
	if peak == "" {
		peak = memory()
	}
	return seconds
}

// What the trainings so far have taken: memory of the first, allocations for each step of the last.
var (
	peak                   string
	allocations, allocated float64
)

// memory returns the process's peak of resident memory, where the system tells it.
func memory() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// gemm returns the seconds of the same arithmetic in three large products, the peak for a step.
func gemm(threads, steps int) (seconds []float64) {
	runtime.GOMAXPROCS(threads)
	const rows, n = 360 * 32, 512
	a, b, c := make([]float32, rows*n), make([]float32, n*n), make([]float32, rows*n)
	for i := range a {
		a[i] = float32(i%7) - 3
	}
	for i := range b {
		b[i] = float32(i%5) - 2
	}
	blas.Gemm('N', 'N', rows, n, n, 1, a, n, b, n, 0, c, n) // touches the memory
	for range steps {
		begun := time.Now()
		for range 3 {
			blas.Gemm('N', 'N', rows, n, n, 1, a, n, b, n, 0, c, n)
		}
		seconds = append(seconds, time.Since(begun).Seconds())
	}
	return seconds
}

// kernel is that of the BLAS that PyTorch has used.
var kernel string

// pytorch returns the seconds of PyTorch's steps.
func pytorch(python, style string, threads, steps int) (seconds []float64) {
	_, source, _, _ := runtime.Caller(0)
	c := exec.Command(python, filepath.Join(filepath.Dir(source), "pytorch.py"), style, strconv.Itoa(threads), strconv.Itoa(steps))
	for _, v := range os.Environ() { // let OpenBLAS choose its kernel
		if !strings.HasPrefix(v, "OPENBLAS_") && !strings.HasPrefix(v, "OMP_") {
			c.Env = append(c.Env, v)
		}
	}
	// PyTorch's own threads are set in the script; its BLAS may have others.
	c.Env = append(c.Env, fmt.Sprint("OPENBLAS_NUM_THREADS=", threads), fmt.Sprint("OMP_NUM_THREADS=", threads))
	out, err := c.Output()
	if err != nil {
		log.Fatalf("pytorch.py: %v (python3-torch is needed)", err)
	}
	lines := strings.Fields(string(out))
	kernel = lines[0]
	for _, line := range lines[1:] {
		t, err := strconv.ParseFloat(line, 64)
		if err != nil {
			log.Fatal(err)
		}
		seconds = append(seconds, t)
	}
	return seconds
}
