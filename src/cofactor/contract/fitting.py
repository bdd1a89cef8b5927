"""How a model learns: from a table, and from later ratings; each time one state in one step."""

import time
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from cofactor.arrays import Array
from cofactor.contract.profile import check_values
from cofactor.contract.snapshots import Snapshots, is_learned
from cofactor.contract.steps import ModelSteps
from cofactor.data.expecting import as_ratings
from cofactor.errors import BadOption, Diverged, ItemsNotPlaced
from cofactor.hyperparameters import conform, refuse_unknown, seed_of
from cofactor.log import info
from cofactor.memory import refuse_beyond
from cofactor.run.run import Run

if TYPE_CHECKING:
    from cofactor.data.expecting import RatingsOrFrame
    from cofactor.data.joining import Joined
    from cofactor.data.kinds import Kind
    from cofactor.data.ratings import Ratings
    from cofactor.run.stopping import EarlyStopping

__all__ = ["FitMixin"]

MODERATE_RANGE = 100  # of ratings; where it is wider, that comes before the options as a cause
LARGEST_FACTOR = 1e18  # two rows of some hundred such numbers have a product that float32 holds


class Valued(Protocol):
    """Ratings, in memory or elsewhere."""

    def __len__(self) -> int: ...

    @property
    def kind(self) -> "Kind":
        """The kind of the values."""
        ...


