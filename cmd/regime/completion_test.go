package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// completed returns what the shell is offered for the last word of a command line.
func completed(t *testing.T, root *cobra.Command, line ...string) []string {
	t.Helper()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&bytes.Buffer{})
	root.SetArgs(append([]string{cobra.ShellCompNoDescRequestCmd}, line...))
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	return strings.Fields(out.String())
}

func TestCompletion(t *testing.T) {
	root := newRoot()
	for _, c := range []struct {
		line []string
		want string
	}{
		{[]string{"fit", "--method", ""}, "paper"},
		{[]string{"scaling", "--data", "gol"}, "golub2018"},
		{[]string{"compare", "cyc"}, "cycling.npz"},
		{[]string{"datasets", "info", ""}, "hennig2018"},
		{[]string{"reproduce", "--format", ""}, "pdf"},
		{[]string{"reproduce", ""}, "fig7"},
		{[]string{"simulate", "train", "--task", ""}, "romo"},
		{[]string{"simulate", "train", "--task", "simplesine", "--scenario", ""}, "lazy"},
		{[]string{"simulate", "probe", "--measures", ""}, "noise"},
	} {
		if got := completed(t, root, c.line...); !slices.Contains(got, c.want) {
			t.Errorf("%q: %q, want %s among them", c.line, got, c.want)
		}
	}
}

// TestChoices: what is offered for a flag is what the flag's help says of it.
func TestChoices(t *testing.T) {
	seen := map[string]bool{}
	var check func(c *cobra.Command)
	check = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			for _, value := range choices[f.Name] {
				if seen[f.Name] = true; !strings.Contains(f.Usage, value) && value != "non-bci" {
					t.Errorf("%s --%s: %q is not in %q", c.CommandPath(), f.Name, value, f.Usage)
				}
			}
		})
		for _, below := range c.Commands() {
			check(below)
		}
	}
	check(newRoot())
	for name := range choices {
		if !seen[name] {
			t.Errorf("no command has --%s", name)
		}
	}
}
