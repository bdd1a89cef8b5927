"""Mini-batch Adam for a perceptron on embeddings, plus a dot product; the layers are a few flat arrays."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.alignment import padded_width
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.gradient.adam import AdamSide, AdamTable, TouchedRows
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.kernels.twins import with_numpy_twin

__all__ = [
    "EmbeddingWidths", "LayerLayout", "LayerParameters", "Loss", "Mlp", "WorkSpace", "layer_views", "layout_of",
    "make_work_space", "run_steps",
]  # fmt: skip

_run_steps = Native("cofactor.kernels.gradient.perceptron_loops", "run_steps")


class EmbeddingWidths(NamedTuple):
    """Widths of the parts of embeddings: the inputs of the first layer, and those of the dot product."""

    user: int
    item: int
    dot: int


class Loss(NamedTuple):
    """The squared error of scores, squashed into (low, high) unless these are equal; or the log loss of clicks."""

    low: np.float32
    high: np.float32
    logistic: int  # 1: the log loss


class LayerLayout(NamedTuple):
    """Sizes and offsets of L layers: units[0] numbers go into the first one, and units[l] come out of the l-th."""

    units: IntArray  # (L + 1,)
    widths: IntArray  # (L + 1,) of the rows that hold these numbers, a constant 1 and zeros
    rows: IntArray  # (L + 1,) where the rows of each layer begin in `inputs`, `sums` and `errors`
    matrices: IntArray  # (L,) where each (widths[l], widths[l + 1]) matrix begins among the weights
    norms: IntArray  # (L,) where its batch norm's scales begin, its shifts behind them; -1: it has none


class LayerParameters(NamedTuple):
    """Every layer's parameters, Adam's two moments and the gradient, (n,) float32 each, in one layout."""

    p: FloatArray
    m: FloatArray
    v: FloatArray
    g: FloatArray
    means: FloatArray  # (L, w) running statistics of the batch norms
    variances: FloatArray


class WorkSpace(NamedTuple):
    """Work space: the inputs, sums and gradients of every layer for a batch."""

    inputs: FloatArray  # of each layer (b, widths[l]), one behind the other
    sums: FloatArray  # the output of each layer before batch norm and dropout
    errors: FloatArray  # the gradient of the loss by `inputs`
    kept: FloatArray  # the factors by which dropout multiplies `inputs`; (0,) without dropout
    transposed: FloatArray  # one matrix, transposed
    ones: FloatArray  # (w,) the widest row
    means: FloatArray  # (L, w) of the batch
    inverses: FloatArray  # (L, w) 1 / √(variance + ε)
    first: FloatArray  # (w,) sums over the batch, for batch norm
    second: FloatArray


class Mlp(NamedTuple):
    """A net as the loops take it: its layers, the widths of its inputs, and its loss."""

    layout: LayerLayout
    parameters: LayerParameters
    space: WorkSpace
    widths: EmbeddingWidths
    loss: Loss
    dropout: np.float32  # the probability that a number between two layers becomes 0


@with_numpy_twin
def run_steps(
    users: AdamSide, items: AdamSide, touched_users: TouchedRows, touched_items: TouchedRows, mlp: Mlp,
    pairs: LabelledPairs, batches: IntArray, first: int, table: AdamTable, key: int, losses: FloatArray,
) -> None:  # fmt: skip
    """Train on one batch after the other, at Adam's steps `first`, `first + 1`, …; the mean loss of each to `losses`.

    users, items: embeddings, changed in place, as are mlp.parameters; a row lacks the steps since a batch last touched
        it, which `adam.catch_up_rows` makes up
    touched_users, touched_items: work space
    batches: (n_steps, batch_size) int32 row numbers of `pairs`; -1 behind the end of a short batch
    key: seeds dropout, together with the number of the step     losses: (n_steps,) float32
    """
    _run_steps(users, items, touched_users, touched_items, mlp, pairs, batches, first, table, key, losses)


def layout_of(units: list[int], batch_size: int, *, batch_norm: bool) -> LayerLayout:
    """The sizes and offsets of the layers for batches of `batch_size`.

    units: the number of inputs, of the units of each hidden layer, and 1
    """
    widths = [padded_width(n + 1) for n in units]
    rows = np.cumsum([0] + [padded_width(batch_size) * width for width in widths])
    matrices = np.cumsum([0] + [above * below for above, below in pairwise(widths)])
    norms = np.full(len(units) - 1, -1)
    if batch_norm:
        norms[:-1] = matrices[-1] + np.cumsum([0] + [2 * width for width in widths[1:-2]])
    return LayerLayout(*(np.asarray(one, np.int64) for one in (units, widths, rows[:-1], matrices[:-1], norms)))


def make_work_space(layout: LayerLayout, batch_size: int, *, dropout: bool) -> WorkSpace:
    """Work space for batches of up to `batch_size` ratings."""
    n, w = int(padded_width(batch_size) * layout.widths.sum()), int(layout.widths.max())
    inputs, sums, errors = (np.zeros(n, np.float32) for _ in range(3))
    largest = int((layout.widths[1:] * layout.widths[:-1]).max())
    means, inverses = (np.zeros((len(layout.matrices), w), np.float32) for _ in range(2))
    return WorkSpace(
        inputs, sums, errors, np.zeros(n if dropout else 0, np.float32), np.zeros(largest, np.float32),
        np.ones(w, np.float32), means, inverses, np.zeros(w, np.float32), np.zeros(w, np.float32),
    )  # fmt: skip


def layer_views(flat: FloatArray, layout: LayerLayout) -> list[tuple[FloatArray, FloatArray]]:
    """Views of each layer's padded matrix and of its batch norm's scales and shifts, (0,) where it has none."""
    found: list[tuple[FloatArray, FloatArray]] = []
    for at, (matrix, norm) in enumerate(zip(layout.matrices, layout.norms, strict=True)):
        above, width = layout.widths[at : at + 2]
        scales = flat[norm : norm + 2 * width] if norm >= 0 else flat[:0]
        found.append((flat[matrix : matrix + above * width].reshape(above, width), scales))
    return found
