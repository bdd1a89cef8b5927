"""Exploration by posterior sampling: scores as they would be under one draw of what is believed of each user.

Thompson, "On the likelihood that one unknown probability exceeds another in view of the evidence of two samples",
Biometrika 1933 [thompson1933likelihood]. Of somebody with few ratings little is known, and the draws differ much; with
many ratings they come close to the scores themselves.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.posterior.row_model import RowModel

__all__ = ["score_deviations"]


def score_deviations(
    row_models: Sequence[RowModel], rated: Sequence[tuple[IntArray, FloatArray]], keys: Sequence[int], seed: int
) -> FloatArray:
    """(b, n_items) float32, by how much each user's scores differ from their mean under one draw of the user's row.

    The items are those of one of the row models, which is drawn too. A user's draw depends on the seed and their own
    key alone, whoever else is asked for.
    rated: items and values of each user's ratings     keys: of each user, 0 or above
    """
    each = list(_row_deviations(row_models, rated, keys, seed))
    out = np.zeros((len(each), len(row_models[0].design)), np.float32)
    which = np.array([at for at, _ in each], np.int64)
    for at, model in enumerate(row_models):
        rows = np.flatnonzero(which == at)
        if len(rows):
            out[rows] = np.stack([each[row][1] for row in rows.tolist()]) @ model.design.T
    return out


def _row_deviations(
    row_models: Sequence[RowModel], rated: Sequence[tuple[IntArray, FloatArray]], keys: Sequence[int], seed: int
) -> Iterator[tuple[int, FloatArray]]:
    """Of each user: the number of the row model that was drawn, and the row's difference from its mean, (d,)."""
    for (item_idx, values), key in zip(rated, keys, strict=True):
        rng = np.random.default_rng([seed, key])
        at = int(rng.integers(len(row_models)))
        covariance = row_models[at].posterior(item_idx, values).covariance
        yield at, np.linalg.cholesky(covariance) @ rng.standard_normal(len(covariance))
