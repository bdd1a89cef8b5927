"""How many people share their attributes with few others: counted by hand, and what must hold always."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.audit.privacy.anonymity import anonymity, unique_by_attributes
from cofactor.audit.privacy.attribute_forms import AttributeForm
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption


def people(**attributes) -> Ratings:
    n = len(next(iter(attributes.values())))
    columns = {name: np.array(one, object if isinstance(one[0], str) else None) for name, one in attributes.items()}
    return Ratings.from_arrays(range(n), [1] * n, [3] * n, user_attributes=columns)


@pytest.fixture(scope="module")
def six() -> Ratings:
    """Ages 20, 20, 24 and 31, 38, 38; zip codes of two towns, and somebody who gives none."""
    return people(age=[20, 20, 24, 31, 38, 38], zip=["55105", "55105", "55106", "55105", "02139", None])


@pytest.mark.parametrize(
    ("forms", "k", "share"),
    [
        (["age"], 2, 2 / 6),  # 24 and 31
        (["age"], 3, 6 / 6),
        ([AttributeForm("age", 10.0)], 3, 0),  # three in their twenties, three in their thirties
        (["zip"], 2, 3 / 6),  # whoever gives none is alone with that
        ([AttributeForm("zip", 3)], 2, 2 / 6),  # 551 four times
        (["age", "zip"], 2, 4 / 6),  # the first two alone agree in both
        ([AttributeForm("age", 10.0), AttributeForm("zip", 3)], 2, 3 / 6),
    ],
)
def test_shares_are_counted_by_hand(six, forms, k, share):
    found = anonymity(six, coarser={"age": [10], "zip": [3]}, ks=[2, 3])
    assert found.share_below(k, *forms) == pytest.approx(share)


def test_all_attributes_together_leave_two_of_six_in_company(six):
    assert unique_by_attributes(six) == pytest.approx(4 / 6)


def test_numbers_have_tens_as_their_coarser_form_unless_others_are_named(six):
    labels = set(anonymity(six).labels.values())
    assert labels == {"age", "age in classes of 10", "zip", "age; zip", "age in classes of 10; zip"}
    assert "zip, first 2" in anonymity(six, coarser={"zip": [2]}).labels.values()


def test_sets_are_of_so_many_attributes_at_most():
    table = people(a=["x", "y"], b=["x", "y"], c=["x", "y"])
    sizes = [len(one) for one in anonymity(table, most=2).class_sizes]
    assert sizes == [1, 1, 1, 2, 2, 2]
    assert [len(one) for one in anonymity(table, attributes=["c"]).class_sizes] == [1]


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from("ab"), st.booleans()), min_size=1, max_size=20))
def test_to_know_more_never_hides_anybody(rows):
    ages, letters, truths = zip(*rows, strict=True)
    found = anonymity(people(age=list(ages), letter=list(letters), truth=list(truths)), ks=[3])
    whole = found.share_below(3, "age", "letter", "truth")
    assert 0 <= found.share_below(3, AttributeForm("age", 10.0)) <= found.share_below(3, "age") <= whole <= 1
    assert found.share_below(3, "letter") <= found.share_below(3, "letter", "truth") <= whole


def test_only_people_with_ratings_count(six):
    part = six.subset(six.user_idx < 2)  # both 20
    assert anonymity(part).share_below(2, "age") == 0


def test_it_is_shown_as_a_sheet_and_given_as_a_table(six):
    found = anonymity(six, attributes=["age"], ks=[2, 5])
    text = " ".join(str(found).split())
    assert "known of each person k = 2 k = 5 classes smallest class age 33.3 100.0 4 1" in text
    assert "age in classes of 10 0.0 100.0 2 3" in text
    assert found.table()["share_below"].to_list() == pytest.approx([1 / 3, 1, 0, 1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attributes": ["agee"]}, "Users have no attribute 'agee'. They have: age, zip"),
        ({"coarser": {"town": [1]}}, "coarser names 'town', which is not among the attributes age, zip"),
        ({"coarser": {"zip": [0.5]}}, "A coarser form of 'zip' is so many first characters"),
        ({"coarser": {"age": [0]}}, "A coarser form of 'age' is the width of classes, above 0"),
        ({"coarser": ["age"]}, "coarser is given as"),
        ({"coarser": {"zip": 3}}, "coarser is given as"),
        ({"attributes": "age"}, "attributes lists names"),
        ({"ks": 3}, "ks lists sizes of classes"),
        ({"ks": [1]}, "ks lists sizes of classes, 2 or more"),
        ({"most": 0}, "most counts attributes, 1 or more"),
    ],
)
def test_what_cannot_be_asked_is_refused(six, options, message):
    with pytest.raises(BadOption, match=message):
        anonymity(six, **options)


def test_a_table_without_attributes_of_people_or_without_people_is_refused(six):
    with pytest.raises(BadOption, match="anonymity needs attributes of users"):
        anonymity(Ratings.from_arrays(["ann"], [1], [5]))
    with pytest.raises(BadOption, match="it has no ratings"):
        anonymity(six.subset(np.zeros(0, int)))
    with pytest.raises(BadOption, match="were not counted"):
        anonymity(six, most=1).share_below(2, "age", "zip")
    with pytest.raises(BadOption, match="has no coarser form"):
        anonymity(people(truth=[True, False]), coarser={"truth": [1]})
