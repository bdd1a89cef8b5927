"""How a row follows from its ratings under every draw at once: each rating's share of the row's posterior mean."""

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["shares_by_draw"]


def shares_by_draw(
    items: FloatArray, weights: FloatArray, precision: FloatArray, direction: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(n_draws, m) by how much each rating's target moves the row's posterior mean along a direction in each draw, and
    the design (n_draws, m, d) by which the row meets the ratings.

    items: (m, n_draws, d) rows [factors, bias] of the rated items     weights: (n_draws, m) precisions of the ratings
    precision: (n_draws, d, d) of the prior     direction: (n_draws, d)
    """
    design = items.transpose(1, 0, 2).copy()
    design[..., -1] = 1  # the user's own bias meets every rating alike
    weighted = design * weights[..., None]
    through = np.linalg.solve(precision + weighted.transpose(0, 2, 1) @ design, direction[..., None])
    return (weighted @ through)[..., 0], design
