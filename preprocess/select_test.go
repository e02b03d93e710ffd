package preprocess

import (
	"slices"
	"strings"
	"testing"
	"time"

	"oblique/loaders/recording"
)

func TestParseIndices(t *testing.T) {
	names := []string{"a", "b", "7", "1:2"}
	for _, c := range []struct {
		words []string
		want  []int
	}{
		{nil, []int{0, 1, 2, 3}}, {[]string{"b", " 0"}, []int{1, 0}}, {[]string{"7"}, []int{2}}, {[]string{"1:2"}, []int{3}},
		{[]string{"1:"}, []int{1, 2, 3}}, {[]string{":2", "3"}, []int{0, 1, 3}}, {[]string{":"}, []int{0, 1, 2, 3}},
	} {
		got, err := ParseIndices(c.words, "units", 4, names)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, %v; want %v", c.words, got, err, c.want)
		}
	}
	for word, want := range map[string]string{
		"c": "no such name; there are a, b, 7, 1:2", "4": "want 0 to 3", "-1": "want 0 to 3", "2:1": "want a range within 0:4",
		"2:9": "want a range within 0:4", "-1:2": "want a range within 0:4", "a:b": "no such name", "": "no such name",
	} {
		if _, err := ParseIndices([]string{word}, "units", 4, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", word, err, want)
		}
	}
	if _, err := ParseIndices([]string{"a"}, "units", 4, nil); err == nil || !strings.Contains(err.Error(), "an index from 0 to 3 or a range such as 0:4") {
		t.Errorf("%v", err)
	}
}

// Rows are counted over all trials, as in a slice from:to:every of the whole.
func TestSelectRows(t *testing.T) {
	if _, err := Prepare(counts(ramp(31, 1), ramp(31, 1)), Options{FromRow: 31, ToRow: 40}); err == nil || !strings.Contains(err.Error(), "rows from 31 are none of the 31 that there are") {
		t.Errorf("beyond the end: %v", err)
	}
	s := counts(ramp(31, 1), ramp(31, 1))
	s.Trials = &recording.Trials{Rows: []recording.Range{{From: 0, To: 10}, {From: 10, To: 11}, {From: 11, To: 12}, {From: 12, To: 31}}}
	for from := range 13 {
		for _, to := range []int{0, 5, 11, 20, 99} {
			for every := range 6 {
				end := 31
				if to > 0 {
					end = min(end, to)
				}
				var want []float64
				for i := from; i < end; i += max(every, 1) {
					want = append(want, float64(i))
				}
				rec, err := Prepare(s, Options{FromRow: from, ToRow: to, Every: every})
				if want == nil {
					if err == nil {
						t.Errorf("rows %d:%d:%d: no error", from, to, every)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				near(t, "y", column(rec.Y, 0), want, 0)
				if told := slices.Contains(rec.Notes, "Rows up to 99 were asked for, and there are 31."); told != (to == 99) {
					t.Errorf("rows %d:%d: notes %q", from, to, rec.Notes)
				}
				for i, v := range column(rec.X, 0) {
					if v != want[i]/0.01 {
						t.Fatalf("rows %d:%d:%d: row %d has activity %v", from, to, every, i, v)
					}
				}
				if rec.Bin != 10*ms*time.Duration(max(1, every)) {
					t.Errorf("every %d: bin %v", every, rec.Bin)
				}
			}
		}
	}
}

func TestUnits(t *testing.T) {
	s := spiking([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 9.5}, []float64{1}, nil, []float64{1, 2, 3, 4, 5, 5.1, 6, 6.1, 7, 7.1})
	for i, name := range []string{"a", "b", "c", "d"} {
		s.Units[i].Name = name
	}
	rec := prepare(t, s, Options{Bin: 100 * ms, Units: []string{"d"}})
	if !slices.Equal(rec.Units, []string{"d"}) {
		t.Errorf("units %q", rec.Units)
	}
	rec = prepare(t, s, Options{Bin: 100 * ms, Units: []string{"d", "a", "b"}, MinRate: 0.5})
	if !slices.Equal(rec.Units, []string{"d", "a"}) || !strings.Contains(rec.Notes[0], "1 of 3 units fire below 0.5 Hz") {
		t.Errorf("units %q, notes %q", rec.Units, rec.Notes)
	}
	// The rate is over the time in which the unit was observed: 1 spike in 1 s.
	s.Units[1].Observed = []recording.Interval{{Start: 0.5, Stop: 1.5}}
	rec = prepare(t, s, Options{Bin: 100 * ms, MinRate: 0.9, NaN: Drop})
	if !slices.Equal(rec.Units, []string{"a", "b", "d"}) {
		t.Errorf("units %q", rec.Units)
	}
	if _, err := Prepare(s, Options{Bin: 100 * ms, MinRate: 50}); err == nil || !strings.Contains(err.Error(), "the highest mean rate is") {
		t.Errorf("error %v", err)
	}

	// Gridded: counts over bins, whatever the rows are combined to.
	g := counts(ramp(10, 2), ramp(10, 1)) // means 4.5 and 1004.5 spikes per 10 ms
	for _, bin := range []int{1, 2} {
		rec = prepare(t, g, Options{MinRate: 451, Bin: time.Duration(bin) * 10 * ms})
		if _, n, _ := rec.Dims(); n != 1 || rec.X.At(0, 0) < 1000/0.01 {
			t.Errorf("%d units, first %v", n, rec.X.At(0, 0))
		}
		rec = prepare(t, g, Options{MinRate: 449, Bin: time.Duration(bin) * 10 * ms})
		if _, n, _ := rec.Dims(); n != 2 {
			t.Errorf("%d units", n)
		}
	}
}
