"""The latent factors opened: principal components of the learned vectors, and who stands at their ends."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model

__all__ = ["Factors", "factors"]


@dataclass(frozen=True, eq=False)
class Factors:
    """The n directions in which the vectors differ most.

    idx: (m,) indices of those placed     places: (m, n) their coordinates
    shares: (n,) of the vectors' whole variance, 0 to 1     names: (m,) titles or ids
    """

    idx: IntArray
    places: FloatArray
    shares: FloatArray
    names: list[str]
    library: str

    def extremes(self, factor: int = 0, n: int = 5) -> tuple[list[str], list[str]]:
        """The n names at the low end of a factor and the n at its high end, the outermost first.

        Raises `BadOption` for a factor that there is not, and for n below 1.
        """
        factor, n = conformed("factor", int, factor), list_length(n)
        if not 0 <= factor < len(self.shares):
            raise BadOption(f"There are factors 0 to {len(self.shares) - 1}, but {shown(factor)} came.")
        order = np.argsort(self.places[:, factor], kind="stable")
        return [self.names[at] for at in order[:n]], [self.names[at] for at in order[::-1][:n]]

    def table(self) -> Table[str]:
        """name, factor_0, factor_1, …: a data frame in the library the ratings came in."""
        columns = {f"factor_{at}": column.tolist() for at, column in enumerate(self.places.T)}
        return make_table({"name": self.names, **columns}, self.library)


def factors(model: Recommender, n: int = 2, *, side: Literal["item", "user"] = "item", least: int = 20) -> Factors:
    """The first n principal components of a model's vectors.

    least: leave out rows with fewer ratings than this; they have hardly moved from the middle and say little
    Raises `BadOption` where `model` is no model, n is out of range or least is no whole number, and `Unsupported`
    where the model has no vectors. A component's sign is free: it is set so that the most rated row of the outer tenth
    stands on the positive side, and stays the same from run to run.
    """
    expect_model(model, "factors opens the vectors of")
    n, least = conformed("n", int, n), conformed("least", int, least)
    ratings, vectors = model.ratings, model.vectors(side)
    counts = ratings.item_counts if side == "item" else ratings.user_counts
    idx = np.flatnonzero(counts >= min(least, counts.max()))
    if not 1 <= n <= min(len(idx), vectors.shape[1]):
        raise BadOption(f"n must lie between 1 and {min(len(idx), vectors.shape[1])} here, but {shown(n)} came.")
    centred = vectors[idx] - vectors[idx].mean(axis=0)
    left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    places = left[:, :n] * lengths[:n]
    shares = lengths[:n] ** 2 / max(float(np.sum(lengths**2)), 1e-12)
    names = ratings.title_of(idx) if side == "item" else [str(one) for one in ratings.users.gather(idx)]
    return Factors(idx, places * _signs(places, counts[idx]), shares, names, ratings.library)


def _signs(places: FloatArray, counts: IntArray) -> FloatArray:
    outer = np.abs(places) >= np.quantile(np.abs(places), 0.9, axis=0)
    most_rated = np.argmax(np.where(outer, counts[:, None], -1), axis=0)
    return np.sign(places[most_rated, np.arange(places.shape[1])])
