"""Matrix factorisation with biases by alternating least squares: a side at a time, each row in closed form.

Zhou et al., "Large-scale parallel collaborative filtering for the Netflix Prize", AAIM 2008 [zhou2008als].
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.learned import floats
from cofactor.errors import BadOption
from cofactor.kernels.absent import NO_CODES
from cofactor.models._factor_reasons import FactorReasons
from cofactor.posterior.row_prior import MAX_SAMPLE
from cofactor.scale.fitting.fits_shards import FitsShards
from cofactor.search_space import Between, Space

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.nets.embeddings import Embeddings
    from cofactor.run.run import Run
    from cofactor.scale.cluster.ordered_map import OrderedMap
    from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
    from cofactor.scale.fitting.learned_shards import LearnedShards
    from cofactor.training.engines.explicit_als import AlternatingLeastSquares
    from cofactor.training.validation import Loss

__all__ = ["ExplicitALS"]

COPIES = 5  # of each parameter, in training: itself, the start, the best so far, what is learned, centred


@dataclass(kw_only=True)
class ExplicitALS(FactorReasons, FitsShards["AlternatingLeastSquares"]):
    """Minimises Σ (r - μ - b_u - b_i - p_u · q_i)² + λ Σ_rows n (count / n)ᵉ |[p, b]|², n = 100.

    Scales more than twice as wide as one from 1 to 5, or half as wide, are trained on in its unit (`rating_unit`), so
    that λ means the same. It starts where one step of a power iteration on the ratings leads, which saves a sweep or
    two. `MatrixFactorization` is the same model by gradient descent.
    """

    learned: ClassVar = {
        **FactorReasons.learned, "user_origin_": floats("n_factors"), "item_origin_": floats("n_factors + 1"),
    }  # fmt: skip
    mend: ClassVar = "Raise reg, and look whether the ratings are on one scale."

    n_epochs: int = 5  # sweeps over both sides
    reg: float = 0.1  # λ: penalty of a row, for each of its ratings where it has 100; larger: nearer to the average
    reg_exponent: float = 0.8  # e: 0 holds all rows alike, 1 each by its number of ratings
    seed: int = 0

    def search_space(self) -> Space:
        return {
            "n_factors": Between(4, 128, log=True),
            "reg": Between(1e-3, 1.0, log=True),
        }

    def _check_options(self) -> None:
        super()._check_options()
        if self.n_epochs < 1:
            raise BadOption(f"n_epochs must be at least 1, but {self.n_epochs} came.")
        if self.reg < 0:
            raise BadOption(f"reg must be 0 or more, but {self.reg} came.")

    # ---- training -----------------------------------------------------------------------------------------

    def needed_gb(self, train: "Ratings") -> float:
        """Memory that learning takes beyond the table, in GB: the parameters, several times."""
        return 4 * COPIES * (train.n_users + train.n_items) * (self.n_factors + 16) / 1e9

    def _make_engine(self, train: "Ratings", run: "Run") -> "AlternatingLeastSquares":
        from cofactor.training.engines.explicit_als import AlternatingLeastSquares
        from cofactor.training.engines.spectral import spectral_start
        from cofactor.training.rating_unit import in_unit, rating_unit

        unit = rating_unit(train)
        table = in_unit(train, unit)
        _ = table.by_user  # which the other two begin with
        with ThreadPoolExecutor(1) as aside:  # SciPy lets others work while it sorts and multiplies
            laid_out = aside.submit(lambda: table.by_item)
            start = spectral_start(table, self.n_factors, self.seed)
            laid_out.result()
        return AlternatingLeastSquares(start, table, self.reg, self.reg_exponent, unit)

    def _set_learned(self, engine: "AlternatingLeastSquares", train: "Ratings") -> None:
        trained = engine.embeddings
        self._set_parameters(trained, train)
        self.user_origin_, self.item_origin_ = self._origins(trained, train)

    def _make_shard_engine(self, learned: "LearnedShards", ordered_map: "OrderedMap") -> "ShardedLeastSquares":
        from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
        from cofactor.training.rating_unit import unit_of_scale

        in_units = learned._replace(unit=unit_of_scale(*learned.shards.scale))
        options = self.n_factors, self.reg, self.reg_exponent
        return ShardedLeastSquares(in_units, *options, seed=self.seed, ordered_map=ordered_map)

    def _set_learned_from_shards(self, engine: "ShardedLeastSquares", catalogue: "Ratings") -> None:
        sample = engine.sampled(MAX_SAMPLE)
        trained = engine.embeddings_of(sample.ratings)
        self.ratings_ = sample.ratings
        self._set_parameters(trained, sample.ratings, engine.everybody())
        self.user_origin_, self.item_origin_ = self._origins(trained, sample.ratings)
        self.user_bias_, self.user_factors_ = self.user_bias_[:0], self.user_factors_[:0]
        self.ratings_ = replace(catalogue, item_totals=engine.counts.of_items)

    def _on_held_out(self, engine: "ShardedLeastSquares") -> str:
        return f"On what was held out: {engine.final_errors()}."

    def _origins(self, trained: "Embeddings", train: "Ratings") -> tuple[FloatArray, FloatArray]:
        """What was taken from the users' factors (k,) and the items' rows (k + 1,) [bias, factors] to centre them."""
        rated, known = train.user_counts > 0, train.item_counts > 0
        # in double precision: of many users whose differences are all alike, single precision is off by a thousandth
        of_users = (trained.user_factors - self.user_factors_)[rated].mean(axis=0, dtype=np.float64)
        of_items = (trained.item_factors - self.item_factors_)[known].mean(axis=0, dtype=np.float64)
        of_bias = (trained.item_bias - self.item_bias_ + self.item_factors_ @ of_users)[known].mean()
        return of_users.astype(np.float32), np.append(of_bias, of_items).astype(np.float32)

    def _solved_items(self, touched: IntArray, ratings: "Ratings", users: FloatArray) -> FloatArray:
        """(b, k + 1) the minimum of what training minimises, whose penalty is of rows before they were centred.

        Users who came by `update` have rows of the same model.
        """
        from cofactor.kernels.alignment import padded_width
        from cofactor.kernels.posterior.problem import RowProblem
        from cofactor.kernels.posterior.solve import solve
        from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
        from cofactor.training.engines.explicit_als import RowPenalty, Side
        from cofactor.training.rating_unit import rating_unit

        unit, k = np.float32(rating_unit(ratings)), self.n_factors
        rows, root = ratings.by_item.take(touched), np.sqrt(unit)
        design = np.zeros((len(users), padded_width(k)), np.float32)
        design[:, :k] = users[:, 1:] + self.user_origin_
        offset = users[:, 0] + np.float32(self.mean_) - self.item_origin_[0] - design[:, :k] @ self.item_origin_[1:]
        empty = np.zeros((len(touched), k), np.float32), np.zeros(len(touched), np.float32)
        side = Side(*empty, rows._replace(levels=rows.values / unit, codes=NO_CODES))
        penalty = RowPenalty(k, self.reg, self.reg_exponent)
        prior, bias_term = penalty.prior(side.counts), penalty.bias_term(side.bias)
        problem = RowProblem(design / root, offset / unit, side.ratings, UNIT_WEIGHTS, prior, bias=bias_term)
        solve(side.rows, problem, side.schedule)
        factors = side.rows[:, :k] * root - self.item_origin_[1:]
        bias = side.bias * unit - self.item_origin_[0] + factors @ self.user_origin_
        expected = self._expected("item", ratings.attributes_of("item", touched), len(touched))
        return np.where((side.counts > 0)[:, None], np.column_stack([bias, factors]), expected)

    def _loss_on(self, held_out: "Ratings", engine: "AlternatingLeastSquares", train: "Ratings") -> "Loss":
        """The mean squared error."""
        from cofactor.training.validation import squared_error

        return squared_error(engine, held_out)
