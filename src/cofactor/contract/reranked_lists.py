"""Re-ranked lists of a query: longer ones are fetched, and each list is chosen from them item by item.

The steps follow each other in this order, whatever the order in which they were asked for:

1. explore: scores are those of one draw from the posterior of each user's row
2. item_values: scores are blended with them, over all items that a user could be shown
3. relevance: from these, 1 for a user's best candidate, 0 for the last one
4. popularity_penalty, diversity, calibrated: each weighs the value so far against its own, by its weight
5. max_share_of_head and max_per: of the items that both allow, the one of the highest value is next on the list
6. min_exposure: of the lists asked for together, those that lose least take an item in, whatever the limits say
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import isqrt

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.abilities import expect_ability
from cofactor.contract.query import Query
from cofactor.contract.rerank_options import AttributeCalibration
from cofactor.contract.steps import ModelSteps
from cofactor.errors import Unsupported
from cofactor.reranking.calibration import Calibration, miscalibration, mixes_of
from cofactor.reranking.caps import first_within_caps
from cofactor.reranking.diversity import MarginalRelevance, Similarities
from cofactor.reranking.exploration import score_deviations
from cofactor.reranking.greedy import Objective, chosen_lists, greedy_places, relevance
from cofactor.reranking.item_values import Candidates, ValueBlend, best_blended
from cofactor.reranking.longer_lists import Fetch, lists_from_longer
from cofactor.reranking.popularity import PopularityPenalty, relative_popularity
from cofactor.selection.exact import BLOCK, Best, blocks

__all__ = ["explored", "item_similarities", "plain_ranks", "reranked_lists"]

N_CANDIDATES = 200  # the best items of each user, among which a list is chosen
N_CAPPED = 50  # the same where lists are only capped, and longer ones are fetched as they are needed
MAX_SIMILARITIES = 25_000_000  # numbers held at once: 100 MB


def reranked_lists(model: ModelSteps, query: Query, fetch: Fetch, scores: Callable[[IntArray], FloatArray]) -> Best:
    """(b, min(n, n_items)) items and scores as a query's re-ranking and caps choose them; -1 and -inf behind the end.

    fetch: (b,) rows of the query and a length -> their best items     scores: (b,) rows -> (b, n_items) all scores,
    -inf where an item may not be shown
    Raises `Unsupported` where the model compares no items and diversity was asked for.
    """
    if query.reranking.weighs:
        choose, n_candidates = _ChosenLists(model, query).of, N_CANDIDATES
    else:
        choose, n_candidates = partial(_capped, query), N_CAPPED
    n_items, blend = model.ratings.n_items, query.reranking.blend
    found = _by_score(fetch) if blend is None else _by_blend(scores, blend, n_items)
    return lists_from_longer(found, choose, len(query.labels), query.n, n_items, n_candidates)


FetchCandidates = Callable[[IntArray, int], Candidates]


def _by_score(fetch: Fetch) -> FetchCandidates:
    def found(rows: IntArray, n: int) -> Candidates:
        idx, scores = fetch(rows, n)
        return Candidates(idx, scores, scores)

    return found


def _by_blend(scores: Callable[[IntArray], FloatArray], blend: ValueBlend, n_items: int) -> FetchCandidates:
    """All items that a user could be shown are looked at: one far down by its score may have the best value."""

    def found(rows: IntArray, n: int) -> Candidates:
        parts = [best_blended(scores(rows[at]), blend.rows(rows[at]), n) for at in blocks(len(rows), n_items)]
        return Candidates.joined(parts)

    return found


def _capped(query: Query, _: IntArray, found: Candidates) -> Best:
    best = found.idx, found.scores
    return best if query.caps is None else first_within_caps(best, query.n, query.caps)


class _ChosenLists:
    """The lists of a query, chosen from its users' candidates by all the objectives that it names."""

    def __init__(self, model: ModelSteps, query: Query) -> None:
        self._model, self._query, self._how = model, query, query.reranking
        self._n_items = model.ratings.n_items
        self._similarities = item_similarities(model) if self._how.diversity else None
        self._popularity = relative_popularity(model.ratings.item_counts)

    def of(self, rows: IntArray, found: Candidates) -> Best:
        """(b, n) items and scores. rows: (b,) of the query     found: (b, m) their candidates"""
        parts = [self._some(rows[at], found.rows(at)) for at in self._blocks(*found.idx.shape)]
        idx, scores = zip(*parts, strict=True)
        return np.concatenate(idx), np.concatenate(scores)

    def _blocks(self, n_rows: int, m: int) -> Sequence[slice]:
        """Slices of the rows for which neither similarities nor mixes of categories take more memory than stated."""
        n_categories = max((one.shares.shape[1] for one in self._how.calibrations), default=1)
        size = max(isqrt(MAX_SIMILARITIES // m), MAX_SIMILARITIES // self._n_items)
        if self._how.calibrations:
            size = min(size, BLOCK // max(m, self._n_items, self._query.n * n_categories))
        return [slice(at, at + max(1, size)) for at in range(0, max(1, n_rows), max(1, size))]

    def _some(self, rows: IntArray, found: Candidates) -> Best:
        best, values = (found.idx, found.scores), relevance(found.values)
        plain = self._chosen(best, values, [])
        if not self._how.calibrations:
            return plain
        tastes = [_tastes(self._model, self._query.rows(rows), one) for one in self._how.calibrations]
        calibrated = self._chosen(best, values, tastes)
        nearer = self._miscalibration(calibrated[0], tastes) < self._miscalibration(plain[0], tastes)
        # greedy choice seldom ends further from the taste than it began; a list that does stays as it was
        idx, scores = (np.where(nearer[:, None], *both) for both in zip(calibrated, plain, strict=True))
        return idx, scores

    def _chosen(self, best: Best, values: FloatArray, tastes: Sequence[FloatArray]) -> Best:
        how, idx, objectives = self._how, best[0], list[Objective]()
        if how.popularity_penalty:
            objectives.append(PopularityPenalty(how.popularity_penalty, self._popularity[idx]))
        if self._similarities is not None:
            objectives.append(MarginalRelevance(how.diversity, idx, self._similarities))
        for one, taste in zip(how.calibrations, tastes, strict=False):  # without tastes, without calibration
            objectives.append(Calibration(one.weight, taste, one.shares, idx))
        return chosen_lists(best, greedy_places(idx, values, self._query.n, objectives, self._query.caps))

    def _miscalibration(self, idx: IntArray, tastes: Sequence[FloatArray]) -> FloatArray:
        """(b,) of lists, the weighted sum over attributes."""
        total = np.zeros(len(idx))
        for one, taste in zip(self._how.calibrations, tastes, strict=True):
            sums = np.where(idx[:, :, None] >= 0, one.shares[idx], 0).sum(axis=1)
            total += one.weight * miscalibration(taste, mixes_of(sums))
        return total


def _tastes(model: ModelSteps, query: Query, calibration: AttributeCalibration) -> FloatArray:
    """(b, n_categories) the mix in what each user has rated; 0 for those who have rated nothing of any category."""
    sums = [calibration.shares[items].sum(axis=0) for items, _ in _past_ratings(model, query)]
    return mixes_of(np.stack(sums)) if sums else np.zeros((0, calibration.shares.shape[1]))


def _past_ratings(model: ModelSteps, query: Query) -> list[tuple[IntArray, FloatArray]]:
    """The items and the values that each of those who ask has rated."""
    return [model.past_ratings(who) for who in query.profiles or query.user_idx.tolist()]


def item_similarities(model: ModelSteps) -> Similarities:
    """How similar items are by a model: the cosine of their vectors, or weights over the largest of an item, 0 to 1.

    An item that nothing is known of is similar to none. Raises `Unsupported` of a model that compares no items.
    """
    expect_ability(model, "compares_items")
    if type(model).similarity is not ModelSteps.similarity:
        return partial(_relative_weights, model)
    vectors = np.asarray(model.row_vectors("item"), np.float32)
    unit = vectors / np.maximum(np.sqrt(np.einsum("nf,nf->n", vectors, vectors))[:, None], 1e-12)
    return lambda one, other: unit[one] @ unit[other].T


def _relative_weights(model: ModelSteps, one: IntArray, other: IntArray) -> FloatArray:
    table = np.zeros((len(one), len(other)), np.float32)
    for row, item in zip(table, one.tolist(), strict=True):
        similar = model.similarity("item", item)
        row[:] = np.clip(similar[other] / max(float(similar.max(initial=0)), 1e-12), 0, 1)
    return table


def explored(
    model: ModelSteps, query: Query, score: Callable[[slice], FloatArray], seed: int
) -> Callable[[slice], FloatArray]:
    """Scores under one draw of each user's row, in place of those at its mean.

    Raises `Unsupported` of a model without such posteriors, and of one whose lists are not ordered by what it predicts.
    """
    expect_ability(model, "has_posterior")
    if not (model.abilities.predicts and model.abilities.lists_by_prediction):
        raise Unsupported(
            f"explore draws predicted ratings, but the lists of {type(model).__name__} are ordered by something else. "
            "Use a model that lists by prediction, such as MatrixFactorization or BayesianMF."
        )
    row_models = model.row_models()

    def drawn(at: slice) -> FloatArray:
        some = query.rows(np.arange(len(query.labels))[at])
        return score(at) + score_deviations(row_models, _past_ratings(model, some), some.keys, seed)

    return drawn


def plain_ranks(fetch: Fetch, idx: IntArray, n_items: int) -> IntArray:
    """(n_entries,) the ranks, from 1, that the entries of lists have among all items their users could be shown.

    fetch: (b,) rows and a length -> the best items of these rows     idx: (b, n), -1 behind a list's end
    """
    ranks = [np.zeros(0, np.int64)]
    for at in blocks(len(idx), n_items):
        some = idx[at]
        best, row = fetch(np.arange(len(idx))[at], n_items)[0], np.arange(len(some))[:, None]
        rank_of = np.zeros((len(some), n_items + 1), np.int64)  # the last column is of no item
        rank_of[row, best] = np.arange(1, best.shape[1] + 1)
        ranks.append(rank_of[row, some][some >= 0])
    return np.concatenate(ranks)
