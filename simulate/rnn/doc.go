// Package rnn is the continuous-time recurrent network of the paper, forward and backward in time.
//
//	dx/dt = −x + W φ(x) + W_in u(t) + ξ(t),   z = W_out x,
//
// with N units x, inputs u, outputs z, and white noise ⟨ξ_i(t) ξ_j(t')⟩ = s² δ_ij δ(t−t'). Time is in units of the
// membrane time constant τ. The output is linear in x, not in φ(x), and there are no biases. One Euler–Maruyama step is
//
//	x_{t+1} = (1−dt) x_t + dt (W φ(x_t) + W_in u_t) + √dt s n_t,   z_t = W_out x_t,
//
// with n_t standard normal, for t = 0, …, T−1. The recorded states are x_0, …, x_{T−1}: the first is the initial
// state, before any input or noise, so that an input at step t first shows in the output at t+1.
//
// # The gradient
//
// For a loss L of the outputs, with e_t = ∂L/∂z_t and λ_t = ∂L/∂x_t of everything after,
//
//	λ_t = W_outᵀ e_t + (1−dt) λ_{t+1} + dt φ'(x_t) ∘ Wᵀ λ_{t+1},   λ_T = 0,
//	∂L/∂W = dt Σ_t λ_{t+1} φ(x_t)ᵀ,   ∂L/∂W_in = dt Σ_t λ_{t+1} u_tᵀ,   ∂L/∂W_out = Σ_t e_t x_tᵀ,   ∂L/∂h₀ = λ_0,
//
// summed over the trials of a batch.
//
// # How it is fast
//
// Rows are trials: a state of the batch is B×N, and a time step is a product with packed weights, which are packed once
// per training step. The batch is split over the processors for the whole trial, so that no time step waits for
// another processor. All states are kept, and the gradient of W is one product of (T·B)×N matrices. Noise is computed
// from its place in a counter-based sequence, by whoever needs it. Nothing is allocated once a Runner has its
// memory. Results do not depend on the number of processors.
//
// # What is absent
//
// The package knows no task, no optimiser and no file. A type parameter stands for precision: float32 is for
// training, and float64, the same code, is its reference.
//
// Source: Schuessler et al., eLife 13 (2024), equations 1, 2 and Methods.
package rnn
