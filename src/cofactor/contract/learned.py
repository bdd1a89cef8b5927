"""What a model declares of the arrays it learns: their types and sizes, and what their numbers may be.

    learned: ClassVar = {"mean_": number(), "item_factors_": floats("n_items", "n_factors")}

From this `save` knows what to keep, and opening what to expect: nothing else reaches a kernel. A size is "n_users" or
"n_items", the name of an option, a name of its own, or one of these "+ 1"; what has one name has one size everywhere.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from cofactor.arrays import Array

__all__ = [
    "Learned", "doubles", "encodings", "floats", "halves", "indices", "number", "positive", "precision",
    "row_pointers", "whole_numbers", "wrong_with",
]  # fmt: skip

# the largest of each type: sums of products of larger numbers could leave it
LARGEST = {2: np.finfo(np.float16).max, 4: np.float32(1e18), 8: np.float64(1e100)}
SINGULAR = 1e-15  # of the largest eigenvalue: a smaller one is 0 to whoever solves
PIECE = 1_000_000  # numbers looked at at once
BITS = {2: np.uint16, 4: np.uint32, 8: np.uint64}

Known: TypeAlias = dict[str, Any]  # options and sizes by name
Judge: TypeAlias = Callable[[Array, Known], str]  # what is wrong with the numbers of an array, or nothing


def _nothing(array: Array, known: Known) -> str:
    return ""


@dataclass(frozen=True)
class Learned:
    """An array of one type, of these sizes."""

    dtype: str
    shape: tuple[str, ...] = ()
    when: str | None = None  # an option, or a size: where it is False or 0, the array is empty
    judge: Judge = _nothing
    sizes: Callable[[Array, Known], dict[str, int]] = lambda array, known: {}  # that the array says of others

    def wrong_form(self, array: Array, known: Known) -> str:
        """The fault of its type or shape, in words, empty where there is none; sizes not `known` before are then."""
        if array.dtype != self.dtype:
            return f"is of type {array.dtype}, not {self.dtype}"
        if self.is_off(known):
            return "" if array.shape[:1] == (0,) else f"is not empty, as it is without {self.when}"
        if array.ndim != len(self.shape) or not all(_agrees(*pair, known) for pair in zip(self.shape, array.shape)):
            expected = ", ".join(f"{name} = {_size(name, known)}" for name in self.shape)
            return f"has the shape {array.shape}, not ({expected})"
        return ""

    def wrong_numbers(self, array: Array, known: Known) -> str:
        """The fault of its numbers, in words; empty where there is none."""
        return "" if self.is_off(known) else self.judge(array, known)

    def is_off(self, known: Known) -> bool:
        """True where the option `when` leaves it empty."""
        return self.when is not None and not known.get(self.when)


def wrong_with(declared: Mapping[str, Learned], arrays: Mapping[str, Array], known: Mapping[str, Any]) -> str:
    """The first fault of what was learned, in words; empty where all is as declared.

    known: n_users, n_items, the options, and as user_attributes and item_attributes the names of what there are
    """
    if arrays.keys() != declared.keys():
        return f"{sorted(arrays)} is there, but {sorted(declared)} is what such a model learns"
    sizes: Known = dict(known)
    for name, one in declared.items():
        try:
            sizes |= one.sizes(arrays[name], sizes)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return f"{name} cannot be read: {error}"
    for judged in ("wrong_form", "wrong_numbers"):  # numbers are looked at once all sizes are known
        for name, one in declared.items():
            wrong: str = getattr(one, judged)(arrays[name], sizes)
            if wrong:
                return f"{name} {wrong}"
    return ""


# ---- the kinds of arrays ----------------------------------------------------------------------------------------


def floats(*shape: str, when: str | None = None) -> Learned:
    """Finite numbers, float32."""
    return Learned("float32", shape, when, _judge_finite)


def halves(*shape: str, when: str | None = None) -> Learned:
    """Finite numbers, float16."""
    return Learned("float16", shape, when, _judge_finite)


def doubles(*shape: str, when: str | None = None) -> Learned:
    """Finite numbers, float64."""
    return Learned("float64", shape, when, _judge_finite)


def positive(*shape: str) -> Learned:
    """Finite numbers above 0, float32, at least one."""

    def judge(array: Array, known: Known) -> str:
        return _judge_finite(array, known) or ("" if array.size and array.min() > 0 else "is not above 0 everywhere")

    return Learned("float32", shape, judge=judge)


def number(above: float = -np.inf, *, may_be_infinite: bool = False) -> Learned:
    """A single number."""

    def judge(array: Array, known: Known) -> str:
        one = float(array)
        fits = one > above and (abs(one) < LARGEST[8] or (one == np.inf and may_be_infinite))
        return "" if fits else f"is {one}"

    return Learned("float64", judge=judge)


def precision(*shape: str, dtype: str = "float32") -> Learned:
    """Positive definite matrices (..., d, d): every system that they are part of has a solution."""

    def judge(array: Array, known: Known) -> str:
        if wrong := _judge_finite(array, known):
            return wrong
        symmetric = (array + np.swapaxes(array, -1, -2)).astype(np.float64) / 2
        values = np.linalg.eigvalsh(symmetric) if array.size else np.zeros(1)
        return "" if (values.min(axis=-1) > SINGULAR * values.max(axis=-1)).all() else "is not positive definite"

    return Learned(dtype, shape, judge=judge)


def indices(size: str, *, below: str) -> Learned:
    """Row numbers from 0 to `below` - 1, int32."""

    def judge(array: Array, known: Known) -> str:
        inside = not array.size or (array.min() >= 0 and array.max() < _size(below, known))
        return "" if inside else f"has numbers outside 0 … {below} - 1"

    return Learned("int32", (size,), judge=judge)


def row_pointers(n_rows: str, *, of: str) -> Learned:
    """The positions at which rows begin in arrays of size `of`, and at which the last one ends; int64."""

    def judge(array: Array, known: Known) -> str:
        is_one = array[0] == 0 and array[-1] == _size(of, known) and (array[1:] >= array[:-1]).all()
        return "" if is_one else f"does not rise from 0 to {of} = {_size(of, known)}"

    return Learned("int64", (f"{n_rows} + 1",), judge=judge)


def whole_numbers(*shape: str, when: str | None = None, ascending: bool = False) -> Learned:
    """int64; ascending: each larger than the one before, and at least one."""

    def judge(array: Array, known: Known) -> str:
        in_order = array.size and (array[1:] > array[:-1]).all()
        return "" if in_order or not ascending else "does not ascend"

    return Learned("int64", shape, when, judge)


def encodings() -> Learned:
    """The bytes that `pack_encodings` makes; they say how many columns each side has, n_user_features and
    n_item_features."""
    return Learned("uint8", ("n_bytes",), sizes=_features_of)


# ---- how they are judged ----------------------------------------------------------------------------------------


def _size(name: str, known: Mapping[str, Any]) -> int | None:
    """A size by its name, None where it is not known."""
    plain, _, more = name.partition(" + ")
    return known[plain] + int(more or 0) if plain in known else None


def _agrees(name: str, n: int, known: Known) -> bool:
    plain, _, more = name.partition(" + ")
    return known.setdefault(plain, n - int(more or 0)) + int(more or 0) == n


def _judge_finite(array: Array, known: Known) -> str:
    """By their bits, without the sign: these are in the order of the numbers, inf and nan above all, and quicker to
    compare, most of all those of halves. A piece at a time."""
    flat, bits, largest = array.reshape(-1), BITS[array.itemsize], LARGEST[array.itemsize].view(BITS[array.itemsize])
    for at in range(0, flat.size, PIECE):
        if (flat[at : at + PIECE].view(bits) & (np.iinfo(bits).max >> 1)).max() > largest:
            return "holds numbers that are not finite, or too large"
    return ""


def _features_of(packed: Array, known: Known) -> dict[str, int]:
    sides = json.loads(packed.tobytes().decode())
    users, items = (
        _n_columns(side, known[f"{of}_attributes"]) for side, of in zip(sides, ("user", "item"), strict=True)
    )
    return {"n_user_features": users, "n_item_features": items}


def _n_columns(side: Sequence[Mapping[str, Any]], names: Sequence[str]) -> int:
    """How many columns the attributes of one side make; raises where one of them is no encoding."""
    for one in side:
        if set(one) != {"name", "words", "knots"} or one["name"] not in names:
            raise ValueError(f"{str(one)[:60]} is no encoding of an attribute that there is")
        words, knots = one["words"], np.array(one["knots"], np.float64)
        is_text = all(isinstance(word, str) for word in words) and len(set(words)) == len(words)
        rises = knots.ndim == 1 and len(knots) != 1 and np.isfinite(knots).all() and (np.diff(knots) > 0).all()
        if not (is_text and rises and bool(len(words)) != bool(len(knots))):
            raise ValueError(f"the attribute {one['name']!r} has neither categories nor rising numbers")
    return sum(len(one["words"]) + len(one["knots"]) for one in side)
