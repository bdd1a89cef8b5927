"""Varimax: the rotation under which each row lies on few axes, so that axes are easier to name [kaiser1958varimax]."""

from itertools import combinations

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["varimax"]

MAX_SWEEPS = 100
SMALLEST_ANGLE = 1e-5  # radians; a sweep without a larger one is the last


def varimax(places: FloatArray) -> FloatArray:
    """(n, n) the orthogonal matrix R for which the columns of (places · R)² have the largest sum of variances.

    places: (m, n), taken as they are ("raw" varimax): to bring all rows to one length first, as is usual for loadings,
    would let rows near the centre say as much as any. By plane rotations of two axes at a time, each by Kaiser's angle.
    """
    axes = np.ascontiguousarray(places.T, np.float64)  # an axis is a row, so that a pair lies together in memory
    rotation = np.eye(len(axes))
    for _ in range(MAX_SWEEPS):
        angles = [_rotate_pair(axes, rotation, a, b) for a, b in combinations(range(len(axes)), 2)]
        if max(map(abs, angles), default=0.0) < SMALLEST_ANGLE:
            break
    return rotation.T


def _rotate_pair(axes: FloatArray, rotation: FloatArray, a: int, b: int) -> float:
    """The angle by which two axes are rotated in their plane, and the rotation with them, in place."""
    angle = _best_angle(axes[a], axes[b])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    axes[[a, b]], rotation[[a, b]] = turn @ axes[[a, b]], turn @ rotation[[a, b]]
    return angle


def _best_angle(x: FloatArray, y: FloatArray) -> float:
    """The angle of the largest criterion, between -π/4 and π/4."""
    u, v, m = x**2 - y**2, 2 * x * y, len(x)
    a, b = u.sum(), v.sum()
    numerator = 2 * (u @ v) - 2 * a * b / m
    denominator = u @ u - v @ v - (a**2 - b**2) / m
    return float(np.arctan2(numerator, denominator)) / 4
