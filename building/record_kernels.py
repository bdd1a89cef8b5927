"""Write down which kernels common work asks for: `src/cofactor/kernels/common.json`, which a wheel is made by.

    python building/record_kernels.py

Run it after a change of what kernels are given. It fits every model, in its usual forms, on ratings with and without
times and attributes and on clicks, asks each model all that it answers, opens a saved one and shards a table; the cache
then says what was compiled.
"""

import json
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path

warnings.simplefilter("ignore")
KEPT = tempfile.TemporaryDirectory()
os.environ["COFACTOR_CACHE"] = KEPT.name
os.environ["NUMBA_OPT"] = "0"  # sooner; and nothing that came with the package is taken

import numpy as np  # noqa: E402

import cofactor as cf  # noqa: E402
from cofactor.errors import CofactorError  # noqa: E402
from cofactor.kernels.compiling.machine_code import kept_signatures  # noqa: E402
from cofactor.kernels.compiling.warming import MANIFEST  # noqa: E402
from cofactor.models import model_class, model_names  # noqa: E402

SHORT = {"bayesian_mf": {"n_burn_in": 2, "n_draws": 4}}  # the loops are the same
FORMS = {
    "matrix_factorization": [{"solver": "sgd"}, {"y_range": (0, 5.5)}],
    "implicit_mf": [{"solver": "cg"}, {"solver": "block", "n_factors": 256}, {"attributes": True}],
    "bayesian_mf": [{"days": True}, {"ordinal": True}, {"row_noise": False}, {"user_bag": False, "item_bag": False}],
    "neural_cf": [{"y_range": (0, 5.5)}, {"dot_factors": 16}, {"dropout": 0.1}],
}


def main() -> None:
    for train, test in tables():
        for name in sorted({*model_names()} - {"blend"}):  # whose members are all here
            for options in [{}, *FORMS.get(name, [])]:
                print(name, options, train, file=sys.stderr)
                with suppress(CofactorError):  # a model that clicks or ratings are not for
                    ask(_short(name, options).fit(train), train, test)
    saved()
    lecture()
    shards()
    found = sorted(kept_signatures(), key=repr)
    lines = ",\n".join(json.dumps(one) for one in found)
    MANIFEST.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(found)} kernels are in {MANIFEST}", file=sys.stderr)


def _short(name: str, options: dict[str, object]) -> cf.Recommender:
    kind = model_class(name)
    epochs = {"n_epochs": 1} if hasattr(kind, "n_epochs") else {}
    return kind(**{**SHORT.get(name, epochs), **options})


def tables() -> Iterator[tuple[cf.Ratings, cf.Ratings]]:
    """Ratings with all there is, ratings alone, and clicks; each as training and test."""
    ratings = cf.load("tastes")
    users, items = ratings.users.gather(ratings.user_idx), ratings.items.gather(ratings.item_idx)
    bare = {"user": users, "item": items}
    for table in (ratings, cf.read(bare | {"rating": ratings.values}), cf.read(bare)):
        parts = cf.split(table, test=0.2, seed=1)
        yield parts.train, parts.test


def ask(model: cf.Recommender, train: cf.Ratings, test: cf.Ratings) -> None:
    users, items = (ids.gather(np.arange(min(300, len(ids)))).tolist() for ids in (train.users, train.items))
    questions = (
        lambda: model.recommend(users[0], n=10),
        lambda: model.recommend(users, n=10),
        lambda: model.recommend({items[0]: 5, items[1]: 1}),
        lambda: model.recommend(users, candidates=items[:50]),
        lambda: model.predict(users[:50], items[:50]),
        lambda: model.predict(users[:50], items[:50], interval=0.9),
        lambda: model.similar_items(items[0]),
        lambda: model.similar_users(users[0]),
        lambda: cf.evaluate(model, test),
        lambda: model.update(cf.split(test, test=0.005, seed=1).test),  # some models place row by row
    )
    for question in questions:
        with suppress(CofactorError, TypeError, AttributeError):  # a question that is not for this model
            question()


def saved() -> None:
    """A model whose ids are text, saved and opened."""
    with tempfile.TemporaryDirectory() as home:
        model = cf.Popularity().fit(cf.Ratings.from_arrays(["ann", "bob"], ["x", "y"], [5.0, 3.0]))
        cf.open(model.save(Path(home, "model.cofactor"))).recommend("ann", n=1)


def lecture() -> None:
    """The course's dot product and net, a batch of 64 at a time."""
    with suppress(ImportError), redirect_stdout(sys.stderr):
        import pandas as pd

        from cofactor.collab import CollabDataLoaders, collab_learner

        ratings = cf.load("tastes")
        users, items = ratings.users.gather(ratings.user_idx), ratings.items.gather(ratings.item_idx)
        frame = pd.DataFrame({"user": users, "item": items, "rating": ratings.values})
        loaders = CollabDataLoaders.from_df(frame, bs=64)
        for options in ({"n_factors": 50}, {"use_nn": True, "layers": [100, 50]}):
            collab_learner(loaders, y_range=(0, 5.5), **options).fit_one_cycle(1, 5e-3, wd=0.1)


def shards() -> None:
    """A file of ratings in shards, ids being whole numbers and text."""
    rows = [(at % 7, at, at % 5) for at in range(5000)]  # so many items that room has to be made for them
    for letter in ("", "u"):
        with tempfile.TemporaryDirectory() as home:
            text = "".join(f"{letter}{user},{letter}{item},{rating},{item}\n" for user, item, rating in rows)
            Path(home, "ratings.csv").write_text("user,item,rating,timestamp\n" + text)
            cf.shard(Path(home, "ratings.csv"), Path(home, "shards"))


if __name__ == "__main__":
    main()
