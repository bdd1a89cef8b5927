"""Mini-batch Adam with decoupled weight decay for factors and biases [kingma2015adam, loshchilov2019adamw]."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.kernels.twins import with_numpy_twin

__all__ = [
    "BETA2", "EPS", "WIDTH_MULTIPLE", "AdamSide", "AdamTable", "TouchedRows", "catch_up_rows", "make_adam_table",
    "make_touched_rows", "run_steps",
]  # fmt: skip

BETA2, EPS = 0.99, 1e-5  # fastai's values, of every engine
WIDTH_MULTIPLE = 8  # a row's width is a multiple of this many float32: one vector

_run_steps = Native("cofactor.kernels.gradient.adam_loops", "run_steps")
_catch_up_rows = Native("cofactor.kernels.gradient.adam_loops", "catch_up_rows")


class AdamSide(NamedTuple):
    """Users or items: parameters and Adam's two moments, (n, w) float32 each, and each row's last step, (n,) int64."""

    p: FloatArray
    m: FloatArray
    v: FloatArray
    last: IntArray


class AdamTable(NamedTuple):
    """Adam's coefficients at each step of a schedule, (T,) float64: η the rate, λ the decay, t = before + step + 1."""

    shrink: FloatArray  # 1 - η λ
    step_size: FloatArray  # η / (1 - β₁ᵗ)
    root_scale: FloatArray  # 1 / √(1 - β₂ᵗ)
    beta1: FloatArray
    log_shrink: FloatArray  # cumulative sum of log shrink
    log_beta1: FloatArray  # cumulative sum of log β₁
    beta2: float
    eps: np.float32


class TouchedRows(NamedTuple):
    """Work space: the rows of one side that a batch touches."""

    n_rows: IntArray  # (1,) how many
    rows: IntArray  # (batch_size,) which
    places: IntArray  # (n,) the place in `rows` of each row that is there
    grads: FloatArray  # (batch_size, w) the gradients of `rows`
    root: FloatArray  # (w,) √v of one row


def make_touched_rows(side: AdamSide, size: int) -> TouchedRows:
    """Work space for batches of up to `size` ratings."""
    n, w = side.p.shape
    return TouchedRows(
        np.zeros(1, np.int64), np.empty(size, np.int64), np.zeros(n, np.int32),
        np.empty((size, w), np.float32), np.empty(w, np.float32),
    )  # fmt: skip


def make_adam_table(rates: FloatArray, momenta: FloatArray, decay: float, before: int = 0) -> AdamTable:
    """The table of a schedule.

    rates, momenta: (T,) η and β₁ of every step     decay: λ     before: steps that were made before this schedule
    """
    t = np.arange(before + 1, before + len(rates) + 1)
    shrink = 1 - rates * decay
    return AdamTable(
        shrink, rates / (1 - momenta**t), 1 / np.sqrt(1 - BETA2**t), momenta,
        np.cumsum(np.log(np.maximum(shrink, 1e-300))), np.cumsum(np.log(np.maximum(momenta, 1e-300))),
        BETA2, np.float32(EPS),
    )  # fmt: skip


@with_numpy_twin
def run_steps(
    users: AdamSide, items: AdamSide, touched_users: TouchedRows, touched_items: TouchedRows, k: int,
    pairs: LabelledPairs, batches: IntArray, first: int, table: AdamTable, y_range: tuple[float, float] | None,
    losses: FloatArray,
) -> None:  # fmt: skip
    """Train on one batch after the other, at steps `first`, `first + 1`, …; the mean squared error of each to `losses`.

    users, items: rows [factors (k), bias, 1, 0 …] and [factors (k), 1, bias, 0 …], changed in place; a row lacks the
        steps since a batch last touched it, which `catch_up_rows` makes up
    touched_users, touched_items: work space
    batches: (n_steps, batch_size) int32 row numbers of `pairs`; -1 behind the end of a short batch
    y_range: of the sigmoid; None: scores are left as they are     losses: (n_steps,) float32
    """
    low, high = map(np.float32, y_range or (0.0, 0.0))
    _run_steps(users, items, touched_users, touched_items, k, pairs, batches, first, table, low, high, losses)


@with_numpy_twin
def catch_up_rows(side: AdamSide, root: FloatArray, constant: int, now: int, table: AdamTable) -> None:
    """Make up the missed steps of every row, up to step `now` (exclusive): the parameters are then those of dense Adam.

    root: (w,) work space     constant: the column that is always 1; -1: there is none
    """
    _catch_up_rows(side, root, constant, now, table)
