"""From (ε, δ) to the noise of each release, and from the noise of all releases to the ε they spend together.

Two tables are neighbours where one is the other with all ratings of one person added or removed. A sum over people
whose parts have length 1 at most, released with normal noise of standard deviation σ, is the Gaussian mechanism of
noise multiplier σ. Several, each chosen with the earlier ones in view, are together one of multiplier (Σ 1/σₖ²)^-½
(Dong, Roth & Su, "Gaussian differential privacy", 2022, corollary 3.3 [dong2022gaussian]), whose σ for (ε, δ) is known
exactly (Balle & Wang 2018 [balle2018analytic]). Both that σ and the check of the whole sequence are dp-accounting's.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from cofactor.errors import MissingExtra

__all__ = ["budget_shares", "composed_epsilon", "noise_multiplier", "release_multipliers"]

MARGIN = 1e-6  # by which σ is made larger than calibrated, against rounding


def budget_shares(n_sweeps: int) -> list[float]:
    """The shares of 1/σ² of the first release and of each sweep's, as 2 : 2 : 3 : 4 : …; they add up to 1.

    The later a sweep, the more of it stays in the model.

    >>> budget_shares(0), [round(one, 3) for one in budget_shares(2)]
    ([1.0], [0.286, 0.286, 0.429])
    """
    weights = [2, *range(2, n_sweeps + 2)]
    return [one / sum(weights) for one in weights]


def release_multipliers(multiplier: float, shares: Sequence[float]) -> list[float]:
    """The noise multiplier of each release, which together are one of `multiplier`.

    >>> [round(one, 9) for one in release_multipliers(1.0, [0.25, 0.75])]
    [2.0, 1.154700538]
    """
    return [multiplier / share**0.5 for share in shares]


@cache
def noise_multiplier(epsilon: float, delta: float) -> float:
    """σ of the one Gaussian mechanism that is (ε, δ)-private; raises `MissingExtra` without dp-accounting."""
    return float(_library().get_sigma_gaussian(epsilon, delta)) * (1 + MARGIN)


def composed_epsilon(multipliers: Sequence[float], delta: float) -> float:
    """The ε, for this δ, of a sequence of releases with these noise multipliers: an upper bound by the distribution of
    the privacy loss, one person added or removed; takes seconds. Raises `MissingExtra` without dp-accounting."""
    library = _library()
    from dp_accounting.pld import PLDAccountant

    accountant = PLDAccountant(library.NeighboringRelation.ADD_OR_REMOVE_ONE)
    accountant.compose(library.ComposedDpEvent([library.GaussianDpEvent(one) for one in multipliers]))
    return float(np.asarray(accountant.get_epsilon(delta)))


def _library() -> Any:
    try:
        import dp_accounting
    except ImportError as error:
        raise MissingExtra("Differential privacy's accountant", "privacy") from error
    return dp_accounting
