package hdf5

import "testing"

func TestCache(t *testing.T) {
	c := newCache[int, string](100)
	c.put(1, "one", 20)
	c.put(2, "two", 20)
	c.put(3, "three", 20) // the second generation begins
	if _, ok := c.get(1); !ok {
		t.Error("1 is gone, though all fits")
	}
	c.put(4, "four", 20) // the third: 1 was used in the second, 2 was not
	if v, ok := c.get(1); !ok || v != "one" {
		t.Errorf("1: %q, %v", v, ok)
	}
	if _, ok := c.get(2); ok {
		t.Error("2 is still there, though it was not used")
	}
}

// What is larger than the bound is kept until the next value arrives, and the total stays bounded by it.
func TestCacheLarge(t *testing.T) {
	c := newCache[int, int](100)
	for i := range 10 {
		c.put(i, i, 1000)
		if v, ok := c.get(i); !ok || v != i {
			t.Fatalf("%d: %d, %v", i, v, ok)
		}
		if n := len(c.young) + len(c.old); n > 2 {
			t.Fatalf("%d large values", n)
		}
	}
}

func TestCacheBound(t *testing.T) {
	c := newCache[int, int](100)
	for i := range 1000 {
		c.put(i, i, 7)
		total := 0
		for _, e := range c.young {
			total += e.cost
		}
		for _, e := range c.old {
			total += e.cost
		}
		if total > 100 {
			t.Fatalf("cost %d after %d", total, i)
		}
	}
}
