"""Mini-batch Adam for a perceptron on embeddings, with a dot product beside it; layers are a few flat arrays."""

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
    """How much of a user's and of an item's embedding goes into the first layer, how much into the dot product."""

    user: int
    item: int
    dot: int


class Loss(NamedTuple):
    """Squared error of the sigmoid between low and high, equal where scores stay as they are; or the log loss."""

    low: np.float32
    high: np.float32
    logistic: int


class LayerLayout(NamedTuple):
    """Sizes and offsets of L layers: units[0] numbers go into the first one, and units[l] come out of the l-th."""

    units: IntArray  # (L + 1,)
    widths: IntArray  # (L + 1,) of the rows that hold them, with a constant 1 behind them, then zeros
    rows: IntArray  # (L + 1,) where they begin in `inputs`, `sums` and `errors`
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
    """Work space: for each rating of a batch what goes into every layer, and what comes back."""

    inputs: FloatArray  # of each layer (b, widths[l]), one behind the other
    sums: FloatArray  # what each layer makes of them, before batch norm and dropout
    errors: FloatArray  # the loss's slope by `inputs`
    kept: FloatArray  # by how much dropout multiplies each of `inputs`; (0,) without
    transposed: FloatArray  # one matrix, transposed
    ones: FloatArray  # (w,) the widest row
    means: FloatArray  # (L, w) of the batch at hand
    inverses: FloatArray  # (L, w) 1 / √(variance + ε)
    first: FloatArray  # (w,) two sums over the batch, and what they make
    second: FloatArray


class Mlp(NamedTuple):
    """A net as the loops work on it: its layers, what comes in, and what is asked of what comes out."""

    layout: LayerLayout
    parameters: LayerParameters
    space: WorkSpace
    widths: EmbeddingWidths
    loss: Loss
    dropout: np.float32  # the chance that a number between two layers becomes 0


@with_numpy_twin
def run_steps(
    users: AdamSide, items: AdamSide, touched_users: TouchedRows, touched_items: TouchedRows, mlp: Mlp,
    pairs: LabelledPairs, batches: IntArray, first: int, table: AdamTable, key: int, losses: FloatArray,
) -> None:  # fmt: skip
    """Train on one batch after the other, at Adam's steps `first`, `first + 1`, …; the mean loss of each to `losses`.

    users, items: embeddings, changed in place, as are mlp.parameters; a row that no batch has touched lately stays
        behind: `adam.catch_up_rows` brings it up
    touched_users, touched_items: work space
    batches: (n_steps, batch_size) int32 row numbers of `pairs`; -1 behind the end of a short batch
    key: what dropout draws from, with the step's number     losses: (n_steps,) float32
    """
    _run_steps(users, items, touched_users, touched_items, mlp, pairs, batches, first, table, key, losses)


def layout_of(units: list[int], batch_size: int, *, batch_norm: bool) -> LayerLayout:
    """The sizes and offsets of the layers for batches of `batch_size`.

    units: numbers before the first layer, behind each hidden one, and 1
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
    """Each layer's padded matrix among the parameters, and its batch norm's scales and shifts, (0,) without: views."""
    found: list[tuple[FloatArray, FloatArray]] = []
    for at, (matrix, norm) in enumerate(zip(layout.matrices, layout.norms, strict=True)):
        above, width = layout.widths[at : at + 2]
        scales = flat[norm : norm + 2 * width] if norm >= 0 else flat[:0]
        found.append((flat[matrix : matrix + above * width].reshape(above, width), scales))
    return found
