package main

import (
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
		p := &progress{w: &b, terminal: c.terminal, every: c.every, now: func() time.Time { return now }}
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
