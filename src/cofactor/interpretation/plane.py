"""How much of the full space a plane shows: how many of each row's nearest neighbours are among its nearest there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.contract.indices import as_list
from cofactor.data.tables import Table
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import seed_of
from cofactor.interpretation.axis import Axis
from cofactor.interpretation.labelled_rows import LabelledRows
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["NeighboursKept", "neighbours_kept"]

K = 15
BLOCK = 4_000_000  # cosines computed at once


@dataclass(frozen=True, eq=False)
class NeighboursKept(SheetMixin):
    """The number of some rows' k nearest neighbours in the full space that are among the k nearest on a plane.

    checked: (c,) positions among the rows of the plane     kept: (c,) neighbours, 0 to k
    """

    rows: LabelledRows
    checked: IntArray
    kept: IntArray
    k: int

    @property
    def mean(self) -> float:
        """Neighbours kept, on average over the rows checked."""
        return float(self.kept.mean())

    def table(self) -> Table[str]:
        """Each row checked: id, title, ratings and the neighbours kept."""
        return self.rows.table({**self.rows.columns(self.checked), "kept": self.kept.tolist()})

    def sheet(self) -> Sheet:
        """One sentence, which says on how many rows it stands."""
        of = f"{len(self.checked):,} of {len(self.rows):,} {self.rows.side}s"
        share = f"{self.mean:.1f} of the {self.k} nearest neighbours are among the {self.k} nearest on this plane"
        return Sheet(notes=(f"{share} ({of} checked).",))


def neighbours_kept(
    model: Recommender, x: Axis, y: Axis, *, ids: Id | Sequence[Id] | Array | None = None,
    k: int = K, n_sample: int = 1000, seed: int = 0,
) -> NeighboursKept:  # fmt: skip
    """How many of a row's k nearest neighbours, by the cosine of the model's vectors, are among its k nearest on the
    plane of two axes, where distance is that of the drawing.

    x, y: axes of this model's users or items     ids: only of these; None: of `n_sample` rows drawn at random, or of
    all where there are no more. Neighbours are always looked for among all rows of the axes.
    Raises `UnknownIds`; `BadOption` for axes of different rows, and where an option is out of range.
    """
    expect_model(model, "neighbours_kept asks")
    for one in (x, y):
        if not isinstance(one, Axis):
            raise BadOption(f"A plane has two axes, such as factors(model).axis(0), but {shown(one)} came.")
    model, k, rows = model.snapshot(), min(list_length(k, "k"), len(x.rows) - 1), x.rows
    if y.rows.side != rows.side or not np.array_equal(y.rows.idx, rows.idx):
        raise BadOption("A plane has two axes of the same rows: give both with the same side and min_ratings.")
    places = np.column_stack([x.places, y.places])
    if k < 1:
        raise BadOption("One row alone has no neighbours: give factors of at least two rows.")
    if ids is None:
        checked = _sample(len(rows), list_length(n_sample, "n_sample"), seed_of(seed))
    else:
        checked = rows.find(model.ratings, as_list(ids))
    if not len(checked):
        raise BadOption(f"Give at least one id, or None for a sample, but {shown(ids)} came.")
    true = _nearest_by_angle(model.vectors(rows.side)[rows.idx], checked, k)
    near = _nearest_on_plane(places, checked, k)
    kept = np.array([len(np.intersect1d(*pair)) for pair in zip(true, near, strict=True)])
    return NeighboursKept(rows, checked, kept, k)


def _sample(m: int, n: int, seed: int) -> IntArray:
    return np.arange(m) if m <= n else np.sort(np.random.default_rng(seed).choice(m, n, replace=False))


def _nearest_by_angle(vectors: FloatArray, checked: IntArray, k: int) -> IntArray:
    """(c, k) the nearest of these rows, a block of them at a time."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    size = max(1, BLOCK // len(unit))
    return np.concatenate([_of_block(unit, checked[at : at + size], k) for at in range(0, len(checked), size)])


def _of_block(unit: FloatArray, rows: IntArray, k: int) -> IntArray:
    cosines = unit[rows] @ unit.T
    cosines[np.arange(len(rows)), rows] = -np.inf
    return top_scores(cosines, k)[0]


def _nearest_on_plane(places: FloatArray, checked: IntArray, k: int) -> list[IntArray]:
    """For each of these rows the k nearest others."""
    from scipy.spatial import KDTree

    near = np.asarray(KDTree(places).query(places[checked], k + 1)[1])
    return [own[own != at][:k] for own, at in zip(near, checked, strict=True)]
