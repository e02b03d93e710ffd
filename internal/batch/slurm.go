package batch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"oblique/internal/atomicfile"
)

// SlurmOptions say what is asked of Slurm. The zero value of each is its default.
type SlurmOptions struct {
	Partition string // passed on to sbatch, as are Account and Time
	Account   string
	Time      string
	// Chunk is how long a task of a job array should take: short cells share one. 0 means ten minutes.
	Chunk time.Duration
	// AtOnce is how many tasks of an array may run at a time; 0 means any number.
	AtOnce int
	// Poll is how often the queue is looked at; 0 means ten seconds.
	Poll time.Duration
	// Tries is how often a cell is submitted before it counts as failed; 0 means 3. Each time memory is doubled.
	Tries int
	// Runner are the arguments that make the program run cells: the folder and their IDs follow.
	Runner []string
	// Say is told what is submitted and what is lost; it may be nil.
	Say func(format string, args ...any)
}

// The size of an array that any Slurm takes, and what a task is given beside its estimate.
const (
	mostTasks    = 1000
	spareMemory  = 256 << 20
	memoryFactor = 2 // the estimate is rough
	// lostAfter is how many times in a row a task must be gone from the queue without a result: on a network's file
	// system results may be seen late.
	lostAfter  = 2
	mostErrors = 30 // of squeue, in a row
)

// Slurm runs the cells that have no result as job arrays, and returns when all that can be done is done. The folder
// must be one that the nodes see under the same path, and so must the program and the data. A task that ends without a
// result or failure for each of its cells was killed, by a node's end, a time limit or want of memory: those cells
// are submitted again, each in a task of its own. When the context is cancelled the jobs are, and its error is
// returned. Jobs that an earlier run left behind when it was killed are waited for, not submitted twice.
func Slurm(ctx context.Context, s *Store, cells []Cell, how Command, o SlurmOptions, progress func(Progress)) error {
	if o.Chunk == 0 {
		o.Chunk = 10 * time.Minute
	}
	if o.Poll == 0 {
		o.Poll = 10 * time.Second
	}
	if o.Tries == 0 {
		o.Tries = 3
	}
	if o.Say == nil {
		o.Say = func(string, ...any) {}
	}
	c := &cluster{store: s, how: how, options: o, byID: map[string]Cell{}, tries: map[string]int{}, ended: map[task]string{}}
	for _, cell := range cells {
		c.byID[cell.ID] = cell
	}
	err := c.run(ctx, cells, progress)
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), c.cancel())
	}
	return err
}

// A cluster is what is known of the jobs of a run.
type cluster struct {
	store   *Store
	how     Command
	options SlurmOptions
	byID    map[string]Cell
	queue   *queue
	jobs    []*job
	tries   map[string]int  // submissions lost, by cell
	ended   map[task]string // Slurm's state of tasks that have ended, as long as it remembers them
}

// A job is an array that was submitted: the cells of each task.
type job struct {
	ID    string     `json:"job"`
	Dir   string     `json:"dir"` // of its script and logs
	Tasks [][]string `json:"tasks"`
	gone  []int      // times in a row that a task was not in the queue
}

func (c *cluster) run(ctx context.Context, cells []Cell, progress func(Progress)) error {
	if err := c.adopt(ctx, cells); err != nil {
		return err
	}
	for errorsInRow := 0; ; {
		active, err := c.active(ctx)
		if err != nil {
			if errorsInRow++; errorsInRow > mostErrors || ctx.Err() != nil {
				return err
			}
		} else {
			errorsInRow = 0
			if err := c.settle(active); err != nil {
				return err
			}
			if err := c.submitReady(ctx); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(c.progress())
		}
		if len(c.jobs) == 0 && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(c.options.Poll):
		}
	}
}

// adopt takes over jobs of an earlier run that are still in Slurm's queue.
func (c *cluster) adopt(ctx context.Context, cells []Cell) error {
	var err error
	if c.queue, err = newQueue(c.store, cells); err != nil {
		return err
	}
	text, err := os.ReadFile(c.jobsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return c.store.sweep()
	} else if err != nil {
		return err
	}
	var left []*job
	if err := json.Unmarshal(text, &left); err != nil {
		return fmt.Errorf("batch: %s: %w", c.jobsFile(), err)
	}
	active, err := c.active(ctx)
	if err != nil {
		return err
	}
	for _, j := range left {
		if !slices.ContainsFunc(active, func(t task) bool { return t.job == j.ID }) {
			continue
		}
		c.options.Say("job %s of an earlier run is still in the queue", j.ID)
		j.gone = make([]int, len(j.Tasks))
		c.jobs = append(c.jobs, j)
		c.queue.waiting = slices.DeleteFunc(c.queue.waiting, func(cell Cell) bool {
			return slices.ContainsFunc(j.Tasks, func(ids []string) bool { return slices.Contains(ids, cell.ID) })
		})
	}
	if len(c.jobs) == 0 {
		return c.store.sweep()
	}
	return nil
}

