package blas

import "math/bits"

// philoxRounds is the number of rounds of Philox4x32-10.
const philoxRounds = 10

// philoxKeys are the keys of the rounds, two words each.
type philoxKeys [2 * philoxRounds]uint32

// newPhiloxKeys raises the key by the Weyl constants, the golden ratio and √3 − 1, each round.
func newPhiloxKeys(key uint64) philoxKeys {
	var keys philoxKeys
	k0, k1 := uint32(key), uint32(key>>32)
	for r := range philoxRounds {
		keys[2*r], keys[2*r+1] = k0, k1
		k0 += 0x9E3779B9
		k1 += 0xBB67AE85
	}
	return keys
}

// philox returns the block of a counter: Philox4x32-10 of Salmon, Moraes, Dror and Shaw,
// "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
func philox(c [4]uint32, keys *philoxKeys) [4]uint32 {
	for r := range philoxRounds {
		hi0, lo0 := bits.Mul32(0xD2511F53, c[0])
		hi1, lo1 := bits.Mul32(0xCD9E8D57, c[2])
		c = [4]uint32{hi1 ^ c[1] ^ keys[2*r], lo1, hi0 ^ c[3] ^ keys[2*r+1], lo0}
	}
	return c
}
