package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"oblique/loaders"
)

func newConvert() *cobra.Command {
	var conversion loaders.Conversion
	c := &cobra.Command{
		Use:   "convert FILE|DATASET OUT",
		Short: "Convert any supported file to npz, Parquet, Arrow or MATLAB",
		Long: `convert writes what a file holds as another format, which OUT's extension tells: .npz, .parquet, .arrow (or
.feather), .mat (version 5). Numbers keep their values exactly, and their type where the format has it, integers of 64
bits too; what has no place in the format is an error that names it. NWB becomes spike_times, behaviour with its times,
and trials, as analyses take them; --tree converts the arrays of the file itself. Large matrices are copied in blocks.`,
		Example: `  regime convert session.nwb session.npz
  regime convert rates.npz rates.parquet
  regime convert cycling.npz cycling.mat
  regime convert recording.mat small.npz --only spikes,handVel`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return hinted(usage("convert: want a file and where to write it, got %d arguments", len(args)), "regime convert session.mat session.npz")
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := loaders.Writable(args[1]); err != nil {
				return &failure{status: exitUsage, err: err}
			}
			f, err := openNamed(args[0], c.ErrOrStderr())
			if err != nil {
				return err
			}
			shown := newProgress(c.ErrOrStderr())
			conversion.Progress = shown.update
			err = errors.Join(loaders.ConvertFile(c.Context(), f.File, args[1], conversion), f.Close())
			shown.clear()
			var target *fs.PathError
			switch {
			case errors.As(err, &target) && target.Path == args[1]: // the data are not to blame
				return target
			case errors.Is(err, loaders.ErrNotFound):
				return hinted(badData(fmt.Errorf("%s: %w", f.path, err)), "regime info %s shows everything in the file", args[0])
			case err != nil:
				return badData(fmt.Errorf("%s: %w", f.path, err))
			}
			return nil
		},
	}
	c.Flags().StringSliceVar(&conversion.Only, "only", nil, "convert these arrays, by name or path")
	c.Flags().BoolVar(&conversion.Raw, "tree", false, "convert the arrays of an NWB file itself")
	return c
}
