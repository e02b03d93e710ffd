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
	mu      sync.Mutex
	w       io.Writer
	columns func() int // of the terminal; nil if there is none
	every   time.Duration
	now     func() time.Time
	step    string
	began   time.Time // of the step
	from    int       // what was done by then, such as before an interruption
	shown   time.Time // the last time, or when work began
	drawn   bool      // a bar stands on the current line
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, every: lineEvery, now: time.Now}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.columns, p.every = func() int { return terminalWidth(f) }, barEvery
	}
	return p
}

// terminalWidth is the width of a terminal, as it is now; of one that does not tell, the usual 80.
func terminalWidth(f *os.File) int {
	if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
		return n
	}
	return 80
}

// update reports that done of total parts of a step are done. It may be called from several goroutines. A step that
// begins does not put off what is due: work of many short steps is shown as often as one long step.
func (p *progress) update(step string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.shown.IsZero() {
		p.shown = now
	}
	if step != p.step {
		p.step, p.began, p.from = step, now, done
	}
	if now.Sub(p.shown) < p.every || total == 0 {
		return
	}
	p.shown = now
	text := fmt.Sprintf("%s %d/%d", step, done, total)
	if rate := float64(done-p.from) / now.Sub(p.began).Seconds(); rate > 0 {
		left := time.Duration(float64(total-done) / rate * float64(time.Second)).Round(time.Second)
		text += fmt.Sprintf(", %.3g/s, %s left", rate, left)
	}
	if p.columns == nil {
		fmt.Fprintf(p.w, "regime: %s\n", text)
		return
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", bar(done, total, text, p.columns()-1))
	p.drawn = true
}

// bar is a bar with a text beside it, in so many columns at most: a line that is broken could not be drawn over.
func bar(done, total int, text string, columns int) string {
	const widest, narrowest = 24, 4
	words := []rune(text)
	if len(words) > columns {
		return string(words[:max(0, columns)])
	}
	width := min(widest, columns-len(words)-1)
	if width < narrowest {
		return text
	}
	full := min(width, width*done/total)
	return strings.Repeat("━", full) + strings.Repeat("─", width-full) + " " + text
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
