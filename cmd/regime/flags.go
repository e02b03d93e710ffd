package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// misused says what is wrong with a flag, and what may have been meant.
func misused(c *cobra.Command, err error) error {
	f := &failure{status: exitUsage, err: errors.New(strings.TrimSpace(err.Error())), hint: c.CommandPath() + " --help"}
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		// -data is -d -a -t -a, and one that does not exist ends the parsing.
		name := cmp.Or(unknown.GetSpecifiedShortnames(), unknown.GetSpecifiedName())
		if near := nearestFlag(name, c.Flags()); near != "" {
			f.hint = fmt.Sprintf("did you mean --%s?", near)
		}
	case errors.As(err, &value):
		f.err = fmt.Errorf("--%s %q: %w", value.GetFlag().Name, value.GetValue(), wanted(value.GetFlag(), value.Unwrap()))
	}
	return f
}

// wanted says what a flag takes, in place of what the parser says of a value.
func wanted(f *pflag.Flag, err error) error {
	if errors.Is(err, strconv.ErrRange) {
		return errors.New("beyond what a number can be")
	}
	switch f.Value.Type() {
	case "duration":
		return errors.New("want a duration with its unit, such as 45ms or 1.5s")
	case "int":
		return errors.New("want a whole number")
	case "uint64":
		return errors.New("want a whole number, not below 0")
	case "intSlice":
		return errors.New("want whole numbers, such as 10,20,40")
	case "float64":
		return errors.New("want a number")
	case "bool":
		return errors.New("want true or false")
	}
	return err
}

// nearestFlag returns the flag that may have been meant, or nothing.
func nearestFlag(name string, known *pflag.FlagSet) string {
	var names []string
	known.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return nearest(name, names)
}

// nearest returns the name that differs least from one, by two letters at most and half of its own; or nothing.
func nearest(name string, names []string) string {
	best, least := "", min(3, len(name)/2+1)
	for _, n := range names {
		if d := editDistance(name, n); d < least {
			best, least = n, d
		}
	}
	return best
}

// editDistance is the number of letters to insert, delete or change (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
