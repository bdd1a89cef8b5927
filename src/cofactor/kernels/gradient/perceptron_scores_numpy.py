"""The NumPy twin of `perceptron_scores.py`."""

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["add_scores"]


def add_scores(scores: FloatArray, of_users: FloatArray, of_items: FloatArray, matrices: list[FloatArray]) -> None:
    """ReLU of the sums, then linear, ReLU, … , linear, for one user with all items after the other."""
    for row, of_user in zip(scores, of_users, strict=True):
        found = of_user + of_items
        for matrix in matrices:
            found = np.maximum(found, 0) @ matrix[:-1] + matrix[-1]
        row += found[:, 0]
