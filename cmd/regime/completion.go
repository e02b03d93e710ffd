package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/datasets"
	"oblique/simulate/probe"
	"oblique/simulate/task"
	"oblique/simulate/train"
)

// choices are the values of flags that have few, for the shell's completion.
var choices = map[string][]string{
	"method": {"crossval", "paper"}, "format": {"svg", "pdf", "png"}, "kind": {"bci", "non-bci", "model"},
	"resample": {"mean", "linear"}, "nan": {"drop"}, "overlap": {"repeat"}, "parity": {"nlb", "integers"},
	"engine": {"local", "slurm"}, "export": {"snakemake"},
	"readout": {"small", "large"}, "activation": {"tanh", "relu", "linear", "erf", "softplus"}, "optimizer": {"adam", "sgd"},
	"train": {"in", "rec", "out"},
}

// complete tells the shell what the flags and arguments of a command and those below it may be.
func complete(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		values, no := choices[f.Name], cobra.ShellCompDirectiveNoFileComp
		switch f.Name {
		case "data":
			values, no = datasets.Names(), cobra.ShellCompDirectiveDefault // or a file
		case "task":
			for _, t := range task.All() {
				values = append(values, t.Spec().Name)
			}
		case "measures":
			for _, m := range probe.Measures() {
				values = append(values, string(m))
			}
		case "scenario":
			_ = c.RegisterFlagCompletionFunc(f.Name, scenarios)
			return
		}
		if values != nil {
			_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(values, no))
		}
	})
	switch c.CommandPath() {
	case "regime datasets info", "regime datasets fetch", "regime datasets verify":
		c.ValidArgsFunction = cobra.FixedCompletions(datasets.Names(), cobra.ShellCompDirectiveNoFileComp)
	case "regime compare", "regime info", "regime convert":
		c.ValidArgsFunction = cobra.FixedCompletions(datasets.Names(), cobra.ShellCompDirectiveDefault)
	case "regime reproduce":
		c.ValidArgsFunction = cobra.FixedCompletions([]string{"fig2", "fig3", "fig4", "fig5", "fig6", "fig7", "fig8"},
			cobra.ShellCompDirectiveNoFileComp)
	}
	for _, below := range c.Commands() {
		complete(below)
	}
}

// scenarios are those of the task that the command line has so far.
func scenarios(c *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	name, _ := c.Flags().GetString("task")
	return train.Scenarios(name), cobra.ShellCompDirectiveNoFileComp
}
