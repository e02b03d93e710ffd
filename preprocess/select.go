package preprocess

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseIndices returns the indices that the words select, in the order of the words, among n things
// that have the names (or nil). A word is a name, an index such as "3", or a range of indices such as
// "10:20", "10:", ":20", whose end is not included. A name goes before an index. No words select
// everything. A word that selects nothing, or something twice, is an error; what is the plural noun of
// its message.
func ParseIndices(words []string, what string, n int, names []string) ([]int, error) {
	if len(words) == 0 {
		return count(0, n), nil
	}
	var chosen []int
	seen := make([]bool, n)
	for _, word := range words {
		found, err := parseIndex(strings.TrimSpace(word), n, names)
		if err != nil {
			return nil, fmt.Errorf("preprocess: %s %q: %w", what, word, err)
		}
		for _, i := range found {
			if seen[i] {
				return nil, fmt.Errorf("preprocess: %s %q: number %d is selected twice", what, word, i)
			}
			seen[i] = true
		}
		chosen = append(chosen, found...)
	}
	return chosen, nil
}

func parseIndex(word string, n int, names []string) ([]int, error) {
	if i := slices.Index(names, word); i >= 0 {
		return []int{i}, nil
	}
	if i, err := strconv.Atoi(word); err == nil {
		if i < 0 || i >= n {
			return nil, fmt.Errorf("want 0 to %d", n-1)
		}
		return []int{i}, nil
	}
	left, right, ok := strings.Cut(word, ":")
	from, errFrom := bound(left, 0)
	to, errTo := bound(right, n)
	if !ok || errFrom != nil || errTo != nil {
		if names == nil {
			return nil, fmt.Errorf("want an index from 0 to %d or a range such as 0:%d", n-1, n)
		}
		return nil, fmt.Errorf("no such name; there are %s", list(names))
	}
	if from < 0 || to > n || from >= to {
		return nil, fmt.Errorf("want a range within 0:%d", n)
	}
	return count(from, to), nil
}

// bound reads one end of a range, which may be left out.
func bound(s string, missing int) (int, error) {
	if s == "" {
		return missing, nil
	}
	return strconv.Atoi(s)
}

// count returns from, from+1, …, to−1.
func count(from, to int) []int {
	is := make([]int, max(to-from, 0))
	for i := range is {
		is[i] = from + i
	}
	return is
}

// list joins names for a message, the first dozen of them.
func list(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(", … (%d)", len(names))
	}
	return strings.Join(names, ", ")
}

// pick returns the elements of s at the indices, or nil if s is nil.
func pick[T any](s []T, indices []int) []T {
	if s == nil {
		return nil
	}
	picked := make([]T, len(indices))
	for i, j := range indices {
		picked[i] = s[j]
	}
	return picked
}

// selectRows keeps rows from, from+every, … before to of all the rows of the pieces, which number the
// rows one after another. A stretch that loses every row is left out.
func selectRows(pieces []piece, from, to, every int) []piece {
	every = max(every, 1)
	var kept []piece
	at := 0 // number of the piece's first row
	for _, p := range pieces {
		rows := p.rows()
		// The first multiple of every, counted from `from`, that lies in this piece.
		skip := max(from-at, 0)
		if at > from {
			skip = (every - (at-from)%every) % every
		}
		end := rows
		if to > 0 {
			end = min(rows, to-at)
		}
		at += rows
		if skip >= end {
			continue
		}
		p.from, p.to = p.from+skip, p.from+end
		p.step = every
		kept = append(kept, p)
	}
	return kept
}

// rowsOf is how many rows the pieces have.
func rowsOf(pieces []piece) int {
	n := 0
	for _, p := range pieces {
		n += p.rows()
	}
	return n
}
