"""The contract every model keeps: ids in, tables in ids out; a model itself sees only indices.

A model file writes the steps of `model_steps.py`: what it learns, how it scores and what it cannot do. Everything
that models share stands here: ids and strangers, hiding what was seen, the best n, newcomers, saving.
"""

import math
import warnings
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from operator import is_
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, TypedDict

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, Id, IntArray
from cofactor.data.expecting import expect_path, expect_ratings
from cofactor.data.ids import UNKNOWN
from cofactor.errors import (
    BadModelFolder,
    BadOption,
    CouldBeFaster,
    Diverged,
    ItemsNotPlaced,
    NotFitted,
    UnknownIds,
    Unsupported,
    shown,
)
from cofactor.hyperparameters import conform, conformed, seed_of
from cofactor.kernels.ranking.top_scores import SeenItems, top_scores
from cofactor.learned import wrong_with
from cofactor.memory import refuse_beyond
from cofactor.model_steps import ModelSteps
from cofactor.ranking import Ranking, list_length
from cofactor.run.run import Run
from cofactor.selection.approximate import ItemIndex, advice
from cofactor.selection.exact import Best, rank_exactly
from cofactor.snapshots import Snapshots, is_learned, of_one_state

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings

__all__ = ["Newcomer", "Prediction", "Recommender", "expect_model", "rows_or_zero"]

Unknown = Literal["raise", "fallback"]
# what the columns of similar items, and of similar users, are
ITEMS: "Neighbours" = {"of": "item", "score": "similarity", "asker": None}
USERS: "Neighbours" = {"of": "user", "score": "similarity", "asker": None}
LARGEST = float(np.finfo(np.float32).max)  # rating
Newcomer = Mapping[Any, float]  # somebody new: {item id or title: rating}


class Neighbours(TypedDict):
    """How a list of neighbours is made a table."""

    of: Literal["item", "user"]
    score: str
    asker: None


