"""The names of the fastai course's collaborative filtering, over our own parts: `from cofactor.collab import *`.

The lecture's cells run with only the import line changed. What is behind them is `cofactor.training` and
`cofactor.nets`; where the original goes wrong silently (ids it has not seen, ratings that are not numbers,
`predict`, `show_results`), this one says so or does it right.
"""

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

from cofactor.collab import standard_names
from cofactor.collab.building import collab_learner, load_learner
from cofactor.collab.callbacks import EarlyStoppingCallback, ReduceLROnPlateau, SaveModelCallback, TrackerCallback
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
from cofactor.collab.events import (
    Callback,
    CancelBackwardException,
    CancelBatchException,
    CancelEpochException,
    CancelFitException,
    CancelStepException,
    CancelTrainException,
    CancelValidException,
)
from cofactor.collab.first_version import OldName
from cofactor.collab.learner import Learner
from cofactor.collab.lists import L
from cofactor.collab.loaders import DataLoader, DataLoaders, default_device
from cofactor.collab.loggers import CSVLogger, ShowGraphCallback
from cofactor.collab.losses import BaseLoss, L1LossFlat, MSELossFlat
from cofactor.collab.metrics import (
    AccumMetric,
    AvgMetric,
    Metric,
    PearsonCorrCoef,
    R2Score,
    accuracy,
    mae,
    mse,
    rmse,
)
from cofactor.collab.modules import Embedding, Module, SigmoidRange, sigmoid_range
from cofactor.collab.optimizers import SGD, Adam
from cofactor.collab.rate_finder import minimum, slide, steep, valley
from cofactor.collab.recorder import Recorder
from cofactor.collab.samples import URLs, untar_data
from cofactor.collab.standard_names import *  # noqa: F403  (names for the caller, all of them)
from cofactor.collab.tabular import (
    Categorify,
    IndexSplitter,
    RandomSplitter,
    TabularCollab,
    TabularPandas,
    TransformBlock,
)

CollabDataBunch, CollabLearner, CollabList, DataBunch, get_collab_learner = map(
    OldName, ("CollabDataBunch", "CollabLearner", "CollabList", "DataBunch", "get_collab_learner")
)

__all__ = [
    "SGD", "AccumMetric", "Adam", "AvgMetric", "BaseLoss", "CSVLogger", "Callback", "CancelBackwardException",
    "CancelBatchException", "CancelEpochException", "CancelFitException", "CancelStepException",
    "CancelTrainException", "CancelValidException", "Categorify", "CategoryMap", "CollabDataBunch",
    "CollabDataLoaders", "CollabLearner", "CollabList", "DataBunch", "DataLoader", "DataLoaders",
    "EarlyStoppingCallback", "Embedding", "EmbeddingDotBias", "EmbeddingNN", "F", "IndexSplitter", "L", "L1LossFlat",
    "Learner",
    "MSELossFlat", "Metric", "Module", "PearsonCorrCoef", "R2Score", "RandomSplitter", "Recorder",
    "ReduceLROnPlateau", "SaveModelCallback", "ShowGraphCallback", "SigmoidRange", "TabularCollab", "TabularModel",
    "TabularPandas", "Tensor", "TrackerCallback", "TransformBlock", "URLs", "accuracy",
    "collab_learner", "default_device", "delegates", "doc", "emb_sz_rule", "first", "get_collab_learner",
    "get_emb_sz", "ifnone",
    "load_learner", "mae", "minimum", "mse", "nn", "np", "one_hot", "optim", "pd",
    "plt", "progress_bar", "range_of", "rmse", "set_seed", "sigmoid_range", "slide", "steep",
    "tabular_config", "tensor", "test_close", "test_eq", "to_detach", "torch", "untar_data", "valley",
]  # fmt: skip
__all__ += standard_names.__all__
