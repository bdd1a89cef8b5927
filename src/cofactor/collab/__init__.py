"""The names of the fastai course's collaborative filtering, over our own parts: `from cofactor.collab import *`.

The lecture's cells run with only the import line changed. What is behind them is `cofactor.training` and
`cofactor.nets`; where the original goes wrong silently (ids it has not seen, ratings that are not numbers,
`predict`, `show_results`), this one says so or does it right.
"""

import random
from pathlib import Path

from cofactor.errors import MissingExtra

try:
    import numpy as np
    import pandas as pd
    import torch
    from matplotlib import pyplot as plt
    from torch import nn, optim
    from torch.nn import functional as F
except ImportError as error:
    raise MissingExtra("The course's names", "course") from error

from cofactor.collab.building import collab_learner, load_learner
from cofactor.collab.callbacks import Callback, CancelFitException, EarlyStoppingCallback, SaveModelCallback
from cofactor.collab.categories import CategoryMap
from cofactor.collab.course_helpers import L, delegates, one_hot, set_seed, tensor, test_eq
from cofactor.collab.dataloaders import CollabDataLoaders, DataLoader, DataLoaders
from cofactor.collab.embedding_dot_bias import EmbeddingDotBias
from cofactor.collab.embedding_nn import EmbeddingNN, TabularModel, tabular_config
from cofactor.collab.embedding_sizes import emb_sz_rule, get_emb_sz
from cofactor.collab.learner import Adam, Learner, SuggestedLRs, valley
from cofactor.collab.losses import MSELossFlat
from cofactor.collab.metrics import R2Score, mae, mse, rmse
from cofactor.collab.modules import Embedding, Module, SigmoidRange, sigmoid_range
from cofactor.collab.rows import TabularCollab
from cofactor.collab.samples import URLs, untar_data

__all__ = [
    "Adam", "Callback", "CancelFitException", "CategoryMap", "CollabDataLoaders", "DataLoader", "DataLoaders",
    "EarlyStoppingCallback", "Embedding", "EmbeddingDotBias", "EmbeddingNN", "F", "L", "Learner", "MSELossFlat",
    "Module", "Path", "R2Score", "SaveModelCallback", "SigmoidRange", "SuggestedLRs", "TabularCollab",
    "TabularModel", "URLs", "collab_learner", "delegates", "emb_sz_rule", "get_emb_sz", "load_learner", "mae",
    "mse", "nn", "np", "one_hot", "optim", "pd", "plt", "random", "rmse", "set_seed", "sigmoid_range",
    "tabular_config", "tensor", "test_eq", "torch", "untar_data", "valley",
]  # fmt: skip
