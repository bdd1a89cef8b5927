"""From a model and held-out ratings to measures that can be resampled: the list of all that can be asked for.

A new metric is a function in `metrics.py` and a line in one of the tables here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.errors import BadOption, Unsupported, shown
from cofactor.evaluation import metrics
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.lists import Lists, rank_catalogue
from cofactor.ranking import list_length
from cofactor.recommender import Recommender

__all__ = ["RATINGS", "Asked", "Measure", "Measured", "Whole", "asked_for", "better", "listed", "measure"]


@dataclass(frozen=True, eq=False)
class Measure:
    """A number made of sums over users, so that other samples of users are other weights of the same sums.

    sums: (n_users, c) float64, the first column counts what the number is a mean of
    of: (..., c) totals -> (...) values
    """

    sums: FloatArray
    of: Callable[[FloatArray], FloatArray]

    @property
    def value(self) -> float:
        return float(self.of(self.sums.sum(axis=0)))

    @property
    def n_users(self) -> int:
        """Users who have a part in it."""
        return int(np.count_nonzero(self.sums[:, 0]))


@dataclass(frozen=True)
class Whole:
    """A number of all lists together, with its standard error by the jackknife over users."""

    value: float
    standard_error: float


class Asked(NamedTuple):
    """A measure by name, at a cut-off where it has one."""

    name: str
    k: int | None = None

    def __str__(self) -> str:
        return self.name if self.k is None else f"{self.name}@{self.k}"


class Measured(NamedTuple):
    measures: dict[str, Measure | Whole]
    left_out: dict[str, str]  # what was asked for and cannot be had: why


def _root_mean(t: FloatArray) -> FloatArray:
    return np.sqrt(t[..., 1] / t[..., 0])


def _mean(t: FloatArray) -> FloatArray:
    return _over(t[..., 1], t[..., 0])


def _explained(t: FloatArray) -> FloatArray:
    """1 - Σe² / Σ(d - mean d)², of totals n, Σe², Σd, Σd²."""
    return 1 - _over(t[..., 1], t[..., 3] - np.square(t[..., 2]) / t[..., 0])


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)


def _mean_size(t: FloatArray) -> FloatArray:
    """Σ_b |Σe of bin b| / n, of totals n, Σe of each bin."""
    return _over(np.abs(t[..., 1:]).sum(axis=-1), t[..., 0])


def _errors_of_bins(p: Array, e: Array) -> list[Array]:
    bins = metrics.calibration_bins(p)
    return [np.where(bins == at, e, 0) for at in range(metrics.N_BINS)]


# name -> the terms that are summed, of predictions p, errors e and ratings' distances d from their mean; what they make
RATINGS: Mapping[str, tuple[Callable[[Array, Array, Array], list[Array]], Callable[[FloatArray], FloatArray]]] = {
    "rmse": (lambda p, e, d: [e * e], _root_mean),
    "mae": (lambda p, e, d: [np.abs(e)], _mean),
    "r2": (lambda p, e, d: [e * e, d, d * d], _explained),
    "calibration_error": (lambda p, e, d: _errors_of_bins(p, e), _mean_size),
}
LISTS: Mapping[str, Callable[[BoolArray, IntArray], FloatArray]] = {
    "precision": metrics.precision,
    "recall": metrics.recall,
    "recall_capped": metrics.recall_capped,
    "hit_rate": metrics.hit_rate,
    "ndcg": metrics.ndcg,
    "map": metrics.average_precision,
    "mrr": metrics.reciprocal_rank,
}
GRADED: Mapping[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "ndcg_graded": metrics.ndcg_graded,
    "err": metrics.expected_reciprocal_rank,
}
CATALOGUE = ("auc",)
BEYOND = ("coverage", "novelty", "gini")  # describe the lists; none is good or bad in itself
KNOWN = (*RATINGS, *LISTS, *GRADED, *CATALOGUE, *BEYOND)
NO_CUT = (*RATINGS, *CATALOGUE)


def better(label: str) -> str:
    """ "lower", "higher", or "" for what only describes."""
    name = label.partition("@")[0]
    return "" if name in BEYOND else "lower" if name in ("rmse", "mae", "calibration_error") else "higher"


def asked_for(names: Iterable[str] | None, k: int | Iterable[int]) -> list[Asked]:
    """Names such as "rmse", "ndcg@10" or "ndcg" (at each `k`); None: everything there is."""
    ks = [list_length(one, "k") for one in listed(k)]
    asked: list[Asked] = []
    for text in _names(names):
        name, _, cut = text.partition("@")
        _check_name(name, cut)
        if name in NO_CUT:
            asked.append(Asked(name))
        else:
            asked.extend(Asked(name, length) for length in ([int(cut)] if cut else ks))
    if any(one.k is not None and one.k < 1 for one in asked):
        raise BadOption(f"A list has at least 1 entry, but {', '.join(map(str, asked))} came.")
    return list(dict.fromkeys(asked))


def listed(given: Any) -> list[Any]:
    """One or several, as a list; a text is one, and so is an array of no dimension."""
    is_one = isinstance(given, str) or not isinstance(given, Iterable) or getattr(given, "ndim", 1) == 0
    return [given] if is_one else list(given)


def _names(names: Iterable[str] | None) -> Iterable[str]:
    if names is None:
        return KNOWN
    found = listed(names)
    wrong = [one for one in found if not isinstance(one, str)]
    if wrong or not found:
        raise BadOption(
            f"metrics are names, such as 'rmse' or 'ndcg@10', but {shown(wrong[0]) if wrong else 'none'} came."
        )
    return found


def _check_name(name: str, cut: str) -> None:
    if name not in KNOWN:
        near = get_close_matches(name, KNOWN, n=1)
        mend = f"Did you mean {near[0]!r}?" if near else f"Choose among: {', '.join(KNOWN)}."
        raise BadOption(f"There is no metric called {name!r}. {mend}")
    if cut and (name in NO_CUT or not (cut.isdecimal() and len(cut) < 20)):
        wanted = f"{name!r} has no cut-off" if name in NO_CUT else "behind the @ stands the list's length"
        raise BadOption(f"{name}@{cut} is not a metric: {wanted}.")


def measure(model: Recommender, held: HeldOut, asked: Iterable[Asked], *, clip: bool = False) -> Measured:
    """Every measure asked for that this model and these data can have."""
    asked = list(asked)
    of_ratings, of_lists = ([a for a in asked if (a.name in RATINGS) is is_one] for is_one in (True, False))
    ratings, lists = _of_ratings(model, held, of_ratings, clip), _of_lists(model, held, of_lists)
    found, left_out = ratings.measures | lists.measures, ratings.left_out | lists.left_out
    return Measured({str(a): found[str(a)] for a in asked if str(a) in found}, left_out)


# --- ratings --------------------------------------------------------------------------------------


def _of_ratings(model: Recommender, held: HeldOut, asked: list[Asked], clip: bool) -> Measured:
    why = "" if held.test.explicit else "clicks have no values to predict"
    if asked and not why:
        try:
            times = held.test.timestamps
            predicted = model._predict(*held.pairs) if times is None else model._predict_at(*held.pairs, times)
        except Unsupported as refusal:
            why = str(refusal)
        else:
            scale = held.train.scale
            predicted = np.clip(predicted, *scale) if clip and scale else predicted
            return Measured({a.name: _sums_of_ratings(a.name, held, predicted) for a in asked}, {})
    return Measured({}, {a.name: why for a in asked})


def _sums_of_ratings(name: str, held: HeldOut, predicted: FloatArray) -> Measure:
    actual = held.test.values.astype(np.float64)
    terms, of = RATINGS[name]
    columns = [np.ones(len(actual)), *terms(predicted, predicted - actual, actual - actual.mean())]
    sums = [np.bincount(held.user, column, minlength=held.n_users) for column in columns]
    return Measure(np.column_stack(sums).astype(np.float64), of)


# --- lists ----------------------------------------------------------------------------------------


def _of_lists(model: Recommender, held: HeldOut, asked: list[Asked]) -> Measured:
    why = f"no rating in the test is relevant (from {held.relevant_from:g} on)" if not held.n_relevant.any() else ""
    left_out = {str(a): why for a in asked if why and a.name not in BEYOND}
    asked = [a for a in asked if str(a) not in left_out]
    if not asked:
        return Measured({}, left_out)
    longest = max((a.k for a in asked if a.k), default=1)
    names = {a.name for a in asked}
    lists = rank_catalogue(model, held, longest, standing="auc" in names, graded=not names.isdisjoint(GRADED))
    return Measured({str(a): _of_list(a, held, lists) for a in asked}, left_out)


def _of_list(asked: Asked, held: HeldOut, lists: Lists) -> Measure | Whole:
    name, items, hits = asked.name, lists.items[:, : asked.k], lists.hits[:, : asked.k]
    if name in LISTS:
        return _average(LISTS[name](hits, lists.n_relevant))
    if name in GRADED:
        return _average(GRADED[name](lists.gains[:, : asked.k], lists.ideal_gains[:, : asked.k]))
    if name == "auc":
        assert lists.standing is not None
        return _average(metrics.auc(*lists.standing, lists.n_candidates))
    if name == "novelty":
        counts = held.train.item_counts
        return _average(metrics.novelty(items, counts, int(np.count_nonzero(held.train.user_counts))))
    exposed = metrics.exposure(items, held.train.n_items)
    return _coverage(items, exposed) if name == "coverage" else _gini(items, exposed)


def _average(per_user: FloatArray) -> Measure:
    counts = ~np.isnan(per_user)
    return Measure(np.column_stack([counts, np.where(counts, per_user, 0)]).astype(np.float64), _mean)


def _coverage(items: IntArray, exposed: IntArray) -> Whole:
    """Without a user the catalogue loses what only they were shown."""
    only_theirs = np.where(items >= 0, exposed[items] == 1, False).sum(axis=1)
    value = metrics.coverage(exposed)
    return Whole(value, _jackknife(value - only_theirs / len(exposed)))


def _gini(items: IntArray, exposed: IntArray) -> Whole:
    """One showing less of an item brings it nearer to the items below it and takes it from all others."""
    n, total, there = len(exposed), int(exposed.sum()), items >= 0
    below = np.searchsorted(np.sort(exposed), exposed, "left")
    value = metrics.gini(exposed)
    apart = value * n * total - np.where(there, (2 * below - n + 1)[items], 0).sum(axis=1)
    return Whole(value, _jackknife(_over(apart, n * (total - there.sum(axis=1)))))


def _jackknife(without: FloatArray) -> float:
    """The standard error from the values without each user in turn, as for numbers of species
    [heltshe1983species]. Drawing users with repetition would lose items, and be biased."""
    n = len(without)
    return float(np.sqrt((n - 1) / n * np.sum(np.square(without - without.mean())))) if n > 1 else float("nan")
