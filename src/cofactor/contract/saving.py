"""How a model is saved and restored: what it learned is declared, so it can be checked before it is used."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from cofactor.arrays import Array
from cofactor.card.card import Card
from cofactor.card.record import to_json
from cofactor.contract.card_facts import fact_sections, name_of_data
from cofactor.contract.deleting import ForgetMixin
from cofactor.contract.fingerprint import model_fingerprint
from cofactor.contract.learned import wrong_with
from cofactor.contract.snapshots import of_one_state
from cofactor.data.expecting import expect_path
from cofactor.errors import BadModelFolder, BadOption
from cofactor.log import info

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["SaveMixin"]


class SaveMixin(ForgetMixin):
    """A model in one folder, and back."""

    @classmethod
    def model_name(cls) -> str:
        """Its name on the command line and in a saved model: that of its file; of a class from elsewhere its own."""
        package, _, file = cls.__module__.rpartition(".")
        return file if package == "cofactor.models" else cls.__name__

    @of_one_state
    def save(self, path: str | Path) -> Path:
        """Write the model as one folder (JSON and safetensors, no pickle), replacing one of the same name; its path.

        Raises `BadOption` where something else stands there, and for what `cofactor.open` could not read; `NotSaved`
        where the system refuses to write. A model that stood there is then as it was.
        """
        from cofactor.model_folder import SavedModel, write_model_folder

        ratings, options, notes = self.table_to_save(), self.options(), self.notes()
        expect_path(path, "save writes to")
        learned = {name: np.asarray(value) for name, value in self.learned_values().items()}
        try:
            type(self)(**options).check_learned(learned, ratings)
        except (BadModelFolder, BadOption, TypeError) as error:  # the latter: a class of one's own with other arguments
            raise BadOption(f"This {type(self).__name__} could be saved, but not opened again: {error}") from error
        public = self if self.saves_ratings else self._without_people(ratings)
        record = "" if public.measured is None else to_json(public.measured)
        card = public.card().markdown()
        saved = SavedModel(
            self.model_name(), self.objective, options, learned, ratings, notes, card, record, self.held_out_
        )
        folder = write_model_folder(saved, path)
        info("saved %s as %s", type(self).__name__, folder)
        return folder

    @of_one_state
    def card(self, lists: Mapping[str, Any] | None = None) -> Card:
        """The card of the model as it is: facts that it holds, and what was measured of it; `cf.model_card` measures.

        lists: options of `recommend` by which its lists are made, as {"diversity": 0.3}; None: those that were measured
        Lights of another state of the model, or of lists by other options, are grey. Raises `NotFitted`.
        """
        kept = self.measured
        lists = (kept.lists if kept else {}) if lists is None else lists
        facts, fingerprint = fact_sections(self), model_fingerprint(self, lists)
        if kept is None:
            kept = Card(model=type(self).__name__, data="", fingerprint="", sections=())
        return replace(kept.of_model(fingerprint, facts, lists), data=name_of_data(self.ratings))

    def keep_card(self, card: Card) -> None:
        """Keep what was measured on a card, so that `save` writes it, too, and `card` shows it."""
        self.measured = card

    def table_to_save(self) -> "Ratings":
        """The table that a saved model holds beside what it learned: its ratings, or where `saves_ratings` is False the
        catalogue alone."""
        return self.ratings if self.saves_ratings else self.ratings.catalogue

    def _without_people(self, catalogue: "Ratings") -> Self:
        """The model as it is opened again: of what was on its card it has what people answered, alone."""
        public = self.copied(lambda name: name != "measured")
        public.ratings_ = catalogue
        kept = self.measured
        if kept is not None and (kept.answers or kept.thresholds):
            public.measured = replace(kept, sections=())
        return public

    def restore(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        """Be the model that has learned this from these ratings. Raises `BadModelFolder` where it does not fit."""
        self.check_learned(learned, ratings)
        self.set_learned(learned, ratings)

    def set_learned(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        """Be the model that has learned this, unchecked."""
        self.ratings_ = ratings
        for name, value in learned.items():
            setattr(self, name, value if value.ndim else value.item())

    def check_learned(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        """Raise `BadModelFolder` where a model with these options cannot have learned this from these ratings."""
        is_catalogue = not self.saves_ratings or ratings.item_totals is not None
        complete = len(ratings) > 0 or (is_catalogue and ratings.n_items > 0)
        sizes = {"n_users": ratings.n_users, "n_items": ratings.n_items} if complete else {}
        attributes = {"user_attributes": ratings.user_attributes, "item_attributes": ratings.item_attributes}
        wrong = wrong_with(self.learned, learned, self.options() | sizes | attributes) if sizes else "nobody rated"
        if wrong:
            raise BadModelFolder(f"That is not what a {self.model_name()} learns from such ratings: {wrong}.")
