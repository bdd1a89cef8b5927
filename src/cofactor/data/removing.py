"""Few rows taken out of long columns: what stays is copied in runs, not picked one by one."""

import numpy as np

from cofactor.arrays import Array, BoolArray, IntArray

__all__ = ["all_but", "places_of", "renumbered"]

FEW = 8  # indices, up to which comparing with each is quicker than looking up a mask
MAX_RUNS = 2_000  # of rows that stay, up to which copying these is quicker than a mask


def places_of(idx: IntArray, keep: BoolArray) -> IntArray:
    """The positions, ascending, of the indices where the mask `keep` is False. idx: (n,)     keep: (m,)"""
    gone = np.flatnonzero(~keep)
    if len(gone) > FEW:
        return np.flatnonzero(~keep[idx])
    found = np.zeros(len(idx), np.bool_)
    for one in gone:
        found |= idx == one
    return np.flatnonzero(found)


def all_but(column: Array, places: IntArray) -> Array:
    """The column without these positions (ascending, each once); itself where there are none."""
    if not len(places):
        return column
    breaks = np.flatnonzero(np.diff(places) != 1)
    if len(breaks) > MAX_RUNS:
        return np.delete(column, places)
    starts = np.append(0, places[np.append(breaks, len(places) - 1)] + 1)
    ends = np.append(places[np.append(0, breaks + 1)], len(column))
    return np.concatenate([column[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)])


def renumbered(idx: IntArray, keep: BoolArray) -> IntArray:
    """(n,) the indices after those where the mask is False have gone; none of these is among them."""
    gone = np.flatnonzero(~keep)
    if not len(gone):
        return idx
    if len(gone) > FEW:
        return (np.cumsum(keep, dtype=np.int32) - np.int32(1))[idx]
    found = idx
    for one in gone.astype(idx.dtype)[::-1]:
        beyond = one - found
        beyond >>= 31  # -1 where an index is larger, else 0: a third of the time of adding what a comparison gives
        found = np.add(beyond, found, out=beyond)
    return found
