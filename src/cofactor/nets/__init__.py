"""The nets that are trained by gradients: their parameters as arrays, which need no torch, and their torch modules."""
