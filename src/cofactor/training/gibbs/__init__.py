"""Gibbs sampling: everything is drawn in turn from its distribution given the rest, one concept a file.

`chain` turns the crank; a `field` is the rows of users, items or days, with its `population` and the `group`s of
features that move its expectation; `likelihood` and `noise` say what a rating tells; `kept` holds the draws.
"""
