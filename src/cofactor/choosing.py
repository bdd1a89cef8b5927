"""`cofactor.auto`: a model for these data, by a rule that is stated, and a short search of its options.

The rule, which `Choice.why` repeats with the numbers of the data at hand:

- Ratings, to be predicted: `BayesianMF`, which leads the literature there [rendle2019difficulty] and takes attributes
  in. Where it would take over half of the memory, or there are over 20 million ratings, `ExplicitALS`.
- Clicks, or ratings of which lists are wanted: which model leads depends on the data in ways that nobody can tell
  beforehand, so three are tried: `EASE` (from where its matrix of items would take over half of the memory:
  `SparseEASE`), `ImplicitMF` and `GraphFilter`. The one with the best held-out metric is taken.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from cofactor.data.expecting import expect_ratings
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, SearchStopped
from cofactor.evaluation.metric_table import better, is_of_ratings
from cofactor.evaluation.text_table import format_number
from cofactor.hyperparameters import conformed, seed_of
from cofactor.memory import free_gb
from cofactor.models.bayesian_mf import BayesianMF
from cofactor.models.ease import EASE
from cofactor.models.explicit_als import ExplicitALS
from cofactor.models.graph_filter import GraphFilter
from cofactor.models.implicit_mf import ImplicitMF
from cofactor.models.sparse_ease import SparseEASE
from cofactor.recommender import Recommender
from cofactor.tuning.budget import seconds_of
from cofactor.tuning.history import History
from cofactor.tuning.search import Search
from cofactor.tuning.tune import trial_printer

__all__ = ["Choice", "auto"]

SHARE = 0.5  # of the free memory that the largest arrays of a model may take
MANY_RATINGS = 20_000_000


@dataclass(frozen=True)
class Choice:
    """`model`: fitted on all training ratings     `why`: sentences     `histories`: each model's trials, by class."""

    model: Recommender
    why: tuple[str, ...]
    histories: dict[str, History]

    def __str__(self) -> str:
        return "\n".join([f"{self.model!r}", *self.why])


def auto(
    train: Ratings, budget: str | float = "1min", *, metric: str | None = None, seed: int = 0,
    progress: bool | None = None,
) -> Choice:  # fmt: skip
    """A model that suits the data, its options searched for `budget`, fitted on all of `train`.

    metric: what it shall be good at; None: "rmse" on ratings, "ndcg@10" on clicks
    budget: of all searches together; at least one trial of each model is made. The last fit comes on top.
    Ctrl-C ends the searches, with a `SearchStopped` warning; the best found so far is then fitted.
    Raises `MissingExtra` without Optuna, `BadOption` for what are no ratings and for a metric they cannot have.
    """
    expect_ratings(train, "auto chooses by")
    seconds, seed, metric = seconds_of(budget), seed_of(seed), conformed("metric", str | None, metric)
    aim = metric or ("rmse" if train.explicit else "ndcg@10")
    models, why = _candidates(train, aim)
    searches = [
        Search(one, train, aim, one.search_space(), seed, after_trial=trial_printer(progress)) for one in models
    ]
    tried = _run(searches, seconds / len(searches))
    best = _best(tried)
    found = [f"{type(one.model).__name__} {_reached(one)}" for one in tried]
    chosen = f"Held out, {aim}: {', '.join(found)}; options by {sum(len(s.history.trials) for s in tried)} trials."
    ended = ["Ctrl-C ended the search: what was found by then is used."] if any(s.stopped for s in tried) else []
    model = best.best_model().fit(train, progress=progress)
    return Choice(model, (*why, chosen, *ended), {type(one.model).__name__: one.history for one in tried})


def _run(searches: Sequence[Search], seconds: float) -> list[Search]:
    """Those that were run: all, or up to the one in which ctrl-C came. Raises `KeyboardInterrupt` if none found any."""
    tried = list[Search]()
    for search in searches:
        tried.append(search)
        try:
            search.run(seconds)
        except KeyboardInterrupt:
            if all(one.history.best is None for one in tried):
                raise
            warnings.warn(SearchStopped(sum(len(one.history.trials) for one in tried)), stacklevel=3)
        if search.stopped:
            break
    return tried


def _candidates(train: Ratings, aim: str) -> tuple[list[Recommender], list[str]]:
    if not is_of_ratings(aim):
        return _for_lists(train)
    if not train.explicit:
        raise BadOption(f"{aim} needs ratings, but {train!r} are clicks. Choose a metric of lists, such as ndcg@10.")
    return _for_ratings(train)


def _for_ratings(train: Ratings) -> tuple[list[Recommender], list[str]]:
    model = BayesianMF()
    needed, free = model.needed_gb(train), free_gb()
    told = f"{len(train):,} ratings to predict; BayesianMF takes {needed:.1f} GB of {free:.1f} GB free"
    if needed > SHARE * free or len(train) > MANY_RATINGS:
        mend = "too much for it, so ExplicitALS, which needs a hundredth"
        return [ExplicitALS(n_epochs=15)], [f"{told}: {mend}."]
    attributes = [*train.user_attributes, *train.item_attributes]
    given = f" The attributes it takes in: {', '.join(attributes)}." if attributes else ""
    return [model], [f"{told}, and it is the most accurate known for that.{given}"]


def _for_lists(train: Ratings) -> tuple[list[Recommender], list[str]]:
    ease = EASE()
    needed, free = ease.needed_gb(train), free_gb()
    fits = needed <= SHARE * free
    items: Recommender = ease if fits else SparseEASE()
    told = f"EASE takes {needed:.1f} GB of {free:.1f} GB free for {train.n_items:,} items, so " + (
        "it is tried" if fits else "SparseEASE is tried in its place"
    )
    return [items, ImplicitMF(), GraphFilter()], [f"Lists from {len(train):,} clicks: {told}, with two other models."]


def _best(searches: Sequence[Search]) -> Search:
    """The one whose best trial is ahead; the first where none has any, whose error then tells why."""
    done = [one for one in searches if one.history.best is not None] or list(searches[:1])
    sign = 1 if better(done[0].metric) == "higher" else -1
    return max(done, key=lambda one: sign * best.value if (best := one.history.best) else 0.0)


def _reached(search: Search) -> str:
    best = search.history.best
    return format_number(best.value) if best else "not one trial"
