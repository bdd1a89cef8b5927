"""The kept draws from the posterior, of one chain or several, in half precision.

The posterior standard deviation of a number is about a hundred times its rounding error.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.gibbs.state import arrays_of_part

if TYPE_CHECKING:
    from cofactor.gibbs.chain import GibbsSampler
    from cofactor.gibbs.factor_block import FactorBlock

__all__ = ["PosteriorSamples", "RowSamples"]


class PosteriorSamples:
    """Up to n draws of all parameters, of which the first `n_kept` are set."""

    def __init__(self, n: int) -> None:
        self.n, self.n_kept = n, 0
        self.users, self.items, self.days, self.bag = (RowSamples(n) for _ in range(4))
        self.user_coefficients, self.item_coefficients = RowSamples(n), RowSamples(n)  # of attributes
        self.noise, self.cuts = list[float](), list[FloatArray]()
        self.variances: list[list[FloatArray]] = [[], []]  # of users and items: 1 / the factor of their noise
        self.dof = list[float]()  # ν of the users' factors

    def add(self, chain: "GibbsSampler", *, bag: bool, rng: np.random.Generator | None = None) -> None:
        """Keep the chain's current draw.

        bag: keep the coefficients of companions, too; for a newcomer, the items they rated are companions
        rng: for `prior_draws`; None: the chain's own
        """
        at = self.n_kept
        for samples, block in ((self.users, chain.users), (self.items, chain.items), (self.days, chain.days)):
            if block is not None:
                samples.add(block, rng or chain.rng, at)
        if bag:
            group = chain.users.groups[0]
            self.bag.put(group.coefficients, at)
            self.bag.means.append(group.average)
        both = self.user_coefficients, self.item_coefficients
        for samples, groups in zip(both, chain.attribute_groups, strict=True):
            if groups:
                samples.put(np.concatenate([group.coefficients for group in groups]), at)
        for variances, side in zip(self.variances, chain.noise.sides, strict=False):
            variances.append(1 / side.factors)
        self.dof += [side.dof for side in chain.noise.sides[:1]]
        self.noise.append(chain.noise.precision)
        self.cuts.append(chain.likelihood.cuts)
        self.n_kept += 1

    def mean_noise_variance(self, side: int, n: int) -> FloatArray:
        """(n,) the noise variance of each row's ratings, relative to the usual; all 1 where it was not learned."""
        variances = self.variances[side]
        return np.mean(variances, axis=0).astype(np.float32) if variances else np.ones(n, np.float32)

    def keep_first(self, n: int) -> None:
        """Drop all draws but the first n."""
        self.n_kept = n
        for samples in self._rows.values():
            samples.keep_first(n)
        for numbers in (self.noise, self.cuts, self.dof, *self.variances):
            del numbers[n:]

    def state(self) -> dict[str, Array]:
        """All kept draws; the draws are the second axis of rows, and the first of everything else."""
        rows = {f"{kind}.{name}": a for kind, one in self._rows.items() for name, a in one.state(self.n_kept).items()}
        numbers = {"noise": self.noise, "cuts": self.cuts, "dof": self.dof}
        numbers |= {f"variances{side}": one for side, one in enumerate(self.variances)}
        return rows | {name: np.array(values, np.float64) for name, values in numbers.items() if values}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the draws that `state` returned."""
        self.noise, self.dof = (state[name].tolist() if name in state else [] for name in ("noise", "dof"))
        self.cuts, *self.variances = (list(state.get(name, ())) for name in ("cuts", "variances0", "variances1"))
        self.n_kept = len(self.noise)
        for kind, samples in self._rows.items():
            samples.restore(arrays_of_part(state, kind))

    @property
    def _rows(self) -> "dict[str, RowSamples]":
        return {
            "users": self.users, "items": self.items, "days": self.days, "bag": self.bag,
            "user_coefficients": self.user_coefficients, "item_coefficients": self.item_coefficients,
        }  # fmt: skip


class RowSamples:
    """The draws of one block's rows, with the mean and precision of their prior and a row drawn from it."""

    def __init__(self, n: int) -> None:
        self._n = n
        self.draws = np.zeros((0, n, 0), np.float16)  # (n_rows, n_draws, d)
        self.means = list[FloatArray]()  # (d,): the prior mean of the average row
        self.prior_draws = list[FloatArray]()  # (d,): a row drawn from the prior of the average row
        self.precisions = list[FloatArray]()  # (d, d): the precision of the prior of rows

    def add(self, block: "FactorBlock", rng: np.random.Generator, at: int) -> None:
        """Keep a block's rows as draw `at`, with the mean and precision of its prior and a row drawn from it."""
        mean_expectation = block.mean_expectation
        self.put(block.rows_at_expectation, at)
        self.means.append(mean_expectation)
        self.precisions.append(block.row_prior.precision.astype(np.float32))
        self.prior_draws.append((mean_expectation + block.row_prior.deviation(rng)).astype(np.float32))

    def put(self, rows: FloatArray, at: int) -> None:
        """Write the rows (n_rows, d) as draw `at`, in half precision."""
        if not len(self.draws):
            self.draws = np.zeros((len(rows), self._n, rows.shape[1]), np.float16)
        self.draws[:, at] = rows

    def keep_first(self, n: int) -> None:
        """Drop all draws but the first n."""
        for numbers in (self.means, self.prior_draws, self.precisions):
            del numbers[n:]

    def state(self, n_kept: int) -> dict[str, Array]:
        """The first `n_kept` draws, as copies."""
        lists = {"means": self.means, "prior_draws": self.prior_draws, "precisions": self.precisions}
        found = {name: np.stack(arrays) for name, arrays in lists.items() if arrays}
        return found | ({"draws": self.draws[:, :n_kept].copy()} if n_kept and self.draws.size else {})

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the draws that `state` returned."""
        self.means, self.prior_draws, self.precisions = (
            list(state.get(name, ())) for name in ("means", "prior_draws", "precisions")
        )
        self.draws = np.zeros((0, self._n, 0), np.float16)
        if "draws" in state:
            n_rows, n_kept, d = state["draws"].shape
            self.draws = np.zeros((n_rows, self._n, d), np.float16)
            self.draws[:, :n_kept] = state["draws"]
