"""Files for other programs: the lists of everybody, and the vectors that a model has learned."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import Array, Id
from cofactor.contract.abilities import expect_ability
from cofactor.contract.absent_people import lack_of_people
from cofactor.contract.indices import Unknown
from cofactor.contract.item_sets import Items
from cofactor.contract.lists import ListMixin
from cofactor.contract.query import Query, list_query
from cofactor.contract.rerank_options import Calibrated, RerankOptions
from cofactor.contract.snapshots import of_one_state
from cofactor.contract.steps import Side
from cofactor.contract.value_blend import ValueWeight
from cofactor.data.item_values import ItemValues
from cofactor.errors import BadOption, FewerLeft, Unsupported, shown
from cofactor.hyperparameters import conformed

if TYPE_CHECKING:
    import polars as pl

    from cofactor.ranking import Ranking

__all__ = ["ExportMixin"]

ROWS_AT_ONCE = 500_000  # entries of lists that are made and written at a time


class ExportMixin(ListMixin):
    """Lists and vectors, written to files."""

    @of_one_state
    def recommend_all(
        self, path: str | Path, n: int = 10, users: Sequence[Id] | Array | None = None, *, hide_seen: bool = True,
        profile: bool = True, candidates: Items | None = None, exclude: Items = (), where: str | None = None,
        max_per: Mapping[str, int] | None = None, unknown: Unknown = "raise", approximate: bool | None = None,
        diversity: float = 0.0, calibrated: Calibrated | None = None, max_share_of_head: float | None = None,
        popularity_penalty: float = 0.0, min_exposure: Mapping[Id, float] | None = None, explore: bool = False,
        seed: int = 0, was: bool = False, item_values: ItemValues | None = None,
        value_weight: ValueWeight | None = None,
    ) -> Path:  # fmt: skip
        """Write the n best items for each of many users as a Parquet file of user, item, title, rank and score; its
        path.

        Lists are made and written in blocks, so that memory does not grow with the number of users. A file that stands
        there is replaced once the new one is whole.

        users: ids; None: everybody in the ratings. Other options are those of `recommend`
        Raises as `recommend` does; `BadOption` for a path that does not end with .parquet, for ids that Parquet cannot
        hold, and where the model keeps nobody and no users are named; `NotSaved` where the system refuses to write.
        """
        from cofactor.data.writing import check_ending, write_blocks

        file = check_ending(path, (".parquet",), "recommend_all writes to")
        if users is None and not self.ratings.n_users:
            raise BadOption(
                f"There is nobody to write lists for: this model {lack_of_people(self.ratings)}. "
                "cofactor.scale.lists.write_lists(model, shards, FOLDER) writes those of everybody in shards."
            )
        everybody = self.ratings.users.values if users is None else users
        query = list_query(
            self.ratings, everybody, n, hide_seen=hide_seen, profile=profile, candidates=candidates, exclude=exclude,
            where=where, max_per=max_per, unknown=unknown, approximate=approximate, attributes=None,
            rerank=RerankOptions(
                diversity, calibrated, max_share_of_head, popularity_penalty, min_exposure, explore, seed, was,
                item_values, value_weight,
            ),
        )  # fmt: skip
        if approximate is None:
            self._advise(len(query.labels))
        short = list[tuple[Id, int]]()
        write_blocks(self._list_blocks(query, short), file)
        _warn_of_short(short, query, stacklevel=4)
        return file

    @of_one_state
    def export_vectors(self, path: str | Path, side: Side = "item") -> Path:
        """Write the learned vector of every item (or user) as a Parquet file; its path.

        Columns: the id, of items the title, the vector, and the bias of a model that has one; rows in the order of
        `vectors`. docs/lists.md says how a vector database makes lists of them.
        Raises `Unsupported` of a model without vectors, or that keeps no users where theirs are asked for; `BadOption`
        for a path of another ending; and `NotSaved` where the system refuses to write.
        """
        import polars as pl

        from cofactor.data.formats.series import series_of
        from cofactor.data.writing import check_ending, write_blocks

        side, ratings = conformed("side", Side, side), self.ratings
        file = check_ending(path, (".parquet",), "export_vectors writes to")
        expect_ability(self, "has_vectors")
        vectors = np.ascontiguousarray(self.row_vectors(side), np.float32)
        if not len(vectors):
            raise Unsupported(
                f"This {type(self).__name__} {lack_of_people(ratings)}, so that there are vectors of items alone. Give "
                "side='item'."
            )
        columns = [series_of(side, (ratings.users if side == "user" else ratings.items).values)]
        if side == "item" and ratings.titles is not None:
            columns.append(pl.Series("title", ratings.title_of(np.arange(ratings.n_items))))
        columns.append(pl.Series("vector", vectors, pl.Array(pl.Float32, vectors.shape[1])))
        if f"{side}_bias_" in self.learned:
            columns.append(pl.Series("bias", np.asarray(getattr(self, f"{side}_bias_"), np.float32)))
        return write_blocks([pl.DataFrame(columns)], file)

    def _list_blocks(self, query: Query, short: list[tuple[Id, int]]) -> "Iterator[pl.DataFrame]":
        """The lists as tables, some users at a time; whose list is short goes to `short`, with its length."""
        import polars as pl

        from cofactor.data.formats.series import series_of

        ratings, size = self.ratings, max(1, ROWS_AT_ONCE // min(query.n, max(1, self.ratings.n_items)))
        items = [series_of("item", ratings.items.values)]
        if ratings.titles is not None:
            items.append(pl.Series("title", ratings.title_of(np.arange(ratings.n_items))))
        users = series_of("user", query.labels or ratings.users.gather(np.empty(0, np.int64)))
        for start in range(0, max(1, len(query.labels)), size):
            which = np.arange(start, min(start + size, len(query.labels)))
            ranking = self._lists(query.rows(which))
            lengths = ranking.filled.sum(axis=1)
            short += [(ranking.labels[at], int(lengths[at])) for at in np.flatnonzero(lengths < query.n)]
            yield _as_frame(ranking, users.gather(which), items)


def _as_frame(ranking: "Ranking", users: "pl.Series", items: "Sequence[pl.Series]") -> "pl.DataFrame":
    """The entries of lists as rows. users: of each list     items: the columns of each item, by index"""
    import polars as pl

    row, rank = np.nonzero(ranking.filled)
    idx = ranking.idx[row, rank]
    columns = [users.gather(row), *(column.gather(idx) for column in items), pl.Series("rank", rank + 1)]
    extra = [pl.Series(name, values) for name, values in ranking.extra.items()]
    return pl.DataFrame([*columns, pl.Series("score", ranking.scores[row, rank]), *extra])


def _warn_of_short(short: Sequence[tuple[Id, int]], query: Query, stacklevel: int) -> None:
    if short:
        label, length = short[0]
        example = f", that of {shown(label)} with {length}"
        warnings.warn(FewerLeft.among(len(short), len(query.labels), query.n, example), stacklevel=stacklevel)
