package train

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// resume reads a checkpoint, or starts where there is none.
func resume(path string, o Options) (*State, error) {
	s, err := Resume(path, o)
	if errors.Is(err, fs.ErrNotExist) {
		return Start(o)
	}
	return s, err
}

// TestResume: saved after any number of steps and read again, a training ends in the same bytes, at full and low rank.
func TestResume(t *testing.T) {
	for _, rank := range []int{0, 2} {
		o := tiny(12)
		o.Rank = rank
		whole := trained(t, o)
		path := filepath.Join(t.TempDir(), "checkpoint")
		for range 6 {
			s, err := resume(path, o)
			if err != nil {
				t.Fatal(err)
			}
			stop := errors.New("stop")
			begun := s.Steps()
			err = s.Run(context.Background(), func(s *State) error {
				if s.Steps() == begun+2 {
					return stop
				}
				return nil
			})
			if !errors.Is(err, stop) {
				t.Fatal(err)
			}
			if err := s.Save(path); err != nil {
				t.Fatal(err)
			}
			if taken, err := Taken(path); err != nil || taken != s.Steps() {
				t.Errorf("%d steps taken, want %d: %v", taken, s.Steps(), err)
			}
		}
		s, err := Resume(path, o)
		if err != nil {
			t.Fatal(err)
		}
		identical(t, "resumed", s, whole)

		// More steps are the same training, longer.
		o.Steps = 15
		longer, err := Resume(path, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := longer.Run(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		identical(t, "longer", longer, trained(t, o))
	}
}

// TestResumeOther refuses the checkpoint of another training, and of one that is further than asked for.
func TestResumeOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	if err := trained(t, tiny(3)).Save(path); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Options){
		"seed": func(o *Options) { o.Seed++ }, "units": func(o *Options) { o.N = 25 }, "task": func(o *Options) { o.Task = "romo" },
		"rate": func(o *Options) { o.Rate = 0.2 }, "noise": func(o *Options) { o.Noise = new(0.0) }, "fewer steps": func(o *Options) { o.Steps = 2 },
		"trained": func(o *Options) { o.Trained = []Weight{Rec} }, "mask": func(o *Options) { o.MaskStep = 1 },
	} {
		o := tiny(3)
		change(&o)
		if _, err := Resume(path, o); !errors.Is(err, ErrOther) || name == "units" && !strings.HasSuffix(err.Error(), ": checkpoint of another training: n 24, want 25") {
			t.Errorf("%s: %v, want ErrOther", name, err)
		}
	}
	if _, err := Resume(path+"x", tiny(3)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestResumeOlder: a checkpoint from before an option was there is one of its default.
func TestResumeOlder(t *testing.T) {
	o := tiny(3)
	s := trained(t, o)
	s.Options.MaskStep = 0 // as if it were absent
	path := filepath.Join(t.TempDir(), "checkpoint")
	if err := s.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := Resume(path, o)
	if err != nil {
		t.Fatal(err)
	}
	identical(t, "resumed", again, trained(t, o))
}

// TestDamage changes every byte of a checkpoint in turn and cuts it at every length: none is read as valid.
func TestDamage(t *testing.T) {
	o := Options{Task: "fixedpoints", N: 3, Batch: 2, Steps: 2}
	path := filepath.Join(t.TempDir(), "checkpoint")
	if err := trained(t, o).Save(path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o, err = o.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if _, err := decode(bad, o); !errors.Is(err, ErrCheckpoint) && !errors.Is(err, ErrOther) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := decode(good[:i], o); !errors.Is(err, ErrCheckpoint) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
	if _, err := decode(append(slices.Clone(good), 0), o); !errors.Is(err, ErrCheckpoint) {
		t.Error("a byte more is no error")
	}
	if err := os.WriteFile(path, good[:headerSize], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Taken(path); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("steps of a cut file: %v", err)
	}
	// Other weights than the seed draws, under a valid checksum.
	bad := slices.Clone(good)
	bad[16]++
	binary.LittleEndian.PutUint32(bad[len(bad)-4:], crc32.Checksum(bad[:len(bad)-4], castagnoli))
	if _, err := decode(bad, o); !errors.Is(err, ErrOther) {
		t.Errorf("other weights: %v", err)
	}
	// A size that no file can have.
	bad = slices.Clone(good)
	binary.LittleEndian.PutUint32(bad[12:], 1<<32-1)
	if _, err := decode(bad, o); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("options of 4 GiB: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	o, err := Options{Task: "fixedpoints", N: 3, Batch: 2, Steps: 2}.Resolved()
	if err != nil {
		f.Fatal(err)
	}
	s, err := Start(o)
	if err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(f.TempDir(), "checkpoint")
	if err := s.Save(path); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:headerSize])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decode(data, o)
		if err == nil && !reflect.DeepEqual(s.Options, o) {
			t.Error("read as other options")
		}
	})
}

// victim is set in the process that TestKilled starts.
const victim = "REGIME_TRAIN_VICTIM"

// TestKilled kills a training at random moments, and resumes it each time in a new process: the end is the undisturbed one.
func TestKilled(t *testing.T) {
	o := tiny(400)
	if path := os.Getenv(victim); path != "" {
		s, err := resume(path, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(context.Background(), func(s *State) error { return s.Save(path) }); err != nil {
			t.Fatal(err)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "checkpoint")
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)) // when a kill hits must not matter
	kills := 0
	for done := false; !done; {
		c := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		c.Env = append(os.Environ(), victim+"="+path)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		wait := time.Duration(rng.IntN(150)) * time.Millisecond
		if kills >= 20 {
			wait = time.Minute
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		case <-time.After(wait):
			if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			<-ended
			kills++
		}
	}
	s, err := Resume(path, o)
	if err != nil {
		t.Fatal(err)
	}
	identical(t, "killed", s, trained(t, o))
	t.Logf("killed %d times", kills)
}
