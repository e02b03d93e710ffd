package nwb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"oblique/loaders/hdf5"
)

// Errors to test for with errors.Is.
var (
	// ErrFormat is an HDF5 file that is not of NWB 2.
	ErrFormat = errors.New("not an NWB 2 file")
	// ErrNotFound is a name that the file does not have.
	ErrNotFound = errors.New("not found")
	// ErrTooLarge is data that the file cannot justify, or more than is read.
	ErrTooLarge = hdf5.ErrTooLarge
)

// A File is an open NWB file.
type File struct {
	// Version is the version of the schema that the file says it follows, such as "2.6.0".
	Version string

	h      *hdf5.File
	size   int64
	closer io.Closer
}

// Is tells whether an HDF5 file is one of NWB, of any version.
func Is(h *hdf5.File) bool {
	if _, err := h.Root().Attr("nwb_version"); err == nil {
		return true
	}
	_, err := h.Dataset("/nwb_version") // version 1
	return err == nil
}

// Open opens a file by its path. It reads headers only.
//
// Errors: [ErrFormat]; hdf5.ErrNotHDF5; what the system says of the path.
func Open(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	info, err := r.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("nwb: %w", err), r.Close())
	}
	h, err := hdf5.NewReader(r, info.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("nwb: %w", err), r.Close())
	}
	f, err := New(h, info.Size())
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	f.closer = r
	return f, nil
}

// New takes an open HDF5 file of the given size, which Close will not close.
func New(h *hdf5.File, size int64) (*File, error) {
	if d, err := h.Dataset("/nwb_version"); err == nil {
		version, _ := d.Text()
		return nil, fmt.Errorf("nwb: version %s: %w", version, ErrFormat)
	}
	version, err := text(h.Root(), "nwb_version")
	if err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	if number := strings.TrimPrefix(version, "NWB-"); !strings.HasPrefix(number, "2") {
		return nil, fmt.Errorf("nwb: version %q: %w", version, ErrFormat)
	}
	return &File{Version: version, h: h, size: size}, nil
}

// Close closes a file opened by [Open].
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// HDF5 returns the file that this one is.
func (f *File) HDF5() *hdf5.File { return f.h }

// A Fact is one entry of the file's metadata.
type Fact struct{ Name, Text string }

// metadata are the places of the facts, in the order of Metadata.
var metadata = []string{
	"/identifier", "/session_description", "/session_start_time", "/timestamps_reference_time",
	"/general/session_id", "/general/experimenter", "/general/institution", "/general/lab",
	"/general/experiment_description", "/general/related_publications", "/general/keywords",
	"/general/subject/subject_id", "/general/subject/species", "/general/subject/sex", "/general/subject/age",
	"/general/subject/description",
}

// Metadata returns what the file says of session and subject: those facts that are there and can be read.
// Several texts under one name are joined by "; ".
func (f *File) Metadata() []Fact {
	var facts []Fact
	for _, path := range metadata {
		if s := f.fact(path); s != "" {
			facts = append(facts, Fact{path[strings.LastIndex(path, "/")+1:], s})
		}
	}
	return facts
}

// fact reads texts, or nothing.
func (f *File) fact(path string) string {
	const most = 1000
	d, err := f.h.Dataset(path)
	if err != nil || !d.Type().IsString() || d.Len() > most {
		return ""
	}
	texts, err := d.Strings()
	if err != nil {
		return ""
	}
	return strings.Join(texts, "; ")
}

// reference returns the instant that times of the file count from: timestamps_reference_time, or the
// start of the session. ok is false if the file has neither in ISO 8601.
func (f *File) reference() (t time.Time, ok bool) {
	for _, path := range []string{"/timestamps_reference_time", "/session_start_time"} {
		s := f.fact(path)
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
			"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999-0700"} {
			if t, err := time.Parse(layout, s); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// text returns an attribute of one text.
func text(o hdf5.Object, name string) (string, error) {
	a, err := o.Attr(name)
	if err != nil {
		return "", err
	}
	return a.Text()
}

// textOr returns an attribute of one text, or what it stands for where it is missing or no text.
func textOr(o hdf5.Object, name, missing string) string {
	s, err := text(o, name)
	if err != nil {
		return missing
	}
	return s
}

// number returns an attribute of one number, or the default if it is not there.
func number(o hdf5.Object, name string, missing float64) (float64, error) {
	a, err := o.Attr(name)
	if errors.Is(err, hdf5.ErrNotFound) {
		return missing, nil
	}
	if err != nil {
		return 0, fmt.Errorf("nwb: %w", err)
	}
	x, err := a.Float64()
	if err != nil {
		return 0, fmt.Errorf("nwb: %s: attribute %s: %w", o.Path(), name, err)
	}
	return x, nil
}

// kind returns the neurodata type of an object, empty if it has none.
func kind(o hdf5.Object) string { return textOr(o, "neurodata_type", "") }

// leadsNowhere tells whether an error is that of a link to nothing or into another file.
func leadsNowhere(err error) bool {
	return errors.Is(err, hdf5.ErrNotFound) || errors.Is(err, hdf5.ErrUnsupported)
}

// groups returns the groups inside one, by name, with their names. What is no group, or leads nowhere, is left
// out.
func groups(g *hdf5.Group) ([]string, []*hdf5.Group, error) {
	links, err := g.Links()
	if err != nil {
		return nil, nil, fmt.Errorf("nwb: %w", err)
	}
	var names []string
	var inside []*hdf5.Group
	for _, l := range links {
		o, err := g.Object(l.Name)
		if leadsNowhere(err) {
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("nwb: %w", err)
		}
		if sub, ok := o.(*hdf5.Group); ok {
			names, inside = append(names, l.Name), append(inside, sub)
		}
	}
	return names, inside, nil
}
