"""Names for the two ends of an axis, or for a cluster, from the attributes that tell it apart."""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import IntArray
from cofactor.interpretation.associations import Association, associations
from cofactor.interpretation.labelled_rows import N_RATINGS, LabelledRows

__all__ = ["EndNames", "name_sets"]

LEVEL = 0.05  # chance that noise gets a name
N_WORDS = 3  # of a name


@dataclass(frozen=True)
class EndNames:
    """Names of two sets of rows by what tells them apart: the ends of an axis, or the rest and a cluster.

    low, high: a name for each; "" where no attribute tells them apart
    found: the associations with p of at most 0.05, the strongest first     n_tried: columns of attributes tried
    """

    low: str
    high: str
    found: tuple[Association, ...]
    n_tried: int

    @property
    def is_noise(self) -> bool:
        """True where no attribute tells the two apart by more than chance would."""
        return not self.found

    def __str__(self) -> str:
        if not self.n_tried:
            return "there are no attributes to name it by"
        if self.is_noise:
            return f"no attribute tells the ends apart ({self.n_tried} tried)"
        strongest = self.found[0]
        return f"{self.low} ↔ {self.high} (AUC {max(strongest.auc, 1 - strongest.auc):.2f}, p {strongest.p:.2g})"


def name_sets(rows: LabelledRows, low: IntArray, high: IntArray, *, n_compared: int = 1, seed: int = 0) -> EndNames:
    """The names of two sets of rows, given by their positions, by what tells them apart.

    n_compared: comparisons that this is one of, for all of which together the chance of naming noise is 5 %
    """
    both, is_high = np.concatenate([low, high]), np.repeat([False, True], [len(low), len(high)])
    tried = associations(rows.attributes_of(both), is_high, n_compared=n_compared, seed=seed)
    found = tuple(one for one in tried if one.p <= LEVEL)
    return EndNames(_name(found, second=False), _name(found, second=True), found, len(tried))


def _name(found: tuple[Association, ...], *, second: bool) -> str:
    """The strongest of what this end has more of; where that is nothing, what it has less of.

    The number of ratings comes last: it says less about what the rows are like.
    """
    own = [one for one in found if not one.word or one.of_second == second]
    own.sort(key=lambda one: one.attribute == N_RATINGS)
    return ", ".join(dict.fromkeys(one.describe(second=second) for one in (own or found[:1])[:N_WORDS]))
