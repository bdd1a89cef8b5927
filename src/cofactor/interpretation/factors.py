"""The latent factors opened: principal components of the learned vectors, and what lies at their ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.steps import Side
from cofactor.data.tables import Table
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed
from cofactor.interpretation.axis import Axis
from cofactor.interpretation.components import damped, interchangeable, principal_components, relative_error
from cofactor.interpretation.labelled_rows import LabelledRows, weights_of
from cofactor.interpretation.naming import EndNames
from cofactor.interpretation.rotation import varimax
from cofactor.recommender import Recommender, expect_model
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["Factors", "factors"]

DAMPING = 20.0  # ratings
N_EXAMPLES = 2  # of each end, where the factors show themselves
N_NAMED = 4  # factors that a note names one by one


@dataclass(frozen=True, eq=False)
class Factors(SheetMixin):
    """The n directions in which the vectors of m users or items differ most, the strongest first.

    places: (m, n) the rows' coordinates
    shares: (n,) of the vectors' whole variance, 0 to 1     share_errors: (n,) their standard errors
    interchangeable: groups of factors, by number, with variances too close to be told apart (`components`); those from
        n on are not among the n shown
    """

    rows: LabelledRows
    places: FloatArray
    shares: FloatArray
    share_errors: FloatArray
    interchangeable: tuple[tuple[int, ...], ...]
    rotation: Literal["varimax"] | None
    damping: float

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One axis for each factor."""
        n = len(self.shares)
        return tuple(Axis(f"factor {at}", self.rows, self.places[:, at], n) for at in range(n))

    def axis(self, factor: int) -> Axis:
        """The axis of one factor. Raises `BadOption` for a factor that there is not."""
        factor = conformed("factor", int, factor)
        if not 0 <= factor < len(self.shares):
            raise BadOption(f"There are factors 0 to {len(self.shares) - 1}, but {shown(factor)} came.")
        return self.axes[factor]

    def extremes(self, factor: int = 0, n: int = 5) -> tuple[list[str], list[str]]:
        """The n names at the low end of a factor and the n at its high end, the outermost first.

        Raises `BadOption` for a factor that there is not, and for n below 1.
        """
        return self.axis(factor).extremes(n)

    def names(self) -> tuple[EndNames, ...]:
        """For each factor a name of both ends, or that no attribute tells them apart."""
        return tuple(axis.names() for axis in self.axes)

    def plane(self, x: int = 0, y: int = 1) -> FloatArray:
        """(m, 2) the places on two factors. Raises `BadOption` for a factor that there is not."""
        return np.column_stack([self.axis(x).places, self.axis(y).places])

    def plot(self, x: int = 0, y: int = 1, *, n_labels: int = 60, ax: Any = None) -> Any:
        """The Matplotlib axes of a map of the rows on two factors, the most rated named where there is room.

        Raises `BadOption` for a factor that there is not, `MissingExtra` without Matplotlib.
        """
        from cofactor.plots.factor_map import factor_map

        labels = {"x": _with_ends(self.axis(x)), "y": _with_ends(self.axis(y))}
        return factor_map(
            self.plane(x, y), self.rows.names, importance=self.rows.counts, n_labels=n_labels, **labels, ax=ax
        )

    def table(self) -> Table[str]:
        """Id, title, ratings, factor_0, factor_1, …: a data frame in the library the ratings came in."""
        columns: dict[str, Sequence[Any]] = {f"factor_{at}": one.tolist() for at, one in enumerate(self.places.T)}
        return self.rows.table(self.rows.columns() | columns)

    def sheet(self) -> Sheet:
        """One row a factor: its share of the variance, and for each end its name and the outermost rows."""
        rows = [
            (str(at), f"{share:.1%} ± {error:.1%}", *map("\n".join, self._ends(at)))
            for at, (share, error) in enumerate(zip(self.shares, self.share_errors, strict=True))
        ]
        lines = [line for row in rows for line in _lines_of(row)]
        title = f"factors of {len(self.rows):,} {self.rows.side}s" + (f", {self.rotation}" if self.rotation else "")
        return Sheet(title, ("", "variance", "low end", "high end"), lines, self._notes(), ("left",) * 4)

    def _ends(self, factor: int) -> list[list[str]]:
        names, (low, high) = self.axes[factor].names(), self.extremes(factor, N_EXAMPLES)
        return [[names.low, *low], [names.high, *high]] if not names.is_noise else [low, high]

    def _notes(self) -> list[str]:
        noise = [at for at, one in enumerate(self.names()) if one.is_noise]
        unnamed = [f"factor {at}: {self.axes[at].names()}." for at in noise]
        return [*unnamed, *(f"{_in_words(group, len(self.shares))}." for group in self.interchangeable)]


