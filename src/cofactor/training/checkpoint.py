"""Checkpoints: the whole state of a training in one file, which is replaced atomically and checked when it is read."""

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from cofactor.arrays import Array
from cofactor.errors import BadCheckpoint
from cofactor.replacing import replace_file

__all__ = ["load_checkpoint", "save_checkpoint", "state_sha256", "wrong_with_state"]

OF_TORCH = "adam."  # prefix of torch's moments of the parameter `net.<name>`, which exist after the first step


def save_checkpoint(path: Path, state: dict[str, Array], n_epochs_done: int, run: dict[str, object]) -> None:
    """Write the state of a training to a file, in place of an earlier one.

    run: what identifies the training (options, fingerprint of the data); no other training may resume from it
    Raises `BadCheckpoint` where the file cannot be written.
    """
    state = {name: np.asarray(array, order="C") for name, array in state.items()}
    about = {"n_epochs_done": str(n_epochs_done), "run": json.dumps(run, sort_keys=True, default=str)}
    about["sha256"] = state_sha256(state, about)
    try:
        replace_file(path, partial(save_file, state, metadata=about))
    except (OSError, SafetensorError) as error:
        raise BadCheckpoint(f"The checkpoint {path} cannot be written: {error}. Choose another path.") from error


def load_checkpoint(path: Path, run: dict[str, object]) -> tuple[dict[str, Array], int] | None:
    """The state and the number of epochs done, or None where there is no checkpoint yet.

    Raises `BadCheckpoint` where it belongs to other data or options, is damaged, or cannot be read. The arrays
    themselves are checked by `ResumableEngine.wrong_with`.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, "numpy") as file:
            about = file.metadata() or {}
        state, saved = load_file(path), json.loads(about["run"])
        n_done, recorded = int(about["n_epochs_done"]), about.pop("sha256")
    except (SafetensorError, AttributeError, LookupError, TypeError, ValueError, OSError, RecursionError) as error:
        raise BadCheckpoint(f"{path} is no checkpoint of ours: {error}. Delete it to start afresh.") from error
    if recorded != state_sha256(state, about) or not isinstance(saved, dict):
        _refuse(path, "it is not what was written: its hash differs")
    _check_run(path, saved, json.loads(json.dumps(run, default=str)))
    return state, n_done


def wrong_with_state(state: Mapping[str, Array], needed: Mapping[str, Array], n_steps: int) -> str:
    """Why an engine whose present state is `needed` cannot be in `state` after so many steps; "" if it can."""
    missing = sorted(needed.keys() - state.keys())
    if missing:
        return f"{missing[0]} is missing"
    for name, array in state.items():
        wrong = _wrong_with_array(name, array, needed, n_steps)
        if wrong:
            return f"{name} {wrong}"
    return ""


def _wrong_with_array(name: str, array: Array, needed: Mapping[str, Array], n_steps: int) -> str:
    parameter, _, entry = (
        name.replace(OF_TORCH, "net.", 1).rpartition(".") if name.startswith(OF_TORCH) else ("", "", "")
    )
    like = needed.get(parameter or name)
    if like is None:
        return "is not of this training"
    shape = () if entry == "step" else like.shape
    if array.dtype != like.dtype or array.shape != shape:
        return f"is {array.dtype} of shape {array.shape}, not {like.dtype} of shape {shape}"
    if not np.isfinite(array).all():
        return "holds numbers that are not finite"
    if name.endswith(".last") and array.size and (array.min() < -1 or array.max() >= n_steps):
        return "holds steps that were not made"
    counted = {"steps": [0, n_steps], "next": [n_steps], "averaging": [n_steps, *array.reshape(-1)[1:].tolist()]}
    return "" if array.reshape(-1).tolist() == counted.get(name, array.reshape(-1).tolist()) else "counts other steps"


def _check_run(path: Path, saved: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    differing = sorted(name for name in saved.keys() | asked.keys() if saved.get(name) != asked.get(name))
    if differing:
        was = ", ".join(f"{name}: {saved.get(name)} there, {asked.get(name)} now" for name in differing)
        raise BadCheckpoint(f"{path} belongs to another training ({was}). Delete it or choose another path.")


def state_sha256(state: Mapping[str, Array], about: Mapping[str, str]) -> str:
    """The SHA-256 over every array and the metadata, in hexadecimal digits."""
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name, array in sorted(state.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _refuse(path: Path, why: str) -> NoReturn:
    raise BadCheckpoint(f"{path} is damaged: {why}. Delete it to start afresh.")
