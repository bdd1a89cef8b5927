"""The members of a blend as models, however they were given: models, names, or names with options."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from cofactor.errors import BadOption, shown
from cofactor.models import make_known, model_class
from cofactor.recommender import Recommender

__all__ = ["as_member", "as_members"]


def as_members(given: Any) -> tuple[Recommender, ...]:
    """As models; those that are stay as they are."""
    if isinstance(given, tuple) and all(isinstance(one, Recommender) for one in given):
        return cast("tuple[Recommender, ...]", given)
    is_one = isinstance(given, (str, Recommender, Mapping)) or getattr(given, "ndim", 1) == 0
    if is_one or not isinstance(given, Iterable):
        raise BadOption(f"members lists the models of a blend, such as ('ease', 'bias'), but {shown(given)} came.")
    return tuple(map(as_member, given))


def as_member(given: Recommender | str | Mapping[str, Any]) -> Recommender:
    """A new model with the options of the one given: by itself, by its name, or by its name and options."""
    if isinstance(given, Recommender):
        make_known([type(given)])  # by its name, too, as `options` and a saved blend say it
        return type(given)(**given.options())
    if isinstance(given, str):
        return model_class(given)()
    if not isinstance(given, Mapping) or "model" not in given:
        raise BadOption(
            f"A member is a model, its name, or {{'model': name, option: value, …}}, but {shown(given)} came."
        )
    options = {str(name): tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    name = str(options.pop("model"))
    try:
        return model_class(name)(**options)
    except TypeError as error:  # an option that the model does not have
        raise BadOption(f"The member {name!r} does not take these options: {error}.") from None
