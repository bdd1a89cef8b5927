"""Pairs of user and item that occur more than once, merged to one rating; the loop is in `repeats_loops.py`."""

from typing import NamedTuple

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["PairOrder", "latest_of_pairs"]

KEPT, MEAN, SUM = range(3)  # the value of the rating that stays: its own, or that of all ratings of the pair
MERGED = {"mean": MEAN, "sum": SUM}

_keep_latest = Native("cofactor.kernels.ratings.repeats_loops", "keep_latest")


class PairOrder(NamedTuple):
    """A table's ratings as compressed sparse rows, each with its place in the table."""

    indptr: IntArray  # (n_rows + 1,) int64
    indices: IntArray  # (n,) int32, ascending within a row
    places: IntArray  # (n,) int64, ascending within a pair


@with_numpy_twin
def latest_of_pairs(order: PairOrder, values: FloatArray, times: IntArray, policy: str, largest: float) -> PairOrder:
    """One rating of each pair: the latest by time, the last in the table where times are equal or unknown.

    order: all ratings; it is overwritten     times: (n,) int64 in the order of the table, or (0,)
    values: (n,) float32, likewise; where the policy is "mean" or "sum", the value of the rating that stays becomes that
        of all ratings of its pair, a sum not beyond ±largest
    """
    indptr, indices, places = order
    _keep_latest(indptr, indices, places, values, times, MERGED.get(policy, KEPT) if values.size else KEPT, largest)
    n = int(indptr[-1])
    return order if n == len(places) else PairOrder(indptr, indices[:n], places[:n])
