package batch

// A Progress is how far a run has come. Total counts the cells that had no result when it began.
type Progress struct {
	Done, Failed, Running, Total int
}

// A queue hands out cells whose needs are met, in the order of the plan, each once.
type queue struct {
	store   *Store
	waiting []Cell
	failed  map[string]bool // cells that failed, and those that need them
	total   int
}

// newQueue forgets the failures of cells that are to be tried again.
func newQueue(s *Store, cells []Cell) (*queue, error) {
	q := &queue{store: s, failed: map[string]bool{}}
	if err := order(cells); err != nil {
		return nil, err
	}
	for _, c := range cells {
		if s.Done(c.ID) {
			continue
		}
		q.waiting = append(q.waiting, c)
		if err := s.Forget(c.ID); err != nil {
			return nil, err
		}
	}
	q.total = len(q.waiting)
	return q, nil
}

// next returns a cell that can run now. Cells that need one that failed are dropped: they can run no more.
func (q *queue) next() (Cell, bool) {
	for i := 0; i < len(q.waiting); i++ {
		c := q.waiting[i]
		ready, blocked := true, false
		for _, id := range c.Needs {
			blocked = blocked || q.failed[id]
			ready = ready && q.store.Done(id)
		}
		if !ready && !blocked {
			continue
		}
		q.waiting = append(q.waiting[:i], q.waiting[i+1:]...)
		if ready {
			return c, true
		}
		q.failed[c.ID] = true
		i = -1 // cells that need this one may be before i by now
	}
	return Cell{}, false
}
