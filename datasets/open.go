package datasets

import (
	"errors"
	"fmt"
	"strings"

	"oblique/loaders"
	"oblique/loaders/recording"
)

// Options say which part of a data set to open, and from where.
type Options struct {
	// Phase is the part of the recording, such as "after". Empty is the default one.
	Phase string
	// File is the data set's file. Empty means where [Find] looks.
	File string
	// AnyHash accepts a file whose SHA-256 is not the one the adapter was written for. A note says so.
	AnyHash bool
}

// Open opens a data set or a built-in recording by name. A name may carry the phase:
// golub2018:after.
//
// Errors: no such name or phase; the file is not there (wraps ErrMissing), is another one (wraps
// ErrChecksum), or does not hold what the adapter expects.
func Open(name string, o Options) (*recording.Session, error) {
	id, phase, named := strings.Cut(name, ":")
	if named {
		o.Phase = phase
	}
	if b := BuiltinNamed(id); b != nil {
		if o.Phase != "" {
			return nil, fmt.Errorf("datasets: %s has no phases, so no '%s'", b.Name, o.Phase)
		}
		return b.session()
	}
	d, err := ByID(id)
	if err != nil {
		return nil, err
	}
	if o.Phase, err = d.phase(o.Phase); err != nil {
		return nil, err
	}
	path, err := Find(d, o.File)
	if err != nil {
		return nil, err
	}
	return d.session(path, o)
}

// session opens the data set's file. It is hashed beside the reading; another file than the published one is refused
// whatever was read.
func (d *Dataset) session(path string, o Options) (*recording.Session, error) {
	hash := loaders.Hashing(path)
	s, format, err := d.read(path, o.Phase)
	sum, hashErr := hash()
	if hashErr != nil {
		return nil, hashErr
	}
	if d.File.Known() && sum != d.File.SHA256 && !o.AnyHash {
		return nil, d.otherFile(path, sum)
	}
	if err != nil {
		return nil, err
	}
	name := d.ID
	if o.Phase != "" {
		name += ":" + o.Phase
	}
	s.Source = recording.Source{Name: name, Path: path, SHA256: sum, Format: format}
	s.Kind = d.Kind
	s.Notes = append(s.Notes, "Data: "+d.Citation)
	switch {
	case !d.File.Known():
		s.Notes = append(s.Notes, recording.Caution+"Which bytes the published file has is not known here: the file was taken as it is, and the adapter was tested on files "+
			"of the same structure only.")
	case sum != d.File.SHA256:
		s.Notes = append(s.Notes, fmt.Sprintf(recording.Caution+"The file's SHA-256 is %s, not %s as published.", sum, d.File.SHA256))
	}
	return s, nil
}

// read returns what the file has, and the name of its format.
func (d *Dataset) read(path, phase string) (s *recording.Session, format string, err error) {
	f, err := loaders.OpenFile(path)
	if err != nil {
		return nil, "", err
	}
	s, err = d.open(f, phase)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, "", fmt.Errorf("datasets: %s: %s: %w", d.ID, path, err)
	}
	return s, f.Format(), nil
}
