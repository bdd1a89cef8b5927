"""A search for good options within a time, on a part of the training ratings that is held out for it.

Options are proposed by Optuna's tree-structured Parzen estimator (Bergstra et al. 2011 [bergstra2011algorithms]). A
model that says what its effort is (epochs, draws) is first trained with a quarter of it; where that is worse than the
median of the others' quarters, the trial ends there.
"""

import hashlib
import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from cofactor.data.ratings import Ratings
from cofactor.data.splitting import split
from cofactor.errors import BadOption, CofactorError, MissingExtra, SearchStopped, shown
from cofactor.evaluation.metric_names import requested_metric
from cofactor.evaluation.metric_table import better, is_of_ratings
from cofactor.evaluation.monitoring import monitor
from cofactor.recommender import Recommender
from cofactor.run.run import Run
from cofactor.search_space import Between, OneOf, Space, reaching
from cofactor.tuning.history import History, Trial

if TYPE_CHECKING:
    from optuna import Study, Trial as Proposal
    from optuna.trial import FrozenTrial

__all__ = ["Search", "default_metric"]

HELD_OUT = 0.2  # of the training ratings
QUARTER = 0.25  # of the effort, before a trial may be stopped
AT_RANDOM = 8  # first trials, before the others are learned from; the first one is the model as given
STATES: Mapping[str, Literal["complete", "stopped", "failed", "unfinished"]] = {
    "COMPLETE": "complete", "PRUNED": "stopped", "FAIL": "failed",
}  # fmt: skip


def default_metric(model: Recommender, train: Ratings) -> str:
    """ "rmse" where the model predicts ratings and there are some, else "ndcg@10"."""
    return "rmse" if model.predicts and train.explicit else "ndcg@10"