class FitMixin(Snapshots, ModelSteps):
    """Options that are checked, and a state that is replaced as a whole by `fit` and `update`."""

    def __new__(cls, *_: Any, **options: Any) -> Self:
        refuse_unknown(cls, options)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        self._conform_options()

    def _conform_options(self) -> None:
        """Options of the types that their fields state, and in range, else `BadOption`: when they are given, and again
        before they are used, as a field may be set in between."""
        conform(self)
        seed_of(getattr(self, "seed", 0))
        self._check_options()

    def options(self) -> dict[str, Any]:
        """The hyperparameters, as given."""
        return asdict(self)  # pyright: ignore[reportArgumentType]  (models are dataclasses)

    def resolved_options(self) -> dict[str, Any]:
        """The hyperparameters as they are trained with: where None leaves one to the model, its own choice."""
        return self.options()

    def fit(
        self, train: "RatingsOrFrame", *, validation: "RatingsOrFrame | None" = None, progress: bool | None = None,
        early_stopping: "EarlyStopping | None" = None, checkpoint: str | Path | None = None,
        warm_start: "FitMixin | None" = None,
    ) -> Self:  # fmt: skip
        """The model itself, which has learned from `train`.

        train, and `validation` below: ratings, or a pandas, Polars or Arrow table of them with columns of usual names
            (userId, movieId, rating …); for other names read the table first, by `cofactor.read`
        progress: show it (None: where somebody is looking, a terminal or a notebook)

        Models that are trained in epochs keep an `Epoch` of each in `history_`, and take these, too:

        validation: ratings whose loss is measured after every epoch, never learned from; those by users and of items
            that `train` does not hold are left aside
        early_stopping: stop by its metric, and be the model of its best epoch
        checkpoint: a file written after every epoch; where it exists, training goes on from it, bit by bit as if
            it had never stopped
        warm_start: a fitted model of the same class to begin with, for models that can

        Ctrl-C ends training after the epoch at hand, with an `Interrupted` warning; `notes` and the card say so, too.
        Raises `BadOption` for options out of range, for what are no ratings, and for arguments that this model has no
        use for; `BadCheckpoint` for a file of another training; `Diverged` where training leaves the finite numbers.
        Should anything fail, the model stays as it was.
        """
        train = as_ratings(train, "fit learns from")
        watched = None if validation is None else as_ratings(validation, "fit watches", like=train)
        run = Run.of(watched, progress, early_stopping, checkpoint, warm_start)
        self._check_run(run)
        self.learn(train, run)
        run.warn_if_interrupted()
        return self

    def learn(self, train: "Ratings", run: Run) -> Self:
        """The model itself, fitted as by `fit`, but silent about how the run ended: that is for whoever began it.

        Raises what `fit` raises, `BadOption` and `Diverged` among it.
        """
        self._conform_options()
        self._check_trainable(train)
        began, name = time.monotonic(), type(self).__name__
        info("fitting %s on %r", name, train)
        fresh = self.copied(lambda name: not is_learned(name))
        fresh.ratings_ = train
        with fresh._finite():
            fresh._fit(train, run)
        fresh.interrupted_ = run.interrupted.where if run.interrupted else ""
        self.put_state(fresh)
        info("fitted %s in %.3f s", name, time.monotonic() - began)
        return self

    def _check_values(self, given: "Valued") -> None:
        """Raise `BadOption` where there is nothing to learn from, or its values are not those that it learns from."""
        if not len(given):
            raise BadOption(f"There are no ratings to learn from in {given!r}.")
        if given.kind == "counts" and self.abilities.needs_ratings:
            raise BadOption(
                f"{type(self).__name__} learns from ratings, but {given!r} are counts, which are no opinions on a "
                f"scale. Fit a model of who has what, such as ImplicitMF, or read them with kind='ratings' to have the "
                f"counts themselves predicted."
            )

    def _check_trainable(self, train: "Ratings") -> None:
        self._check_values(train)
        if train.n_dislikes == len(train) and not (train.explicit and self.abilities.predicts):
            raise BadOption(
                f"All of {train!r} are dislikes, values of 0 or below: {type(self).__name__} learns from who has what, "
                f"and nobody has anything. If each row is a click, read the table with rating=False."
            )
        if train.report is not None:
            train.report.refuse_untrainable()
        if not hasattr(self, "memory_gb"):  # those that have the option say themselves what to do
            mend = "Use fewer factors or epochs, or leave out rare users and items."
            refuse_beyond(self.needed_gb(train), None, f"{type(self).__name__} on {train!r}", mend)

    @contextmanager
    def _finite(self) -> Generator[None]:
        """Learning goes on in here without NumPy's warnings; raises `Diverged` where what was learned is not finite,
        or so large that scores could not be.

        The flags are not asked: squares of values like 1e30 set them, and so does a product of finite numbers at times
        (`of_one_state` says why). The numbers themselves are looked at.
        """
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            try:
                yield
            except np.linalg.LinAlgError as error:
                raise self._diverged() from error
            if not all(_can_be_used(np.asarray(value)) for value in self.learned_values().values()):
                raise self._diverged()

    def _diverged(self) -> Diverged:
        values = self.ratings.values
        low, high = (values.min(), values.max()) if len(values) else self.ratings.scale or (0, 0)
        mend = "Bring them to a scale such as 1 to 5, or regularise more."
        if self.mend and high - low < MODERATE_RANGE:
            mend = self.mend
        return Diverged(f"{type(self).__name__} left the finite numbers. Ratings of {low:g} to {high:g} came. {mend}")

    def learned_values(self) -> dict[str, Any]:
        """The learned arrays and numbers by name, which a saved model holds beside the ratings; raises `NotFitted`."""
        _ = self.ratings
        return {name: getattr(self, name) for name in self.learned}

    def _learned_anew(self, ratings: "Ratings") -> dict[str, Any]:
        """What it learns from these ratings: for models whose `fit` takes hardly longer than a question."""
        anew = self.copied(lambda name: not is_learned(name))
        anew.ratings_ = ratings
        anew._fit(ratings, Run())
        return anew.learned_values()

    @property
    def n_learned(self) -> int:
        """The number of values it learned: what a saved model holds beside the ratings."""
        return sum(int(np.size(value)) for value in self.learned_values().values())

    # ---- later ratings ------------------------------------------------------------------------------------

    def update(self, new: "RatingsOrFrame") -> Self:
        """Take in ratings that came after `fit`, and return the model itself; nothing is retrained.

        Whoever rated since is placed anew, and so is every item that nobody had rated before, the rest of the model
        being given; all else stays as it is. A pair that was rated before counts as it was rated last.
        Raises `BadTable` or `BadOption` where the ratings are not of the model's kind or scale, and `Diverged` where
        the rows placed by them are not finite. An `ItemsNotPlaced` warning names the items that the model has no way to
        place. Should anything fail, the model stays as it was.
        Other threads may ask the model meanwhile: each question is answered by the old state or by the new one.
        """
        from cofactor.data.joining import join

        later = as_ratings(new, "update takes in", like=self.ratings)
        while True:
            before = self.snapshot()
            check_values(before.ratings, later.values, "Later")
            joined = join(before.ratings, later)
            after = before.copied()
            with after._finite():
                after.absorb(joined)
            if self.replace_state(before, after):
                break
        info("updated %s with %r", type(self).__name__, later)
        # of a catalogue alone nothing tells what was rated before
        unplaced = joined.items if len(before.ratings) else joined.items[joined.items >= before.ratings.n_items]
        if len(unplaced) and not self.abilities.places_items:
            warnings.warn(ItemsNotPlaced(type(self).__name__, joined.ratings.title_of(unplaced)), stacklevel=2)
        return self

    def absorb(self, joined: "Joined") -> None:
        """Be the model of these ratings, its own and later ones, in place."""
        self._be(joined.ratings, self.updated_state(joined))

    def _be(self, ratings: "Ratings", changed: Mapping[str, Any]) -> None:
        self.ratings_ = ratings
        for name, value in changed.items():
            setattr(self, name, value)


def _can_be_used(learned: Array) -> bool:
    """Whether all numbers are finite, and those of single precision rows small enough for their products to be so."""
    if learned.dtype.kind != "f" or not learned.ndim or not learned.size:
        return True
    largest = max(abs(float(learned.max())), abs(float(learned.min())))  # nan where there is one
    are_rows = learned.ndim > 1 and learned.dtype == np.float32
    return largest < (LARGEST_FACTOR if are_rows else np.inf)
