"""The base class of models that are trained in epochs, with validation, early stopping and checkpoints."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from cofactor.errors import BadOption
from cofactor.recommender import Recommender
from cofactor.run.run import Run

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.run.epoch import Epoch, Epochs
    from cofactor.training.engine import ResumableEngine
    from cofactor.training.supervisor import Supervisor
    from cofactor.training.validation import Loss

__all__ = ["TrainedRecommender"]

E = TypeVar("E", bound="ResumableEngine")


@dataclass(kw_only=True)
class TrainedRecommender(Recommender, Generic[E]):
    """A model trained in epochs; subclasses write its engine, what it learns, and its loss on held-out ratings.

    `history_` is a list of one `Epoch` for each epoch run, shown as a table.
    """

    effort: ClassVar = "n_epochs"
    epoch_name: ClassVar[str] = "epoch"

    @abstractmethod
    def _make_engine(self, train: "Ratings", run: Run) -> E:
        """A new engine: start parameters, or those of `run.warm_start`, and the ratings to train on."""

    @abstractmethod
    def _set_learned(self, engine: E, train: "Ratings") -> None:
        """Set the attributes that `learned` names from the engine's present parameters."""

    @abstractmethod
    def _loss_on(self, held_out: "Ratings", engine: E, train: "Ratings") -> "Loss":
        """The loss on held-out ratings, which are in the indices of `train`."""

    @property
    def _n_epochs(self) -> int:
        n: int = getattr(self, self.effort)
        return n

    def _check_run(self, run: Run) -> None:
        if run.warm_start is not None:
            self._check_warm_start(run.warm_start)

    def _check_warm_start(self, before: Any) -> None:
        """Raise `BadOption` where training cannot start from the parameters of that model."""
        raise BadOption(f"{type(self).__name__} begins with no other model's parameters: leave warm_start out.")

    def _fit(self, train: "Ratings", run: Run) -> None:
        from cofactor.training.supervisor import Supervisor
        from cofactor.training.validation import known_part

        held_out = known_part(run.validation, train)
        if held_out is None and run.early_stopping and run.early_stopping.metric is None:
            raise BadOption("Early stopping by the validation loss needs fit(..., validation=ratings).")
        engine = self._make_engine(train, run)

        def measure(epoch: "Epoch") -> float:
            return self._measured(engine, train, run, epoch)

        with engine.session():
            valid_loss = self._loss_on(held_out, engine, train) if held_out is not None else None
            supervisor = Supervisor(engine, run, self._n_epochs, lambda: self._identity(train.fingerprint), measure)
            self._train(supervisor, valid_loss)
            self._set_learned(engine, train)

    def _train(self, supervisor: "Supervisor", valid_loss: "Loss | None" = None) -> None:
        """Train in epochs what the supervisor watches, from its checkpoint where there is one."""
        from cofactor.training.loop import train as train_epochs

        n_done, run = supervisor.resume(), supervisor.run
        self.history_: Epochs = train_epochs(
            supervisor.engine, n_done if supervisor.is_over else self._n_epochs, run, first=n_done,
            progress=run.shown(self._n_epochs, type(self).__name__), valid_loss=valid_loss,
            after_epoch=supervisor.after_epoch, mend=self.mend, unit=self.epoch_name,
        )  # fmt: skip
        supervisor.go_back_to_best()

    def _measured(self, engine: E, train: "Ratings", run: Run, epoch: "Epoch") -> float:
        """The measure that early stopping watches: its own metric of the model, or the validation loss."""
        measure = run.early_stopping.metric if run.early_stopping else None
        if measure is None:
            assert epoch.valid_loss is not None  # `_fit` asks for validation ratings
            return epoch.valid_loss
        self._set_learned(engine, train)
        return measure(self)

    def _identity(self, fingerprint: str) -> dict[str, Any]:
        """What another training must share to resume from this one's checkpoint. fingerprint: of its data"""
        return self.options() | {"data": fingerprint, "model": type(self).__name__}
