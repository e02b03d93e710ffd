// Package ridge fits linear readouts y = W x + b with a quadratic penalty, for a whole grid of penalties
// and every number of principal components at once, from one decomposition of the activity.
//
// # Derivation
//
// Let X be T×N (rows about a fixed origin), XᵀX = V Λ Vᵀ its second moments, λ₁ ≥ λ₂ ≥ …, and P = X V the
// scores on the principal directions, so that PᵀP = Λ. Ridge regression of Y on the first k scores, with an
// intercept that is not penalised, centres both sides: with the mean score m = Pᵀ1/T, P̃ = P − 1mᵀ and
// ỹ = y − ȳ,
//
//	P̃ᵀP̃ = Λ − T m mᵀ,   c = P̃ᵀỹ,   w = (Λ + α − T m mᵀ)⁻¹ c    (all restricted to the first k).
//
// The matrix is diagonal but for one rank, so that with a_j = 1/(λ_j + α) and the sums over j ≤ k
//
//	μ = Σ a_j m_j²,   ν = Σ a_j m_j c_j,   γ = T / (1 − T μ)
//
// the Sherman–Morrison formula gives weights, predictions and leverages
//
//	w_j = a_j (c_j + γ m_j ν)
//	ŷ_i = ȳ + Σ a_j P̃_ij c_j + γ ν Σ a_j P̃_ij m_j
//	h_i = 1/T + Σ a_j P̃_ij² + γ (Σ a_j P̃_ij m_j)²
//
// and the error that leaving row i out would give, (y_i − ŷ_i)/(1 − h_i), exactly. Each is a running sum over
// components: one sweep over k serves every number of components, and nothing is ever solved again. Where the
// origin is the mean of the rows, m = 0 and the problem is diagonal.
//
// Cross-validation needs less still. The moments of a set of rows (sums of x, y, xxᵀ, xyᵀ, yy) are added up from
// those of disjoint stretches of rows; both the fit on some stretches and its squared error on others follow from
// them. The rows are read once, however many folds, penalties and bootstrap draws there are.
//
// # What is absent
//
// No row of X is kept: the package reads rows in blocks, from memory or from a file, and what it keeps is N×N. It
// draws no random numbers, and its sums are taken in an order that does not depend on the number of processors.
//
// Hoerl & Kennard, Technometrics 12 (1970); Golub, Heath & Wahba, Technometrics 21 (1979) for leave-one-out.
package ridge
