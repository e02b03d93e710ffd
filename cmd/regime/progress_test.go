package main

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// In a log progress is a line every 30 s; on a terminal a bar, drawn over at most ten times a second, and wiped away.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		name     string
		terminal bool
		every    time.Duration
		want     []string
	}{
		{"log", false, lineEvery, []string{
			"regime: draws 30/90, 1/s, 1m0s left\n", "regime: draws 60/90, 1/s, 30s left\n", "regime: draws 90/90, 1/s, 0s left\n"}},
		{"terminal", true, 30 * time.Second, []string{
			"\r\x1b[K━━━━━━━━────────────────draws 30/90, 1/s, 1m0s left",
			"\r\x1b[K━━━━━━━━━━━━━━━━────────draws 60/90, 1/s, 30s left",
			"\r\x1b[K━━━━━━━━━━━━━━━━━━━━━━━━draws 90/90, 1/s, 0s left", "\r\x1b[K"}},
	} {
		var b strings.Builder
		now := time.Unix(0, 0)
		p := &progress{w: &b, every: c.every, now: func() time.Time { return now }}
		if c.terminal {
			p.columns = func() int { return 80 }
		}
		for i := range 91 {
			p.update("draws", i, 90)
			now = now.Add(time.Second)
		}
		p.clear()
		got := strings.ReplaceAll(b.String(), "━ ", "━")
		got = strings.ReplaceAll(got, "─ ", "─")
		if want := strings.Join(c.want, ""); got != want {
			t.Errorf("%s:\n%q\nwant\n%q", c.name, got, want)
		}
	}
}

// What was done before does not count for the rate: of 1000 steps 600 were there, and 100 have taken a minute.
func TestProgressResumed(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b)
	now := time.Unix(0, 0)
	p.now = func() time.Time { return now }
	p.update("training step", 600, 1000)
	now = now.Add(time.Minute)
	p.update("training step", 700, 1000)
	if want := "regime: training step 700/1000, 1.67/s, 3m0s left\n"; b.String() != want {
		t.Errorf("said %q, want %q", b.String(), want)
	}
}

// A run of steps that each take less than the interval, as of many recordings, says something every 30 s all the same.
func TestProgressOfShortSteps(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b)
	now := time.Unix(0, 0)
	p.now = func() time.Time { return now }
	for i := range 12 {
		for done := range 10 {
			p.update("draws of recording "+strconv.Itoa(i), done, 10)
			now = now.Add(time.Second)
		}
	}
	want := "regime: draws of recording 3 0/10\nregime: draws of recording 6 0/10\nregime: draws of recording 9 0/10\n"
	if b.String() != want {
		t.Errorf("said\n%swant\n%s", b.String(), want)
	}
}

// A bar is drawn over by going back to the start of its line, which has to be one line of the terminal.
func TestBarFits(t *testing.T) {
	const text = "matched subsamples of hennig2018:before 150/300, 62.6/s, 2s left"
	for columns, want := range map[int]string{
		120: strings.Repeat("━", 12) + strings.Repeat("─", 12) + " " + text,
		79:  strings.Repeat("━", 7) + strings.Repeat("─", 7) + " " + text,
		66:  text,
		20:  text[:20],
		0:   "",
	} {
		if got := bar(150, 300, text, columns); got != want {
			t.Errorf("in %d columns %q, want %q", columns, got, want)
		}
	}
}
