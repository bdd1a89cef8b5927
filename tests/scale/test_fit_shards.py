"""`fit(shards)` is `fit(ratings)`, but that of users nothing is kept."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadCheckpoint, BadOption, BadTable, UnknownIds
from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
from cofactor.scale.fitting.held_out import HeldOut
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.table.writing import shard_table

MODELS = {
    "ratings": cf.ExplicitALS(n_factors=8),
    "clicks": cf.ImplicitMF(n_factors=8, n_epochs=4, unobserved_weight=0.1, reg=0.003),
    "weighed clicks": cf.ImplicitMF(n_factors=8, n_epochs=4, unobserved_weight=0.1, reg=0.003, confidence=2.0),
    "attributes": cf.ExplicitALS(n_factors=8, attributes=True),
}


@pytest.fixture(scope="module")
def tastes():
    return replace(cf.load("tastes"), user_attributes={})


@pytest.fixture(scope="module")
def shards(tastes, tmp_path_factory):
    return shard_table(tastes, tmp_path_factory.mktemp("scale") / "tastes.shards", n_shards=20)  # two bundles


def close(one, other, share):
    """Whether the difference of two arrays is below this share of the larger one."""
    return np.abs(one - other).max() < share * np.abs(other).max()


@pytest.fixture(scope="module")
def fitted(shards):
    return cf.ExplicitALS(n_factors=8).fit(shards, progress=False)


@pytest.mark.parametrize("n_sampled", [20_000, 70])
@pytest.mark.parametrize("name", MODELS)
def test_the_model_is_that_of_the_table_in_memory(tastes, shards, name, n_sampled, monkeypatch):
    """What newcomers are like, too, is learned from the same users, all of them or some, and of items by all."""
    for module in ("_biased_factors", "explicit_als"):
        monkeypatch.setattr(f"cofactor.models.{module}.MAX_SAMPLE", n_sampled)
    whole, found = (MODELS[name].copied().fit(table, progress=False) for table in (tastes, shards))
    assert close(found.item_factors_, whole.item_factors_, 1e-4)
    low, high = tastes.scale
    for some in ({}, {"metropolis-1927": 5}, {"metropolis-1927": 5, "nosferatu-1922": 1}):
        assert np.abs(found.score_newcomer(some) - whole.score_newcomer(some)).max() < 1e-4 * (high - low)
    if name in ("ratings", "attributes"):
        assert close(found.item_precision_, whole.item_precision_, 1e-3)
        assert close(found.user_precision_, whole.user_precision_, 1e-3)


def test_it_keeps_no_users_and_answers_who_gives_ratings(tastes, shards, tmp_path):
    model = cf.ExplicitALS(n_factors=8).fit(shards, progress=False)
    assert model.ratings.n_users == 0
    assert "keeps no users" in " ".join(model.notes())
    assert np.array_equal(model.ratings.item_counts, tastes.item_counts)
    opened = cf.open(model.save(tmp_path / "big.cofactor"))
    assert "54,303 ratings of 547 items, which lie in shards" in opened.card().markdown()
    asked = {"metropolis-1927": 5, "nosferatu-1922": 1}
    assert opened.recommend(asked, 5).rows() == model.recommend(asked, 5).rows()
    assert np.array_equal(opened.ratings.item_counts, tastes.item_counts)


def test_lists_of_everybody_are_those_of_shards(fitted, tmp_path):
    """Not a file without rows."""
    with pytest.raises(BadOption, match=r"nobody to write lists for.*fitted to shards.*write_lists\(model, shards"):
        fitted.recommend_all(tmp_path / "lists.parquet")


def test_a_table_of_one_user_is_nothing_to_compare_by(tmp_path):
    shards = cf.shard({"who": ["ann"] * 3, "item": [1, 2, 3], "rating": [5, 4, 1]}, tmp_path / "s", user="who")
    with pytest.raises(BadTable, match="Column 'who' holds one user only, .*Name the right column with user=…"):
        cf.ExplicitALS(n_factors=2).fit(shards, progress=False)


def test_it_is_measured_on_people_who_bring_their_ratings_along(fitted, tastes):
    with pytest.raises(BadOption, match=r"fitted to shards.*fit\(shards, validation=0.05\).*model_card\(model, test\)"):
        cf.evaluate(fitted, tastes)
    card = cf.model_card(fitted, tastes, sections=["accuracy"], n_bootstrap=50)
    assert card.findings["list_accuracy"].light != "grey"
    assert "this model, which was fitted to shards, of which it keeps no users, on 20%" in card.markdown()


def test_it_prints_how_much_it_learned_from(fitted):
    facts = dict(fitted.sheet().rows)
    assert facts["learned from"] == "tastes (synthetic), in shards"
    assert (facts["users kept"], facts["items"], facts["ratings"]) == ("0", "547", "54,303")


def test_of_popular_items_as_many_are_shown_as_of_the_table_in_memory(tastes, shards):
    """How often each item was rated is known without the ratings."""
    asked, cap = {"metropolis-1927": 5, "nosferatu-1922": 1}, {"max_share_of_head": 0.2}
    models = [cf.ExplicitALS(n_factors=8).fit(table, progress=False) for table in (shards, tastes)]
    assert models[0].recommend(asked, **cap)["item"].to_list() == models[1].recommend(asked, **cap)["item"].to_list()


@pytest.mark.parametrize("kind", ["clicks", "counts"])
def test_of_what_is_no_opinion_a_model_of_ratings_learns_as_from_a_table_in_memory(tastes, tmp_path, kind):
    """Counts are refused; clicks are taken, which the notes say."""
    table = replace(tastes, kind=kind, scale=None, values=np.ones(len(tastes), np.float32))
    for train in (table, shard_table(table, tmp_path / "s", n_shards=2)):
        model = cf.ExplicitALS(n_factors=2, n_epochs=1)
        if kind == "counts":
            with pytest.raises(BadOption, match="learns from ratings, but .*counts.*such as ImplicitMF"):
                model.fit(train, progress=False)
        else:
            assert "It took clicks for ratings" in " ".join(model.fit(train, progress=False).notes())


def test_a_share_that_is_held_out_is_measured(shards):
    ratings = cf.ExplicitALS(n_factors=8).fit(shards, validation=0.2, progress=False)
    assert "On what was held out: RMSE 0.7" in ratings.notes()[0]
    clicks = cf.ImplicitMF(n_factors=8, n_epochs=4, unobserved_weight=0.1, reg=0.003)
    assert "On what was held out: nDCG@20 0.2" in clicks.fit(shards, validation=0.2, progress=False).notes()[0]


def test_its_card_says_which_command_makes_it_again(shards, tmp_path):
    model = cf.ExplicitALS(n_factors=8, n_epochs=1).fit(shards, validation=0.2, progress=False)
    command = "cofactor fit SHARDS --model explicit_als --n-factors 8 --n-epochs 1 --held-out 0.2 --out model.cofactor"
    for one in (model, cf.open(model.save(tmp_path / "m"))):
        assert command in one.card().markdown().replace("\\_", "_")


@pytest.mark.parametrize("name", ["ratings", "clicks"])
def test_its_notes_have_one_order_before_and_after_it_is_saved(shards, tmp_path, name):
    model = replace(MODELS[name], n_epochs=1).fit(shards, validation=0.2, progress=False)
    model.interrupted_ = "after 1 of 5 epochs"
    assert cf.open(model.save(tmp_path / "m")).notes() == model.notes()


def test_a_training_goes_on_from_its_checkpoint(shards, tmp_path, monkeypatch):
    options, file = {"n_factors": 8, "n_epochs": 3}, tmp_path / "half"
    whole, finish, n_done = cf.ExplicitALS(**options).fit(shards, progress=False), ShardedLeastSquares._finish, count()

    def finish_or_die(engine, sums):
        if next(n_done) == 2:
            raise MemoryError
        return finish(engine, sums)

    with monkeypatch.context() as patched:
        patched.setattr(ShardedLeastSquares, "_finish", finish_or_die)
        with pytest.raises(MemoryError):
            cf.ExplicitALS(**options).fit(shards, checkpoint=file, progress=False)
    again = cf.ExplicitALS(**options).fit(shards, checkpoint=file, progress=False)
    assert [one.number for one in again.history_] == [2]
    assert np.array_equal(again.item_factors_, whole.item_factors_)
    with pytest.raises(BadCheckpoint):
        cf.ExplicitALS(**options).fit(shards, validation=0.1, checkpoint=file, progress=False)


def test_weights_that_are_not_given_are_chosen_by_short_fits_on_some_users(shards):
    model = cf.ImplicitMF(n_factors=8, n_epochs=2).fit(shards, progress=False)
    assert "Chosen by short fits" in " ".join(model.notes())


@pytest.mark.parametrize(
    ("fit", "says"),
    [
        (lambda shards: cf.Popularity().fit(shards), "ExplicitALS and ImplicitMF"),
        (lambda shards: cf.ExplicitALS(n_factors=8).fit(shards, validation=1.5), "from 0 up to 1"),
        (lambda shards: cf.ExplicitALS(n_factors=8).fit(shards, validation=cf.load("tastes")), "a share"),
        (lambda shards: cf.ExplicitALS(n_factors=8).fit(cf.load("tastes"), validation=0.5), "give a part"),
        (lambda shards: cf.ExplicitALS(n_factors=8).fit(shards, early_stopping=cf.EarlyStopping()), "leave them out"),
        (lambda shards: cf.ImplicitMF(attributes=True).fit(shards), "without attributes"),
        (lambda shards: cf.ImplicitMF(memory_gb=0.001).fit(shards), "smaller files"),
    ],
)
def test_what_cannot_be_is_said(shards, fit, says):
    with pytest.raises(BadOption, match=says):
        fit(shards)


@pytest.mark.parametrize(
    "ask",
    [
        lambda model: model.recommend("u0001"),
        lambda model: model.predict("u0001", "metropolis-1927"),
        lambda model: model.explain("u0001", "metropolis-1927"),
        lambda model: model.similar_users("u0001"),
    ],
)
@pytest.mark.parametrize("came_later", [False, True])
def test_a_question_about_somebody_in_the_shards_says_how_to_ask(fitted, ask, came_later):
    model = fitted.copied()
    if came_later:
        model.update(cf.Ratings.from_arrays(["ann"], ["metropolis-1927"], [5], scale=(1.0, 5.0)))
    with pytest.raises(UnknownIds, match=r"'u0001'.*keeps no users; .*who.* ratings: .*{item: rating}") as raised:
        ask(model)
    assert "spelling" not in str(raised.value)


def test_newcomers_are_learned_from_so_many_users_whatever_the_size_of_a_shard(shards, tastes):
    learned = LearnedShards(shards, HeldOut(0.0, shards.catalogue.items.values))
    some = learned.sample(70).ratings
    assert (some.n_users, len(some)) == (
        70,
        int(tastes.user_counts[tastes.users.sample(np.arange(tastes.n_users), 70)].sum()),
    )
    assert learned.sample(10**6).ratings.n_users == shards.n_users


def test_dislikes_alone_are_nothing_to_learn_clicks_from(tastes, tmp_path):
    dislikes = shard_table(replace(tastes, values=tastes.values - 9, scale=(-8.0, -4.0)), tmp_path / "s", n_shards=2)
    with pytest.raises(BadOption, match="all is held out, or a dislike"):
        cf.ImplicitMF(n_factors=4).fit(dislikes, progress=False)


def test_whoever_was_in_the_shards_comes_later_as_somebody_new(fitted, shards):
    """What docs/scale.md says of later ratings: the model cannot see whom it learned from."""
    model, ratings = fitted.copied(), shards.ratings_of("u0071")
    item = fitted.ratings.items.find([next(iter(ratings))])[0]
    model.update(cf.Ratings.from_arrays(["u0071"], [next(iter(ratings))], [5], scale=(1.0, 5.0)))
    assert model.ratings.users.values.tolist() == ["u0071"]
    assert model.ratings.by_user.counts.tolist() == [1]
    assert model.ratings.item_counts[item] == fitted.ratings.item_counts[item] + 1
    assert np.array_equal(model.item_factors_, fitted.item_factors_)


@pytest.mark.parametrize("name", ["ratings", "clicks"])
def test_whoever_came_later_and_is_forgotten_changes_nothing_that_was_fitted(shards, name):
    """Items were solved from ratings that lie in the shards, and the average is of their users: neither can be had
    from the few who came later."""
    model = MODELS[name].copied().fit(shards, progress=False)
    items, strangers = model.item_factors_, model.score_newcomer({})
    ratings = cf.Ratings.from_arrays(["ann", "bob"], ["metropolis-1927"] * 2, [5, 4], scale=(1.0, 5.0))
    known = model.ratings.item_counts
    model.update(ratings)
    assert model.ratings.item_counts.sum() == known.sum() + 2
    model.forget("ann")
    assert np.array_equal(model.item_factors_, items)
    assert np.array_equal(model.score_newcomer({}), strangers)
    assert model.ratings.item_counts.sum() == known.sum() + 1
