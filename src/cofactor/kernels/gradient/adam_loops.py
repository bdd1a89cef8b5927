"""Mini-batch Adam for r ≈ squash(p_u · q_i + b_u + b_i), fused: gather, error, gradient and update in one pass.

Adam moves every row at every step, also the rows that a batch does not touch: their momentum runs on and weight
decay pulls at them [kingma2015adam, loshchilov2019adamw]. Done at every step, that is n_rows · k work for a batch of 64
ratings, which is why dense Adam is slow. But a row is not read between two batches that touch it, so its missed steps
are made up when it is next needed, in cache, with the same arithmetic: with g = 0

    m ← β₁ m      √v ← √β₂ √v      p ← (1 - η λ) p - η/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε)

so √v is taken once, and dozens of missed steps cost one division (`_skip_steps`). When m has faded out, only the decay
is left, and that is one factor. The result is that of dense Adam (as by torch, with the modules of `nets/`) up to
rounding, which a test checks.

A row is [factors (k), bias, 1, 0 …] for users and [factors (k), 1, bias, 0 …] for items, so that the whole score is
one dot product and a bias is learned like any factor. The ones are put back after every step.
"""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.gradient.adam import AdamSide, AdamTable, TouchedRows
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs

# entries find the argument structs here, by name
__all__ = [
    "AdamSide", "AdamTable", "LabelledPairs", "TouchedRows", "catch_up_rows", "run_steps", "step_rows", "touch_row",
    "update",
]  # fmt: skip

CENTRE = 0.93  # one leap spans scales c from c₀/0.93 down to 0.93 c₀ or so
FADED = 1e-9  # momentum below this share of a step no longer changes a float32 parameter


@njit(**JIT)
def _catch_up_row(p, m, v, root, last, now, table):
    """Make up the steps last+1 .. now-1, at which this row had no gradient. p, m, v, root: (w,), changed."""
    for j in range(p.size):
        root[j] = np.sqrt(v[j])
    kept, faded, step = 1.0, 1.0, last + 1
    while step < now and table.step_size[step] * kept > FADED * table.root_scale[step] * faded:
        kept, faded, step = _skip_steps(p, m, root, kept, faded, step, now, table)
    if step < now:
        rest = np.float32(np.exp(table.log_shrink[now - 1] - table.log_shrink[step - 1]))
        for j in range(p.size):
            p[j] *= rest
        kept *= np.exp(table.log_beta1[now - 1] - table.log_beta1[step - 1])
        faded *= np.exp(0.5 * (now - step) * np.log(table.beta2))
    keep_m, keep_v = np.float32(kept), np.float32(faded * faded)
    for j in range(p.size):
        m[j] *= keep_m
        v[j] *= keep_v


@njit(**JIT)
def _skip_steps(p, m, root, kept, faded, step, now, table):
    """Make up as many steps at once as keep c = √β₂ˢ/√(1-β₂ᵗ) within 7 % of a middle c₀, with one division for all.

    With x = √v c₀ / (√v c₀ + ε), which is at most 1, and δ = 1 - c/c₀,
        1 / (√v c + ε)  =  1 / (√v c₀ + ε) · (1 + xδ + (xδ)² + …),
    so five sums over the steps, the same for every factor, serve the whole row; the sixth term is below 2e-6.
    """
    fade = np.sqrt(table.beta2)
    middle = CENTRE * table.root_scale[step] * faded * fade
    relative = fade / middle
    m0, m1, m2, m3, m4, shrunk = 0.0, 0.0, 0.0, 0.0, 0.0, 1.0
    while step < now:
        delta = 1 - table.root_scale[step] * faded * relative
        if delta > 1 - CENTRE:
            break
        kept *= table.beta1[step]
        faded *= fade
        shrink, step_size = table.shrink[step], table.step_size[step] * kept
        shrunk *= shrink
        m0 = m0 * shrink + step_size
        step_size *= delta
        m1 = m1 * shrink + step_size
        step_size *= delta
        m2 = m2 * shrink + step_size
        step_size *= delta
        m3 = m3 * shrink + step_size
        step_size *= delta
        m4 = m4 * shrink + step_size
        step += 1
    c0, w = np.float32(middle), np.float32(shrunk)
    a0, a1, a2, a3, a4 = np.float32(m0), np.float32(m1), np.float32(m2), np.float32(m3), np.float32(m4)
    for j in range(p.size):
        inverse = np.float32(1) / (root[j] * c0 + table.eps)
        x = root[j] * c0 * inverse
        p[j] = p[j] * w - m[j] * inverse * (a0 + x * (a1 + x * (a2 + x * (a3 + x * a4))))
    return kept, faded, step


