"""The kind of a table that is read: stated by its options, or inferred from its column of values."""

from cofactor.arrays import FloatArray
from cofactor.data.kinds import InferredKind, Kind, infer_kind, values_of_kind
from cofactor.data.options import Options
from cofactor.data.remarks import Remarks, note
from cofactor.errors import BadTable

__all__ = ["with_kind"]


def with_kind(
    values: FloatArray | None, column: str | None, options: Options, *, is_boolean: bool
) -> tuple[tuple[Kind, FloatArray | None], Remarks]:
    """The kind of the values, and the values as a table of that kind holds them; None: no column of values.

    is_boolean: they were true and false
    Raises `BadTable` where ratings are asked for and there are none.
    """
    inferred = _kind(values, column or "", options, is_boolean=is_boolean)
    if inferred.kind == "ratings" and values is None:
        raise BadTable(
            "The values are to be ratings (kind='ratings'), but there is no column of them. Name it with rating=…."
        )
    remarks = ()
    if inferred.why:
        remarks = (note(f"{column!r} holds {inferred.kind}: {inferred.why}", mend="To say otherwise, pass kind=…."),)
    return (inferred.kind, None if values is None else values_of_kind(values, inferred.kind)), remarks


def _kind(values: FloatArray | None, column: str, options: Options, *, is_boolean: bool) -> InferredKind:
    if options.kind is not None:
        return InferredKind(options.kind)
    if options.duplicates == "sum" or options.event is not None:
        return InferredKind("counts")
    if options.half_life is not None:
        return InferredKind("counts", _refused_ratings(values, column, is_boolean=is_boolean))
    if options.scale is not None and values is not None:
        return InferredKind("ratings")
    return infer_kind(values, column, is_boolean=is_boolean)


def _refused_ratings(values: FloatArray | None, column: str, *, is_boolean: bool) -> str:
    """Why the values are taken for counts; raises `BadTable` for ratings, which do not lose weight with age."""
    kind, why = infer_kind(values, column, is_boolean=is_boolean)
    if kind == "ratings":
        raise BadTable(
            f"half_life is for clicks, counts and events, but {column!r} holds ratings. Pass kind='counts' if they are "
            f"counts, rating=False to take each row for a click, or leave half_life out."
        )
    return why
