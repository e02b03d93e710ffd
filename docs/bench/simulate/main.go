//go:build ignore

// The program simulate times training steps of the paper's network, 512 units on 32 trials of the cycling task, beside
// PyTorch's, with 1 and 2 threads each, in turn so that both have the same machine:
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

func main() {
	log.SetFlags(0)
	steps := flag.Int("steps", 5, "steps of each contender in a round")
	rounds := flag.Int("rounds", 3, "rounds")
	python := flag.String("python", "/usr/bin/python3", "interpreter that has PyTorch")
	flag.Parse()
	times := map[string][]float64{}
	for range *rounds {
		for _, threads := range []int{1, 2} {
			times[fmt.Sprint("regime ", threads)] = append(times[fmt.Sprint("regime ", threads)], ours(threads, *steps)...)
			times[fmt.Sprint("pytorch ", threads)] = append(times[fmt.Sprint("pytorch ", threads)], pytorch(*python, threads, *steps)...)
			times[fmt.Sprint("gemm ", threads)] = append(times[fmt.Sprint("gemm ", threads)], gemm(threads, *steps)...)
		}
	}
	fmt.Println("contender, threads   median s   least s   GFLOP/s at the median")
	medians := map[string]float64{}
	for _, name := range []string{"regime 1", "regime 2", "pytorch 1", "pytorch 2", "gemm 1", "gemm 2"} {
		t := times[name]
		slices.Sort(t)
		medians[name] = t[len(t)/2]
		fmt.Printf("%-20s %8.3f  %8.3f  %8.1f\n", name, medians[name], t[0], flops/medians[name]/1e9)
	}
	fmt.Printf("\nfastest of PyTorch / fastest of regime: %.2f\n", min(medians["pytorch 1"], medians["pytorch 2"])/min(medians["regime 1"], medians["regime 2"]))
	fmt.Printf("share of the speed of the products alone: %.2f with 1 thread, %.2f with 2\n", medians["gemm 1"]/medians["regime 1"], medians["gemm 2"]/medians["regime 2"])
}

// ours returns the seconds of training steps after the first.
func ours(threads, steps int) (seconds []float64) {
	runtime.GOMAXPROCS(threads)
	s, err := train.Start(train.Options{Task: "cycling", Large: true, Steps: steps + 1, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	var last time.Time
	err = s.Run(context.Background(), func(*train.State) error {
		now := time.Now()
		if !last.IsZero() {
			seconds = append(seconds, now.Sub(last).Seconds())
		}
		last = now
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	return seconds
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

// pytorch returns the seconds of PyTorch's steps.
func pytorch(python string, threads, steps int) (seconds []float64) {
	_, source, _, _ := runtime.Caller(0)
	c := exec.Command(python, filepath.Join(filepath.Dir(source), "pytorch.py"), strconv.Itoa(threads), strconv.Itoa(steps))
	// PyTorch's own threads are set in the script; its BLAS may have others.
	c.Env = append(os.Environ(), fmt.Sprint("OPENBLAS_NUM_THREADS=", threads), fmt.Sprint("OMP_NUM_THREADS=", threads))
	out, err := c.Output()
	if err != nil {
		log.Fatalf("pytorch.py: %v (python3-torch is needed)", err)
	}
	for line := range strings.FieldsSeq(string(out)) {
		t, err := strconv.ParseFloat(line, 64)
		if err != nil {
			log.Fatal(err)
		}
		seconds = append(seconds, t)
	}
	return seconds
}
