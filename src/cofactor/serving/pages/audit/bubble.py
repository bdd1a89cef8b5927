"""/api/audit/bubble: the filter bubble round by round, as `filter_bubble` simulates it, with its controls."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from cofactor.arrays import BoolArray, FloatArray
from cofactor.audit.bubble.choice_models import CHOICE_MODELS, ChoiceModel
from cofactor.data.attributes.categories import category_attribute
from cofactor.errors import BadOption
from cofactor.serving.background import Task
from cofactor.serving.opened import OnShelf, OpenModel
from cofactor.serving.pages.audit.answer import (
    AuditAnswer,
    AuditFound,
    AuditKind,
    Measured,
    Setting,
    answer_of,
    job_key,
    table_rows,
)
from cofactor.serving.pages.audit.lights import LENGTH, card_audit
from cofactor.serving.pages.held_out import unfitted

__all__ = ["KIND", "BubbleSettings", "bubble", "found_of", "routes"]

routes = APIRouter(prefix="/api/audit/bubble", tags=["audit"])

KIND = AuditKind(
    "bubble", "The filter bubble, round by round",
    "A simulation: people choose from their lists of 10, the model learns from what they chose, and makes the next "
    "lists. What changes is set beside random lists, popular lists, and lists of true taste, shown to the same people.",
    ("bubble",),
)  # fmt: skip
N_ROUNDS, N_SEEDS = 10, 2
WITHOUT = "The items have no attribute in words, such as genres, by which variety could be measured."
HOME = "from cofactor.audit.bubble"


class BubbleSettings(BaseModel):
    """The size of a simulation: its rounds, its seeds, and how people choose (in each way that there is, where "")."""

    n_rounds: Annotated[int, Field(ge=2, le=30)] = N_ROUNDS
    n_seeds: Annotated[int, Field(ge=1, le=5)] = N_SEEDS
    choice_model: str = ""


WAYS = {name: name for name in CHOICE_MODELS}
SETTINGS = (
    Setting("n_rounds", "Rounds", N_ROUNDS, 2, 30), Setting("n_seeds", "Seeds", N_SEEDS, 1, 5),
    Setting("choice_model", "People choose", "", choices={"": "in each of these ways", **WAYS}),
)  # fmt: skip


@routes.get("")
def bubble(shelf: OnShelf) -> AuditAnswer:
    """The simulation, as far as it is."""
    has_attribute = category_attribute(shelf.opened.model.ratings) is not None
    return answer_of(shelf, KIND, cannot=None if has_attribute else WITHOUT, settings=SETTINGS)


@routes.post("")
def start(settings: BubbleSettings, shelf: OnShelf) -> AuditAnswer:
    """Have it simulated, in the background. Raises `BadOption` for a choice model that there is not."""
    opened, name = shelf.opened, settings.choice_model
    if name and name not in CHOICE_MODELS:
        raise BadOption(f"{name!r} is no choice model. Choose one of: {', '.join(CHOICE_MODELS)}.")
    shelf.background.start(job_key(shelf, KIND.name), lambda task: found_of(opened, settings, task))
    return bubble(shelf)


def found_of(opened: OpenModel, settings: BubbleSettings, task: Task) -> Measured:
    """The simulation of a model's options. Raises as `filter_bubble` does, and `Cancelled`."""
    from cofactor.audit.bubble.filter_bubble import filter_bubble
    from cofactor.audit.bubble.recommenders import CONTROLS
    from cofactor.audit.card.bubble import section_of_bubble
    from cofactor.serving.pages.audit.bubble_panels import bubble_views

    ratings, one = opened.model.ratings, settings.choice_model
    attribute, names = category_attribute(ratings) or "", [one] if one else list(CHOICE_MODELS)
    task.at(0, "Half of everybody's ratings become their taste, the other half the log …")
    n_choices = len(names) * settings.n_seeds * (1 + len(CONTROLS)) * settings.n_rounds
    found = filter_bubble(
        unfitted(opened.model), ratings, attribute=attribute, k=LENGTH, n_rounds=settings.n_rounds,
        seeds=range(settings.n_seeds), choice_models=_watched(names, task, n_choices),
    )  # fmt: skip
    chosen = f", choice_models={{{one!r}: CHOICE_MODELS[{one!r}]}}" if one else ""
    python = opened.python(
        f"{HOME}.choice_models import CHOICE_MODELS\n{HOME}.filter_bubble import filter_bubble\n\n"
        f"fresh = type(model)(**model.options())\n"
        f"filter_bubble(fresh, model.ratings, attribute={attribute!r}, k={LENGTH}, n_rounds={settings.n_rounds}, "
        f"seeds=range({settings.n_seeds}){chosen})"
    )
    section = section_of_bubble(card_audit(opened, opened.model, ratings, KIND.says), found)
    return Measured(
        AuditFound({"bubble": bubble_views(found)}, table_rows(found.columns()), list(found.notes()), python),
        (section,),
    )


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
