"""Where held-out items stand: the loops of `ranks_loops.py`, compiled once, loaded without Numba."""

from cofactor.kernels.compiling.native import Native

__all__ = ["count_above", "mark_hits"]

mark_hits = Native("cofactor.kernels.ranking.ranks_loops", "mark_hits")
count_above = Native("cofactor.kernels.ranking.ranks_loops", "count_above")
