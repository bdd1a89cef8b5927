"""Where the items' factors begin: axes that come from the catalogue and from the first release, so they cost nothing.

First the main axes of the items' attributes; then how well and how often items are rated, as people differ in how far
they follow either; then at random. Sweeps from a random start spend most of the budget on finding such axes.
"""

from collections.abc import Mapping

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.data.features import feature_matrix, features_of
from cofactor.training.private.item_rows import FACTOR_VARIANCE, ItemBelief

__all__ = ["attribute_columns", "starting_factors", "usual_n_factors"]


def attribute_columns(attributes: Mapping[str, Array], n_items: int) -> FloatArray:
    """(n_items, f) the features of the attributes, and a column of ones before them."""
    found = feature_matrix(features_of(attributes), n_items).toarray() if attributes else np.zeros((n_items, 0))
    return np.column_stack([np.ones(n_items), found])


def usual_n_factors(columns: FloatArray) -> int:
    """The number of factors that pays: more of them where attributes say where to begin."""
    return 5 if columns.shape[1] > 1 else 2


def starting_factors(columns: FloatArray, belief: ItemBelief, n_factors: int, seed: int) -> FloatArray:
    """(n_items, n_factors) the factors to begin with, of one spread.

    columns: (n_items, f) of attributes     belief: after the first release     seed: of the random ones
    """
    standing = np.column_stack([belief.bias, np.log(belief.counts)])
    random = np.random.default_rng(seed).standard_normal((len(columns), n_factors))
    standing = standing[:, standing.std(axis=0) > 1e-6]  # items that are all alike say nothing
    parts = [_main_axes(columns[:, 1:], n_factors), *_spread_alike(standing).T, _spread_alike(random)]
    return np.column_stack(parts)[:, :n_factors] * FACTOR_VARIANCE**0.5


def _main_axes(features: FloatArray, n: int) -> FloatArray:
    """(n_items, n or fewer) the scores on the main axes of rows of features, each row of length 1; 1 in mean square."""
    rows = features / np.sqrt(np.maximum(np.square(features).sum(axis=1, keepdims=True), 1e-12))
    _, sizes, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    scores = (rows - rows.mean(axis=0)) @ axes[: min(n, int((sizes > 1e-9).sum()))].T
    return scores / np.sqrt(np.square(scores).mean()) if scores.size else scores


def _spread_alike(columns: FloatArray) -> FloatArray:
    """Columns of mean 0 and variance 1."""
    centred = columns - columns.mean(axis=0)
    return centred / np.maximum(centred.std(axis=0), 1e-12)
