"""What the generated sets share: people of differing activity, whom some items reach, at some times.

All draws are whole numbers, or of square roots and quotients alone, which every machine rounds alike.
"""

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.errors import BadOption

__all__ = ["activity", "bell", "most_attended", "streams", "times", "user_ids"]

OPENED, YEARS_OPEN = 1_577_836_800, 5  # 2020-01-01 00:00 UTC; no film of the catalogue is younger
DAY = 86_400


def user_ids(n: int) -> Array:
    """(n,) ids like "u0001"."""
    return np.array([f"u{number:04d}" for number in range(1, n + 1)], object)


def streams(seed: int, n: int, n_users: int) -> list[np.random.Generator]:
    """A stream of random numbers for each of n parts of a set: a change in one leaves the others' draws alone.

    Raises `BadOption` for a set without users.
    """
    if n_users < 1:
        raise BadOption(f"n_users is {n_users}, but the table needs at least one user.")
    return [np.random.Generator(np.random.PCG64(stream)) for stream in np.random.SeedSequence(seed).spawn(n)]


def bell(rng: np.random.Generator, shape: tuple[int, ...], spread: int) -> IntArray:
    """Whole numbers, nearly normal, mean 0 and this standard deviation: the sum of twelve uniform draws."""
    drawn = rng.integers(2**16, size=(12, *shape), dtype=np.uint16).sum(axis=0, dtype=np.int64)
    return (drawn - 6 * (2**16 - 1)) * spread // 2**16


def activity(rng: np.random.Generator, n_users: int, fewest: int, most: int) -> IntArray:
    """(n_users,) how many items each person takes up: a few people many times more than most."""
    unit: FloatArray = 1.0 - rng.random(n_users)  # (0, 1]; its -1/2th power has the heavy tail of real activity
    return np.minimum(fewest + (32 * (1.0 / np.sqrt(unit) - 1.0)).astype(np.int64), most)


def most_attended(attention: IntArray, n_each: IntArray) -> tuple[IntArray, IntArray]:
    """The pairs of each person and the items that get most of their attention.

    They come user by user, each user's items in the order in which they thought of them.
    attention: (n_users, n_items)     n_each: (n_users,) items of each
    """
    n_users, n_items = attention.shape
    ranked = np.argsort(-attention, axis=1, kind="stable")
    return np.repeat(np.arange(n_users), n_each), ranked[np.arange(n_items) < n_each[:, None]]


def times(rng: np.random.Generator, user_idx: IntArray, n_users: int) -> IntArray:
    """The second of each rating: some seconds after the one before, or, every eighth time, some days."""
    n = len(user_idx)
    first = np.diff(user_idx, prepend=-1) > 0
    new_session = rng.integers(8, size=n) == 0
    pause = np.where(new_session, rng.integers(DAY // 6, 14 * DAY, size=n), rng.integers(5, 90, size=n))
    clock = np.cumsum(np.where(first, 0, pause))
    since_first = clock - clock[first][user_idx]
    span = YEARS_OPEN * 365 * DAY
    since_first = np.minimum(since_first, span)
    longest = np.zeros(n_users, np.int64)
    np.maximum.at(longest, user_idx, since_first)
    joined = (rng.random(n_users) * (span - longest)).astype(np.int64)
    return OPENED + joined[user_idx] + since_first
