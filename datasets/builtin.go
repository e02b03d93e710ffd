package datasets

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"

	"oblique/loaders"
	"oblique/loaders/recording"
)

//go:generate sh builtin/generate.sh

//go:embed builtin/cycling.npz
var cyclingBytes []byte

//go:embed builtin/bci.npz
var bciBytes []byte

// A Builtin is the recording of a trained network that is part of the program. The folder builtin has the command that
// trains them; Defaults has nothing to set, as the files hold states in their bins.
type Builtin struct {
	Name  string
	Title string
	Bytes []byte // an npz file
}

var builtins = []*Builtin{
	{"cycling.npz", "Network trained to cycle in either direction from a large readout: oblique", cyclingBytes},
	{"bci.npz", "The same, trained from a small readout, which is its known decoder: aligned", bciBytes},
}

// Builtins returns the built-in recordings.
func Builtins() []*Builtin { return append([]*Builtin(nil), builtins...) }

// BuiltinNamed returns the built-in recording of that name, with or without extension, or nil.
func BuiltinNamed(name string) *Builtin {
	for _, b := range builtins {
		if strings.EqualFold(name, b.Name) || strings.EqualFold(name, strings.TrimSuffix(b.Name, ".npz")) {
			return b
		}
	}
	return nil
}

// SHA256 returns the hash of the file in hexadecimal.
func (b *Builtin) SHA256() string {
	sum := sha256.Sum256(b.Bytes)
	return hex.EncodeToString(sum[:])
}

// File opens the recording as any npz file is opened.
func (b *Builtin) File() (loaders.File, error) {
	f, err := loaders.NewFile(bytes.NewReader(b.Bytes), int64(len(b.Bytes)), b.Name)
	if err != nil {
		return nil, fmt.Errorf("datasets: built-in %s: %w", b.Name, err)
	}
	return f, nil
}

func (b *Builtin) session() (*recording.Session, error) {
	f, err := b.File()
	if err != nil {
		return nil, err
	}
	s, err := loaders.Load(f, loaders.Options{})
	if err != nil {
		return nil, fmt.Errorf("datasets: built-in %s: %w", b.Name, err)
	}
	s.Source.Name = strings.TrimSuffix(b.Name, ".npz")
	s.Source.Path = b.Name
	s.Source.SHA256 = b.SHA256()
	return s, nil
}
