"""The names under which several models are compared."""

from collections.abc import Iterable, Mapping
from typing import cast

from cofactor.errors import BadOption, shown
from cofactor.recommender import Recommender, expect_model

__all__ = ["labelled"]


def labelled(models: Iterable[Recommender] | Mapping[str, Recommender]) -> dict[str, Recommender]:
    """The models by the names they came with, or else by class and the options that others of the class do not share.

    Raises `BadOption` for what is no model, and for a single model where several are expected.
    """
    if isinstance(models, Mapping):
        for model in models.values():
            expect_model(model, "compare measures")
        return dict(cast("Mapping[str, Recommender]", models))
    if isinstance(models, (Recommender, type)) or not isinstance(models, Iterable):
        raise BadOption(f"compare takes several models, as in [cf.EASE(), cf.Popularity()], but {shown(models)} came.")
    models = list(models)
    for model in models:
        expect_model(model, "compare measures")
    named: dict[str, Recommender] = {}
    for place, model in enumerate(models, start=1):
        label = _label(model, models)
        named[label if label not in named else f"{label} #{place}"] = model
    return named


def _label(model: Recommender, models: Iterable[Recommender]) -> str:
    kind, mine = type(model).__name__, model.options()
    others = [one.options() for one in models if type(one) is type(model)]
    differing = [f"{o}={mine[o]!r}" for o in mine if any(repr(its[o]) != repr(mine[o]) for its in others)]
    return f"{kind}({', '.join(differing)})" if differing else kind
