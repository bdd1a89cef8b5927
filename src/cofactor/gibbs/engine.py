"""Gibbs sampling as an engine of the training loop: an epoch is a sweep of a chain, and some of its draws are kept."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.ratings import Ratings
from cofactor.gibbs.chain import Design, GibbsSampler
from cofactor.gibbs.samples import PosteriorSamples
from cofactor.kernels.blas import quiet_blas
from cofactor.training.checkpoint import wrong_with_state
from cofactor.training.engine import ResumableEngine

__all__ = ["GibbsEngine", "StartRows", "Sweep"]


class Sweep(NamedTuple):
    """One sweep of all chains': of which chain it is, and whether its draw is kept."""

    chain: int
    is_kept: bool


class StartRows(NamedTuple):
    """The rows that every chain begins with, of which `known` says which they are in its ratings, or -1."""

    users: FloatArray  # (m, d)
    items: FloatArray
    known: tuple[IntArray, IntArray]


class GibbsEngine(ResumableEngine):
    """Chains one after the other; the loss is the mean squared error of the training ratings under the sweep's draw.

    Early stopping measures where a draw is kept, for the model is the mean over those; its best epoch is the model of
    the draws kept up to there.
    """

    def __init__(
        self, train: Ratings, design: Design, sweeps: Sequence[Sweep], seed: int, start: StartRows | None = None
    ) -> None:
        """sweeps: of all chains, in their order     start: None: at random"""
        self.train, self.design, self._sweeps, self._seed, self._start = train, design, sweeps, seed, start
        self.samples = PosteriorSamples(sum(one.is_kept for one in sweeps))
        self._begin_chain(0)

    def _begin_chain(self, number: int) -> None:
        self._number, self.chain = number, GibbsSampler(self.train, self.design, [self._seed, number])
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
        """Keep the draw at which the chain is."""
        self.samples.add(self.chain, bag=self.design.user_bag)

    def is_measured(self, epoch: int) -> bool:
        return self._sweeps[epoch].is_kept

    def mark(self) -> dict[str, Array]:
        """How many draws there are: later ones come behind them."""
        return {"n_kept": np.array(self.samples.n_kept)}

    def go_back(self, mark: dict[str, Array]) -> None:
        self.samples.keep_first(int(mark["n_kept"]))

    def wrong_with_mark(self, mark: Mapping[str, Array], n_epochs_done: int) -> str:
        expected = np.array(self._n_kept_after(n_epochs_done))
        right = mark.keys() == {"n_kept"} and np.array_equal(mark["n_kept"], expected)
        return "" if right else "it counts other draws"

    def state(self) -> dict[str, Array]:
        samples = {f"samples.{name}": array for name, array in self.samples.state().items()}
        chain = {f"chain.{name}": array for name, array in self.chain.state().items()}
        return chain | samples | {"chain_number": np.array(self._number)}

    def restore(self, state: dict[str, Array]) -> None:
        self._begin_chain(int(state["chain_number"]))
        self.chain.restore(_under("chain.", state))
        self.samples.restore(_under("samples.", state))

    def wrong_with(self, state: Mapping[str, Array], n_epochs_done: int) -> str:
        """The chain's arrays are as large as those of any; of every draw there is one for each that is kept by then."""
        scratch, n = PosteriorSamples(1), self._n_kept_after(n_epochs_done)
        scratch.add(self.chain, bag=self.design.user_bag, rng=np.random.default_rng(0))
        needed = {f"chain.{name}": array for name, array in self.chain.state().items()}
        needed["chain_number"] = np.array(self._sweeps[n_epochs_done - 1].chain)
        if n:
            needed |= {f"samples.{name}": _repeated(name, one, n) for name, one in scratch.state().items()}
        wrong = wrong_with_state(state, needed, n_epochs_done)
        if not wrong and state["chain_number"] != needed["chain_number"]:
            return "chain_number is that of another chain"
        return wrong

    def _n_kept_after(self, n_epochs: int) -> int:
        return sum(one.is_kept for one in self._sweeps[:n_epochs])


def _repeated(name: str, one: Array, n: int) -> Array:
    """An array of one draw as large as n draws of it; takes no memory."""
    axis = 1 if name.endswith(".draws") else 0
    return np.broadcast_to(one, [n if at == axis else size for at, size in enumerate(one.shape)])


def _under(prefix: str, state: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
