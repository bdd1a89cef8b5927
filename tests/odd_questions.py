"""Tables, options and questions as nobody should ask them, drawn at random, and what holds whatever is asked.

An answer keeps its promises,
or there is one of our own errors; no warning but our own; and no question changes a model.
"""

import math
import tempfile
import warnings
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from hypothesis import strategies as st

import cofactor as cf
from cofactor.coldstart.ladder import Ladder
from cofactor.coldstart.onboarding import Onboarding
from cofactor.data.ids import IdMap
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import (
    CofactorError,
    CouldBeFaster,
    FewerLeft,
    ItemsIgnored,
    ItemsNotPlaced,
    NotFitted,
    StoppedEarly,
)
from cofactor.interpretation.factors import factors
from cofactor.models import model_class
from cofactor.recommender import Recommender

OURS = (CouldBeFaster, FewerLeft, ItemsIgnored, ItemsNotPlaced, StoppedEarly)
SMALL: dict[str, dict[str, Any]] = {
    "blend": {"members": ("bias", "popularity"), "held_out": 0.4},
    "bpr": {"n_factors": 3, "n_epochs": 2},
    "implicit_mf": {"n_factors": 2, "n_epochs": 2},
    "bayesian_mf": {"n_factors": 2, "n_draws": 3, "n_burn_in": 1},
    "matrix_factorization": {"n_factors": 3, "n_epochs": 2},
    "ranker_and_rater": {"rater": "bias", "error": 1.0},
    "neural_cf": {"n_factors": 2, "layers": (3,), "dot_factors": 2, "n_epochs": 2, "batch_size": 8},
    "graph_filter": {"n_components": 2},
}  # fmt: skip
# options that take other ways through a model
OTHER_WAYS: dict[str, list[dict[str, Any]]] = {
    "blend": [{"members": ("ease", "implicit_mf")}, {"members": ("bias", "matrix_factorization", "bias")}],
    "bpr": [{"seed": 5}],
    "implicit_mf": [
        {"attributes": True}, {"confidence": 2.0}, {"solver": "cg"}, {"solver": "block", "n_factors": 20,
        "block_size": 16},
    ],
    "bayesian_mf": [
        {"days": True}, {"ordinal": True}, {"user_bag": False, "row_noise": False}, {"n_chains": 2},
        {"attributes": False},
    ],
    "matrix_factorization": [
        {"solver": "sgd"}, {"attributes": True}, {"y_range": (0, 6)},
        {"solver": "sgd"},
        {"averaged": 0.5},
    ],
    "neural_cf": [{"y_range": (0, 6)}, {"dot_factors": 0}, {"averaged": 0.5}, {"dropout": 0.5}],
    "graph_filter": [{"n_components": 0}, {"low_pass": 0.0}],
    "item_knn": [{"weighting": "tfidf"}, {"weighting": "bm25"}, {"use_values": True, "shrinkage": 0.0}],
    "ease": [{"use_values": True}],
    "sparse_ease": [{"use_values": True, "n_neighbors": 2}],
    "popularity": [{"damping": 0.0}],
}  # fmt: skip

# ---- what is asked with -------------------------------------------------------------------------------------------

