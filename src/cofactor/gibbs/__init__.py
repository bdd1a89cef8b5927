"""Gibbs sampling of factors and biases: each group of parameters is drawn in turn, given all others.

`engine` runs chains in the training loop; a `chain` sweeps over `factor_block`s, the rows of users, items or days, each
with its `row_prior`, the `feature_group`s that shift its expectation, and its `row_ratings`. `likelihood` and `noise`
relate ratings to scores, `residual` sums their squared errors. `samples` keeps draws, `draws` scores with them,
`held_out` measures them, `state` names the arrays of a checkpoint. Rows that came later are drawn by `later_rows`;
`newcomer_rows` gives the posterior mean of a newcomer's row, by the features' `expectation`.
"""
