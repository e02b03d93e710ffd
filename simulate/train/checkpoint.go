package train

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"

	"oblique/internal/atomicfile"
	"oblique/simulate/rnn"
)

// Errors of Resume. ErrCheckpoint is wrapped where a file is no checkpoint or a damaged one, ErrOther where it is one of
// another training.
var (
	ErrCheckpoint = errors.New("no valid checkpoint")
	ErrOther      = errors.New("checkpoint of another training")
)

// The layout of a checkpoint; numbers are little-endian:
//
//	magic, 8 bytes
//	version, length of the options, checksum of the drawn weights: uint32 each
//	options as JSON
//	steps taken, points of the trace: uint64 each
//	the loss of each step: float64
//	the points: int64 and eight float64 each
//	of each trained weight array its values, first moments, second moments: float32
//	checksum (CRC-32C) of all before: uint32
//
// Weights that are not trained are drawn again; the checksum of what was drawn tells if a program draws otherwise.
const (
	magic      = "REGIMECK"
	version    = 2
	headerSize = len(magic) + 3*4
	maxOptions = 1 << 14 // bytes of JSON
	pointSize  = 9 * 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes a checkpoint from which Resume goes on to the same bytes. The file is whole or not there.
func (s *State) Save(path string) error {
	options, err := json.Marshal(s.Options)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		sum := crc32.New(castagnoli)
		to := io.MultiWriter(w, sum)
		put := func(v any) {
			if err == nil {
				err = binary.Write(to, binary.LittleEndian, v)
			}
		}
		put([]byte(magic))
		put([]uint32{version, uint32(len(options)), drawn(s.Initial)})
		put(options)
		put([]uint64{uint64(s.Steps()), uint64(len(s.Trace))})
		put(s.Loss)
		put(s.Trace)
		for i, weights := range s.weights() {
			put(weights)
			put(s.Adam.M[i])
			put(s.Adam.V[i])
		}
		if err != nil {
			return err
		}
		return binary.Write(w, binary.LittleEndian, sum.Sum32())
	})
}

// Resume reads the checkpoint of a training with these options. Steps may be more than they were, to train on. It wraps
// ErrCheckpoint, ErrOther, or the error of opening the file, such as fs.ErrNotExist.
func Resume(path string, o Options) (*State, error) {
	o, err := o.Resolved()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// The options of the caller justify the memory, not the file.
	data, err := io.ReadAll(io.LimitReader(f, o.checkpointSize(o.Steps, o.points(o.Steps), maxOptions)+1))
	if err != nil {
		return nil, err
	}
	s, err := decode(data, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// Taken returns how many steps a checkpoint's training has taken, from its first bytes alone: for progress, not to rely on.
func Taken(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(f, header); err != nil {
		return 0, fmt.Errorf("%s: train: %w", path, ErrCheckpoint)
	}
	le := binary.LittleEndian
	length := le.Uint32(header[12:])
	if string(header[:len(magic)]) != magic || le.Uint32(header[8:]) != version || length > maxOptions {
		return 0, fmt.Errorf("%s: train: %w", path, ErrCheckpoint)
	}
	var steps [8]byte
	if _, err := f.ReadAt(steps[:], int64(headerSize)+int64(length)); err != nil {
		return 0, fmt.Errorf("%s: train: %w", path, ErrCheckpoint)
	}
	return int(min(le.Uint64(steps[:]), maxSteps)), nil
}

// points returns how many points of the trace there are after so many steps.
func (o Options) points(steps int) int {
	if *o.MeasureEvery == 0 {
		return 0
	}
	return steps / *o.MeasureEvery + 1
}

// checkpointSize returns the bytes of a checkpoint with so many steps and points.
func (o Options) checkpointSize(steps, points, options int) int64 {
	c := o.Network()
	sizes := map[Weight]int64{In: int64(c.N) * int64(c.Inputs), Rec: int64(c.N) * int64(c.N), Out: int64(c.N) * int64(c.Outputs)}
	if o.Rank > 0 {
		sizes[Rec] = int64(o.Rank) * int64(o.Rank)
	}
	var weights int64
	for _, w := range o.Trained {
		weights += sizes[w]
	}
	return int64(headerSize+options+2*8) + 8*int64(steps) + pointSize*int64(points) + 3*4*weights + 4
}

// decode reads a checkpoint for resolved options.
func decode(data []byte, o Options) (*State, error) {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("train: %w: %s", ErrCheckpoint, fmt.Sprintf(format, args...))
	}
	if len(data) < headerSize || string(data[:len(magic)]) != magic {
		return nil, bad("it does not begin as one")
	}
	le := binary.LittleEndian
	if v := le.Uint32(data[8:]); v != version {
		return nil, bad("version %d, want %d", v, version)
	}
	length := int64(le.Uint32(data[12:]))
	if length > maxOptions || int64(headerSize)+length+2*8 > int64(len(data)) {
		return nil, bad("%d bytes of options in a file of %d", length, len(data))
	}
	rest := data[headerSize:]
	var saved Options
	if err := json.Unmarshal(rest[:length], &saved); err != nil {
		return nil, bad("options: %v", err)
	}
	saved, err := saved.Resolved() // an option that there was not yet had its default
	if err != nil {
		return nil, bad("options: %v", err)
	}
	if !saved.same(o) {
		saved.Steps = o.Steps // of which there may be more
		return nil, fmt.Errorf("train: %w: %s", ErrOther, saved.Differences(o))
	}
	steps := le.Uint64(rest[length:])
	if steps > uint64(o.Steps) {
		return nil, fmt.Errorf("train: %w: it has taken %d steps of %d", ErrOther, steps, o.Steps)
	}
	points := le.Uint64(rest[length+8:])
	if points > uint64(o.points(int(steps))) {
		return nil, bad("%d points of a trace after %d steps", points, steps)
	}
	if want := o.checkpointSize(int(steps), int(points), int(length)); int64(len(data)) != want {
		return nil, bad("%d bytes, want %d", len(data), want)
	}
	if sum := crc32.Checksum(data[:len(data)-4], castagnoli); sum != le.Uint32(data[len(data)-4:]) {
		return nil, bad("checksum %08x, want %08x", le.Uint32(data[len(data)-4:]), sum)
	}
	s, err := Start(o)
	if err != nil {
		return nil, err
	}
	if sum := drawn(s.Initial); sum != le.Uint32(data[16:]) {
		return nil, fmt.Errorf("train: %w: the seed draws other weights than it did (%08x, want %08x)", ErrOther, sum, le.Uint32(data[16:]))
	}
	return s, s.read(bytes.NewReader(rest[length+2*8:]), int(steps), int(points))
}

// read reads the losses, the trace and the trained arrays.
func (s *State) read(r io.Reader, steps, points int) error {
	s.Adam.Step, s.Loss, s.Trace = steps, make([]float64, steps), make([]Point, points)
	arrays := []any{s.Loss, s.Trace}
	for i, w := range s.weights() {
		arrays = append(arrays, w, s.Adam.M[i], s.Adam.V[i])
	}
	for _, a := range arrays {
		if err := binary.Read(r, binary.LittleEndian, a); err != nil {
			return fmt.Errorf("train: %w: %w", ErrCheckpoint, err)
		}
	}
	s.Network.Compose()
	return nil
}

// drawn returns a checksum of weights.
func drawn(n *rnn.Network[float32]) uint32 {
	sum := uint32(0)
	for _, w := range [][]float32{n.In, n.Rec, n.Out, n.H0, n.U} {
		var b [4]byte
		for _, v := range w {
			binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
			sum = crc32.Update(sum, castagnoli, b[:])
		}
	}
	return sum
}
