package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"oblique/datasets"
)

func newDatasets() *cobra.Command {
	c := &cobra.Command{
		Use:   "datasets",
		Short: "The published recordings: list, describe, fetch, verify",
		Long: `datasets knows the published recordings that the analysis was made for. They are other people's work and not part
of the program: fetch gets a file from where its authors published it, into $REGIME_DATA/<id>/ or the user's cache.`,
		Example: `  regime datasets list
  regime datasets info hennig2018
  regime datasets fetch hennig2018
  regime datasets verify hennig2018`,
		Args: noSuchCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newDatasetsList(), newDatasetsInfo(), newDatasetsFetch(), newDatasetsVerify())
	return c
}

// listed is a line of the list of data sets.
type listed struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Where string `json:"where"` // "built in", a path, or "absent"
	Title string `json:"title"`
}

func newDatasetsList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the data sets and where they are",
		Example: "  regime datasets list\n  regime datasets list --json",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			var all []listed
			for _, b := range datasets.Builtins() {
				all = append(all, listed{b.Name, "model", "built in", b.Title})
			}
			for _, d := range datasets.All() {
				where, err := datasets.Find(d, "")
				if err != nil {
					where = "absent"
				}
				all = append(all, listed{d.ID, string(d.Kind), where, d.Title})
			}
			if asJSON {
				return writeJSON(c.OutOrStdout(), all)
			}
			t := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 3, ' ', 0)
			for _, l := range all {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", l.Name, l.Kind, l.Where, l.Title)
			}
			return t.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return c
}

func newDatasetsInfo() *cobra.Command {
	return &cobra.Command{
		Use:     "info NAME",
		Short:   "Describe a data set: citation, licence, file, preparation, published figures",
		Example: "  regime datasets info golub2018",
		Args:    oneName,
		RunE: func(c *cobra.Command, args []string) error {
			if b := datasets.BuiltinNamed(args[0]); b != nil {
				describeBuiltin(c.OutOrStdout(), b)
				return nil
			}
			d, err := dataset(args[0])
			if err != nil {
				return err
			}
			describe(c.OutOrStdout(), d)
			return nil
		},
	}
}

// describeBuiltin writes what there is to know of a recording that is part of the program.
func describeBuiltin(w io.Writer, b *datasets.Builtin) {
	fmt.Fprintf(w, "%s: %s\n\n", b.Name, b.Title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "kind\tmodel\nlicence\tMIT (part of this program)\nfile\t%s, %d bytes\nsha256\t%s\noutputs\tbehavior\nhere\tbuilt in\n", b.Name, len(b.Bytes), b.SHA256())
	t.Flush()
}

// datasetWithFile is dataset that refuses what is built in.
func datasetWithFile(name string) (*datasets.Dataset, error) {
	if b := datasets.BuiltinNamed(name); b != nil {
		return nil, hinted(usage("%s is built in, and no file", b.Name), "regime convert %s mine.npz makes one of it", b.Name)
	}
	return dataset(name)
}

// describe writes everything the registry knows of a data set.
func describe(w io.Writer, d *datasets.Dataset) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(label, format string, args ...any) {
		fmt.Fprintf(t, "%s\t%s\n", label, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(w, "%s: %s\n\n", d.ID, d.Title)
	line("kind", "%s", d.Kind)
	line("citation", "%s", d.Citation)
	line("licence", "%s", d.Licence)
	line("home", "%s", d.Home)
	if d.File.Known() {
		line("file", "%s, %d bytes", d.File.Name, d.File.Size)
		line("url", "%s", d.File.URL)
		line("sha256", "%s", d.File.SHA256)
	} else {
		line("file", "%s", d.File.Name)
		line("sha256", "not known: the file was not at hand when this was written")
	}
	if d.Phases != nil {
		line("phases", "%s (--data %s:%s)", strings.Join(d.Phases, ", "), d.ID, d.Phases[len(d.Phases)-1])
	}
	line("outputs", "%s", strings.Join(d.Outputs, ", "))
	line("preparation", "output %s, bins of %v, smoothing %v, lag %v", d.Defaults.Output, d.Defaults.Bin, d.Defaults.Smooth, d.Defaults.Lag)
	if prep := d.Defaults; prep.Align != "" {
		line("trials", "%s, %v to %v around %s, of which %v to %v", strings.Join(prep.Where, ", "), prep.Window[0], prep.Window[1], prep.Align,
			prep.Keep[0], prep.Keep[1])
	}
	for _, p := range d.Published {
		line("published", "%s %s: T %d, N %d, R² %.2f, α %.2g, ρ %.2f, D_fit,90 %d, D_fit/D_x %.2f",
			p.Phase, p.Output, p.T, p.N, p.R2, p.Alpha, p.Rho, p.DFit, p.Relative)
	}
	where, err := datasets.Find(d, "")
	if err != nil {
		where = "absent; regime datasets fetch " + d.ID
		if !d.File.Known() {
			where = "absent; get it by hand"
		}
	}
	line("here", "%s", where)
	t.Flush()
	fmt.Fprintf(w, "\n%s\n", d.BibTeX)
}

func newDatasetsFetch() *cobra.Command {
	return &cobra.Command{
		Use:   "fetch NAME",
		Short: "Get a data set's file from where it was published",
		Long: `fetch downloads a data set's file, resumes a transfer that was cut off, and compares its SHA-256 with the
published one before it takes its place.`,
		Example: "  regime datasets fetch hennig2018",
		Args:    oneName,
		RunE: func(c *cobra.Command, args []string) error {
			d, err := datasetWithFile(args[0])
			if err != nil {
				return err
			}
			bar := newProgress(c.ErrOrStderr())
			path, err := datasets.Fetch(c.Context(), d, datasets.FetchOptions{
				Progress: func(done, total int64) { bar.update("kB", int(done/1000), int(total/1000)) }})
			bar.clear()
			if errors.Is(err, datasets.ErrChecksum) {
				return badData(err)
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), path)
			return nil
		},
	}
}

func newDatasetsVerify() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:     "verify NAME",
		Short:   "Compare a data set's file with the published one",
		Example: "  regime datasets verify hennig2018\n  regime datasets verify hennig2018 --file downloads/20131218.mat",
		Args:    oneName,
		RunE: func(c *cobra.Command, args []string) error {
			d, err := datasetWithFile(args[0])
			if err != nil {
				return err
			}
			path, err := datasets.Find(d, file)
			if err != nil {
				return err
			}
			if err := datasets.Verify(d, path); err != nil {
				return badData(err)
			}
			fmt.Fprintf(c.OutOrStdout(), "%s is the published file\n", path)
			return nil
		},
	}
	c.Flags().StringVar(&file, "file", "", "the file, if it is not where fetch puts it")
	return c
}

// oneName takes the name of one data set.
func oneName(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return hinted(usage("want the name of one data set, got %d arguments", len(args)),
		"the data sets are: %s", strings.Join(datasets.Names(), ", "))
}
