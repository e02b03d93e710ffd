package nwb

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"oblique/loaders/hdf5"

	"gonum.org/v1/gonum/mat"
)

// A Series is a TimeSeries of any type: rows of samples, each at its time. Its fields are for reading only.
type Series struct {
	Name        string
	Path        string
	Type        string // neurodata type: "SpatialSeries"
	Description string
	Unit        string // of Read, after conversion; empty if unknown
	Rows, Width int    // samples, and numbers in each
	// Start and Rate, in s and Hz, are those of a regular series. Rate is 0 of one with timestamps.
	Start, Rate float64
	// Conversion and Offset make the file's unit of what is stored: data·Conversion + Offset.
	Conversion, Offset float64
	// Err says why the samples cannot be read; it is nil if they can.
	Err error

	f          *File
	data       *hdf5.Dataset
	timestamps *hdf5.Dataset
	flipped    bool // samples lie along the second dimension
}

// maxSeries is the most series that are listed.
const maxSeries = 10_000

// Series lists the time series of /processing and /acquisition, by path. Only headers are read.
func (f *File) Series() ([]*Series, error) {
	var all []*Series
	for _, top := range []string{"/processing", "/acquisition"} {
		g, err := f.h.Group(top)
		if errors.Is(err, hdf5.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("nwb: %w", err)
		}
		if err := f.collect(&all, top, g, nil); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// collect appends the series in a group and in the groups inside it, which lie inside those above.
func (f *File) collect(all *[]*Series, path string, g *hdf5.Group, above []uint64) error {
	const deepest = 8
	if slices.Contains(above, g.Address()) || len(above) == deepest || len(*all) == maxSeries {
		return nil
	}
	above = append(above[:len(above):len(above)], g.Address())
	names, inside, err := groups(g)
	if err != nil {
		return err
	}
	for i, sub := range inside {
		at := path + "/" + names[i]
		if s := f.series(names[i], at, sub); s != nil {
			*all = append(*all, s)
			continue
		}
		if isTable(sub) {
			continue
		}
		if err := f.collect(all, at, sub, above); err != nil {
			return err
		}
	}
	return nil
}

// series reads the header of a series, or returns nil if the group is none: it has no data, or no
// times.
func (f *File) series(name, path string, g *hdf5.Group) *Series {
	links, err := g.Links()
	if err != nil {
		return &Series{Name: name, Path: path, f: f, Err: fmt.Errorf("nwb: %w", err)}
	}
	has := func(name string) bool {
		return slices.ContainsFunc(links, func(l hdf5.Link) bool { return l.Name == name })
	}
	if !has("data") || !has("timestamps") && !has("starting_time") {
		return nil
	}
	s := &Series{Name: name, Path: path, Type: kind(g), Description: textOr(g, "description", ""), f: f}
	if s.Err = s.open(g, has("timestamps")); s.Err != nil {
		s.Err = fmt.Errorf("nwb: %s: %w", path, s.Err)
	}
	return s
}

// open reads the headers of samples and times.
func (s *Series) open(g *hdf5.Group, stamped bool) (err error) {
	if s.data, err = g.Dataset("data"); err != nil {
		return err
	}
	s.Unit = textOr(s.data, "unit", "")
	if s.Unit == "unknown" || s.Unit == "n/a" || s.Unit == "n.a." {
		s.Unit = ""
	}
	if s.Conversion, err = number(s.data, "conversion", 1); err != nil {
		return err
	}
	if s.Offset, err = number(s.data, "offset", 0); err != nil {
		return err
	}
	s.Rows, s.Width = s.data.Rows(), s.data.RowLen()
	if stamped {
		if s.timestamps, err = g.Dataset("timestamps"); err != nil {
			return err
		}
		return s.matchTimes()
	}
	d, err := g.Dataset("starting_time")
	if err != nil {
		return err
	}
	if s.Start, err = d.Float64(); err != nil {
		return err
	}
	if s.Rate, err = number(d, "rate", 0); err != nil {
		return err
	}
	if !(s.Rate > 0) || math.IsInf(s.Rate, 0) || math.IsNaN(s.Start) || math.IsInf(s.Start, 0) {
		return fmt.Errorf("starts at %v s with a rate of %v Hz", s.Start, s.Rate)
	}
	return s.numeric()
}

// matchTimes checks that there is a time for each sample. Where samples lie along the second dimension, as
// some writers of other languages have it, they are turned about.
func (s *Series) matchTimes() error {
	n, dims := s.timestamps.Len(), s.data.Shape()
	if n != s.Rows && len(dims) == 2 && dims[1] == n && len(s.data.MaxShape()) == 2 {
		s.flipped, s.Rows, s.Width = true, dims[1], dims[0]
	}
	if n != s.Rows {
		return fmt.Errorf("%d samples and %d timestamps", s.Rows, n)
	}
	return s.numeric()
}

// numeric checks that samples are numbers.
func (s *Series) numeric() error {
	switch s.data.Type().Class {
	case hdf5.Integer, hdf5.Float, hdf5.Enum:
		return nil
	}
	return fmt.Errorf("samples are %s: %w", s.data.Type(), hdf5.ErrUnsupported)
}

// Read reads the samples from ≤ i < to as rows, converted to the series' unit; only these are read from the
// file. Samples of more than one dimension are rows of all their numbers. It returns nil for no samples.
func (s *Series) Read(from, to int) (*mat.Dense, error) {
	if s.Err != nil {
		return nil, s.Err
	}
	if from < 0 || to < from || to > s.Rows {
		return nil, fmt.Errorf("nwb: %s: no samples %d to %d among %d", s.Path, from, to, s.Rows)
	}
	n := to - from
	if n == 0 || s.Width == 0 {
		return nil, nil
	}
	if err := s.prove(from, n); err != nil {
		return nil, err
	}
	x := make([]float64, n*s.Width)
	if err := s.read(x, from, n); err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	if s.Conversion != 1 || s.Offset != 0 {
		for i, v := range x {
			x[i] = float64(v*s.Conversion) + s.Offset // rounded twice, on every processor
		}
	}
	return mat.NewDense(n, s.Width, x), nil
}

// prove finds out whether n samples are there.
func (s *Series) prove(from, n int) error {
	data := s.data.Array
	if s.flipped {
		slab, err := data.Slab([]int{0, from}, []int{s.Width, n})
		if err != nil {
			return fmt.Errorf("nwb: %w", err)
		}
		data, from, n = slab, 0, s.Width
	}
	if err := data.Prove(from, n); err != nil {
		return fmt.Errorf("nwb: %w", err)
	}
	return nil
}

func (s *Series) read(x []float64, from, n int) error {
	if !s.flipped {
		return s.data.ReadFloat64(x, from, n)
	}
	slab, err := s.data.Slab([]int{0, from}, []int{s.Width, n})
	if err != nil {
		return err
	}
	y := make([]float64, len(x))
	if err := slab.ReadFloat64(y, 0, s.Width); err != nil {
		return err
	}
	for j := range s.Width {
		for i := range n {
			x[i*s.Width+j] = y[j*n+i]
		}
	}
	return nil
}

// Times reads the times of the samples from ≤ i < to in seconds. Those of a regular series are computed.
func (s *Series) Times(from, to int) ([]float64, error) {
	if s.Err != nil {
		return nil, s.Err
	}
	if from < 0 || to < from || to > s.Rows {
		return nil, fmt.Errorf("nwb: %s: no samples %d to %d among %d", s.Path, from, to, s.Rows)
	}
	there := s.data.Array
	if s.timestamps != nil {
		there = s.timestamps.Array
	}
	if err := there.Prove(from, to-from); err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	t := make([]float64, to-from)
	if s.Rate > 0 {
		for i := range t {
			t[i] = s.Start + float64(from+i)/s.Rate
		}
		return t, nil
	}
	if err := s.timestamps.ReadFloat64(t, from, to-from); err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	return t, nil
}

// Window returns the samples whose times are in [start, stop): from ≤ i < to. Timestamps must ascend, of
// which only those that a bisection meets are read.
func (s *Series) Window(start, stop float64) (from, to int, err error) {
	if s.Err != nil {
		return 0, 0, s.Err
	}
	first := func(t float64) int {
		return sort.Search(s.Rows, func(i int) bool {
			x, e := s.Times(i, i+1)
			if e != nil {
				err = e
				return true
			}
			return x[0] >= t
		})
	}
	from, to = first(start), first(stop)
	return from, max(from, to), err
}

// isBehavior tells whether a series is something that a subject does: it is in a module of behaviour, or
// of a type that only behaviour has, and not a list of events.
func (s *Series) isBehavior() bool {
	switch s.Type {
	case "IntervalSeries", "AnnotationSeries", "ElectricalSeries", "ImageSeries", "ImageMaskSeries", "TwoPhotonSeries", "OnePhotonSeries",
		"IndexSeries", "OpticalSeries", "SpikeEventSeries", "FeatureExtraction", "DecompositionSeries", "RoiResponseSeries":
		return false
	case "SpatialSeries":
		return true
	}
	path := strings.ToLower(s.Path)
	return strings.HasPrefix(path, "/processing/behav") || strings.Contains(path, "behavioral") || strings.Contains(path, "/position/")
}

// usual are the names of behaviour, the most usual first; case and _ do not count.
var usual = []string{"handvel", "handvelocity", "cursorvel", "cursorvelocity", "fingervel", "fingervelocity", "velocity", "vel",
	"handpos", "handposition", "hand", "cursorpos", "cursorposition", "cursor", "fingerpos", "fingerposition", "finger", "position", "pos",
	"kinematics", "acceleration", "emg", "force"}

// byUse sorts behaviour: usual names first, the others by path.
func byUse(all []*Series) {
	rank := func(s *Series) int {
		name := strings.ToLower(strings.ReplaceAll(s.Name, "_", ""))
		if i := slices.Index(usual, name); i >= 0 {
			return i
		}
		return len(usual)
	}
	slices.SortStableFunc(all, func(a, b *Series) int { return cmp.Compare(rank(a), rank(b)) })
}

// components names the numbers of a sample in space.
func (s *Series) components() []string {
	name := strings.ToLower(s.Name)
	spatial := s.Type == "SpatialSeries"
	for _, part := range []string{"pos", "vel", "acc"} {
		spatial = spatial || strings.Contains(name, part)
	}
	if !spatial || s.Width < 2 || s.Width > 3 {
		return nil
	}
	var names []string
	for _, axis := range []string{"x", "y", "z"}[:s.Width] {
		names = append(names, s.Name+"_"+axis)
	}
	return names
}