NAN = float("nan")
SCALARS: list[Any] = [
    None, True, False, 0, -1, 1, 7, 2**31, 2**63, 2**64, -(2**63), 10**30, 0.5, 1.0, NAN, math.inf, -math.inf, 1e308,
    "", "7", "007", "--5", "-0", "1.0", "nan", "a" * 5000, "\0", "\ud800", b"", b"7", b"\xff", np.int64(7),
    np.uint64(2**63),
    np.int8(1), np.float32(1), np.float64("nan"), np.bool_(True), np.str_("7"), np.datetime64("2020-01-01"),
    np.datetime64("NaT"),
    np.timedelta64(1, "s"), (), (1,), (1, 2), ([1],), frozenset({1}), Decimal(7), Decimal("nan"), Decimal("snan"),
    Fraction(7), 1j,
    date(2020, 1, 1), datetime(2020, 1, 1), timedelta(1), object, len, ..., pd.NA, pd.NaT, pd.Timestamp(0), slice(1),
    5e-324,
]  # fmt: skip
MANY: list[Any] = [
    [], [1, 1], [None], [[1]], [NAN], ["a", 1], [(1, 2)], [{}], [b"x"], set(), {1, 2}, {"a"}, range(0), range(3),
    "ab", b"ab",
    bytearray(b"ab"), {}, {1: 2}, {"a": NAN}, {1: "5"}, {None: 1}, {1: None}, {(1,): 1}, {1: True}, {1: 1e308},
    {1: 10**400},
    np.array(1), np.array("7"), np.array([]), np.array([1, 2]), np.array([[1, 2]]), np.array([1.0, NAN]),
    np.array([1.5]),
    np.array(["7", "a"]), np.array([b"7"]), np.array([None, 1], object), np.array([[1], [2]], object), np.array([True]),
    np.array([1, 2**63], np.uint64), np.array(["2020-01-01"], "M8[D]"), np.array([1], "m8[s]"), np.array([1j]),
    np.array([(1, 2)], [("a", "i4"), ("b", "i4")]), np.zeros((0, 3)), np.array([1], np.float16), np.array([1], ">i4"),
    np.ma.masked_array([1, 2], [True, False]), memoryview(b"ab"),
]  # fmt: skip
FRESH: list[Callable[[], Any]] = [
    lambda: 10**5000, lambda: [10**5000], lambda: iter([1, 2]), lambda: (one for one in "ab"), lambda: map(str, [7]),
    lambda: pd.Series([1, 2]), lambda: pd.Series(["7"]),
    lambda: pl.Series([1, 2]), lambda: pd.DataFrame({"item": [1]}), lambda: pl.DataFrame({"item": [1]}),
    lambda: pd.Index([1]),
    lambda: pd.Categorical(["a"]), object, lambda: {1: 2}.keys(), lambda: cf.Bias(), lambda: zip([1], [2]),
]  # fmt: skip
ODD = st.one_of(st.sampled_from(SCALARS), st.sampled_from(MANY), st.sampled_from(FRESH).map(lambda make: make()))
BILLION = 10**9
NUMBERS = st.sampled_from(
    [0, 1, 2, 3, 5, -1, 2.5, 1.0, 4.0, True, NAN, math.inf, BILLION, np.int64(3), np.float32(2), "3", None]
)


def mostly(*usual: Any, odd: st.SearchStrategy[Any] = ODD) -> st.SearchStrategy[Any]:
    """One of the usual values, or something odd at times: where all is odd, the first refusal hides the rest."""
    return st.sampled_from([st.sampled_from(usual)] * 9 + [odd]).flatmap(lambda these: these)


LENGTHS = mostly(1, 2, 3, 10, 10**9, np.int64(3), np.uint8(2), 3.0, odd=NUMBERS | ODD)
FLAGS = mostly(True, False, odd=st.sampled_from([None, 1, "no", np.bool_(False)]))
CONDITIONS = mostly("town = 'here'", "age > 3 or town has 'here'", "not age in (1, 20)", "", None, odd=ODD)
CAPS = mostly({"town": 1}, {"age": 2, "town": 1}, {}, None, odd=st.sampled_from([{"age": "1"}, {"shoes": 1}]) | ODD)
WEIGHTS = mostly(0, 0.3, 1, np.float32(0.5), odd=NUMBERS | ODD)
CALIBRATED = mostly("town", {"age": 0.9, "town": 0}, {}, None, odd=st.sampled_from(["shoes", {"age": 2}]) | ODD)
SEEDS = mostly(0, 1, np.int64(3), odd=NUMBERS | ODD)