func (c *cluster) jobsFile() string { return filepath.Join(c.store.Dir, "slurm", "jobs.json") }

// A task is one of a job array.
type task struct {
	job   string
	index int
}

// active returns the tasks that wait or run.
func (c *cluster) active(ctx context.Context) ([]task, error) {
	out, err := c.slurm(ctx, "squeue", "--me", "--noheader", "--array", "--states=all", "--format=%F|%K|%T")
	if err != nil {
		return nil, err
	}
	var tasks []task
	for line := range strings.Lines(out) {
		field := strings.Split(strings.TrimSpace(line), "|")
		if len(field) != 3 {
			continue
		}
		index, err := strconv.Atoi(field[1])
		if err != nil {
			continue // no array, so not ours
		}
		if t := (task{field[0], index}); slices.Contains(endStates, field[2]) {
			c.ended[t] = field[2]
		} else {
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

// endStates are those of tasks that run no more.
var endStates = []string{"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT"}

// killed says that a task was killed, and by what if Slurm still knows.
func (c *cluster) killed(t task) string {
	switch c.ended[t] {
	case "TIMEOUT", "DEADLINE":
		return "killed by its time limit (--time)"
	case "OUT_OF_MEMORY":
		return "killed for want of memory"
	case "NODE_FAIL", "BOOT_FAIL":
		return "killed by the end of its node"
	case "PREEMPTED":
		return "killed to make room for other jobs"
	case "CANCELLED":
		return "cancelled"
	}
	return "killed"
}

// settle forgets tasks that have ended, and puts the cells of those that were killed back into the queue.
func (c *cluster) settle(active []task) error {
	for _, j := range c.jobs {
		for k, ids := range j.Tasks {
			open := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
				failure := c.store.Failed(id)
				if failure != nil {
					c.queue.failed[id] = true
				}
				return failure != nil || c.store.Done(id)
			})
			if len(open) == 0 {
				j.Tasks[k] = nil
				continue
			}
			if slices.Contains(active, task{j.ID, k}) {
				j.gone[k] = 0
				continue
			}
			if j.gone[k]++; j.gone[k] < lostAfter {
				continue
			}
			j.Tasks[k] = nil
			if err := c.lost(j, k, open); err != nil {
				return err
			}
		}
	}
	c.jobs = slices.DeleteFunc(c.jobs, func(j *job) bool {
		return !slices.ContainsFunc(j.Tasks, func(ids []string) bool { return ids != nil })
	})
	return nil
}

// lost submits the cells of a killed task again, or gives them up.
func (c *cluster) lost(j *job, k int, ids []string) error {
	log, _ := os.ReadFile(filepath.Join(j.Dir, fmt.Sprintf("log-%d.txt", k)))
	said := &tail{most: mostStderr}
	said.Write(log)
	how := c.killed(task{j.ID, k})
	for _, id := range ids {
		cell := c.byID[id]
		if cell.ID == "" {
			continue // of an earlier plan
		}
		c.tries[id]++
		if c.tries[id] < c.options.Tries {
			c.options.Say("%s: job %s_%d was %s: submitted again (%d of %d)", cell.Name, j.ID, k, how, c.tries[id]+1, c.options.Tries)
			c.queue.waiting = append(c.queue.waiting, cell)
			continue
		}
		c.queue.failed[id] = true
		err := c.store.fail(&Failure{ID: id, Name: cell.Name, Args: cell.Args, Status: -1, Stderr: string(said.data),
			Reason: fmt.Sprintf("lost by Slurm %d times, at last %s", c.tries[id], how)})
		if err != nil {
			return err
		}
	}
	return nil
}

// submitReady submits the cells that can run now.
func (c *cluster) submitReady(ctx context.Context) error {
	for {
		var fresh, again []Cell
		for {
			cell, ok := c.queue.next()
			if !ok {
				break
			}
			if c.tries[cell.ID] > 0 {
				again = append(again, cell)
			} else {
				fresh = append(fresh, cell)
			}
		}
		tasks := c.chunks(fresh)
		for _, cell := range again {
			tasks = append(tasks, []Cell{cell})
		}
		if len(tasks) == 0 {
			return nil
		}
		for from := 0; from < len(tasks); from += mostTasks {
			if err := c.submit(ctx, tasks[from:min(from+mostTasks, len(tasks))]); err != nil {
				return err
			}
		}
	}
}

// chunks puts cells together that take as long as a task should.
func (c *cluster) chunks(cells []Cell) [][]Cell {
	var tasks [][]Cell
	var seconds float64
	for _, cell := range cells {
		cost := cell.Estimate.Seconds / float64(max(1, c.how.CPUs))
		if len(tasks) == 0 || seconds+cost > c.options.Chunk.Seconds() {
			tasks, seconds = append(tasks, nil), 0
		}
		last := len(tasks) - 1
		tasks[last] = append(tasks[last], cell)
		seconds += cost
	}
	return tasks
}

// submit submits one job array.
func (c *cluster) submit(ctx context.Context, tasks [][]Cell) error {
	root := filepath.Join(c.store.Dir, "slurm")
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(root, "job-*")
	if err != nil {
		return err
	}
	j := &job{Dir: dir, gone: make([]int, len(tasks))}
	var lines bytes.Buffer
	var memory int64
	count := 0
	for _, cells := range tasks {
		var ids []string
		for _, cell := range cells {
			ids = append(ids, cell.ID)
			memory = max(memory, (spareMemory+memoryFactor*cell.Estimate.Bytes)<<c.tries[cell.ID])
		}
		count += len(ids)
		j.Tasks = append(j.Tasks, ids)
		fmt.Fprintln(&lines, strings.Join(ids, " "))
	}
	taskFile, script := filepath.Join(dir, "tasks"), filepath.Join(dir, "job.sh")
	for path, text := range map[string]string{taskFile: lines.String(), script: c.script(taskFile)} {
		if err := atomicfile.Write(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			return err
		}
	}
	array := fmt.Sprintf("0-%d", len(tasks)-1)
	if c.options.AtOnce > 0 {
		array += fmt.Sprintf("%%%d", c.options.AtOnce)
	}
	args := []string{"--parsable", "--requeue", "--job-name=regime",
		"--array=" + array,
		fmt.Sprintf("--cpus-per-task=%d", max(1, c.how.CPUs)),
		fmt.Sprintf("--mem=%dM", (memory+1<<20-1)>>20),
		"--chdir=" + c.how.Dir, "--output=" + filepath.Join(dir, "log-%a.txt"), "--open-mode=append"}
	for flag, value := range map[string]string{"partition": c.options.Partition, "account": c.options.Account, "time": c.options.Time} {
		if value != "" {
			args = append(args, "--"+flag+"="+value)
		}
	}
	out, err := c.slurm(ctx, "sbatch", append(args, script)...)
	if err != nil {
		return err
	}
	j.ID, _, _ = strings.Cut(strings.TrimSpace(out), ";") // the cluster's name may follow
	c.jobs = append(c.jobs, j)
	c.options.Say("submitted job %s: %d cells in %d tasks", j.ID, count, len(tasks))
	return writeJSON(c.jobsFile(), c.jobs)
}

// script is what a task does: the cells of its line.
func (c *cluster) script(taskFile string) string {
	words := []string{Quote(c.how.Program)}
	for _, arg := range c.options.Runner {
		words = append(words, Quote(arg))
	}
	return fmt.Sprintf("#!/bin/sh\ncells=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" %s)\nexec %s --cpus=\"${SLURM_CPUS_PER_TASK:-1}\" %s $cells\n",
		Quote(taskFile), strings.Join(words, " "), Quote(c.store.Dir))
}

// Quote makes a word of the shell.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// cancel cancels all jobs.
func (c *cluster) cancel() error {
	var ids []string
	for _, j := range c.jobs {
		ids = append(ids, j.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	_, err := c.slurm(ctx, "scancel", ids...)
	return err
}

func (c *cluster) progress() Progress {
	p := Progress{Total: c.queue.total, Failed: len(c.queue.failed)}
	open := len(c.queue.waiting)
	for _, j := range c.jobs {
		for _, ids := range j.Tasks {
			for _, id := range ids {
				if !c.store.Done(id) && !c.queue.failed[id] {
					p.Running++
				}
			}
		}
	}
	p.Done = p.Total - open - p.Running - p.Failed
	return p
}

// slurm runs one of Slurm's commands and returns what it prints.
func (c *cluster) slurm(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if said := strings.TrimSpace(stderr.String()); said != "" {
			return "", fmt.Errorf("batch: %s: %s", name, said)
		}
		return "", fmt.Errorf("batch: %s: %w", name, err)
	}
	return stdout.String(), nil
}
