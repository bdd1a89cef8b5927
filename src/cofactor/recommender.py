"""What a fitted model answers, whatever it is made of: ids in, tables in ids out; a model itself sees only indices.

A model file writes the steps of `contract/steps.py`. What models share stands in the other files of `contract/`: how a
question becomes indices, how lists come about, how a model learns and how it is saved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cofactor.arrays import Array, FloatArray, Id
from cofactor.contract.abilities import expect_ability
from cofactor.contract.explaining import ExplainMixin
from cofactor.contract.exporting import ExportMixin
from cofactor.contract.indices import Unknown
from cofactor.contract.item_sets import Items
from cofactor.contract.neighbours import NeighbourMixin
from cofactor.contract.pairs import PairMixin
from cofactor.contract.profile import Newcomer, Newcomers, expect_profile, user_profile
from cofactor.contract.query import list_query
from cofactor.contract.rerank_options import Calibrated, RerankOptions
from cofactor.contract.saving import SaveMixin
from cofactor.contract.showing import ShowMixin
from cofactor.contract.snapshots import of_one_state
from cofactor.contract.steps import Side
from cofactor.contract.value_blend import ValueWeight
from cofactor.data.item_values import ItemValues
from cofactor.data.tables import Table
from cofactor.errors import BadOption
from cofactor.hyperparameters import conformed
from cofactor.ranking import ListColumn, Ranking

__all__ = ["Recommender", "expect_model"]


@dataclass(kw_only=True)
class Recommender(ShowMixin, ExportMixin, PairMixin, ExplainMixin, NeighbourMixin, SaveMixin):
    """The questions that every model answers.

    Hyperparameters are the dataclass fields and stay as given; what is learned ends in `_` and is listed in
    `learned`, arrays or numbers, which is all that `save` keeps beside the ratings the model learned from.
    """

    @of_one_state
    def recommend(
        self, users: Id | Sequence[Id] | Array | Newcomer | Newcomers, n: int = 10, *, hide_seen: bool = True,
        profile: bool = True, candidates: Items | None = None, exclude: Items = (), where: str | None = None,
        max_per: Mapping[str, int] | None = None, unknown: Unknown = "raise", approximate: bool | None = None,
        attributes: Any = None,
        diversity: float = 0.0, calibrated: Calibrated | None = None, max_share_of_head: float | None = None,
        popularity_penalty: float = 0.0, min_exposure: Mapping[Id, float] | None = None, explore: bool = False,
        seed: int = 0, was: bool = False, item_values: ItemValues | None = None,
        value_weight: ValueWeight | None = None,
    ) -> Table[ListColumn]:  # fmt: skip
        """The n best items for each user: a table of user, item, title, rank (from 1) and score.

        users: an id, several, or somebody new as {item: rating}; items by id or exact title. Several newcomers are a
            list of such, called 0, 1, … in the table, or {name: {item: rating}}
        candidates: recommend only among these; exclude: never these. Items for all, or {user: items}; those of several
            that the model does not know are ignored, and counted by an `ItemsIgnored` warning
        where: recommend only items whose attributes match, as "year >= 1990 and genres has 'Comedy'"; docs/lists.md
            has the grammar
        max_per: at most so many items of each value, or word, of an attribute in a list, as {"genres": 3}
        hide_seen: leave out what the user has rated. Fewer than n left is said by a `FewerLeft` warning.
        profile: False: use nothing that is known of these users, not even to leave out what they have rated; all get
            what somebody unknown gets
        approximate: look only at the items near to each user (see `build_index`); one of twenty of the best may be
            missing. None: at all items, and a `CouldBeFaster` warning where that takes many times as long. Newcomers
            and users with sets of their own are compared with all items in any case
        attributes: of somebody new, as {"age": 33, …}, for models that learn from them; the ratings may then be {}. Of
            several newcomers a list of such, or {name: {…}}
        diversity: how much an item's likeness to those above it counts against it, from 0, not at all, to 1, alone
            [carbonell1998mmr]. For models that compare items
        calibrated: an attribute, such as "genres", or {attribute: weight}: how much it counts that a list mixes its
            values as the user's past does, from 0 to 1 [steck2018calibrated]; 0.5 where no weight is given
        max_share_of_head: at most this share of the n items are of the short head, the most rated ones that together
            hold 80 % of the ratings
        popularity_penalty: how much an item's popularity counts against it, from 0 to 1
        min_exposure: {item: share}: put an item on at least this share of the lists that are asked for together, those
            where it costs least; of so few lists that the share is less than one, on none
        explore: order lists by one draw from the posterior of each user's row (Thompson sampling), so that those of
            whom little is known see more of the catalogue. seed: of the draw; give another at each visit
        was: add a column `was`, the rank that an item has without `max_per` and all of these; with item_values also
            their column `value`
        item_values: what else lists are made for, such as how many people regretted each item. value_weight: how much
            it counts, for the user to set, from 0, where the model alone decides, to 1, where the values do; or
            {user: weight}, 0 for whoever is not named
            These work together, in the order that docs/lists.md states.
        Raises `UnknownIds`, unless unknown="fallback": a stranger is then somebody nothing is known about. Raises
        `BadOption` for a condition that cannot be read, an attribute that items do not have, and options out of range;
        `Unsupported` where the model lacks what diversity or explore need, or was saved without the people that
        max_share_of_head and popularity_penalty count.
        """
        query = list_query(
            self.ratings, users, n, hide_seen=hide_seen, profile=profile, candidates=candidates, exclude=exclude,
            where=where, max_per=max_per, unknown=unknown, approximate=approximate, attributes=attributes,
            rerank=RerankOptions(
                diversity, calibrated, max_share_of_head, popularity_penalty, min_exposure, explore, seed, was,
                item_values, value_weight,
            ),
        )  # fmt: skip
        return self._answer(query).table(self.ratings)

    @of_one_state
    def rank(
        self, users: Id | Sequence[Id] | Array | Newcomer | Newcomers, n: int = 10, *, hide_seen: bool = True,
        profile: bool = True, candidates: Items | None = None, exclude: Items = (), where: str | None = None,
        max_per: Mapping[str, int] | None = None, unknown: Unknown = "raise", approximate: bool | None = None,
        attributes: Any = None,
        diversity: float = 0.0, calibrated: Calibrated | None = None, max_share_of_head: float | None = None,
        popularity_penalty: float = 0.0, min_exposure: Mapping[Id, float] | None = None, explore: bool = False,
        seed: int = 0, was: bool = False, item_values: ItemValues | None = None,
        value_weight: ValueWeight | None = None,
    ) -> Ranking:  # fmt: skip
        """`recommend` as plain arrays of indices and scores."""
        query = list_query(
            self.ratings, users, n, hide_seen=hide_seen, profile=profile, candidates=candidates, exclude=exclude,
            where=where, max_per=max_per, unknown=unknown, approximate=approximate, attributes=attributes,
            rerank=RerankOptions(
                diversity, calibrated, max_share_of_head, popularity_penalty, min_exposure, explore, seed, was,
                item_values, value_weight,
            ),
        )  # fmt: skip
        return self._answer(query)

    @of_one_state
    def score_newcomer(self, ratings: Newcomer, attributes: Mapping[str, Any] | None = None) -> FloatArray:
        """(n_items,) scores for somebody new with these ratings {item id or title: rating}; nothing is retrained.

        attributes: theirs, for models that learn from them; those that the model does not know raise `BadOption`
        """
        return self.score_profile(expect_profile(self, user_profile(self.ratings, ratings, attributes)))

    @of_one_state
    def vectors(self, side: Side = "item") -> FloatArray:
        """(n, f) the learned vector of every item (or user), by index; 0 where nobody rated it.

        Raises `Unsupported` of a model without vectors, `NotFitted` before anything is learned.
        """
        _ = self.ratings
        expect_ability(self, "has_vectors")
        return self.row_vectors(conformed("side", Side, side))


def expect_model(given: object, where: str) -> None:
    """Raise `BadOption`, which says what came and what to write, where `given` is no model.

    where: begins the sentence, as "evaluate measures"
    """
    if isinstance(given, Recommender):
        return
    if isinstance(given, type) and issubclass(given, Recommender):
        raise BadOption(f"{where} a model, but the class {given.__name__} came. Make one of it: {given.__name__}().")
    name = type(given).__name__
    hint = " The model comes first, the ratings after it." if hasattr(given, "user_idx") else ""
    if isinstance(given, str | Path):
        hint = " Open a saved one: cf.open(path)."
    raise BadOption(f"{where} a model, such as cf.ImplicitMF(), but {name} came.{hint}")
