"""Everything that a fitted model can be asked, and its answers as plain data; run as a program it asks saved models.

    python tests/asking.py ANSWERS FOLDER …      answers, or the error, of each folder: pickled, one after the other

A process of its own is asked where an answer may end the process.
"""

import pickle
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cofactor as cf
from cofactor.coldstart.ladder import Ladder
from cofactor.coldstart.onboarding import Onboarding
from cofactor.data.ids import IdMap
from cofactor.data.kinds import Kind
from cofactor.data.ratings import Ratings
from cofactor.errors import CofactorError
from cofactor.models import model_class
from cofactor.recommender import Recommender

# options that make a model small, and have it learn all that it can
SMALL: dict[str, list[dict[str, Any]]] = {
    "blend": [
        {"members": ("bias", {"model": "bayesian_mf", "n_factors": 2, "n_draws": 4, "n_burn_in": 2}), "held_out": 0.4}
    ],
    "bpr": [{"n_factors": 3, "n_epochs": 4}],
    "implicit_mf": [{"n_factors": 2, "attributes": True, "confidence": 1.0, "n_epochs": 3}],
    "bayesian_mf": [
        {"n_factors": 2, "n_draws": 4, "n_burn_in": 2, "days": True},
        {"n_factors": 2, "n_draws": 4, "n_burn_in": 2, "ordinal": True, "user_bag": False, "row_noise": False},
    ],
    "matrix_factorization": [{"n_factors": 3, "n_epochs": 2, "attributes": True}, {"n_factors": 3, "solver": "sgd"}],
    "explicit_als": [{"n_factors": 3}],
    "neural_cf": [{"n_factors": 3, "layers": (4, 3), "dot_factors": 2, "n_epochs": 2, "batch_size": 32}],
    "graph_filter": [{"n_components": 4}],
    "private_als": [{"epsilon": None, "n_factors": 2}],
    "ranker_and_rater": [{"rater": {"model": "bayesian_mf", "n_factors": 2, "n_draws": 4, "n_burn_in": 2}}],
}


def models(name: str, ratings: Ratings) -> list[Recommender]:
    """Those of `SMALL`, fitted."""
    return [model_class(name)(**options).fit(ratings, progress=False) for options in SMALL.get(name, [{}])]


