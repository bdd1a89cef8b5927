"""`cofactor.tune`: good options for a model, found within a time and without the test."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.tables import Table
from cofactor.hyperparameters import conformed, seed_of
from cofactor.recommender import Recommender, expect_model
from cofactor.search_space import Space
from cofactor.sheet import Sheet, SheetMixin
from cofactor.tuning.budget import seconds_of
from cofactor.tuning.history import History, Trial
from cofactor.tuning.search import Search, default_metric

__all__ = ["Tuned", "trial_printer", "tune"]


@dataclass(frozen=True)
class Tuned(SheetMixin):
    """`model`: the best options, fitted on all training ratings     `history`: every trial     `table()`: as a table.

    The best value of many trials on one held-out part flatters; measure the model on a test of your own.
    """

    model: Recommender
    history: History

    def table(self) -> Table[str]:
        """All trials as a data frame in the library the ratings came in."""
        return self.history.table()

    def sheet(self) -> Sheet:
        """The model, and the best trials."""
        return self.history.sheet()._replace(title=repr(self.model))


def tune(
    model: Recommender, train: RatingsOrFrame, budget: str | float = "2min", *, metric: str | None = None,
    space: Space | None = None, n_trials: int | None = None, journal: str | Path | None = None, seed: int = 0,
    progress: bool | None = None,
) -> Tuned:  # fmt: skip
    """A model fitted on all of `train` with the best options found, and the history of the search.

    Each trial is fitted on four fifths of `train` and measured on the fifth that is held out.

    train: ratings, or a pandas, Polars or Arrow table of them with columns of usual names
    model: its options are the first trial, and those that are not searched stay; the model itself is not changed
    budget: time for the search, such as "90s", "2min", "1h" or a number of seconds; the last fit comes on top
    metric: None: "rmse" where the model predicts ratings, else "ndcg@10"
    space: option -> `cf.Between(low, high)` or `cf.OneOf(values)`; None: the model's own `space_for(train)`
    n_trials: at most so many     journal: a file that keeps the trials, from which the same search goes on
    progress: a line a trial on stderr (None: where that is a terminal)

    Ctrl-C ends the search, with a `SearchStopped` warning; the best found so far is then fitted.
    Raises `MissingExtra` without Optuna, `BadOption` for an unknown metric, a space that is none and a budget that is
    no time, and the last trial's error where none succeeded.

        tuned = cf.tune(cf.ImplicitMF(), train, budget="2min", journal="als.journal")
        cf.evaluate(tuned.model, test)
    """
    expect_model(model, "tune searches the options of")
    train = as_ratings(train, "tune learns from")
    seconds, seed, n_trials = seconds_of(budget), seed_of(seed), conformed("n_trials", int | None, n_trials)
    metric = conformed("metric", str | None, metric)
    search = Search(
        model, train, metric or default_metric(model, train), model.space_for(train) if space is None else space, seed,
        Path(journal) if journal else None, trial_printer(progress),
    )  # fmt: skip
    search.run(seconds, n_trials)
    return Tuned(search.best_model().fit(train, progress=progress), search.history)


def trial_printer(progress: bool | None) -> Callable[[Trial], None]:
    """A function that prints a line on stderr after each trial; None: where stderr is a terminal."""
    shown = sys.stderr.isatty() if progress is None else progress

    def line(trial: Trial) -> None:
        options = ", ".join(f"{name}={value!r}" for name, value in trial.options.items())
        print(
            f"trial {trial.number} {trial.state}: {trial.value:.4f}, {trial.seconds:.1f} s: {options}", file=sys.stderr
        )

    return line if shown else lambda _: None