@njit(**JIT)
def update(p, m, v, g, step, table):
    """One Adam step with gradient g. All (w,)."""
    shrink, step_size, root_scale = (
        np.float32(table.shrink[step]),
        np.float32(table.step_size[step]),
        np.float32(table.root_scale[step]),
    )
    beta1 = np.float32(table.beta1[step])
    beta2 = np.float32(table.beta2)
    for j in range(p.size):
        m[j] = beta1 * m[j] + (np.float32(1) - beta1) * g[j]
        v[j] = beta2 * v[j] + (np.float32(1) - beta2) * g[j] * g[j]
        p[j] = p[j] * shrink - step_size * m[j] / (np.sqrt(v[j]) * root_scale + table.eps)


@njit(**JIT)
def touch_row(side, row, touched, constant, step, table):
    """The place of a row among the batch's rows; at its first rating in the batch its missed steps are made up.

    constant: the row's column that is always 1, and multiplies the other side's bias; -1: it has none
    """
    if side.last[row] != step:
        if side.last[row] < step - 1:
            _catch_up_row(side.p[row], side.m[row], side.v[row], touched.root, side.last[row], step, table)
            if constant >= 0:
                side.p[row, constant] = 1
        side.last[row] = step
        place = touched.n_rows[0]
        touched.n_rows[0] = place + 1
        touched.rows[place], touched.places[row] = row, place
        touched.grads[place] = 0
    return touched.places[row]


@njit(**JIT)
def step_rows(side, touched, constant, step, table):
    """A step of Adam for every touched row, except its constant column; `touched` is then empty."""
    for at in range(touched.n_rows[0]):
        row = touched.rows[at]
        if constant >= 0:
            touched.grads[at, constant] = 0
        update(side.p[row], side.m[row], side.v[row], touched.grads[at], step, table)
        if constant >= 0:
            side.p[row, constant] = 1
    touched.n_rows[0] = 0


@njit(**JIT)
def score(p, q, low, span):
    """The score of a pair and its derivative by the dot product; span 0: no sigmoid."""
    z = np.float32(0)
    for j in range(p.size):
        z += p[j] * q[j]
    if span == 0:
        return z, np.float32(1)
    squashed = np.float32(1) / (np.float32(1) + np.exp(-z))
    return low + span * squashed, span * squashed * (np.float32(1) - squashed)


@njit(**JIT)
def run_steps(users, items, touched_users, touched_items, k, pairs, batches, first, table, low, high, losses):
    """Train on batches[s] at step first + s, for every s; the mean squared error of each goes to losses[s].

    users, items: `AdamSide`, changed in place; `catch_up_rows` makes up the steps that rows have missed by then
    touched_users, touched_items: `TouchedRows`, work space     k: number of factors
    batches: (n_steps, batch_size) row numbers of `pairs`; -1 behind the end of a short batch
    low, high: range of the sigmoid (float32), equal where scores are left as they are
    """
    size = batches.shape[1]
    span = high - low
    for s in range(batches.shape[0]):
        step, n_in, loss = first + s, 0, 0.0
        while n_in < size and batches[s, n_in] >= 0:
            n_in += 1
        share = np.float32(2 / max(n_in, 1))
        for at in range(n_in):
            row = batches[s, at]
            u, i = pairs.user_idx[row], pairs.item_idx[row]
            g = touched_users.grads[touch_row(users, u, touched_users, k + 1, step, table)]
            h = touched_items.grads[touch_row(items, i, touched_items, k, step, table)]
            p, q = users.p[u], items.p[i]
            guess, slope = score(p, q, low, span)
            error = guess - pairs.values[row]
            loss += error * error
            pull = share * slope * error
            for j in range(p.size):
                g[j] += pull * q[j]
                h[j] += pull * p[j]
        step_rows(users, touched_users, k + 1, step, table)
        step_rows(items, touched_items, k, step, table)
        losses[s] = loss / max(n_in, 1)


@njit(**JIT)
def catch_up_rows(side, root, constant, now, table):
    """Make up the missed steps of every row, up to step `now` (exclusive)."""
    for row in range(side.p.shape[0]):
        if side.last[row] < now - 1:
            _catch_up_row(side.p[row], side.m[row], side.v[row], root, side.last[row], now, table)
            side.last[row] = now - 1
        if constant >= 0:
            side.p[row, constant] = 1
