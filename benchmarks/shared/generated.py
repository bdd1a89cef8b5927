"""Ratings of any size, generated: power-law popularity, uneven users, half stars from a planted factor model.

Synthetic, and only for throughput: their shape is MovieLens 10M's, their taste is nobody's.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CACHE = Path(__file__).parents[1] / ".cache"
N_USERS, N_ITEMS, N_RATINGS = 70_000, 10_700, 10_000_000
RANK = 8  # factors behind the ratings


class Table(NamedTuple):
    """n distinct (user, item) pairs in random order. user_idx, item_idx: (n,) int32; values: (n,) float32."""

    user_idx: NDArray[np.int32]
    item_idx: NDArray[np.int32]
    values: NDArray[np.float32]


def generated_file(n_users: int = N_USERS, n_items: int = N_ITEMS, n_ratings: int = N_RATINGS) -> Path:
    """The .npz of `generate` with seed 0, made if it is missing, so that all contestants read the same."""
    path = CACHE / f"generated-{n_users}x{n_items}-{n_ratings}.npz"
    if not path.is_file():
        CACHE.mkdir(exist_ok=True)
        np.savez(path, **generate(n_users, n_items, n_ratings, seed=0)._asdict())
    return path


def generate(n_users: int, n_items: int, n_ratings: int, seed: int) -> Table:
    """n_ratings must leave room: at most about half of all pairs, or drawing distinct ones takes long."""
    rng = np.random.default_rng(seed)
    pairs = rng.permutation(_distinct_pairs(n_users, n_items, n_ratings, rng))
    user_idx, item_idx = np.divmod(pairs, n_items)
    values = _half_stars(user_idx, item_idx, n_users, n_items, rng)
    return Table(user_idx.astype(np.int32), item_idx.astype(np.int32), values)


def _distinct_pairs(n_users: int, n_items: int, n_ratings: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Pairs as user * n_items + item, drawn until enough differ; ones drawn again count once."""
    activity = rng.lognormal(sigma=1.1, size=n_users)
    popularity = (np.arange(n_items) + 0.012 * n_items) ** -1.25
    popularity = rng.permutation(popularity)  # an item's number must not tell how popular it is
    pairs = np.empty(0, np.int64)
    while len(pairs) < n_ratings:
        n_more = int(1.3 * (n_ratings - len(pairs))) + 1000
        drawn = _draw(activity, n_more, rng) * n_items + _draw(popularity, n_more, rng)
        pairs = np.unique(np.concatenate([pairs, drawn]))
    return rng.choice(pairs, n_ratings, replace=False)


def _draw(weights: NDArray[np.float64], n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(n)).astype(np.int64)


def _half_stars(
    user_idx: NDArray[np.int64],
    item_idx: NDArray[np.int64],
    n_users: int,
    n_items: int,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    taste = rng.normal(scale=0.35, size=(n_users, RANK)).astype(np.float32)
    trait = rng.normal(scale=0.45, size=(n_items, RANK)).astype(np.float32)
    generosity, quality = rng.normal(scale=0.4, size=n_users), rng.normal(scale=0.45, size=n_items)
    liking = np.einsum("nf,nf->n", taste[user_idx], trait[item_idx])
    score = 3.5 + generosity[user_idx] + quality[item_idx] + liking + rng.normal(scale=0.75, size=len(user_idx))
    return np.clip(np.round(2 * score) / 2, 0.5, 5).astype(np.float32)
