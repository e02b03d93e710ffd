package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"oblique/datasets"
	"oblique/loaders"
)

// isDataset tells whether a name is that of a data set, with or without a phase, and of no file here.
func isDataset(name string) bool {
	_, err := os.Stat(name)
	return err != nil && datasets.Known(name)
}

// noFile is the error of a name that is neither a file nor a data set.
func noFile(name string) error {
	err := fmt.Errorf("no file %s, and no data set of that name", name)
	id, _, _ := strings.Cut(name, ":")
	if near := nearest(id, datasets.Names()); near != "" {
		return hinted(err, "did you mean %s?", near)
	}
	return hinted(err, "regime datasets list shows the data sets")
}

// takingDataset tells that a name stands for a data set.
func takingDataset(stderr io.Writer, name string) {
	fmt.Fprintf(stderr, "regime: %s is no file here: taking the data set of that name\n", name)
}

// dataset returns the data set of a name, or an error that says which may have been meant.
func dataset(name string) (*datasets.Dataset, error) {
	d, err := datasets.ByID(name)
	if err == nil {
		return d, nil
	}
	err = &failure{status: exitUsage, err: err}
	if near := nearest(name, datasets.Names()); near != "" {
		return nil, hinted(err, "did you mean %s?", near)
	}
	return nil, err
}

// A namedFile is an open file, or that of a data set, with what messages call it.
type namedFile struct {
	loaders.File
	path  string
	bytes int64
}

// openNamed opens the file of a name, or else that of the data set of that name.
func openNamed(name string, stderr io.Writer) (*namedFile, error) {
	path := name
	if isDataset(name) {
		takingDataset(stderr, name)
		id, _, _ := strings.Cut(name, ":")
		if b := datasets.BuiltinNamed(id); b != nil {
			f, err := b.File()
			return &namedFile{f, b.Name, int64(len(b.Bytes))}, err
		}
		d, err := datasets.ByID(id)
		if err != nil {
			return nil, err
		}
		if path, err = datasets.Find(d, ""); err != nil {
			return nil, err
		}
	}
	f, err := loaders.OpenFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, noFile(name)
	case err != nil:
		return nil, badData(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &namedFile{f, path, info.Size()}, nil
}
