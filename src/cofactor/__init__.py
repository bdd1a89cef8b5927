"""cofactor: from a table of ratings or clicks to a recommender that is accurate, fast, understandable and honest.

    >>> import cofactor as cf
    >>> ratings = cf.load("tastes")
    >>> train, test = cf.split(ratings, test=0.2, seed=42)
    >>> model = cf.MatrixFactorization(n_factors=16).fit(train)

Names are loaded when they are first used: importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cofactor.audit.card.model_card import model_card as model_card
    from cofactor.audit.popularity import popularity_bias as popularity_bias
    from cofactor.choosing.auto import auto as auto
    from cofactor.coldstart.ladder import Ladder as Ladder
    from cofactor.coldstart.onboarding import Onboarding as Onboarding
    from cofactor.data.item_values import ItemValues as ItemValues
    from cofactor.data.ratings import Ratings as Ratings
    from cofactor.data.reading import read as read
    from cofactor.data.sources import load as load
    from cofactor.data.splits.splitting import Split as Split, folds as folds, split as split
    from cofactor.errors import CofactorError as CofactorError
    from cofactor.evaluation.compare import compare as compare
    from cofactor.evaluation.evaluate import evaluate as evaluate
    from cofactor.evaluation.monitoring import monitor as monitor
    from cofactor.interpretation.between import axis_between as axis_between
    from cofactor.interpretation.biases import biases as biases
    from cofactor.interpretation.clusters import clusters as clusters
    from cofactor.interpretation.factors import factors as factors
    from cofactor.interpretation.plane import neighbours_kept as neighbours_kept
    from cofactor.kernels.threads import set_threads as set_threads
    from cofactor.models.bayesian_mf import BayesianMF as BayesianMF
    from cofactor.models.bias import Bias as Bias
    from cofactor.models.blend import Blend as Blend
    from cofactor.models.bpr import BPR as BPR
    from cofactor.models.ease import EASE as EASE
    from cofactor.models.explicit_als import ExplicitALS as ExplicitALS
    from cofactor.models.graph_filter import GraphFilter as GraphFilter
    from cofactor.models.implicit_mf import ImplicitMF as ImplicitMF
    from cofactor.models.item_knn import ItemKNN as ItemKNN
    from cofactor.models.matrix_factorization import MatrixFactorization as MatrixFactorization
    from cofactor.models.neural_cf import NeuralCF as NeuralCF
    from cofactor.models.popularity import Popularity as Popularity
    from cofactor.models.private_als import PrivateALS as PrivateALS
    from cofactor.models.ranker_and_rater import RankerAndRater as RankerAndRater
    from cofactor.models.sparse_ease import SparseEASE as SparseEASE
    from cofactor.opening import open_model
    from cofactor.recommender import Recommender as Recommender

    open = open_model  # noqa: A001
    from cofactor.run.stopping import EarlyStopping as EarlyStopping
    from cofactor.scale.sharding.shard import shard as shard
    from cofactor.scale.table.folder import open_shards as open_shards
    from cofactor.search_space import Between as Between, OneOf as OneOf
    from cofactor.tuning.tune import tune as tune

__version__ = "0.1.0"

# the public name, and where it lives
_HOME = {
    "ItemValues": "data.item_values", "Ratings": "data.ratings", "read": "data.reading", "load": "data.sources",
    "Split": "data.splits.splitting", "split": "data.splits.splitting", "folds": "data.splits.splitting",
    "CofactorError": "errors", "Recommender": "recommender", "open": "opening:open_model",
    "BayesianMF": "models.bayesian_mf", "Bias": "models.bias", "Blend": "models.blend", "BPR": "models.bpr",
    "EASE": "models.ease", "ExplicitALS": "models.explicit_als", "GraphFilter": "models.graph_filter",
    "SparseEASE": "models.sparse_ease", "ImplicitMF": "models.implicit_mf", "ItemKNN": "models.item_knn",
    "MatrixFactorization": "models.matrix_factorization", "NeuralCF": "models.neural_cf",
    "Popularity": "models.popularity", "PrivateALS": "models.private_als",
    "RankerAndRater": "models.ranker_and_rater", "EarlyStopping": "run.stopping",
    "evaluate": "evaluation.evaluate", "compare": "evaluation.compare", "monitor": "evaluation.monitoring",
    "Ladder": "coldstart.ladder", "Onboarding": "coldstart.onboarding", "factors": "interpretation.factors",
    "axis_between": "interpretation.between", "biases": "interpretation.biases", "clusters": "interpretation.clusters",
    "neighbours_kept": "interpretation.plane",
    "open_shards": "scale.table.folder", "shard": "scale.sharding.shard",
    "Between": "search_space", "OneOf": "search_space", "tune": "tuning.tune",
    "auto": "choosing.auto", "popularity_bias": "audit.popularity", "model_card": "audit.card.model_card",
    "set_threads": "kernels.threads",
}  # fmt: skip

__all__ = [*_HOME, "__version__"]  # pyright: ignore[reportUnsupportedDunderAll]


if not TYPE_CHECKING:  # a checker that saw it would take every name for a public one

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module 'cofactor' has no attribute {name!r}")
        module, _, attribute = _HOME[name].partition(":")
        value = getattr(import_module(f"cofactor.{module}"), attribute or name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
