"""Training in epochs: one loop, its engines, and what runs after each epoch: early stopping and checkpoints."""
