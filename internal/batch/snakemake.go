package batch

import (
	"fmt"
	"strings"
)

// Snakefile returns a Snakemake workflow that runs the cells of a store's manifest, each as a job with its memory, and
// then merges. runner are the program and its arguments that run cells, before the folder and an ID; merge is the
// command that makes targets, files in the folder. It is to be run in that folder.
func Snakefile(s *Store, runner, merge, targets []string) string {
	words := func(list []string) string {
		quoted := make([]string, len(list))
		for i, word := range list {
			quoted[i] = Quote(word)
		}
		// Braces are Snakemake's own.
		return strings.NewReplacer("{", "{{", "}", "}}").Replace(strings.Join(quoted, " "))
	}
	files := make([]string, len(targets))
	for i, target := range targets {
		files[i] = literal(target)
	}
	list := strings.Join(files, ", ")
	return fmt.Sprintf(`# The cells of manifest.json as a Snakemake workflow. In this folder: snakemake --cores 8
import json

with open("manifest.json", encoding="utf-8") as file:
    CELLS = {cell["id"]: cell for cell in json.load(file)["cells"]}


rule all:
    input: %[1]s


rule merge:
    input: expand("cells/{id}.json", id=list(CELLS))
    output: %[1]s
    shell: %[2]s


rule cell:
    input: lambda wildcards: ["cells/" + id + ".json" for id in CELLS[wildcards.id]["needs"]]
    output: "cells/{id}.json"
    wildcard_constraints: id="[0-9a-f]+"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: (256 + 2 * CELLS[wildcards.id]["estimate"]["bytes"] // 10**6) * 2 ** (attempt - 1)
    shell: %[3]s
`, list, literal(words(merge)), literal(words(runner)+" --cpus={threads} "+words([]string{s.Dir})+" {wildcards.id}"))
}

// literal writes a string as Python does.
func literal(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
