"""Gowalla check-ins, in the split of NGCF and LightGCN [wang2019ngcf, he2020lightgcn]; source [cho2011].

One line a user: the user's number, then the numbers of the places. It has no home that publishes a checksum,
so it is read only from COFACTOR_DATA: `gowalla/train.txt` or `train.txt.gz`, and `gowalla/test.txt`.
"""

import gzip
from pathlib import Path

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.data.archives.folders import find_folder
from cofactor.data.ratings import Ratings
from cofactor.errors import DataNotAvailable

__all__ = ["NAMES", "load", "published_tests"]

NAMES = ("gowalla",)


def load(name: str) -> Ratings:
    """All check-ins as clicks, the published train part before the test part."""
    parts = [_read_part(_folder(name), part) for part in ("train", "test")]
    users, items = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Ratings.from_arrays(users, items, name=name)


def published_tests(name: str) -> dict[str, BoolArray]:
    """{"test": mask}: the rows of `load` that the published split tests on."""
    n_train, n_test = (len(_read_part(_folder(name), part)[0]) for part in ("train", "test"))
    return {"test": np.arange(n_train + n_test) >= n_train}


def _folder(name: str) -> Path:
    folder = find_folder(name)
    if folder is None:
        raise DataNotAvailable(
            f"The data set {name!r} is not at hand and has no home to download it from by itself. Take "
            f"train.txt and test.txt from https://github.com/kuandeng/LightGCN (Data/gowalla), put them into "
            f"a folder called {name!r}, and set COFACTOR_DATA to the folder around it."
        )
    return folder


def _read_part(folder: Path, part: str) -> tuple[IntArray, IntArray]:
    """Two columns, user and item, in the order of the file."""
    plain, packed = folder / f"{part}.txt", folder / f"{part}.txt.gz"
    if not plain.is_file() and not packed.is_file():
        raise DataNotAvailable(f"{folder} holds neither {plain.name} nor {packed.name}.")
    data = plain.read_bytes() if plain.is_file() else gzip.decompress(packed.read_bytes())
    lines = [line.split() for line in data.splitlines()]
    users = np.repeat([int(line[0]) for line in lines], [len(line) - 1 for line in lines])
    return users, np.array([item for line in lines for item in line[1:]]).astype(np.int64)
