"""Keep training where a kill cannot reach it: after every epoch the whole state, written to its place in one move."""

import json
import os
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from cofactor.arrays import Array
from cofactor.errors import BadCheckpoint

__all__ = ["load_checkpoint", "save_checkpoint"]


def save_checkpoint(path: Path, state: dict[str, Array], n_epochs_done: int, run: dict[str, object]) -> None:
    """run: what identifies the training (options, data fingerprint); another run may not resume from this."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    about = {"n_epochs_done": str(n_epochs_done), "run": json.dumps(run, sort_keys=True, default=str)}
    save_file({name: np.ascontiguousarray(a) for name, a in state.items()}, draft, metadata=about)
    with draft.open("rb+") as stream:
        os.fsync(stream.fileno())  # on disk before it takes the old one's place
    draft.replace(path)


def load_checkpoint(path: Path, run: dict[str, object]) -> tuple[dict[str, Array], int] | None:
    """The state and the number of epochs done, or None where there is no checkpoint yet.

    Raises `BadCheckpoint` where it belongs to other data or options, or cannot be read.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, "numpy") as file:
            about = file.metadata() or {}
        state = load_file(path)
        saved = json.loads(about["run"])
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise BadCheckpoint(f"{path} is no checkpoint of ours: {error}. Delete it to start afresh.") from error
    asked = json.loads(json.dumps(run, default=str))
    differing = sorted(name for name in saved.keys() | asked.keys() if saved.get(name) != asked.get(name))
    if differing:
        was = ", ".join(f"{name}: {saved.get(name)} there, {asked.get(name)} now" for name in differing)
        raise BadCheckpoint(f"{path} belongs to another training ({was}). Delete it or choose another path.")
    return state, int(about["n_epochs_done"])
