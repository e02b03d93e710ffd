package loaders

import (
	"time"

	"oblique/loaders/recording"
)

// stampLayouts are how times are written as text: ISO 8601 with its usual variants, and the time of day alone. Fractions of a second are
// read with each of them.
var stampLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700",
	"2006/01/02 15:04:05", "15:04:05"}

// stamps returns the seconds since the first of t times that are text under a usual name, or nil. If nothing else tells the width
// of a row, a note says why it stays unknown.
func (l *loading) stamps(t int, wanted bool) ([]float64, error) {
	p := l.inv.only(timeNames, func(i Info) bool { return i.Class == Text && product(i.Dims) == t })
	if p == nil || t < 2 {
		return nil, nil
	}
	texts, err := p.node.Strings()
	if err != nil || len(texts) != t {
		return nil, err
	}
	times, bad := parseStamps(texts)
	switch {
	case bad < 0 && ascending(times):
		return times, nil
	case !wanted:
	case bad < 0:
		l.note(recording.Caution+"The times in %s do not ascend: the width of a row is unknown; say --file-bin.", p.path)
	default:
		l.note(recording.Caution+"%s has '%s', which is no time such as 2024-05-17T09:30:00.250: the width of a row is unknown; say --file-bin.", p.path, clip(texts[bad], 40))
	}
	return nil, nil
}

// parseStamps returns times in seconds since the first, or the place of the first text that is not written as the others.
func parseStamps(texts []string) (seconds []float64, bad int) {
	layout := ""
	for _, one := range stampLayouts {
		if _, err := time.Parse(one, texts[0]); err == nil {
			layout = one
			break
		}
	}
	if layout == "" {
		return nil, 0
	}
	var first time.Time
	seconds = make([]float64, len(texts))
	for i, text := range texts {
		at, err := time.Parse(layout, text)
		if err != nil {
			return nil, i
		}
		if i == 0 {
			first = at
		}
		seconds[i] = at.Sub(first).Seconds()
	}
	return seconds, -1
}
