"""Saved models as somebody forges them who knows how hashes are made, and what asking them gives."""

import hashlib
import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

import asking
from cofactor.data.packing.ratings import unpack_ratings
from cofactor.errors import BadModelFolder
from cofactor.model_folder import HASHED, _own_sha256
from cofactor.models import model_names

TYPES = ("float16", "float32", "float64", "int8", "uint8", "int32", "int64", "uint64", "bool")
WHOLE = (-1, 0, 1, 7, 255, 2**31 - 1, -(2**31), 2**40, 2**63 - 1, -(2**63))
REAL = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e-38, 1e38, -1e38, 1e300, 3.5)
NESTED: Any = []
for _ in range(300):
    NESTED = [NESTED]
JSON = (None, True, False, -1, 0, 1, 2.5, 10**9, 10**30, -1e308, "", "x", "os.system", "a" * 999, [], {}, [1], [5, 1],
        ["a", "b"], [[0, 1]], {"a": 1}, NESTED, [None] * 2, [1e308, -1e308], "bias", {"model": "bias"})  # fmt: skip


def saved_models(folder: Path) -> list[Path]:
    """One folder for each model of `asking.models`, of ratings and of clicks."""
    tables = {"ratings": asking.table(), "clicks": asking.table(kind="clicks")}
    return [
        model.save(folder / f"{name}-{kind}-{at}")
        for name in model_names() for kind, table in tables.items()
        if kind == "ratings" or name not in ("bayesian_mf", "ranker_and_rater")  # which need ratings
        for at, model in enumerate(asking.models(name, table))
    ]  # fmt: skip


def forge(original: Path, folder: Path, rng: np.random.Generator) -> str:
    """A copy with one to three things changed, and hashes and fingerprint made anew; says what was changed."""
    shutil.copytree(original, folder)
    arrays = {name: dict(load_file(folder / name)) for name in HASHED[:2]}
    about = json.loads((folder / "model.json").read_text())
    done: list[str] = []
    for _ in range(1 + rng.geometric(0.8)) if rng.random() < 0.3 else range(1):
        if rng.random() < 0.3:
            done.append(_forge_words(about, rng))
        else:
            of = HASHED[int(rng.random() < 0.4)]
            done.append(f"{of[:7]} {_forge_array(arrays[of], rng)}")
    for name, content in arrays.items():
        save_file({key: np.asarray(array, order="C") for key, array in content.items()}, folder / name)
    if rng.random() < 0.05:
        done.append(_forge_bytes(folder / HASHED[int(rng.random() < 0.5)], rng))
    sign(folder, about)
    return "; ".join(done)


def sign(folder: Path, about: dict[str, Any]) -> None:
    """Let the folder say this of itself, with the hashes and the fingerprint that it should have."""
    try:
        ratings = unpack_ratings(load_file(folder / "ratings.safetensors"), about["data"], verify=False)
        about["data"] |= {"fingerprint": ratings.fingerprint, "n_ratings": len(ratings)}
    except Exception:
        pass  # it will be refused for that, and not for its fingerprint
    about["sha256"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in HASHED}
    about.pop("own_sha256", None)
    (folder / "model.json").write_text(json.dumps(about | {"own_sha256": _own_sha256(about)}))


def _forge_array(arrays: dict[str, np.ndarray], rng: np.random.Generator) -> str:
    if not arrays:
        return "nothing"
    name, other = (str(one) for one in rng.choice(sorted(arrays), 2))
    array, how = arrays[name], int(rng.integers(12))
    if how == 0:
        del arrays[name]
        return f"{name} dropped"
    if how == 1:
        arrays[name], arrays[other] = arrays[other], array
        return f"{name} and {other} exchanged"
    if how == 2:
        arrays[str(rng.choice(["0.x", "stray", "codes", "user_idx", "text/titles", name + "x"]))] = array
        return f"{name} twice"
    if how == 3:
        with np.errstate(all="ignore"):
            arrays[name] = array.astype(str(rng.choice(TYPES)))
        return f"{name} as {arrays[name].dtype}"
    if how in (4, 5):
        arrays[name] = _reshaped(array, rng)
        return f"{name} of shape {arrays[name].shape}"
    arrays[name] = _renumbered(array.copy(), rng)
    return f"{name} with other numbers"


