"""A learner's files: safetensors with JSON beside them, so that opening one runs nobody's code.

`save` and `load` keep the parameters of a learner at hand; `export` keeps all that `load_learner` needs to predict.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file
from torch import nn

from cofactor.arrays import Array
from cofactor.collab.categories import CategoryMap, Classes
from cofactor.collab.dataloaders import CollabDataLoaders
from cofactor.collab.embedding_dot_bias import EmbeddingDotBias
from cofactor.collab.embedding_nn import EmbeddingNN
from cofactor.collab.loaders import DataLoader, DataLoaders
from cofactor.collab.rows import RatingRows
from cofactor.data.packing.ids import pack_ids, unpack_ids
from cofactor.errors import BadModelFolder, Unsupported

__all__ = ["export", "load_state", "open_export", "save_state", "with_suffix"]

FORMAT = 1
SUFFIX = ".safetensors"


def save_state(model: nn.Module, memory: Mapping[str, Array], target: Path) -> Path:
    """Parameters as `model.*`, the optimiser's memory as `opt.*`."""
    arrays = _parameters(model) | {f"opt.{name}": np.ascontiguousarray(array) for name, array in memory.items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(arrays, target)
    return target


def load_state(model: nn.Module, file: Path) -> dict[str, Array]:
    """Load the saved parameters into the model; returns the optimiser's memory, empty where none was saved.

    Raises `BadModelFolder` where the file is missing, is no safetensors file, or holds parameters of another model.
    """
    arrays = _read(file)[0]
    try:
        model.load_state_dict(_under("model.", arrays, torch.from_numpy))
    except RuntimeError as error:
        raise BadModelFolder(f"{file} holds other parameters than a {type(model).__name__} of this size.") from error
    return _under("opt.", arrays)


def export(model: nn.Module, dls: DataLoaders, target: Path) -> Path:
    """The model, the ids and the columns' names; no rating."""
    about = _describe(model) | {"format": FORMAT, "columns": dls.cat_names, "rating": dls.y_name, "bs": dls.bs}
    columns: dict[str, Array] = {}
    for at, ids in enumerate(dls.classes.values()):
        columns |= pack_ids(f"ids-{at}", ids.ids)
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(_parameters(model) | columns, target, metadata={"cofactor.collab": json.dumps(about)})
    return target


def open_export(file: Path) -> tuple[nn.Module, DataLoaders]:
    """The model, and loaders without a single rating, for `test_dl`. Raises `BadModelFolder`."""
    file = file if file.exists() else file.with_suffix(SUFFIX)
    arrays, metadata = _read(file)
    if "cofactor.collab" not in metadata:
        raise BadModelFolder(f"{file} was not written by Learner.export. Saved parameters are for Learner.load.")
    try:
        return _opened(json.loads(metadata["cofactor.collab"]), arrays, file)
    except (AttributeError, LookupError, TypeError, RuntimeError, ValueError, RecursionError) as error:
        if isinstance(error, BadModelFolder):
            raise
        raise BadModelFolder(f"{file} does not hold what Learner.export writes: {error}. Export it again.") from error


def _opened(about: Mapping[str, Any], arrays: dict[str, Array], file: Path) -> tuple[nn.Module, DataLoaders]:
    if about["format"] > FORMAT:
        raise BadModelFolder(f"{file} is of format {about['format']}; this version reads up to {FORMAT}. Upgrade.")
    if not all(isinstance(one, str) for one in (about["rating"], *about["columns"])):
        raise BadModelFolder(f"{file} does not name its columns: {about['columns']}.")
    ids = [unpack_ids(f"ids-{at}", arrays, name) for at, name in enumerate(about["columns"])]
    classes = Classes((one.kind, CategoryMap(one)) for one in ids)
    parameters = _under("model.", arrays, torch.from_numpy)
    with torch.device("meta"):  # of the sizes that the file speaks of, and in no memory yet
        expected = {name: one.shape for name, one in _build(about, classes).state_dict().items()}
    if expected != {name: one.shape for name, one in parameters.items()}:
        raise BadModelFolder(f"{file} holds other parameters than those of the model that it describes.")
    model = _build(about, classes)
    model.load_state_dict(parameters)
    return model, _without_ratings(classes, about["rating"], about["bs"])


def with_suffix(file: Path) -> Path:
    """The file's name, ending in `.safetensors`."""
    return file if file.suffix == SUFFIX else file.with_name(file.name + SUFFIX)


def _describe(model: nn.Module) -> dict[str, Any]:
    if type(model) is EmbeddingDotBias:
        return {"model": "EmbeddingDotBias", "n_factors": model.u_weight.embedding_dim, "y_range": model.y_range}
    if type(model) is EmbeddingNN:
        return {"model": "EmbeddingNN", "config": model.config}
    raise Unsupported(
        f"A {type(model).__name__} is code of your own, which a file without pickle cannot keep. "
        f"Keep its parameters with learn.save(name), and build it again for learn.load(name)."
    )


def _build(about: Mapping[str, Any], classes: Classes) -> nn.Module:
    if about["model"] == "EmbeddingDotBias":
        return EmbeddingDotBias.from_classes(about["n_factors"], classes, y_range=_pair(about["y_range"]))
    config = dict(about["config"])
    return EmbeddingNN(config.pop("emb_szs"), config.pop("layers"), y_range=_pair(config.pop("y_range")), **config)


def _pair(given: list[float] | None) -> tuple[float, float] | None:
    return cast(tuple[float, float], tuple(given)) if given else None


def _without_ratings(classes: Classes, rating: str, bs: int) -> DataLoaders:
    empty = pd.DataFrame({name: [] for name in (*classes, rating)})
    table = RatingRows(empty, classes, rating, np.zeros((0, 2), np.int64), np.zeros(0, np.float32))
    return CollabDataLoaders(DataLoader(table, bs), DataLoader(table, bs))


def _parameters(model: nn.Module) -> dict[str, Array]:
    return {f"model.{name}": tensor.detach().cpu().numpy() for name, tensor in model.state_dict().items()}


def _under(prefix: str, arrays: Mapping[str, Array], to: Any = lambda array: array) -> dict[str, Any]:
    return {name[len(prefix) :]: to(array) for name, array in arrays.items() if name.startswith(prefix)}


def _read(file: Path) -> tuple[dict[str, Array], dict[str, str]]:
    if not file.is_file():
        raise BadModelFolder(f"There is no file {file}. Write one with learn.save(name) or learn.export(name).")
    try:
        with safe_open(file, "numpy") as opened:
            metadata = opened.metadata() or {}
        return load_file(file), metadata
    except (SafetensorError, AttributeError, LookupError, ValueError) as error:  # of types that NumPy does not have
        raise BadModelFolder(
            f"{file} is no safetensors file ({error}). Pickled learners of other libraries are not opened: they may "
            f"run any code. Load their state_dict there, and save it with safetensors."
        ) from error
