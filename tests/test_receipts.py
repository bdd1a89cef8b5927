"""Receipts of deletions: what they hold, what they keep to themselves, and how they are shown to be true later."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.receipt import Receipt
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption

ANN = (["ann", "ann"], ["Heat", "Alien"], [5, 3])


@pytest.fixture
def model():
    table = Ratings.from_arrays(["ann", "ann", "bob", "bob"], ["Alien", "Heat", "Alien", "Up"], [3, 5, 1, 2])
    return cf.Bias().fit(table)


def test_it_is_read_as_sentences(model):
    before = model.fingerprint()
    receipt = model.forget("ann")
    assert str(receipt).splitlines() == [
        "'ann' and 2 ratings are gone from the model's table.",
        "Removed: user_bias_.",
        "Solved again: mean_, item_bias_.",
        "Retrain-equal: the model is the one that a fit without them gives, but for rounding.",
        f"Not reached: {'; '.join(receipt.not_reached)}.",
        f"SHA-256 of the model before: {before}",
        f"                      after: {model.fingerprint()}",
    ]
    assert "checkpoints of its training" in receipt.not_reached


def test_what_else_is_to_be_known_stands_below_the_kind_and_is_written(model, tmp_path):
    receipt = replace(model.forget("ann"), note="Its weights stay.")
    assert str(receipt).splitlines()[4] == "Its weights stay."
    assert Receipt.from_json(receipt.write(tmp_path / "r.json").read_text("utf-8")).note == "Its weights stay."


def test_it_holds_the_day(model, tmp_path):
    receipt = model.forget("ann")
    assert date.fromisoformat(receipt.day) <= date.today()
    assert Receipt.from_json(receipt.write(tmp_path / "r.json").read_text("utf-8")).day == receipt.day


def test_several_are_counted(tastes):
    receipt = cf.Popularity().fit(tastes).forget(tastes.users.values[:3])
    assert str(receipt).startswith("3 users and 74 ratings are gone")
    assert (receipt.n_users, len(receipt.commitments), len(receipt.keys)) == (3, 3, 3)


def test_with_the_key_and_their_ratings_it_is_shown_that_just_those_went(model):
    receipt = model.forget("ann")
    key = receipt.keys["ann"]
    assert receipt.verify(Ratings.from_arrays(*ANN), key)
    users, items, values = ANN
    for other in (
        (users[:1], items[:1], values[:1]), ([*users, "ann"], [*items, "Up"], [*values, 2]), (users, items, [5, 4]),
        (users, ["Heat", "Up"], values), (["bob"] * 2, items, values),
    ):  # fmt: skip
        assert not receipt.verify(Ratings.from_arrays(*other, scale=(1, 5)), key)
    assert not receipt.verify(Ratings.from_arrays(*ANN), model.forget.__name__.encode().hex())


def test_a_frame_of_their_ratings_will_do_and_ids_may_be_text(tastes):
    table = Ratings.from_arrays([7, 7, 8], [1, 2, 1], [5.0, 2, 1])
    receipt = cf.Popularity().fit(table).forget("7")
    asked = cf.read({"user": ["7", "7"], "item": ["2", "1"], "rating": [2, 5]}, ids="text")
    assert receipt.verify(asked, receipt.keys[7])


def test_each_of_a_batch_has_a_key_of_their_own(tastes):
    receipt = cf.Popularity().fit(tastes).forget(tastes.users.values[:2])
    first, second = (tastes.subset(tastes.user_idx == user) for user in (0, 1))
    keys = [receipt.keys[one] for one in tastes.users.values[:2]]
    assert receipt.verify(first, keys[0])
    assert receipt.verify(second, keys[1])
    assert not receipt.verify(first, keys[1])


def test_two_receipts_of_the_same_deletion_have_nothing_in_common_but_counts(model):
    one, other = (model.copied().forget("ann") for _ in range(2))
    assert one.commitments != other.commitments
    assert replace(one, commitments=(), keys={}) == replace(other, commitments=(), keys={})


def test_what_is_written_names_nobody_and_no_item_and_holds_no_key(model, tmp_path):
    receipt = model.forget("ann")
    text = receipt.write(tmp_path / "receipt.json").read_text("utf-8")
    for secret in ("ann", "Heat", "Alien", receipt.keys["ann"]):
        assert secret not in text
    assert "keys" not in repr(receipt)
    again = Receipt.from_json(text)
    assert again == replace(receipt, users=(), keys={})
    assert again.verify(Ratings.from_arrays(*ANN), receipt.keys["ann"])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "cofactor receipt 1"}', "[" * 100_000])
def test_what_is_no_receipt_is_refused(text):
    with pytest.raises(BadOption, match="This is no receipt of `forget`"):
        Receipt.from_json(text)


def test_a_receipt_of_another_form_is_refused(model):
    text = json.dumps(json.loads(model.forget("ann").to_json()) | {"format": "cofactor receipt 2"})
    with pytest.raises(BadOption, match="no receipt of the form 'cofactor receipt 1'"):
        Receipt.from_json(text)


def test_what_cannot_be_verified_is_refused(model):
    receipt = model.forget("ann")
    with pytest.raises(BadOption, match="ratings of one person, but 2 users came"):
        receipt.verify(Ratings.from_arrays(["ann", "bob"], ["Heat", "Heat"], [5, 1]), receipt.keys["ann"])
    with pytest.raises(BadOption, match="A key is 64 hexadecimal digits, but 'secret' came"):
        receipt.verify(Ratings.from_arrays(*ANN), "secret")


# --- the hash of a state ----------------------------------------------------------------------------------------


def test_a_state_has_one_hash_however_it_came_about(tastes):
    """Popularity is worked out anew, so a model that forgot is, to the bit, one that never knew."""
    users = tastes.users.values[[4, 9]]
    model, never = cf.Popularity().fit(tastes), cf.Popularity().fit(tastes.without(users=users))
    before = model.fingerprint()
    assert before == cf.Popularity().fit(tastes).fingerprint() != never.fingerprint()
    model.forget(users)
    assert model.fingerprint() == never.fingerprint()


def test_the_hash_is_of_all_that_a_model_holds():
    columns = [1, 1, 2], [1, 2, 1], [5.0, 3, 4]
    table = Ratings.from_arrays(*columns)
    others = [
        Ratings.from_arrays([1, 1, 2], [1, 2, 2], [5.0, 3, 4]), Ratings.from_arrays([1, 1, 3], [1, 2, 1], [5.0, 3, 4]),
        Ratings.from_arrays(*columns, timestamps=np.arange(3)), Ratings.from_arrays([1, 1, 2], [1, 3, 1], [5.0, 3, 4]),
        Ratings.from_arrays(*columns, user_attributes={"age": np.array([33, 44])}),
    ]  # fmt: skip
    hashes = {cf.Popularity().fit(one).fingerprint() for one in (table, *others)}
    hashes |= {cf.Popularity(damping=1.0).fit(table).fingerprint()}
    assert len(hashes) == 7


def test_a_learned_array_of_many_pieces_is_hashed_as_a_whole(monkeypatch, tastes):
    model = cf.EASE().fit(tastes)
    other = model.copied()
    monkeypatch.setattr("cofactor.contract.fingerprint.PIECE", 1000)
    assert model.fingerprint() == other.fingerprint()
    other.weights_ = other.weights_.copy()
    other.weights_[-1, 0] += 1
    assert model.fingerprint() != other.fingerprint()
