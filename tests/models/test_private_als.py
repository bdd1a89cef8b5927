"""Differentially private least squares: what a saved model holds, and what its statement says."""

import json
import re
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import cofactor as cf
from cofactor.audit.card.keeping import card_of_fit
from cofactor.card.card import Card
from cofactor.contract.privacy_statement import NOT_COVERED
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, ItemsNotPlaced, NotFitted, UnknownIds, Unsupported
from cofactor.training.private import secure_normals

pytest.importorskip("dp_accounting")


@pytest.fixture(scope="module")
def tastes() -> Ratings:
    return cf.load("tastes")


@pytest.fixture(scope="module")
def people() -> Ratings:
    """Forty people whose ids, and whose one rating of an item nobody else has, are easy to find in a file."""
    rng = np.random.default_rng(0)
    users = np.repeat([f"person-{at:03}" for at in range(40)], 6)
    items = np.concatenate([rng.permutation(12)[:6] for _ in range(40)])
    return Ratings.from_arrays(
        users, [f"film-{at}" for at in items], rng.integers(1, 6, 240).astype(float), scale=(1, 5),
        timestamps=np.arange(240) + 987_654_321, user_attributes={"town": np.array(["here", "there"] * 20, object)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def model(people) -> cf.PrivateALS:
    return cf.PrivateALS(epsilon=5.0, rating_range=(1, 5), n_factors=2).fit(people)


RATED = {"film-0": 5, "film-3": 1}


@pytest.fixture(scope="module")
def opened(model, tmp_path_factory) -> cf.PrivateALS:
    """The model as its folder holds it, without anybody."""
    return cf.open(model.save(tmp_path_factory.mktemp("saved") / "m"))


def test_two_fits_differ_and_both_serve(people):
    first, second = (cf.PrivateALS(rating_range=(1, 5)).fit(people) for _ in range(2))
    assert not np.array_equal(first.item_bias_, second.item_bias_)
    assert np.isfinite(first.score_users(np.arange(40))).all()


def test_a_saved_model_holds_no_person(model, tmp_path):
    folder = model.save(tmp_path / "m")
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    assert not re.search(rb"person-\d|town", written)
    ratings = load_file(folder / "ratings.safetensors")
    assert {name for name, one in ratings.items() if one.size > 1} == {"text/items", "text-ends/items"}
    about = json.loads((folder / "model.json").read_text())
    assert about["data"]["n_ratings"] == 0
    assert about["data"]["scale"] == [1, 5]


def test_no_learned_array_has_a_row_for_a_person(model, tmp_path):
    learned = load_file(model.save(tmp_path / "m") / "learned.safetensors")
    assert {one.shape for one in learned.values()} == {(), (12,), (12, 2), (3,), (4,)}
    assert not any(one.shape[:1] == ("n_users",) for one in model.learned.values())


def test_what_was_measured_of_it_is_not_in_its_folder(people, tmp_path):
    model = cf.PrivateALS(rating_range=(1, 5), n_factors=2).fit(people)
    plain = model.save(tmp_path / "m")
    files = {file.name: file.read_bytes() for file in plain.iterdir()}
    model.keep_card(Card(model="PrivateALS", data="people", fingerprint="", sections=()))
    assert {file.name: file.read_bytes() for file in model.save(tmp_path / "m").iterdir()} == files


def test_what_people_have_answered_is_in_its_folder(people, tmp_path):
    """Whoever answers for it, and how to complain, tells nothing of those in the table."""
    model = cf.PrivateALS(rating_range=(1, 5), n_factors=2).fit(people)
    model.keep_card(cf.model_card(model, people.subset(people.user_idx < 0), sections=[], answers={"owner": "Ann"}))
    assert cf.open(model.save(tmp_path / "m")).card().answers == {"owner": "Ann"}


def test_its_card_says_what_epsilon_allows_at_worst(people):
    """So that nobody has to know what an ε of 5 is."""
    card = cf.PrivateALS(epsilon=5, rating_range=(1, 5), n_factors=2).fit(people).card({}).markdown()
    assert "**What that allows at worst:** 99.3% of those that it has learned from, found by somebody" in card


def test_fit_on_the_command_line_measures_nothing_of_it(people):
    card, said = card_of_fit(cf.PrivateALS(rating_range=(1, 5), n_factors=2).fit(people))
    assert card is None
    assert "saved without people" in said


def test_two_tables_of_the_same_catalogue_leave_the_same_files_but_for_the_noisy_numbers(people, tmp_path):
    """The fingerprint, the scale, the options and the card are those of the catalogue."""
    other = people.subset(people.user_idx < 20)
    model = cf.PrivateALS(rating_range=(1, 5), delta=1e-6, n_factors=2)
    folders = [model.fit(table).save(tmp_path / name) for table, name in ((people, "a"), (other, "b"))]
    assert [one.read_bytes() for one in (folders[0] / "card.md", folders[0] / "ratings.safetensors")] == [
        one.read_bytes() for one in (folders[1] / "card.md", folders[1] / "ratings.safetensors")
    ]
    abouts = [json.loads((folder / "model.json").read_text()) for folder in folders]
    for about in abouts:
        about["sha256"].pop("learned.safetensors")
        about.pop("own_sha256")
    assert abouts[0] == abouts[1]


def test_an_opened_model_serves_everybody_as_somebody_new(model, people, tmp_path):
    opened = cf.open(model.save(tmp_path / "m"))
    assert opened.ratings.n_users == 0
    with pytest.raises(UnknownIds):
        opened.recommend("person-003")
    rated = {"film-1": 5.0, "film-2": 1.0}
    assert opened.recommend(rated, n=3).rows() == model.recommend(rated, n=3).rows()
    assert len(opened.recommend("nobody", n=3, unknown="fallback")) == 3
    assert isinstance(opened, cf.PrivateALS)
    assert opened.privacy.columns() == model.privacy.columns()


def test_a_person_in_the_table_gets_what_they_would_get_as_somebody_new(model, people):
    items, values = people.by_user.of(7)
    rated = dict(zip(people.items.gather(items).tolist(), values.tolist(), strict=True))
    np.testing.assert_allclose(model.score_newcomer(rated), model.score_users(np.array([7]))[0], rtol=1e-6)


def test_later_ratings_move_the_person_and_no_item(model, people):
    later = Ratings.from_arrays(
        ["person-007", "new", "new"], ["film-3", "film-99", "film-1"], [5.0, 5.0, 1.0], scale=(1, 5)
    )
    updated = cf.PrivateALS(rating_range=(1, 5), n_factors=2).fit(people)
    before, bias = updated.score_users(np.array([7])), updated.item_bias_
    with pytest.warns(ItemsNotPlaced):
        updated.update(later)
    np.testing.assert_array_equal(updated.item_bias_[:12], bias)
    assert updated.item_bias_[12] == 0
    assert not np.array_equal(updated.score_users(np.array([7]))[:, :12], before)


def test_forgetting_somebody_changes_nothing_but_the_table(people):
    model = cf.PrivateALS(rating_range=(1, 5), n_factors=2).fit(people)
    bias = model.item_bias_
    receipt = model.forget("person-003")
    assert model.item_bias_ is bias
    assert receipt.removed == receipt.solved_again == ()


def test_each_thing_released_is_covered_or_said_not_to_be(model):
    covers = dict(zip(model.privacy.columns()["what"], model.privacy.columns()["cover"], strict=True))
    assert covers["mean, item biases and factors"] == "covered"
    assert covers["catalogue"] == covers["number of people"] == "public by declaration"
    assert covers["rows of people"] == "not released"
    assert "figures measured of the model" in model.privacy.not_covered
    assert "options other than the defaults: n_factors" in model.privacy.not_covered
    assert 'style="color:#c00">NOT covered' in model.privacy._repr_html_()


def test_without_noise_nothing_is_covered(people):
    statement = cf.PrivateALS(epsilon=None, rating_range=(1, 5)).fit(people).privacy
    assert "covered" not in statement.columns()["cover"]
    assert "nothing of this model is differentially private" in str(statement)


def test_a_range_taken_from_the_table_is_red_until_it_is_declared(people):
    statement = cf.PrivateALS(n_factors=2).fit(people).privacy
    assert "rating range, 1 to 5" in statement.not_covered


def test_a_delta_that_releases_somebody_whole_is_refused(people):
    with pytest.raises(BadOption, match="release one of them whole"):
        cf.PrivateALS(delta=1 / 40).fit(people)


def test_a_saved_model_cannot_be_measured_on_people_it_does_not_know(model, people, tmp_path):
    with pytest.raises(BadOption, match="saved without any person"):
        cf.evaluate(cf.open(model.save(tmp_path / "m")), people)


@pytest.mark.parametrize("options", [{"popularity_penalty": 0.3}, {"max_share_of_head": 0.5}])
def test_its_saved_model_refuses_what_would_count_people(opened, options):
    (option,) = options
    with pytest.raises(Unsupported, match=f"{option} counts how many people .* saved without any person"):
        opened.recommend(RATED, n=3, **options)


def test_its_saved_model_has_a_floor_of_exposure_which_counts_lists_alone(opened):
    last = opened.recommend(RATED, n=10)["item"].to_list()[-1]
    assert last in opened.recommend(RATED, n=3, min_exposure={last: 1.0})["item"].to_list()


def test_diversity_is_refused_as_it_compares_no_items(opened):
    with pytest.raises(Unsupported, match="none is similar to another"):
        opened.recommend(RATED, n=3, diversity=0.3)


def test_its_saved_model_predicts_an_item_it_does_not_know_as_the_mean_of_all(opened):
    all_items = opened.ratings.items.values.tolist()
    mean = np.mean(opened.predict(RATED, all_items, clip=False))
    assert opened.predict(RATED, "film-99", unknown="fallback", clip=False) == pytest.approx(mean, rel=1e-5)


def test_its_saved_model_is_audited_on_people_who_bring_their_ratings_along(tastes, tmp_path):
    train, others = (tastes.without(users=half.tolist()) for half in np.array_split(tastes.users.values, 2))
    opened = cf.open(cf.PrivateALS(rating_range=(1, 5)).fit(train).save(tmp_path / "m"))
    with pytest.raises(BadOption, match=r"saved without any person, .* Give a test"):
        cf.model_card(opened)
    with pytest.raises(Unsupported, match="max_share_of_head counts"):
        cf.model_card(opened, others, lists={"max_share_of_head": 0.5})
    card = cf.model_card(opened, others, sections=["accuracy", "cold_start", "popularity"], quick=True, n_bootstrap=50)
    assert card.findings["list_accuracy"].light != "grey"
    assert card.findings["newcomers"].light != "grey"
    assert "had learned from these people" not in card.markdown()
    assert "saved without any person, on 20% of each person's ratings in tastes" in card.markdown()
    assert card.fingerprint == opened.card().fingerprint
    assert opened.ratings.n_users == 0


def test_its_saved_model_asks_nobody_first_questions(model, tmp_path):
    with pytest.raises(Unsupported, match="was saved without any"):
        cf.Onboarding(cf.open(model.save(tmp_path / "m")))


def test_with_a_delta_given_the_number_of_people_is_not_released(people):
    columns = cf.PrivateALS(delta=1e-6).fit(people).privacy.columns()
    assert columns["cover"][columns["what"].index("number of people")] == "not released"


def test_the_noise_of_the_releases_is_that_of_epsilon_and_delta(model):
    from cofactor.training.private.accountant import noise_multiplier

    assert model.delta_ == 1 / 40**2
    assert np.sum(model.multipliers_**-2.0) ** -0.5 == pytest.approx(noise_multiplier(5.0, 1 / 40**2))


def test_less_epsilon_costs_accuracy(tastes):
    train, test = cf.split(tastes, test=0.2, seed=1)
    pairs = test.user_idx, test.item_idx
    errors = [
        np.square(cf.PrivateALS(epsilon=one, rating_range=(1, 5)).fit(train).score_pairs(*pairs) - test.values).mean()
        for one in (0.3, 3.0, None)
    ]
    assert errors == sorted(errors, reverse=True)


@pytest.fixture
def fixture_noise(monkeypatch):
    """The same noise at every fit, so that options can be compared: for tests alone."""
    monkeypatch.setattr(secure_normals, "secure_normals", lambda n: np.random.default_rng(n).standard_normal(n))


FELT = {
    "epsilon": 2.0, "delta": 1e-3, "rating_range": (0, 6), "n_factors": 3, "n_epochs": 2, "max_ratings": 3,
    "attributes": False, "seed": 1,
}  # fmt: skip


def test_every_option_is_felt(people, fixture_noise):
    titled = replace(people, item_attributes={"kind": np.array(["a", "b"] * 6, object)})
    usual: dict[str, Any] = {"rating_range": (1, 5), "n_factors": 5}

    def scores(**options):
        return cf.PrivateALS(**usual | options).fit(titled).score_users(np.arange(3))

    assert FELT.keys() == {one.name for one in fields(cf.PrivateALS)}
    before = scores()
    np.testing.assert_array_equal(scores(), before)
    for name, value in FELT.items():
        assert not np.array_equal(scores(**{name: value}), before), name


def test_an_unfitted_model_has_no_statement():
    with pytest.raises(NotFitted):
        cf.PrivateALS().privacy  # noqa: B018


def test_its_card_lists_all_that_is_released_and_what_nothing_covers_in_red(opened):
    (section,) = (one for one in opened.card().sections if one.key == "promise")
    facts = {one.name.lower(): one for one in section.facts}
    for one in opened.privacy.released:
        assert facts[one.what.lower()].value == f"{one.cover}: {one.why}"
        assert facts[one.what.lower()].red == (one.cover == NOT_COVERED)
    assert facts["ε"].value.startswith("5, of one person")
    said = " ".join(section.text)
    assert "The recipe is promised, not the bits" in said
    assert "floating-point noise are not covered" in said
    assert 'class="uncovered"><dt>Figures measured of the model' in opened.card().html()


def test_not_covered_is_said_in_the_card_too(model, tmp_path):
    card = (model.save(tmp_path / "m") / "card.md").read_text().replace("\\", "")
    assert "differentially private" in card
    assert all(what in card for what in model.privacy.not_covered)
    assert NOT_COVERED.lower() in card.lower()
