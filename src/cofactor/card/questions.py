"""What only people can answer about a model, and their answers, from a small TOML or JSON file."""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cofactor.card.settings import read_settings
from cofactor.errors import BadOption, shown

__all__ = ["HEAD", "OF_SECTIONS", "QUESTIONS", "checked_answers", "empty_answers", "read_answers"]

HEAD = {  # at the top of the card
    "owner": "Who answers for this model?",
    "complaint": "How can people complain, correct what it holds of them, or have it forget them?",
    "unsuitable_uses": "What must it not be used for?",
    "review_date": "When will it be looked at again?",
}
MISSING = {"missing_people": "Who is hardly in these ratings, or not at all, and will be served by it all the same?"}
HARMS = {
    "harm_attention": "Could it hold people longer than they want, or feed a habit? Who has asked them?",
    "harm_makers": "Who makes the items, and who of them loses if popular ones are shown more?",
    "harm_sensitive": "Do items or ratings tell of health, faith, politics or sexuality, or of children?",
    "harm_misuse": "Who could use its lists, or its ratings, against somebody in them?",
    "harm_groups": "Which groups of people would be served worse, and who has looked?",
    "harm_feedback": "What happens when it learns from what it has itself put before people?",
}
QUESTIONS: Mapping[str, str] = HEAD | MISSING | HARMS
OF_SECTIONS = {"data": tuple(MISSING), "harms": tuple(HARMS)}  # where the questions that are not at the top stand


def empty_answers() -> str:
    """The text of a TOML file with every question and no answer."""
    hints = {"review_date": " A date, such as 2027-01-31."}
    lines = [f'# {question}{hints.get(name, "")}\n{name} = ""' for name, question in QUESTIONS.items()]
    return "# Answers for the card of a model. An empty one is shown as not answered.\n\n" + "\n\n".join(lines) + "\n"


def read_answers(path: str | Path) -> dict[str, str]:
    """The answers in a TOML file, or a JSON file of one object; raises `BadOption` for what is neither, for a question
    that there is not, and for a review date that is none."""
    return checked_answers(read_settings(path, "answers"), str(path))


def checked_answers(given: Mapping[str, Any], where: str = "answers") -> dict[str, str]:
    """The answers that are not empty; raises `BadOption` as `read_answers` does. where: they came from"""
    for name, answer in given.items():
        if name not in QUESTIONS:
            near = get_close_matches(name, QUESTIONS, n=1)
            mend = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(QUESTIONS)}."
            raise BadOption(f"{where}: there is no question {shown(name)}. {mend}")
        if not isinstance(answer, str | date):
            raise BadOption(f"{where}: {name} is answered by a text, but {shown(answer)} came.")
    answers = {name: str(given[name]).strip() for name in QUESTIONS if str(given.get(name, "")).strip()}
    if "review_date" in answers:
        _check_date(answers["review_date"], where)
    return answers


def _check_date(text: str, where: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise BadOption(f"{where}: review_date is a date such as 2027-01-31, but {shown(text)} came.") from None
