"""One file a model; the file's name is the model's name, and nobody keeps a list."""

from importlib import import_module
from pkgutil import iter_modules

from cofactor.errors import UnknownModel
from cofactor.recommender import Recommender

__all__ = ["model_class", "model_names"]


def model_names() -> list[str]:
    """Every model there is: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))


def model_class(name: str) -> type[Recommender]:
    """The class of a model by its name; raises `UnknownModel`, which names the nearest."""
    known = name.replace("-", "_")
    if known not in model_names():
        raise UnknownModel(name, model_names())
    module = import_module(f"{__name__}.{known}")
    (class_name,) = module.__all__  # a model file exports one name
    return getattr(module, class_name)
