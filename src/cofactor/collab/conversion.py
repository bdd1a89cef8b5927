"""From a learner into the library: the same parameters as a model that keeps the whole contract."""

from typing import TypeAlias

import numpy as np
from torch import nn

from cofactor.collab.embedding_dot_bias import EmbeddingDotBias
from cofactor.collab.embedding_nn import EmbeddingNN
from cofactor.collab.engines import embeddings_of
from cofactor.collab.loaders import DataLoaders
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, Unsupported
from cofactor.models.matrix_factorization import MatrixFactorization
from cofactor.models.neural_cf import NeuralCF
from cofactor.nets.embeddings import Embeddings
from cofactor.nets.mlp import network_of

__all__ = ["ratings_of", "to_model"]

AModel: TypeAlias = MatrixFactorization | NeuralCF


def to_model(module: nn.Module, dls: DataLoaders) -> AModel:
    """A `MatrixFactorization` or a `NeuralCF` that predicts what this module, trained on these data, predicts.

    Raises `Unsupported` for modules of the caller's own, `BadOption` for a learner without ratings.
    """
    train = ratings_of(dls)
    if isinstance(module, EmbeddingDotBias):
        return _dot_product(module, train)
    if isinstance(module, EmbeddingNN):
        return _network(module, train)
    raise Unsupported(f"A {type(module).__name__} is no model of the library. collab_learner makes those that are.")


def ratings_of(dls: DataLoaders) -> Ratings:
    """The training ratings as the library holds them, without rows that miss an id (`#na#`).

    Raises `BadOption` where there are none.
    """
    table = dls.train_ds
    users, items = (one.ids for one in table.classes.values())
    if not len(table) or table.ratings is None:
        raise BadOption("This learner holds no ratings, so it knows of nobody's taste. Use the one that was trained.")
    kept = (table.codes > 0).all(axis=1)
    user_idx, item_idx = (table.codes[kept] - 1).astype(np.int32).T.copy()
    return Ratings(
        users=users, items=items, user_idx=user_idx, item_idx=item_idx, values=table.ratings[kept],
        library="pandas", name=dls.y_name,
    )  # fmt: skip


def _dot_product(module: EmbeddingDotBias, train: Ratings) -> MatrixFactorization:
    known = Embeddings(*(part[1:] for part in embeddings_of(module)))
    model = MatrixFactorization(n_factors=module.u_weight.embedding_dim, y_range=module.y_range)
    return model.set_parameters(known, train)


def _network(module: EmbeddingNN, train: Ratings) -> NeuralCF:
    config = module.config
    trained = network_of(module)
    known = trained._replace(users=trained.users[1:], items=trained.items[1:])  # without `#na#`
    model = NeuralCF(
        layers=tuple(config["layers"]), y_range=module.y_range, dropout=float(np.mean(config["ps"] or 0.0)),
        batch_norm=config["use_bn"], averaged=0.0,
    )  # fmt: skip
    return model.set_parameters(known, train)
