"""One file a model; the file's name is the model's name, and nobody keeps a list.

A model from elsewhere is known by the name of its class: where its package declares it, `[project.entry-points.
"cofactor.models"] item_mean = "my_package.item_mean:ItemMean"`, or where it was handed over (`make_known`).
"""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from cofactor.errors import BadOption, UnknownModel, shown
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["make_known", "model_class", "model_names"]

_handed_over: dict[str, type[Recommender]] = {}  # by the name of the class


def model_names() -> list[str]:
    """Every model there is: the files of this folder, and what packages declare."""
    return sorted({*_own_names(), *(one.name for one in _declared())})


def model_class(name: str) -> type[Recommender]:
    """The class of a model by its name; raises `UnknownModel`, which names the nearest."""
    known = name.replace("-", "_")
    if known in _own_names():
        module = import_module(f"{__name__}.{known}")
        (class_name,) = module.__all__  # a model file exports one name
        return getattr(module, class_name)
    if name in _handed_over:
        return _handed_over[name]
    for one in _declared():
        if one.name == known or one.attr == name:
            return _loaded(one)
    raise UnknownModel(name, model_names())


def make_known(models: Iterable[type[Recommender]]) -> None:
    """Know these classes by their names from now on. Raises `BadOption` for anything that is no class of a model."""
    for one in models if isinstance(models, Iterable) else [models]:
        if not (isinstance(one, type) and issubclass(one, Recommender)):
            raise BadOption(f"models lists classes of models, such as [ItemMean], but {shown(one)} came.")
        if one.model_name() not in _own_names():
            _handed_over[one.model_name()] = one


@cache
def _own_names() -> list[str]:
    return [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]


@cache
def _declared() -> "list[EntryPoint]":
    from importlib.metadata import entry_points  # 20 ms, for those who ask for a model that is not of this folder

    return list(entry_points(group="cofactor.models"))


def _loaded(declared: "EntryPoint") -> type[Recommender]:
    """What a package declares; only what is installed here is ever run, never what a folder names."""
    found = declared.load()
    if not (isinstance(found, type) and issubclass(found, Recommender)):
        raise BadOption(f"{declared.value}, declared as the model {declared.name!r}, is no class of a model.")
    return found
