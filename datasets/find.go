package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"oblique/loaders"
)

// Errors to test for with errors.Is.
var (
	// ErrMissing is a data set whose file is not on this machine.
	ErrMissing = errors.New("not on this machine")
	// ErrUnknownHash is a data set of which it is not known which bytes its file has.
	ErrUnknownHash = errors.New("the published SHA-256 is not known")
	// ErrChecksum is a file that is not the one that was published.
	ErrChecksum = errors.New("SHA-256 differs")
)

// DirVariable names the environment variable with the folder of the data sets. Each has a folder of its
// own there, by its ID.
const DirVariable = "REGIME_DATA"

// Find returns the path of a data set's file: the one given, which may be the folder it is in;
// or else $REGIME_DATA/<id>/<name>; or else that in the user's cache folder, regime/<id>/<name>. Only whether it is
// there is looked at. The error of a file that is nowhere wraps ErrMissing and says how to get it.
func Find(d *Dataset, given string) (string, error) {
	if given != "" {
		info, err := os.Stat(given)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("datasets: %s: %w: no file %s", d.ID, ErrMissing, given)
		case err != nil:
			return "", fmt.Errorf("datasets: %s: %w", d.ID, err)
		case info.IsDir():
			return d.in([]string{given})
		}
		return given, nil
	}
	dirs, err := folders(d.ID)
	if err != nil {
		return "", err
	}
	return d.in(dirs)
}

// in returns the path of the file in the first of the folders that has it.
func (d *Dataset) in(dirs []string) (string, error) {
	for _, dir := range dirs {
		path := filepath.Join(dir, d.File.Name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	if !d.File.Known() {
		return "", fmt.Errorf("datasets: %s: %w: no %s in %s; get it by hand from %s or name it with --file",
			d.ID, ErrMissing, d.File.Name, strings.Join(dirs, " or "), d.Home)
	}
	return "", fmt.Errorf("datasets: %s: %w: no %s in %s; get it with 'regime datasets fetch %s' (%d kB from %s) or name it with --file",
		d.ID, ErrMissing, d.File.Name, strings.Join(dirs, " or "), d.ID, (d.File.Size+999)/1000, d.File.URL)
}

// folders returns where a data set may be, the place for a new one first.
func folders(id string) ([]string, error) {
	var dirs []string
	if root := os.Getenv(DirVariable); root != "" {
		dirs = append(dirs, filepath.Join(root, id))
	}
	cache, err := os.UserCacheDir()
	if err == nil {
		dirs = append(dirs, filepath.Join(cache, "regime", id))
	}
	if len(dirs) == 0 {
		return nil, fmt.Errorf("datasets: nowhere to look: %s is not set, and %w", DirVariable, err)
	}
	return dirs, nil
}

// Verify returns nil if the file is the published one, and else an error that wraps ErrChecksum and has both hashes.
// Where the published hash is not known, the error wraps ErrUnknownHash.
func Verify(d *Dataset, path string) error {
	if !d.File.Known() {
		return fmt.Errorf("datasets: %s: %w", d.ID, ErrUnknownHash)
	}
	sum, err := loaders.SHA256(path)
	if err != nil {
		return err
	}
	if sum != d.File.SHA256 {
		return d.otherFile(path, sum)
	}
	return nil
}

func (d *Dataset) otherFile(path, sum string) error {
	return fmt.Errorf("datasets: %s: %w: %s has %s, published was %s", d.ID, ErrChecksum, path, sum, d.File.SHA256)
}
