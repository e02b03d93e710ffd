// Package report puts results into words: tables for a terminal, and pages. It computes nothing: every figure
// comes from a result, and one that is undefined is a dash.
package report
