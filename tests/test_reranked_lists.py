"""Re-ranked lists of a model: what the options of `recommend` buy, keep and refuse."""

import warnings

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.contract import exporting
from cofactor.contract.reranked_lists import item_similarities
from cofactor.errors import BadOption, FewerLeft, Unsupported
from cofactor.filtering.columns import item_column
from cofactor.reranking.calibration import category_shares, miscalibration, mixes_of
from cofactor.reranking.diversity import intra_list_diversity
from cofactor.reranking.head import short_head
from cofactor.reranking.popularity import relative_popularity

N_LISTS = 60
ALL = dict(diversity=0.3, calibrated="genres", max_share_of_head=0.5, popularity_penalty=0.1)


@pytest.fixture(scope="module")
def model(tastes):
    return cf.ExplicitALS(n_factors=8).fit(tastes, progress=False)


@pytest.fixture(scope="module")
def users(tastes):
    return tastes.users.values[:N_LISTS].tolist()


def ranked(model, users, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FewerLeft)
        return model.rank(users, 10, **options)


def away_from_taste(model, found):
    """(b,) how far the genres of each list are from those of its user's past."""
    column = item_column(model.ratings, "genres", "test")
    shares = category_shares(column.words, len(column.codes_of_words))
    past = np.stack([shares[model.ratings.by_user.of(user)[0]].sum(axis=0) for user in range(len(found.idx))])
    listed = np.where(found.filled[:, :, None], shares[found.idx], 0).sum(axis=1)
    return miscalibration(mixes_of(past), mixes_of(listed))


# --- what they buy --------------------------------------------------------------------------------------------------


def test_lists_get_more_diverse_and_less_alike(model, users):
    similarities = item_similarities(model)
    diversity = [
        intra_list_diversity(ranked(model, users, diversity=weight).idx, similarities).mean() for weight in (0, 0.3, 1)
    ]
    assert diversity[0] + 0.05 < diversity[1] < diversity[2]


@pytest.mark.parametrize("weight", [0.1, 0.5, 0.9])
def test_no_list_is_further_from_the_taste_than_it_was(model, users, weight):
    plain = away_from_taste(model, ranked(model, users))
    found = away_from_taste(model, ranked(model, users, calibrated={"genres": weight}))
    assert (found <= plain + 1e-9).all()
    assert found.mean() < plain.mean()


def test_an_attribute_that_is_named_alone_has_half_of_the_weight(model, users):
    named, weighed = (ranked(model, users, calibrated=one).idx for one in ("genres", {"genres": 0.5}))
    np.testing.assert_array_equal(named, weighed)
    assert not np.array_equal(named, ranked(model, users, calibrated={"genres": 0.9}).idx)


def test_the_head_has_at_most_its_share_of_each_list(model, users):
    head = short_head(model.ratings.item_counts)
    assert head[ranked(model, users).idx].sum(axis=1).max() > 3
    found = ranked(model, users, max_share_of_head=0.3).idx
    assert (found >= 0).all()
    assert head[found].sum(axis=1).max() == 3


def test_a_penalty_makes_lists_less_popular(model, users):
    popularity = relative_popularity(model.ratings.item_counts)
    means = [popularity[ranked(model, users, popularity_penalty=weight).idx].mean() for weight in (0, 0.3, 1)]
    assert means[0] > means[1] > means[2]


def test_those_of_whom_little_is_known_explore_more(model):
    """How many of ten stay on the list: of somebody new, and of whoever rated most."""
    most, few = int(np.argmax(model.ratings.user_counts)), {model.ratings.items.values[0]: 4.0}
    plain = [ranked(model, who).idx[0] for who in (model.ratings.users.values[most], few)]
    kept = np.zeros(2)
    for seed in range(10):
        for at, who in enumerate((model.ratings.users.values[most], few)):
            kept[at] += len(set(ranked(model, who, explore=True, seed=seed).idx[0]) & set(plain[at]))
    assert kept[1] < kept[0] < 100


def test_new_items_are_shown_on_as_many_lists_as_their_floors_ask(model, users, tastes):
    new, other = (tastes.items.values[int(at)] for at in np.argsort(tastes.item_counts, kind="stable")[:2])
    plain, floored = (
        ranked(model, users, min_exposure=one, max_per={"genres": 6}).idx for one in (None, {new: 0.1, other: 0.05})
    )
    shown = [(floored == at).any(axis=1) for at in tastes.find_items([new, other])]
    assert [one.sum() for one in shown] == [6, 3]
    untouched = ~(shown[0] | shown[1])
    np.testing.assert_array_equal(plain[untouched], floored[untouched])
    for at in np.flatnonzero(shown[0]).tolist():
        assert new not in tastes.items.gather(tastes.by_user.of(at)[0])


# --- what they keep -------------------------------------------------------------------------------------------------


def test_weights_of_0_change_nothing(model, users):
    found = ranked(model, users, diversity=0, calibrated={"genres": 0}, max_share_of_head=1, popularity_penalty=0)
    np.testing.assert_array_equal(found.idx, ranked(model, users).idx)