def _reshaped(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    cut = int(rng.integers(max(1, len(array)))) if array.ndim else 0
    shapes = [
        lambda: array[:cut] if array.ndim else array[None], lambda: np.tile(array, 2),
        lambda: array.T, lambda: array.reshape(-1), lambda: array[None], lambda: array[..., None],
        lambda: np.zeros(0, array.dtype), lambda: np.zeros((len(array), 0) if array.ndim else (0, 0), array.dtype),
        lambda: array.reshape(-1)[0] if array.size else array, lambda: np.zeros((0, 10**12), array.dtype),
        lambda: array[1:] if array.ndim else array, lambda: array[..., :-1] if array.ndim else array,
    ]  # fmt: skip
    return np.asarray(shapes[int(rng.integers(len(shapes)))]())


def _renumbered(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if not array.size:
        return array
    flat, at = array.reshape(-1), int(rng.integers(array.size))
    how = int(rng.integers(6))
    if how == 0:
        rng.shuffle(flat)
    elif how == 1:
        flat[:] = flat[::-1].copy()
    elif how == 2:
        flat[:] = flat[at]
    elif array.dtype.kind == "f":
        with np.errstate(all="ignore"):
            flat[at if how < 5 else slice(None)] = rng.choice(REAL)
    elif array.dtype.kind in "iu":
        span = np.iinfo(array.dtype)
        number = int(rng.choice([*WHOLE, flat.size, int(flat.max()) + 1, int(flat[at]) + 1], 1)[0]) if how < 5 else 0
        flat[at] = min(max(number, span.min), span.max)
        if how == 5:
            flat[:] = rng.integers(0, 200, flat.size).astype(array.dtype)
    else:
        flat[at] = not flat[at]
    return array


def _forge_words(about: dict[str, Any], rng: np.random.Generator) -> str:
    """Somewhere in model.json."""
    place: Any = about[str(rng.choice(["data", "options", "options", "options"]))] if rng.random() < 0.8 else about
    name: Any = None
    for _ in range(4):
        if not isinstance(place, (dict, list)) or not place:  # it was changed before
            return "nothing"
        names = list(place) if isinstance(place, dict) else list(range(len(place)))
        name = names[int(rng.integers(len(names)))]
        if not isinstance(place[name], (dict, list)) or not place[name] or rng.random() < 0.3:
            break
        place = place[name]
    if isinstance(place, dict) and rng.random() < 0.1:
        place[f"{name}x"] = place.pop(name)
        return f"{name} renamed"
    place[name] = json.loads(json.dumps(JSON[int(rng.integers(len(JSON)))]))  # a copy: it may be changed next
    return f"{name}: {str(place[name])[:60]}"


def _forge_bytes(file: Path, rng: np.random.Generator) -> str:
    content = bytearray(file.read_bytes())
    at = int(rng.integers(min(len(content), 600)))
    if rng.random() < 0.3:
        file.write_bytes(content[:at])
        return f"{file.name} cut at {at}"
    content[at] = int(rng.integers(256))
    file.write_bytes(content)
    return f"byte {at} of {file.name}"


def failures_of(n: int, seed: int, scratch: Path) -> Iterator[str]:
    """Of so many forged folders, of all models in turn."""
    (scratch / "saved").mkdir()
    originals, rng, folders = saved_models(scratch / "saved"), np.random.default_rng(seed), dict[Path, str]()
    for at in range(n):
        folder = scratch / f"{at}-{originals[at % len(originals)].name}"
        folders[folder] = forge(originals[at % len(originals)], folder, rng)
    yield from failures(folders, scratch, timeout=60 + n)


def failures(folders: dict[Path, str], scratch: Path, timeout: float) -> Iterator[str]:
    """Folders that are neither refused nor answer, each with what was changed in it and what it does."""
    left = list(map(str, folders))
    while left:
        run = subprocess.run(
            [sys.executable, asking.__file__, scratch / "answers", *left],
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        answers = dict(_answers(scratch / "answers"))
        for folder, found in answers.items():
            if isinstance(found, str) and not found.startswith(f"{BadModelFolder.__name__}: "):
                yield f"{Path(folder).name}, {folders[Path(folder)]}: {found}"
        left = left[len(answers) :]
        if left:
            yield f"{Path(left[0]).name}, {folders[Path(left[0])]}: the process ended with {run.returncode}"
            left = left[1:]


def _answers(file: Path) -> Iterator[tuple[str, Any]]:
    with file.open("rb") as stream:
        while True:
            try:
                yield pickle.load(stream)
            except EOFError:
                return