IDS: dict[str, list[Any]] = {
    "numbers": [7, 1, 2, -3, 0, 12], "text": ["7", "007", "a", "", "--5", "ab"], "dates": [date(2020, 1,
    at) for at in range(1, 7)],
    "truths": [True, False], "large": [10**30, -(10**25), 5, 2**63, 2**64, 3], "tuples": [(1,), (1, 2), (), ("a",),
    (2,), (3,)],
    "bytes": [b"7", b"", b"a", b"\xff", b"b", b"c"], "long": ["x" * n for n in (1, 50, 500, 5000, 2, 3)],
}  # fmt: skip
VALUES: dict[str, Any] = {
    "stars": st.sampled_from([1, 2, 3, 4, 5]), "constant": st.just(3), "two": st.sampled_from([0, 1]),
    "huge": st.sampled_from([1e30, -1e30, 1, 3e38]), "negative": st.sampled_from([-5, -1, 0, 2]), "zero": st.just(0),
    "tiny": st.sampled_from([1e-38, 0, 1e-45]), "mixed": st.floats(-10, 10, width=32), "counts": st.sampled_from([1,
    2, 1000]),
    "clicks": None, "likes": st.sampled_from([1, 1, 0, -1]),
}  # fmt: skip
OF_KIND = {"clicks": ("clicks",), "likes": ("clicks", "counts"), "counts": ("counts", "ratings")}
TITLES = ["Heat", "Heat", None, "7", "", "Fargo"]
COLUMNS: dict[str, list[Any]] = {
    "age": [20, 33, NAN, 5, 1e6, -1], "town": ["here", None, "there", "here", "", "a|b"], "same": [1, 1, 1, 1, 1, 1],
    "nothing": [None] * 6, "huge": [1e300, -1e300, 0, 1, 2, 3], "large": [1e30, 1, 2, 3, 4, NAN],
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, sound: bool = False) -> Ratings:
    """A small table; sound: of ratings or clicks as people have them."""
    kinds = ["stars", "clicks", "likes", "two", "counts", "mixed"] if sound else list(VALUES)
    kind = draw(st.sampled_from(kinds))
    users, items = (IDS[draw(st.sampled_from(list(IDS)))] for _ in range(2))
    users, items = (ids[: draw(st.integers(2 if sound else 1, len(ids)))] for ids in (users, items))
    cell = st.tuples(st.integers(0, len(users) - 1), st.integers(0, len(items) - 1))
    pairs = draw(st.lists(cell, min_size=4 if sound else 1, max_size=24, unique=sound))
    n = len(pairs)
    values = np.ones(n) if kind == "clicks" else np.array(draw(st.lists(VALUES[kind], min_size=n, max_size=n)), float)
    times = st.sampled_from([10**9, 10**9 + 86400, 0, -5, 2**40] + ([] if sound else [NO_TIME, 2**62, -(2**62)]))
    timestamps = np.array(draw(st.lists(times, min_size=n, max_size=n)), np.int64) if draw(st.booleans()) else None
    usual = [name for name in COLUMNS if not sound or name in ("age", "town", "same")]

    def columns(size: int) -> dict[str, Any]:
        names = draw(st.lists(st.sampled_from(usual), max_size=2, unique=True))
        text = {name: any(isinstance(one, str) or one is None for one in COLUMNS[name]) for name in names}
        return {name: np.array(COLUMNS[name][:size], object if text[name] else float) for name in names}

    return Ratings(
        users=IdMap.of(users, "user"), items=IdMap.of(items, "item"), user_idx=np.array([u for u, _ in pairs],
        np.int32),
        item_idx=np.array([i for _, i in pairs], np.int32), values=values.astype(np.float32), timestamps=timestamps,
        kind=draw(st.sampled_from(OF_KIND.get(kind, ("ratings",)))),
        scale=(1.0, 5.0) if kind == "stars" and draw(st.booleans()) else None,
        titles=np.array(TITLES[: len(items)], object) if draw(st.booleans()) else None,
        user_attributes=columns(len(users)), item_attributes=columns(len(items)),
        library=draw(st.sampled_from(["polars", "pandas"])),
    )  # fmt: skip


def small(name: str, options: Mapping[str, Any] | None = None) -> Recommender:
    return model_class(name)(**(SMALL.get(name, {}) | dict(options or {})))


