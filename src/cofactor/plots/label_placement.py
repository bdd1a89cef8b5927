"""Labels beside points such that none lies on another: each in turn takes the first of eight places that is free.

Greedy placement of point labels; Christensen, Marks & Shieber, "An empirical study of algorithms for point-feature
label placement", ACM Transactions on Graphics 1995 [christensen1995labels]. The labels to be seen most are placed
first, and a label without a free place is left out.
"""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray

__all__ = ["place_labels"]

# Where a label's middle lies, in its own half widths and half heights from the point: right, left, above, below …
DIRECTIONS = np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)], float)


def place_labels(points: FloatArray, sizes: FloatArray, frame: FloatArray, gap: float) -> FloatArray:
    """(n, 2) the lower left corner of each label, nan where it has no free place.

    points: (n, 2), the most important first     sizes: (n, 2) width and height of each label
    frame: (2, 2) lower left and upper right corner, which labels do not leave
    gap: between a label and its point, and half of it between labels; all in one unit
    Points of placed labels are kept free, too.
    """
    corners = np.full((len(points), 2), np.nan)
    taken = np.empty((0, 2, 2))  # boxes: lower left and upper right corner
    for at, (point, size) in enumerate(zip(points, sizes, strict=True)):
        boxes = _candidates(point, size, gap)
        free = _inside(boxes, frame) & _inside(point[None, None], frame) & ~_overlaps(boxes, taken)
        dot = np.array([[point - gap / 2, point + gap / 2]])
        if free.any() and not _overlaps(dot, taken).any():
            box = boxes[np.argmax(free)]
            corners[at] = box[0]
            taken = np.concatenate([taken, box[None] + [[-gap / 2], [gap / 2]], dot])
    return corners


def _candidates(point: FloatArray, size: FloatArray, gap: float) -> FloatArray:
    """(8, 2, 2) boxes of this size around the point."""
    corners = point + DIRECTIONS * (gap + size / 2) - size / 2
    return np.stack([corners, corners + size], axis=1)


def _inside(boxes: FloatArray, frame: FloatArray) -> BoolArray:
    return (boxes >= frame[0]).all(axis=(1, 2)) & (boxes <= frame[1]).all(axis=(1, 2))


def _overlaps(boxes: FloatArray, taken: FloatArray) -> BoolArray:
    """(n,) whether a box lies on any of those taken."""
    apart = (boxes[:, None, 0] >= taken[:, 1]) | (boxes[:, None, 1] <= taken[:, 0])  # (n, n_taken, 2)
    return np.any(~np.any(apart, axis=2), axis=1)
