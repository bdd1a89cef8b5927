"""Neural collaborative filtering, trained by our own kernel on the CPU: no torch.

`TorchEngine` with `nets.EmbeddingMLP` is the readable twin; a test shows that both compute the same epoch.
"""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.kernels.gradient import adam, perceptron
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.kernels.gradient.perceptron import EmbeddingWidths, Loss
from cofactor.nets.embeddings import PROBABILITY_RANGE
from cofactor.nets.perceptron import Layer, Network
from cofactor.training.batches import Batches
from cofactor.training.negatives import Negatives
from cofactor.training.schedule import Schedule, constant

__all__ = ["FusedPerceptron"]


@dataclass
class FusedPerceptron:
    """Adam with decoupled weight decay for a `Network`; squared error of ratings, or the log loss of clicks."""

    start: Network
    pairs: LabelledPairs | Negatives  # ratings, or clicks with negatives
    batches: Batches
    y_range: tuple[float, float] | None = None
    dropout: float = 0.0

    def __post_init__(self) -> None:
        start, size = self.start, self.batches.size
        k, m = start.users.shape[1] - start.dot, start.items.shape[1] - start.dot
        self._widths = EmbeddingWidths(k, m, start.dot)
        self._sides = _side(start.users), _side(start.items)
        users, items = self._sides
        self._work = adam.make_touched_rows(users, size), adam.make_touched_rows(items, size)
        units = [k + m, *(layer.matrix.shape[1] for layer in start.layers)]
        normed = any(layer.has_norm for layer in start.layers)
        self._layout = perceptron.layout_of(units, size, batch_norm=normed)
        self._space = perceptron.make_work_space(self._layout, size, dropout=self.dropout > 0)
        self._weights = _weights(start.layers, self._layout)
        self._done, self._since = 0, 0  # steps before this schedule, and of it
        self._plan = adam.make_adam_table(*constant(0, 0.0), decay=0.0)
        self._epoch: tuple[int, IntArray, LabelledPairs] | None = None

    @property
    def n_steps(self) -> int:
        """The number of steps, one a batch, in an epoch."""
        return self.batches.n_steps

    @property
    def network(self) -> Network:
        """The parameters now; views, not copies, but for batch norm's."""
        self._settle()
        users, items = (side.p[:, : n + self.start.dot] for side, n in zip(self._sides, self._widths, strict=False))
        return Network(users, items, tuple(self._layers()), self.start.dot)

    def set_parameters(self, network: Network) -> None:
        """Copy these parameters, of the same shapes, into the engine; the optimiser's memory stays."""
        for side, rows in zip(self._sides, (network.users, network.items), strict=True):
            side.p[:, : rows.shape[1]] = rows
        _write(network.layers, self._weights, self._layout)

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Start a schedule at the next step: Adam's moments are kept, and batches and pairs are asked for anew."""
        self._settle()
        self._epoch = None
        self._done += self._since
        self._since = 0
        self._plan = adam.make_adam_table(*schedule, decay=weight_decay, before=self._done)
        for side in self._sides:
            side.last[:] = -1

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the mean loss of each, (end - start,)."""
        if self._epoch is None or self._epoch[0] != epoch:
            pairs = self.pairs.pairs(epoch) if isinstance(self.pairs, Negatives) else self.pairs
            self._epoch = epoch, self.batches.of(epoch), pairs
        _, order, pairs = self._epoch
        low, high = self.y_range or (0.0, 0.0)
        loss = Loss(np.float32(low), np.float32(high), int(isinstance(self.pairs, Negatives)))
        mlp = perceptron.Mlp(
            self._layout, self._weights, self._space, self._widths, loss, np.float32(self.dropout)
        )  # fmt: skip
        key = hash((self.batches.seed, self._done)) % 2**62  # with the step's number: what dropout draws from
        losses = np.zeros(end - start, np.float32)
        perceptron.run_steps(
            *self._sides, *self._work, mlp, pairs, order[start:end], self._since, self._plan, key, losses,
        )  # fmt: skip
        self._since += end - start
        if end == self.n_steps:  # who looks between epochs, or keeps a checkpoint there, then changes nothing
            self._settle()
        return losses

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) ratings, or the chance of a click."""
        y_range = PROBABILITY_RANGE if isinstance(self.pairs, Negatives) else self.y_range
        return self.network.scores(user_idx, item_idx, y_range)

    def state(self) -> dict[str, Array]:
        """The embeddings, the layers, Adam's moments of both and the numbers of steps taken, as copies."""
        self._settle()
        return {name: array.copy() for name, array in self._arrays().items()} | {
            "steps": np.array([self._done, self._since])
        }

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the arrays that `state` returned, after `begin` with the same schedule."""
        for name, array in self._arrays().items():
            array[:] = state[name]
        self._done, self._since = state["steps"].tolist()

    def _arrays(self) -> dict[str, Array]:
        parts = {"users": self._sides[0], "items": self._sides[1], "layers": self._weights}
        return {f"{part}.{name}": array for part, arrays in parts.items() for name, array in arrays._asdict().items()}

    def _settle(self) -> None:
        for side, work in zip(self._sides, self._work, strict=True):
            adam.catch_up_rows(side, work.root, -1, self._since, self._plan)

    def _layers(self) -> list[Layer]:
        w, layout = self._weights, self._layout
        found: list[Layer] = []
        for at, (matrix, norm) in enumerate(perceptron.layer_views(w.p, layout)):
            (n_in, n_out), normed = layout.units[at : at + 2], len(norm) > 0
            statistics = (part[at, : n_out * normed] for part in (w.means, w.variances))
            scale, shift = norm.reshape(2 * normed, -1)[:, :n_out] if normed else (norm, norm)
            found.append(Layer(matrix[: n_in + 1, :n_out], scale, shift, *statistics))
        return found


def _side(rows: FloatArray) -> adam.AdamSide:
    n, width = rows.shape
    p = np.zeros((n, -(-width // adam.WIDTH_MULTIPLE) * adam.WIDTH_MULTIPLE), np.float32)
    p[:, :width] = rows
    return adam.AdamSide(p, np.zeros_like(p), np.zeros_like(p), np.full(n, -1, np.int64))


def _weights(layers: tuple[Layer, ...], layout: perceptron.LayerLayout) -> perceptron.LayerParameters:
    widths = layout.widths
    n = int((widths[:-1] * widths[1:]).sum() + 2 * widths[1:-1].sum() * (layout.norms >= 0).any())
    statistics = len(layers), int(widths.max())
    weights = perceptron.LayerParameters(
        *(np.zeros(n, np.float32) for _ in range(4)), *(np.zeros(statistics, np.float32) for _ in range(2))
    )
    _write(layers, weights, layout)
    return weights


def _write(layers: tuple[Layer, ...], weights: perceptron.LayerParameters, layout: perceptron.LayerLayout) -> None:
    for at, (layer, (matrix, norm)) in enumerate(zip(layers, perceptron.layer_views(weights.p, layout), strict=True)):
        rows, columns = layer.matrix.shape
        matrix[:rows, :columns] = layer.matrix
        if layer.has_norm:
            norm.reshape(2, -1)[:, :columns] = layer.scale, layer.shift
            weights.means[at, :columns], weights.variances[at, :columns] = layer.mean, layer.variance
