"""The readable engine, telling a learner's callbacks of every batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cofactor.arrays import FloatArray
from cofactor.collab.events import (
    CancelBackwardException,
    CancelBatchException,
    CancelStepException,
    around,
)
from cofactor.collab.loaders import DataLoader
from cofactor.collab.losses import ratings_like
from cofactor.training.engines.torch_engine import TorchEngine, one_thread, seeded

__all__ = ["BatchwiseEngine", "validate_batchwise"]

NO_LOSSES = np.zeros(0, np.float32)


@dataclass
class BatchwiseEngine(TorchEngine):
    """`TorchEngine`, whose steps are those of a learner: its callbacks, its loss, its optimiser.

    In the events of a batch `learn` has xb, yb, pred, loss, iter, train_iter, pct_train and smooth_loss.
    """

    learn: Any = None  # the `Learner`
    notes_each: bool = False  # the recorder takes note of every batch, not of several at once, which waits for a GPU
    is_scheduled: bool = True  # False: rate and momentum are the optimiser's own, which a callback may set

    def __post_init__(self) -> None:
        super().__post_init__()
        self._optimizer = self.learn.opt

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the loss of each that was not cancelled."""
        if self._epoch[0] != epoch:
            self._begin_epoch(epoch)
        self.net.train()
        n_before = self._next
        with one_thread(self.device, self.batches.size), seeded(hash((self.batches.seed, epoch, start)), self.device):
            found = [self._one_batch(at, self._epoch[1][at]) for at in range(start, end)]
        losses = torch.stack(kept).cpu().numpy() if (kept := [one for one in found if one is not None]) else NO_LOSSES
        if not self.notes_each:
            plan = self._schedule.part(n_before, n_before + len(losses))  # no callback has changed the rate meanwhile
            self.learn.note_steps(losses.tolist(), plan.rates.tolist(), plan.momenta.tolist())
        return losses

    def _one_batch(self, at: int, rows: Tensor) -> Tensor | None:
        """The loss; None where a callback has cancelled the batch."""
        learn, rows = self.learn, rows[rows >= 0] if rows[-1] < 0 else rows
        if self.is_scheduled:
            self._set_hypers()
        self._next += 1
        learn.iter, learn.xb, learn.yb = at, (self._pairs[rows],), (self._values[rows][:, None],)
        self._is_learned = False
        around(learn, "batch", self._learn_batch, CancelBatchException)
        self._optimizer.zero_grad()
        return learn.loss if self._is_learned else None

    def _learn_batch(self) -> None:
        learn = self.learn
        score(learn, half=self.half)
        around(learn, "backward", self._backward, CancelBackwardException)
        around(learn, "step", self._optimizer.step, CancelStepException)
        self._is_learned = True
        if self.notes_each:
            hypers = learn.opt.hypers[-1]
            learn.note_steps([float(learn.loss)], [hypers["lr"]], [hypers["mom"]])

    def _backward(self) -> None:
        self.learn.loss_grad.backward()

    def _set_hypers(self) -> None:
        rate, momentum = (float(values[self._next]) for values in self._schedule)
        self.learn.opt.set_hypers(lr=rate, mom=momentum)


def score(learn: Any, *, half: bool = False) -> None:
    """Predictions of the batch that `learn` has and, where it has ratings, their loss; tells of both."""
    with torch.autocast(learn.xb[0].device.type, torch.bfloat16, enabled=half):
        learn.pred = learn.model(*learn.xb)
    learn("after_pred")
    if learn.yb:
        scores = learn.pred.float()
        learn.loss_grad = learn.loss_func(scores, ratings_like(scores, learn.yb[0]))
        learn.loss = learn.loss_grad.detach().clone()
    learn("after_loss")


def validate_batchwise(learn: Any, loader: DataLoader) -> tuple[Tensor, Tensor]:
    """Predictions in the model's shape, and ratings (n, 1), batch by batch; callbacks are told of each."""
    kept: list[tuple[Tensor, Tensor]] = []

    def one_batch() -> None:
        score(learn)
        kept.append((learn.pred.cpu(), learn.yb[0].cpu()))

    with torch.no_grad():
        for learn.iter, (x, *y) in enumerate(loader):
            learn.xb, learn.yb = (x,), tuple(y)
            around(learn, "batch", one_batch, CancelBatchException)
    if not kept:
        return torch.zeros(0), torch.zeros(0, 1)
    predictions, ratings = zip(*kept, strict=True)
    return torch.cat(predictions), torch.cat(ratings)
