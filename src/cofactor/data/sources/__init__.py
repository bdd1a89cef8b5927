"""Known data sets. Each file of this folder is one (or one family of releases of one): it says its `NAMES`,
and `load(name)` gives its ratings. Nothing else needs to know of it.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from cofactor.arrays import BoolArray
from cofactor.data.ratings import Ratings
from cofactor.errors import UnknownDataSet
from cofactor.log import info

__all__ = ["data_set_names", "load", "published_tests"]


def data_set_names() -> list[str]:
    """The names that `load` knows, the one that needs no network first."""
    return sorted(_sources(), key=lambda name: (name != "tastes", name))


def load(name: str) -> Ratings:
    """A known data set by its name: "tastes", "ml-100k", "ml-1m", …

    "tastes" and "regrets" are generated and need nothing. The others are looked for in the folder that COFACTOR_DATA
    names, then in the cache, and are else downloaded from their own home. Raises `UnknownDataSet` or, where there is
    neither a copy nor a network, `DataNotAvailable`.
    """
    ratings: Ratings = _source(name).load(name)
    info("loaded %r", ratings)
    return ratings


def published_tests(name: str) -> dict[str, BoolArray]:
    """The test parts that were published with a data set, each as a mask over the rows of `load(name)`.

    ml-100k: "u1" … "u5" (five folds that share nothing), "ua", "ub".     gowalla: "test".     Others: none.
    """
    source = _source(name)
    return source.published_tests(name) if hasattr(source, "published_tests") else {}


def _source(name: str) -> ModuleType:
    if name not in (known := _sources()):
        raise UnknownDataSet(name, data_set_names())
    return known[name]


def _sources() -> dict[str, ModuleType]:
    files = [at.name for at in iter_modules(__path__) if not at.name.startswith("_")]
    modules = [import_module(f"{__name__}.{file}") for file in sorted(files)]
    return {name: module for module in modules for name in module.NAMES}
