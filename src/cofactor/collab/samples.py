"""The course's `untar_data`: the folder of a known data set, wherever it lies."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from cofactor.cache import folder_to_write, write_whole
from cofactor.data.archives.folders import find_folder, obtain
from cofactor.data.sources import load, movielens
from cofactor.data.sources.tastes import tables
from cofactor.errors import UnknownDataSet

__all__ = ["URLs", "untar_data"]

URLs = SimpleNamespace(ML_100k="ml-100k", ML_SAMPLE="ml-sample")

N_SAMPLE = 100  # users, and items


def untar_data(url: str) -> Path:
    """The folder of `URLs.ML_100k` or `URLs.ML_SAMPLE`.

    ML_100k: MovieLens 100K with its own files (u.data, u.item …), found in COFACTOR_DATA or downloaded from its home.
    ML_SAMPLE: a folder with one file ratings.csv (userId, movieId, rating, timestamp): the 100 most active users and
    the 100 most rated films of ml-latest-small where that is at hand, else of `tastes`, whose ratings are
    generated; the folder's name says which. It is not the course's own file, which comes from the same source.
    Raises `DataNotAvailable` or `UnknownDataSet`.
    """
    if url == URLs.ML_SAMPLE:
        return _sample()
    if url not in movielens.NAMES:
        raise UnknownDataSet(url, [URLs.ML_SAMPLE, *movielens.NAMES])
    return obtain(url, movielens.HOME, movielens.MD5[url])


def _sample() -> Path:
    real = find_folder("ml-latest-small") is not None
    folder = folder_to_write() / ("ml-sample" if real else "tastes-sample")
    if not (folder / "ratings.csv").is_file():
        write_whole(folder / "ratings.csv", _densest(_movielens() if real else _tastes()).encode())
    return folder


def _movielens() -> pd.DataFrame:
    ratings = load("ml-latest-small")
    return pd.DataFrame({
        "userId": ratings.users.gather(ratings.user_idx), "movieId": ratings.items.gather(ratings.item_idx),
        "rating": ratings.values, "timestamp": ratings.timestamps,
    })  # fmt: skip


def _tastes() -> pd.DataFrame:
    """Numbers for ids, as MovieLens has them."""
    table = tables()["ratings"]
    user, item = (np.unique(table[name], return_inverse=True)[1] + 1 for name in ("user", "item"))
    return pd.DataFrame({
        "userId": user, "movieId": item, "rating": table["rating"].astype(float), "timestamp": table["timestamp"],
    })  # fmt: skip


def _densest(ratings: pd.DataFrame) -> str:
    for name in ("userId", "movieId"):
        ids, counts = np.unique(ratings[name], return_counts=True)
        busiest = ids[np.argsort(-counts, kind="stable")[:N_SAMPLE]]
        ratings = ratings.loc[np.isin(ratings[name], busiest)]
    return ratings.sort_values(["userId", "movieId"]).to_csv(index=False)
