"""Where held-out items stand: the loops of `ranks_loops.py`, compiled once, loaded without Numba."""

from cofactor.kernels.native import Native

__all__ = ["mark_hits", "stand"]

mark_hits = Native("cofactor.kernels.ranks_loops", "mark_hits")
stand = Native("cofactor.kernels.ranks_loops", "stand")
