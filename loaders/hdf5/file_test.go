package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNotHDF5(t *testing.T) {
	for _, data := range []string{"", "\x89HDF", strings.Repeat("text ", 1000)} {
		if _, err := NewReader(strings.NewReader(data), int64(len(data))); !errors.Is(err, ErrNotHDF5) {
			t.Errorf("%d bytes: %v", len(data), err)
		}
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "nothing.h5")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestUserBlock(t *testing.T) {
	for name, want := range map[string]int64{"superblock1": 0, "matlab": 512, "userblock2048": 2048} {
		if got := openFixture(t, name).UserBlock(); got != want {
			t.Errorf("%s: %d instead of %d", name, got, want)
		}
	}
	// A block put before a finished file, whose stored base address stays 0.
	whole := append(make([]byte, 1024), fixtureBytes(t, "superblock1")...)
	if err := readAll(whole); err != nil {
		t.Error(err)
	}
}

// A walk calls once for each object, though groups contain themselves, and stops when told.
func TestWalk(t *testing.T) {
	f := openFixture(t, "groups_earliest")
	var paths []string
	stop := errors.New("stop")
	err := f.Walk(func(path string, o Object, err error) error {
		if err != nil || o.Path() != path {
			t.Errorf("%s: %v", path, err)
		}
		paths = append(paths, path)
		if path == "/long_names" {
			return stop
		}
		return nil
	})
	want := []string{"/", "/Grüße", "/a", "/a/b", "/a/b/c", "/empty", "/long_names"}
	if err != stop || !slices.Equal(paths, want) {
		t.Errorf("%q, %v", paths, err)
	}
}

// nested makes a file of groups inside each other: a superblock and object headers of version 2, with
// one link message each.
func nested(depth int) []byte {
	const superblock, header = 48, 64
	le := binary.LittleEndian
	data := make([]byte, superblock+depth*header)
	copy(data, signature)
	copy(data[8:], []byte{2, 8, 8, 0})
	le.PutUint64(data[12:], 0)
	le.PutUint64(data[20:], undefined)
	le.PutUint64(data[28:], uint64(len(data)))
	le.PutUint64(data[36:], superblock)
	le.PutUint32(data[44:], lookup3(data[:44]))
	for i := range depth {
		b := data[superblock+i*header:][:header]
		copy(b, "OHDR\x02\x00")
		b[6] = header - 7 - 4
		copy(b[7:], []byte{messageLinkInfo, 18, 0, 0})
		for k := 13; k < 29; k++ {
			b[k] = 0xff // no heap
		}
		if i+1 < depth {
			copy(b[29:], []byte{messageLink, 12, 0, 0, 1, 0, 1, 'g'})
			le.PutUint64(b[37:], uint64(superblock+(i+1)*header))
		}
		le.PutUint32(b[header-4:], lookup3(b[:header-4]))
	}
	return data
}

func TestDeepNesting(t *testing.T) {
	for depth, deep := range map[int]bool{1: false, 100: false, maxDepth + 1: false, maxDepth + 2: true, 100000: true} {
		data := nested(depth)
		f, err := NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		groups := 0
		err = f.Walk(func(_ string, _ Object, err error) error {
			groups++
			return err
		})
		if got := err != nil && strings.Contains(err.Error(), "nested deeper"); got != deep || !deep && groups != depth {
			t.Errorf("depth %d: %d groups, %v", depth, groups, err)
		}
	}
}
