"""Tables made on the spot, where a fixture would hide what is in them."""

import numpy as np

from cofactor.data.ratings import Ratings


def random_ratings(n_users: int, n_items: int, n: int, seed: int = 0) -> Ratings:
    """n ratings 1..5 at random, no pair twice, every user and item at least once where n allows."""
    rng = np.random.default_rng(seed)
    cells = rng.permutation(n_users * n_items)[:n]
    return Ratings.from_arrays(cells // n_items, cells % n_items, rng.integers(1, 6, n).astype(float))
