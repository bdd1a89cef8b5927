"""What a model file writes: what it learns and how it scores, in indices alone, and what it cannot do.

What a caller asks of the model stands on these steps, the same for all: `recommender.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.errors import Unsupported
from cofactor.learned import Learned
from cofactor.search_space import Space
from cofactor.selection.exact import Products

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.newcomer import NewcomerLaw
    from cofactor.run.run import Run

__all__ = ["ModelSteps"]


class ModelSteps(ABC):
    """A step that a model does not write raises `Unsupported`, which says so; its class variables say it beforehand."""

    learned: ClassVar[Mapping[str, Learned]]
    objective: ClassVar[str]  # one sentence: what is optimised
    personal: ClassVar[bool] = True  # False: says the same to everybody
    folds_in: ClassVar[bool] = True  # knows what to do with a newcomer's ratings
    predicts: ClassVar[bool] = True  # its scores are in the ratings' own unit
    has_posterior: ClassVar[bool] = False  # `newcomer_laws` says what it believes of somebody new
    places_items: ClassVar[bool] = True  # `update` gives an item that nobody had rated its place
    has_vectors: ClassVar[bool] = False  # items and users have places that can be compared
    effort: ClassVar[str] = ""  # the option that says how long it trains, such as n_epochs

    interrupted_ = ""  # where ctrl-C ended the fit, as "after 3 of 50 epochs"; empty: nowhere

    @abstractmethod
    def _fit(self, train: "Ratings", run: "Run") -> None:
        """Learn from the ratings; set every attribute named in `learned`.

        run: who watches; a model that trains in sweeps takes their numbers from `run.sweeps`
        """

    @abstractmethod
    def _score(self, user_idx: IntArray) -> FloatArray:
        """(b,) user indices -> (b, n_items) scores, higher is better; index -1: a user nothing is known about."""

    def _products(self) -> Products | None:
        """What `_score` multiplies, where scores are dot products: all users are then ranked in one fused pass."""
        return None

    def _predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,), (b,) -> (b,) scores of pairs; index -1 stands for a row nothing is known about."""
        raise Unsupported(f"{type(self).__name__} ranks items but predicts no values (predicts is False).")

    def _predict_at(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray) -> FloatArray:
        """`_predict` at times (b,), seconds since 1970 or `NO_TIME`; the same unless a model learns from time."""
        return self._predict(user_idx, item_idx)

    def _score_newcomer(self, item_idx: IntArray, values: FloatArray) -> FloatArray:
        """The ratings of somebody new, (m,), (m,) -> (n_items,) scores."""
        raise Unsupported(f"{type(self).__name__} cannot recommend to newcomers (folds_in is False).")

    def _updated(self, joined: "Joined") -> Mapping[str, Any]:
        """What changes of `learned` when ratings came later: places for `joined.users`, and for `joined.items`."""
        raise Unsupported(f"{type(self).__name__} cannot take in later ratings. Fit it anew on all of them.")

    def _score_described(self, item_idx: IntArray, values: FloatArray, attributes: Mapping[str, Array]) -> FloatArray:
        """`_score_newcomer` of somebody whose attributes are known, too, (1,) each; there may be no ratings."""
        raise Unsupported(f"{type(self).__name__} learns nothing from the attributes of users.")

    def newcomer_laws(self) -> Sequence["NewcomerLaw"]:
        """What the model believes of somebody new: one law, or one for each of some posterior draws."""
        raise Unsupported(f"{type(self).__name__} has no belief about newcomers that answers could narrow.")

    def rows_under_laws(self, user_idx: IntArray) -> Sequence[FloatArray]:
        """(b, d) where these users stand under each of `newcomer_laws`."""
        raise Unsupported(f"{type(self).__name__} has no rows of users as newcomers would have them.")

    def described_under_laws(self, attributes: Mapping[str, Array], n: int) -> Sequence[FloatArray]:
        """(n, d) by how much people with these attributes, (n,) each, are expected to differ from the mean of each of
        `newcomer_laws`."""
        raise Unsupported(f"{type(self).__name__} learns nothing from the attributes of users.")

    def _predict_variance(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) the variance of each pair's rating; index -1: of somebody nothing is known about."""
        raise Unsupported(f"{type(self).__name__} has no posterior, so its predictions have no intervals.")

    def _vectors(self, side: Literal["user", "item"]) -> FloatArray:
        """(n, f): the places of all users or items, compared by their angle."""
        raise Unsupported(f"{type(self).__name__} has no vectors, so nothing is similar (has_vectors is False).")

    def _check_options(self) -> None:
        """Raise `BadOption` where a hyperparameter is out of range."""

    @property
    def learns_attributes(self) -> bool:
        """Whether it is fitted to expect something of users by their attributes."""
        return False

    def needed_gb(self, train: "Ratings") -> float:
        """Memory that learning from these ratings takes beside the table, in GB; 0 where it is little in any case."""
        return 0.0

    def search_space(self) -> Space:
        """What `tune` tries, by option; the others stay as given."""
        return {}

    noted_: tuple[str, ...] = ()  # what its folder said of how it was fitted, where it was opened from one

    def notes(self) -> tuple[str, ...]:
        """What a reader ought to know of how it was fitted, a sentence each; the card shows them."""
        ended = f"Interrupted {self.interrupted_}: it learned less than it was asked to."
        return (*self.noted_, *([ended] if self.interrupted_ else ()))
