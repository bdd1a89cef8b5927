"""The releases of differentially private least squares, in their order: the only place where noise meets ratings.

What `private_items` reads of the ratings it reads by `person_sum`, and adds noise to before anything else sees it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.training.private import secure_normals
from cofactor.training.private.item_rows import (
    RATING_VARIANCE,
    ItemBelief,
    biases_from_sums,
    rows_from_sums,
    shared_gram,
)
from cofactor.training.private.person_sums import Parts, person_sum
from cofactor.training.private.start import starting_factors
from cofactor.training.private.statistics import (
    COUNT_WEIGHT,
    GRAM_WEIGHT,
    MEAN_WEIGHT,
    bias_parts,
    sweep_parts,
    unit_values,
)
from cofactor.training.private.user_rows import ItemSide

__all__ = ["Observer", "PrivateSettings", "Release", "item_side", "private_items"]

USER_BIAS_VARIANCE, USER_FACTOR_VARIANCE = 0.05, 0.7  # of a person's row, in units of half the range


class PrivateSettings(NamedTuple):
    """The settings of a fit, declared or following from what is: nothing of them is computed from ratings.

    multipliers: σ of the first release and of each sweep     seed: of factors that begin at random
    attributes: (n_items, f) the items', with a column of ones
    """

    rating_range: tuple[float, float]
    max_ratings: int
    delta: float
    multipliers: Sequence[float]
    attributes: FloatArray
    n_factors: int
    seed: int

    @property
    def weight(self) -> float:
        """a, of a rating in a person's part."""
        return 2 / self.max_ratings**0.5


class Release(NamedTuple):
    """One release: by item (n_items, k) and of all people (j,), noise of deviation sigma added to each number.

    parts_of: what was summed, as a function of some people's rows; it holds none of the ratings
    """

    by_item: FloatArray
    of_all: FloatArray
    sigma: float
    parts_of: Callable[[Rows], Parts]


Observer: TypeAlias = Callable[[Release], None]


def private_items(
    rows: Rows, n_items: int, settings: PrivateSettings, observe: Observer = lambda release: None
) -> ItemSide:
    """The items' side in units of half the range, learned from the releases alone.

    rows: each person's items and ratings     observe: is shown each release, for audits
    """
    first, *later = settings.multipliers
    weight, attributes = settings.weight, settings.attributes

    def starting(some: Rows) -> Parts:
        return bias_parts(some, unit_values(some.values, settings.rating_range), weight)

    release = _released(rows, n_items, starting, first)
    observe(release)
    weights = weight, COUNT_WEIGHT, MEAN_WEIGHT
    belief = biases_from_sums(release.by_item, release.of_all, release.sigma, weights, attributes)
    start = starting_factors(attributes, belief, settings.n_factors, settings.seed)
    belief = belief._replace(factors=start)
    for sigma in later:
        release = _released(rows, n_items, _sweep(settings, item_side(belief)), sigma)
        observe(release)
        gram = shared_gram(release.of_all, belief.total, GRAM_WEIGHT)
        belief = rows_from_sums(belief, release.by_item, gram, release.sigma, weight, attributes)
    return item_side(belief)


def _sweep(settings: PrivateSettings, items: ItemSide) -> Callable[[Rows], Parts]:
    return lambda some: sweep_parts(some, unit_values(some.values, settings.rating_range), settings.weight, items)


def _released(rows: Rows, n_items: int, parts_of: Callable[[Rows], Parts], sigma: float) -> Release:
    by_item, of_all = person_sum(rows, n_items, parts_of)
    if sigma > 0:
        noise = sigma * secure_normals.secure_normals(by_item.size + of_all.size)
        by_item = by_item + noise[: by_item.size].reshape(by_item.shape)
        of_all = of_all + noise[by_item.size :]
    return Release(by_item, of_all, sigma, parts_of)


def item_side(belief: ItemBelief) -> ItemSide:
    """The items as people's rows are solved against; a rating's noise has the doubt about its item in it."""
    d = belief.factors.shape[1]
    doubt = belief.bias_variance + USER_FACTOR_VARIANCE * belief.factor_variance
    prior = np.array([USER_BIAS_VARIANCE, *[USER_FACTOR_VARIANCE] * d])
    return ItemSide(belief.mean, belief.bias, belief.factors, RATING_VARIANCE + doubt, prior)