@dataclass
class Search:
    """Trials of one model's options. The training ratings are split once; nothing else is ever looked at."""

    model: Recommender
    train: Ratings
    metric: str
    space: Space
    seed: int = 0
    journal: Path | None = None
    after_trial: Callable[[Trial], None] = field(default=lambda _: None)

    def __post_init__(self) -> None:
        self.metric = str(requested_metric(self.metric))
        if not better(self.metric):
            raise BadOption(f"{self.metric} only describes lists, and is no aim to search for. Choose rmse or ndcg@10.")
        _check_space(self.model, self.space)
        self.space = reaching(self.space, self.model.options())
        by = "random" if is_of_ratings(self.metric) else "user"
        self._part, self._rest = split(self.train, HELD_OUT, by=by, seed=self.seed)
        self._value_of = monitor(self.metric, self._rest)
        self._study: Study = self._open()
        self._failure: CofactorError | None = None
        self.stopped = False  # by ctrl-C

    def run(self, seconds: float, n_trials: int | None = None) -> None:
        """Try options until the time is over, or so many have been tried; ctrl-C ends it with what was found so far.

        The first trial is always made; another one only where the time left is enough for one of median length.
        """
        ends, durations = time.monotonic() + seconds, list[float]()
        for _ in _up_to(n_trials):
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
            self.after_trial(self.history.trials[-1])

    @property
    def history(self) -> History:
        trials = [self._told(one) for one in self._study.trials]
        return History(self.metric, trials, (self._how(),), self.train.library)

    def best_model(self) -> Recommender:
        """A new model, not fitted, with the best options. Raises the last trial's error where none succeeded."""
        best = self.history.best
        if best is None:
            raise self._failure or BadOption("No trial was trained to its end. Raise the budget.")
        return self._new(best.options)

    # ---- one trial ----------------------------------------------------------------------------------------

    def _try_one(self) -> None:
        from optuna.trial import TrialState

        trial = self._study.ask()
        options = {name: _suggest(trial, name, part) for name, part in self.space.items()}
        try:
            value = self._reached(trial, options)
        except CofactorError as error:  # these options cannot be trained; others may
            self._failure = error
            self._fail(trial, str(error))
        except BaseException:
            self._fail(trial, "interrupted")
            raise
        else:
            if value is None:
                self._study.tell(trial, state=TrialState.PRUNED)
            else:
                self._study.tell(trial, value)

    def _fail(self, trial: "Proposal", why: str) -> None:
        from optuna.trial import TrialState

        trial.set_user_attr("why", why)
        self._study.tell(trial, state=TrialState.FAIL)

    def _reached(self, trial: "Proposal", options: Mapping[str, Any]) -> float | None:
        """The metric of a model with these options; None where a quarter of its effort was already worse."""
        value = None
        for step, effort in enumerate(self._efforts()):
            value = self._fit_and_score(self._new({**options, **effort}))
            trial.report(value, step)
            if effort and trial.should_prune():
                return None
        return value

    def _efforts(self) -> list[dict[str, int]]:
        name = self.model.effort
        whole = self.model.options().get(name, 0)
        return [{name: int(whole * QUARTER)}, {}] if whole * QUARTER >= 2 and name not in self.space else [{}]

    def _fit_and_score(self, model: Recommender) -> float:
        model._learn(self._part, run := Run(progress=False))
        if run.stopped:  # a model that is not trained to its end is not measured
            raise KeyboardInterrupt
        return self._value_of(model)

    def _new(self, options: Mapping[str, Any]) -> Recommender:
        return type(self.model)(**{**self.model.options(), **options})

    # ---- Optuna -------------------------------------------------------------------------------------------

    def _open(self) -> "Study":
        try:
            import optuna
        except ImportError:
            raise MissingExtra("Tuning", "tune") from None
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(
            storage=self._storage(), study_name=self._key(), load_if_exists=True,
            direction="minimize" if better(self.metric) == "lower" else "maximize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
        )  # fmt: skip
        # a search that goes on must not begin with the proposals it has begun with before
        study.sampler = optuna.samplers.TPESampler(seed=self.seed + len(study.trials), n_startup_trials=AT_RANDOM)
        given = {name: self.model.options()[name] for name in self.space}
        if not study.trials and all(self.space[name].can_hold(value) for name, value in given.items()):
            study.enqueue_trial({name: _as_word(value, self.space[name]) for name, value in given.items()})
        return study

    def _storage(self) -> Any:
        if self.journal is None:
            return None
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        self.journal.parent.mkdir(parents=True, exist_ok=True)
        return JournalStorage(JournalFileBackend(str(self.journal)))

    def _key(self) -> str:
        """Equal for searches that may go on one another: same model, data, metric, space and seed."""
        given = {name: value for name, value in self.model.options().items() if name not in self.space}
        parts = (given, {name: str(part) for name, part in self.space.items()}, self.metric, self.seed)
        text = json.dumps([*parts, self.train.fingerprint], sort_keys=True, default=str)
        return f"{self.model.model_name()}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def _told(self, one: "FrozenTrial") -> Trial:
        options = {name: _value(one.params[name], part) for name, part in self.space.items() if name in one.params}
        last = one.value if one.value is not None else next(reversed(one.intermediate_values.values()), float("nan"))
        seconds = one.duration.total_seconds() if one.duration else float("nan")
        state = STATES.get(one.state.name, "unfinished")
        return Trial(one.number, state, last, options, seconds, str(one.user_attrs.get("why", "")))

    def _how(self) -> str:
        n, measured = len(self._study.trials), f"{len(self._rest):,} of {len(self.train):,} training ratings"
        how = f"{n} trials of {type(self.model).__name__}, measured on {measured}, which were held out for it."
        return how + (" Ctrl-C ended the search." if self.stopped else "")


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


def _suggest(trial: "Proposal", name: str, part: Any) -> Any:
    if not isinstance(part, Between):
        return _value(trial.suggest_categorical(name, [_as_word(value, part) for value in part.values]), part)
    if part.is_whole:
        return trial.suggest_int(name, int(part.low), int(part.high), log=part.log)
    return trial.suggest_float(name, part.low, part.high, log=part.log)


def _as_word(value: Any, part: Any) -> Any:
    """Choices are kept as text: a journal holds no tuples."""
    return value if isinstance(part, Between) else repr(value)


def _value(word: Any, part: Any) -> Any:
    return word if isinstance(part, Between) else next(value for value in part.values if repr(value) == word)


def _up_to(n: int | None) -> Iterator[int]:
    at = 0
    while n is None or at < n:
        yield at
        at += 1
