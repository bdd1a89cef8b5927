"""A saved model is complete, safe and checked."""

import json

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import BadModelFolder, BadOption
from cofactor.model_folder import _own_sha256


def describe(folder, **change):
    """Let model.json say something else, as somebody would who knows how its hash is made."""
    about = json.loads((folder / "model.json").read_text()) | change
    about.pop("own_sha256", None)
    (folder / "model.json").write_text(json.dumps(about | {"own_sha256": _own_sha256(about)}))


@pytest.fixture
def folder(checkerboard, tmp_path):
    return cf.Bias().fit(checkerboard).save(tmp_path / "model.cofactor")


def test_it_is_json_safetensors_and_a_card(folder):
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["card.md", "learned.safetensors", "model.json", "ratings.safetensors"]
    assert "the square of each error" in (folder / "card.md").read_text()


def test_ids_titles_attributes_and_ratings_come_back(tastes, tmp_path):
    again = cf.open(cf.Popularity().fit(tastes).save(tmp_path / "m")).ratings
    assert again.users.values.tolist() == tastes.users.values.tolist()
    assert again.titles.tolist() == tastes.titles.tolist()
    assert again.item_attributes.keys() == tastes.item_attributes.keys()
    assert again.synthetic
    assert again.scale == tastes.scale
    np.testing.assert_array_equal(again.by_user.values, tastes.by_user.values)


@pytest.mark.parametrize("ids", [["ä", "b", ""], [3, 1, 2], [2**70, 1, -(2**66)], [True, False, True]])
def test_ids_of_any_plain_type_come_back_as_they_were(ids, tmp_path):
    ratings = Ratings.from_arrays(ids, [1, 2, 3], [1, 2, 3])
    again = cf.open(cf.Bias().fit(ratings).save(tmp_path / "m"))
    assert again.ratings.users.values.tolist() == ratings.users.values.tolist()


def test_an_id_that_cannot_be_kept_is_refused_before_anything_is_written(tmp_path):
    from datetime import date

    ratings = Ratings.from_arrays([date(2020, 1, 1), date(2020, 1, 2)], [1, 2], [1, 2])
    with pytest.raises(BadOption, match="type date"):
        cf.Bias().fit(ratings).save(tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["learned.safetensors", "ratings.safetensors", "card.md"])
def test_a_changed_file_is_found(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes() + b"x")
    with pytest.raises(BadModelFolder, match="hash differs"):
        cf.open(folder)


