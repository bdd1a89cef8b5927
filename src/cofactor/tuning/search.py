"""A search for good options within a time, on a part of the training ratings that is held out for it.

A model that says what its effort is (epochs, draws) is first trained with a quarter of it; where that is worse than the
median of the others' quarters, the trial ends there.
"""

import hashlib
import json
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from cofactor.data.ratings import Ratings
from cofactor.data.splits.splitting import split
from cofactor.errors import BadOption, CofactorError, SearchStopped, counted, shown
from cofactor.evaluation.metric_names import requested_metric
from cofactor.evaluation.metric_table import better, is_of_ratings
from cofactor.evaluation.monitoring import monitor
from cofactor.log import info
from cofactor.recommender import Recommender
from cofactor.run.run import Run
from cofactor.search_space import Between, OneOf, Space, reaching
from cofactor.tuning.history import History, Trial
from cofactor.tuning.study import Proposal, Study

__all__ = ["Search", "default_metric"]

HELD_OUT_SHARE = 0.2  # of the training ratings
FIRST_EFFORT = 0.25  # of the whole effort, before a trial may be stopped


def default_metric(model: Recommender, train: Ratings) -> str:
    """ "rmse" where the model predicts ratings and there are some, else "ndcg@10"."""
    return "rmse" if model.abilities.predicts and train.explicit else "ndcg@10"


@dataclass
class Search:
    """Trials of one model's options. The training ratings are split once; nothing else is ever looked at.

    Raises `BadOption` for a metric that only describes and for a space that is none, `MissingExtra` without Optuna.
    """

    model: Recommender
    train: Ratings
    metric: str
    space: Space
    seed: int = 0
    journal: Path | None = None
    after_trial: Callable[[Trial], None] = field(default=lambda _: None)

    def __post_init__(self) -> None:
        self.metric = str(requested_metric(self.metric))
        direction = better(self.metric)
        if not direction:
            raise BadOption(f"{self.metric} only describes lists, and is no aim to search for. Choose rmse or ndcg@10.")
        _check_space(self.model, self.space)
        start = self.model.resolved_options()
        self.space = reaching(self.space, start)
        by = "random" if is_of_ratings(self.metric) else "user"
        self._part, self._rest = split(self.train, HELD_OUT_SHARE, by=by, seed=self.seed)
        self._value_of = monitor(self.metric, self._rest)
        self._study = Study(self._name(), self.space, better=direction, seed=self.seed, journal=self.journal)
        self._study.begin_with({name: start[name] for name in self.space})
        self._failure: CofactorError | None = None
        self.stopped = False  # by ctrl-C

    def run(self, seconds: float, n_trials: int | None = None) -> None:
        """Try options until the time is over, or so many have been tried; ctrl-C ends it with what was found so far.

        The first trial is always made; another one only where the time left is enough for one of median length.
        """
        ends, durations = time.monotonic() + seconds, list[float]()
        numbers: Iterable[int] = count() if n_trials is None else range(n_trials)
        for _ in numbers:
            if durations and time.monotonic() + median(durations) > ends:
                break
            started = time.monotonic()
            try:
                self._try_one()
            except KeyboardInterrupt:
                self.stopped = True
                if self.history.best is None:
                    raise
                warnings.warn(SearchStopped(len(self._study.trials)), stacklevel=3)
                break
            durations.append(time.monotonic() - started)
            trial = self.history.trials[-1]
            info(
                "trial %s of %s: %s %.4f (%s) in %.3f s with %s", trial.number, type(self.model).__name__, self.metric,
                trial.value, trial.state, trial.seconds, dict(trial.options),
            )  # fmt: skip
            self.after_trial(trial)

    @property
    def history(self) -> History:
        """All trials so far."""
        return History(self.metric, self._study.trials, (self._note(),), self.train.library)

    def best_model(self) -> Recommender:
        """A new model, not fitted, with the best options.

        Raises the last trial's error where none succeeded, and `BadOption` where none came to its end.
        """
        best = self.history.best
        if best is None:
            raise self._failure or BadOption("No trial was trained to its end. Raise the budget.")
        return self._new(best.options)

    def _try_one(self) -> None:
        proposal = self._study.propose()
        try:
            value = self._train(proposal)
        except CofactorError as error:  # these options cannot be trained; others may
            self._failure = error
            proposal.fail(str(error))
        except BaseException:
            proposal.fail("interrupted")
            raise
        else:
            proposal.stop() if value is None else proposal.complete(value)

    def _train(self, proposal: Proposal) -> float | None:
        """The metric of a model with these options; None where a quarter of its effort was already worse."""
        value = None
        for step, effort in enumerate(self._efforts()):
            value = self._fit_and_score(self._new({**proposal.options, **effort}))
            proposal.report(value, step)
            if effort and proposal.is_behind:
                return None
        return value

    def _efforts(self) -> list[dict[str, int]]:
        """The options of a trial's trainings: a quarter of the effort, then all of it, where the model has one."""
        name = self.model.effort
        whole = self.model.resolved_options().get(name, 0)
        first = int(whole * FIRST_EFFORT)
        return [{name: first}, {}] if first >= 2 and name not in self.space else [{}]

    def _fit_and_score(self, model: Recommender) -> float:
        model.learn(self._part, run := Run(progress=False))
        if run.stopped:  # a model that is not trained to its end is not measured
            raise KeyboardInterrupt
        return self._value_of(model)

    def _new(self, options: Mapping[str, Any]) -> Recommender:
        return type(self.model)(**{**self.model.options(), **options})

    def _name(self) -> str:
        """Equal for searches that may go on one another: same model, data, metric, space and seed."""
        fixed = {name: value for name, value in self.model.options().items() if name not in self.space}
        parts = (fixed, {name: str(part) for name, part in self.space.items()}, self.metric, self.seed)
        text = json.dumps([*parts, self.train.fingerprint], sort_keys=True, default=str)
        return f"{self.model.model_name()}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def _note(self) -> str:
        n, measured = len(self._study.trials), f"{len(self._rest):,} of {counted(len(self.train), 'training rating')}"
        note = (
            f"{counted(n, 'trial')} of {type(self.model).__name__}, measured on {measured}, which were held out for it."
        )
        return note + (" Ctrl-C ended the search." if self.stopped else "")


def _check_space(model: Recommender, space: Space) -> None:
    known = model.options()
    if not isinstance(space, Mapping) or not all(isinstance(part, Between | OneOf) for part in space.values()):
        raise BadOption(f"A space is given as {{'reg': Between(1.0, 10.0)}}, but {shown(space)} came.")
    if not space:
        raise BadOption(
            f"A {type(model).__name__} has no options to search. Give a space such as {{'reg': Between(1.0, 10.0)}}."
        )
    if strange := [name for name in space if name not in known]:
        raise BadOption(f"{type(model).__name__} has no option {strange[0]!r}. Its options are: {', '.join(known)}.")
