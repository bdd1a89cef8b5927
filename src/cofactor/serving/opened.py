"""The model that is shown, known by a fingerprint, and the others on the shelf beside it."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, NamedTuple, Self, TypeVar

from fastapi import Depends, Request

from cofactor.coldstart.onboarding import Onboarding
from cofactor.data.item_values import ItemValues
from cofactor.errors import BadModelFolder, NotShown
from cofactor.model_folder import folder_fingerprint
from cofactor.opening import open_model
from cofactor.recommender import Recommender
from cofactor.serving.background import Background
from cofactor.serving.guard import Permissions

__all__ = ["ItemValuesFile", "OnShelf", "OpenModel", "Opened", "Shelf", "expect_people", "short_fingerprint"]

Made = TypeVar("Made")

MOST_KEPT = 24  # answers that took long to work out
DIGITS = 12  # of a fingerprint, for people to compare


class _Once:
    """A value that the first who asks works out, while others wait for it."""

    def __init__(self) -> None:
        self._lock, self._values = Lock(), list[Any]()

    def value(self, make: Callable[[], Made]) -> Made:
        with self._lock:
            if not self._values:
                self._values.append(make())
            return self._values[0]


class ItemValuesFile(NamedTuple):
    """Values of items that lists can be blended with, and the file that they were read from."""

    values: ItemValues
    path: Path

    @property
    def expression(self) -> str:
        """The Python that reads them."""
        return f"cf.ItemValues.read({str(self.path)!r})"


class OpenModel:
    """A saved model, the Python that makes it, and values of its items where there are some."""

    def __init__(
        self, model: Recommender, folder: Path, expression: str = "", item_values: "ItemValuesFile | None" = None
    ) -> None:
        self.model, self.folder, self.item_values = model, folder, item_values
        self._known, self._lock = dict[str, _Once](), Lock()
        self.expression = expression or f"cf.open({str(folder)!r})"
        self.fingerprint = short_fingerprint(folder) or ""

    @classmethod
    def at(cls, folder: Path, item_values: "ItemValuesFile | None" = None) -> Self:
        """The model saved there. Raises `BadModelFolder`, and `UnknownIds` for values that are of none of its items."""
        model = open_model(folder)
        if item_values is not None:
            item_values.values.aligned(model.ratings)
        return cls(model, folder, item_values=item_values)

    @cached_property
    def onboarding(self) -> Onboarding:
        """The interview of newcomers; what it learns of who knows what is kept for the next question."""
        return Onboarding(self.model, "variance" if self.model.abilities.has_posterior else "entropy0")

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """The value that `make` gives, worked out when this name is first asked for; the newest of such are kept."""
        with self._lock:  # of the names alone: what takes long keeps nobody waiting but those who ask for the same
            once = self._known[name] = self._known.pop(name, None) or _Once()
            while len(self._known) > MOST_KEPT:
                del self._known[next(iter(self._known))]
        return once.value(make)

    def python(self, question: str) -> str:
        """The lines of Python that ask the model this."""
        return f"import cofactor as cf\n\nmodel = {self.expression}\n{question}"


class Shelf:
    """The model that is shown and those it may be compared with, and what may be asked of them."""

    def __init__(self, opened: OpenModel, others: tuple[OpenModel, ...] = (), permissions: Permissions | None = None):
        self.opened, self.others, self.permissions = opened, others, permissions or Permissions()
        self.background = Background()

    @property
    def on_disk(self) -> str | None:
        """The fingerprint of the model that stands in the folder now; None where none does."""
        return short_fingerprint(self.opened.folder)

    def reopen(self) -> None:
        """Show the model that stands in the folder now. Raises `BadModelFolder`, and shows what it did."""
        if self.on_disk is None:
            raise BadModelFolder(f"No model stands in {self.opened.folder} any more. Save one there.")
        if self.on_disk != self.opened.fingerprint:
            self.opened = OpenModel.at(self.opened.folder, self.opened.item_values)


def short_fingerprint(folder: Path) -> str | None:
    """The first digits of a folder's fingerprint; None where no model stands."""
    whole = folder_fingerprint(folder)
    return whole and whole[:DIGITS]


def _shelf(request: Request) -> Shelf:
    return request.app.state.shelf


OnShelf = Annotated[Shelf, Depends(_shelf)]


def _opened(shelf: OnShelf) -> OpenModel:
    return shelf.opened


Opened = Annotated[OpenModel, Depends(_opened)]


def expect_people(shelf: OnShelf) -> None:
    """Raise `NotShown` where single persons are not shown."""
    if not shelf.permissions.people:
        raise NotShown("This explorer shows no single persons (--no-people).")
