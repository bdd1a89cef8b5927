"""The names of the fastai course's collaborative filtering, over our own parts: `from cofactor.collab import *`.

The lecture's cells run with only the import line changed. What is behind them is `cofactor.training` and
`cofactor.nets`; where the original goes wrong silently (ids it has not seen, ratings that are not numbers,
`predict`, `show_results`), this one says so or does it right.
"""

import math
import random
from collections import Counter
from functools import partial
from operator import attrgetter, itemgetter
from pathlib import Path

from cofactor.errors import MissingExtra

try:
    import numpy as np
    import pandas as pd
    import torch
    from matplotlib import pyplot as plt
    from torch import Tensor, nn, optim
    from torch.nn import functional as F
except ImportError as error:
    raise MissingExtra("The course's names", "course") from error

from cofactor.collab.building import collab_learner, load_learner
from cofactor.collab.callbacks import Callback, CancelFitException, EarlyStoppingCallback, SaveModelCallback
from cofactor.collab.categories import CategoryMap
from cofactor.collab.comparisons import test_close, test_eq
from cofactor.collab.course_helpers import (
    delegates,
    doc,
    first,
    ifnone,
    one_hot,
    progress_bar,
    range_of,
    set_seed,
    tensor,
    to_detach,
)
from cofactor.collab.dataloaders import CollabDataLoaders
from cofactor.collab.embedding_dot_bias import EmbeddingDotBias
from cofactor.collab.embedding_nn import EmbeddingNN, TabularModel, tabular_config
from cofactor.collab.embedding_sizes import emb_sz_rule, get_emb_sz
from cofactor.collab.learner import Adam, Learner, SuggestedLRs, valley
from cofactor.collab.lists import L
from cofactor.collab.loaders import DataLoader, DataLoaders
from cofactor.collab.losses import MSELossFlat
from cofactor.collab.metrics import R2Score, mae, mse, rmse
from cofactor.collab.modules import Embedding, Module, SigmoidRange, sigmoid_range
from cofactor.collab.samples import URLs, untar_data
from cofactor.collab.tabular import Categorify, RandomSplitter, TabularCollab, TabularPandas, TransformBlock

__all__ = [
    "Adam",
    "Callback",
    "CancelFitException",
    "Categorify",
    "CategoryMap",
    "CollabDataLoaders",
    "Counter",
    "DataLoader",
    "DataLoaders",
    "EarlyStoppingCallback",
    "Embedding",
    "EmbeddingDotBias",
    "EmbeddingNN",
    "F",
    "L",
    "Learner",
    "MSELossFlat",
    "Module",
    "Path",
    "R2Score",
    "RandomSplitter",
    "SaveModelCallback",
    "SigmoidRange",
    "SuggestedLRs",
    "TabularCollab",
    "TabularModel",
    "TabularPandas",
    "Tensor",
    "TransformBlock",
    "URLs",
    "attrgetter",
    "collab_learner",
    "delegates",
    "doc",
    "emb_sz_rule",
    "first",
    "get_emb_sz",
    "ifnone",
    "itemgetter",
    "load_learner",
    "mae",
    "math",
    "mse",
    "nn",
    "np",
    "one_hot",
    "optim",
    "partial",
    "pd",
    "plt",
    "progress_bar",
    "random",
    "range_of",
    "rmse",
    "set_seed",
    "sigmoid_range",
    "tabular_config",
    "tensor",
    "test_close",
    "test_eq",
    "to_detach",
    "torch",
    "untar_data",
    "valley",
]  # fmt: skip
