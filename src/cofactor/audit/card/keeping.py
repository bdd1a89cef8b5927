"""Cards that are kept in a saved model's folder, and the figures that `cofactor fit` adds to a new one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cofactor.audit.card.model_card import model_card
from cofactor.card.card import Card
from cofactor.contract.fingerprint import model_fingerprint
from cofactor.errors import BadOption
from cofactor.opening import open_model
from cofactor.recommender import Recommender

__all__ = ["card_of_fit", "expect_model_in", "keep_card_in", "refuse_figures_of_people"]


def keep_card_in(card: Card, path: str | Path) -> Path:
    """Keep what was measured in the folder of the model that it was measured on, which is replaced as a whole.

    Raises `BadOption` where another model is saved there, and what `cofactor.open` and `save` raise.
    """
    model = expect_model_in(path, card.fingerprint, card.lists)
    model.keep_card(card)
    return model.save(path)


def expect_model_in(path: str | Path, fingerprint: str, lists: Mapping[str, Any]) -> Recommender:
    """The model saved there; raises `BadOption` where it has not this fingerprint, by lists of these options."""
    model = open_model(path)
    if model_fingerprint(model, lists) != fingerprint:
        raise BadOption(
            f"{path} holds another model than the one of this card. Audit that one, or give its own folder."
        )
    return model


def refuse_figures_of_people(model: Recommender) -> None:
    """Raise `BadOption` for a model that is saved without people: figures would tell of them, and are not kept."""
    if not model.saves_ratings:
        raise BadOption(
            f"A {type(model).__name__} is saved without people, and figures, which tell of them, are not kept with it. "
            "Leave --into out."
        )


def card_of_fit(model: Recommender) -> tuple[Card | None, str]:
    """The card of a model that was just fitted, with its accuracy on ratings held out of a second fit, and a sentence.

    None where too little can be held out: accuracy is then not measured, and the sentence says why. Nor is it where the
    model is saved without people: figures are of their ratings, and a second fit would have to be paid for.
    """
    if not model.saves_ratings:
        return None, "Accuracy was not measured: the model is saved without people, and figures would tell of them."
    try:
        card = model_card(model, sections=["accuracy"])
    except BadOption as error:  # too few ratings, or nobody in both parts
        return None, f"Accuracy was not measured: {error}"
    found = card.findings["list_accuracy"]
    return card, f"On ratings held out of another fit: {found.sentence}"
