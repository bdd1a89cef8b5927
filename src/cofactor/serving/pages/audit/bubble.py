"""/api/audit/bubble: the filter bubble round by round, as `filter_bubble` simulates it, with its controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from cofactor.arrays import BoolArray, FloatArray
from cofactor.audit.bubble.choice_models import CHOICE_MODELS, ChoiceModel
from cofactor.audit.bubble.filter_bubble import filter_bubble
from cofactor.audit.bubble.recommenders import CONTROLS
from cofactor.audit.bubble.result import FilterBubble
from cofactor.audit.bubble.rounds import MEASURES
from cofactor.errors import BadOption
from cofactor.serving.background import Task
from cofactor.serving.opened import OnShelf, OpenModel, Shelf
from cofactor.serving.pages.audit.answer import AuditAbout, AuditKind, Light, audit_about, job_key, job_of
from cofactor.serving.pages.held_out import unfitted
from cofactor.serving.pages.rows import number
from cofactor.serving.pages.usual_attribute import usual_attribute

__all__ = ["KIND", "BubbleSettings", "found_of", "routes"]

routes = APIRouter(prefix="/api/audit/bubble", tags=["audit"])

KIND = AuditKind(
    "bubble", "Round by round",
    "A simulation: people choose from their lists of 10, the model learns from what they chose, and makes the next "
    "lists. What changes is set beside random lists, popular lists, and lists of true taste, shown to the same people.",
)  # fmt: skip
LENGTH = 10
WITHOUT = "The items have no attribute in words, such as genres, by which variety could be measured."


class BubbleSettings(BaseModel):
    """The size of a simulation: its rounds, its seeds, and how people choose (by all choice models where None)."""

    n_rounds: Annotated[int, Field(ge=2, le=30)] = 10
    n_seeds: Annotated[int, Field(ge=1, le=5)] = 2
    choice_model: str | None = None


@dataclass(frozen=True)
class BubbleCurve:
    """A measure of one recommender in each round: the mean over all runs, the lowest and the highest."""

    recommender: str
    control: bool
    mean: list[float | None]
    low: list[float | None]
    high: list[float | None]


@dataclass(frozen=True)
class BubbleMeasure:
    """A measure of lists or profiles, in a few words, with its curves."""

    name: str
    says: str
    curves: list[BubbleCurve]


@dataclass(frozen=True)
class BubbleFound:
    """The results of `filter_bubble`. findings: changes that have one sign in all `n_runs` runs of a recommender"""

    settings: BubbleSettings
    attribute: str
    n_runs: int
    measures: list[BubbleMeasure]
    findings: list[str]
    notes: list[str]
    python: str
    lights: list[Light]


@dataclass(frozen=True)
class BubbleAnswer:
    """The simulation as far as it is, what it found, and the choice models there are."""

    about: AuditAbout
    choice_models: list[str]
    found: BubbleFound | None


@routes.get("")
def bubble(shelf: OnShelf) -> BubbleAnswer:
    """The simulation, as far as it is."""
    return _answer(shelf)


@routes.post("")
def start(settings: BubbleSettings, shelf: OnShelf) -> BubbleAnswer:
    """Have it simulated, in the background. Raises `BadOption` for a choice model that there is not."""
    opened, name = shelf.opened, settings.choice_model
    if name is not None and name not in CHOICE_MODELS:
        raise BadOption(f"{name!r} is no choice model. Choose one of: {', '.join(CHOICE_MODELS)}.")
    shelf.background.start(job_key(shelf, KIND.name), lambda task: found_of(opened, settings, task))
    return _answer(shelf)


def _answer(shelf: Shelf) -> BubbleAnswer:
    job = job_of(shelf, KIND)
    cannot = WITHOUT if usual_attribute(shelf.opened.model.ratings) is None else None
    return BubbleAnswer(audit_about(KIND, job, cannot), list(CHOICE_MODELS), job.result)


def found_of(opened: OpenModel, settings: BubbleSettings, task: Task) -> BubbleFound:
    """The simulation of a model's options. Raises as `filter_bubble` does, and `Cancelled`."""
    ratings = opened.model.ratings
    attribute = usual_attribute(ratings) or ""
    names = list(CHOICE_MODELS) if settings.choice_model is None else [settings.choice_model]
    n_choices = len(names) * settings.n_seeds * (1 + len(CONTROLS)) * settings.n_rounds
    found = filter_bubble(
        unfitted(opened.model), ratings, attribute=attribute, k=LENGTH, n_rounds=settings.n_rounds,
        seeds=range(settings.n_seeds), choice_models=_watched(names, task, n_choices),
    )  # fmt: skip
    measures = [BubbleMeasure(name, says, _curves(found, name)) for name, says in MEASURES.items()]
    return BubbleFound(
        settings, attribute, len(names) * settings.n_seeds, measures, [str(one) for one in found.findings],
        [one for one in found.notes() if one not in map(str, found.findings)],
        _python(opened, settings, attribute), [],
    )  # fmt: skip


def _watched(names: list[str], task: Task, n_choices: int) -> Mapping[str, ChoiceModel]:
    """The choice models, each telling at every choice how far the simulation is."""
    n_done = 0

    def watched(choose: ChoiceModel) -> ChoiceModel:
        def choice(utility: FloatArray, rng: np.random.Generator) -> BoolArray:
            nonlocal n_done
            task.at(n_done / n_choices, f"Round {n_done + 1:,} of {n_choices:,}, of all runs together …")
            n_done += 1
            return choose(utility, rng)

        return choice

    return {name: watched(CHOICE_MODELS[name]) for name in names}


def _curves(found: FilterBubble, measure: str) -> list[BubbleCurve]:
    curves, n = found.curves(measure), found.setting.n_rounds
    starts = range(0, len(curves["round"]), n)
    return [
        BubbleCurve(
            curves["recommender"][at], curves["recommender"][at] in CONTROLS,
            *([number(one) for one in curves[name][at : at + n]] for name in ("mean", "low", "high")),
        )
        for at in starts
    ]  # fmt: skip


def _python(opened: OpenModel, settings: BubbleSettings, attribute: str) -> str:
    one = settings.choice_model
    chosen = "" if one is None else f", choice_models={{{one!r}: CHOICE_MODELS[{one!r}]}}"
    imported = "" if one is None else "from cofactor.audit.bubble.choice_models import CHOICE_MODELS\n"
    return opened.python(
        f"from cofactor.audit.bubble.filter_bubble import filter_bubble\n{imported}\n"
        f"fresh = type(model)(**model.options())\n"
        f"filter_bubble(fresh, model.ratings, attribute={attribute!r}, k={LENGTH}, n_rounds={settings.n_rounds}, "
        f"seeds=range({settings.n_seeds}){chosen})"
    )
