package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"oblique/internal/blas"
)

// version is what a release is built with; a build from a checkout adds its revision.
const version = "0.1.0"

// newRoot returns the program: one command for each file of this folder.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "regime",
		Short: "How is behaviour read from neural activity?",
		Long: `regime tells how behaviour is read from neural activity: along its largest components (aligned)
or nearly at right angles to them (oblique), after Schuessler et al., eLife 13 (2024).`,
		Example: `  regime fit --data cycling.npz
  regime fit --data session.mat --spikes D.spikes --behavior D.cursor --file-bin 45ms
  regime info session.nwb`,
		Version:       programVersion(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRun: func(*cobra.Command, []string) {
			blas.Use() // before any matrix is multiplied
		},
	}
	root.SetVersionTemplate("regime {{.Version}}\n")
	root.SetFlagErrorFunc(misused)
	root.AddCommand(newFit(), newScaling(), newCompare(), newReport(), newReproduce(), newInfo(), newConvert(), newDatasets())
	root.AddCommand(newSimulate())
	root.SetHelpCommand(newHelp())
	complete(root)
	return root
}

// newHelp is cobra's own command, but that it refuses what is no command.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(c *cobra.Command, args []string) error {
			of, rest, err := c.Root().Find(args)
			if err == nil {
				err = noSuchCommand(of, rest)
			}
			if err != nil {
				return err
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
}

// noSuchCommand refuses a word that is none of a command's own commands, and says which it may have been.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := c.CommandPath() + " --help lists the commands"
	c.SuggestionsMinimumDistance = 2 // letters that may be wrong
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return hinted(usage("unknown command %q", args[0]), "%s", hint)
}

// noArguments refuses arguments to a command that has only flags.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return hinted(usage("unexpected argument %q", args[0]), "%s --help; a file is given as --data %s", c.CommandPath(), args[0])
}

// programVersion returns the version, the revision it was built from, and the platform.
func programVersion() string {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				v += "+" + s.Value[:12]
			}
		}
	}
	return fmt.Sprintf("%s %s/%s", v, runtime.GOOS, runtime.GOARCH)
}
