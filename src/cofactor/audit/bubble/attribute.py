"""How what users have rated spreads over the values of an attribute."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.ratings import Ratings

__all__ = ["distribution_of_log"]


def distribution_of_log(log: Ratings, shares: FloatArray) -> FloatArray:
    """(n_users, w) the distribution of the attribute over what each user has rated; nan for somebody without any."""
    from scipy.sparse import csr_array

    rated = log.by_user
    counted = csr_array((np.ones(len(rated.indices)), rated.indices, rated.indptr), shape=(log.n_users, log.n_items))
    total = np.asarray(counted @ shares)
    whole = np.repeat(total.sum(axis=1, keepdims=True), total.shape[1], axis=1)
    return np.divide(total, whole, out=np.full(total.shape, np.nan), where=whole > 0)
