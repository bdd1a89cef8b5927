"""The NumPy twin of `perceptron.py`: linear, ReLU, batch norm, dropout, layer after layer, and back."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.arithmetic.splitmix_numpy import mix, mix_one
from cofactor.kernels.gradient.adam import AdamSide, AdamTable, TouchedRows
from cofactor.kernels.gradient.adam_numpy import adam_step, catch_up_rows
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.kernels.gradient.perceptron import Loss, Mlp, layer_views

__all__ = ["run_steps"]

EPS, MOMENTUM = 1e-5, 0.1  # of batch norm


def run_steps(
    users: AdamSide, items: AdamSide, touched_users: TouchedRows, touched_items: TouchedRows, mlp: Mlp,
    pairs: LabelledPairs, batches: IntArray, first: int, table: AdamTable, key: int, losses: FloatArray,
) -> None:  # fmt: skip
    """A pass forward, a pass back, and a step of every embedding and parameter, for each batch."""
    parameters, (n_user, n_item, n_dot) = mlp.parameters, mlp.widths
    for side, touched in ((users, touched_users), (items, touched_items)):
        catch_up_rows(side, touched.root, -1, first, table)
    for s, batch in enumerate(batches):
        rows, step = batch[batch >= 0], first + s
        u, i, values = pairs.rows(rows)
        p, q = users.p[u].astype(np.float64), items.p[i].astype(np.float64)
        layers = _forward(np.column_stack([p[:, :n_user], q[:, :n_item]]), mlp, mix_one(key ^ mix_one(step)))
        dots = p[:, n_user : n_user + n_dot], q[:, n_item : n_item + n_dot]
        costs, slopes = _costs(layers[-1].sums[:, 0] + np.einsum("nk,nk->n", *dots), values, mlp.loss)
        losses[s], slopes = costs.mean(), slopes[:, None] / len(rows)
        parameters.g[:] = 0
        back = _backward(layers, slopes, mlp)
        by_user = np.column_stack([back[:, :n_user], slopes * dots[1]])
        by_item = np.column_stack([back[:, n_user : n_user + n_item], slopes * dots[0]])
        for side, idx, slope in ((users, u, by_user), (items, i, by_item)):
            gradient = np.zeros(side.p.shape)
            np.add.at(gradient[:, : slope.shape[1]], idx, slope)
            adam_step(side.p, side.m, side.v, gradient, step, table)
            side.last[:] = step
        adam_step(parameters.p, parameters.m, parameters.v, parameters.g, step, table)


class _Layer(NamedTuple):
    """The inputs and outputs of one layer for a batch."""

    inputs: FloatArray  # (b, n_in + 1), the last column 1
    sums: FloatArray  # (b, n_out), of a hidden layer after ReLU
    kept: FloatArray  # (b, n_out) the factors of dropout; (0,) without dropout


def _forward(inputs: FloatArray, mlp: Mlp, key: int) -> list[_Layer]:
    """All layers forward; batch norm's running statistics are updated."""
    layers, last = list[_Layer](), len(mlp.layout.matrices) - 1
    for at, (matrix, norm) in enumerate(layer_views(mlp.parameters.p, mlp.layout)):
        n_in, n_out = mlp.layout.units[at : at + 2]
        inputs = np.column_stack([inputs, np.ones(len(inputs))])
        sums = inputs @ matrix[: n_in + 1, :n_out]
        sums = sums if at == last else np.maximum(sums, 0)
        outputs, kept = sums, np.zeros(0)
        if len(norm):
            outputs = _normalised(sums, norm.reshape(2, -1)[:, :n_out], mlp, at)
        if at < last and mlp.dropout > 0:
            kept = _kept(len(sums), int(n_out), int(mlp.layout.widths[at + 1]), mlp.dropout, mix_one(key ^ mix_one(at)))
            outputs = outputs * kept
        layers.append(_Layer(inputs, sums, kept))
        inputs = outputs
    return layers


def _backward(layers: list[_Layer], slopes: FloatArray, mlp: Mlp) -> FloatArray:
    """All layers backward: the gradient by the first inputs; those by the parameters are written to `g`."""
    of_matrices, of_gradients = (layer_views(flat, mlp.layout) for flat in (mlp.parameters.p, mlp.parameters.g))
    for at in reversed(range(len(layers))):
        (inputs, sums, kept), (matrix, norm), (by_matrix, by_norm) = layers[at], of_matrices[at], of_gradients[at]
        n_in, n_out = inputs.shape[1] - 1, sums.shape[1]
        if at < len(layers) - 1:
            slopes = slopes * kept if len(kept) else slopes
            if len(norm):
                slopes = _normalised_back(
                    sums, slopes, norm.reshape(2, -1)[0, :n_out], by_norm.reshape(2, -1)[:, :n_out]
                )
            slopes = np.where(sums > 0, slopes, 0)
        by_matrix[: n_in + 1, :n_out] = inputs.T @ slopes
        if len(norm):
            by_matrix[n_in] = 0  # the norm shifts anyway
        slopes = slopes @ matrix[:n_in, :n_out].T
    return slopes


def _normalised(sums: FloatArray, norm: FloatArray, mlp: Mlp, layer: int) -> FloatArray:
    """scale · (a - mean) / √(variance + ε) + shift over the batch; the running statistics follow by a tenth."""
    (n, n_out), (scale, shift) = sums.shape, norm
    mean, variance = sums.mean(axis=0), sums.var(axis=0)
    running = mlp.parameters.means[layer, :n_out], mlp.parameters.variances[layer, :n_out]
    for held, now in zip(running, (mean, variance * n / max(n - 1, 1)), strict=True):
        held += MOMENTUM * (now - held)
    return scale * (sums - mean) / np.sqrt(variance + EPS) + shift


def _normalised_back(sums: FloatArray, slopes: FloatArray, scale: FloatArray, by_norm: FloatArray) -> FloatArray:
    """The gradient by batch norm's inputs; those by its scales and shifts are written to `by_norm`."""
    inverse = 1 / np.sqrt(sums.var(axis=0) + EPS)
    standard = (sums - sums.mean(axis=0)) * inverse
    by_norm[:] = (slopes * standard).sum(axis=0), slopes.sum(axis=0)
    return scale * inverse * (slopes - slopes.mean(axis=0) - standard * (slopes * standard).mean(axis=0))


def _kept(n: int, n_units: int, width: int, dropout: np.float32, key: int) -> FloatArray:
    """(n, n_units): 0 with the probability `dropout`, else 1 / (1 - dropout)."""
    at = np.arange(n, dtype=np.uint64)[:, None] * np.uint64(width) + np.arange(n_units, dtype=np.uint64)
    drawn = mix(np.array([key % 2**64], np.uint64) + at) >> np.uint64(40)
    return np.where(drawn >= np.uint64(float(dropout) * 2.0**24), 1 / (1 - float(dropout)), 0)


def _costs(z: FloatArray, values: FloatArray, loss: Loss) -> tuple[FloatArray, FloatArray]:
    """The loss of each pair, squared error of the squashed score or log loss, and its derivative by z."""
    squashed = 1 / (1 + np.exp(-z))
    if loss.logistic:
        return np.maximum(z, 0) - z * values + np.log1p(np.exp(-np.abs(z))), squashed - values
    if loss.low == loss.high:
        return np.square(z - values), 2 * (z - values)
    span = float(loss.high - loss.low)
    errors = loss.low + span * squashed - values
    return np.square(errors), 2 * errors * span * squashed * (1 - squashed)
