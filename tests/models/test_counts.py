"""Counts and clicks: what each model makes of them, and what says that they are relevant."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.data.ratings import Ratings
from cofactor.data.relevance import lowest_relevant
from cofactor.errors import BadOption
from cofactor.evaluation.held_out import HeldOut
from cofactor.models import model_class, model_names

NEED_RATINGS = ("bayesian_mf", "bias", "explicit_als", "matrix_factorization", "private_als", "ranker_and_rater")


@pytest.fixture(scope="module")
def plays() -> Ratings:
    """Twelve listeners; all play artist 0 once, two play artist 1 a thousand times."""
    rng = np.random.default_rng(0)
    users, items = np.nonzero(rng.random((12, 9)) < 0.5)
    users, items = np.append(users, np.arange(12)), np.append(items + 2, np.zeros(12, int))
    users, items = np.append(users, [3, 4]), np.append(items, [1, 1])
    return Ratings.from_arrays(users, items, np.append(np.ones(len(users) - 2), [1000, 1000]))


def test_popularity_is_how_many_people_play_it_not_how_often(plays):
    model = cf.Popularity().fit(plays)
    assert plays.kind == "counts"
    assert model.popularity_[:2].tolist() == [12, 2]


def test_every_held_out_pair_of_clicks_or_counts_is_relevant(plays):
    train, test = cf.split(plays, test=0.3, seed=1)
    assert lowest_relevant(train, test) is None
    assert HeldOut.of(train, test).n_relevant.sum() == len(test)
    assert lowest_relevant(train, cf.read({"user": [1], "item": [1]})) is None


def test_what_the_weights_of_counts_were_chosen_on_is_called_so(plays):
    model = cf.ImplicitMF(n_factors=2, n_epochs=1).fit(plays, progress=False)
    assert "short fits on a tenth of the counts" in model.notes()[-1]


def test_models_of_ratings_refuse_counts_and_say_what_to_do(plays):
    for name in NEED_RATINGS:
        model = model_class(name)()
        assert model.abilities.needs_ratings
        with pytest.raises(BadOption, match=r"learns from ratings, but .*counts.*ImplicitMF.*kind='ratings'"):
            model.fit(plays)


@pytest.mark.parametrize("name", [name for name in model_names() if name not in NEED_RATINGS])
def test_all_other_models_learn_from_counts(name, plays):
    small = {"blend": {"held_out": 0.3}}.get(name, {"n_factors": 2} if name in ("implicit_mf", "bpr") else {})
    model = model_class(name)(**small).fit(plays, progress=False)
    assert not model.abilities.needs_ratings
    scores = model.score_users(np.arange(12))
    assert np.isfinite(scores).all()
    assert np.isfinite(model.score_newcomer({1: 1000})).all()


@pytest.mark.parametrize("name", ["bpr", "graph_filter", "item_knn", "neural_cf", "popularity"])
def test_models_that_take_counts_as_clicks_learn_as_from_clicks(name, plays):
    clicks = Ratings.from_arrays(plays.users.gather(plays.user_idx), plays.items.gather(plays.item_idx))
    of_counts, of_clicks = (model_class(name)().fit(one, progress=False) for one in (plays, clicks))
    assert np.array_equal(of_counts.score_users(np.arange(12)), of_clicks.score_users(np.arange(12)))


def test_auto_and_compare_leave_models_of_ratings_out_on_counts(tmp_path, capsys):
    rng = np.random.default_rng(0)
    pairs = [(u, i) for u in range(30) for i in rng.permutation(30)[:20].tolist()]
    lines = [f"{u},{i},{100 if at == 0 else 1}" for at, (u, i) in enumerate(pairs)]
    (tmp_path / "plays.csv").write_text("\n".join(["user,item,plays", *lines]))
    assert main(["compare", str(tmp_path / "plays.csv"), "--metrics", "ndcg@5"]) == 0
    out = capsys.readouterr().out
    assert "implicit_mf" in out
    assert not any(name in out for name in NEED_RATINGS)
