"""Gibbs sampling as an engine of the training loop: an epoch is a sweep of a chain, and some of its draws are kept."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.ratings import Ratings
from cofactor.gibbs.chain import GibbsSampler, ModelSpec
from cofactor.gibbs.samples import PosteriorSamples
from cofactor.gibbs.state import Stateful, restore_parts, state_of_parts
from cofactor.kernels.blas import quiet_blas
from cofactor.training.checkpoint import wrong_with_state
from cofactor.training.engine import ResumableEngine

__all__ = ["GibbsEngine", "StartRows", "Sweep"]


class Sweep(NamedTuple):
    """One sweep: the number of its chain, and whether its draw is kept."""

    chain: int
    is_kept: bool


class StartRows(NamedTuple):
    """The last draw of an earlier model, from which every chain starts."""

    users: FloatArray  # (m, d)
    items: FloatArray
    known: tuple[IntArray, IntArray]  # for each user and item of the chain, its index among these rows; -1: none


class GibbsEngine(ResumableEngine):
    """Chains one after the other; the loss is the mean squared error of the training ratings under the sweep's draw.

    The model is the mean over the kept draws, so early stopping measures it after sweeps whose draw is kept, and the
    best epoch is the mean over the draws kept until then.
    """

    def __init__(
        self, train: Ratings, spec: ModelSpec, sweeps: Sequence[Sweep], seed: int, start: StartRows | None = None
    ) -> None:
        """sweeps: of all chains, in order     start: None: from random rows"""
        self.train, self.spec, self._sweeps, self._seed, self._start = train, spec, sweeps, seed, start
        self.samples = PosteriorSamples(sum(one.is_kept for one in sweeps))
        self._begin_chain(0)

    def _begin_chain(self, number: int) -> None:
        self._number, self.chain = number, GibbsSampler(self.train, self.spec, [self._seed, number])
        if self._start is not None:
            self.chain.start_at(*self._start)

    @property
    def n_steps(self) -> int:
        return 1

    def session(self) -> AbstractContextManager[None]:
        return quiet_blas()

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        number, is_kept = self._sweeps[epoch]
        if number != self._number:
            self._begin_chain(number)
        error = self.chain.sweep()
        if is_kept and np.isfinite(error):
            self.keep()
        return np.array([error])

    def keep(self) -> None:
        """Keep the current draw of the chain."""
        self.samples.add(self.chain, bag=self.spec.user_bag)

    def is_measured(self, epoch: int) -> bool:
        return self._sweeps[epoch].is_kept

    def mark(self) -> dict[str, Array]:
        """The number of kept draws: later ones are added behind them."""
        return {"n_kept": np.array(self.samples.n_kept)}

    def go_back(self, mark: dict[str, Array]) -> None:
        self.samples.keep_first(int(mark["n_kept"]))

    def wrong_with_mark(self, mark: Mapping[str, Array], n_epochs_done: int) -> str:
        expected = np.array(self._n_kept_after(n_epochs_done))
        right = mark.keys() == {"n_kept"} and np.array_equal(mark["n_kept"], expected)
        return "" if right else "it counts other draws"

    def state(self) -> dict[str, Array]:
        return state_of_parts(self._parts) | {"chain_number": np.array(self._number)}

    def restore(self, state: dict[str, Array]) -> None:
        self._begin_chain(int(state["chain_number"]))
        restore_parts(self._parts, state)

    @property
    def _parts(self) -> dict[str, Stateful]:
        return {"chain": self.chain, "samples": self.samples}

    def wrong_with(self, state: Mapping[str, Array], n_epochs_done: int) -> str:
        """Why an engine like this cannot have been in that state after so many epochs; "" if it can.

        The arrays of the chain must have the shapes of the present one's; those of the samples, the shapes of as many
        draws as are kept by then.
        """
        scratch, n = PosteriorSamples(1), self._n_kept_after(n_epochs_done)
        scratch.add(self.chain, bag=self.spec.user_bag, rng=np.random.default_rng(0))
        needed = state_of_parts({"chain": self.chain})
        needed["chain_number"] = np.array(self._sweeps[n_epochs_done - 1].chain)
        if n:
            draws = state_of_parts({"samples": scratch})
            needed |= {name: _repeated(name, one, n) for name, one in draws.items()}
        wrong = wrong_with_state(state, needed, n_epochs_done)
        if not wrong and state["chain_number"] != needed["chain_number"]:
            return "chain_number is that of another chain"
        return wrong

    def _n_kept_after(self, n_epochs: int) -> int:
        return sum(one.is_kept for one in self._sweeps[:n_epochs])


def _repeated(name: str, one: Array, n: int) -> Array:
    """The array of one draw in the shape of n draws; it takes no memory."""
    axis = 1 if name.endswith(".draws") else 0
    return np.broadcast_to(one, [n if at == axis else size for at, size in enumerate(one.shape)])
