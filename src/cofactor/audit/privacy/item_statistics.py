"""What a reader of a model's items sees of one person whose ratings they hold: no user's row, score or list is needed.

Vectors are read up to a change of basis, which no product of them tells.
"""

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.ratings import Ratings
from cofactor.recommender import Recommender

__all__ = ["item_statistics", "left_out_fit", "mean_weights", "orthonormal_basis"]

RIDGE = 10.0  # on vectors whose mean square is 1; of 1 to 10 on `tastes` the one under which members show most
MEAN_RIDGE = 1.0  # on a person's own mean


def item_statistics(model: Recommender, table: Ratings, people: IntArray) -> FloatArray | None:
    """(n_people,) how well the ratings of each person fit the items' vectors, or weights; None without either.

    Of vectors of a model that predicts ratings `left_out_fit`, of those of a ranker the share of the person's row of
    clicks that lies in their span; of weights `mean_weights`.
    """
    if model.abilities.has_vectors:
        basis, rows = orthonormal_basis(model.row_vectors("item")), table.by_user
        if model.abilities.predicts and table.explicit:
            beyond_mean = rows.values - _item_means(table)[rows.indices]
            spans = [slice(*rows.indptr[user : user + 2]) for user in people.tolist()]
            return np.array([left_out_fit(basis[rows.indices[at]], beyond_mean[at], len(basis)) for at in spans])
        return (
            np.array([np.square(basis[rows.of(user)[0]].sum(axis=0)).sum() for user in people.tolist()])
            / (rows.counts[people])
        )
    return mean_weights(model, table, people) if model.abilities.has_item_weights else None


def orthonormal_basis(vectors: Array) -> FloatArray:
    """(n_items, r) float64, orthonormal columns with the span of the vectors, (n_items, f); r is their rank."""
    columns, sizes, _ = np.linalg.svd(np.asarray(vectors, np.float64), full_matrices=False)
    return columns[:, sizes > 1e-6 * sizes.max(initial=1e-30)]


def _item_means(table: Ratings) -> FloatArray:
    rows = table.by_user
    sums = np.bincount(rows.indices, rows.values, minlength=table.n_items)
    return sums / np.maximum(np.bincount(rows.indices, minlength=table.n_items), 1)


def left_out_fit(basis: FloatArray, values: FloatArray, n_items: int) -> float:
    """Minus the mean squared error of each value, predicted by ridge regression of the others on the items' vectors.

    basis: (n, r) rows of an orthonormal basis of all items' vectors     values: (n,) beyond the items' means
    """
    design = np.column_stack([np.ones(len(values)), basis * np.sqrt(n_items / max(basis.shape[1], 1))])
    precision = design.T @ design + np.diag([MEAN_RIDGE, *[RIDGE] * basis.shape[1]])
    solved = np.linalg.solve(precision, design.T)
    leverage = np.einsum("nd,dn->n", design, solved)
    errors = (values - design @ (solved @ values)) / (1 - leverage)  # as if each were left out, without fitting anew
    return -float(np.mean(np.square(errors)))


def mean_weights(model: Recommender, table: Ratings, people: IntArray) -> FloatArray:
    """(n_people,) what the weights of a person's items add up to at each of these items from the others, on average."""
    rows = table.matrix[people]
    rows.data = np.ones_like(rows.data)
    by_item, sums = rows.tocsc(), np.zeros(len(people))
    for item in np.flatnonzero(np.diff(by_item.indptr)).tolist():
        weights = np.asarray(model.similarity("item", item), np.float64)
        weights = np.where(np.isfinite(weights), weights, 0)
        weights[item] = 0
        owners = by_item.indices[by_item.indptr[item] : by_item.indptr[item + 1]]
        sums[owners] += rows[owners] @ weights
    return sums / np.diff(rows.indptr)
