"""GET /api/model: which model is shown, what it learned from, and what can be asked of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter

from cofactor import __version__
from cofactor.serving.opened import OnShelf, OpenModel, Shelf
from cofactor.serving.pages.rows import plain

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.recommender import Recommender

__all__ = ["ScoreMeaning", "prediction_meaning", "routes", "score_meaning"]

routes = APIRouter(prefix="/api/model", tags=["model"])

MOST_STARS = 10
MAX_AXES = 12  # that are offered; further ones hardly explain anything


@dataclass(frozen=True)
class ScoreMeaning:
    """The unit of a model's scores (empty: none) and what they mean."""

    unit: str
    meaning: str


@dataclass(frozen=True)
class Counts:
    """Users, items and ratings of the training data."""

    users: int
    items: int
    ratings: int


@dataclass(frozen=True)
class DataAbout:
    """The training data by name; synthetic: generated, not observed."""

    name: str
    synthetic: bool
    fingerprint: str


@dataclass(frozen=True)
class About:
    """The model as the page presents it, with what can be asked of it.

    step: by how much ratings differ that people give, None where there is no such step     unit: of ratings, given or
    predicted     axes: how many principal components can be looked at; 0 of a model without vectors
    """

    name: str
    folder: str
    fingerprint: str
    version: str
    objective: str
    options: dict[str, Any]
    notes: list[str]
    abilities: dict[str, bool]
    data: DataAbout
    kind: str
    scale: tuple[float, float] | None
    step: float | None
    unit: str
    score: ScoreMeaning
    counts: Counts
    attributes: dict[str, list[str]]
    has_titles: bool
    people: bool
    onboarding: bool
    axes: int


@dataclass(frozen=True)
class State:
    """The fingerprints of the model shown and of the one that stands in its folder now."""

    fingerprint: str
    on_disk: str | None


@routes.get("")
def model(shelf: OnShelf) -> About:
    """The model that is shown."""
    return about(shelf)


@routes.get("/state")
async def state(shelf: OnShelf) -> State:
    """The fingerprints that tell whether the model was replaced on disk."""
    return State(shelf.opened.fingerprint, shelf.on_disk)


@routes.post("/reopen")
def reopen(shelf: OnShelf) -> About:
    """Show the model that stands in the folder now."""
    shelf.reopen()
    return about(shelf)


def about(shelf: Shelf) -> About:
    """All that is said of the model shown."""
    opened: OpenModel = shelf.opened
    model, ratings = opened.model, opened.model.ratings
    return About(
        name=type(model).__name__, folder=opened.folder.name, fingerprint=opened.fingerprint, version=__version__,
        objective=model.objective, options={name: _option(value) for name, value in model.options().items()},
        notes=list(model.notes()), abilities=model.abilities._asdict() | _derived(model),
        data=DataAbout(ratings.name, ratings.synthetic, ratings.fingerprint), kind=ratings.kind,
        scale=ratings.scale if ratings.explicit else None, step=_step(ratings), unit=_unit(ratings),
        score=score_meaning(model),
        counts=Counts(ratings.n_users, ratings.n_items, len(ratings)),
        attributes={"item": list(ratings.item_attributes), "user": list(ratings.user_attributes)},
        has_titles=ratings.titles is not None, people=shelf.permissions.people,
        onboarding=model.abilities.folds_in, axes=_n_axes(model),
    )  # fmt: skip


def score_meaning(model: "Recommender") -> ScoreMeaning:
    """The unit and the meaning of the numbers in the model's lists."""
    can = model.abilities
    if not (can.predicts and can.lists_by_prediction):
        return ScoreMeaning("", "for ordering only, not a probability")
    return prediction_meaning(model)


def prediction_meaning(model: "Recommender") -> ScoreMeaning:
    """The unit and the meaning of what a model predicts, whatever its lists are ordered by."""
    ratings = model.ratings
    if not (ratings.explicit and ratings.scale):
        return ScoreMeaning("", f"predicted value, in the unit of the {ratings.kind}")
    low, high = ratings.scale
    return ScoreMeaning(_unit(ratings), f"predicted rating on the scale {low:g} to {high:g}")


def _unit(ratings: "Ratings") -> str:
    """Ratings up to ten are called stars; others have no name of their own."""
    is_stars = ratings.explicit and ratings.scale and ratings.scale[0] >= 0 and ratings.scale[1] <= MOST_STARS
    return "stars" if is_stars else ""


def _option(value: Any) -> Any:
    if isinstance(value, dict):  # a model in a model
        return {name: _option(one) for name, one in value.items()}
    return [_option(one) for one in value] if isinstance(value, tuple) else plain(value)


def _derived(model: "Recommender") -> dict[str, bool]:
    can = model.abilities
    return {"compares_items": can.compares_items, "compares_users": can.compares_users}


def _step(ratings: "Ratings") -> float | None:
    values = np.unique(ratings.values) if ratings.explicit else np.zeros(0)
    steps = np.diff(values)
    return float(steps.min()) if 0 < len(steps) < 40 and np.allclose(steps / steps.min() % 1, 0) else None


def _n_axes(model: "Recommender") -> int:
    return min(MAX_AXES, *model.vectors("item").shape) if model.abilities.has_vectors else 0
