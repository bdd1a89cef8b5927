"""Mini-batch Adam for score = MLP([p_u, q_i]) + p'_u · q'_i, fused: a whole epoch without leaving machine code.

A batch of 64 ratings through layers of 100 and 50 units is 9 million operations, a tenth of a millisecond. A framework
takes ten times as long for what is around it: some sixty small operations, each called, checked and recorded, and an
optimiser that updates every embedding. Here three matrix products a layer run in register
tiles,

    forward  Y = X W        back  ∂X = ∂Y Wᵀ        weights  ∂W = Xᵀ ∂Y

and the missed steps of an embedding are made up when it is next looked up (`adam_loops.py`). `nets/mlp.py` is the
readable twin; a test compares the two.

A layer is linear, ReLU, batch norm, dropout, in fastai's order. Every row ends in a constant 1, so a bias is one more
row of the matrix; before batch norm, which shifts anyway, it stays 0. In training batch norm uses the statistics of the
batch, and the running ones, which predictions use, move towards them by a tenth [ioffe2015batch].
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.products_loops import add_product, transpose_scaled
from cofactor.kernels.arithmetic.splitmix import mix
from cofactor.kernels.arithmetic.vectors import TILE_ROWS
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.gradient.adam import AdamSide, AdamTable, TouchedRows
from cofactor.kernels.gradient.adam_loops import step_rows, touch_row, update
from cofactor.kernels.gradient.batch_norm_loops import normalise, normalise_back
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.kernels.gradient.perceptron import (
    EmbeddingWidths,
    LayerLayout,
    LayerParameters,
    Loss,
    Mlp,
    WorkSpace,
)

# entries find the argument structs here, by name
__all__ = [
    "AdamSide", "AdamTable", "EmbeddingWidths", "LabelledPairs", "LayerLayout", "LayerParameters", "Loss", "Mlp",
    "TouchedRows", "WorkSpace", "run_steps",
]  # fmt: skip


@njit(**JIT)
def _drop_out(X, kept, n, n_units, width, dropout, key):
    """Set numbers of X (n, width) to 0 with the probability `dropout`, and scale the others by 1 / (1 - dropout)."""
    larger = np.float32(1) / (np.float32(1) - dropout)
    bound = np.uint64(np.float64(dropout) * 2.0**24)
    for b in range(n):
        for j in range(n_units):
            at = b * width + j
            drawn = mix(key + np.uint64(at)) >> np.uint64(40)
            kept[at] = larger if drawn >= bound else np.float32(0)
            X[at] *= kept[at]


@njit(**JIT)
def _forward(n, rows, layout, parameters, space, dropout, key):
    """All layers forward, for a batch of n ratings; rows: n rounded up to whole tiles."""
    n_layers = layout.matrices.size
    for layer in range(n_layers):
        n_units, width, above = layout.units[layer + 1], layout.widths[layer + 1], layout.widths[layer]
        x_at, y_at = layout.rows[layer], layout.rows[layer + 1]
        A, X = space.sums[y_at : y_at + rows * width], space.inputs[y_at : y_at + rows * width]
        A[:] = 0
        n_in = layout.units[layer] + 1
        add_product(A, 0, space.inputs, x_at, above, 1, parameters.p, layout.matrices[layer], rows, width, n_in)
        if layer == n_layers - 1:
            break
        for j in range(n * width):
            A[j] = max(A[j], np.float32(0))
        if layout.norms[layer] >= 0:
            normalise(layer, X, A, n, n_units, width, layout, parameters, space)
        else:
            for j in range(A.size):
                X[j] = A[j]
        if dropout > 0:
            kept = space.kept[y_at : y_at + rows * width]
            _drop_out(X, kept, n, n_units, width, dropout, mix(key ^ mix(np.uint64(layer))))
        for b in range(n):
            X[b * width + n_units] = 1


@njit(**JIT)
def _backward(n, rows, layout, parameters, space, dropout):
    """All layers backward, from the gradient by the last sums to those by parameters and by the first inputs."""
    n_layers = layout.matrices.size
    for layer in range(n_layers - 1, -1, -1):
        n_units, width, above = layout.units[layer + 1], layout.widths[layer + 1], layout.widths[layer]
        x_at, y_at, matrix = layout.rows[layer], layout.rows[layer + 1], layout.matrices[layer]
        D = space.errors[y_at : y_at + rows * width]
        if layer < n_layers - 1:
            _activate_back(layer, D, n, n_units, width, layout, parameters, space, dropout)
        add_product(parameters.g, matrix, space.inputs, x_at, 1, above, D, 0, above, width, n)
        if layout.norms[layer] >= 0:
            bias = matrix + layout.units[layer] * width
            parameters.g[bias : bias + width] = 0
        transpose_scaled(space.transposed, parameters.p, matrix, above, width, space.ones)
        space.errors[x_at : x_at + rows * above] = 0
        add_product(space.errors, x_at, D, 0, width, 1, space.transposed, 0, rows, above, n_units)


@njit(**JIT)
def _activate_back(layer, D, n, n_units, width, layout, parameters, space, dropout):
    """D (n, width): the gradient by a hidden layer's outputs -> by its sums."""
    at = layout.rows[layer + 1]
    A = space.sums[at : at + n * width]
    if dropout > 0:
        for j in range(n * width):
            D[j] *= space.kept[at + j]
    if layout.norms[layer] >= 0:
        normalise_back(layer, D, A, n, n_units, width, layout, parameters, space)
    for b in range(n):
        row, d = A[b * width : (b + 1) * width], D[b * width : (b + 1) * width]
        for j in range(n_units):
            d[j] = d[j] if row[j] > 0 else np.float32(0)
        d[n_units:] = 0


