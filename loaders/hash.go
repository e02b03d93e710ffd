package loaders

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// SHA256 returns the hash of a file's bytes in hexadecimal. It streams: memory is one buffer.
func SHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("loaders: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	buffer := make([]byte, 128<<10)
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, buffer); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Hashing starts to hash a file beside whatever else reads it, so that both take what the system
// has just fetched from the disk. The returned function waits for the hash.
func Hashing(path string) func() (string, error) {
	type result struct {
		sum string
		err error
	}
	done := make(chan result, 1)
	go func() {
		sum, err := SHA256(path)
		done <- result{sum, err}
	}()
	return func() (string, error) {
		r := <-done
		return r.sum, r.err
	}
}