def ways(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([{}, *OTHER_WAYS.get(name, [])])


def odd_options(name: str) -> st.SearchStrategy[dict[str, Any]]:
    names = [one.name for one in fields(model_class(name)) if one.init]
    value = (
        ODD
        | NUMBERS
        | st.sampled_from([(1, 5), (5, 1), (0, NAN), [1, 5], "als", "torch", "cuda", (3, 2), ("bias",), 1e-9])
    )
    endless = {"n_epochs", "n_draws", "n_burn_in", "thin"}  # a billion sweeps are no fault of ours
    odd = st.dictionaries(st.sampled_from(names), value, min_size=1, max_size=2)
    return odd.filter(lambda options: not any(options.get(one) is BILLION for one in endless))


@dataclass
class Known:
    """What of a model's table questions are made of."""

    ratings: Ratings
    users: list[Any] = field(init=False)
    items: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.users, self.items = self.ratings.users.values.tolist(), self.ratings.items.values.tolist()

    def one(self, of: str) -> st.SearchStrategy[Any]:
        return st.sampled_from(self.users if of == "user" else [*self.items, *self.items, "Heat", "Fargo"])

    def several(self, of: str) -> st.SearchStrategy[Any]:
        lists = st.lists(self.one(of), min_size=1, max_size=5)
        return (
            lists
            | lists.map(iter)
            | lists.map(boxed)
            | lists.map(set)
            | lists.map(lambda ids: boxed(ids).reshape(-1, 1))
        )

    def anything(self, of: str) -> st.SearchStrategy[Any]:
        mixed = st.lists(self.one(of) | st.sampled_from(SCALARS), max_size=4)
        return st.sampled_from([self.one(of), self.several(of)] * 4 + [mixed, ODD]).flatmap(lambda these: these)

    def newcomers(self) -> st.SearchStrategy[Any]:
        rating = mostly(
            *self.ratings.values.tolist(), odd=st.sampled_from([1, 5.0, np.float32(4), True]) | ODD | NUMBERS
        )
        sound = st.dictionaries(self.one("item"), st.sampled_from(self.ratings.values.tolist()), max_size=3)
        odd = st.dictionaries(self.one("item") | st.sampled_from(SCALARS[:30]), rating, max_size=3)
        return st.sampled_from([sound, sound, sound, odd]).flatmap(lambda these: these)

    def item_values(self) -> st.SearchStrategy[cf.ItemValues]:
        facts = dict(higher_is_better=False, set_by="nobody", set_on="2026-01-01", n_people=0)
        values = st.dictionaries(self.one("item"), st.sampled_from([0, -1, 2.5, 1e300, 1e-300]), min_size=1, max_size=4)
        return values.map(lambda drawn: cf.ItemValues("odd", drawn, **facts))

    def attributes(self) -> st.SearchStrategy[Any]:
        values = mostly("here", None, 33, NAN, 20.0, "", odd=ODD | st.sampled_from([1e300, -1, "33", True]))
        about = st.fixed_dictionaries({}, optional=dict.fromkeys(self.ratings.user_attributes, values))
        odd = st.dictionaries(st.sampled_from(["town", "age", "", 1]), values, max_size=2) | ODD
        return st.sampled_from([st.none(), about, about, about, odd]).flatmap(lambda these: these)

    @st.composite
    @staticmethod
    def later(draw: st.DrawFn, ratings: Ratings) -> Any:
        """Other ratings of the same people and items, if there is room for any, and at times something else."""
        rated = set(zip(ratings.user_idx.tolist(), ratings.item_idx.tolist(), strict=True))
        free = [(u, i) for u in range(ratings.n_users) for i in range(ratings.n_items) if (u, i) not in rated]
        if not free or draw(st.integers(0, 9)) == 0:
            return draw(tables() | ODD)
        pairs = draw(st.lists(st.sampled_from(free), min_size=1, max_size=6, unique=True))
        values = draw(st.lists(st.sampled_from(ratings.values.tolist()), min_size=len(pairs), max_size=len(pairs)))
        return replace(
            ratings, user_idx=np.array([u for u, _ in pairs], np.int32), item_idx=np.array([i for _, i in pairs],
            np.int32),
            values=np.array(values, np.float32), timestamps=None,
        )  # fmt: skip


def boxed(ids: list[Any]) -> Any:
    array = np.empty(len(ids), object)
    array[:] = ids
    return array


# ---- how it is asked ----------------------------------------------------------------------------------------------


@contextmanager
def strictly():
    """Every warning is an error but our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for one in OURS:
            warnings.simplefilter("ignore", one)
        yield


def answer(question: Callable[[], Any]) -> Any:
    """What comes back: the answer, or one of our errors, which says something."""
    with strictly():
        try:
            return question()
        except CofactorError as error:
            assert len(str(error)) > 20  # noqa: PT017
            return error


def state(model: Recommender) -> list[Any]:
    """All that a model holds, to the bit."""
    if not hasattr(model, "ratings_"):
        return [repr(model.options())]
    learned = [(name, np.asarray(getattr(model, name))) for name in model.learned]
    table = model.ratings
    return [
        repr(model.options()), table.fingerprint, table.scale, model.notes(),
        *((name, array.dtype.str, array.shape, array.tobytes()) for name, array in learned),
    ]  # fmt: skip


Question = Callable[[Recommender], Any]


@st.composite
def questions(draw: st.DrawFn, ratings: Ratings) -> Question:
    """Any public question, each of its arguments odd at times."""
    name = draw(st.sampled_from(list(MAKERS)))
    question = MAKERS[name](draw, Known(ratings))
    question.__name__ = name
    return question


def some(draw: st.DrawFn, **options: st.SearchStrategy[Any]) -> dict[str, Any]:
    return draw(st.fixed_dictionaries({}, optional=options))


def _lists(draw: st.DrawFn, known: Known) -> Question:
    new = known.newcomers()
    several = st.lists(new, max_size=3) | st.dictionaries(
        known.one("user") | st.sampled_from(SCALARS[:30]), new, max_size=3
    )
    who, n = draw(known.anything("user") | new | several), draw(LENGTHS)
    items = known.anything("item")
    items |= st.dictionaries(known.one("user") | st.just("newcomer"), items, max_size=3)
    options = some(
        draw, hide_seen=FLAGS, candidates=items, exclude=items, unknown=UNKNOWN, approximate=FLAGS,
        attributes=st.none() | known.attributes(), where=CONDITIONS, max_per=CAPS,
        diversity=WEIGHTS, calibrated=CALIBRATED, max_share_of_head=WEIGHTS | st.none(), popularity_penalty=WEIGHTS,
        explore=FLAGS, seed=SEEDS, was=FLAGS,
        min_exposure=st.none() | st.dictionaries(known.one("item"), WEIGHTS, max_size=2) | ODD,
        item_values=known.item_values() | st.none() | ODD,
        value_weight=WEIGHTS | st.none() | st.dictionaries(known.one("user"), WEIGHTS, max_size=2),
    )  # fmt: skip
    ranks = draw(st.booleans())
    return lambda model: (model.rank if ranks else model.recommend)(who, n, **options)


def _predict(draw: st.DrawFn, known: Known) -> Question:
    who, what = draw(known.anything("user") | known.newcomers()), draw(known.anything("item"))
    options = some(
        draw, unknown=UNKNOWN, clip=FLAGS, interval=mostly(0.9, 0.5, None, odd=NUMBERS | ODD),
        times=mostly(0, 10**9, [10**9], None, odd=ODD | st.sampled_from([NAN, "now", 2**70])),
        attributes=st.none() | known.attributes(),
    )  # fmt: skip
    if draw(st.booleans()):
        return lambda model: model.predict(who, what, **options)
    pairs = draw(st.lists(st.tuples(known.one("user"), known.one("item")), max_size=3) | known.anything("user"))
    return (lambda model: model.predict(pairs, **options)) if options else (lambda model: model.score(pairs))


def _score_newcomer(draw: st.DrawFn, known: Known) -> Question:
    who, about = draw(known.newcomers() | known.newcomers() | ODD), draw(known.attributes())
    return lambda model: model.score_newcomer(who, about)


def _neighbours(draw: st.DrawFn, known: Known) -> Question:
    of = draw(st.sampled_from(["user", "item"]))
    one, n, kind = (
        draw(known.one(of) | known.anything(of)),
        draw(LENGTHS),
        draw(st.sampled_from(["similar", "nearest"])),
    )
    options = some(draw, min_ratings=mostly(0, 1, 2, odd=ODD), by=mostly("cosine", "dot", "posterior", None))
    options |= some(draw, where=CONDITIONS) if of == "item" else {}
    return lambda model: getattr(model, f"{kind}_{of}s")(one, n, **options)


def _mix(draw: st.DrawFn, known: Known) -> Question:
    like, unlike, n = draw(known.anything("item")), draw(known.anything("item")), draw(LENGTHS)
    options = some(draw, where=CONDITIONS, min_ratings=mostly(0, 1, 2, odd=ODD))
    return lambda model: model.similar_to_mix(like, unlike, n, **options)


def _vectors(draw: st.DrawFn, known: Known) -> Question:
    side = draw(mostly("user", "item"))
    return lambda model: model.vectors(side)


def _build_index(draw: st.DrawFn, known: Known) -> Question:
    recall, who = draw(mostly(0.95, 0.5, 1, odd=NUMBERS | ODD)), draw(known.anything("user"))
    return lambda model: (model.build_index(recall), model.rank(who, 3, approximate=True))


def _lr_find(draw: st.DrawFn, known: Known) -> Question:
    options = some(
        draw, start=mostly(1e-5, 1, odd=NUMBERS | ODD), end=mostly(1, 100.0, odd=NUMBERS | ODD), n_steps=mostly(10, 20)
    )
    return lambda model: model.lr_find(known.ratings, **options) if hasattr(model, "lr_find") else None


def _ladder(draw: st.DrawFn, known: Known) -> Question:
    how = some(
        draw, group=mostly(*known.ratings.user_attributes, None), damping=mostly(0, 25, odd=NUMBERS | ODD),
        window_days=mostly(30, 0.5, None, odd=NUMBERS | ODD),
    )  # fmt: skip
    who, n = draw(known.one("user") | known.newcomers() | known.anything("user")), draw(LENGTHS)
    options = some(draw, attributes=known.attributes(), hide_seen=FLAGS)
    return lambda model: Ladder(model, **how).recommend(who, n, **options)


def _onboarding(draw: st.DrawFn, known: Known) -> Question:
    strategy, seed, n = draw(mostly("variance", "random", "popularity", "entropy0", "tree")), draw(SEEDS), draw(LENGTHS)
    values = st.sampled_from([*known.ratings.values.tolist(), None])
    answers = draw(st.dictionaries(known.one("item"), values, max_size=3) | known.newcomers() | ODD)
    about, what = draw(known.attributes()), draw(st.sampled_from(["next_question", "scores", "rank", "doubt", "check"]))
    rest = {"check": (), "rank": (n, about)}.get(what, (about,))
    return lambda model: getattr(Onboarding(model, strategy, seed=seed), what)(answers, *rest)


def _factors(draw: st.DrawFn, known: Known) -> Question:
    n, options = draw(LENGTHS), _interpreted(draw) | some(draw, rotation=mostly("varimax", None))
    more = some(draw, factor=mostly(0, 1, odd=NUMBERS | ODD), n=LENGTHS)
    return lambda model: (found := factors(model, n, **options)).table() is str(found) is found.extremes(**more)


def _interpreted(draw: st.DrawFn) -> dict[str, Any]:
    floor, damping = mostly(1, 2, odd=NUMBERS | ODD), mostly(0, 20.0, odd=NUMBERS | ODD)
    return some(draw, side=mostly("user", "item"), min_ratings=floor, damping=damping)


def _own_axis(draw: st.DrawFn, known: Known) -> Question:
    low, high, options = draw(known.anything("item")), draw(known.anything("item")), _interpreted(draw)
    return lambda model: str(cf.axis_between(model, low, high, **options))


def _biases(draw: st.DrawFn, known: Known) -> Question:
    n, options = draw(LENGTHS), some(draw, side=mostly("user", "item"), min_ratings=mostly(1, 2, None, odd=NUMBERS))
    return lambda model: (str(found := cf.biases(model, **options)), found.best(n), found.worst(n))


def _clusters(draw: st.DrawFn, known: Known) -> Question:
    n, options = draw(LENGTHS), _interpreted(draw) | some(draw, seed=SEEDS)
    return lambda model: (str(found := cf.clusters(model, n, **options)), found.table())


def _plane(draw: st.DrawFn, known: Known) -> Question:
    axes = draw(mostly((0, 1), (1, 0), odd=st.tuples(ODD, ODD)))
    options = some(draw, ids=known.anything("item"), k=LENGTHS, n_sample=LENGTHS, seed=SEEDS)
    return lambda model: str(cf.neighbours_kept(model, *_axes_of(model, axes), **options))


def _axes_of(model: Recommender, axes: tuple[Any, Any]) -> list[Any]:
    """Axes by their numbers; whatever is none, as it is."""
    found = factors(model).axes
    return [found[at] if at in (0, 1) else at for at in axes]


def _metrics(draw: st.DrawFn) -> dict[str, Any]:
    metrics = mostly("rmse", ["ndcg@3", "auc"], None, odd=st.sampled_from([["ndcg@0"], ["x"], []]) | ODD)
    return some(
        draw, metrics=metrics, k=mostly(1, 3, [1, 10], odd=LENGTHS), relevant=mostly(1, 4.0, None, odd=NUMBERS | ODD),
        confidence=mostly(0.9, 0.95, odd=NUMBERS | ODD), seed=SEEDS, clip=FLAGS,
    ) | {"n_bootstrap": draw(mostly(40, 100, odd=NUMBERS | ODD))}  # fmt: skip


def _evaluate(draw: st.DrawFn, known: Known) -> Question:
    test, options = draw(Known.later(known.ratings)), _metrics(draw)
    return lambda model: (found := cf.evaluate(model, test, **options), str(found), found.table())


def _compare(draw: st.DrawFn, known: Known) -> Question:
    test, options = draw(Known.later(known.ratings)), _metrics(draw)
    options |= some(draw, seeds=mostly([1, 2], None, odd=st.just([1, "a"]) | LENGTHS), watch=FLAGS)
    fresh = draw(st.booleans())

    def question(model: Recommender) -> Any:
        one = type(model)(**model.options()) if fresh else model.copied()
        found = cf.compare([one, cf.Popularity()], known.ratings, test, progress=False, **options)
        return str(found), found.table()

    return question


def _split(draw: st.DrawFn, known: Known) -> Question:
    options = some(
        draw, test=mostly(0.2, 0.5, odd=NUMBERS | ODD), by=mostly("random", "user", "last", "time"), seed=SEEDS,
        n_last=mostly(1, 2, odd=LENGTHS), unknown_times=mostly("raise", "oldest"),
    )  # fmt: skip
    n, seed, folds = draw(mostly(2, 3, odd=LENGTHS)), draw(SEEDS), draw(st.booleans())

    def question(_: Recommender) -> Any:
        parts = cf.folds(known.ratings, n, seed=seed) if folds else [cf.split(known.ratings, **options)]
        for one in parts:
            rows = np.sort(np.concatenate([one.rows_train, one.rows_test]))
            assert rows.tolist() == list(range(len(known.ratings)))
        return [one.fingerprint for one in parts]

    return question


def _update(draw: st.DrawFn, known: Known) -> Question:
    later = draw(Known.later(known.ratings))
    return lambda model: asked_soundly(model.copied().update(later))


def _fit(draw: st.DrawFn, known: Known) -> Question:
    train, validation = draw(tables(sound=True) | tables() | ODD), draw(st.none() | Known.later(known.ratings))
    more = draw(st.sampled_from(["early_stopping", "checkpoint", "warm_start", None]))
    usual = {"early_stopping": cf.EarlyStopping(patience=1), None: None}.get(more)
    value = draw(mostly(usual))
    return lambda model: _fitted_with(model.copied(), train, validation, more, value)


def _open(draw: st.DrawFn, known: Known) -> Question:
    path, options = draw(mostly("", "nowhere", ".")), some(draw, models=mostly([], [cf.Bias]))
    return lambda model: cf.open(path, **options)


def _search(draw: st.DrawFn, known: Known) -> Question:
    """Refused or very short."""
    budget, auto = draw(mostly(1e-9, "0.001s", odd=ODD | st.just("soon"))), draw(st.integers(0, 9)) == 0
    options = some(draw, metric=mostly("rmse", "ndcg@3", None), seed=SEEDS) | {"progress": False}
    if auto:
        train = draw(ODD)
        return lambda model: cf.auto(train, budget, **options)
    options |= some(draw, space=mostly(None, odd=ODD | st.just({"reg": 3}))) | {"n_trials": draw(mostly(1, odd=ODD))}
    return lambda model: cf.tune(type(model)(**model.options()), known.ratings, budget, **options) and None


def _early_stopping(draw: st.DrawFn, known: Known) -> Question:
    options = some(draw, patience=LENGTHS, better=mostly("lower", "higher"), least=mostly(0.0, 1), metric=mostly(None))
    return lambda model: cf.EarlyStopping(**options)


def _save(draw: st.DrawFn, known: Known) -> Question:
    path = draw(mostly("m", "a/b/c", Path("x"), odd=ODD | st.sampled_from(["", "\0", ".", "\ud800"])))
    return lambda model: _saved_somewhere(model, path)


def _plain(draw: st.DrawFn, known: Known) -> Question:
    return lambda model: [model.options(), model.notes(), model.n_learned, repr(model), model.snapshot() is model]


UNKNOWN = mostly("raise", "fallback")
MAKERS: dict[str, Callable[[st.DrawFn, Known], Question]] = {
    "lists": _lists, "predict": _predict, "score_newcomer": _score_newcomer, "neighbours": _neighbours,
    "vectors": _vectors, "build_index": _build_index, "lr_find": _lr_find, "ladder": _ladder,
    "onboarding": _onboarding, "factors": _factors, "own axis": _own_axis, "biases": _biases,
    "clusters": _clusters, "plane": _plane, "mix": _mix, "evaluate": _evaluate, "compare": _compare, "split": _split,
    "update": _update, "fit": _fit, "open": _open, "search": _search, "early stopping": _early_stopping,
    "save": _save, "plain": _plain,
}  # fmt: skip


def _fitted_with(model: Recommender, train: Any, validation: Any, more: str | None, odd: Any) -> None:
    """With an option of `fit`, which may be one that this model has no use for."""
    model.fit(train, validation=validation, progress=False, **({more: odd} if more else {}))


def _saved_somewhere(model: Recommender, path: Any) -> None:
    """Below a folder that goes away again, if it is a path at all."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / path if isinstance(path, str | Path) else path)


# ---- what holds of sound questions --------------------------------------------------------------------------------


def assert_lists_keep_their_promises(
    model: Recommender, users: list[Any], n: int, candidates: list[int], exclude: list[int]
) -> None:
    """No item that was seen, excluded, is no candidate or is there already; best first; batch = single."""
    ratings = model.ratings
    ids = ratings.items.values
    names, left_out = [ids[at] for at in candidates], [ids[at] for at in exclude]
    ranking = model.rank(users, n, candidates=names, exclude=left_out)
    for row, user in enumerate(users):
        found, scores = ranking.idx[row][ranking.filled[row]].tolist(), ranking.scores[row][ranking.filled[row]]
        seen = set(ratings.item_idx[ratings.user_idx == ratings.users.find([user])[0]].tolist())
        assert set(found) == (set(candidates) - set(exclude) - seen if len(found) < n else set(found))
        assert set(found) <= set(candidates) - set(exclude) - seen
        assert len(set(found)) == len(found) <= n
        assert np.isfinite(scores).all()
        assert (np.diff(scores) <= 0).all()
        alone = model.rank(user, n, candidates=names, exclude=left_out) if not isinstance(user, dict) else ranking
        size = max(1.0, float(np.abs(scores).max(initial=0)))
        np.testing.assert_allclose(alone.scores[0][alone.filled[0]], scores, rtol=1e-4, atol=1e-5 * size)
        if model.abilities.predicts and model.abilities.lists_by_prediction and found:
            told = model.predict(user, ids[found])
            np.testing.assert_allclose(told, scores, rtol=1e-3, atol=1e-4 * size)


def assert_many_are_told_what_each_is_told(model: Recommender, users: list[Any], n: int, candidates: list[int]) -> None:
    """From 64 users on compiled loops rank, and products without their scores."""
    names = [model.ratings.items.values[at] for at in candidates]
    alone = model.rank(users, n, candidates=names, unknown="fallback")
    many = model.rank(users * 64, n, candidates=names, unknown="fallback")
    size = max(1.0, float(np.abs(alone.scores[alone.filled]).max(initial=0)))
    assert (many.filled == np.tile(alone.filled, (64, 1))).all()
    there = np.where(many.filled, many.scores, 0).reshape(64, *alone.scores.shape)
    expected = np.where(alone.filled, alone.scores, 0)
    np.testing.assert_allclose(there, np.broadcast_to(expected, there.shape), rtol=1e-4, atol=1e-5 * size)


def assert_newcomers_keep_their_promises(model: Recommender, rated: dict[Any, float], n: int) -> None:
    """What they rated is hidden, their scores are those of `score_newcomer`; nobody new is a stranger."""
    scores, ranking = model.score_newcomer(rated), model.rank(rated, n)
    found = ranking.idx[ranking.filled].tolist()
    hidden = set(model.ratings.items.find(list(rated)).tolist())
    assert len(found) == len(set(found)) == min(n, len(set(range(model.ratings.n_items)) - hidden))
    assert not hidden & set(found)
    np.testing.assert_array_equal(ranking.scores[ranking.filled], np.asarray(scores, ranking.scores.dtype)[found])


def asked_soundly(model: Recommender) -> list[Any]:
    """Answers to plain questions, comparable with ==."""
    ratings = model.ratings
    users, items = ratings.users.values.tolist(), ratings.items.values.tolist()
    ranking = model.rank(users, 3)
    found: list[Any] = [ranking.idx.tolist(), ranking.scores.tolist(), model.notes()]
    if model.abilities.predicts:
        found.append(model.predict(users, items[:1]).tolist())
    if model.abilities.folds_in:
        found.append(np.nan_to_num(model.score_newcomer({items[0]: float(ratings.values[0])})).tolist())
    return found


def saved_and_opened(model: Recommender) -> Recommender:
    with tempfile.TemporaryDirectory() as folder:
        return cf.open(model.save(Path(folder) / "m"))


def assert_says_not_fitted(name: str) -> None:
    asked = [
        lambda m: m.recommend(1), lambda m: m.rank([1]), lambda m: m.predict(1, 1), lambda m: m.score_newcomer({1: 1}),
        lambda m: m.similar_items(1), lambda m: m.similar_users(1), lambda m: m.nearest_items(1),
        lambda m: m.nearest_users(1),
        lambda m: m.vectors(), lambda m: m.build_index(), lambda m: m.update(Ratings.from_arrays([1], [1], [1])),
        lambda m: m.ratings,
        lambda m: m.save("never"), lambda m: m.recommend({1: 1}), lambda m: Ladder(m), lambda m: Onboarding(m,
        "popularity").next_question({}),
        lambda m: factors(m), lambda m: cf.biases(m), lambda m: cf.clusters(m), lambda m: cf.axis_between(m, 1, 2),
        lambda m: m.similar_to_mix(1), lambda m: m.n_learned,
        lambda m: cf.evaluate(m, Ratings.from_arrays([1], [1], [1])),
    ]  # fmt: skip
    for question in asked:
        assert isinstance(answer(lambda: question(small(name))), NotFitted), question  # noqa: B023
