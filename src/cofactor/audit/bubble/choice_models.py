"""Choice models: which of the listed items a user takes, given a utility of each.

Utilities are in standard deviations of the user's own taste over the catalogue. An item at `THRESHOLD` is taken as
often as not by somebody who looks at it.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from cofactor.arrays import BoolArray, FloatArray

__all__ = ["CHOICE_MODELS", "ChoiceModel", "independent_choice", "logit_choice", "position_choice"]

SHARPNESS = 2.0  # of choices: log-odds that a standard deviation of utility adds
THRESHOLD = 1.0  # utility at which the log-odds are 0, and the utility of taking nothing

# (n_users, k) utilities, -inf behind a list's end, and a generator -> (n_users, k) True where the item is taken
ChoiceModel: TypeAlias = Callable[[FloatArray, np.random.Generator], BoolArray]


def logit_choice(utility: FloatArray, rng: np.random.Generator) -> BoolArray:
    """At most one item of each list, by a multinomial logit that has taking nothing among its options
    [mcfadden1974conditional].

    Utilities with Gumbel noise are compared, which draws from the logit's probabilities.
    """
    outside = np.full((len(utility), 1), THRESHOLD)
    options = SHARPNESS * np.hstack([utility, outside])
    best = np.argmax(options + rng.gumbel(size=options.shape), axis=1)
    return best[:, None] == np.arange(utility.shape[1])


def independent_choice(utility: FloatArray, rng: np.random.Generator) -> BoolArray:
    """Any number of items, each with the probability of its own binary logit, whatever stands around it."""
    return rng.random(utility.shape) < _attraction(utility)


def position_choice(utility: FloatArray, rng: np.random.Generator) -> BoolArray:
    """Any number of items by the position-based model: the item at rank r is looked at with probability 1/r, and taken
    as by `independent_choice` if so [craswell2008position, joachims2017unbiased].
    """
    examined = 1 / np.arange(1, utility.shape[1] + 1)
    return rng.random(utility.shape) < examined * _attraction(utility)


def _attraction(utility: FloatArray) -> FloatArray:
    """The probability that an item is taken by who looks at it; 0 at a utility of -inf."""
    return 1 / (1 + np.exp(-SHARPNESS * (utility - THRESHOLD)))


CHOICE_MODELS: Mapping[str, ChoiceModel] = {
    "logit": logit_choice, "independent": independent_choice, "position": position_choice,
}  # fmt: skip
