package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"oblique/loaders"
)

func newInfo() *cobra.Command {
	var asJSON, raw bool
	c := &cobra.Command{
		Use:   "info FILE|FOLDER|DATASET",
		Short: "Show what is inside a file: names, shapes, types, units, first values",
		Example: `  regime info session.mat
  regime info rates.npz --json
  regime info session.nwb --tree
  regime info sub-Jenkins/
  regime info cycling.npz`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return hinted(usage("info: want one file, got %d", len(args)), "regime info session.mat")
		},
		RunE: func(c *cobra.Command, args []string) error {
			tree, err := inspect(args[0], raw, c.ErrOrStderr())
			if err != nil {
				return err
			}
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

// inspect returns what is in the file of a name, in that of the data set of that name, or in a folder of NWB files.
func inspect(name string, raw bool, stderr io.Writer) (*loaders.Tree, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		tree, err := loaders.Inspect(name, raw)
		if err != nil {
			return nil, ofFolder(name, err)
		}
		return tree, nil
	}
	f, err := openNamed(name, stderr)
	if err != nil {
		return nil, err
	}
	tree, err := loaders.InspectFile(f.File, raw)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, badData(fmt.Errorf("%s: %w", f.path, err))
	}
	tree.Path, tree.Bytes = f.path, f.bytes
	return tree, nil
}
