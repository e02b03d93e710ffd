package main

import (
	"runtime/debug"
	"testing"
)

func TestTold(t *testing.T) {
	setting := func(pairs ...string) (all []debug.BuildSetting) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	for _, c := range []struct {
		version  string
		settings []debug.BuildSetting
		want     bool
	}{
		{"v1.2.3", nil, true},
		{"(devel)", nil, false},
		{"", nil, false},
		{"(devel)", setting("vcs.revision", "ab", "vcs.modified", "false"), true},
		{"(devel)", setting("vcs.revision", "ab", "vcs.modified", "true"), false},
		{"v0.0.0-2026-ab+dirty", setting("vcs.revision", "ab", "vcs.modified", "true"), false},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: c.version}, Settings: c.settings}
		if got := told(info); got != c.want {
			t.Errorf("%q %v: %v, want %v", c.version, c.settings, got, c.want)
		}
	}
}