def test_a_missing_file_is_named(folder):
    (folder / "learned.safetensors").unlink()
    with pytest.raises(BadModelFolder, match=r"learned.safetensors is missing"):
        cf.open(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "format 99"),
        ({"model": "os"}, "a model this version does not have"),
        ({"options": {"surprise": 1}}, "does not describe a model"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(folder, change, message):
    describe(folder, **change)
    with pytest.raises(BadModelFolder, match=message):
        cf.open(folder)


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(BadModelFolder, match=r"no model.json"):
        cf.open(tmp_path)


def test_saving_again_replaces_the_model_but_never_another_folder(checkerboard, folder, tmp_path):
    cf.Popularity().fit(checkerboard).save(folder)
    assert isinstance(cf.open(folder), cf.Popularity)
    (tmp_path / "mine").mkdir()
    with pytest.raises(BadOption, match="not a saved model"):
        cf.Bias().fit(checkerboard).save(tmp_path / "mine")


def test_a_number_that_was_learned_comes_back_as_a_number(folder):
    assert isinstance(cf.open(folder).mean_, float)


def test_attributes_keep_their_order(tmp_path):
    names = [f"a{number}" for number in range(12)]
    table = {"user": ["ann", "bob"], "item": ["tea", "milk"], "rating": [1, 2]}
    ratings = cf.read(table, users={"user": ["ann", "bob"]} | {name: [1, 2] for name in names})
    cf.Popularity().fit(ratings).save(tmp_path / "model")
    assert list(cf.open(tmp_path / "model").ratings.user_attributes) == names


# --- the same model -----------------------------------------------------------------------------------------------


def test_an_opened_model_is_compared_as_fitted_on_the_ratings_it_was_fitted_on(tastes, tmp_path):
    train, test = cf.split(tastes, test=0.2, seed=1)
    again = cf.open(cf.Bias().fit(train).save(tmp_path / "m"))
    assert again.ratings.fingerprint == train.fingerprint
    assert train.fingerprint in (tmp_path / "m" / "card.md").read_text()
    assert "Not fitted on these" not in str(cf.compare([again, cf.Popularity()], train, test))


def test_an_opened_model_knows_when_ratings_were_given(tmp_path):
    from dataclasses import replace

    from cofactor.coldstart.ladder import Ladder

    ratings = Ratings.from_arrays([2, 1, 1], [1, 2, 1], [5, 3, 4])
    dated = replace(ratings, timestamps=np.array([10**9, 10**9 + 40 * 86_400, 5]))
    model = cf.Popularity().fit(dated)
    again = cf.open(model.save(tmp_path / "m"))
    assert again.ratings.timestamps.tolist() == dated.timestamps.tolist()
    before, after, of_all_time = (
        Ladder(one, window_days=days).answer("nobody").scores.tolist()
        for one, days in ((model, 30), (again, 30), (again, None))
    )
    assert after == before != of_all_time


def test_what_was_noted_of_a_fit_is_on_the_card_and_survives_opening_and_saving(checkerboard, tmp_path):
    model = cf.Blend(["bias", "popularity"]).fit(checkerboard)
    model.noted_ = ("Interrupted after 3 of 50 epochs.",)
    first = cf.open(model.save(tmp_path / "a"))
    again = cf.open(first.save(tmp_path / "b"))
    assert again.notes() == first.notes() == model.notes()
    assert "Interrupted after 3 of 50 epochs." in (tmp_path / "b" / "card.md").read_text()


def test_a_blend_says_how_many_numbers_its_members_learned(checkerboard):
    blend = cf.Blend(["bias", "popularity"]).fit(checkerboard)
    assert blend.n_learned == 2 + 1 + 2 + 1 + (1 + 12 + 12) + (1 + 12)


def test_a_folder_that_is_replaced_while_it_is_read_is_read_again(checkerboard, folder, monkeypatch):
    """The second model takes the first one's place between its model.json and its arrays."""
    from cofactor import model_folder

    read, times = model_folder._read_about, []

    def replaced(*where, **how):
        about = read(*where, **how)
        times.append(1)
        if len(times) == 1:
            cf.Popularity().fit(checkerboard).save(folder)
        return about

    monkeypatch.setattr(model_folder, "_read_about", replaced)
    for verify in (True, False):
        times.clear()
        assert isinstance(cf.open(folder, verify=verify), cf.Popularity)
        assert len(times) == 2


@pytest.mark.parametrize("model", [cf.MatrixFactorization(), cf.NeuralCF(), cf.BayesianMF(n_draws=4)])
@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_ratings_of_any_unit_make_a_model_that_is_saved_and_opened(model, unit, tmp_path):
    prices = Ratings.from_arrays([1, 1, 2, 2], [1, 2, 1, 3], [unit, 2 * unit, 3 * unit, unit])
    again = cf.open(model.fit(prices, progress=False).save(tmp_path / "m"))
    np.testing.assert_array_equal(again.score_users(np.arange(2)), model.score_users(np.arange(2)))


def test_a_folder_that_is_not_there_is_named_and_the_one_of_nearly_that_name(tmp_path, checkerboard):
    cf.Bias().fit(checkerboard).save(tmp_path / "films.cofactor")
    with pytest.raises(BadModelFolder, match=r"There is no folder .*film\.cofactor'\. Did you mean .*films\.cofactor"):
        cf.open(tmp_path / "film.cofactor")
    with pytest.raises(BadModelFolder, match=r"There is no folder .*x'\. Save a model there"):
        cf.open(tmp_path / "x")