@dataclass(kw_only=True)
class Recommender(Snapshots, ModelSteps):
    """What a fitted model answers, whatever it is made of.

    Hyperparameters are the dataclass fields and stay as given; what is learned ends in `_` and is listed in
    `learned`, arrays or numbers, which is all that `save` keeps beside the ratings the model learned from.
    """

    def __post_init__(self) -> None:
        self._conform_options()

    def _conform_options(self) -> None:
        """Options of the types that their fields state, and in range, else `BadOption`: when they are given, and again
        before they are used, as a field may be set in between."""
        conform(self)
        seed_of(getattr(self, "seed", 0))
        self._check_options()

    def fit(self, train: "Ratings", *, validation: "Ratings | None" = None, progress: bool | None = None) -> Self:
        """Learn from `train`.

        validation: ratings to watch while training, where the model trains by epochs; never learned from
        progress: show it (None: where somebody is looking, a terminal or a notebook)

        Ctrl-C ends training after the sweep at hand, with an `Interrupted` warning; `notes` and the card say so, too.
        Raises `BadOption` for options out of range and for what are no ratings. Should anything fail, the model stays
        as it was.
        """
        run = Run(validation=validation, progress=progress)
        self._learn(train, run)
        run.warn_if_interrupted()
        return self

    def _learn(self, train: "Ratings", run: Run) -> Self:
        """`fit`, without a word about how the run ended: that is for whoever began it."""
        self._conform_options()
        expect_ratings(train, "fit learns from")
        if run.validation is not None:
            expect_ratings(run.validation, "fit watches")
        if not len(train):
            raise BadOption(f"There are no ratings to learn from in {train!r}.")
        if train.report is not None:
            train.report.refuse_untrainable()
        if not hasattr(self, "memory_gb"):  # those that have the option say themselves what to do
            mend = "Use fewer factors or epochs, or leave out rare users and items."
            refuse_beyond(self.needed_gb(train), None, f"{type(self).__name__} on {train!r}", mend)
        fresh = self.copied(lambda name: not is_learned(name))
        fresh.ratings_ = train
        with fresh._finite():
            fresh._fit(train, run)
        fresh.interrupted_ = run.interrupted.where if run.interrupted else ""
        self.put_state(fresh)
        return self

    @contextmanager
    def _finite(self) -> Generator[None]:
        """Learning goes on in here without NumPy's warnings; raises `Diverged` where what was learned is not finite.

        The flags are not asked: squares of values like 1e30 set them, and "invalid value in matmul" was at times said
        in whole runs of the tests, for a reason that was not found. The numbers themselves are looked at.
        """
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            try:
                yield
            except np.linalg.LinAlgError as error:
                raise self._diverged() from error
            arrays = (np.asarray(value) for value in self._what_was_learned().values())
            if any(one.dtype.kind == "f" and one.ndim and not np.isfinite(one.sum(dtype=np.float64)) for one in arrays):
                raise self._diverged()

    def _diverged(self) -> Diverged:
        low, high = self.ratings.values.min(), self.ratings.values.max()
        return Diverged(
            f"{type(self).__name__} left the finite numbers. Ratings of {low:g} to {high:g} came: bring them to a "
            f"scale such as 1 to 5, or regularise more."
        )

    def update(self, new: "Ratings") -> Self:
        """Take in ratings that came after `fit`; nothing is retrained.

        Whoever rated since is placed anew, and so is every item that nobody had rated before, the rest of the model
        being given; all else stays as it is. A pair that was rated before counts as it was rated last.
        Raises `BadTable` or `BadOption` where the ratings are not of the model's kind or scale; an `ItemsNotPlaced`
        warning names the items that this model has no way to place. Should anything fail, the model stays as it was.
        Other threads may ask the model meanwhile: each question is answered by the old state or by the new one.
        """
        from cofactor.data.joining import join

        expect_ratings(new, "update takes in")
        while True:
            before = self.snapshot()
            before._check_values(new.values, "Later")
            joined = join(before.ratings, new)
            after = before.copied()
            after._take_in(joined)
            if self.replace_state(before, after):
                break
        if len(joined.items) and not self.places_items:
            warnings.warn(ItemsNotPlaced(type(self).__name__, joined.ratings.title_of(joined.items)), stacklevel=2)
        return self

    def _take_in(self, joined: "Joined") -> None:
        changed = self._updated(joined)
        self.ratings_ = joined.ratings
        for name, value in changed.items():
            setattr(self, name, value)

    @property
    def ratings(self) -> "Ratings":
        """The ratings the model learned from; raises `NotFitted` before `fit`."""
        if not hasattr(self, "ratings_"):
            raise NotFitted(type(self).__name__)
        return self.ratings_

    @classmethod
    def model_name(cls) -> str:
        """What the command line and a saved model call it: the name of its file; of a class from elsewhere its own."""
        package, _, file = cls.__module__.rpartition(".")
        return file if package == "cofactor.models" else cls.__name__

    @property
    def n_learned(self) -> int:
        """How many numbers it learned: what a saved model holds beside the ratings."""
        return sum(int(np.size(value)) for value in self._what_was_learned().values())

    def options(self) -> dict[str, Any]:
        """The hyperparameters, as given."""
        return asdict(self)

    @of_one_state
    def predict(
        self, users: Id | Sequence[Id] | Array | Newcomer, items: Id | Sequence[Id] | Array,
        *, unknown: Unknown = "raise", clip: bool = False, times: Array | None = None, interval: float | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """The score of each (user, item) pair, in the ratings' own unit; one user or one item is repeated, and
        one of each gives a number.

        users: an id, several, or somebody new as {item: rating}
        unknown: "raise" `UnknownIds`, or "fallback": a stranger is somebody nothing is known about
        clip: keep the scores inside the ratings' scale
        times: when, for models that learn from time: seconds since 1970 of each pair; None: at no time in particular
        interval: between which values each rating lies with this probability: a `Prediction` of mean, low and high.
            Both kinds of doubt are in it: what the factors are, and what a person gives on a day
        attributes: of somebody new, as {"age": 33, …}
        """
        clip = conformed("clip", bool, clip)
        if interval is not None:
            interval = conformed("interval", float, interval)
        item_idx = self._find(items, "item", unknown, may_fall_back=True)
        if isinstance(users, Mapping):
            parts = [self.score_newcomer(users, attributes)[item_idx]]
            _refuse_interval(interval)
        else:
            _refuse_attributes(attributes)
            user_idx, item_idx = _paired(self._find(users, "user", unknown, may_fall_back=True), item_idx)
            parts = self._predict_around(user_idx, item_idx, times, interval)
        scale = self.ratings.scale
        if clip and scale:
            parts = [np.clip(part, *scale) for part in parts]
        if _is_one(users) and _is_one(items):
            parts = [part[0] for part in parts]
        return parts[0] if interval is None else Prediction(*parts)

    def _predict_around(
        self, user_idx: IntArray, item_idx: IntArray, times: Array | None, interval: float | None
    ) -> list[FloatArray]:
        """The scores and, where an interval is asked for, its two ends."""
        if times is None:
            scores = self._predict(user_idx, item_idx)
        else:
            scores = self._predict_at(user_idx, item_idx, _as_times(times, item_idx.shape))
        if interval is None:
            return [scores]
        if not 0 < interval < 1:
            raise BadOption(f"interval is a probability between 0 and 1, but {interval} came.")
        reach = NormalDist().inv_cdf(0.5 + interval / 2) * np.sqrt(self._predict_variance(user_idx, item_idx))
        return [scores, scores - reach, scores + reach]

    @of_one_state
    def recommend(
        self, users: Id | Sequence[Id] | Array | Newcomer, n: int = 10, *, hide_seen: bool = True,
        candidates: Iterable[Id] | None = None, exclude: Iterable[Id] = (), unknown: Unknown = "raise",
        approximate: bool | None = None, attributes: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """The n best items for each user: a table of user, item, title, rank (from 1) and score.

        users: an id, several, or somebody new as {item: rating}; items by id or exact title
        candidates: recommend only among these; exclude: never these
        hide_seen: leave out what the user has rated. Fewer than n left is said by a `FewerLeft` warning.
        approximate: look only at the items near to each user (see `build_index`); one of twenty of the best may be
            missing. None: at all items, and a `CouldBeFaster` warning where that takes many times as long
        attributes: of somebody new, as {"age": 33, …}, for models that learn from them; the ratings may then be {}
        """
        asked = self._barred(candidates, exclude), hide_seen, unknown, approximate, attributes
        return self._rank(users, n, *asked).table(self.ratings)

    @of_one_state
    def rank(
        self, users: Id | Sequence[Id] | Array | Newcomer, n: int = 10, *, hide_seen: bool = True,
        candidates: Iterable[Id] | None = None, exclude: Iterable[Id] = (), unknown: Unknown = "raise",
        approximate: bool | None = None, attributes: Mapping[str, Any] | None = None,
    ) -> Ranking:  # fmt: skip
        """`recommend` as plain arrays of indices and scores."""
        return self._rank(users, n, self._barred(candidates, exclude), hide_seen, unknown, approximate, attributes)

    def _rank(
        self, users: Id | Sequence[Id] | Array | Newcomer, n: int, barred: BoolArray, hide_seen: bool, unknown: Unknown,
        approximate: bool | None, attributes: Mapping[str, Any] | None,
    ) -> Ranking:  # fmt: skip
        n, hide_seen = list_length(n), conformed("hide_seen", bool, hide_seen)
        if approximate is not None:
            approximate = conformed("approximate", bool, approximate)
        if isinstance(users, Mapping):
            seen = self._items_rated(users)
            hidden = SeenItems(np.zeros(1, np.int64), np.array([0, len(seen)]), np.sort(seen)) if hide_seen else None
            scores = self.score_newcomer(users, attributes)[None]
            ranking = Ranking(["newcomer"], *top_scores(scores, n, hidden, barred))
        else:
            _refuse_attributes(attributes)
            labels = _as_list(users)
            user_idx = self._find(labels, "user", unknown, may_fall_back=True)
            if approximate is None:
                self._advise(len(labels))
            best_of = self._rank_users(user_idx, n, barred, hide_seen=hide_seen, approximate=bool(approximate))
            ranking = Ranking(labels, *best_of)
        ranking.warn_if_short(n, stacklevel=5)
        return ranking

    def _rank_users(
        self, user_idx: IntArray, n: int, barred: BoolArray | None = None, *, hide_seen: bool = True,
        approximate: bool = False,
    ) -> Best:  # fmt: skip
        """The n best for each user (-1: a stranger), in the memory that `selection.exact` states; barred: (n_items,)"""
        seen, barred = self.ratings.by_user, self._barred() if barred is None else barred
        shown = np.where(hide_seen, user_idx, -1).astype(np.int64)
        hidden = SeenItems(shown, seen.indptr, seen.indices)
        exactly = partial(rank_exactly, self._score, self._products)
        if approximate:
            return self._index().rank(user_idx, n, hidden, barred, exactly)
        return exactly(user_idx, n, hidden, barred)

    def _advise(self, n_users: int) -> None:
        hint = advice(n_users, self.ratings.n_items)
        if hint and self._products() is not None:
            warnings.warn(hint, CouldBeFaster, stacklevel=5)

    @of_one_state
    def score_newcomer(self, ratings: Newcomer, attributes: Mapping[str, Any] | None = None) -> FloatArray:
        """(n_items,) scores for somebody new with these ratings {item id or title: rating}; nothing is retrained.

        attributes: theirs, for models that learn from them; those that the model does not know raise `BadOption`
        """
        item_idx, values = self._items_rated(ratings), _as_numbers(ratings)
        self._check_values(values)
        if attributes is None or not len(self._as_attributes(attributes)):
            return self._score_newcomer(item_idx, values)
        return self._score_described(item_idx, values, self._columns_of(attributes))

    @of_one_state
    def build_index(self, recall: float = 0.95) -> ItemIndex:
        """Make the index that `approximate=True` searches until the model learns anew; needs the extra `ann`.

        recall: which share of the hundred best must be found, on average over users; measured, see `ItemIndex.recall`
        Raises `Unsupported` where scores are not dot products. Newcomers are always ranked exactly.
        """
        recall = conformed("recall", float, recall)
        known, products = np.flatnonzero(self.ratings.user_counts), self._products()
        if products is None:
            raise Unsupported(f"{type(self).__name__} has no index: its scores are not dot products. Rank exactly.")
        self._indexed = self._state(), ItemIndex(products, known, recall)
        return self._indexed[1]

    def _index(self) -> ItemIndex:
        """The one that was built, if it is of what the model has learned by now."""
        state, index = self.__dict__.get("_indexed", ((), None))
        return index if index and all(map(is_, state, self._state())) else self.build_index()

    def _state(self) -> tuple[Any, ...]:
        return self.ratings, *(getattr(self, name) for name in self.learned)

    @of_one_state
    def similar_items(self, item: Id, n: int = 10) -> Any:
        """The n items nearest by the cosine of their vectors: a table of item, title, rank, similarity."""
        return self._nearest("item", item, n).table(self.ratings, **ITEMS)

    @of_one_state
    def similar_users(self, user: Id, n: int = 10) -> Any:
        """The n users nearest by the cosine of their vectors: a table of user, rank, similarity."""
        return self._nearest("user", user, n).table(self.ratings, **USERS)

    @of_one_state
    def nearest_items(self, item: Id, n: int = 10) -> dict[str, list[Any]]:
        """`similar_items` as plain columns."""
        return self._nearest("item", item, n).columns(self.ratings, **ITEMS)

    @of_one_state
    def nearest_users(self, user: Id, n: int = 10) -> dict[str, list[Any]]:
        """`similar_users` as plain columns."""
        return self._nearest("user", user, n).columns(self.ratings, **USERS)

    @of_one_state
    def vectors(self, side: Literal["user", "item"] = "item") -> FloatArray:
        """(n, f): the learned place of every item (or user), by index; 0 where nobody rated it."""
        _ = self.ratings  # NotFitted before anything is learned
        return self._vectors(conformed("side", Literal["user", "item"], side))

    @of_one_state
    def save(self, path: str | Path) -> Path:
        """Write the model as one folder (JSON and safetensors, no pickle), replacing one of the same name.

        Raises `BadOption` where something else stands there, and for what `cofactor.open` could not read; `NotSaved`
        where the system refuses to write. A model that stood there is then as it was.
        """
        from cofactor.model_folder import SavedModel, write_model_folder

        ratings, options, notes = self.ratings, self.options(), self.notes()
        expect_path(path, "save writes to")
        learned = {name: np.asarray(value) for name, value in self._what_was_learned().items()}
        try:
            type(self)(**options)._check_learned(learned, ratings)
        except (BadModelFolder, TypeError) as error:  # TypeError: a class of one's own that takes other arguments
            raise BadOption(f"This {type(self).__name__} could be saved, but not opened again: {error}") from error
        return write_model_folder(SavedModel(self.model_name(), self.objective, options, learned, ratings, notes), path)

    def _what_was_learned(self) -> dict[str, Any]:
        _ = self.ratings  # NotFitted before anything is learned
        return {name: getattr(self, name) for name in self.learned}

    def _restore(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        """Be the model that has learned this from these ratings; raises `BadModelFolder` where it does not fit."""
        self._check_learned(learned, ratings)
        self._remember(learned, ratings)

    def _remember(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        self.ratings_ = ratings
        for name, value in learned.items():
            setattr(self, name, value if value.ndim else value.item())

    def _check_learned(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        """Raise `BadModelFolder` where a model with these options cannot have learned this from these ratings."""
        sizes = {"n_users": ratings.n_users, "n_items": ratings.n_items} if len(ratings) else {}
        attributes = {"user_attributes": ratings.user_attributes, "item_attributes": ratings.item_attributes}
        wrong = wrong_with(self.learned, learned, self.options() | sizes | attributes) if sizes else "nobody rated"
        if wrong:
            raise BadModelFolder(f"That is not what a {self.model_name()} learns from such ratings: {wrong}.")

    # ---- shared steps -------------------------------------------------------------------------------------

    def _find(
        self, ids: Id | Sequence[Id] | Array, kind: Literal["user", "item"], unknown: str, *,
        may_fall_back: bool = False,
    ) -> IntArray:  # fmt: skip
        """The index of each id. may_fall_back: whether the caller might have asked for unknown="fallback"."""
        if type(unknown) is not str or unknown not in ("raise", "fallback"):
            unknown = conformed("unknown", Unknown, unknown)
        ratings, asked = self.ratings, ids if isinstance(ids, np.ndarray) and ids.ndim == 1 else _as_list(ids)
        idx = ratings.find_items(asked) if kind == "item" else ratings.users.find(asked)
        if unknown == "raise" and (idx == UNKNOWN).any():
            strangers = [asked[at] for at in np.flatnonzero(idx == UNKNOWN).tolist()]
            known = ratings.items if kind == "item" else ratings.users
            near = ratings.titles_like(strangers[0]) if kind == "item" else ()
            raise UnknownIds(kind, strangers, len(known), near, may_fall_back=may_fall_back)
        return idx

    def _items_rated(self, ratings: Mapping[Any, Any]) -> IntArray:
        """The items that somebody new speaks of, as they gave them; raises `BadOption` for one that is there twice."""
        if not isinstance(ratings, Mapping):
            raise BadOption(
                f"Somebody new is given as {{item: rating}}, as in {{'Fargo': 4}}, but {shown(ratings)} came."
            )
        item_idx = self._find(list(ratings), "item", "raise")
        _, first, counts = np.unique(item_idx, return_index=True, return_counts=True)
        if (counts > 1).any():
            at = first[counts > 1][0]
            names = [name for name, idx in zip(ratings, item_idx, strict=True) if idx == item_idx[at]]
            raise BadOption(f"{' and '.join(map(repr, names))} are the same item. Give it once.")
        return item_idx

    def _barred(self, candidates: Iterable[Id] | None = None, exclude: Iterable[Id] = ()) -> BoolArray:
        """(n_items,), what nobody may be told."""
        barred = np.full(self.ratings.n_items, candidates is not None)
        if candidates is not None:
            barred[self._find(_as_items(candidates, "candidates"), "item", "raise")] = False
        barred[self._find(_as_items(exclude, "exclude"), "item", "raise")] = True
        return barred

    def _as_attributes(self, attributes: Any) -> Mapping[str, Any]:
        """Those of somebody new; raises `BadOption` where they are no mapping, or of no attribute that users have."""
        if not isinstance(attributes, Mapping):
            raise BadOption(f"attributes are given as {{'age': 33, …}}, but {shown(attributes)} came.")
        self._check_attributes(attributes)
        return attributes

    def _check_attributes(self, names: Iterable[str]) -> None:
        """Raise `BadOption` where users have no attribute of such a name."""
        known = self.ratings.user_attributes
        strange = [name for name in names if name not in known]
        if strange:
            raise BadOption(
                f"Users have no attribute {shown(strange[0])}. They have: {', '.join(known) or 'none at all'}."
            )

    def _columns_of(self, attributes: Mapping[str, Any]) -> dict[str, Array]:
        """Of somebody new: (1,) of each attribute that users have, None where it is not said."""
        attributes = self._as_attributes(attributes)
        return {name: _cell(attributes.get(name)) for name in self.ratings.user_attributes}

    def _check_values(self, values: FloatArray, whose: str = "A newcomer's") -> None:
        scale, finite = self.ratings.scale, np.isfinite(values)
        if not finite.all():
            raise BadOption(f"{whose} ratings must be finite numbers, but {values[~finite][:5].tolist()} came.")
        outside = (values < scale[0]) | (values > scale[1]) if scale and self.ratings.explicit else ~finite
        if outside.any():
            assert scale
            raise BadOption(
                f"{whose} ratings must lie on the scale {scale[0]:g} to {scale[1]:g} that the model learned, "
                f"but {values[outside][:5].tolist()} came. Where such ratings can be given, say so when the training "
                f"ratings are read, as in cf.read(..., scale=({min(scale[0], values.min()):g}, "
                f"{max(scale[1], values.max()):g})), and fit anew."
            )

    def _nearest(self, side: Literal["user", "item"], one: Id, n: int) -> Ranking:
        n, vectors = list_length(n), self.vectors(side)
        at = int(self._find([one], side, "raise")[0])
        length = np.linalg.norm(vectors, axis=1)
        cosine = vectors @ vectors[at] / np.maximum(length * length[at], 1e-12)
        cosine[at] = -np.inf
        cosine[length == 0] = -np.inf  # a row without ratings stands nowhere
        return Ranking([one], *top_scores(cosine[None], n))


class Prediction(NamedTuple):
    """What `predict(..., interval=…)` gives, one number of each for one pair, else (b,)."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray


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
    raise BadOption(f"{where} a model, such as cf.ImplicitMF(), but {name} came.{hint}")


def rows_or_zero(array: FloatArray, idx: IntArray) -> FloatArray:
    """array[idx], with zeros where the index is -1: the prior's mean, in models whose rows are centred."""
    rows = array[idx]
    rows[idx < 0] = 0
    return rows


def _refuse_attributes(attributes: Mapping[str, Any] | None) -> None:
    if attributes is not None and not (isinstance(attributes, Mapping) and not attributes):
        raise BadOption(
            "attributes are of somebody new, given as {item: rating}; users the model holds have their own."
        )


def _refuse_interval(interval: float | None) -> None:
    if interval is not None:
        raise BadOption("An interval is of users the model holds. Take a newcomer's ratings in with update first.")


def _as_numbers(ratings: Newcomer) -> FloatArray:
    """A newcomer's ratings; raises `BadOption` for one that is no number."""
    return np.array([rating_of(value) for value in ratings.values()], np.float32)


def rating_of(value: Any) -> float:
    """A rating as somebody new gives it; raises `BadOption` for what is no number, or beyond those of 32 bits."""
    try:
        is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, np.timedelta64)
        number = float(value) if is_number else math.nan
    except (TypeError, OverflowError):  # a complex number, and one of 400 digits
        number = math.nan
    if not abs(number) <= LARGEST:
        raise BadOption(f"A newcomer's ratings are finite numbers, as in {{'Fargo': 4}}, but {shown(value)} came.")
    return number


def _cell(value: Any) -> Array:
    """(1,) a column of one person."""
    column = np.empty(1, object)
    column[0] = value
    return column


def _as_times(times: Any, shape: tuple[int, ...]) -> IntArray:
    """Seconds since 1970 of each pair, one for all or as many; raises `BadOption` for what are none."""
    try:
        given = np.asarray(times if isinstance(times, np.ndarray) else _as_list(times))
    except (TypeError, ValueError):  # no list, or lists of several lengths
        given = np.zeros(0, object)
    is_whole = given.dtype.kind in "iuf" and bool((abs(given) < 2.0**63).all() and (given == np.trunc(given)).all())
    if not is_whole or given.shape not in ((), (1,), shape):
        raise BadOption(
            f"times are whole numbers, the seconds since 1970 of each of {shape[0]:,} pairs, but {shown(times)} came."
        )
    return np.broadcast_to(given.astype(np.int64), shape)


def _as_items(items: Any, option: str) -> list[Id]:
    """One item or several; raises `BadOption` for a mapping, whose meaning one could only guess."""
    if isinstance(items, Mapping):
        raise BadOption(
            f"{option} are items, one or a list, the same for all users, but a mapping came: {shown(items)}."
        )
    if isinstance(items, np.ndarray):
        return _as_list(items)
    return [items] if isinstance(items, (str, bytes)) or not isinstance(items, Iterable) else list(items)


def _paired(user_idx: IntArray, item_idx: IntArray) -> tuple[IntArray, IntArray]:
    """One of either is repeated; raises `BadOption` where two lists are of different lengths."""
    if len(user_idx) != len(item_idx) and 1 not in (len(user_idx), len(item_idx)):
        raise BadOption(
            f"Pairs are a user and an item each, but {len(user_idx):,} users and {len(item_idx):,} items came. Give as "
            f"many of both, or one of either."
        )
    user_idx, item_idx = np.broadcast_arrays(user_idx, item_idx)
    return user_idx, item_idx


def _as_list(ids: Any) -> list[Id]:
    """One id, or several: strings, tuples and numbers are one."""
    if isinstance(ids, np.ndarray):
        if ids.ndim > 1:
            raise BadOption(
                f"Ids come one by one or in a list, but an array of {ids.ndim} dimensions came: {shown(ids)}."
            )
        return ids.tolist() if ids.ndim else [ids.item()]
    return [ids] if _is_one(ids) else list(ids)


def _is_one(ids: Any) -> bool:
    is_iterable = isinstance(ids, Iterable) and not (isinstance(ids, np.ndarray) and not ids.ndim)
    return isinstance(ids, (str, bytes, tuple, Mapping)) or not is_iterable
