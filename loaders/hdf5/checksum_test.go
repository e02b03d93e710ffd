package hdf5

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// The values are those in the comments of Bob Jenkins' lookup3.c (driver5).
func TestLookup3(t *testing.T) {
	for key, want := range map[string]uint32{
		"":                               0xdeadbeef,
		"Four score and seven years ago": 0x17770551,
	} {
		if got := lookup3([]byte(key)); got != want {
			t.Errorf("%q: %#x instead of %#x", key, got, want)
		}
	}
}

// Fletcher's definition: sums modulo 65535 of the words, and of those sums.
func TestFletcher32(t *testing.T) {
	data := make([]byte, 3001)
	for i := range data {
		data[i] = byte(i*i + 7)
	}
	for _, n := range []int{1, 2, 3, 719, 720, 721, 722, 3000, 3001} {
		padded := append(append([]byte(nil), data[:n]...), make([]byte, n%2)...)
		var sum1, sum2 uint64
		for i := 0; i < len(padded); i += 2 {
			sum1 = (sum1 + uint64(binary.BigEndian.Uint16(padded[i:]))) % 65535
			sum2 = (sum2 + sum1) % 65535
		}
		got := fletcher32(data[:n])
		// 0 and 65535 are the same modulo 65535.
		if uint64(got&0xffff)%65535 != sum1 || uint64(got>>16)%65535 != sum2 {
			t.Errorf("%d bytes: %#x instead of %#x and %#x", n, got, sum1, sum2)
		}
	}
}

// Every structure with a checksum notices one changed bit anywhere in it.
func TestChecksums(t *testing.T) {
	for signature, fixture := range map[string]string{
		"OHDR": "groups_latest", "OCHK": "groups_latest", "FRHP": "groups_latest", "FHDB": "groups_latest",
		"FHIB": "groups_latest", "BTHD": "groups_latest", "BTLF": "groups_latest", "BTIN": "indexes_latest",
		"FAHD": "indexes_latest", "FADB": "indexes_latest", "EAHD": "indexes_latest", "EAIB": "indexes_latest",
		"EASB": "indexes_latest", "EADB": "indexes_latest", "SMTB": "shared", "\x89HDF": "superblock2",
	} {
		whole := fixtureBytes(t, fixture)
		if err := readAll(whole); err != nil {
			t.Fatal(err)
		}
		found := 0
		for i := bytes.Index(whole, []byte(signature)); found < 3; found++ {
			damaged := bytes.Clone(whole)
			damaged[i+11] ^= 0x10
			if err := readAll(damaged); err == nil {
				t.Errorf("%s at %#x of %s: damage is not noticed", signature, i, fixture)
			}
			next := bytes.Index(whole[i+4:], []byte(signature))
			if next < 0 {
				break
			}
			i += 4 + next
		}
	}
}

// readAll reads what there is in all groups, attributes and datasets of numbers, and returns the
// first error.
func readAll(data []byte) error {
	f, err := NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	return f.Walk(func(_ string, o Object, err error) error {
		if err != nil {
			return err
		}
		if _, err := o.Attrs(); err != nil {
			return err
		}
		if d, ok := o.(*Dataset); ok {
			return d.ReadRaw(make([]byte, d.Len()*d.Type().Size), 0, d.Rows())
		}
		return nil
	})
}
