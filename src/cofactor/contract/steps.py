"""What a model file writes: what it learns and how it scores, in indices alone, and what it can do.

These steps are public for whoever works with indices: evaluation, cold start, blends. What a caller asks with ids
stands on them, the same for all models: `recommender.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.contract.abilities import Abilities, unsupported
from cofactor.contract.forgetting import Forgetting
from cofactor.contract.learned import Learned
from cofactor.contract.not_optimised import not_optimised
from cofactor.contract.profile import UserProfile
from cofactor.contract.row_posterior import RowPosterior
from cofactor.errors import BadOption, NotFitted, Unsupported
from cofactor.search_space import Space
from cofactor.selection.exact import DotProducts, blocks

if TYPE_CHECKING:
    from cofactor.card.card import Card
    from cofactor.contract.privacy_statement import PrivacyStatement
    from cofactor.contract.reasons import Reasons
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.posterior.row_model import RowModel
    from cofactor.run.run import Run

__all__ = ["ModelSteps", "Side", "cosines", "pairs_from_rows"]

Side = Literal["user", "item"]

LISTS_BY_PREDICTION = (
    "Its lists are ordered by predicted ratings: what somebody would give an item, not whether they would take it up. "
    "For lists fit RankerAndRater, or a ranker such as EASE."
)
CLICKS_AS_RATINGS = (
    "It took clicks for ratings, and they are no opinions: where all are alike it predicts the same for everything. "
    "Fit a model of who has what, such as ImplicitMF."
)


class ModelSteps(ABC):
    """A step that a model does not write raises `Unsupported`; `abilities` says so beforehand.

    An index of -1 stands for a user, or an item, that nothing is known about. Such a user, one of the table without
    ratings, and a profile without any have the scores of the average user.
    """

    learned: ClassVar[Mapping[str, Learned]]
    objective: ClassVar[str]  # what is optimised, in words for everybody; "Nothing: …" where nothing is
    mend: ClassVar[str] = ""  # advice where training leaves the finite numbers
    saves_ratings: ClassVar[bool] = True  # False: a saved model holds no person, so it serves all as newcomers
    effort: ClassVar[str] = ""  # the option that says how long it trains, such as n_epochs

    ratings_: "Ratings"
    interrupted_ = ""  # where ctrl-C ended the fit, as "after 3 of 50 epochs"; empty: nowhere
    held_out_ = 0.0  # the share of each user's ratings that a fit to shards never learned from
    noted_: tuple[str, ...] = ()  # what its folder said of how it was fitted, where it was opened from one
    measured: "Card | None" = None  # what was measured of it; `fit` keeps it, and its lights are grey from then on

    @property
    def abilities(self) -> Abilities:
        """The questions that it can answer."""
        return Abilities()

    @property
    def not_optimised(self) -> tuple[str, ...]:
        """Sentences on what its training does not look at, by its abilities and the kind of its ratings."""
        return not_optimised(self.abilities, self.ratings.kind if hasattr(self, "ratings_") else None)

    @property
    def ratings(self) -> "Ratings":
        """The ratings that the model learned from. Raises `NotFitted` before `fit`."""
        if not hasattr(self, "ratings_"):
            raise NotFitted(type(self).__name__)
        return self.ratings_

    @property
    def privacy(self) -> "PrivacyStatement | None":
        """The list of what it releases of people, and whether ε covers each; None: it promises no privacy."""
        return None

    # ---- learning -----------------------------------------------------------------------------------------

    @abstractmethod
    def _fit(self, train: "Ratings", run: "Run") -> None:
        """Learn from the ratings; set every attribute named in `learned`.

        run: what `fit` was asked for; a model that trains in epochs is a `TrainedRecommender`, which reads it
        """

    def _check_run(self, run: "Run") -> None:
        """Raise `BadOption` where `fit` was asked for something that this model's training cannot do."""
        if run.asked:
            raise BadOption(f"{type(self).__name__} is not trained in epochs: leave {' and '.join(run.asked)} out.")

    def updated_state(self, joined: "Joined") -> Mapping[str, Any]:
        """The arrays of `learned` that change when later ratings come: rows for `joined.users` and `joined.items`.

        Raises `Unsupported` where the model does not write this step.
        """
        raise Unsupported(f"{type(self).__name__} cannot take in later ratings. Fit it anew on all of them.")

    @property
    def forgetting(self) -> Forgetting:
        """The kind of forgetting that `forget` gives (see `MEANINGS`): "kept" unless `state_without` does more."""
        return "kept"

    @property
    def forgetting_note(self) -> str:
        """Sentences of what else is to be known of its forgetting, which the receipt and the card say; "": nothing."""
        return ""

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> Mapping[str, Any]:
        """The arrays of `learned` that change when users go: those with a row for each user, at least.

        user_idx: ascending     remaining: the ratings without theirs
        A model that can give what it would have learned from these does so; `forgetting` says what it gives.
        """
        of_users = [name for name, one in self.learned.items() if one.shape[:1] == ("n_users",)]
        return {name: np.delete(getattr(self, name), user_idx, axis=0) for name in of_users}

    def needed_gb(self, train: "Ratings") -> float:
        """Memory that learning from these ratings takes beside the table, in GB; 0 where it is little in any case."""
        return 0.0

    def _check_options(self) -> None:
        """Raise `BadOption` where a hyperparameter is out of range."""

    def space_for(self, train: "Ratings") -> Space:
        """`search_space`, with the options that make a difference on ratings of this kind only."""
        return self.search_space()

    def search_space(self) -> Space:
        """The values that `tune` tries, by option; the others stay as given."""
        return {}

    def notes(self) -> tuple[str, ...]:
        """Sentences about how it was fitted that a reader ought to know; the card shows them."""
        ended = f"Interrupted {self.interrupted_}: it learned less than it was asked to."
        by_prediction = self.abilities.predicts and self.abilities.lists_by_prediction and self.ratings.explicit
        return (
            *self.noted_,
            *([ended] if self.interrupted_ else ()),
            *([LISTS_BY_PREDICTION] if by_prediction else ()),
            *([CLICKS_AS_RATINGS] if self.abilities.needs_ratings and self.ratings.kind == "clicks" else ()),
        )

    # ---- scores -------------------------------------------------------------------------------------------

    @abstractmethod
    def score_users(self, user_idx: IntArray) -> FloatArray:
        """(b,) users -> (b, n_items) scores; higher is better."""

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        """(b,) users, (b,) items -> (b,) scores of pairs, in the ratings' own unit where the model predicts them.

        timestamps: (b,) seconds since 1970 or `NO_TIME`, which only models that learn from time look at
        A model that writes no better way scores all items of each user; an unknown item is then at -inf.
        """
        return pairs_from_rows(self, user_idx, item_idx)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        """(n_items,) scores for somebody the model does not hold, by their ratings; nothing is retrained.

        Their attributes are given only where `abilities.learns_attributes`; there may then be no ratings.
        Raises `Unsupported` where `abilities.folds_in` is False.
        """
        raise unsupported(self, "folds_in")

    def predict_profile(self, profile: UserProfile) -> FloatArray:
        """(n_items,) predicted ratings for somebody the model does not hold: the scores, unless lists are ordered by
        something else.

        Raises `Unsupported` where `abilities.folds_in` is False.
        """
        return self.score_profile(profile)

    def predictions_listed(self, who: IntArray | UserProfile, item_idx: IntArray) -> Mapping[str, FloatArray]:
        """Columns that a list shows beside its scores: (b,) users, or somebody new, and (b,) items -> (b,) each.

        Asked only where `abilities.lists_by_prediction` is False.
        """
        return {}

    def dot_products(self) -> DotProducts | None:
        """The two sides of `score_users`, where it is a product: all users are then ranked in one fused pass."""
        return None

    def pair_variances(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) users, (b,) items -> (b,) the variance of each pair's rating, that of a person on a day included.

        Raises `Unsupported` where `abilities.gives_intervals` is False.
        """
        raise unsupported(self, "gives_intervals")

    # ---- understanding ------------------------------------------------------------------------------------

    def row_vectors(self, side: Side) -> FloatArray:
        """(n, f) the vectors of all users or items, compared by their angle.

        Raises `Unsupported` where `abilities.has_vectors` is False.
        """
        raise unsupported(self, "has_vectors")

    def similarity(self, side: Side, idx: int) -> FloatArray:
        """(n,) how similar every user or item is to one of them, -inf where nothing is known of it: the cosine of
        their vectors, or what a model that links items by weights has learned.

        Raises `Unsupported` where `abilities.compares_items`, or `compares_users`, is False.
        """
        if not self.abilities.has_vectors:
            raise unsupported(self, f"compares_{side}s")
        return cosines(self.row_vectors(side), idx)

    def row_posterior(self, side: Side) -> RowPosterior:
        """The means of all users or items, and their variances, in the unit of the ratings.

        Raises `Unsupported` where `abilities.has_row_posterior` is False.
        """
        raise unsupported(self, "has_row_posterior")

    def reasons(self, who: int | UserProfile, item_idx: int) -> "Reasons":
        """The parts of the score of one pair: of what `score_pairs` gives a user, or `predict_profile` somebody new.

        They add up to it where `abilities.reasons_add_up`. Raises `Unsupported` unless `abilities.gives_reasons`.
        """
        raise unsupported(self, "gives_reasons")

    def list_reasons(self, who: int | UserProfile, item_idx: int) -> "Reasons":
        """The reasons of an item's place in a list: `reasons`, unless lists are ordered by something else."""
        return self.reasons(who, item_idx)

    def past_ratings(self, who: int | UserProfile) -> tuple[IntArray, FloatArray]:
        """(m,), (m,): the items and the values that a user, or somebody new, has rated."""
        return (who.item_idx, who.values) if isinstance(who, UserProfile) else self.ratings.by_user.of(who)

    # ---- beliefs about somebody new -----------------------------------------------------------------------

    def row_models(self) -> Sequence["RowModel"]:
        """The model's distribution of somebody new: one, or one for each of some posterior draws.

        Raises `Unsupported` where `abilities.has_posterior` is False.
        """
        raise unsupported(self, "has_posterior")

    def rows_by_model(self, user_idx: IntArray) -> Sequence[FloatArray]:
        """(b, d) the rows of these users under each of `row_models`.

        Raises `Unsupported` where `abilities.has_posterior` is False.
        """
        raise unsupported(self, "has_posterior")

    def expected_rows_by_model(self, attributes: Mapping[str, Array], n: int) -> Sequence[FloatArray]:
        """(n, d) by how much people with these attributes, (n,) each, are expected to differ from the mean of each of
        `row_models`.

        Raises `Unsupported` where `abilities.learns_attributes` is False.
        """
        raise unsupported(self, "learns_attributes")


def cosines(vectors: FloatArray, idx: int) -> FloatArray:
    """(n,) the cosine of each of the vectors (n, f) with one of them; -inf for vectors that are 0."""
    squares = np.einsum("nf,nf->n", vectors, vectors)
    cosine = vectors @ vectors[idx] / np.sqrt(np.maximum(squares * squares[idx], 1e-24))
    cosine[squares == 0] = -np.inf
    return cosine


def pairs_from_rows(model: ModelSteps, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
    """(b,) the scores of pairs, from those of all items of each user, a block of users at a time."""
    users, row_of = np.unique(user_idx, return_inverse=True)
    order = np.argsort(row_of, kind="stable")
    ends = np.searchsorted(row_of[order], np.arange(len(users) + 1))
    scores = np.empty(len(user_idx), np.float32)
    for at in blocks(len(users), model.ratings.n_items):
        pairs = order[ends[at.start] : ends[min(at.stop, len(users))]]
        scores[pairs] = model.score_users(users[at])[row_of[pairs] - at.start, item_idx[pairs]]
    scores[item_idx < 0] = -np.inf
    return scores
