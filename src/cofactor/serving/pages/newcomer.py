"""POST /api/newcomer: the next question for somebody new, their list after each answer, and their place on the map."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from cofactor.arrays import Id
from cofactor.coldstart.onboarding import Onboarding
from cofactor.errors import NothingToAsk
from cofactor.serving.opened import Opened, OpenModel
from cofactor.serving.pages.axes import Rotation, factors_of
from cofactor.serving.pages.given_ratings import GivenRatings, by_item
from cofactor.serving.pages.lists import RecommendedList, list_of_newcomer
from cofactor.serving.pages.reasons import ReasonsAnswer, reasons_of
from cofactor.serving.pages.rows import JsonId
from cofactor.serving.pages.taste_place import taste_place

__all__ = ["NewcomerAnswer", "newcomer_answer", "routes"]

routes = APIRouter(prefix="/api/newcomer", tags=["newcomer"])


class Interview(BaseModel):
    """The answers so far, how long the list is, and the axes of the map."""

    answers: GivenRatings
    n: int = Field(10, ge=1, le=100)
    x: int = 0
    y: int = 1
    rotation: Rotation = "none"


class WhyQuestion(BaseModel):
    """The answers so far, and the item whose score is asked about.

    counterfactual: whether the answers that its place hangs on are looked for
    """

    answers: GivenRatings
    item: int | str
    counterfactual: bool = False


@dataclass(frozen=True)
class NextQuestion:
    """An item to ask about, and the probability that they know it."""

    item: JsonId
    title: str
    known: float
    says: str


@dataclass(frozen=True)
class NewcomerAnswer:
    """The next question (None: all is asked), the list by now, and the doubt that is left: the standard deviation of
    the expected ratings, None of a model without a posterior
    place: on the map, None of a model without one"""

    question: NextQuestion | None
    list: RecommendedList
    doubt: float | None
    place: tuple[float, float] | None


@routes.post("")
def newcomer(interview: Interview, opened: Opened) -> NewcomerAnswer:
    """The next question and the list after these answers."""
    return newcomer_answer(opened, by_item(interview.answers), interview)


@routes.post("/reasons")
def reasons(question: WhyQuestion, opened: Opened) -> ReasonsAnswer:
    """Why an item has its score after these answers."""
    rated: dict[Id, float] = {one.item: one.value for one in question.answers if one.value is not None}
    return reasons_of(opened, rated, question.item, counterfactual=question.counterfactual)


def newcomer_answer(opened: OpenModel, answers: Mapping[Id, float | None], asked: Interview) -> NewcomerAnswer:
    """The next question, list and doubt after these answers.

    Raises `UnknownIds`, `BadOption` for a rating off the scale, `Unsupported` of a model that takes no newcomers in.
    """
    rated = {item: value for item, value in answers.items() if value is not None}
    listed = list_of_newcomer(opened, rated, asked.n)
    interview = opened.onboarding
    has_posterior = opened.model.abilities.has_posterior
    doubt = interview.doubt(answers) if has_posterior else None
    return NewcomerAnswer(_question(interview, answers), listed, doubt, _place(opened, rated, asked))


def _place(opened: OpenModel, rated: Mapping[Id, float], asked: Interview) -> tuple[float, float] | None:
    if not opened.model.abilities.has_vectors:
        return None
    found = factors_of(opened, asked.rotation)
    if len(found.axes) < 2:  # no plane
        return None
    return taste_place(opened, opened.model.score_newcomer(rated), found.axis(asked.x), found.axis(asked.y))


def _question(interview: Onboarding, answers: Mapping[Id, float | None]) -> NextQuestion | None:
    try:
        asked = interview.next_question(answers)
    except NothingToAsk:
        return None
    share = round(100 * float(np.clip(asked.known, 0, 1)))
    says = {
        "variance": f"Its answer tells most about your taste; about {share} % of people like you know it.",
    }.get(interview.strategy, f"Many know it (about {share} % of people like you), and they disagree about it.")
    return NextQuestion(asked.item, asked.title, asked.known, says)
