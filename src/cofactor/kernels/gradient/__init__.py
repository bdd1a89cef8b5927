"""Steps down a gradient: Adam, stochastic gradient descent, perceptrons, pairs of items."""
