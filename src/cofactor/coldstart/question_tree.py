"""A decision tree of questions: a node splits users into those who like an item, dislike it and do not know it.

Golbandi, Koren & Lempel, "Adaptive bootstrapping of recommender systems using decision trees", WSDM 2011
[golbandi2011adaptive]: each node asks about the item whose three groups are best predicted by their own mean ratings.
A node is computed when a newcomer first reaches it, so that only paths in use cost time.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["QuestionTree"]

MAX_CANDIDATES = 200  # items that a node may ask about: those that most of its users know
MIN_USERS = 50  # of a node; one with fewer asks about the item that most of them know
PRIOR_STRENGTH = 10.0  # number of ratings that the parent node's mean counts as in a group's own mean


class RatingSums(NamedTuple):
    """The number of some users' ratings of each item, their sum and the sum of their squares, (…, n_items) each."""

    n: FloatArray
    total: FloatArray
    squares: FloatArray

    def error(self, mean: FloatArray) -> FloatArray:
        """(…,) the squared error of predicting each item by the mean of these ratings, shrunk towards `mean`."""
        shrunken = (self.total + PRIOR_STRENGTH * mean) / (self.n + PRIOR_STRENGTH)
        return (self.squares - 2 * shrunken * self.total + shrunken**2 * self.n).sum(axis=-1)


class QuestionTree:
    """The tree over the users of these ratings. A user likes an item whose rating is above the mean of all ratings."""

    def __init__(self, ratings: Ratings) -> None:
        from scipy.sparse import csr_array

        self._ratings, rows = ratings, ratings.by_user
        shape = (ratings.n_users, ratings.n_items)

        def table(values: FloatArray) -> csr_array:
            return csr_array((values.astype(np.float64), rows.indices, rows.indptr), shape=shape)

        centred = rows.values - np.float32(ratings.mean)
        self._tables = RatingSums(*map(table, (np.ones_like(centred), centred, centred**2)))  # pyright: ignore
        self._asked = dict[tuple[tuple[int, int], ...], IntArray]()  # the order of questions at each node

    def gains(self, idx: IntArray, values: FloatArray) -> FloatArray:
        """(n_items,) the priority of each item as the next question; 0: it is never asked about.

        idx, values: (m,) the answers so far, in their order; nan: the item is not known
        """
        branches = np.where(np.isnan(values), 0, np.where(values > self._ratings.mean, 1, 2)).tolist()
        path = tuple(zip(idx.tolist(), branches, strict=True))
        if path not in self._asked:
            self._asked[path] = self._order(np.flatnonzero(self._users_at(path)))
        gains = np.zeros(self._ratings.n_items)
        order = self._asked[path]
        gains[order] = np.arange(len(order), 0, -1)
        return gains

    def _users_at(self, path: tuple[tuple[int, int], ...]) -> BoolArray:
        """(n_users,) mask of the users at the node that this path leads to."""
        there = self._ratings.user_counts > 0
        for item, branch in path:
            there = there & (self._branches(item) == branch)
        return there

    def _branches(self, item: int) -> IntArray:
        """(n_users,) 0 where the user does not know the item, 1 where they like it, 2 where they do not."""
        branch, (who, values) = np.zeros(self._ratings.n_users, np.int64), self._ratings.by_item.of(item)
        branch[who] = np.where(values > self._ratings.mean, 1, 2)
        return branch

    def _order(self, users: IntArray) -> IntArray:
        """The candidates for the question at a node with these users, the best one first."""
        rows = self._ratings.by_user.take(users)
        counts = np.bincount(rows.indices, minlength=self._ratings.n_items)
        known = np.argsort(-counts, kind="stable")[:MAX_CANDIDATES]
        known = known[counts[known] > 0]
        if len(users) < MIN_USERS:
            return known
        return known[np.argsort(self._errors(users, rows, known), kind="stable")]

    def _errors(self, users: IntArray, rows: Rows, items: IntArray) -> FloatArray:
        """(len(items),) the squared error within the groups when these users are split by each item."""
        from scipy.sparse import csr_array

        of_users = [one[users] for one in self._tables]
        whole = RatingSums(*(np.asarray(one.sum(axis=0)).ravel() for one in of_users))
        mean = whole.total / (whole.n + PRIOR_STRENGTH)
        left = np.zeros(len(items))
        rest = RatingSums(*(np.repeat(one[None], len(items), axis=0) for one in whole))
        for group in self._groups(users, rows, items):
            sums = RatingSums(*map(_dense, (group @ csr_array(one) for one in of_users)))
            left += sums.error(mean)
            rest = RatingSums(*(all_of - some for all_of, some in zip(rest, sums, strict=True)))
        return left + rest.error(mean)

    def _groups(self, users: IntArray, rows: Rows, items: IntArray) -> Iterator["csr_array"]:
        """Two sparse matrices (len(items), len(users)) of ones: who likes each item, and who dislikes it."""
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
