"""How wide the embeddings of the course's network are: by a rule of thumb, or as asked."""

import warnings
from collections.abc import Mapping

from cofactor.collab.categories import Classes
from cofactor.collab.loaders import DataLoaders
from cofactor.errors import BadOption
from cofactor.nets.perceptron import rule_of_thumb

__all__ = ["emb_sz_rule", "get_emb_sz"]


def emb_sz_rule(n_cat: int) -> int:
    """The width of an embedding with n_cat rows, a rule of thumb: min(600, 1.6 · n^0.56).

    >>> emb_sz_rule(944), emb_sz_rule(1665)
    (74, 102)
    """
    return rule_of_thumb(n_cat)


def get_emb_sz(dls: DataLoaders, sz_dict: Mapping[str, int] | None = None) -> list[tuple[int, int]]:
    """(rows, width) of the user's and the item's embedding; sz_dict: {column: width} in place of the rule.

    Two names of which neither is a column are the user's and the item's in this order, which a warning says. Raises
    `BadOption` where sz_dict is no mapping or names any other column that is neither of the two.
    """
    wished = _by_column(dls.classes, sz_dict or {})
    return [(len(ids), int(wished.get(name, emb_sz_rule(len(ids))))) for name, ids in dls.classes.items()]


def _by_column(classes: Classes, widths: Mapping[str, int]) -> Mapping[str, int]:
    """The lecture says userId and movieId of columns called user and movie; the original then takes its own rule."""
    columns = list(classes)
    unknown = [name for name in widths if name not in classes] if isinstance(widths, Mapping) else [widths]
    if unknown and len(unknown) == len(columns) == len(widths):
        warnings.warn(
            f"emb_szs names {unknown[0]!r} and {unknown[1]!r}, but the columns are {columns[0]!r} and {columns[1]!r}: "
            f"the widths are taken in this order.",
            stacklevel=4,
        )
        return dict(zip(columns, widths.values(), strict=True))
    if unknown:
        raise BadOption(f"emb_szs gives widths by column, such as {dict.fromkeys(columns, 50)}, but {widths} came.")
    return widths
