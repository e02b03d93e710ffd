package main

import (
	"github.com/spf13/cobra"
)

func newSimulate() *cobra.Command {
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Train recurrent networks on the paper's tasks, and probe their regime",
		Long: `simulate trains recurrent networks as the paper does: the norm of the readout before training decides whether the
network becomes aligned (small) or oblique (large). A trained network is a folder, and a recording that fit, scaling and
compare take like any other. Network time is in units of the membrane time constant τ.`,
		Example: `  regime simulate tasks
  regime simulate train --task cycling --readout large --seed 1 --out net/
  regime simulate sweep plan.toml --out nets/
  regime fit --data net/recording.npz
  regime simulate probe --net net/ --json
  regime simulate run --net net/ --noise-free --trials 8 --out quiet.npz`,
		Args: noSuchCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newSimulateTrain(), newSimulateSweep(), newSimulateRun(), newSimulateProbe(), newSimulateTasks())
	return c
}
