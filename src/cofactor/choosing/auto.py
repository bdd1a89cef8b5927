"""`cofactor.auto`: good lists and good ratings, from a table of which nothing is known beforehand.

Which model leads depends on the data in ways that nobody can tell from its size, so several are tried on a fifth of
each user's ratings that is held out, in this order, as long as the time suffices:

1. `Popularity`, which every list has to beat; `EASE`; of ratings `Bias`, which every rating has to beat, `ExplicitALS`
   and `BayesianMF` [rendle2019difficulty], with as many draws as there is time for, more in its last fit
2. `GraphFilter`, and its even blend with `EASE`; `ImplicitMF`; `SparseEASE`
3. of ratings the best ranker, weighed by the best rater (`RankerAndRater`)

What leads is fitted on all ratings; where so few lists can be judged that a lead over `Popularity` may be chance, lists
stay with that. Given a budget, what is left of it goes into a search of the leader's options; what that finds is taken
only where it is ahead on the held-out part, which the search has not seen.
"""

import warnings
from collections.abc import Sequence
from dataclasses import replace

from cofactor.choosing.choice import Choice, entry_printer, reasons
from cofactor.choosing.contenders import Contender, rankers
from cofactor.choosing.contest import Contest, Entry
from cofactor.choosing.raters import enter_sampler, longest
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, MissingExtra, SearchStopped
from cofactor.evaluation.metric_names import requested_metric
from cofactor.evaluation.metric_table import better, is_of_ratings
from cofactor.hyperparameters import conformed, seed_of
from cofactor.kernels.compiling.machine_code import seconds_compiling
from cofactor.models.bayesian_mf import BayesianMF
from cofactor.models.bias import Bias
from cofactor.models.blend import Blend
from cofactor.models.explicit_als import ExplicitALS
from cofactor.models.popularity import Popularity
from cofactor.models.ranker_and_rater import RankerAndRater
from cofactor.recommender import Recommender
from cofactor.tuning.budget import seconds_of
from cofactor.tuning.history import History
from cofactor.tuning.search import Search

__all__ = ["Choice", "auto"]

DEFAULT_SECONDS = 20.0
LISTS, LISTS_OF_COUNTS = "ndcg@10", "ndcg_graded@10"  # of counts much of one item tells more than little of many
MIN_ERROR = 1e-3  # of a rater
MIN_COMPILING = 1.0  # seconds that are worth a word


def auto(
    train: RatingsOrFrame, budget: str | float | None = None, *, metric: str | None = None, seed: int = 0,
    progress: bool | None = None,
) -> Choice:  # fmt: skip
    """A model that suits the data, chosen on held-out ratings and fitted on all of `train`.

    train: ratings, or a pandas, Polars or Arrow table of them with columns of usual names
    metric: what it shall be good at; None: lists, by "ndcg@10", of counts by "ndcg_graded@10", and where there are
        ratings also predicting these
    budget: None: models at their defaults are compared, for about 20 seconds in all. A time: options are searched, too,
        for what is left of it, which needs the extra `tune`. The smallest comparison is made however little it is.
        Compiling kernels for the first time comes on top.
    progress: a line for each model tried, on stderr (None: where that is a terminal)
    Ctrl-C ends the trials, with a `SearchStopped` warning; the best so far is then fitted.
    Raises `BadOption` for what are no ratings and for a metric they cannot have; `MissingExtra` without Optuna where a
    budget is given.
    """
    train, compiled_before = as_ratings(train, "auto chooses by"), seconds_compiling()
    seconds = DEFAULT_SECONDS if budget is None else seconds_of(budget)
    seed, aim = seed_of(seed), _aim(train, conformed("metric", str | None, metric))
    if budget is not None:
        _need_optuna()
    try:
        contest = Contest(train, LISTS if is_of_ratings(aim) else aim, seconds, seed, entry_printer(progress))
    except BadOption as error:  # too few ratings to hold any out
        return _untried(train, error)
    histories, skipped, stopped = dict[str, History](), list[str](), False
    try:
        skipped = _try_models(contest, aim)
        if budget is not None:
            stopped = _search_options(contest, aim, histories)
    except KeyboardInterrupt:
        if contest.best(of_ratings=is_of_ratings(aim)) is None:
            raise
        stopped = True
        warnings.warn(SearchStopped(len(contest.entries)), stacklevel=2)
    model = _leader(contest, aim)
    model.fit(train, progress=progress)
    why = [*reasons(contest, aim, skipped), *(["Ctrl-C ended the trials."] if stopped else [])]
    if (compiling := seconds_compiling() - compiled_before) > MIN_COMPILING:
        why.append(f"Compiling took {compiling:.0f} s more; what was compiled is kept for the next time.")
    return Choice(model, tuple(why), tuple(contest.entries), histories)


def _untried(train: Ratings, error: BadOption) -> Choice:
    if not train.explicit:
        return Choice(Popularity().fit(train), (f"The most popular, for nothing can be tried: {error}",))
    spread = max(float(train.values.std()), MIN_ERROR)
    model = RankerAndRater(Popularity(), Bias(), weighted=False, error=spread).fit(train)
    return Choice(model, (f"The most popular, and biases, for nothing can be tried: {error}",))


