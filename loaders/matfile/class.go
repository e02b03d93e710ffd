package matfile

// Class is the MATLAB class of an array, what class(x) says in MATLAB, except for opaque values.
type Class uint8

// The classes. Sparse arrays are Double or Logical and say so by [Array.IsSparse]. Opaque stands
// for every class that MATLAB keeps in its own undocumented form (string, table, datetime, ...).
const (
	Double Class = iota + 1
	Single
	Int8
	Uint8
	Int16
	Uint16
	Int32
	Uint32
	Int64
	Uint64
	Logical
	Char
	Cell
	Struct
	Object
	Function
	Opaque
)

var classNames = [...]string{
	Double: "double", Single: "single", Int8: "int8", Uint8: "uint8", Int16: "int16", Uint16: "uint16",
	Int32: "int32", Uint32: "uint32", Int64: "int64", Uint64: "uint64", Logical: "logical",
	Char: "char", Cell: "cell", Struct: "struct", Object: "object", Function: "function_handle",
	Opaque: "opaque",
}

// String returns the name that MATLAB's class(x) gives.
func (c Class) String() string {
	if c == 0 || int(c) >= len(classNames) {
		return "unknown"
	}
	return classNames[c]
}

// IsNumeric reports whether arrays of the class hold numbers; logicals are 0 and 1.
func (c Class) IsNumeric() bool { return c >= Double && c <= Logical }
