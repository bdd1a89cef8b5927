"""The films of `tastes`: titles, years and genres are facts, the rest was set by hand, film by film.

`tastes_catalogue.csv` holds, for each film, its place on every axis in tenths (-10..10), how widely it is
known (fame, 1..9) and how well made it is (quality, 1..9), each as whole numbers.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from cofactor.arrays import Array, IntArray

__all__ = ["AXES", "Films", "films"]

AXES = ("family_scifi", "light_dark", "blockbuster_arthouse", "heart_nerve")  # the ends: -1 first, +1 last


@dataclass(frozen=True, eq=False)
class Films:
    columns: dict[str, Array]  # item "inception-2010", title "Inception (2010)", year, genres "Action|Sci-Fi"
    axes: IntArray  # (n_items, 4), tenths
    fame: IntArray  # (n_items,)
    quality: IntArray  # (n_items,)

    def genre_axes(self, genres: Sequence[str]) -> IntArray:
        """(len(genres), 4), tenths: the mean place of the films of each genre."""
        has = np.array([[genre in of.split("|") for of in self.columns["genres"]] for genre in genres])
        return has.astype(np.int64) @ self.axes // has.sum(axis=1)[:, None]


@cache
def films() -> Films:
    """The catalogue, read once."""
    text = files("cofactor.data.sources").joinpath("tastes_catalogue.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    columns: dict[str, Array] = {
        "item": np.array([row["item"] for row in rows], object),
        "title": np.array([f"{row['title']} ({row['year']})" for row in rows], object),
        "year": np.array([int(row["year"]) for row in rows]),
        "genres": np.array([row["genres"] for row in rows], object),
    }
    return Films(
        columns=columns,
        axes=np.array([[int(row[axis]) for axis in AXES] for row in rows]),
        fame=np.array([int(row["fame"]) for row in rows]),
        quality=np.array([int(row["quality"]) for row in rows]),
    )
