"""fastai's collaborative-filtering lesson as it stands in the book, run once and timed from inside.

Runs in the peer's own environment (`peer_environments.FASTAI`), never imported by us. Prints one JSON object: the
losses of every epoch, and the seconds of each stage. The whole process is timed by whoever started it.
"""

import time

started = time.perf_counter()  # before the imports: what they cost is part of the answer

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from fastai.collab import CollabDataLoaders, Learner, collab_learner  # noqa: E402
from fastai.tabular.core import TabDataLoader, TabularPandas  # noqa: E402
from fastai.torch_core import set_seed  # noqa: E402

imported = time.perf_counter()


def read_ratings() -> pd.DataFrame:
    """The book's table: every rating with its film's title, in the order of `u.data`."""
    folder = Path(os.environ["COFACTOR_DATA"]) / "ml-100k"
    ratings = pd.read_csv(folder / "u.data", sep="\t", names=["user", "movie", "rating", "timestamp"])
    films = pd.read_csv(folder / "u.item", sep="|", encoding="latin-1", usecols=(0, 1), names=("movie", "title"))
    # "left" keeps the file's order in every pandas, so that row numbers mean the same to both libraries
    return ratings.merge(films, on="movie", how="left")


def make_learner(dls: CollabDataLoaders, layers: list[int] | None) -> Learner:
    if layers:
        return collab_learner(dls, use_nn=True, y_range=(0, 5.5), layers=layers)
    return collab_learner(dls, n_factors=50, y_range=(0, 5.5))


def show_every_rating_once() -> None:
    """Take the loader that shuffles: the newer default, `TabWeightedDL`, draws n of n rows with replacement.

    An epoch of fastai 2.8.12 as installed therefore shows 63 % of the ratings, some of them seven times,
    which costs it 0.04 of validation MSE. We race it in both states; only this one is the lesson that the
    book printed.
    """
    TabularPandas._dl_type = TabDataLoader


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--layers", type=int, nargs="+", help="the lesson's second model, a net of so many units")
    parser.add_argument("--mended", action="store_true", help="show every rating once an epoch, as the book did")
    parser.add_argument("--split", type=Path, help="write the row numbers of train and valid to this .npz")
    asked = parser.parse_args()

    if asked.mended:
        show_every_rating_once()
    set_seed(asked.seed)  # the seed below only fixes the split; this one fixes weights and order too
    dls = CollabDataLoaders.from_df(read_ratings(), item_name="title", valid_pct=0.2, seed=asked.seed, bs=64)
    loaded = time.perf_counter()

    learner = make_learner(dls, asked.layers)
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(5, 5e-3, wd=0.1)
    fitted = time.perf_counter()

    if asked.split:
        np.savez(asked.split, train=dls.train_ds.items.index, valid=dls.valid_ds.items.index)
    train_mse, valid_mse = zip(*learner.recorder.values, strict=True)
    seconds = {"imports": imported - started, "data": loaded - imported, "fit": fitted - loaded}
    print(json.dumps({"train_mse": train_mse, "valid_mse": valid_mse, "seconds": seconds}))


if __name__ == "__main__":
    main()
