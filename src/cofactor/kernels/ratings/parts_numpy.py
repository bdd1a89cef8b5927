"""The NumPy twin of `parts.py`: boolean indexing."""

import numpy as np

from cofactor.arrays import BoolArray
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.layout import csr_with

__all__ = ["divided"]


def divided(ratings: CsrRatings, mask: BoolArray) -> tuple[CsrRatings, CsrRatings]:
    """Each part by its mask."""
    first, second = (_part(ratings, kept) for kept in (~mask, mask))
    return first, second


def _part(ratings: CsrRatings, kept: BoolArray) -> CsrRatings:
    before, payload = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept, dtype=np.int64)]), ratings.coded.payload
    moved = payload[kept] if payload.size else payload
    return csr_with(before[ratings.indptr], ratings.indices[kept], ratings.values, moved)
