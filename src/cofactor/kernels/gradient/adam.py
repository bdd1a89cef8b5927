"""What `adam_loops.py` works on, and the way to it: its loops as machine code, compiled once, loaded without Numba."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.compiling.native import Native

__all__ = [
    "BETA2",
    "EPS",
    "WIDTH_MULTIPLE",
    "AdamSide",
    "AdamTable",
    "TouchedRows",
    "catch_up_rows",
    "make_adam_table",
    "make_touched_rows",
    "run_steps",
]

BETA2, EPS = 0.99, 1e-5  # fastai's values, of every engine
WIDTH_MULTIPLE = 8  # a row's width is a multiple of this many float32: one vector

run_steps = Native("cofactor.kernels.gradient.adam_loops", "run_steps")
catch_up_rows = Native("cofactor.kernels.gradient.adam_loops", "catch_up_rows")


class AdamSide(NamedTuple):
    """Users or items: parameters, Adam's two moments (all (n, w) float32), and each row's last step, (n,) int64."""

    p: FloatArray
    m: FloatArray
    v: FloatArray
    last: IntArray


class AdamTable(NamedTuple):
    """What each step does, tabled for steps 0..T-1, (T,) float64 each (η rate, λ decay, t = step + 1)."""

    shrink: FloatArray  # 1 - η λ
    step_size: FloatArray  # η / (1 - β₁ᵗ)
    root_scale: FloatArray  # 1 / √(1 - β₂ᵗ)
    beta1: FloatArray
    log_shrink: FloatArray  # running sum of log shrink, inclusive
    log_beta1: FloatArray  # running sum of log β₁, inclusive


class TouchedRows(NamedTuple):
    """Work space: the rows of one side that a batch touches."""

    n_rows: IntArray  # (1,) how many
    rows: IntArray  # (batch_size,) which
    places: IntArray  # (n,) where each stands in rows
    grads: FloatArray  # (batch_size, w) the gradient of each
    root: FloatArray  # (w,) √v of the row at hand


def make_touched_rows(side: AdamSide, size: int) -> TouchedRows:
    """Work space for batches of up to `size` ratings."""
    n, w = side.p.shape
    return TouchedRows(
        np.zeros(1, np.int64), np.empty(size, np.int64), np.zeros(n, np.int32),
        np.empty((size, w), np.float32), np.empty(w, np.float32),
    )  # fmt: skip


def make_adam_table(rates: FloatArray, momenta: FloatArray, decay: float, beta2: float, before: int = 0) -> AdamTable:
    """rates, momenta: (T,) of every step of a schedule; decay: λ; before: steps that the moments have seen."""
    t = np.arange(before + 1, before + len(rates) + 1)
    shrink = 1 - rates * decay
    return AdamTable(
        shrink, rates / (1 - momenta**t), 1 / np.sqrt(1 - beta2**t), momenta,
        np.cumsum(np.log(np.maximum(shrink, 1e-300))), np.cumsum(np.log(np.maximum(momenta, 1e-300))),
    )  # fmt: skip
