"""What a model can do, as one value that it gives; what it cannot do is refused in the same words everywhere."""

from typing import NamedTuple, Protocol

from cofactor.errors import Unsupported

__all__ = ["Abilities", "Able", "expect_ability", "unsupported"]

REFUSALS = {
    "predicts": "ranks items but predicts no values",
    "folds_in": "cannot recommend to newcomers",
    "learns_attributes": "learns nothing from the attributes of users",
    "has_vectors": "has no vectors",
    "compares_items": "has no vectors or weights of items, so none is similar to another",
    "compares_users": "has no vectors of users, so none is similar to another",
    "has_posterior": "has no posterior, so it cannot say how sure it is of anybody",
    "has_row_posterior": "has no posterior of its rows, so it cannot say how far apart two of them are by it",
    "gives_intervals": "cannot say how sure it is of a prediction",
    "gives_reasons": "cannot split a score into reasons",
}
STEPS = {  # that answer what an ability promises
    "folds_in": "score_profile", "learns_attributes": "expected_rows_by_model", "has_vectors": "row_vectors",
    "compares_items": "similarity", "compares_users": "row_vectors", "gives_reasons": "reasons",
    "has_posterior": "row_models and rows_by_model",
    "has_row_posterior": "row_posterior", "gives_intervals": "pair_variances",
}  # fmt: skip


class Abilities(NamedTuple):
    """The questions that a model can answer, given its options and what it was fitted to; see each field.

    A named tuple, for it is made anew at every question: a frozen dataclass takes five times as long.
    """

    predicts: bool = True  # its scores are in the ratings' own unit
    lists_by_prediction: bool = True  # if it predicts: its lists are ordered by what it predicts
    personal: bool = True  # False: it recommends the same to everybody
    folds_in: bool = True  # it scores items for somebody new by their ratings, without training
    places_items: bool = True  # `update` gives a row to an item that nobody had rated
    has_vectors: bool = False  # users and items have rows that can be compared by their angle
    has_item_weights: bool = False  # having one item speaks for another by a weight
    has_posterior: bool = False  # it gives distributions of rows, so of newcomers and of what they would rate
    has_row_posterior: bool = False  # its users and items have means and variances, by which they can be compared
    gives_intervals: bool = False  # a prediction comes with a variance
    learns_attributes: bool = False  # it was fitted to expect something of users by their attributes
    needs_ratings: bool = False  # it learns opinions on a scale: of clicks nothing but that they are, counts it refuses
    gives_reasons: bool = False  # `explain` splits a score into parts
    repeatable: bool = True  # the same options on the same ratings give the same model
    reasons_add_up: bool = True  # if it gives reasons: the parts add up to the score; False: they are approximate

    @property
    def compares_items(self) -> bool:
        """True where `similar_items` has an answer."""
        return self.has_vectors or self.has_item_weights

    @property
    def compares_users(self) -> bool:
        """True where `similar_users` has an answer."""
        return self.has_vectors


def unsupported(model: object, ability: str) -> Unsupported:
    """The error to raise where a model is asked for what it cannot do, or says it can and has no step for.

    >>> str(unsupported("any model", "folds_in"))
    'str cannot recommend to newcomers (abilities.folds_in is False).'
    """
    if ability in STEPS and getattr(getattr(model, "abilities", None), ability, False):
        return Unsupported(
            f"{type(model).__name__} says abilities.{ability}, but does not write {STEPS[ability]}. "
            "Write it, or say in its abilities that it cannot."
        )
    return Unsupported(f"{type(model).__name__} {REFUSALS[ability]} (abilities.{ability} is False).")


class Able(Protocol):
    """Whatever says what it can do."""

    @property
    def abilities(self) -> Abilities:
        """The questions that it can answer."""
        ...


def expect_ability(model: Able, ability: str) -> None:
    """Raise `Unsupported` where the model says that it cannot do this."""
    if not getattr(model.abilities, ability):
        raise unsupported(model, ability)
