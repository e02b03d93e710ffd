// The program builtin simulates the recordings that are embedded in package datasets, cycling.npz and
// bci.npz, and writes them beside its source:
//
//	go generate oblique/datasets
//
// The same program gives the same bytes: seeds are fixed, rates are rounded to 1/64 Hz, which is far coarser than
// what processors may differ by, and the networks are stable, so that such differences stay small.
package main

import (
	"log"
	"path/filepath"
	"runtime"

	"oblique/loaders/npz"
)

func main() {
	log.SetFlags(0)
	_, source, _, _ := runtime.Caller(0)
	for name, values := range map[string][]npz.Value{"cycling.npz": cycling(), "bci.npz": bci()} {
		if err := npz.Write(filepath.Join(filepath.Dir(source), name), values...); err != nil {
			log.Fatal(err)
		}
	}
}
