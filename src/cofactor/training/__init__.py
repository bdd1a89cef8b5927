"""How models are trained in epochs: one loop, its engines, and what hangs on the end of an epoch."""
