package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// How often progress is shown: on a terminal as a bar that is drawn over, elsewhere as lines in a log.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 30 * time.Second
)

// A progress shows how far long work has come: rate and time left. Work that is done sooner than the first
// interval shows nothing.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	every    time.Duration
	now      func() time.Time
	step     string
	began    time.Time // of the step
	from     int       // what was done by then, such as before an interruption
	shown    time.Time
	drawn    bool // a bar stands on the current line
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, every: lineEvery, now: time.Now}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.terminal, p.every = true, barEvery
	}
	return p
}

// update reports that done of total parts of a step are done. It may be called from several goroutines.
func (p *progress) update(step string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if step != p.step {
		p.step, p.began, p.from, p.shown = step, now, done, now
	}
	if now.Sub(p.shown) < p.every || total == 0 {
		return
	}
	p.shown = now
	elapsed := now.Sub(p.began)
	left := "?"
	rate := float64(done-p.from) / elapsed.Seconds()
	if rate > 0 {
		left = time.Duration(float64(total-done) / rate * float64(time.Second)).Round(time.Second).String()
	}
	text := fmt.Sprintf("%s %d/%d, %.3g/s, %s left", step, done, total, rate, left)
	if !p.terminal {
		fmt.Fprintf(p.w, "regime: %s\n", text)
		return
	}
	const width = 24
	full := width * done / total
	fmt.Fprintf(p.w, "\r\x1b[K%s%s %s", strings.Repeat("━", full), strings.Repeat("─", width-full), text)
	p.drawn = true
}

// clear wipes the bar away, before anything else is written.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
