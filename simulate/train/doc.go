// Package train fits networks to tasks: masked squared error, Adam, checkpoints.
//
// The loss is the mean of (z − y)² over all trials, steps and outputs that the mask has, one mean over all. Every training
// step draws a fresh batch of trials and fresh noise, both from their place: step k of seed s is always the same, so that a
// training that was interrupted goes on to the same bytes, and a checkpoint is weights, moments and a number.
//
// On the way the loss without noise, norms and correlations are measured, at every fiftieth step: see Point.
//
// What is absent: learning-rate schedules and weight decay, which the paper does not use; and any file but the checkpoint.
//
// Source: Schuessler et al., eLife 13 (2024), Methods "Training".
package train
