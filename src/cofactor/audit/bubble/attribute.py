"""How items, and what users have rated, spread over the values of an attribute."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.ratings import Ratings
from cofactor.filtering.columns import item_column

__all__ = ["attribute_shares", "distribution_of_log"]


def attribute_shares(ratings: Ratings, attribute: str) -> FloatArray:
    """(n_items, w) the share of each value in each item: of two genres each has half; 0 for an item without any.

    Raises `BadOption` where items have no such attribute.
    """
    column = item_column(ratings, attribute, "attribute")
    row, place = np.nonzero(column.words >= 0)
    shares = np.zeros((ratings.n_items, len(column.codes_of_words)))
    shares[row, column.words[row, place]] = 1
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)


def distribution_of_log(log: Ratings, shares: FloatArray) -> FloatArray:
    """(n_users, w) the distribution of the attribute over what each user has rated; nan for somebody without any."""
    from scipy.sparse import csr_array

    rated = log.by_user
    counted = csr_array((np.ones(len(rated.indices)), rated.indices, rated.indptr), shape=(log.n_users, log.n_items))
    total = np.asarray(counted @ shares)
    whole = np.repeat(total.sum(axis=1, keepdims=True), total.shape[1], axis=1)
    return np.divide(total, whole, out=np.full(total.shape, np.nan), where=whole > 0)
