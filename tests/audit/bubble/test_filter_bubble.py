"""The whole audit: the same by seed, every model and control in it, and a summary of what keeps its sign alone."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.bubble.choice_models import logit_choice
from cofactor.audit.bubble.filter_bubble import filter_bubble
from cofactor.audit.bubble.findings import RunKey, find, first_short_round
from cofactor.audit.bubble.recommenders import CONTROLS, TRUE_TASTE
from cofactor.audit.bubble.rounds import MEASURES, Round
from cofactor.data.sources import tastes
from cofactor.errors import BadOption


@pytest.fixture(scope="module")
def ratings():
    return tastes.load(n_users=60)


@pytest.fixture(scope="module")
def bubble(ratings):
    def best_of_others(model, k):
        """What stands at the ranks behind the first list."""
        return model.rank_users(np.arange(60), 2 * k)[0][:, k:]

    return filter_bubble(cf.EASE(), ratings, mitigations={"second list": best_of_others}, n_rounds=3, seeds=[0, 1])


def runs_of(model, control):
    """Runs of two rounds, with these last values of every measure; the first are 0."""
    return {
        RunKey(name, choice, seed): [round_of(0.0), round_of(last)]
        for name, lasts in (("model", model), (TRUE_TASTE, control))
        for (choice, seed), last in zip([("logit", 0), ("logit", 1), ("position", 0)], lasts, strict=True)
    }


def round_of(value, n_short=0):
    return Round(dict.fromkeys(MEASURES, value), n_chosen=0, n_short=n_short)


def test_every_round_of_every_run_is_a_row(bubble):
    table = bubble.table()
    assert len(table) == (2 + 3) * 3 * 2 * 3  # recommenders, choice models, seeds, rounds
    assert bubble.recommenders == ("EASE", "second list", *CONTROLS)
    assert np.isfinite(table.select(*MEASURES).to_numpy()).all()


def test_curves_are_drawn_with_every_recommender(bubble):
    pytest.importorskip("matplotlib")
    axes = bubble.plot("overlap")
    assert [line.get_label() for line in axes.lines] == list(bubble.recommenders)
    assert axes.lines[0].get_ydata().tolist() == bubble.curves("overlap")["mean"][:3]
    assert axes.get_ylabel() == MEASURES["overlap"]


def test_the_same_seed_gives_the_same_rounds_and_another_one_others(bubble, ratings):
    again = filter_bubble(cf.EASE(), ratings, n_rounds=3, seeds=[1]).columns()
    rows = bubble.table().filter(seed=1)
    mine = rows.filter(rows["recommender"] != "second list").to_dict(as_series=False)
    assert mine == again
    other = bubble.table().filter(seed=0, recommender="EASE")["utility"].to_list()
    assert other != rows.filter(recommender="EASE")["utility"].to_list()


def test_true_taste_shows_what_is_liked_most_and_random_what_is_liked_as_any(bubble):
    table = bubble.table()
    shown = {name: table.filter(recommender=name)["utility"].mean() for name in bubble.recommenders}
    assert shown[TRUE_TASTE] == max(shown.values())
    assert abs(shown["random"]) < 0.3


def test_a_mitigation_shows_its_own_lists_and_one_that_changes_nothing_the_models(bubble, ratings):
    def own_lists(model, k):
        return model.rank_users(np.arange(60), k)[0]

    again = filter_bubble(cf.EASE(), ratings, mitigations={"own": own_lists}, n_rounds=3, seeds=[0]).table()
    rounds = {name: again.filter(recommender=name).select(*MEASURES) for name in ("EASE", "own")}
    assert rounds["own"].equals(rounds["EASE"])
    second = bubble.table().filter(seed=0, recommender="second list").select(*MEASURES)
    assert not second.equals(rounds["EASE"])


def test_a_known_taste_is_taken_and_all_ratings_begin_the_log(ratings):
    reversed_taste = -np.tile(ratings.item_counts, (60, 1)).astype(float)  # the rarest are liked most
    found = filter_bubble(cf.Popularity(), ratings, taste=reversed_taste, n_rounds=2, seeds=[0])
    popular = found.curves("utility")
    assert popular["recommender"][4:6] == ["popularity"] * 2
    assert max(popular["mean"][4:6]) < 0 < min(popular["mean"][6:])


def test_refitting_and_the_options_of_the_model_are_felt(ratings):
    def utility(model, refit_every):
        one = {"logit": logit_choice}
        found = filter_bubble(model, ratings, n_rounds=3, seeds=[0], choice_models=one, refit_every=refit_every)
        return found.curves("utility")["mean"][:3]

    assert utility(cf.EASE(), 1)[0] == utility(cf.EASE(), 9)[0]
    assert utility(cf.EASE(), 1)[2] != utility(cf.EASE(), 9)[2]
    assert utility(cf.EASE(reg=5.0), 9) != utility(cf.EASE(), 9)


def test_curves_are_plain_columns_of_mean_lowest_and_highest(bubble):
    curves = bubble.curves("overlap")
    assert curves["round"] == [1, 2, 3] * 5
    assert all(
        low <= mean <= high for low, mean, high in zip(*(curves[n] for n in ("low", "mean", "high")), strict=True)
    )
    with pytest.raises(BadOption, match="'jaccard' is not measured. Choose one of: diversity"):
        bubble.curves("jaccard")


def test_a_change_of_one_sign_in_all_runs_is_a_finding():
    plain, beyond, *_ = find(runs_of([0.1, 0.2, 0.3], [0.2, 0.3, 0.5]), ["model"])
    assert (plain.mean, plain.low, plain.high, plain.n_runs) == (pytest.approx(0.2), 0.1, 0.3, 3)
    assert str(plain) == "model: diversity within lists rises: +0.200 (+0.100 to +0.300)."
    assert str(beyond).startswith("model: diversity within lists falls relative to true taste: -0.133")


@pytest.mark.parametrize("other", [-0.001, 0.0, float("nan")])
def test_one_run_of_another_sign_or_of_none_is_enough_to_say_nothing(other):
    assert find(runs_of([0.1, 0.2, other], [0.1, 0.2, other]), ["model"]) == []


def test_the_first_round_in_which_items_ran_out_is_that_of_any_run():
    runs = {RunKey("model", "logit", 0): [round_of(0), round_of(0, 3)], RunKey("model", "logit", 1): [round_of(0)] * 2}
    assert first_short_round(runs, "model") == 2
    assert first_short_round(runs, "another") is None


def test_the_sheet_says_how_it_was_simulated_and_that_it_is_one(bubble):
    text = str(bubble)
    assert text.startswith("Filter bubble: tastes (synthetic)")
    assert "choice models: logit, independent, position; 2 seeds; attribute: genres" in text
    assert "in all 6 runs" in text
    assert "random: nobody runs out of items." in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 1}, "k must be at least 2"), ({"n_rounds": 1}, "n_rounds must be at least 2"),
        ({"refit_every": 0}, "refit_every must be at least 1"), ({"seeds": []}, "seeds is empty"),
        ({"seeds": [-1]}, "seed is a whole number"), ({"choice_models": {}}, "choice_models is empty"),
        ({"attribute": "genre"}, "Did you mean 'genres'"), ({"taste": np.zeros((2, 2))}, "taste must be finite"),
        ({"mitigations": {"random": None}}, "is a control"),
        ({"seeds": 5}, r"seeds are given as \[0, 1\], but 5 came"),
        ({"choice_models": ["logit"]}, "choice_models are given as {'logit'"),
        ({"mitigations": [np.sort]}, "mitigations are functions by their names"),
    ],
)  # fmt: skip
def test_what_cannot_be_simulated_is_refused(ratings, options, message):
    with pytest.raises(BadOption, match=message):
        filter_bubble(cf.EASE(), ratings, **options)


def test_a_path_in_place_of_ratings_is_refused():
    with pytest.raises(BadOption, match="simulates people of ratings, but a str came"):
        filter_bubble(cf.EASE(), "ratings.csv")


def test_lists_of_another_shape_or_of_rated_items_are_refused(ratings):
    def all_items(model, k):
        return np.tile(np.arange(k), (60, 1))

    for wrong, message in (
        (all_items, "items that they have rated"),
        (lambda m, k: all_items(m, 3), r"shape \(60, 10\)"),
    ):
        with pytest.raises(BadOption, match=message):
            filter_bubble(cf.EASE(), ratings, mitigations={"wrong": wrong}, n_rounds=2, seeds=[0])
