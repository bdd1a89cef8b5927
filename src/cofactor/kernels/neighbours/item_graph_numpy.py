"""The NumPy twin of `item_graph.py`."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.neighbours.item_graph import ItemGraph

__all__ = ["neighbour_weights"]


def neighbour_weights(graph: ItemGraph, near: IntArray, reg: float) -> FloatArray:
    """(G + reg I)⁻¹ g over the nearest items of each, cut out of the whole matrix."""
    weights = np.zeros(near.shape, np.float32)
    for item, neighbours in enumerate(near):
        own = neighbours[neighbours >= 0]
        if len(own):
            gram = np.stack([_row(graph, int(row))[own] for row in own])
            weights[item, : len(own)] = np.linalg.solve(gram + reg * np.eye(len(own)), _row(graph, item)[own])
    return weights


def _row(graph: ItemGraph, row: int) -> FloatArray:
    """(n,) a row of G, its diagonal among it."""
    whole, entries = np.zeros(len(graph.diagonal)), slice(int(graph.indptr[row]), int(graph.indptr[row + 1]))
    whole[graph.indices[entries]], whole[row] = graph.values[entries], graph.diagonal[row]
    return whole
