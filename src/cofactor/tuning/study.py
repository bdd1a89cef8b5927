"""Proposals of options and what became of them: an Optuna study, in memory or in a journal that is gone on with.

Options are proposed by the tree-structured Parzen estimator (Bergstra et al. 2011 [bergstra2011algorithms]).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cofactor.errors import MissingExtra
from cofactor.search_space import Between, OneOf, Space
from cofactor.tuning.history import Trial

if TYPE_CHECKING:
    import optuna

__all__ = ["Proposal", "Study"]

N_RANDOM_TRIALS = 8  # before proposals depend on earlier trials; the first one has the model's own options
N_TRIALS_BEFORE_PRUNING = 4
STATES: Mapping[str, Literal["complete", "stopped", "failed", "unfinished"]] = {
    "COMPLETE": "complete", "PRUNED": "stopped", "FAIL": "failed",
}  # fmt: skip


class Study:
    """Trials of the options of one space.

    name: in the journal; a study of a name that is there already goes on from it
    Raises `MissingExtra` without Optuna.
    """

    def __init__(
        self, name: str, space: Space, *, better: Literal["lower", "higher"], seed: int, journal: Path | None
    ) -> None:
        try:
            import optuna
        except ImportError:
            raise MissingExtra("Tuning", "tune") from None
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._space = space
        self._study = optuna.create_study(
            storage=_storage(journal), study_name=name, load_if_exists=True,
            direction="minimize" if better == "lower" else "maximize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=N_TRIALS_BEFORE_PRUNING),
        )  # fmt: skip
        # a search that goes on must not begin with the proposals it has begun with before
        self._study.sampler = optuna.samplers.TPESampler(
            seed=seed + len(self._study.trials), n_startup_trials=N_RANDOM_TRIALS
        )

    def begin_with(self, options: Mapping[str, Any]) -> None:
        """Propose these options first, where no trial was made before and the space can hold them."""
        if not self._study.trials and all(self._space[name].can_hold(value) for name, value in options.items()):
            self._study.enqueue_trial({name: _encoded(value, self._space[name]) for name, value in options.items()})

    def propose(self) -> "Proposal":
        """The next options to try. The proposal is then told what came of them."""
        trial = self._study.ask()
        return Proposal(self._study, trial, {name: _suggested(trial, name, part) for name, part in self._space.items()})

    @property
    def trials(self) -> list[Trial]:
        """All trials so far, also those of the journal."""
        return [self._trial(one) for one in self._study.trials]

    def _trial(self, one: "optuna.trial.FrozenTrial") -> Trial:
        options = {name: _decoded(one.params[name], part) for name, part in self._space.items() if name in one.params}
        last = one.value if one.value is not None else next(reversed(one.intermediate_values.values()), float("nan"))
        seconds = one.duration.total_seconds() if one.duration else float("nan")
        state = STATES.get(one.state.name, "unfinished")
        return Trial(one.number, state, last, options, seconds, str(one.user_attrs.get("why", "")))


class Proposal:
    """Options to try. Exactly one of `complete`, `stop` and `fail` ends the trial."""

    def __init__(self, study: "optuna.Study", trial: "optuna.Trial", options: dict[str, Any]) -> None:
        self._study, self._trial, self.options = study, trial, options

    def report(self, value: float, step: int) -> None:
        """The value of the metric after this step of the training."""
        self._trial.report(value, step)

    @property
    def is_behind(self) -> bool:
        """True where the value reported last is worse than the median of the other trials' at that step."""
        return self._trial.should_prune()

    def complete(self, value: float) -> None:
        """The training came to its end, with this value of the metric."""
        self._study.tell(self._trial, value)

    def stop(self) -> None:
        """The training was ended early; the last value that was reported stays."""
        from optuna.trial import TrialState

        self._study.tell(self._trial, state=TrialState.PRUNED)

    def fail(self, why: str) -> None:
        """These options cannot be trained."""
        from optuna.trial import TrialState

        self._trial.set_user_attr("why", why)
        self._study.tell(self._trial, state=TrialState.FAIL)


def _storage(journal: Path | None) -> Any:
    if journal is None:
        return None
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    journal.parent.mkdir(parents=True, exist_ok=True)
    return JournalStorage(JournalFileBackend(str(journal)))


def _suggested(trial: "optuna.Trial", name: str, part: Between | OneOf) -> Any:
    if not isinstance(part, Between):
        return _decoded(trial.suggest_categorical(name, [_encoded(value, part) for value in part.values]), part)
    if part.is_whole:
        return trial.suggest_int(name, int(part.low), int(part.high), log=part.log)
    return trial.suggest_float(name, part.low, part.high, log=part.log)


def _encoded(value: Any, part: Between | OneOf) -> Any:
    """Choices are kept as text: a journal holds no tuples."""
    return value if isinstance(part, Between) else repr(value)


def _decoded(kept: Any, part: Between | OneOf) -> Any:
    return kept if isinstance(part, Between) else next(value for value in part.values if repr(value) == kept)
