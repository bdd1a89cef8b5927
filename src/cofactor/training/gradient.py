"""The base class of models trained by gradients: their options, their schedule, and the learning-rate finder."""

from abc import abstractmethod
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from cofactor.data.expecting import as_ratings
from cofactor.errors import BadOption, MissingExtra
from cofactor.run.run import Run
from cofactor.training.loop import LOWER_RATE
from cofactor.training.schedule import SCHEDULED, ScheduleName, schedule
from cofactor.training.score_range import out_of_range
from cofactor.training.trained import TrainedRecommender

if TYPE_CHECKING:
    from cofactor.data.expecting import RatingsOrFrame
    from cofactor.data.ratings import Ratings
    from cofactor.training.averaging import Averaging, Parameters
    from cofactor.training.lr_find import LearningRates
    from cofactor.training.validation import Loss

__all__ = ["ADAM", "Descent", "GradientRecommender", "check_engine", "need_torch"]

P = TypeVar("P", bound="Parameters")

COPIES = 5  # of each parameter, in training: itself, two moments, the best so far, the mean
STEPS_PER_EPOCH = 1250  # as in the lecture: 80 000 ratings in batches of 64


class Descent(NamedTuple):
    """How far and how fast a solver descends, by the names of the options."""

    n_epochs: int
    learning_rate: float
    weight_decay: float


ADAM = Descent(n_epochs=5, learning_rate=5e-3, weight_decay=0.1)  # as in the lecture


@dataclass(kw_only=True)
class GradientRecommender(TrainedRecommender["Averaging[P]"], Generic[P]):
    """A model trained by gradient descent; subclasses write `_engine` and `_set_parameters`."""

    mend: ClassVar = LOWER_RATE

    y_range: tuple[float, float] | None = None  # of squashed scores, a little wider than that of ratings; None: none
    n_epochs: int | None = None  # None: by the solver, 20 of sgd, 5 of adam; 8 of NeuralCF, of clicks 12
    learning_rate: float | None = None  # the highest, of one_cycle; None: by the solver, 0.005 of adam, 0.1 of sgd
    weight_decay: float | None = None  # adam: decoupled; sgd: λ of each step; None: 0.1 and 0.08; NeuralCF: 0.2
    batch_size: int | None = None  # None: 64, and more where an epoch would have over 1250 steps
    schedule: ScheduleName = "one_cycle"  # of the learning rate: one_cycle, constant, flat_cosine
    averaged: float = (
        0.0  # Adam: share of training, at its end, over which parameters are averaged; 0: the last are kept
    )
    seed: int = 0

    @property
    def _solvers_own(self) -> Descent:
        """What None means for the solver that is asked for."""
        return ADAM

    @property
    def _descent(self) -> Descent:
        """The options as they are trained with: those given, and the solver's own in place of None."""
        return Descent(
            *(own if (one := getattr(self, name)) is None else one for name, own in self._solvers_own._asdict().items())
        )

    @property
    def _n_epochs(self) -> int:
        return self._descent.n_epochs

    def resolved_options(self) -> dict[str, Any]:
        return self.options() | self._descent._asdict()

    @abstractmethod
    def _engine(self, train: "Ratings") -> "Averaging[P]":
        """A new engine: start parameters, and the ratings to train on."""

    @abstractmethod
    def _set_parameters(self, parameters: P, train: "Ratings") -> None:
        """Set the attributes that `learned` names from these parameters, which were trained on these ratings."""

    def set_parameters(self, parameters: P, train: "Ratings") -> Self:
        """The model itself, fitted with these parameters, which were trained on these ratings.

        Raises `Diverged` where some of them are not finite.
        """
        self._conform_options()
        self.ratings_ = train
        with self._finite():
            self._set_parameters(parameters, train)
        return self

    def lr_find(
        self, train: "RatingsOrFrame", *, start: float = 1e-7, end: float = 10.0, n_steps: int = 100
    ) -> "LearningRates":
        """The learning-rate range test on these ratings; the model is not changed."""
        from cofactor.training.lr_find import find_learning_rate

        self._conform_options()
        train = as_ratings(train, "lr_find tries rates on")
        self._expect_in_range(train)
        engine, decay = self._engine(train), self._descent.weight_decay
        return find_learning_rate(engine, start=start, end=end, n_steps=n_steps, weight_decay=decay)

    def _make_engine(self, train: "Ratings", run: Run) -> "Averaging[P]":
        from cofactor.training.mixed_with_bias import MixedWithBias, kept_share

        self._expect_in_range(train)
        engine = self._begun(train)
        if isinstance(engine, MixedWithBias):
            engine.kept = kept_share(self._begun, train, self._n_epochs, self.seed)
        return engine

    def _begun(self, train: "Ratings") -> Any:
        """A new engine at the first step of its schedule."""
        engine = self._engine(train)
        n_epochs, learning_rate, weight_decay = self._descent
        engine.begin(schedule(self.schedule, n_epochs * engine.n_steps, learning_rate), weight_decay)
        return engine

    def _expect_in_range(self, train: "Ratings") -> None:
        """Raise `BadOption` for ratings that y_range leaves out."""
        if self.y_range is not None and train.explicit and (why := out_of_range(train.values, self.y_range)):
            raise BadOption(why)

    def _set_learned(self, engine: "Averaging[P]", train: "Ratings") -> None:
        self._set_parameters(engine.parameters, train)

    def _loss_on(self, held_out: "Ratings", engine: "Averaging[P]", train: "Ratings") -> "Loss":
        """The mean squared error."""
        from cofactor.training.validation import squared_error

        return squared_error(engine, held_out)

    def needed_gb(self, train: "Ratings") -> float:
        """The memory in GB of parameters, Adam's moments and copies, and of the schedule's numbers for every step."""
        n_steps = self._n_epochs * -(-len(train) // self._batch_size(len(train)))
        return (4 * COPIES * self._n_parameters(train) + SCHEDULED * n_steps) / 1e9

    @abstractmethod
    def _n_parameters(self, train: "Ratings") -> int:
        """The approximate number of trained parameters."""

    def _batch_size(self, n: int) -> int:
        """The number of ratings in a batch, at most all n."""
        return min(self.batch_size or max(64, round(n / STEPS_PER_EPOCH)), max(1, n))

    def _check_options(self) -> None:
        super()._check_options()
        n_epochs, learning_rate, weight_decay = self._descent
        counts = {"n_epochs": n_epochs, "batch_size": self.batch_size or 1}
        for name, value in counts.items():
            if value < 1:
                raise BadOption(f"{name} must be at least 1, but {value} came.")
        if not (learning_rate > 0 and weight_decay >= 0):
            raise BadOption(
                f"learning_rate must be above 0 and weight_decay 0 or more, "
                f"but {learning_rate} and {weight_decay} came."
            )
        if not 0 <= self.averaged < 1:
            raise BadOption(f"averaged is a share of training, at least 0 and below 1, but {self.averaged} came.")
        if self.y_range is not None and not self.y_range[0] < self.y_range[1]:
            raise BadOption(f"y_range goes from low to high, such as (0, 5.5), but {self.y_range} came.")


def check_engine(engine: str, device: str) -> None:
    """Raises `BadOption` for an engine that cannot run on the device."""
    if device != "cpu" and engine == "fused":
        raise BadOption(f"The fused engine runs on the CPU. For device={device!r} use engine='torch'.")


def need_torch() -> None:
    """Raises `MissingExtra` where torch is not installed; only training needs it."""
    if not find_spec("torch"):
        raise MissingExtra("engine='torch'", "neural")
