"""The report of the tree finds circles, long files and the length of functions; planted ones here."""

import pytest

from tools.house import Import, circles, drawn, floors, function_lengths


def imports(*arrows: str) -> list[Import]:
    return [Import(f"cofactor.{one}", f"cofactor.{two}", "start") for one, two in (arrow.split() for arrow in arrows)]


@pytest.mark.parametrize(
    ("arrows", "found"),
    [
        (["data.a data.b", "data.b errors"], []),
        (["data.a data.b", "data.b data.a"], [["cofactor.data.a", "cofactor.data.b"]]),
        (["a b", "b c", "c a", "c d", "d e"], [["cofactor.a", "cofactor.b", "cofactor.c"]]),
        (["a b", "b a", "b c", "c d", "d c"], [["cofactor.c", "cofactor.d"], ["cofactor.a", "cofactor.b"]]),
    ],
)
def test_every_circle_is_named_once(arrows, found):
    assert circles(imports(*arrows)) == found


def test_an_arrow_counts_the_imports_between_two_rooms():
    texts = {"cofactor.errors": "a = 1\n", "cofactor.data.ids": "b = 1\nc = 1\n", "cofactor.data.rows": "d = 1\n"}
    found = imports("data.ids errors", "data.ids errors", "data.rows errors", "data.rows data.ids")
    assert [" ".join(line.split()) for line in drawn(floors([["errors"], ["data"]], texts, found))] == [
        "2 data 3 lines ──▶ errors 2", "─" * 28, "1 errors 1 lines",
    ]  # fmt: skip


def test_a_function_is_as_long_as_it_stands():
    text = "def a():\n    pass\n\nclass B:\n    async def c(self):\n        x = 1\n\n        return x\n"
    assert function_lengths(text) == [2, 4]
