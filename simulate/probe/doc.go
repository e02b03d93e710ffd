// Package probe measures trained networks as the paper does: how large and how correlated with the readout the states are,
// how many components carry the variance and the output, how alike two networks are, what perturbations along the readout
// do, and how noise is laid out around the trajectories.
//
// States come as matrices of P rows, all times of all trials, by N units. Time is in units of the membrane time constant τ.
// What is drawn at random comes from the generator that is given.
//
// The definitions are those of the published figures, which differ in places from the text: where they do, the comment
// says so. Invariants: nothing here changes a network, and the same input gives the same bits at any number of processors.
//
// What is absent: training, figures, files. Nothing chooses the trials either: comparisons between networks want the same.
//
// Source: Schuessler et al., eLife 13 (2024), Methods, and their published code.
package probe
