"""cf.read: any table of ratings or clicks, checked, as `Ratings`."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import polars as pl

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.data.attributes import Attached, attach
from cofactor.data.columns import Columns, choose
from cofactor.data.duplicates import repeated_pairs, settle
from cofactor.data.ids import IdMap
from cofactor.data.numbering import number, odd_texts
from cofactor.data.opening import Table, name_of, open_table
from cofactor.data.options import Column, Duplicates, IdKinds, Missing, Options, Unrated
from cofactor.data.ratings import Ratings
from cofactor.data.report import Findings, Report
from cofactor.data.rows import TableRows, read_rows
from cofactor.data.series import texts_of
from cofactor.errors import BadTable

__all__ = ["examine", "read"]


def read(
    source: Any,
    user: Column = None,
    item: Column = None,
    rating: Column | Literal[False] = None,
    timestamp: Column | Literal[False] = None,
    *,
    items: Any = None,
    users: Any = None,
    title: Column = None,
    scale: tuple[float, float] | None = None,
    duplicates: Duplicates = "last",
    missing: Missing = "error",
    unrated: Unrated = "drop",
    ids: IdKinds = "auto",
    separator: str | None = None,
    encoding: str | None = None,
    has_header: bool | None = None,
    name: str | None = None,
) -> Ratings:
    """Read a table of ratings or clicks, and check it. Nothing is left out silently: see `ratings.report`.

    source: a path (CSV and other text with any separator, gzip, Parquet, Arrow), bytes or an open file, a pandas,
        Polars or Arrow table, a scipy sparse matrix (a row a user, a column an item), a dict of columns; an Arrow
        stream, or a database cursor (PEP 249: sqlite3, psycopg …) that has executed a query: their rows are fetched in
        blocks, and only the columns that are used are kept
    user, item, rating, timestamp: the columns, by name or by position from 0; None finds them by their usual names
        (userId, user_id, movieId, stars …), else by position; False: do without (rating=False: clicks)
    items, users: a table of item titles and attributes, of user attributes; anything that `source` may be
    title: the column with the items' titles, in `items` if given, else beside the ratings
    scale: lowest and highest possible rating; ratings outside are an error
    duplicates: the same user and item twice: keep the "last" by time (else by position), the "mean", or "error"
    missing: rows without an id or a usable rating: "error", or "drop" them, counted in the report
    unrated: rows of `items` and `users` without any rating: "drop" them, or "keep" them, for a model that knows what
        to do with attributes alone
    ids: "auto" keeps ids as they came, where a text file's are whole numbers if that changes none of them; "text" makes
        all of them text as they are written ("007" stays "007", 12 becomes "12", 1.5 "1.5", a date "2024-05-31"), for
        tables whose ids are of another kind than another table's; {"user": "text"} says so of one side
    separator, encoding, has_header: of a text file, where guessing fails

    Raises `BadTable`, whose message holds everything found and what to do about it. A table of one user or one item
    alone is read, since a model may be updated with it; `fit` refuses it.

    >>> read({"user": ["ann", "ann", "bob"], "item": [1, 2, 1], "rating": [5, 3, 4]})
    Ratings('ratings': 3 ratings of 2 items by 2 users)
    """
    ratings, report = examine(
        source,
        Options(
            user=user, item=item, rating=rating, timestamp=timestamp, items=items, users=users, title=title,
            scale=scale, duplicates=duplicates, missing=missing, unrated=unrated, ids=ids,
            separator=separator, encoding=encoding, has_header=has_header, name=name,
        ),
    )  # fmt: skip
    if ratings is None or not report.ok:
        raise BadTable(f"{report.source}: " + "\n".join(str(problem) for problem in report.problems))
    return ratings


def examine(source: Any, options: Options) -> tuple[Ratings | None, Report]:
    """Read as far as the table allows. With problems the ratings are None, and the report names all of them."""
    findings = Findings(name_of(source))
    ratings = None
    try:
        ratings = _read(source, options, findings)
    except BadTable as error:
        findings.failure(error)
    report = findings.report()
    if ratings is None or not report.ok:
        return None, report
    return replace(ratings, report=report), report


def _read(source: Any, options: Options, findings: Findings) -> Ratings:
    table = open_table(source, options)
    columns = choose(table.head, table.header, options, findings)
    findings.source, findings.row_names, findings.columns = table.origin, table.row_names, columns.roles()
    rows = read_rows(table, columns, options, findings)
    ratings = _numbered(rows, columns, table, options, findings)
    findings.n_kept = len(ratings)
    return _with_attributes(ratings, columns, table, options, findings)


def _numbered(rows: TableRows, columns: Columns, table: Table, options: Options, findings: Findings) -> Ratings:
    with ThreadPoolExecutor(2) as pool:
        (users, user_idx), (items, item_idx) = pool.map(number, (rows.users, rows.items), ("user", "item"))
    _check_sides(users, items, columns, rows, findings)
    values = np.ones(len(user_idx), np.float32) if rows.values is None else rows.values
    kept, values = _without_repeats(user_idx, item_idx, values, rows, users, items, options, findings)
    titles = None if rows.titles is None else _titles_beside(rows.titles, item_idx, len(items))
    times = rows.times
    if kept is not None:
        user_idx, item_idx, values = user_idx[kept], item_idx[kept], values[kept]
        times = None if times is None else times[kept]
    return Ratings(
        users=users, items=items, user_idx=user_idx, item_idx=item_idx, values=values, timestamps=times,
        explicit=rows.values is not None, scale=options.scale, titles=titles, name=options.name or table.name,
        library=table.library,
    )  # fmt: skip


def _check_sides(users: IdMap, items: IdMap, columns: Columns, rows: TableRows, findings: Findings) -> None:
    for ids, column in ((users, columns.user), (items, columns.item)):
        if len(ids) == 1 and not rows.withheld:
            (only,) = ids.values.tolist()
            findings.untrainable(
                f"Column {column!r} holds one {ids.kind} only ({only!r}), so there is nothing to compare",
                mend=f"Name the right column with {ids.kind}=…, or add the ratings of more {ids.kind}s.",
            )
        odd = odd_texts(ids)
        if odd:
            named = ", ".join(map(repr, odd[:5])) + (", …" if len(odd) > 5 else "")
            findings.note(f"{len(odd)} {ids.kind} ids look unintended: {named}", mend="They were kept as they came.")


def _without_repeats(
    user_idx: IntArray, item_idx: IntArray, values: FloatArray, rows: TableRows,
    users: IdMap, items: IdMap, options: Options, findings: Findings,
) -> tuple[BoolArray | None, FloatArray]:  # fmt: skip
    """Which rows stay (None: all), and their values."""
    repeated = repeated_pairs(user_idx, item_idx, len(items))
    if not len(repeated.rows):
        return None, values
    if options.duplicates == "error":
        one = repeated.rows[0]
        user, item = (ids.gather(idx[[one]]).tolist()[0] for ids, idx in ((users, user_idx), (items, item_idx)))
        findings.problem(
            f"The same user and item come again (first user {user!r}, item {item!r})", rows.positions(repeated.later),
            mend="Remove the repeats, or pass duplicates='last' or 'mean'.",
        )  # fmt: skip
        return None, values
    out, values = settle(repeated, values, rows.times, options.duplicates)
    why = "mean of the ratings kept" if options.duplicates == "mean" else "the last one kept"
    findings.left_out(f"The same user and item more than once, {why}; left out", rows.positions(out))
    kept = np.ones(len(user_idx), np.bool_)
    kept[out] = False
    return kept, values


def _with_attributes(ratings: Ratings, columns: Columns, table: Table, options: Options, findings: Findings) -> Ratings:
    items, users = ratings.items, ratings.users
    about_items, about_users = Attached(items), Attached(users)
    if options.items is not None:
        about_items = attach(options.items, items, users, columns.item, options, findings)
    if options.users is not None:
        about_users = attach(options.users, users, items, columns.user, options, findings)
    if table.n_added_up:
        findings.note(f"{table.n_added_up:,} entries of the matrix repeat a place, and were added to the one there")
    _check_shape(table.shape, about_items.n_rows, about_users.n_rows, findings)
    titles = ratings.titles if about_items.titles is None else about_items.titles
    if titles is not None and len(titles) < len(about_items.ids):
        titles = np.append(titles, np.full(len(about_items.ids) - len(titles), None, object))
    return replace(
        ratings, items=about_items.ids, users=about_users.ids, titles=titles, item_attributes=about_items.attributes,
        user_attributes=about_users.attributes,
    )  # fmt: skip


def _check_shape(shape: tuple[int, int] | None, n_item_rows: int, n_user_rows: int, findings: Findings) -> None:
    if shape is None:
        return
    findings.note(f"The matrix was taken as {shape[0]:,} users (rows) by {shape[1]:,} items (columns)")
    if shape[0] != shape[1] and (shape[0] == n_item_rows or shape[1] == n_user_rows):
        findings.problem(
            f"The matrix has {shape[0]:,} rows, its users, and {shape[1]:,} columns, its items, but the attached "
            f"tables hold {n_item_rows:,} items and {n_user_rows:,} users: it looks transposed",
            mend="Pass matrix.T.",
        )


def _titles_beside(titles: pl.Series, item_idx: IntArray, n_items: int) -> Array:
    """The first title that stands beside each item; (n_items,)."""
    first = np.zeros(n_items, np.int64)
    first[item_idx[::-1]] = np.arange(len(item_idx))[::-1]  # backwards: the first is written last
    boxed = np.empty(n_items, object)
    boxed[:] = texts_of(titles.gather(first)).to_list()
    return boxed
