package batch

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// The test is also the program whose cells it runs: its first argument says what to do.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || strings.HasPrefix(os.Args[1], "-") {
		os.Exit(m.Run())
	}
	// Every run is told in a file, so that runs can be counted.
	if log, err := os.OpenFile("runs", os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644); err == nil {
		fmt.Fprintln(log, strings.Join(os.Args[1:], " "))
		log.Close()
	}
	switch os.Args[1] {
	case "print":
		fmt.Println(os.Args[2])
	case "read": // the results of others
		var all []string
		for _, path := range os.Args[2:] {
			text, err := os.ReadFile(path)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			all = append(all, strings.TrimSpace(string(text)))
		}
		fmt.Printf("[%s]\n", strings.Join(all, ","))
	case "cpus":
		fmt.Println(os.Getenv("GOMAXPROCS"))
	case "fail":
		fmt.Fprintln(os.Stderr, strings.Repeat("so much to say ", 5000)+"\nregime: the data are bad\nhint: look")
		os.Exit(3)
	case "chat":
		fmt.Println("this is no JSON")
	case "sleep":
		time.Sleep(time.Minute)
	case "stop":
		os.Exit(130)
	case "die":
		self, _ := os.FindProcess(os.Getpid())
		self.Kill()
		time.Sleep(time.Minute)
	}
	os.Exit(0)
}

// bench is a store, and how cells of the test's program are run.
func bench(t *testing.T) (*Store, Command) {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return s, Command{Program: self, Dir: s.Dir}
}

func cell(args ...string) Cell { return NewCell("1", strings.Join(args, " "), args, nil, Estimate{}) }

// runs returns how often a program was run.
func runs(t *testing.T, s *Store) int {
	t.Helper()
	text, err := os.ReadFile(s.Dir + "/runs")
	if err != nil {
		return 0
	}
	return strings.Count(string(text), "\n")
}
