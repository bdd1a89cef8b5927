"""Ask somebody new about a few items of a saved model, then recommend.

examples:
  cofactor onboard movies.cofactor
  cofactor onboard movies.cofactor --questions 10 --strategy popularity
  cofactor onboard movies.cofactor --about age=33 --about occupation=artist

Answer with a rating; press Enter where you don't know the item, and type q to see your list at once."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from cofactor.cli._newcomer import about_from, add_about
from cofactor.cli._show import add_format, show
from cofactor.errors import BadOption, NothingToAsk

if TYPE_CHECKING:
    from cofactor.arrays import Id
    from cofactor.coldstart.onboarding import Onboarding, Question


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder, of a model with a posterior")
    parser.add_argument("--questions", type=int, default=5, help="how many at most (default: 5)")
    parser.add_argument("--strategy", default="variance", help="variance, entropy0, tree, popularity, random")
    add_about(parser)
    parser.add_argument("-n", type=int, default=10, help="length of the list at the end (default: 10)")
    add_format(parser)


def run(arguments: Namespace) -> None:
    from cofactor.coldstart.onboarding import Onboarding
    from cofactor.opening import open_model

    if arguments.questions < 1:
        raise BadOption(f"--questions must be at least 1, but {arguments.questions} came.")
    model = open_model(arguments.model)
    onboarding, about = Onboarding(model, arguments.strategy), about_from(arguments.about, model)
    answers = _interview(onboarding, arguments.questions, about)
    show(onboarding.rank(answers, arguments.n, about).columns(model.ratings), arguments)


def _interview(onboarding: "Onboarding", n_questions: int, about: dict[str, Any] | None) -> "dict[Id, float | None]":
    """{item: rating, or None}, until all is asked, the answers end, or somebody has had enough."""
    answers: dict[Id, float | None] = {}
    while len(answers) < n_questions:
        try:
            question = onboarding.next_question(answers, about)
            answers[question.item] = _rating(onboarding, question, len(answers) + 1)
        except (NothingToAsk, EOFError):
            break
    return answers


def _rating(onboarding: "Onboarding", question: "Question", number: int) -> float | None:
    """Asks until the answer is one; raises `EOFError` where there is none any more."""
    ratings = onboarding.model.ratings
    scale = f"{ratings.scale[0]:g} to {ratings.scale[1]:g}" if ratings.scale else "a number"
    while True:
        said = input(f"{number}. {question.title} ({scale}; Enter: don't know it; q: enough) ").strip()
        if said == "q":
            raise EOFError
        try:
            rating = float(said) if said else None
            onboarding.check({question.item: rating})
            return rating
        except ValueError as error:  # no number, or off the scale
            print(f"   {error}")
