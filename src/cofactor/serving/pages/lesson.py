"""GET /api/lesson: the model's own data in the small, for the page that explains how it works."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter

from cofactor.arrays import IntArray
from cofactor.coldstart.ladder import Rung
from cofactor.serving.opened import OnShelf, OpenModel, Shelf
from cofactor.serving.pages.about import Counts
from cofactor.serving.pages.comparison import differences_of
from cofactor.serving.pages.comparison_answer import Difference
from cofactor.serving.pages.rows import number

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.recommender import Recommender

__all__ = ["lesson_data", "routes"]

routes = APIRouter(prefix="/api/lesson", tags=["lesson"])

N_SHOWN = 8  # users and items of the small table
N_CROWD = 400  # active users among whom those of the small table are looked for
SAYS = {
    Rung.RATINGS: "Their own ratings place them among the others; nothing is trained anew.",
    Rung.ATTRIBUTES: "What people with the same attributes tend to like, where the model has learned that.",
    Rung.GROUP: "The mean ratings of their group, drawn towards those of all.",
    Rung.POPULARITY: "The mean ratings of all: the same list for everybody of whom nothing is known.",
}


@dataclass(frozen=True)
class LadderRung:
    """A kind of evidence, whether the model can use it, and the share of its own users whom it answers."""

    rung: str
    says: str
    available: bool
    share_of_people: float


@dataclass(frozen=True)
class SmallBiases:
    """The mean rating, and the biases of the users and items of the small table; those of users None where no persons
    are shown."""

    base: float
    users: list[float | None]
    items: list[float | None]


@dataclass(frozen=True)
class LessonData:
    """A dense corner of the rating matrix with its holes (None: not rated), and what else the lesson shows.

    table: None where persons are not shown, or where there are no ratings on a scale
    """

    people: list[str]
    items: list[str]
    table: list[list[float | None]] | None
    bias: SmallBiases | None
    y_range: tuple[float, float] | None
    n_factors: int | None
    counts: Counts
    density: float
    ladder: list[LadderRung]
    comparison: Difference | None


@routes.get("")
def lesson(shelf: OnShelf) -> LessonData:
    """The model's own data in the small."""
    return lesson_data(shelf)


def lesson_data(shelf: Shelf) -> LessonData:
    """The small table, biases, options, ladder and comparison of the model shown."""
    opened: OpenModel = shelf.opened
    model, ratings = opened.model, opened.model.ratings
    shown = shelf.permissions.people and ratings.explicit
    users, items = dense_corner(ratings)
    options: dict[str, Any] = model.options()
    return LessonData(
        [f"person {at}" for at in range(1, len(users) + 1)] if shown else [], ratings.title_of(items),
        _table(ratings, users, items) if shown else None, _biases(model, users, items, people=shown),
        options.get("y_range"), options.get("n_factors"), Counts(ratings.n_users, ratings.n_items, len(ratings)),
        ratings.density, _ladder(model), next(iter(differences_of(shelf)), None),
    )  # fmt: skip


def dense_corner(ratings: "Ratings") -> tuple[IntArray, IntArray]:
    """A few users and items, the items those rated most, of which most are rated by each user, but not all."""
    items = np.argsort(-ratings.item_counts, kind="stable")[:N_SHOWN]
    crowd = np.sort(np.argsort(-ratings.user_counts, kind="stable")[:N_CROWD])
    rows = ratings.some_rows("user", crowd)
    filled = np.array([np.isin(items, rows.of(at)[0]).sum() for at in range(len(crowd))])
    wanted = np.where(filled < len(items), filled, 0)  # a row without a hole has nothing to guess
    best = np.argsort(-wanted, kind="stable")
    n_dense = (3 * N_SHOWN) // 4
    sparser = best[n_dense : len(best) // 2 : max(1, len(best) // (4 * N_SHOWN))][: N_SHOWN - n_dense]
    return crowd[np.concatenate([best[:n_dense], sparser])], items


def _table(ratings: "Ratings", users: IntArray, items: IntArray) -> list[list[float | None]]:
    table: list[list[float | None]] = []
    for user in users:
        rated, values = ratings.by_user.of(int(user))
        given = dict(zip(rated.tolist(), values.astype(float).tolist(), strict=True))
        table.append([given.get(item) for item in items.tolist()])
    return table


def _biases(model: "Recommender", users: IntArray, items: IntArray, *, people: bool) -> SmallBiases | None:
    of_users, of_items = getattr(model, "user_bias_", None), getattr(model, "item_bias_", None)
    if of_users is None or of_items is None or not (len(of_users) and len(of_items)):
        return None
    base = float(getattr(model, "mean_", model.ratings.mean))
    shown = [number(of_users[at]) for at in users] if people else []
    return SmallBiases(base, shown, [number(of_items[at]) for at in items])


def _ladder(model: "Recommender") -> list[LadderRung]:
    rated = model.ratings.user_counts > 0
    learns = model.abilities.learns_attributes
    described = np.zeros(len(rated), bool)
    for column in model.ratings.user_attributes.values():
        described |= np.array([one is not None and one == one for one in column.tolist()], bool)
    answered = {
        Rung.RATINGS: rated, Rung.ATTRIBUTES: ~rated & described & learns,
        Rung.GROUP: np.zeros(len(rated), bool), Rung.POPULARITY: ~rated & ~(described & learns),
    }  # fmt: skip
    available = {Rung.ATTRIBUTES: learns, Rung.GROUP: bool(model.ratings.user_attributes)}
    return [
        LadderRung(str(rung), SAYS[rung], available.get(rung, True), float(which.mean()) if len(which) else 0.0)
        for rung, which in answered.items()
    ]
