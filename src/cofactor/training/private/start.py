"""Where the items' factors begin, from the catalogue alone: the main axes of the items' attributes, else at random."""

from collections.abc import Mapping

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.data.features import feature_matrix, features_of
from cofactor.training.private.item_rows import FACTOR_VARIANCE

__all__ = ["attribute_columns", "starting_factors"]


def attribute_columns(attributes: Mapping[str, Array], n_items: int) -> FloatArray:
    """(n_items, f) the features of the attributes, and a column of ones before them."""
    found = feature_matrix(features_of(attributes), n_items).toarray() if attributes else np.zeros((n_items, 0))
    return np.column_stack([np.ones(n_items), found])


def starting_factors(columns: FloatArray, n_factors: int, seed: int) -> FloatArray:
    """(n_items, n_factors) the scores of the items on the main axes of their features, the random ones of this seed
    where there are fewer; no person has a part in them."""
    rows = columns[:, 1:] / np.sqrt(np.maximum(np.square(columns[:, 1:]).sum(axis=1, keepdims=True), 1e-12))
    _, sizes, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    n_axes = min(n_factors, int((sizes > 1e-9).sum()))
    factors = np.random.default_rng(seed).standard_normal((len(columns), n_factors))
    factors[:, :n_axes] = (rows - rows.mean(axis=0)) @ axes[:n_axes].T
    rms = np.sqrt(np.square(factors).mean()) if factors.size else 1.0
    return factors * (FACTOR_VARIANCE**0.5 / max(float(rms), 1e-12))
