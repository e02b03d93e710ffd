package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// A Cell is one command and what identifies its result.
type Cell struct {
	ID       string   `json:"id"`   // hash of version, arguments and inputs
	Name     string   `json:"name"` // for people
	Args     []string `json:"args"` // of the program; an argument made by Result stands for a file
	Inputs   []Input  `json:"inputs"`
	Needs    []string `json:"needs"` // cells whose results are among the arguments
	Estimate Estimate `json:"estimate"`
}

// An Input is a file that the command reads, by its content.
type Input struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// An Estimate is roughly what a cell costs. It is part of no hash.
type Estimate struct {
	Seconds float64 `json:"seconds"` // of one processor
	Bytes   int64   `json:"bytes"`   // of memory at most
}

// NewCell returns the cell of a command of one version of the program. Neither its name nor its estimate is part of its
// ID, and of inputs only the content is: a file may move, the argument that names it may not.
func NewCell(version, name string, args []string, inputs []Input, e Estimate) Cell {
	c := Cell{Name: name, Args: args, Inputs: inputs, Needs: []string{}, Estimate: e}
	identity := struct {
		Version string
		Args    []string
		Inputs  []string
	}{Version: version, Args: args}
	for _, in := range inputs {
		identity.Inputs = append(identity.Inputs, in.SHA256)
	}
	text, err := json.Marshal(identity)
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	sum := sha256.Sum256(text)
	c.ID = hex.EncodeToString(sum[:16])
	for _, arg := range args {
		if id, ok := strings.CutPrefix(arg, resultOf); ok {
			c.Needs = append(c.Needs, id)
		}
	}
	return c
}

// resultOf begins an argument that stands for the file of a cell's result.
const resultOf = "cell:"

// Result returns the argument that stands for the file with another cell's result. The cell that has it needs the other.
func Result(c Cell) string { return resultOf + c.ID }

// order returns an error unless the cells have different IDs and each needs only cells before it.
func order(cells []Cell) error {
	seen := map[string]bool{}
	for _, c := range cells {
		if seen[c.ID] {
			return fmt.Errorf("batch: cell %s (%s) is there twice", c.ID, c.Name)
		}
		for _, id := range c.Needs {
			if !seen[id] {
				return fmt.Errorf("batch: cell %s (%s) needs %s, which is not before it", c.ID, c.Name, id)
			}
		}
		seen[c.ID] = true
	}
	return nil
}
