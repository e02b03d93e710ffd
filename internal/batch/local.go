package batch

import (
	"context"
	"sync"
)

// Local runs the cells that have no result on this machine, so many at a time, and returns when all that can be done
// is done. A cell that fails stops only those that need it: ask the store what failed. When the context is cancelled,
// cells that are running are ended and the context's error is returned. Progress is told of each change; it may
// be nil.
func Local(ctx context.Context, s *Store, cells []Cell, how Command, workers int, progress func(Progress)) error {
	if err := s.sweep(); err != nil {
		return err
	}
	q, err := newQueue(s, cells)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex // guards q, p and the store's failures
	changed := sync.NewCond(&mu)
	defer context.AfterFunc(ctx, func() { mu.Lock(); changed.Broadcast(); mu.Unlock() })()
	p := Progress{Total: q.total}
	tell := func() {
		if progress != nil {
			progress(p)
		}
		changed.Broadcast()
	}

	work := func() {
		mu.Lock()
		defer mu.Unlock()
		for ctx.Err() == nil {
			c, ok := q.next()
			if !ok {
				if p.Running == 0 {
					changed.Broadcast() // others wait for what will not come
					return
				}
				changed.Wait()
				continue
			}
			p.Running++
			tell()
			mu.Unlock()
			failure, err := s.Run(ctx, c, how)
			if failure != nil {
				err = s.fail(failure)
			}
			mu.Lock()
			p.Running--
			switch {
			case err != nil:
				cancel(err)
			case failure != nil:
				q.failed[c.ID] = true
				p.Failed++
			default:
				p.Done++
			}
			tell()
		}
	}
	var all sync.WaitGroup
	for range max(1, min(workers, q.total)) {
		all.Go(work)
	}
	all.Wait()
	return context.Cause(ctx)
}
