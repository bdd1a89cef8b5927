"""Explanations: parts in the caller's ids that add up to the score, and say so in words."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.explanation import Explanation
from cofactor.contract.reasons import Reasons
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, UnknownIds


@pytest.fixture(scope="module")
def model():
    ratings = cf.read(b"user,item,rating\nann,x,5\nann,y,1\nbob,x,4\nbob,y,2\nbob,z,5\n")
    return cf.EASE(reg=1.0).fit(ratings)


def test_a_table_has_a_row_for_each_past_rating_the_largest_part_first(model):
    table = model.explain("bob", "y").table()
    assert table.columns == ["reason", "item", "rating", "part", "score_part"]
    assert table["reason"].to_list() == ["rating"] * 3
    assert table["rating"].to_list() == [{"x": 4, "y": 2, "z": 5}[item] for item in table["item"]]
    parts = np.abs(table["part"].to_numpy())
    assert (parts[:-1] >= parts[1:]).all()
    assert table["part"].sum() == pytest.approx(model.score_pairs(np.array([1]), np.array([1]))[0], abs=1e-6)


def test_in_words_it_names_the_pair_the_parts_and_their_sum(model):
    words = str(model.explain("ann", "z")).splitlines()
    assert words[0].startswith("'ann' and z: ")
    parts = {line.split(",")[0].split()[-1]: abs(float(line.split()[0])) for line in words[1:-1]}
    assert set(parts) == {"x", "y"}  # about equal, so that rounding decides which is first
    assert list(parts.values()) == sorted(parts.values(), reverse=True)
    assert words[-1].split() == [words[0].split()[-1], "in", "all"]


def test_in_words_it_names_the_five_largest_parts_and_sums_up_the_rest():
    ratings = Ratings.from_arrays([0] * 7, [1, 2, 3, 4, 5, 6, 7], [5.0, 4, 3, 5, 4, 3, 5])
    reasons = Reasons(item_idx=np.arange(7), parts=np.array([0.1, -0.7, 0.6, 0.2, 0.5, 0.4, 0.3]))
    words = str(Explanation(0, 7, reasons.total, reasons, dict(enumerate(ratings.values)), ratings)).splitlines()
    assert [line.split() for line in words[1:-1]] == [
        ["-0.700", "2,", "rated", "4"], ["+0.600", "3,", "rated", "3"], ["+0.500", "5,", "rated", "4"],
        ["+0.400", "6,", "rated", "3"], ["+0.300", "7,", "rated", "5"], ["+0.300", "2", "more"],
    ]  # fmt: skip


def test_by_a_title_it_explains_the_item_of_that_title(tastes):
    model = cf.Bias().fit(tastes)
    by_title = model.explain(tastes.users.values[0], tastes.title_of(np.array([3]))[0])
    assert by_title.item == tastes.items.values[3]


def test_tables_of_models_with_and_without_past_ratings_have_one_schema(model):
    plain = cf.Bias().fit(model.ratings).explain("ann", "x").table()
    assert plain.schema == model.explain("ann", "x").table().schema
    assert plain["reason"].to_list() == ["base", "user", "item"]


def test_who_is_not_known_cannot_be_explained(model):
    with pytest.raises(UnknownIds, match="nobody"):
        model.explain("nobody", "x")


def test_reasons_of_a_sum_add_up_item_by_item():
    first = Reasons(1.0, item_idx=np.array([2, 5]), parts=np.array([0.5, 0.25]))
    second = Reasons(2.0, user=1.0, item_idx=np.array([5]), parts=np.array([1.0]), training=0.5)
    both = first.plus(second.times(2.0))
    assert (both.base, both.user, both.training) == (5.0, 2.0, 1.0)
    assert dict(zip(both.item_idx.tolist(), both.parts.tolist())) == {2: 0.5, 5: 2.25}
    assert both.total == first.total + 2 * second.total


def test_parts_of_a_squashed_sum_are_scaled_to_fill_the_scores_distance_from_the_base():
    reasons = Reasons(1.0, user=2.0, item_idx=np.array([3]), parts=np.array([-1.0]), squashed=(3.0, 3.5))
    scaled = reasons.on_score_scale()
    assert (reasons.total, reasons.score) == (2.0, 3.5)
    assert (scaled.base, scaled.user, scaled.parts.tolist(), scaled.total) == (3.0, 1.0, [-0.5], 3.5)


def test_a_squashed_sum_that_is_its_base_leaves_nothing_to_share_out():
    reasons = Reasons(1.0, user=2.0, item=-2.0, squashed=(3.0, 3.0))
    assert reasons.on_score_scale().named | {"base": 0} == dict.fromkeys(reasons.named, 0)


def test_its_interval_is_that_of_predict(checkerboard):
    model = cf.BayesianMF(n_factors=2, n_draws=8, n_burn_in=2).fit(checkerboard, progress=False)
    found, asked = model.explain(3, 3), model.predict(3, 3, interval=0.8)
    assert found.interval == pytest.approx((asked.low, asked.high), abs=1e-5)
    assert "(80 % of such ratings: " in str(found)
    assert model.explain({1: 5}, 3).interval is None


def test_attributes_are_of_somebody_new_alone(model):
    with pytest.raises(BadOption, match="attributes are of somebody new"):
        model.explain("ann", "z", attributes={"age": 3})


def test_under_y_range_the_sum_is_squashed_to_the_score():
    ratings = Ratings.from_arrays([0, 0, 1, 1], [0, 1, 0, 2], [5, 1, 4, 2])
    model = cf.MatrixFactorization(n_factors=2, y_range=(0, 5.5), batch_size=4).fit(ratings, progress=False)
    found = model.explain(0, 2)
    assert 5.5 / (1 + np.exp(-found.reasons.total)) == pytest.approx(found.score, abs=1e-4)
    assert str(found).endswith(f"squashed to {found.score:.3f}")


def test_a_blend_says_whose_similar_items_it_gives(checkerboard):
    loved = checkerboard.values > 3
    likes = Ratings.from_arrays(checkerboard.user_idx[loved], checkerboard.item_idx[loved])
    blend = cf.Blend(["popularity", cf.EASE(reg=1.0)], held_out=0.3).fit(likes, progress=False)
    assert "Similar items are those of EASE." in blend.notes()
    np.testing.assert_array_equal(blend.similarity("item", 3), blend.fitted[1].similarity("item", 3))


@pytest.mark.parametrize(("kind", "said"), [("ratings", ", rated 3"), ("clicks", ""), ("counts", ", count 3")])
def test_past_values_are_told_in_the_words_of_their_kind(kind, said):
    table = Ratings.from_arrays([1, 1, 2, 2], ["a", "b", "b", "c"], [3, 3, 3, 3], kind=kind)
    lines = str(cf.EASE(reg=1.0).fit(table).explain(1, "c")).splitlines()
    assert any(line.endswith(f"  b{said}") for line in lines), lines


def test_in_words_a_part_that_rounds_to_nothing_is_left_out():
    ratings = Ratings.from_arrays([0, 0], [1, 2], [5.0, 4])
    reasons = Reasons(item_idx=np.arange(1), parts=np.array([0.5]), training=-1e-9)
    assert "training" not in str(Explanation(0, 2, reasons.total, reasons, {0: 5.0}, ratings))
