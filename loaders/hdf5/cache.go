package hdf5

import "sync"

// cache keeps the values used most recently, within a bound on their total cost. It has two
// generations: values enter the young one, and when that holds half the bound it becomes the old
// one and what was old is dropped. A value found in the old generation moves to the young. So what was
// used since the last turn is kept, with neither lists nor clocks.
//
// A value that costs more than half the bound is kept alone, until the next one arrives.
type cache[K comparable, V any] struct {
	bound int

	mu         sync.Mutex
	young, old map[K]cached[V]
	used       int // cost of the young generation
}

type cached[V any] struct {
	value V
	cost  int
}

func newCache[K comparable, V any](bound int) *cache[K, V] {
	return &cache[K, V]{bound: bound, young: make(map[K]cached[V])}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.young[key]; ok {
		return e.value, true
	}
	e, ok := c.old[key]
	if ok {
		delete(c.old, key)
		c.add(key, e)
	}
	return e.value, ok
}

func (c *cache[K, V]) put(key K, value V, cost int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.young[key]; !ok {
		c.add(key, cached[V]{value, cost})
	}
}

func (c *cache[K, V]) add(key K, e cached[V]) {
	if c.used+e.cost > c.bound/2 && len(c.young) > 0 {
		c.old = c.young
		c.young = make(map[K]cached[V])
		c.used = 0
	}
	c.young[key] = e
	c.used += e.cost
}
