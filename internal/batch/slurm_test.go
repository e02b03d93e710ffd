//go:build unix

package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// fakeSlurm puts commands on the path that do what scripts say, and note how they were called. The tests of the
// program use a real Slurm; here is what is hard to bring about there.
func fakeSlurm(t *testing.T, sbatch, squeue string) (calls func() string) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "calls")
	for name, does := range map[string]string{"sbatch": sbatch, "squeue": squeue, "scancel": "true"} {
		script := fmt.Sprintf("#!/bin/sh\n[ %s = squeue ] || echo %s \"$@\" >>%s\n%s\n", name, name, Quote(log), does)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() string {
		text, _ := os.ReadFile(log)
		return string(text)
	}
}

func quickly() SlurmOptions {
	return SlurmOptions{Poll: time.Millisecond, Runner: []string{"report", "cell"}}
}

// A cell whose task always disappears is submitted three times, each with twice the memory, and has failed then.
func TestSlurmGivesUp(t *testing.T) {
	calls := fakeSlurm(t, "echo 7", "echo '7|0|TIMEOUT'")
	s, how := bench(t)
	a := NewCell("1", "a", []string{"print", "1"}, nil, Estimate{Bytes: 100 << 20})
	b := cell("read", Result(a))
	var said []string
	o := quickly()
	o.Partition, o.Account, o.Time, o.AtOnce = "long", "lab", "1:00:00", 5
	o.Say = func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	if err := Slurm(t.Context(), s, []Cell{a, b}, how, o, nil); err != nil {
		t.Fatal(err)
	}
	if f := s.Failed(a.ID); f == nil || f.Reason != "lost by Slurm 3 times, at last killed by its time limit (--time)" {
		t.Errorf("failure %v", f)
	}
	if s.Failed(b.ID) != nil || strings.Count(calls(), "sbatch") != 3 {
		t.Errorf("submitted:\n%s", calls())
	}
	for _, want := range []string{"--mem=456M", "--mem=912M", "--mem=1824M", "--array=0-0%5", "--partition=long", "--account=lab", "--time=1:00:00", "--cpus-per-task=1"} {
		if !strings.Contains(calls(), want) {
			t.Errorf("no %s in:\n%s", want, calls())
		}
	}
	if len(said) != 5 || !strings.Contains(said[1], "a: job 7_0 was killed by its time limit (--time): submitted again (2 of 3)") {
		t.Errorf("said %q", said)
	}
}

// Short cells share a task, as many as its time takes and no array is longer than any Slurm takes.
func TestSlurmChunks(t *testing.T) {
	calls := fakeSlurm(t, "echo 7", "true")
	s, how := bench(t)
	how.CPUs = 2
	ctx, cancel := context.WithCancel(t.Context())
	o := quickly()
	o.Chunk, o.Poll = 10*time.Second, time.Hour
	submitted := 0
	o.Say = func(string, ...any) {
		if submitted++; submitted == 2 {
			cancel()
		}
	}
	var cells []Cell
	for i := range 2501 {
		cells = append(cells, NewCell("1", "", []string{"print", fmt.Sprint(i)}, nil, Estimate{Seconds: 8})) // 4 s of two processors
	}
	if err := Slurm(ctx, s, cells, how, o, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	got := regexp.MustCompile(`--array=\S+`).FindAllString(calls(), -1)
	if fmt.Sprint(got) != "[--array=0-999 --array=0-250]" {
		t.Errorf("%v, want 1251 tasks in two arrays", got)
	}
}

// While a task is in the queue it is waited for, whatever becomes of squeue in between.
func TestSlurmWaits(t *testing.T) {
	s, how := bench(t)
	count := Quote(filepath.Join(s.Dir, "count"))
	// The 1st, 4th, … answer is an error, others say the task runs, and at the 20th its result is there.
	c := cell("print", "1")
	calls := fakeSlurm(t, "echo '7;cluster'", fmt.Sprintf(`echo x >>%[1]s; n=$(wc -l <%[1]s)
[ $n -lt 20 ] || echo 1 >%[2]s
[ $((n %% 3)) -ne 1 ] || [ $n -lt 2 ] || { echo "Unable to contact slurm controller" >&2; exit 1; }
echo '7|0|RUNNING'; echo '8|N/A|RUNNING'`, count, Quote(s.Path(c.ID))))
	if err := Slurm(t.Context(), s, []Cell{c}, how, quickly(), nil); err != nil {
		t.Fatal(err)
	}
	if strings.Count(calls(), "sbatch") != 1 || !s.Done(c.ID) {
		t.Errorf("calls:\n%s", calls())
	}
}

func TestSlurmErrors(t *testing.T) {
	s, how := bench(t)
	fakeSlurm(t, "echo 'sbatch: error: invalid partition specified: long' >&2; exit 1", "true")
	if err := Slurm(t.Context(), s, []Cell{cell("print", "1")}, how, quickly(), nil); err == nil || !strings.Contains(err.Error(), "invalid partition") {
		t.Errorf("refused by sbatch: %v", err)
	}
	calls := fakeSlurm(t, "echo 9", "echo '9|0|PENDING'")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	submitted := func(p Progress) {
		if p.Running > 0 {
			cancel()
		}
	}
	if err := Slurm(ctx, s, []Cell{cell("print", "1")}, how, quickly(), submitted); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if !strings.Contains(calls(), "scancel 9") {
		t.Errorf("the job was not cancelled:\n%s", calls())
	}
}

// Words go through the shell, and through Snakemake's formatting, as they are.
func TestQuote(t *testing.T) {
	if got := Quote(`it's $HOME`); got != `'it'\''s $HOME'` {
		t.Errorf("%s", got)
	}
	text := Snakefile(&Store{Dir: "/a {b}"}, []string{"/bin/regime", "report", "cell"}, []string{"merge", `x"y\`}, []string{"r.csv"})
	for _, want := range []string{
		`shell: "'/bin/regime' 'report' 'cell' --cpus={threads} '/a {{b}}' {wildcards.id}"`,
		`shell: "'merge' 'x\"y\\'"`, `input: "r.csv"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in:\n%s", want, text)
		}
	}
}
