"""The course's `untar_data`: the folder of a known data set, wherever it lies."""

from collections.abc import Mapping
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
SAMPLE_FILES = ("ratings.csv", "u.data", "u.item")


def untar_data(url: str) -> Path:
    """The folder of `URLs.ML_100k` or `URLs.ML_SAMPLE`.

    ML_100k: MovieLens 100K with its own files (u.data, u.item …), found in COFACTOR_DATA or downloaded from its home.
    ML_SAMPLE: a folder with ratings.csv (userId, movieId, rating, timestamp), and the same ratings in the layout of
    ML_100k: u.data (those columns, tabs between them, no header) and u.item (number and title, bars between them). They
    are those of the 100 most active users and the 100 most rated films of ml-latest-small where that is at hand, else
    of `tastes`, whose ratings are generated; the folder's name says which. It is not the course's own file, which comes
    from the same source.
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
    if not all((folder / name).is_file() for name in SAMPLE_FILES):
        ratings, titles = _movielens() if real else _tastes()
        for name, content in zip(SAMPLE_FILES, _files(_densest(ratings), titles), strict=True):
            write_whole(folder / name, content)
    return folder


def _files(ratings: pd.DataFrame, titles: Mapping[int, str]) -> tuple[bytes, bytes, bytes]:
    """What `SAMPLE_FILES` hold."""
    films = pd.DataFrame({"movie": (numbers := np.unique(ratings["movieId"])), "title": [titles[n] for n in numbers]})
    return (
        ratings.to_csv(index=False).encode(), ratings.to_csv(index=False, header=False, sep="\t").encode(),
        films.to_csv(index=False, header=False, sep="|").encode("latin-1", "replace"),
    )  # fmt: skip


def _movielens() -> tuple[pd.DataFrame, dict[int, str]]:
    ratings = load("ml-latest-small")
    table = pd.DataFrame({
        "userId": ratings.users.gather(ratings.user_idx), "movieId": ratings.items.gather(ratings.item_idx),
        "rating": ratings.values, "timestamp": ratings.timestamps,
    })  # fmt: skip
    return table, dict(zip(ratings.items.values.tolist(), ratings.title_of(np.arange(ratings.n_items)), strict=True))


def _tastes() -> tuple[pd.DataFrame, dict[int, str]]:
    """Numbers for ids, as MovieLens has them."""
    every = tables()
    ratings, films = every["ratings"], every["items"]
    _, user = np.unique(ratings["user"], return_inverse=True)
    items, item = np.unique(ratings["item"], return_inverse=True)
    title_of = dict(zip(films["item"], films["title"], strict=True))
    table = pd.DataFrame({
        "userId": user + 1, "movieId": item + 1, "rating": ratings["rating"].astype(float),
        "timestamp": ratings["timestamp"],
    })  # fmt: skip
    return table, {number: title_of[one] for number, one in enumerate(items, 1)}


def _densest(ratings: pd.DataFrame) -> pd.DataFrame:
    for name in ("userId", "movieId"):
        ids, counts = np.unique(ratings[name], return_counts=True)
        busiest = ids[np.argsort(-counts, kind="stable")[:N_SAMPLE]]
        ratings = ratings.loc[np.isin(ratings[name], busiest)]
    return ratings.sort_values(["userId", "movieId"])
