"""A table of pairs of a user and an item, to be scored: their ids as the ratings have them."""

from typing import TYPE_CHECKING, Any, NamedTuple

from cofactor.arrays import Array, object_array
from cofactor.errors import BadOption, BadTable, shown

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Pairs", "read_pairs"]


class Pairs(NamedTuple):
    """n pairs: the ids of users and items, (n,) each."""

    users: Array
    items: Array


def read_pairs(source: Any, ratings: "Ratings") -> Pairs:
    """The pairs of a table, in its order.

    source: anything that `cofactor.read` takes; its columns are found by their usual names (user, userId, item,
        movieId …), else the first two are taken; or a list of (user, item)
    ratings: whose ids these are, so that 196 is read as text where theirs are
    Raises `BadTable` where the columns cannot be told, `BadOption` for what is no table.
    """
    import polars as pl

    from cofactor.data.columns.id_columns import ids_array, parse_ids
    from cofactor.data.columns.roles import choose_columns
    from cofactor.data.formats.open_table import open_table
    from cofactor.data.ids import kinds_of_ids
    from cofactor.data.options import Options

    if isinstance(source, list):
        return _of_tuples(source)
    options = Options(rating=False, timestamp=False)
    try:
        table = open_table(source, options)
        columns, _ = choose_columns(table.head, table.header, options)
        frame = table.load(dict.fromkeys((columns.user, columns.item), pl.String))
    except BadTable as error:
        raise BadTable(f"Pairs are a table of users and items, or both given by themselves. {error}") from None
    ids = parse_ids(
        frame[columns.user], frame[columns.item], kinds_of_ids(ratings.users, ratings.items), from_text=table.is_text
    )
    return Pairs(ids_array(ids.users), ids_array(ids.items))


def _of_tuples(pairs: list[Any]) -> Pairs:
    wrong = [one for one in pairs if not (isinstance(one, tuple | list) and len(one) == 2)]
    if wrong:
        raise BadOption(
            f"Without items, pairs are a table or a list of (user, item), but {shown(wrong[0])} came. Give users and "
            f"items, as in predict('ann', ['Fargo', 'Heat'])."
        )
    return Pairs(object_array([one[0] for one in pairs]), object_array([one[1] for one in pairs]))
