package columnar

import (
	"errors"
	"fmt"
	"runtime"
)

// ErrUnsupported is wrapped by the errors of what the formats can hold and this package does not read.
var ErrUnsupported = errors.New("unsupported")

// errDamaged is wrapped by the errors of what contradicts itself.
var errDamaged = errors.New("damaged")

// guard calls f, which hands bytes of the file to the Arrow library. The library trusts what it parses:
// a damaged schema or footer makes it index out of range. That is the file's fault and becomes an error;
// any other panic is a programmer's and goes on. What the library would allocate without a panic is
// checked before it is called.
func guard(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error: // out of range, nil dereference, failed assertion
			err = fmt.Errorf("%w: %v", errDamaged, p)
		case string, error: // the library's own
			err = fmt.Errorf("%w: %v", errDamaged, p)
		default:
			panic(p)
		}
	}()
	return f()
}
