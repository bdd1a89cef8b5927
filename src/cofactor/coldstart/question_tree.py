"""A decision tree of questions: users who like an item, who do not, and who do not know it go three ways.

Golbandi, Koren & Lempel, "Adaptive bootstrapping of recommender systems using decision trees", WSDM 2011
[golbandi2011adaptive]: each node asks for the item whose three groups are best predicted by their own mean ratings.
Nodes are made when somebody first comes to them, so that only the paths that are walked are ever computed.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.data.ratings import Ratings, Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["QuestionTree"]

WIDTH = 200  # items that a node may ask for: those most of its users know
SMALLEST = 50  # users; with fewer, a node asks for what most of them know
STRENGTH = 10.0  # ratings that the mean of the node above counts as, in a group's own mean


class Sums(NamedTuple):
    """Of some users' ratings, item by item, (…, n_items): how many, their sum, and the sum of their squares."""

    n: FloatArray
    total: FloatArray
    squares: FloatArray

    def error(self, mean: FloatArray) -> FloatArray:
        """(…,) the squared error of all ratings, each item being predicted by its own mean here, held to `mean`."""
        own = (self.total + STRENGTH * mean) / (self.n + STRENGTH)
        return (self.squares - 2 * own * self.total + own**2 * self.n).sum(axis=-1)


class QuestionTree:
    """The tree over these ratings' users; a like is a rating above the mean."""

    def __init__(self, ratings: Ratings) -> None:
        from scipy.sparse import csr_array

        self._ratings, rows = ratings, ratings.by_user
        shape = (ratings.n_users, ratings.n_items)

        def table(values: FloatArray) -> csr_array:
            return csr_array((values.astype(np.float64), rows.indices, rows.indptr), shape=shape)

        centred = rows.values - np.float32(ratings.mean)
        self._tables = Sums(*map(table, (np.ones_like(centred), centred, centred**2)))  # pyright: ignore
        self._asked = dict[tuple[tuple[int, int], ...], IntArray]()  # the order of questions at each node

    def gains(self, idx: IntArray, values: FloatArray) -> FloatArray:
        """(n_items,) the larger the sooner to be asked, after these answers in the order they were given."""
        ways = np.where(np.isnan(values), 0, np.where(values > self._ratings.mean, 1, 2)).tolist()
        path = tuple(zip(idx.tolist(), ways, strict=True))
        if path not in self._asked:
            self._asked[path] = self._order(np.flatnonzero(self._at(path)))
        gains = np.zeros(self._ratings.n_items)
        order = self._asked[path]
        gains[order] = np.arange(len(order), 0, -1)
        return gains

    def _at(self, path: tuple[tuple[int, int], ...]) -> BoolArray:
        """(n_users,) who stands at the end of this path."""
        there = self._ratings.user_counts > 0
        for item, way in path:
            there = there & (self._way(item) == way)
        return there

    def _way(self, item: int) -> IntArray:
        """(n_users,) 0: does not know the item, 1: likes it, 2: does not"""
        way, (who, values) = np.zeros(self._ratings.n_users, np.int64), self._ratings.by_item.of(item)
        way[who] = np.where(values > self._ratings.mean, 1, 2)
        return way

    def _order(self, users: IntArray) -> IntArray:
        """The items that most of these users know, the best question first."""
        rows = self._ratings.by_user.take(users)
        counts = np.bincount(rows.indices, minlength=self._ratings.n_items)
        known = np.argsort(-counts, kind="stable")[:WIDTH]
        known = known[counts[known] > 0]
        if len(users) < SMALLEST:
            return known
        return known[np.argsort(self._errors(users, rows, known), kind="stable")]

    def _errors(self, users: IntArray, rows: Rows, items: IntArray) -> FloatArray:
        """(len(items),) the squared error that is left when these users are parted by each item."""
        from scipy.sparse import csr_array

        of_users = [one[users] for one in self._tables]
        whole = Sums(*(np.asarray(one.sum(axis=0)).ravel() for one in of_users))
        mean = whole.total / (whole.n + STRENGTH)
        left = np.zeros(len(items))
        rest = Sums(*(np.repeat(one[None], len(items), axis=0) for one in whole))
        for group in self._groups(users, rows, items):
            sums = Sums(*map(_dense, (group @ csr_array(one) for one in of_users)))
            left += sums.error(mean)
            rest = Sums(*(all_of - some for all_of, some in zip(rest, sums, strict=True)))
        return left + rest.error(mean)

    def _groups(self, users: IntArray, rows: Rows, items: IntArray) -> Iterator["csr_array"]:
        """Of those who like each item and of those who do not: (len(items), len(users)) sparse, 1 for each."""
        from scipy.sparse import csr_array

        place = np.full(self._ratings.n_items, -1)
        place[items] = np.arange(len(items))
        who, item = np.repeat(np.arange(len(users)), rows.counts), place[rows.indices]
        likes = rows.values > self._ratings.mean
        for chosen in ((item >= 0) & likes, (item >= 0) & ~likes):
            ones = np.ones(int(chosen.sum()))
            yield csr_array((ones, (item[chosen], who[chosen])), shape=(len(items), len(users)))


def _dense(table: "csr_array") -> FloatArray:
    return table.toarray()