def table(*, kind: Kind = "ratings", seed: int = 0) -> Ratings:
    """Ten users, twelve items; ids of several types, times, titles that two items carry, attributes; in no order."""
    rng = np.random.default_rng(seed)
    cells = rng.permutation(120)[:70]
    users = IdMap.of(["ann", "Zoë", 7, 2.5, "", "7", -3, 10**30, False, "x" * 50], "user")
    titles = np.array(["Heat (1995)", "Heat (1995)", None, *(f"film {at}" for at in range(9))], object)
    kinds = np.array(["a|b", "a", "b", None] * 3, object)
    return Ratings(
        users=users, items=IdMap.of(range(100, 112), "item"), user_idx=(cells // 12).astype(np.int32),
        item_idx=(cells % 12).astype(np.int32), kind=kind,
        values=np.ones(70, np.float32) if kind == "clicks" else rng.integers(1, 6, 70).astype(np.float32),
        timestamps=rng.integers(10**9, 10**9 + 10**7, 70), titles=titles,
        scale=(1.0, 5.0) if kind == "ratings" else None,
        item_attributes={"kind": kinds, "year": np.array([1990.0, np.nan, 2001.0] * 4)},
        user_attributes={"age": np.arange(20, 30), "town": np.array(["here", "there"] * 5, object)},
        name="small", library="pandas",
    )  # fmt: skip


def questions(model: Recommender) -> dict[str, Callable[[], Any]]:
    """By name, the last one changes the model."""
    ratings = model.ratings
    users, items = ratings.users.values.tolist() or ["nobody"], ratings.items.values.tolist()
    one, other, liked = users[0], users[-1], {items[0]: 5, items[-1]: 2}
    about = {name: column[0] for name, column in ratings.user_attributes.items()}
    low, high = ratings.scale or (1.0, 1.0)
    values, times = None if ratings.kind == "clicks" else [low, high], np.array([5, 10**9])
    later = Ratings.from_arrays(
        ["new"] * 2, items[:2], values, kind=ratings.kind, timestamps=times, scale=ratings.scale
    )
    return {
        "what it is": lambda: [model.objective, model.notes(), model.n_learned, model.options(), repr(model)],
        "what it can": lambda: [repr(model.abilities)],
        "the table": lambda: [
            ratings.fingerprint, ratings.user_idx, ratings.item_idx, ratings.values, ratings.timestamps, ratings.scale,
            ratings.kind, ratings.name, ratings.library, ratings.synthetic, ratings.titles, repr(ratings),
        ],
        "who it knows": lambda: [users, items, list(map(type, users)), list(map(type, items))],
        "attributes": lambda: [
            {name: [column.dtype.str, column.tolist()] for name, column in of.items()}
            for of in (ratings.user_attributes, ratings.item_attributes)
        ],
        "layout": lambda: [*ratings.by_user, *ratings.by_item, ratings.matrix.toarray()],
        "titles": lambda: [ratings.find_items(["film 3"]), ratings.titles_like("film")],
        "a title of two": lambda: model.predict(one, "Heat (1995)"),
        "recommend": lambda: model.recommend(one, n=5),
        "recommend all": lambda: model.recommend(one, n=50, hide_seen=False),
        "recommend some": lambda: model.recommend([one, other], n=4, candidates=items[:6], exclude=items[:2]),
        "recommend many": lambda: model.recommend((users * 80)[:200], n=4),
        "a stranger": lambda: model.recommend("nobody", n=3, unknown="fallback"),
        "an unknown": lambda: model.recommend("nobody"),
        "predict": lambda: model.predict(one, items),
        "predict many": lambda: model.predict(users, items[: len(users)], clip=True),
        "predict then": lambda: model.predict(one, items, times=np.full(len(items), 10**9)),
        "explain": lambda: model.explain(one, items[1]).table(),
        "explain in words": lambda: [str(model.explain(one, items[1]))],
        "predict surely": lambda: list(model.predict(one, items, interval=0.9)),
        "a newcomer": lambda: model.recommend(liked, n=4),
        "a newcomer's scores": lambda: [model.score_newcomer(liked), model.score_newcomer({})],
        "somebody described": lambda: model.score_newcomer(liked, about),
        "nobody but described": lambda: model.recommend({}, n=3, attributes=about),
        "similar items": lambda: model.similar_items(items[0], n=4),
        "similar users": lambda: model.similar_users(one, n=4),
        "vectors": lambda: [model.vectors("user"), model.vectors("item")],
        "row models": lambda: [
            *(list(one) for one in model.row_models()),
            *model.rows_by_model(np.arange(min(2, ratings.n_users))),
        ],
        "ladder": lambda: Ladder(model, window_days=30).recommend("nobody", n=4),
        "ladder of a group": lambda: Ladder(model, group="town").recommend("nobody", n=4, attributes=about),
        "onboarding": lambda: list(Onboarding(model).next_question({items[1]: high})),
        "a leak": lambda: cf.evaluate(model, ratings),
        "saved again": lambda: saved_again(model),
        "updated": lambda: [model.update(later).recommend(who, n=3) for who in ("new", one)],
        "times since": lambda: model.ratings.timestamps,
        "saved since": lambda: saved_again(model),
    }  # fmt: skip


def saved_again(model: Recommender) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return {file.name: file.read_bytes() for file in model.save(Path(folder) / "m").iterdir()}


def ask(model: Recommender) -> dict[str, Any]:
    """The answer to each question; of an error of ours its type and text."""
    answers: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, question in questions(model).items():
            try:
                answers[name] = _plain(question())
            except CofactorError as error:
                answers[name] = f"{type(error).__name__}: {error}"
    return answers


def _plain(answer: Any) -> Any:
    if hasattr(answer, "to_dict"):
        return (
            answer.to_dict("list") if type(answer).__module__.startswith("pandas") else answer.to_dict(as_series=False)
        )
    if isinstance(answer, (list, tuple)):
        return [_plain(one) for one in answer]
    return answer


def main(answers: str, folders: list[str]) -> None:
    with open(answers, "wb") as out:
        for folder in folders:
            try:
                found: Any = ask(cf.open(folder))
            except Exception as error:
                found = f"{type(error).__name__}: {error}"
            pickle.dump((folder, found), out)
            out.flush()  # should the next one end the process, this one was answered


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
