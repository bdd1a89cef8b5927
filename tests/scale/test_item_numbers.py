"""Items have numbers in the order of their coming, whatever their ids are, and an index in the order of these."""

import polars as pl
import pytest

from cofactor.scale.sharding.item_numbers import ItemNumbers


@pytest.mark.parametrize(
    ("first", "second"),
    [([7, 3, 7], [9, 3]), ([7, 10**12, 7], [10**13, 10**12]), ([10**12, 3], [2, 3]), (["b", "a", "b"], ["ä", "a"])],
)
def test_numbers_go_on_from_block_to_block(first, second):
    items, coming = ItemNumbers(), list(dict.fromkeys(first + second))
    for block in (first, second, first):
        assert items.number(pl.Series(block)).tolist() == [coming.index(one) for one in block]
    sorted_items = items.sorted()
    assert sorted_items.ids.values.tolist() == sorted(coming)
    assert sorted_items.rank.tolist() == [sorted(coming).index(one) for one in coming]


def test_the_first_title_of_an_item_counts():
    items = ItemNumbers()
    items.number(pl.Series([7, 3, 7]), pl.Series(["seven", "three", "again"]))
    items.number(pl.Series([3, 1]), pl.Series(["no more", "one"]))
    assert items.sorted().titles.tolist() == ["one", "three", "seven"]
