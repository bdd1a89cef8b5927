"""Gibbs sampling: everything is drawn in turn from its distribution given the rest, one concept a file.

`chain` turns the crank; a `field` is the rows of users, items or days, with its `population`, the `group`s of features
that move its expectation, and how its ratings lie (`ratings_of`); `likelihood` and `noise` say what a rating tells,
`residual` how far all lie from their scores; `kept` holds the draws, and `draws` says what they give. Rows that came
later are drawn by `fold_in`, or, for a `newcomer` who waits, put at their mean.
"""
