"""Counterfactuals: which past ratings put an item into a list, found by a search and verified."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadOption, UnknownIds, Unsupported

# who has a has x, who has b has y; c says nothing
PAIRS = [("u1", "a"), ("u1", "x"), ("u2", "a"), ("u2", "x"), ("u3", "b"), ("u3", "y"), ("u4", "b"), ("u4", "y"),
         ("u5", "c"), ("ann", "a"), ("ann", "b"), ("ann", "c")]  # fmt: skip


@pytest.fixture(scope="module")
def model():
    users, items = zip(*PAIRS, strict=True)
    return cf.ItemKNN(shrinkage=0.0).fit(cf.Ratings.from_arrays(users, items))


def test_the_rating_that_speaks_for_the_item_is_found_and_no_other(model):
    found = model.counterfactual("ann", "x", n=1)
    assert found.found
    assert found.items == ["a"]
    assert found.removal.before == 1
    assert found.removal.after == 2


def test_it_says_what_was_found_and_that_it_was_verified(model):
    said = str(model.counterfactual("ann", "x", n=1))
    assert said.splitlines()[0] == (
        "Without 1 rating of 3, x would be number 2 of 'ann' in place of 1, not among the first 1 "
        "(found by greedy search, verified by scoring anew)."
    )
    assert said.splitlines()[1:] == ["  a"]


class Misled(cf.ItemKNN):
    """Its reasons, of "x" alone, say that c speaks most for it."""

    def list_reasons(self, who, item_idx):
        items, _ = self.past_ratings(who)
        is_x = self.ratings.items.values[item_idx] == "x"
        said = {"a": 2.0, "b": 1.0, "c": 3.0}
        parts = [said[one] if is_x else 0.0 for one in self.ratings.items.gather(items).tolist()]
        return Reasons(item_idx=items, parts=np.array(parts))


def test_ratings_that_turn_out_not_to_be_needed_are_put_back(model):
    """Its search takes out c, then a; but a alone put x into the list."""
    assert Misled(shrinkage=0.0).fit(model.ratings).counterfactual("ann", "x", n=1).items == ["a"]


def test_an_item_that_is_not_shown_has_no_counterfactual(model):
    found = model.counterfactual("u5", "x", n=1)
    shown_at = found.shown_at
    assert (found.found, found.items, len(found.table())) == (False, [], 0)
    assert f"its place is {shown_at}" in str(found)


def test_where_nothing_helps_it_says_so(model):
    """With room for everybody's every item, none can leave the list."""
    found = model.counterfactual("ann", "x", n=2)
    assert not found.found
    assert "no ratings without which x would leave the first 2" in str(found)


def test_a_newcomer_is_answered_as_a_user_is(model):
    assert model.counterfactual({"a": 1, "b": 1, "c": 1}, "x", n=1).items == ["a"]


def test_its_table_has_the_ratings_to_be_taken_out(model):
    table = model.counterfactual("ann", "x", n=1).table()
    assert table.to_dict(as_series=False) == {"item": ["a"], "rating": [1.0]}


@pytest.mark.parametrize(
    ("user", "item", "n", "error", "said"),
    [
        ("ann", "a", 10, BadOption, "'ann' has rated 'a'"),
        ("ann", "x", 0, BadOption, "at least 1"),
        ("nobody", "x", 10, UnknownIds, "nobody"),
        ("ann", "nothing", 10, UnknownIds, "nothing"),
    ],
)
def test_what_cannot_be_asked_is_refused(model, user, item, n, error, said):
    with pytest.raises(error, match=said):
        model.counterfactual(user, item, n)


def test_a_model_that_takes_in_nobody_new_is_refused_by_name(model, monkeypatch):
    monkeypatch.setattr(cf.ItemKNN, "abilities", model.abilities._replace(folds_in=False))
    with pytest.raises(Unsupported, match="ItemKNN cannot recommend to newcomers"):
        model.counterfactual("ann", "x")
