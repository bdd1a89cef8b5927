"""True taste in the simulation, by which people choose; it is never that of the audited model."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.models.implicit_mf import ImplicitMF
from cofactor.models.matrix_factorization import MatrixFactorization

__all__ = ["held_out_taste", "standardised", "stated_ratings"]

N_FACTORS = 8  # of the fit that stands for taste
N_EPOCHS = 8


def held_out_taste(held_out: Ratings, seed: int) -> FloatArray:
    """(n_users, n_items) a low-rank fit of ratings that the audited model never sees: matrix factorisation of ratings,
    implicit matrix factorisation of clicks and counts."""
    made = MatrixFactorization if held_out.explicit else ImplicitMF
    fit = made(n_factors=N_FACTORS, n_epochs=N_EPOCHS, seed=seed)
    everybody = np.arange(held_out.n_users)
    return fit.fit(held_out, progress=False).score_users(everybody)


def standardised(taste: FloatArray, ratings: Ratings) -> FloatArray:
    """(n_users, n_items) float32, the taste with each user's mean at 0 and standard deviation at 1; 0 throughout for
    somebody to whom all is equal.

    Raises `BadOption` where it is not of this shape, or not finite.
    """
    shape = ratings.n_users, ratings.n_items
    if np.shape(taste) != shape or not np.isfinite(taste).all():
        raise BadOption(f"taste must be finite numbers of shape {shape}, a row a user, but {np.shape(taste)} came.")
    centred = taste - taste.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    return np.divide(centred, spread, out=np.zeros(shape, np.float32), where=spread > 1e-6, casting="same_kind")


def stated_ratings(utility: FloatArray, start: Ratings) -> FloatArray:
    """(n,) the values with which choices enter the log: 1 for clicks and counts; of ratings the starting log's mean
    plus the utility times its standard deviation, within the scale."""
    if not start.explicit or start.scale is None:
        return np.ones(len(utility), np.float32)
    return np.clip(start.mean + utility * start.values.std(), *start.scale).astype(np.float32)
