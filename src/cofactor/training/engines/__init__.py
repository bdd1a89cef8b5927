"""Engines of the training loop, one for each way to train: gradient descent, pairs, least squares, torch."""