@pytest.mark.parametrize("made", [cf.EASE(reg=10.0), cf.ItemKNN(), cf.BayesianMF(n_factors=4, n_draws=6, n_burn_in=4)])
def test_lists_of_any_model_that_compares_items_are_whole(made, tastes, users):
    found = ranked(made.fit(tastes, progress=False), users, **ALL).idx
    assert (found >= 0).all()
    for user, listed in enumerate(found.tolist()):
        assert len(set(listed)) == 10
        assert not set(listed) & set(tastes.by_user.of(user)[0].tolist())


def test_they_go_with_sets_conditions_caps_and_newcomers(model, users):
    films = model.ratings.items.values[:80].tolist()
    found = model.recommend(
        {films[0]: 5, films[1]: 1},
        4,
        candidates={"newcomer": films},
        where="year < 1980",
        max_per={"genres": 2},
        **ALL,
    )
    assert found["item"].n_unique() == 4
    assert set(found["item"]) <= set(films[2:])


def test_a_list_that_a_cap_leaves_short_says_so(model):
    head = model.ratings.items.values[short_head(model.ratings.item_counts)].tolist()
    with pytest.warns(FewerLeft, match="Only 2 of 4 items .*, or left out by max_share_of_head"):
        model.recommend(model.ratings.users.values[0], 4, candidates=head, max_share_of_head=0.5, hide_seen=False)


@pytest.mark.parametrize("options", [ALL, {"explore": True, "diversity": 0.2, "seed": 3}])
def test_each_is_told_alone_what_is_told_to_all_and_written(model, users, options, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 30)
    told = model.recommend(users[:9], 6, was=True, **options)
    alone = pl.concat([model.recommend(user, 6, was=True, **options) for user in users[:9]])
    written = pl.read_parquet(model.recommend_all(tmp_path / "lists.parquet", 6, users[:9], was=True, **options))
    for found in (alone, written):
        assert found.drop("score").equals(told.drop("score").cast(found.drop("score").schema))


def test_what_was_changed_is_told_beside_the_list(model, users):
    table, plain = model.recommend(users[0], 10, was=True, **ALL), model.recommend(users[0], 500)
    ranks = dict(zip(plain["item"], plain["rank"], strict=True))
    assert table["was"].to_list() == [ranks[item] for item in table["item"]] != list(range(1, 11))
    assert model.recommend(users[0], 10, was=True)["was"].to_list() == list(range(1, 11))


def test_the_same_seed_explores_the_same_and_strangers_each_for_themselves(model, users):
    first, again, other = (ranked(model, users[0], explore=True, seed=seed).idx.tolist() for seed in (0, 0, 1))
    assert first == again != other
    strangers = model.rank(["zoe", "ann"], 10, unknown="fallback", explore=True).idx
    assert strangers[0].tolist() != strangers[1].tolist()


# --- what they refuse -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"diversity": 1.5}, "diversity is a number from 0 to 1, but 1.5 came"),
        ({"diversity": "much"}, "diversity must be a finite number, but 'much' came"),
        ({"popularity_penalty": -0.1}, "popularity_penalty is a number from 0 to 1, but -0.1 came"),
        ({"max_share_of_head": 2}, "max_share_of_head is a number from 0 to 1, but 2 came"),
        (
            {"calibrated": "genre"},
            "calibrated names the attribute 'genre', which items do not have. Did you mean 'genr",
        ),
        ({"calibrated": {"genres": 3}}, r"calibrated\['genres'\] is a number from 0 to 1, but 3 came"),
        ({"min_exposure": 0.5}, "min_exposure is given as {item: 0.01}, but 0.5 came"),
        ({"min_exposure": {1: 5}}, r"min_exposure\[1\] is a number from 0 to 1, but 5 came"),
        ({"calibrated": 0.5}, "calibrated is given as 'genres' or {'genres': 0.9}, but 0.5 came"),
        ({"explore": 1}, "explore must be True or False, but 1 came"),
        ({"explore": True, "seed": -1}, "seed is a whole number, 0 or more, but -1 came"),
        ({"was": "yes"}, "was must be True or False, but 'yes' came"),
    ],
)
def test_what_makes_no_sense_is_refused(model, users, options, message):
    with pytest.raises(BadOption, match=message):
        model.recommend(users[0], **options)


def test_models_that_lack_what_it_takes_say_so(tastes, users):
    bias = cf.Bias().fit(tastes)
    with pytest.raises(Unsupported, match="Bias has no vectors or weights of items"):
        bias.recommend(users[0], diversity=0.3)
    with pytest.raises(Unsupported, match="Bias has no posterior"):
        bias.recommend(users[0], explore=True)
    both = cf.RankerAndRater(cf.EASE(reg=10.0), cf.ExplicitALS(n_factors=2), error=1.0).fit(tastes, progress=False)
    with pytest.raises(Unsupported, match="lists of RankerAndRater are ordered by something else. Use a model"):
        both.recommend(users[0], explore=True)
