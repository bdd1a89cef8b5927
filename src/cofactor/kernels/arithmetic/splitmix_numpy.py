"""The NumPy twin of `splitmix.py`."""

import numpy as np

from cofactor.arrays import IntArray

__all__ = ["GOLDEN", "mix", "mix_one", "unmix"]

GOLDEN = 0x9E3779B97F4A7C15


def mix(numbers: IntArray | int) -> IntArray:
    """The finaliser of SplitMix64, of any whole numbers modulo 2⁶⁴ -> uint64, at least one axis."""
    z = _as_uint64(numbers) + np.uint64(GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def mix_one(number: int) -> int:
    """`mix` of one number, in Python's own integers, which are quicker one by one."""
    z = (number + GOLDEN) % 2**64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


def unmix(hashes: IntArray) -> IntArray:
    """The numbers, (n,) uint64, of which `mix` made these hashes: each of its steps can be undone."""
    z = hashes ^ (hashes >> np.uint64(31)) ^ (hashes >> np.uint64(62))
    z = z * np.uint64(pow(0x94D049BB133111EB, -1, 2**64))
    z = z ^ (z >> np.uint64(27)) ^ (z >> np.uint64(54))
    z = z * np.uint64(pow(0xBF58476D1CE4E5B9, -1, 2**64))
    return (z ^ (z >> np.uint64(30)) ^ (z >> np.uint64(60))) - np.uint64(GOLDEN)


def _as_uint64(numbers: IntArray | int) -> IntArray:
    """(n,) or (1,): an array, for NumPy warns of a single number that wraps around."""
    if isinstance(numbers, np.ndarray):
        return np.atleast_1d(numbers).astype(np.uint64)
    return np.array([int(numbers) % 2**64], np.uint64)