def factors(
    model: Recommender, n: int = 2, *, side: Side = "item", rotation: Literal["varimax"] | None = None,
    damping: float = DAMPING, min_ratings: int = 1,
) -> Factors:  # fmt: skip
    """The first n principal components of a model's vectors.

    rotation: "varimax" rotates the n components among themselves so that each row lies on few of them, which makes
        them easier to name [kaiser1958varimax]; they are then in the order of their variances
    damping: a row of c ratings stands at c / (c + damping) of its distance from the centre, so that rows that hardly
        anybody rated, whose vectors are mostly noise, do not crowd the ends; 0: where its vector is
    min_ratings: leave out rows with fewer ratings
    A factor's sign is free. It is set so that places rise with the (logarithm of the) number of ratings: of two ends,
    the high one is the more rated. Another fit of the same ratings keeps it unless that correlation is near 0.
    Raises `BadOption` where `model` is no model, or an option is out of range, and `Unsupported` where the model has
    no vectors.
    """
    expect_model(model, "factors opens the vectors of")
    model, n = model.snapshot(), conformed("n", int, n)
    rotation = conformed("rotation", Literal["varimax"] | None, rotation)
    vectors, rows = model.vectors(side), LabelledRows.of(model.ratings, side, min_ratings)
    weights, most = weights_of(rows.counts, damping), min(len(rows), vectors.shape[1])
    if not 1 <= n <= most:
        raise BadOption(f"n must lie between 1 and {most} here, but {shown(n)} came.")
    places, variances = principal_components(damped(vectors[rows.idx], weights), n)
    error = relative_error(weights)
    groups = tuple(group for group in interchangeable(variances, error) if group[0] < n)
    if rotation:
        places, groups = _rotated(places), _across_the_last(groups, n)
    shares = np.square(places).sum(axis=0) / max(float(variances.sum()), 1e-12)
    return Factors(rows, places * _signs(places, rows.counts), shares, shares * error, groups, rotation, float(damping))


def _rotated(places: FloatArray) -> FloatArray:
    rotated = places @ varimax(places)
    return rotated[:, np.argsort(-np.square(rotated).sum(axis=0), kind="stable")]


def _across_the_last(groups: tuple[tuple[int, ...], ...], n: int) -> tuple[tuple[int, ...], ...]:
    """Rotated factors depend on each other only through the space they share; it is in doubt if its last may change."""
    return tuple((*range(n), *(at for at in group if at >= n)) for group in groups if group[-1] >= n)


def _signs(places: FloatArray, counts: IntArray) -> FloatArray:
    """(n,) 1 or -1. Logarithms, since a few rows may have most of the ratings."""
    log_counts = np.log1p(counts)
    return np.where((log_counts - log_counts.mean()) @ places < 0, -1.0, 1.0)


def _in_words(group: tuple[int, ...], n: int) -> str:
    """What is said of a group of interchangeable factors.

    >>> _in_words((0, 1), 3)
    'factors 0 and 1 have nearly equal variances: other data may mix them'
    """
    shown_ones = [str(at) for at in group if at < n]
    named = [*shown_ones[:N_NAMED], *(["more"] if len(shown_ones) > N_NAMED else [])]
    are_several = len(shown_ones) > 1
    named += [f"those after {'them' if are_several else 'it'}"] if group[-1] >= n else []
    listed = f"{', '.join(named[:-1])} and {named[-1]}"
    return f"factor{'s' if are_several else ''} {listed} have nearly equal variances: other data may mix them"


def _with_ends(axis: Axis) -> str:
    """The label of an axis: its title, and what its ends are called where they have names."""
    names = axis.names()
    return axis.title if names.is_noise else f"{axis.title}\n← {names.low}   …   {names.high} →"


def _lines_of(row: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The lines of a row whose cells have several."""
    cells = [cell.split("\n") for cell in row]
    height = max(map(len, cells))
    return list(zip(*[cell + [""] * (height - len(cell)) for cell in cells], strict=True))
