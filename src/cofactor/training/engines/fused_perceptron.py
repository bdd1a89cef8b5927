"""Neural collaborative filtering trained by our own kernel on the CPU, without torch.

`TorchEngine` with `nets.EmbeddingMLP` is the readable twin; a test shows that both compute the same epoch.
"""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.kernels.gradient import perceptron
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.kernels.gradient.perceptron import EmbeddingWidths, Loss
from cofactor.nets.embeddings import PROBABILITY_RANGE
from cofactor.nets.perceptron import Layer, Network
from cofactor.training.batches import Batches
from cofactor.training.engines.lazy_adam import LazyAdam, adam_side
from cofactor.training.negatives import Negatives
from cofactor.training.schedule import Schedule

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
        self._adam = LazyAdam(adam_side(start.users), adam_side(start.items), size)
        units = [k + m, *(layer.matrix.shape[1] for layer in start.layers)]
        normed = any(layer.has_norm for layer in start.layers)
        self._layout = perceptron.layout_of(units, size, batch_norm=normed)
        self._space = perceptron.make_work_space(self._layout, size, dropout=self.dropout > 0)
        self._weights = _weights(start.layers, self._layout)
        self._epoch: tuple[int, IntArray, LabelledPairs] | None = None

    @property
    def n_steps(self) -> int:
        """The number of steps, one a batch, in an epoch."""
        return self.batches.n_steps

    @property
    def network(self) -> Network:
        """The parameters now; views, not copies, except batch norm's."""
        self._adam.catch_up()
        k, m, n_dot = self._widths
        users, items = self._adam.sides
        rows = users.p[:, : k + n_dot], items.p[:, : m + n_dot]
        return Network(*rows, tuple(self._layers()), n_dot)

    def set_parameters(self, network: Network) -> None:
        """Copy these parameters, of the same shapes, into the engine; the optimiser's memory stays."""
        for side, rows in zip(self._adam.sides, (network.users, network.items), strict=True):
            side.p[:, : rows.shape[1]] = rows
        _write(network.layers, self._weights, self._layout)

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Start a schedule at the next step: Adam's moments are kept, and batches and negatives are drawn again."""
        self._adam.begin(schedule, weight_decay)
        self._epoch = None

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the mean loss of each, (end - start,)."""
        if self._epoch is None or self._epoch[0] != epoch:
            pairs = self.pairs.pairs(epoch) if isinstance(self.pairs, Negatives) else self.pairs
            self._epoch = epoch, self.batches.of(epoch), pairs
        _, order, pairs = self._epoch
        low, high = self.y_range or (0.0, 0.0)
        loss = Loss(np.float32(low), np.float32(high), int(isinstance(self.pairs, Negatives)))
        mlp = perceptron.Mlp(self._layout, self._weights, self._space, self._widths, loss, np.float32(self.dropout))
        lazy = self._adam
        key = hash((self.batches.seed, lazy.n_before)) % 2**62  # seeds dropout, together with the number of the step
        losses = np.zeros(end - start, np.float32)
        perceptron.run_steps(
            *lazy.sides, *lazy.touched, mlp, pairs, order[start:end], lazy.n_done, lazy.table, key, losses
        )
        lazy.n_done += end - start
        if end == self.n_steps:  # so that results do not depend on whether parameters are read between epochs
            lazy.catch_up()
        return losses

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) predicted ratings of pairs, or probabilities of a click."""
        y_range = PROBABILITY_RANGE if isinstance(self.pairs, Negatives) else self.y_range
        return self.network.scores(user_idx, item_idx, y_range)

    def state(self) -> dict[str, Array]:
        """The embeddings, the layers, Adam's moments of both and the numbers of steps, as copies."""
        return self._adam.state() | {f"layers.{name}": array.copy() for name, array in self._weights._asdict().items()}

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the arrays that `state` returned, after `begin` with the same schedule."""
        self._adam.restore(state)
        for name, array in self._weights._asdict().items():
            array[:] = state[f"layers.{name}"]

    def _layers(self) -> list[Layer]:
        w, layout = self._weights, self._layout
        found: list[Layer] = []
        for at, (matrix, norm) in enumerate(perceptron.layer_views(w.p, layout)):
            (n_in, n_out), normed = layout.units[at : at + 2], len(norm) > 0
            statistics = (part[at, : n_out * normed] for part in (w.means, w.variances))
            scale, shift = norm.reshape(2 * normed, -1)[:, :n_out] if normed else (norm, norm)
            found.append(Layer(matrix[: n_in + 1, :n_out], scale, shift, *statistics))
        return found


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
