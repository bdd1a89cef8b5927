"""MovieLens, every release, from GroupLens at the University of Minnesota [harper2015].

Its terms allow research but not passing it on, so it never travels with us: it is found in COFACTOR_DATA or
downloaded from its home. The README in its folder holds the terms.
"""

from cofactor.arrays import BoolArray
from cofactor.data.archives.folders import obtain
from cofactor.data.ratings import Ratings

__all__ = ["NAMES", "load", "published_tests"]

HOME = "https://files.grouplens.org/datasets/movielens/"

# of the archive, as published beside it; "latest" releases change, so theirs is asked for at each download
MD5 = {
    "ml-100k": "0e33842e24a9c977be4e0107933c0723",
    "ml-1m": "c4d9eecfca2ab87c1945afe126590906",
    "ml-10m": "ce571fd55effeba0271552578f2648bd",
    "ml-20m": "cd245b17a1ae2cc31bb14903e1204af3",
    "ml-25m": "6b51fb2759a8657d3bfcbfc42b592ada",
    "ml-32m": "d472be332d4daa821edc399621853b57",
    "ml-latest-small": None,
}
NAMES = tuple(MD5)


def load(name: str) -> Ratings:
    """One release; users and items that have ratings, titles and genres as GroupLens writes them."""
    from cofactor.data.sources import _movielens_files  # Polars is loaded only when there is a table to read

    return _movielens_files.read_release(obtain(name, HOME, MD5[name]), name)


def published_tests(name: str) -> dict[str, BoolArray]:
    """The published test parts of ml-100k; empty for the other releases."""
    if name != "ml-100k":
        return {}
    from cofactor.data.sources import _movielens_files

    return _movielens_files.published_tests(obtain(name, HOME, MD5[name]))
