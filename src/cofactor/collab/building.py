"""Learners of the two models of the course, made for a table or read from a file."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cofactor.collab.embedding_dot_bias import EmbeddingDotBias
from cofactor.collab.embedding_nn import EmbeddingNN
from cofactor.collab.embedding_sizes import get_emb_sz
from cofactor.collab.files import open_export
from cofactor.collab.learner import Learner
from cofactor.collab.loaders import DataLoaders
from cofactor.collab.modules import Range, check_range
from cofactor.training.score_range import out_of_range

__all__ = ["collab_learner", "load_learner"]


def collab_learner(
    dls: DataLoaders, n_factors: int = 50, use_nn: bool = False, emb_szs: Mapping[str, int] | None = None,
    layers: Sequence[int] | None = None, config: Mapping[str, Any] | None = None, y_range: Range | None = None,
    loss_func: Callable[..., Tensor] | None = None, **kwargs: Any,
) -> Learner:  # fmt: skip
    """A learner of the dot product with biases, or, with `use_nn`, of the neural network.

    n_factors: factors of the dot product     emb_szs, layers: widths by column, and hidden units, of the network
    config: further options of the network, from `tabular_config`     y_range: a little wider than the ratings' scale
    Other arguments are those of `Learner`. Warns of a y_range that leaves out training ratings.
    """
    options = dict(config or {})
    y_range = y_range or options.pop("y_range", None)
    _warn_out_of_range(dls, y_range)
    if use_nn:
        sizes = get_emb_sz(dls, emb_szs)
        model = EmbeddingNN(sizes, layers or [n_factors], y_range=y_range, **options)
    else:
        model = EmbeddingDotBias.from_classes(n_factors, dls.classes, y_range=y_range)
    return Learner(dls, model, loss_func, **kwargs)


def _warn_out_of_range(dls: DataLoaders, y_range: Range | None) -> None:
    """The course's library trains all the same, so this is no error."""
    ratings = dls.train_ds.ratings
    if ratings is not None and (good := check_range(y_range)) and (why := out_of_range(ratings, good)):
        warnings.warn(why, stacklevel=3)


def load_learner(fname: str | Path, cpu: bool = True) -> Learner:
    """A learner from a file of `Learner.export`: it predicts for the ids it knows, and holds no ratings.

    cpu: predict there; False: on a GPU where there is one
    Opening the file runs no code. Raises `BadModelFolder` where the file is missing, damaged or of another kind.
    """
    model, dls = open_export(Path(fname))
    return Learner(dls if cpu or not torch.cuda.is_available() else dls.cuda(), model)
