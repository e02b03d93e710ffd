// Package batch runs many commands and keeps what they print. It knows nothing of what they compute.
//
// A [Cell] is one command of the program, identified by the hash of the program's version, the arguments and the
// content of the files it reads; its result is what it prints, which is JSON. A [Store] is a folder:
//
//	manifest.json       the cells of the plan, in order
//	cells/<id>.json     results, each written whole or not at all
//	failed/<id>.json    why the last attempt at a cell failed
//	lock                held while a run is at work
//	slurm/              what is submitted to Slurm, and its logs
//
// A result that is there is never computed again, and what is there after a kill at any moment is whole. Cells may
// need results of others: an argument made by [Result] stands for the file. Engines decide where cells run:
// [Local] on this machine, [Slurm] on a cluster; [Snakefile] leaves it to Snakemake. The same cells give the same
// results with each.
//
// Absent by design: time stamps in results, retries of a cell that failed by itself (the next run tries again), and
// any cleaning of results that no plan needs any more.
package batch