def _aim(train: Ratings, metric: str | None) -> str:
    """The metric asked for, in full; of lists where none is."""
    aim = str(requested_metric(metric or (LISTS_OF_COUNTS if train.kind == "counts" else LISTS)))
    if not better(aim):
        raise BadOption(f"{aim} only describes lists, and is no aim to choose by. Choose rmse or ndcg@10.")
    if is_of_ratings(aim) and not train.explicit:
        raise BadOption(
            f"{aim} needs ratings, but {train!r} are {train.kind}. Choose a metric of lists, such as ndcg@10."
        )
    return aim


def _need_optuna() -> None:
    from importlib.util import find_spec

    if find_spec("optuna") is None:
        raise MissingExtra("Searching options for a budget", "tune")


# ---- the trials -----------------------------------------------------------------------------------------------


def _try_models(contest: Contest, aim: str) -> list[str]:
    """Enter the models in the order of this file's head; returns the names of those there was no time for."""
    if is_of_ratings(aim):
        _try_raters(contest)
        return []
    contenders = list(rankers(contest.part))
    contest.enter("Popularity", Popularity())
    skipped = _try_rankers(contest, contenders[:1])
    if contest.train.explicit:
        _try_raters(contest)
    skipped += _try_rankers(contest, contenders[1:])
    if contest.train.explicit:
        _try_weighted(contest)
    return skipped


def _try_rankers(contest: Contest, contenders: Sequence[Contender]) -> list[str]:
    skipped = list[str]()
    for one in contenders:
        if not contest.has_time_for(one.seconds):
            skipped.append(one.label)
            continue
        contest.enter(one.label, one.model, expected_seconds=one.seconds)
        if one.label == "GraphFilter" and (members := contest.both("EASE", "GraphFilter")):
            blend = Blend([entry.model for entry in members], weights=(0.5, 0.5))
            contest.enter_made_of("EASE + GraphFilter", blend, members)
    return skipped


def _try_raters(contest: Contest) -> None:
    contest.enter("Bias", Bias(), of_ratings=True)
    contest.enter("ExplicitALS", ExplicitALS(), of_ratings=True)
    enter_sampler(contest)


def _try_weighted(contest: Contest) -> None:
    rankers_alone = [one for one in contest.ranked() if not isinstance(one.model, RankerAndRater)]
    ranker, rater = next(iter(rankers_alone), None), contest.best(of_ratings=True)
    if ranker and rater:
        label = f"({ranker.label})" if "+" in ranker.label else ranker.label
        contest.enter_made_of(f"{label} × {rater.label}", _joined(ranker, rater), [ranker, rater])


def _joined(ranker: Entry, rater: Entry, *, weighted: bool = True) -> RankerAndRater:
    return RankerAndRater(ranker.model, rater.model, weighted=weighted, error=max(rater.value, MIN_ERROR))


def _leader(contest: Contest, aim: str) -> Recommender:
    """A new model of the leader's options; of ratings, a ranker comes with the best rater."""
    best, rater = contest.best(of_ratings=is_of_ratings(aim)), contest.best(of_ratings=True)
    assert best is not None  # `auto` asked
    if is_of_ratings(aim) or rater is None or isinstance(best.model, RankerAndRater):
        model = best.model
    else:
        model = _joined(best, rater, weighted=False)
    return _of_all_draws(contest, model)


def _of_all_draws(contest: Contest, model: Recommender) -> Recommender:
    """The model, whose sampler has as many draws as there is time for."""
    if isinstance(model, BayesianMF):
        return longest(contest, model)
    if isinstance(model, RankerAndRater) and isinstance(model.rater, BayesianMF):
        return replace(model, rater=longest(contest, model.rater))
    return model


# ---- the search of options ------------------------------------------------------------------------------------


def _search_options(contest: Contest, aim: str, histories: dict[str, History]) -> bool:
    """Search the options of the best model of lists, then of ratings, for what is left; what they find enters.

    histories: where each search's trials are kept, by the class     Returns whether ctrl-C ended a search.
    """
    kinds = [True] if is_of_ratings(aim) else [False, True] if contest.train.explicit else [False]
    for at, of_ratings in enumerate(kinds):
        leader = _searchable(contest, of_ratings)
        seconds = contest.seconds_left / (len(kinds) - at)
        if leader is None or seconds <= leader.seconds:
            continue
        search = Search(leader.model, contest.part, leader.metric, leader.model.space_for(contest.part), contest.seed)
        search.run(seconds - leader.seconds)
        histories[type(leader.model).__name__] = search.history
        if search.stopped:
            return True
        contest.enter(f"{leader.label}, searched", search.best_model(), of_ratings=of_ratings)
    if histories and not is_of_ratings(aim) and contest.train.explicit:
        _try_weighted(contest)
    return False


def _searchable(contest: Contest, of_ratings: bool) -> Entry | None:
    """The best entry whose options can be searched: one model by itself."""
    able = [one for one in contest.ranked(of_ratings=of_ratings) if one.model.space_for(contest.part)]
    return able[0] if able else None
