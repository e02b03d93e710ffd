package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	"oblique/loaders"
)

// cellVersion is the version of the program that cells are identified by. A build of which nobody can tell the source, from a
// checkout with changes or without its revision, is known by the hash of its own file: results of another build are
// never taken for its own.
var cellVersion = sync.OnceValues(func() (string, error) {
	v := programVersion()
	if info, ok := debug.ReadBuildInfo(); ok && told(info) {
		return v, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	sum, err := loaders.SHA256(path)
	if err != nil {
		return "", fmt.Errorf("hashing the program: %w", err)
	}
	return v + " " + sum[:12], nil
})

// told tells whether a build's source is known: a version, or a revision without changes.
func told(info *debug.BuildInfo) bool {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if settings["vcs.revision"] != "" {
		return settings["vcs.modified"] != "true"
	}
	return info.Main.Version != "" && info.Main.Version != "(devel)"
}
