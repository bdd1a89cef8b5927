"""Any torch module from (b, 2) user and item indices to (b,) scores, trained by AdamW on any device."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.errors import BadOption
from cofactor.kernels.gradient.adam import BETA2, EPS
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.nets.embeddings import PROBABILITY_RANGE, Embeddings, squash
from cofactor.nets.mlp import network_of
from cofactor.nets.perceptron import Network
from cofactor.training.batches import Batches
from cofactor.training.negatives import Negatives
from cofactor.training.schedule import Schedule, constant

__all__ = ["TorchEngine", "log_loss", "mse", "seeded"]

PREDICT_ROWS = 1 << 16  # pairs scored at once
WIDE_BATCH = 4096  # ratings, from where on a batch is worth several threads


def mse(scores: Tensor, ratings: Tensor) -> Tensor:
    """Mean squared error of (b,) or (b, 1) scores against (b,) ratings."""
    return nn.functional.mse_loss(scores.view(-1), ratings.view(-1))


def log_loss(scores: Tensor, clicked: Tensor) -> Tensor:
    """Mean log loss of (b,) or (b, 1) scores against (b,) clicks, 1 or 0; the probability of a click is σ(score)."""
    return nn.functional.binary_cross_entropy_with_logits(scores.view(-1), clicked.view(-1))


@contextmanager
def seeded(seed: int, device: str = "cpu") -> Generator[None]:
    """Draw torch's random numbers from `seed` within this block; the generators outside it are not changed.

    `torch.manual_seed` is not used: without a GPU it files the caller's whole stack away at every call.
    """
    on_gpu = [torch.device(device)] if device.startswith("cuda") else []
    with torch.random.fork_rng(devices=on_gpu):
        torch.default_generator.manual_seed(seed)
        if on_gpu:
            torch.cuda.manual_seed(seed)
        yield


@contextmanager
def one_thread(device: str, batch_size: int) -> Generator[None]:
    """Run small batches on the CPU on one thread within this block.

    A second thread saves nothing, and spins at every operation, which costs a factor of ten and more where another
    process needs the core.
    """
    before = torch.get_num_threads()
    if device == "cpu" and batch_size < WIDE_BATCH:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass
class TorchEngine:
    """The readable engine: gather a batch, forward, loss, backward, step.

    Raises `BadOption` where `device` is a CUDA GPU and torch finds none.
    """

    net: nn.Module
    pairs: LabelledPairs | Negatives  # ratings; or clicks with negatives, whose loss is `log_loss`
    batches: Batches
    device: str = "cpu"
    loss_of: Callable[[Tensor, Tensor], Tensor] = mse
    half: bool = False  # matrix products in bfloat16, sums and parameters in float32

    def __post_init__(self) -> None:
        if self.device.startswith("cuda") and not torch.cuda.is_available():
            raise BadOption(f"device={self.device!r} was asked for, but torch finds no CUDA GPU. Use device='cpu'.")
        self.net.to(self.device)
        if isinstance(self.pairs, Negatives):
            self.loss_of = log_loss
        else:
            self._hold(self.pairs)
        self._optimizer = torch.optim.AdamW(self.net.parameters(), lr=0.0, eps=EPS, fused=True)
        self._next, self._schedule = 0, constant(0, 0.0)
        self._epoch: tuple[int, Tensor] = (-1, torch.empty(0))

    @property
    def n_steps(self) -> int:
        """The number of steps, one a batch, in an epoch."""
        return self.batches.n_steps

    @property
    def embeddings(self) -> Embeddings:
        """The parameters of a `DotProduct`, as arrays."""
        net = self.net.state_dict()
        return Embeddings(*(_array(net[f"{name}.weight"]).squeeze() for name in Embeddings._fields))

    @property
    def network(self) -> Network:
        """The parameters of an `EmbeddingMLP`, as arrays."""
        return network_of(self.net)

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Start a schedule at the next step: AdamW's moments are kept, and batches and negatives are drawn again."""
        self._next, self._schedule = 0, schedule
        self._epoch = (-1, self._epoch[1])
        for group in self._optimizer.param_groups:
            group["weight_decay"] = weight_decay

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the mean loss of each, (end - start,)."""
        if self._epoch[0] != epoch:
            self._begin_epoch(epoch)
        self.net.train()
        threads = one_thread(self.device, self.batches.size)
        with threads, seeded(hash((self.batches.seed, epoch, start)), self.device):  # dropout: alike after a resume
            part = self._epoch[1][start:end]
            losses = [self._step(rows[rows >= 0] if rows[-1] < 0 else rows) for rows in part]
        return torch.stack(losses).cpu().numpy()

    def _begin_epoch(self, epoch: int) -> None:
        if isinstance(self.pairs, Negatives):
            self._hold(self.pairs.pairs(epoch))
        self._epoch = (epoch, self._tensor(self.batches.of(epoch).astype(np.int64)))

    def _hold(self, pairs: LabelledPairs) -> None:
        """Copy the pairs to the device."""
        both = np.stack([pairs.user_idx, pairs.item_idx], axis=1).astype(np.int64)
        self._pairs, self._values = self._tensor(both), self._tensor(pairs.values)

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) the module's scores of pairs, or probabilities of a click."""
        self.net.eval()
        pairs = torch.from_numpy(np.stack([user_idx, item_idx], axis=1).astype(np.int64))
        with torch.inference_mode():
            parts = [self.net(part.to(self.device)).view(-1).cpu() for part in pairs.split(PREDICT_ROWS)]
        scores = torch.cat(parts).numpy() if parts else np.zeros(0, np.float32)
        return squash(scores, PROBABILITY_RANGE if isinstance(self.pairs, Negatives) else None)

    def state(self) -> dict[str, Array]:
        """The module's tensors, AdamW's moments and the number of the schedule's next step, as copies in NumPy."""
        net = {f"net.{name}": _array(tensor) for name, tensor in self.net.state_dict().items()}
        names = [name for name, _ in self.net.named_parameters()]
        moments = {
            f"adam.{names[at]}.{key}": _array(value)
            for at, entry in self._optimizer.state_dict()["state"].items() for key, value in entry.items()
        }  # fmt: skip
        return net | moments | {"next": np.array(self._next)}

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the arrays that `state` returned, after `begin` with the same schedule."""
        net = {name[4:]: torch.from_numpy(a.copy()) for name, a in state.items() if name.startswith("net.")}
        self.net.load_state_dict(net)
        self._optimizer.state.clear()
        for name, parameter in self.net.named_parameters():
            prefix = f"adam.{name}."
            moments = {key[len(prefix) :]: a for key, a in state.items() if key.startswith(prefix)}
            if moments:
                self._optimizer.state[parameter] = {key: self._own_tensor(a) for key, a in moments.items()}
        self._next = int(state["next"].item())

    def _step(self, rows: Tensor) -> Tensor:
        for group in self._optimizer.param_groups:
            group["lr"] = self._schedule.rates[self._next]
            group["betas"] = (self._schedule.momenta[self._next], BETA2)
        self._next += 1
        self._optimizer.zero_grad()
        with torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.half):
            scores = self.net(self._pairs[rows])
        loss = self.loss_of(scores.float(), self._values[rows])
        loss.backward()
        self._optimizer.step()
        return loss.detach()  # .item() here would wait for the GPU at every step

    def _own_tensor(self, array: Array) -> Tensor:
        """The array in memory of torch's own, laid out as in a training that was never stopped."""
        return self._tensor(array).reshape(array.shape)

    def _tensor(self, array: Array) -> Tensor:
        return torch.tensor(array, device=self.device)  # a copy: tables are read-only, which torch does not know


def _array(tensor: Tensor) -> Array:
    return tensor.detach().cpu().numpy().copy()
