"""Batch normalisation of a layer, forward and back [ioffe2015batch]."""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT

__all__ = ["normalise", "normalise_back"]

EPS, MOMENTUM = np.float32(1e-5), np.float32(0.1)  # of batch norm, as in PyTorch


@njit(**JIT)
def normalise(layer, X, A, n, n_units, width, layout, parameters, space):
    """X ← batch norm of A; both (n, width), flat. Keeps the batch's statistics, and updates the running ones."""
    mean, inverse = space.means[layer], space.inverses[layer]
    scale, shift = space.first, space.second
    at = layout.norms[layer]
    gamma, beta = parameters.p[at : at + width], parameters.p[at + width : at + 2 * width]
    scale[:width] = 0
    shift[:width] = 0
    for b in range(n):
        row = A[b * width : (b + 1) * width]
        for j in range(n_units):
            scale[j] += row[j]
    for j in range(n_units):
        mean[j] = scale[j] / np.float32(n)
    for b in range(n):
        row = A[b * width : (b + 1) * width]
        for j in range(n_units):
            shift[j] += (row[j] - mean[j]) * (row[j] - mean[j])
    unbiased = np.float32(n) / np.float32(max(n - 1, 1))
    running, running_variance = parameters.means[layer], parameters.variances[layer]
    for j in range(n_units):
        variance = shift[j] / np.float32(n)
        running[j] += MOMENTUM * (mean[j] - running[j])
        running_variance[j] += MOMENTUM * (variance * unbiased - running_variance[j])
        inverse[j] = np.float32(1) / np.sqrt(variance + EPS)
        scale[j] = gamma[j] * inverse[j]
        shift[j] = beta[j] - mean[j] * scale[j]
    for b in range(n):
        row, out = A[b * width : (b + 1) * width], X[b * width : (b + 1) * width]
        for j in range(n_units):
            out[j] = row[j] * scale[j] + shift[j]


@njit(**JIT)
def normalise_back(layer, D, A, n, n_units, width, layout, parameters, space):
    """D (n, width): the gradient by batch norm's outputs -> by its inputs A; those by its parameters are written."""
    mean, inverse = space.means[layer], space.inverses[layer]
    of_shift, of_scale = space.first, space.second
    of_shift[:width] = 0
    of_scale[:width] = 0
    for b in range(n):
        row, d = A[b * width : (b + 1) * width], D[b * width : (b + 1) * width]
        for j in range(n_units):
            of_shift[j] += d[j]
            of_scale[j] += d[j] * (row[j] - mean[j])
    at, share = layout.norms[layer], np.float32(1) / np.float32(n)
    gamma = parameters.p[at : at + width]
    g_scale, g_shift = parameters.g[at : at + width], parameters.g[at + width : at + 2 * width]
    for j in range(n_units):
        g_shift[j] = of_shift[j]
        g_scale[j] = of_scale[j] * inverse[j]
        of_shift[j] *= share
        of_scale[j] *= share * inverse[j] * inverse[j]
    for b in range(n):
        row, d = A[b * width : (b + 1) * width], D[b * width : (b + 1) * width]
        for j in range(n_units):
            d[j] = gamma[j] * inverse[j] * (d[j] - of_shift[j] - (row[j] - mean[j]) * of_scale[j])
