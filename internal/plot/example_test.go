package plot_test

import (
	"bytes"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"

	"oblique/internal/plot"
	"oblique/regime"
)

// A figure of a result goes to a file whose extension names the format.
func ExampleFigure_Save() {
	r := &regime.Result{
		Method: regime.Paper, R2: 0.95, DFit: 2, DVar: 3,
		R2ByPCs:       []regime.Number{0.5, 0.9, 0.94, 0.95},
		VarianceByPCs: []regime.Number{0.6, 0.85, 0.95, 1},
	}
	f, err := plot.Curves(r)
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "figures")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, format := range plot.Formats {
		if err := f.Save(filepath.Join(dir, "curves."+format)); err != nil {
			log.Fatal(err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	fmt.Println(len(files), "files")
	// Output: 3 files
}

// Data sets side by side; what is undefined is written n/a.
func ExampleComparison() {
	f, err := plot.Comparison([]plot.Column{
		{Name: "reaching", Group: "arm", N: 162, T: 2723, R2: plot.Estimate{Value: 0.73}, Rho: plot.Estimate{Value: 0.13},
			Relative: plot.Estimate{Value: 0.47, Interval: [2]float64{0.41, 0.52}}},
		{Name: "cursor", Group: "BCI", N: 87, T: 3953, R2: plot.Estimate{Value: 1}, Rho: plot.Estimate{Value: 0.23},
			Relative: plot.Estimate{Value: math.NaN()}},
	})
	if err != nil {
		log.Fatal(err)
	}
	var svg bytes.Buffer
	if err := f.WriteTo(&svg, "svg"); err != nil {
		log.Fatal(err)
	}
	width, _ := f.Size()
	fmt.Printf("%.0f mm wide, n/a: %v\n", width/72*25.4, strings.Contains(svg.String(), ">n/a<"))
	// Output: 85 mm wide, n/a: true
}

// ρ√N of one recording over subsamples of its neurons.
func ExampleScaling() {
	f, err := plot.Scaling([]plot.ScalingCurve{{
		Name:     "reaching",
		N:        []int{20, 40, 80, 160},
		RhoSqrtN: []plot.Estimate{{Value: 1.1}, {Value: 1.2}, {Value: 1.3}, {Value: 1.4}},
		Exponent: plot.Estimate{Value: 0.12},
	}})
	if err != nil {
		log.Fatal(err)
	}
	var svg bytes.Buffer
	if err := f.WriteTo(&svg, "svg"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(svg.String(), "reaching: N"))
	// Output: true
}

// Recordings in the plane of ρ√N and relative fitting dimension.
func ExampleRegimePlane() {
	f, err := plot.RegimePlane([]plot.PlanePoint{
		{Name: "cursor", Group: "BCI", Relative: plot.Estimate{Value: 0.03}, RhoSqrtN: plot.Estimate{Value: 2.1}},
		{Name: "cycling", Group: "arm", Relative: plot.Estimate{Value: 0.82}, RhoSqrtN: plot.Estimate{Value: 0.43}},
	})
	if err != nil {
		log.Fatal(err)
	}
	var pdf bytes.Buffer
	if err := f.WriteTo(&pdf, "pdf"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(pdf.String()[:8])
	// Output: %PDF-1.5
}
