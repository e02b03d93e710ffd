package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"oblique/loaders"
)

func newInfo() *cobra.Command {
	var asJSON, raw bool
	c := &cobra.Command{
		Use:   "info FILE",
		Short: "Show what is inside a file: names, shapes, types, units, first values",
		Example: `  regime info session.mat
  regime info rates.npz --json
  regime info session.nwb --tree`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return hinted(usage("info: want one file, got %d", len(args)), "regime info session.mat")
		},
		RunE: func(c *cobra.Command, args []string) error {
			inspect := loaders.Inspect
			if raw {
				inspect = loaders.InspectRaw
			}
			tree, err := inspect(args[0])
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return fmt.Errorf("no file %s", args[0])
			case err != nil:
				return badData(err)
			case asJSON:
				return writeJSON(c.OutOrStdout(), tree)
			}
			return tree.WriteText(c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	c.Flags().BoolVar(&raw, "tree", false, "show the arrays and groups of the file itself, where NWB is shown as units, trials and signals")
	return c
}