@njit(**JIT)
def _look_up(n, rows, batch, sides, pairs, mlp, step, table):
    """The first layer's inputs ← the embeddings of a batch, side by side."""
    (users, items, touched_users, touched_items), layout, space, widths = sides, mlp.layout, mlp.space, mlp.widths
    width, (n_of_user, n_of_item, _) = layout.widths[0], widths
    for b in range(n):
        u, i = pairs.user_idx[batch[b]], pairs.item_idx[batch[b]]
        touch_row(users, u, touched_users, -1, step, table)
        touch_row(items, i, touched_items, -1, step, table)
        row = space.inputs[b * width : (b + 1) * width]
        p, q = users.p[u], items.p[i]
        for j in range(n_of_user):
            row[j] = p[j]
        for j in range(n_of_item):
            row[n_of_user + j] = q[j]
        row[n_of_user + n_of_item] = 1
    for layer in range(layout.widths.size):  # rows of an earlier, longer batch
        at, width = layout.rows[layer], layout.widths[layer]
        space.inputs[at + n * width : at + rows * width] = 0
        space.errors[at + n * width : at + rows * width] = 0


@njit(**JIT)
def _loss_and_slope(z, value, low, span, logistic):
    """The loss of a pair with score z, and its derivative by z."""
    if logistic:
        chance = np.float32(1) / (np.float32(1) + np.exp(-z))
        return max(z, np.float32(0)) - z * value + np.log1p(np.exp(-abs(z))), chance - value
    if span == 0:
        return (z - value) * (z - value), np.float32(2) * (z - value)
    squashed = np.float32(1) / (np.float32(1) + np.exp(-z))
    error = low + span * squashed - value
    return error * error, np.float32(2) * error * span * squashed * (np.float32(1) - squashed)


@njit(**JIT)
def _score(n, batch, sides, pairs, mlp):
    """The mean loss of a batch; its gradient by the last sums goes to `errors`, by the dot products to `touched`."""
    (users, items, touched_users, touched_items), layout, space = sides, mlp.layout, mlp.space
    at, width, (n_of_user, n_of_item, n_dot) = layout.rows[-1], layout.widths[-1], mlp.widths
    low, high, logistic = mlp.loss
    share, total = np.float32(1) / np.float32(n), 0.0
    for b in range(n):
        u, i, value = pairs.user_idx[batch[b]], pairs.item_idx[batch[b]], pairs.values[batch[b]]
        p, q = users.p[u, n_of_user : n_of_user + n_dot], items.p[i, n_of_item : n_of_item + n_dot]
        z = space.sums[at + b * width]
        for j in range(n_dot):
            z += p[j] * q[j]
        cost, pull = _loss_and_slope(z, value, low, high - low, logistic)
        total += cost
        pull *= share
        space.errors[at + b * width] = pull
        if n_dot:
            g, h = touched_users.grads[touched_users.places[u]], touched_items.grads[touched_items.places[i]]
            for j in range(n_dot):
                g[n_of_user + j] += pull * q[j]
                h[n_of_item + j] += pull * p[j]
    return total / n


@njit(**JIT)
def _embedding_gradients(n, batch, sides, pairs, mlp):
    """Add the gradients by the first layer's inputs to those of the embeddings."""
    (_, _, touched_users, touched_items), space = sides, mlp.space
    width, (n_of_user, n_of_item, _) = mlp.layout.widths[0], mlp.widths
    for b in range(n):
        row = space.errors[b * width : (b + 1) * width]
        g = touched_users.grads[touched_users.places[pairs.user_idx[batch[b]]]]
        h = touched_items.grads[touched_items.places[pairs.item_idx[batch[b]]]]
        for j in range(n_of_user):
            g[j] += row[j]
        for j in range(n_of_item):
            h[j] += row[n_of_user + j]


@njit(**JIT)
def run_steps(users, items, touched_users, touched_items, mlp, pairs, batches, first, table, key, losses):
    """Train on batches[s] at step first + s, for every s, as `perceptron.run_steps` says."""
    layout, parameters, space, dropout = mlp.layout, mlp.parameters, mlp.space, mlp.dropout
    sides = users, items, touched_users, touched_items
    for s in range(batches.shape[0]):
        step, n, batch = first + s, 0, batches[s]
        while n < batch.size and batch[n] >= 0:
            n += 1
        rows = (n + TILE_ROWS - 1) // TILE_ROWS * TILE_ROWS
        _look_up(n, rows, batch, sides, pairs, mlp, step, table)
        _forward(n, rows, layout, parameters, space, dropout, mix(np.uint64(key) ^ mix(np.uint64(step))))
        losses[s] = _score(n, batch, sides, pairs, mlp)
        parameters.g[:] = 0
        _backward(n, rows, layout, parameters, space, dropout)
        _embedding_gradients(n, batch, sides, pairs, mlp)
        step_rows(users, touched_users, -1, step, table)
        step_rows(items, touched_items, -1, step, table)
        update(parameters.p, parameters.m, parameters.v, parameters.g, step, table)
