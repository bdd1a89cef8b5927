"""What a model's training does not look at, in sentences for whoever is shown its lists."""

from cofactor.contract.abilities import Abilities
from cofactor.data.kinds import Kind

__all__ = ["not_optimised"]

OF_ANY_MODEL = (
    "Whether people are better off: it learns from what they did, and nothing tells it what they were glad of, learned "
    "from, or regret.",
    "The list as a whole: each item is scored by itself, so that ten of a kind may come together.",
    "Whether what is new or little known, and those who make it, are shown at all.",
    "What its lists do in time: what it shows today is what people choose from, and so what it learns from tomorrow.",
)
SAME_FOR_ALL = "The person who asks: everybody is given the same order."
NO_OPINIONS = {
    "clicks": "Whether anybody liked what they took: a click is no opinion.",
    "counts": "Whether anybody liked what they took: how often is no opinion.",
}
RATED_ONLY = (
    "Whether somebody would take an item up: it predicts what those who chose to rate an item think of it, and orders "
    "lists by that."
)
TAKEN_ONLY = "What somebody would think of an item: lists are ordered by what people take up, not by how they rate it."


def not_optimised(abilities: Abilities, kind: Kind | None) -> tuple[str, ...]:
    """Sentences on what a model of these abilities does not optimise; first those that hold of any model here.

    kind: of the values that it learned from; None: it has not learned yet
    """
    sentences = [*OF_ANY_MODEL]
    if not abilities.personal:
        sentences.append(SAME_FOR_ALL)
    if kind == "clicks" or kind == "counts":
        sentences.append(NO_OPINIONS[kind])
    elif kind == "ratings" and not abilities.predicts:
        sentences.append(TAKEN_ONLY)
    elif kind == "ratings" and abilities.lists_by_prediction:
        sentences.append(RATED_ONLY)
    return tuple(sentences)
