"""Where held-out items stand: the loops of `ranks_loops.py`, compiled once, loaded without Numba."""

from cofactor.kernels.compiling.native import Native

__all__ = ["mark_hits", "stand"]

mark_hits = Native("cofactor.kernels.ranking.ranks_loops", "mark_hits")
stand = Native("cofactor.kernels.ranking.ranks_loops", "stand")
