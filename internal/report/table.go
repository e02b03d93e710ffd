package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"oblique/loaders/recording"
	"oblique/regime"
)

// A table lines up cells in columns: the first to the left, the others to the right, the last to the left again.
type table struct {
	rows [][]string
}

// add adds a row. Names in it are from files, and may have what a terminal would obey.
func (t *table) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = recording.Printable(cell)
	}
	t.rows = append(t.rows, cells)
}

// write writes the rows, indented, each column as wide as its widest cell.
func (t *table) write(w io.Writer) {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch i {
			case 0:
				line.WriteString("  " + cell + pad)
			case len(widths) - 1:
				line.WriteString("   " + cell)
			default:
				line.WriteString("   " + pad + cell)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

const dash = "–"

// number writes a figure with three significant digits, more for shares near one.
func number(x regime.Number) string {
	v := float64(x)
	// The digits follow from the rounded figure: 0.9999 is 1.00.
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(math.Abs(v), 'e', 2, 64), 64)
	switch a := rounded; {
	case !x.Defined():
		return dash
	case a >= 1e5 || a < 1e-3 && a > 0:
		return minus(exponent(v))
	case a >= 100:
		return minus(fmt.Sprintf("%.0f", v))
	case a >= 10:
		return minus(fmt.Sprintf("%.1f", v))
	case a >= 1:
		return minus(fmt.Sprintf("%.2f", v))
	case a >= 0.1:
		return minus(fmt.Sprintf("%.3f", v))
	case a == 0:
		return "0"
	}
	return minus(fmt.Sprintf("%.4f", v))
}

// exponent writes 3.8e+04 as 3.8e4.
func exponent(v float64) string {
	s := fmt.Sprintf("%.1e", v)
	mantissa, power, _ := strings.Cut(s, "e")
	sign := strings.TrimPrefix(power[:1], "+")
	digits := strings.TrimLeft(power[1:], "0")
	if digits == "" {
		sign, digits = "", "0"
	}
	return mantissa + "e" + sign + digits
}

// minus writes a proper minus sign.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

func dimension(d regime.Dimension) string {
	if d == 0 {
		return dash
	}
	return fmt.Sprint(int(d))
}

func interval(iv regime.Interval) string {
	if !iv[0].Defined() || !iv[1].Defined() {
		return ""
	}
	return number(iv[0]) + " … " + number(iv[1])
}

func wholeInterval(iv regime.Interval) string {
	if !iv[0].Defined() || !iv[1].Defined() {
		return ""
	}
	return fmt.Sprintf("%d … %d", int(iv[0]), int(iv[1]))
}

// wrap breaks text into lines of at most width characters at spaces.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		word = recording.Printable(word)
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
