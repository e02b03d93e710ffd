package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"oblique/loaders"
)

func newInfo() *cobra.Command {
	var asJSON, raw bool
	c := &cobra.Command{
		Use:   "info FILE|DATASET",
		Short: "Show what is inside a file: names, shapes, types, units, first values",
		Example: `  regime info session.mat
  regime info rates.npz --json
  regime info session.nwb --tree
  regime info cycling.npz`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return hinted(usage("info: want one file, got %d", len(args)), "regime info session.mat")
		},
		RunE: func(c *cobra.Command, args []string) error {
			f, err := openNamed(args[0], c.ErrOrStderr())
			if err != nil {
				return err
			}
			tree, err := loaders.InspectFile(f.File, raw)
			if err = errors.Join(err, f.Close()); err != nil {
				return badData(fmt.Errorf("%s: %w", f.path, err))
			}
			tree.Path, tree.Bytes = f.path, f.bytes
			if asJSON {
				return writeJSON(c.OutOrStdout(), tree)
			}
			return tree.WriteText(c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	c.Flags().BoolVar(&raw, "tree", false, "show the arrays and groups of the file itself, where NWB is shown as units, trials and signals")
	return c
}
