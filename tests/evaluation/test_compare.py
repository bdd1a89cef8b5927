"""Comparison: a winner is named when there is one, and only then."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, Leak
from cofactor.evaluation.compare import compare
from scripted import scripted


@pytest.fixture
def world():
    """world(seed, *noises) -> train, test and models that know the truth up to noise of this size."""

    def make(seed: int, *noises: float):
        rng = np.random.default_rng(seed)
        truth = rng.uniform(1, 5, (150, 20))
        users, items = np.divmod(rng.permutation(150 * 20)[:1500], 20)
        whole = Ratings.from_arrays(users, items, truth[users, items], scale=(1.0, 5.0))
        train, test = cf.split(whole, test=0.5, seed=seed)
        return train, test, [scripted(train, truth + rng.normal(0, noise, truth.shape)) for noise in noises]

    return make


def named(models) -> dict:
    return {f"model {at}": model for at, model in enumerate(models)}


def test_a_clearly_better_model_wins(world):
    train, test, models = world(0, 0.5, 1.5)
    found = compare(named(models), train, test)
    for metric in ("rmse", "mae", "ndcg@10", "auc"):
        assert found.winner(metric) == "model 0"


def test_between_two_models_of_one_quality_no_winner_is_named_19_times_in_20(world):
    wrong = 0
    for seed in range(60):
        train, test, models = world(seed, 1.0, 1.0)
        wrong += compare(named(models), train, test, metrics=["rmse"], n_bootstrap=300).winner("rmse") is not None
    assert wrong <= 7  # 3 are expected; 8 or more would come once in a hundred times


def test_nor_among_five_though_the_best_of_them_is_looked_for(world):
    wrong = 0
    for seed in range(40):
        train, test, models = world(seed, *[1.0] * 5)
        wrong += compare(named(models), train, test, metrics=["rmse"], n_bootstrap=300).winner("rmse") is not None
    assert wrong <= 2


def test_the_more_models_the_surer_each_lead_must_be(world):
    """Five models: the best is held against four others, each by an interval of 1 - 0.05 / 4."""
    train, test, models = world(3, *[1.0] * 5)
    found = compare(named(models), train, test, metrics=["rmse"])
    (verdict,), samples = found.verdicts.values(), {n: one.samples["rmse"] for n, one in found.evaluations.items()}
    assert len(verdict.behind) == 4
    for name, gap in verdict.behind.items():
        ends = np.quantile(samples[name] - samples[verdict.best], [0.05 / 8, 1 - 0.05 / 8])
        assert (gap.low, gap.high) == pytest.approx(tuple(ends))


def test_it_is_drawn_with_its_intervals_its_winner_and_its_verdicts(world):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot as plt

    train, test, models = world(0, 0.5, 1.5)
    found = compare(named(models), train, test, metrics=["rmse", "mae"])
    axes, one = found.plot("mae"), found.evaluations["model 1"].intervals["mae"]
    assert axes.get_xlabel() == "mae"
    assert [line.get_xdata().tolist() for line in axes.lines[2:]] == [[one.low, one.high], [one.value]]
    winner, behind = (text.get_text() for text in axes.texts)
    assert winner == "winner"
    assert behind.startswith(f"behind\n{found.verdicts['mae'].behind['model 1'].value:.4f} worse (")
    assert found.plot(ax=axes).get_xlabel() == "rmse"
    with pytest.raises(BadOption, match=r"'ndcg@10' was not measured. These were: rmse, mae"):
        found.plot("ndcg@10")
    plt.close("all")


def test_predictions_are_clipped_where_that_is_asked_for(world):
    """The one says 9 of everything, the other 5, which is as far as the scale goes."""
    train, test, (model,) = world(1, 1.0)
    both = {
        "nine": scripted(train, np.full_like(model.table, 9)),
        "five": scripted(train, np.full_like(model.table, 5)),
    }
    plain, clipped = (compare(both, train, test, metrics=["rmse"], clip=clip) for clip in (False, True))
    assert plain.winner("rmse") == "five"
    assert clipped.verdicts["rmse"].behind["five"].value == 0


def test_pairing_sees_a_difference_that_single_intervals_hide(world):
    """The same model and the same with a slight bias: their intervals overlap, their difference is certain."""
    train, test, (model,) = world(1, 1.0)
    worse = scripted(train, model.table + 0.2)
    found = compare({"one": model, "worse": worse}, train, test, metrics=["rmse"])
    one, other = (found.evaluations[name].intervals["rmse"] for name in ("one", "worse"))
    assert one.high > other.low
    assert found.winner("rmse") == "one"


def test_a_model_is_inside_the_noise_of_itself(world):
    train, test, (model,) = world(2, 1.0)
    found = compare({"one": model, "same": model}, train, test)
    assert all(verdict.winner is None for verdict in found.verdicts.values())
    assert str(found.verdicts["rmse"]) == "inside the noise: one, same"


def test_how_far_behind_is_the_difference_of_the_values_whichever_way_is_better(world):
    train, test, models = world(3, 0.5, 1.5)
    found = compare(named(models), train, test, metrics=["rmse", "auc"])
    best, other = (found.evaluations[name].values for name in ("model 0", "model 1"))
    assert found.verdicts["rmse"].behind["model 1"].value == pytest.approx(other["rmse"] - best["rmse"])
    assert found.verdicts["auc"].behind["model 1"].value == pytest.approx(best["auc"] - other["auc"])


def test_printed_the_winner_has_a_star_and_the_undecided_a_tilde(world):
    train, test, (good, bad) = world(0, 0.5, 1.5)
    decided = str(compare({"good": good, "bad": bad}, train, test, metrics=["rmse"]))
    undecided = str(compare({"good": good, "twin": good}, train, test, metrics=["rmse"]))
    assert (decided.count("*"), decided.count("~")) == (2, 1)  # one of each is in the legend
    assert (undecided.count("*"), undecided.count("~")) == (1, 3)


def test_a_page_has_a_row_a_metric_and_says_what_its_marks_mean(world):
    """The truth, and the truth one and two stars too high: the errors are 0 and 1, and the lists are the same."""
    train, test, (truth,) = world(0, 0.0)
    models = {
        "good": truth, "bad": scripted(train, truth.table + 1),
        "ranks": scripted(train, truth.table + 2, predicts=False),
    }  # fmt: skip
    found = compare(models, train, test, metrics=["rmse", "auc", "coverage"])
    auc = found.evaluations["good"].values["auc"]
    page = str(found).splitlines()
    assert page[:7] == [
        "                   good      bad    ranks",
        "rmse             0.0000*  1.0000        –",
        f"auc              {auc:.4f}~  {auc:.4f}~  {auc:.4f}~",
        "coverage@10      1.0000   1.0000   1.0000",
        "numbers learned       0        0        0",
        "fit, s                –        –        –",
        "fit, MB               –        –        –",
    ]
    assert page[7].startswith("evaluation, s")
    assert page[-2:] == [
        "* winner: ahead of each other model by a paired 97.5% interval that excludes 0 (Bonferroni over 2 others).",
        "~ inside the noise: cannot be told from the best of its row.",
    ]
    rows = found.columns()
    assert rows["verdict"] == ["winner", "behind", "", *["inside the noise"] * 3, "", "", ""]
    assert rows["behind"][1:5] == pytest.approx([1.0, np.nan, np.nan, 0.0], nan_ok=True)
    assert rows["value"][:3] == pytest.approx([0.0, 1.0, np.nan], nan_ok=True, abs=1e-6)


def test_each_model_is_measured_as_evaluate_measures_it(world):
    train, test, models = world(0, 0.5, 1.5)
    found = compare(named(models), train, test, metrics=["rmse", "ndcg"])
    for at, model in enumerate(models):
        alone = cf.evaluate(model, test, metrics=["rmse", "ndcg"])
        assert found.evaluations[f"model {at}"].intervals == alone.intervals


def test_between_two_the_interval_is_the_plain_one(world):
    train, test, models = world(0, 0.5, 1.5)
    page = str(compare(named(models), train, test, metrics=["rmse"], confidence=0.9, n_bootstrap=200))
    assert "by a paired 90.0% interval that excludes 0 (Bonferroni over 1 other)." in page
    assert "90% intervals by resampling users 200 times." in page


def test_samples_that_cannot_tell_the_joint_interval_are_refused(world):
    """40 tell the ends of 95 %; those of 97.5 %, which three models need, take 80."""
    train, test, models = world(0, 0.5, 1.0, 1.5)
    compare(named(models[:2]), train, test, metrics=["rmse"], n_bootstrap=40)
    compare(named(models), train, test, metrics=["rmse"], n_bootstrap=80)
    with pytest.raises(BadOption, match="at least 80"):
        compare(named(models), train, test, metrics=["rmse"], n_bootstrap=79)


def test_what_only_describes_has_no_winner(world):
    train, test, models = world(4, 0.5, 1.5)
    found = compare(named(models), train, test, metrics=["coverage", "rmse"])
    assert set(found.evaluations["model 0"].values) == {"coverage@10", "rmse"}
    with pytest.raises(BadOption, match="These were: rmse"):
        found.winner("coverage@10")


def test_the_unfitted_are_fitted_and_timed_and_the_fitted_left_alone(tastes):
    train, test = cf.split(tastes)
    ready = cf.Popularity().fit(train)
    found = compare([ready, cf.Bias()], train, test, progress=False)
    assert list(found.fit_seconds) == ["Bias"]
    assert list(found.fit_megabytes) == ["Bias"]
    assert found.n_learned["Bias"] == 1 + train.n_users + train.n_items
    assert list(found.evaluations) == ["Popularity", "Bias"]


def test_models_of_one_class_are_named_by_what_differs(tastes):
    train, test = cf.split(tastes)
    models = [cf.Popularity(), cf.Popularity(damping=1.0), cf.Popularity(damping=1.0), cf.Bias()]
    found = compare(models, train, test, metrics=["rmse"], progress=False)
    assert list(found.evaluations) == [
        "Popularity(damping=25.0)", "Popularity(damping=1.0)", "Popularity(damping=1.0) #3", "Bias",
    ]  # fmt: skip


def test_a_model_that_only_ranks_is_compared_by_lists_alone(world):
    train, test, (model,) = world(5, 1.0)
    ranks = scripted(train, model.table, predicts=False)
    found = compare({"both": model, "ranks": ranks}, train, test, metrics=["rmse", "auc"])
    assert list(found.verdicts) == ["auc"]
    assert "–" in str(found)
    why = "Scripted ranks items but predicts no values (abilities.predicts is False)."
    assert f"Left out of ranks: rmse: {why}" in found.notes


def test_what_no_model_can_have_is_left_out_of_all_and_said_once():
    clicks = Ratings.from_arrays([1, 1, 2, 2], [1, 2, 1, 3])
    train, test = clicks.subset(np.arange(3)), clicks.subset(np.array([3]))
    found = compare([cf.Popularity(), cf.EASE()], train, test, metrics=["rmse", "mae", "auc"], progress=False)
    assert [note for note in found.notes if "eft out" in note] == [
        "Left out: rmse, mae: clicks have no ratings to predict."
    ]


def test_a_model_fitted_on_other_ratings_is_said_to_be(world):
    train, test, (model,) = world(6, 1.0)
    part = train.subset(np.arange(len(train) - 5))
    found = compare({"here": model, "there": scripted(part, model.table)}, train, test, metrics=["rmse"])
    assert "Not fitted on these training ratings but on others: there." in str(found)


def test_a_model_that_has_seen_the_test_is_refused(world):
    train, test, (model,) = world(7, 1.0)
    with pytest.raises(Leak, match="that are in train too"):
        compare({"honest": model, "cheat": scripted(test, model.table)}, train, test)


def test_one_model_is_no_comparison(world):
    train, test, models = world(8, 1.0)
    with pytest.raises(BadOption, match="at least 2"):
        compare(models, train, test)


def test_what_is_no_ratings_is_refused_by_the_part_it_was_to_play(world):
    train, test, _ = world(8, 1.0)
    models = [cf.Bias(), cf.Popularity()]
    with pytest.raises(BadOption, match="compare trains on ratings, but a dict came"):
        compare(models, {"user": [1], "item": [2]}, test)
    with pytest.raises(BadOption, match="compare measures on ratings, but nothing came"):
        compare(models, train, None)


def test_the_table_has_a_row_for_each_metric_and_model(world):
    train, test, models = world(9, 0.5, 1.5)
    rows = compare(named(models), train, test, metrics=["rmse", "gini"]).table().to_dict(as_series=False)
    assert rows["metric"] == ["rmse", "rmse", "gini@10", "gini@10"]
    assert rows["verdict"] == ["winner", "behind", "", ""]


def test_a_comparison_of_what_cannot_be_measured_is_an_empty_table():
    clicks = Ratings.from_arrays([1, 1, 2, 2], [1, 2, 1, 3])
    train, test = clicks.subset(np.arange(3)), clicks.subset(np.array([3]))
    found = compare([cf.Popularity(), cf.EASE()], train, test, metrics=["rmse"], progress=False)
    assert list(found.columns()) == [
        "metric", "model", "value", "low", "high", "behind", "behind_low", "behind_high", "verdict",
    ]  # fmt: skip
    assert len(found.table()) == 0
