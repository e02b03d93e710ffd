//go:build ignore

// Fit times regime fit --method paper against the same analysis written with scikit-learn, in one run:
//
//	go run docs/bench/fit/main.go
//
// Each contender is a process of its own that reads the file, analyses all rows and 20 time subsamples and prints JSON; on
// Stevenson's recording also with 200 subsamples of neurons, regime scaling. scikit-learn has OpenBLAS's own choice of
// threads and kernels: the environment must not set them.
// Recordings are looked for in ../shared/data. A third job, for regime alone, is 100 000 time bins of 500 neurons,
// generated from a seed. Printed are the time of the whole process, that of its processors and its largest
// resident memory; of several runs the fastest counts.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"oblique/loaders/npz"
)

func main() {
	log.SetFlags(0)
	repeat := flag.Int("repeat", 3, "runs of each contender; the fastest counts")
	data := flag.String("data", "../shared/data", "folder of the recordings")
	large := flag.Bool("large", true, "also the generated recording")
	flag.Parse()
	dir, err := os.MkdirTemp("", "fit")
	check(err)
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "regime")
	build := exec.Command("go", "build", "-o", program, "./cmd/regime")
	build.Stderr = os.Stderr
	check(build.Run())
	check(os.Setenv("REGIME_DATA", *data))

	fmt.Printf("%d processors\n\n", runtime.NumCPU())
	fmt.Println("| data | | time | processor time | memory | ρ | d_fit | faster |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
	paper := []string{program, "fit", "--method", "paper", "--json", "--data"}
	for _, name := range []string{"hennig2018:before", "stevenson2011"} {
		base := best(*repeat, []string{"/usr/bin/python3", "docs/bench/fit/published.py", *data, name})
		base.print(name, "scikit-learn", base)
		best(*repeat, append(paper, name)).print(name, "regime", base)
	}
	name := "stevenson2011"
	base := best(1, []string{"/usr/bin/python3", "docs/bench/fit/published.py", *data, name, "neurons"})
	base.print(name+", 200 neuron subsamples", "scikit-learn", base)
	scaling := []string{program, "scaling", "--method", "paper", "--json", "--data", name}
	best(*repeat, scaling).print(name+", 200 neuron subsamples", "regime", base)
	if *large {
		path := filepath.Join(dir, "large.npz")
		size := generate(path, 100000, 500)
		r := best(1, append(paper, path, "--rates", "X", "--behavior", "Y"))
		r.print("T = 100 000, N = 500", "regime", r)
		fmt.Printf("\nThe generated X is %.0f MB: memory is %.2f times that.\n", size/1e6, r.memory/size)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A result is what one run took, and two of its figures.
type result struct {
	time, cpu time.Duration
	memory    float64 // bytes
	Rho       float64 `json:"rho"`
	DFit      int     `json:"d_fit"`
}

func (r result) print(data, contender string, base result) {
	faster := ""
	if base != r {
		faster = fmt.Sprintf("%.1f×", base.time.Seconds()/r.time.Seconds())
	}
	fmt.Printf("| %s | %s | %.2f s | %.2f s | %.0f MB | %.5f | %d | %s |\n", data, contender, r.time.Seconds(), r.cpu.Seconds(),
		r.memory/1e6, r.Rho, r.DFit, faster)
}

func best(repeat int, args []string) result {
	fastest := run(args)
	for range repeat - 1 {
		if r := run(args); r.time < fastest.time {
			fastest = r
		}
	}
	return fastest
}

func run(args []string) result {
	cmd := exec.Command(args[0], args[1:]...)
	start := time.Now()
	out, err := cmd.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		log.Fatalf("%s: %v\n%s", cmd, err, failed.Stderr)
	}
	check(err)
	r := result{time: time.Since(start)}
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	r.memory = 1024 * float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	check(json.Unmarshal(out, &r))
	return r
}

// generate writes X, twenty slow latents seen by n neurons with noise, and Y, a readout of three of them, and returns
// the bytes of X.
func generate(path string, t, n int) float64 {
	const latents, slow = 20, 0.95
	float64s, err := npz.ParseDType("<f8")
	check(err)
	rng := rand.New(rand.NewPCG(1, 2))
	load := make([]float64, latents*n)
	for i := range load {
		load[i] = rng.NormFloat64()
	}
	z := make([]float64, latents)
	y := make([]float64, 0, 2*t)
	check(npz.WriteWith(path, func(w *npz.Writer) error {
		x, err := w.Create("X", float64s, []int{t, n})
		if err != nil {
			return err
		}
		row := make([]float64, n)
		for range t {
			for k := range z {
				z[k] = slow*z[k] + math.Sqrt(1-slow*slow)*rng.NormFloat64()
			}
			for j := range row {
				row[j] = 20 + 5*rng.NormFloat64()
				for k, zk := range z {
					row[j] += 3 * load[k*n+j] * zk / float64(1+k)
				}
			}
			if err := x.Append(row); err != nil {
				return err
			}
			y = append(y, z[0]+z[10]+0.5*rng.NormFloat64(), z[15]+0.5*rng.NormFloat64())
		}
		out, err := w.Create("Y", float64s, []int{t, 2})
		if err != nil {
			return err
		}
		return out.Append(y)
	}))
	return float64(8 * t * n)
}
