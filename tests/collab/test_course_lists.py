"""The course's list does what notebooks ask of it, and stays an `L`."""

import pytest

from cofactor.collab import *


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (L(3, 1, 2).sorted(), [1, 2, 3]),
        (L("aa", "b").sorted(key=len), ["b", "aa"]),
        (L(["b", 2], ["a", 1]).sorted(0, reverse=True), [["b", 2], ["a", 1]]),
        (L(3 + 1j, 1 + 2j).sorted("imag"), [3 + 1j, 1 + 2j]),
        (L(2, 1, 2).unique(), [2, 1]),
        (L(2, 1, 2).unique(sort=True), [1, 2]),
        (L(1, 2).zipwith([3, 4], [5, 6]), [(1, 3, 5), (2, 4, 6)]),
        (L(1, 2, 3).zipwith([4], cycled=True), [(1, 4), (2, 4), (3, 4)]),
        (L((1, 2), (3, 4)).zip(), [(1, 3), (2, 4)]),
        (L("a", "b").enumerate(), [(0, "a"), (1, "b")]),
        (L(1) + [2], [1, 2]),  # noqa: RUF005
        ([1] + L(2), [1, 2]),  # noqa: RUF005
        (L(1) + 2, [1, 2]),
        (L(1, 2) * 2, [1, 2, 1, 2]),
        (L([1], [2, 3]).concat(), [1, 2, 3]),
        (L(1, 2, 3).argwhere(lambda one: one > 1), [1, 2]),
        (L(1, 2, 3).filter(lambda one: one > 1, negate=True), [1]),
        (L("a", "b").map("{}!"), ["a!", "b!"]),
        (L.range(3), [0, 1, 2]),
        (L(2, 1)[[True, False]], [2]),
    ],
)  # fmt: skip
def test_what_is_made_of_a_list_is_one_again(made, expected):
    assert type(made) is L
    assert made == expected


def test_entries_are_put_together():
    assert L(1, 2, 3).sum() == L(1, 2, 3).product() == 6
    assert L("a", "b").reduce(lambda a, b: a + b) == "ab"
    assert L("a", "b").map_dict(str.upper) == {"a": "A", "b": "B"}
    assert L(2, 1, 2).unique(bidir=True) == ([2, 1], {2: 0, 1: 1})


def test_an_order_at_random_has_all_entries():
    assert L.range(9).shuffle().sorted() == L.range(9)
    assert type(L(1).items) is list
