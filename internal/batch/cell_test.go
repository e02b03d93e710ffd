package batch

import (
	"slices"
	"strings"
	"testing"
)

// The ID tells apart what may give another result, and nothing else.
func TestID(t *testing.T) {
	in := []Input{{"a.npz", "11"}, {"b.npz", "22"}}
	base := NewCell("1", "name", []string{"fit", "--x=1"}, in, Estimate{})
	if len(base.ID) != 32 {
		t.Errorf("ID %q, want 32 hexadecimal digits", base.ID)
	}
	same := NewCell("1", "another name", []string{"fit", "--x=1"}, []Input{{"moved.npz", "11"}, {"b.npz", "22"}}, Estimate{Seconds: 5})
	if same.ID != base.ID {
		t.Error("the ID depends on a name, a path or an estimate")
	}
	for what, other := range map[string]Cell{
		"version":   NewCell("2", "name", []string{"fit", "--x=1"}, in, Estimate{}),
		"argument":  NewCell("1", "name", []string{"fit", "--x=2"}, in, Estimate{}),
		"arguments": NewCell("1", "name", []string{"fit --x=1"}, in, Estimate{}),
		"content":   NewCell("1", "name", []string{"fit", "--x=1"}, []Input{{"a.npz", "12"}, {"b.npz", "22"}}, Estimate{}),
		"inputs":    NewCell("1", "name", []string{"fit", "--x=1"}, in[:1], Estimate{}),
	} {
		if other.ID == base.ID {
			t.Errorf("another %s has the same ID", what)
		}
	}
}

func TestNeeds(t *testing.T) {
	a := cell("print", "1")
	b := NewCell("1", "b", []string{"read", Result(a), "cells"}, nil, Estimate{})
	if !slices.Equal(b.Needs, []string{a.ID}) {
		t.Errorf("needs %v, want %s", b.Needs, a.ID)
	}
	if err := order([]Cell{a, b}); err != nil {
		t.Error(err)
	}
	if err := order([]Cell{b, a}); err == nil || !strings.Contains(err.Error(), "not before it") {
		t.Errorf("what is needed comes after: %v", err)
	}
	if err := order([]Cell{a, a}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("the same cell twice: %v", err)
	}
}
