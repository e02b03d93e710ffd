package hdf5

import "errors"

var errLZF = errors.New("damaged LZF stream")

// unLZF decompresses data into dst and returns the part of it that is filled. A control byte below 32
// precedes that many literal bytes, less one; any other begins a copy of earlier output: three bits of
// length, 7 meaning that a byte of more length follows, and 13 bits of distance.
func unLZF(dst, data []byte) ([]byte, error) {
	n := 0
	for len(data) > 0 {
		control := int(data[0])
		data = data[1:]
		if control < 32 {
			length := control + 1
			if length > len(data) || length > len(dst)-n {
				return nil, errLZF
			}
			copy(dst[n:], data[:length])
			n += length
			data = data[length:]
			continue
		}
		length := control >> 5
		if length == 7 {
			if len(data) == 0 {
				return nil, errLZF
			}
			length += int(data[0])
			data = data[1:]
		}
		length += 2
		if len(data) == 0 {
			return nil, errLZF
		}
		distance := (control&31)<<8 | int(data[0])
		distance++
		data = data[1:]
		if distance > n || length > len(dst)-n {
			return nil, errLZF
		}
		for range length { // byte by byte: a copy may overlap itself
			dst[n] = dst[n-distance]
			n++
		}
	}
	return dst[:n], nil
}
