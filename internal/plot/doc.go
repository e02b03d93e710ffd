// Package plot draws the figures of an analysis: single pages of aligned panels in one style, as SVG, PDF
// or PNG, at the widths of a journal's columns.
//
//	r, err := regime.Fit(recording, options)
//	f, err := plot.Curves(r)
//	err = f.Save("curves.pdf")
//
// The package computes nothing scientific. It takes a regime.Result, or small plain structs whose numbers
// somebody else computed (ScalingCurve, PlanePoint, Column), and puts them on axes; what it adds is
// pictorial: axis ranges, ticks, the kernel density that gives a violin its shape, the place of a label.
//
// Invariants:
//   - One style: Liberation Sans at 8 pt, the Okabe–Ito palette, which people with any of the common colour
//     vision deficiencies can tell apart, and a marker of its own for each group beside the colour; axes
//     left and below only, no grid; a line carries its name beside it rather than in a legend.
//   - A figure measures Single or Double in width, and PNG has 300 dots to the inch.
//   - The same input gives the same bytes in each format: nothing is dated, nothing is random, nothing runs
//     concurrently.
//   - NaN is never drawn. A line is interrupted where it is NaN; a panel without a finite number says in
//     words what is missing, and a figure always comes out. An error is for input that contradicts itself,
//     such as an alpha path with more penalties than errors.
//   - Names that come from data (of recordings, of outputs) are shortened and stripped of control characters.
//
// Text in a figure can have exponents and indices, written 10^{−3} and D_{x,90}.
//
// What is absent on purpose: interaction, colour maps and images, a choice of themes.
package plot
