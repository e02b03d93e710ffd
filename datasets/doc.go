// Package datasets knows the published recordings that the analysis was made for, and opens them as
// sessions: where each comes from and under which licence, how to get it, what its file holds, how
// activity and behaviour are built from it, and the published figures to compare with. Two small
// simulated recordings are built in.
//
//	s, err := datasets.Open("golub2018", datasets.Options{Phase: "after"})
//
// The recordings are not part of the program: they are other people's work. [Fetch] gets a file from
// where its authors published it, [Find] finds it, and both compare its SHA-256 with the one that the
// adapter was written for.
//
// # Invariants
//
//   - A session from a data set carries the citation in its notes.
//   - For a brain-machine interface the velocity rebuilt from the decoder must agree with the velocity
//     that the file stores, and with the known decoder applied to the spikes; otherwise Open fails.
//   - Activity is spike counts with the bin that the authors state; rates are counts ÷ bin. Nothing is
//     smoothed or shifted here: [Defaults] say what the analysis should do.
package datasets
