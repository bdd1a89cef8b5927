"""Clusters of items or users, named by what tells each from the others: labels for a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.steps import Side
from cofactor.data.tables import Table
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed, seed_of
from cofactor.interpretation.components import damped
from cofactor.interpretation.factors import DAMPING
from cofactor.interpretation.labelled_rows import LabelledRows, weights_of
from cofactor.interpretation.naming import EndNames, name_sets
from cofactor.interpretation.spherical_kmeans import spherical_kmeans
from cofactor.recommender import Recommender, expect_model
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["Clusters", "clusters"]

MAX_CLUSTERS = 48
MAX_NAMED_BY = 300  # members of a cluster that are compared with as many others, when it is named
N_EXAMPLES = 3


@dataclass(frozen=True, eq=False)
class Clusters(SheetMixin):
    """A partition of m users or items, the largest cluster first.

    members: (m,) the cluster of each row, from 0     names: of each cluster (as the high end) against the other rows
    """

    rows: LabelledRows
    members: IntArray
    names: tuple[EndNames, ...]

    @property
    def labels(self) -> list[str]:
        """The name of each cluster; "" of one that no attribute tells from the others."""
        return [one.high for one in self.names]

    @property
    def sizes(self) -> IntArray:
        """(n_clusters,) members of each."""
        return np.bincount(self.members, minlength=len(self.names))

    def label_places(self, places: FloatArray) -> FloatArray:
        """(n_clusters, d) the median place of each cluster's members, where its label stands on a map.

        places: (m, d), such as `Factors.plane` of the same rows
        """
        return np.stack([np.median(places[self.members == at], axis=0) for at in range(len(self.names))])

    def most_rated(self, cluster: int, n: int = N_EXAMPLES) -> IntArray:
        """(n,) the positions of the most rated rows of one cluster."""
        own = np.flatnonzero(self.members == cluster)
        return own[np.argsort(-self.rows.counts[own], kind="stable")[:n]]

    def table(self) -> Table[Literal["item", "user", "title", "ratings", "cluster", "label"]]:
        """The cluster of every row: a table of id, title, ratings, cluster and the cluster's label."""
        labels = [self.labels[at] for at in self.members]
        columns: dict[str, Sequence[Any]] = {"cluster": self.members.tolist(), "label": labels}
        return self.rows.table(self.rows.columns() | columns)

    def sheet(self) -> Sheet:
        """One row a cluster: size, label and its most rated members."""
        rows = [
            (str(at), f"{size:,}", label or "–", "; ".join(self.rows.names[one] for one in self.most_rated(at)))
            for at, (size, label) in enumerate(zip(self.sizes, self.labels, strict=True))
        ]
        header = ("", self.rows.side + "s", "told apart by", "most rated")
        unnamed = ("–: no attribute tells it from the others.",) if "" in self.labels else ()
        return Sheet(f"{len(rows)} clusters", header, rows, unnamed, ("left", "right", "left", "left"))


def clusters(
    model: Recommender, n: int = 12, *, side: Side = "item", damping: float = DAMPING, min_ratings: int = 1,
    seed: int = 0,
) -> Clusters:  # fmt: skip
    """At most n clusters of a model's vectors, by their angles about the centre.

    damping: a row of c ratings counts c / (c + damping), so that what hardly anybody rated makes no cluster
    min_ratings: leave out rows with fewer ratings
    A cluster is named by what its members have and others have not, by the test of `factors`' names: that any cluster
    of noise gets a name has a chance of 5 %.
    Raises `BadOption` where an option is out of range, n above 48 among them, and `Unsupported` of a model without
    vectors.
    """
    expect_model(model, "clusters opens the vectors of")
    model, n, seed = model.snapshot(), conformed("n", int, n), seed_of(seed)
    vectors, rows = model.vectors(side), LabelledRows.of(model.ratings, side, min_ratings)
    most = min(MAX_CLUSTERS, len(rows))
    if not 1 <= n <= most:
        raise BadOption(f"n must lie between 1 and {most} here, but {shown(n)} came.")
    weights = weights_of(rows.counts, damping)
    members = _largest_first(spherical_kmeans(damped(vectors[rows.idx], weights), weights, n, seed)[0])
    return Clusters(rows, members, _names(rows, members, seed))


def _largest_first(members: IntArray) -> IntArray:
    """(m,) the same clusters, numbered by size; there is none without members."""
    _, members, sizes = np.unique(members, return_inverse=True, return_counts=True)
    number = np.empty(len(sizes), np.int64)
    number[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return number[members]


def _names(rows: LabelledRows, members: IntArray, seed: int) -> tuple[EndNames, ...]:
    n = int(members.max()) + 1
    rng = np.random.default_rng(seed)

    def some(of: IntArray) -> IntArray:
        return np.sort(rng.choice(of, min(len(of), MAX_NAMED_BY), replace=False))

    each = ((some(np.flatnonzero(members != at)), some(np.flatnonzero(members == at))) for at in range(n))
    return tuple(name_sets(rows, others, own, n_compared=n) for others, own in each)
