"""What a trained learner answers: predictions, losses, recommendations."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import torch
from torch import Tensor

from cofactor.arrays import Id
from cofactor.collab.batchwise import validate_batchwise
from cofactor.collab.course_helpers import first
from cofactor.collab.events import BATCH_EVENTS, CancelValidException, around
from cofactor.collab.learner_parts import Callbacks, LearnerParts
from cofactor.collab.lists import L
from cofactor.collab.loaders import DataLoader
from cofactor.collab.losses import not_reduced, ratings_like
from cofactor.collab.metrics import value_of
from cofactor.collab.showing import show_frame
from cofactor.collab.summary import summary_of
from cofactor.errors import BadTable

if TYPE_CHECKING:
    from cofactor.models.matrix_factorization import MatrixFactorization
    from cofactor.models.neural_cf import NeuralCF

__all__ = ["AnsweringLearner"]

PREDICT_ROWS = 1 << 16  # pairs scored at once


class AnsweringLearner(LearnerParts):
    """A learner as far as it is asked and not trained."""

    def validate(self, ds_idx: int = 1, dl: DataLoader | None = None, cbs: Callbacks = None) -> L:
        """The loss, and every metric, on the validation ratings or another loader's; callbacks are told.

        Raises `BadTable` where these rows have no ratings.
        """
        loader = self.dls[ds_idx] if dl is None else dl
        if not loader.n:
            raise BadTable("There is nothing to validate on: the loader has no rows. Give valid_pct above 0.")
        if loader.dataset.ratings is None:
            raise BadTable(f"There is nothing to validate on: the rows have no column {self.dls.y_name!r} of numbers.")
        found = L()
        with self.added_cbs(cbs):
            around(self, "validate", lambda: found.extend(self.losses_on(loader)), CancelValidException)
        return found

    def get_preds(
        self, ds_idx: int = 1, dl: DataLoader | None = None, with_input: bool = False, with_decoded: bool = False,
        with_loss: bool = False, act: Callable[[Tensor], Tensor] | None = None,
    ) -> tuple[Any, ...]:  # fmt: skip
        """Predictions in the shape the model gives them, and the ratings (n, 1), None where there are none.

        with_input: before them the codes (n, 2)     with_decoded: behind them what the predictions stand for, the same
        with_loss: at the end each row's loss, (n,)     act: a function of the predictions
        Raises `BadTable` for losses of rows without ratings.
        """
        loader = self.dls[ds_idx] if dl is None else dl
        scores, ratings = self._scores(loader)
        losses = [self._losses_by_row(scores, ratings)] if with_loss else []
        scores = act(scores) if act else scores
        decodes = getattr(self.loss_func, "decodes", None)
        decoded = [decodes(scores) if decodes else scores] if with_decoded else []
        inputs = [loader.dataset.batch(slice(None))[0]] if with_input else []
        return (*inputs, scores, ratings, *decoded, *losses)

    def predict(self, row: "pd.Series | Mapping[str, Any]") -> tuple[pd.DataFrame, Tensor, Tensor]:
        """The rating predicted for a user and an item id: in a data frame of that row, as a 0-d tensor, and as (1,).

        Raises `BadTable` where an id's column is missing, `NotInTraining` for an id that training has not seen.
        """
        asked = pd.DataFrame([dict(row)])
        scores = self._scores(self.dls.test_dl(asked))[0].view(-1)
        shown = cast(pd.DataFrame, asked[list(self.dls.cat_names)])
        return shown.assign(**{self.dls.y_name: scores.numpy()}), scores[0], scores

    def show_results(
        self, ds_idx: int = 1, dl: DataLoader | None = None, max_n: int = 9, shuffle: bool = False
    ) -> None:
        """Show max_n rows, the first or any, by their ids, with the rating given and the one predicted."""
        loader = self.dls[ds_idx] if dl is None else dl
        rows = loader.dataset.take(torch.randperm(loader.n)[:max_n].numpy() if shuffle else slice(max_n))
        scores = self._scores(loader.new(dataset=rows))[0].view(-1)
        shown = rows.frame.assign(**{f"{self.dls.y_name}_pred": scores.numpy()})
        show_frame(shown.reset_index(drop=True))

    def summary(self) -> str:
        """The layers of the model with the shapes of what they give for a batch, and their numbers of parameters."""
        return summary_of(self)

    def recommend(self, users: Id | Sequence[Id] | Mapping[Id, float], n: int = 10, **kwargs: Any) -> Any:
        """The n best items that each user has not rated in training; see `Recommender.recommend`."""
        return self.to_model().recommend(users, n, **kwargs)

    def to_model(self) -> "MatrixFactorization | NeuralCF":
        """A model of the library with the learned parameters, to recommend, explain, evaluate and save as one folder.

        Raises `Unsupported` for modules of the caller's own, `BadOption` for a learner without ratings.
        """
        from cofactor.collab.conversion import to_model

        return to_model(self.model, self.dls)

    @property
    def is_batchwise(self) -> bool:
        """True where a callback does something in the events of a batch."""
        return any(one.handles(event) for one in self.cbs for event in BATCH_EVENTS)

    def losses_on(self, loader: DataLoader) -> list[float]:
        """The loss, and every metric, of rows with ratings; a callback that wants every batch is told of each."""
        before, self.training = self.__dict__.get("training", False), False
        was_training = self.model.training
        self.model.eval()
        scores, ratings = validate_batchwise(self, loader) if self.is_batchwise else self._scores(loader)
        self.model.train(was_training)
        self.training = before
        return self.losses_of(scores, ratings)

    def losses_of(self, scores: Tensor, ratings: Tensor) -> list[float]:
        """The loss, and every metric, of predictions in the model's shape and ratings (n, 1)."""
        loss = float(self.loss_func(scores.float(), ratings_like(scores, ratings)))
        return [loss, *(value_of(one, scores, ratings, self) for one in self.metrics)]

    def _scores(self, loader: DataLoader) -> tuple[Tensor, Any]:
        """Predictions in the shape the model gives them, and the ratings (n, 1) or None, on the CPU."""
        x, *y = loader.dataset.batch(slice(None))
        model, was_training = self.model.to(loader.device), self.model.training
        model.eval()
        with torch.no_grad():
            parts = [model(part.to(loader.device)).cpu() for part in x.split(PREDICT_ROWS)]
        model.train(was_training)
        return torch.cat(parts), first(y)

    def _losses_by_row(self, scores: Tensor, ratings: Tensor | None) -> Tensor:
        if ratings is None:
            raise BadTable(f"There are no losses: the rows have no column {self.dls.y_name!r} of numbers.")
        with not_reduced(self.loss_func) as loss_func:
            return loss_func(scores, ratings_like(scores, ratings)).view(-1)
