"""Evaluation end to end, on tables whose answer one knows by thinking."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, Leak
from cofactor.evaluation.evaluate import evaluate
from cofactor.evaluation.metric_table import RATING_METRICS
from scripted import Scripted, scripted


@pytest.fixture
def tiny() -> tuple[Ratings, Ratings]:
    """Users a and b, items 1..5. a has rated 1, b has rated 2; held out: a likes 2 and 3, not 4; b likes 5."""
    whole = Ratings.from_arrays(
        ["a", "b", "a", "a", "a", "b"], [1, 2, 2, 3, 4, 5], [3.0, 3, 5, 4, 1, 5], scale=(1.0, 5.0)
    )
    return whole.subset(np.arange(2)), whole.subset(np.arange(2, 6))


SCORES = [[9, 5, 1, 4, 3], [1, 9, 5, 5, 4]]  # a's list without item 1: 2 4 5 3; b's without item 2: 3 4 5 1


def test_the_numbers_are_those_worked_by_hand(tiny):
    found = evaluate(scripted(*tiny[:1], SCORES), tiny[1], k=2).values
    assert found["precision@2"] == pytest.approx((1 / 2 + 0) / 2)
    assert found["recall@2"] == pytest.approx((1 / 2 + 0) / 2)
    assert found["mrr@2"] == pytest.approx((1 + 0) / 2)
    # a: 2 stands before both that are not relevant, 3 behind both: 2 of 4; b: 5 before one of three
    assert found["auc"] == pytest.approx((2 / 4 + 1 / 3) / 2)
    # errors 5-5, 1-4, 4-1, 4-5
    assert found["rmse"] == pytest.approx((19 / 4) ** 0.5)
    assert found["mae"] == pytest.approx(7 / 4)
    assert found["coverage@2"] == pytest.approx(3 / 5)  # 2 4, 3 4


def test_a_page_says_what_was_measured_and_how_sure_that_is(tiny):
    """Of the two users a has errors 0, 3 and 3, b one of 1: samples are a, a or b, b or both."""
    found = evaluate(scripted(tiny[0], SCORES), tiny[1], metrics=["rmse", "recall", "coverage"], k=2)
    assert (
        str(found)
        == """\
Scripted on Ratings('ratings': 4 ratings of 5 items by 2 users)

             value     low    high  better
rmse        2.1794  1.0000  2.4495   lower
recall@2    0.2500  0.0000  0.5000  higher
coverage@2  0.6000  0.6000  0.6000

95% intervals by resampling users 1,000 times (coverage@2: jackknife).
Relevant: ratings of 4 and above; 2 of 2 users have any.
Candidates: all 5 items but those the user has rated in training.
Of 4 test ratings 0 are by users and 3 of items without any training rating."""
    )


def test_what_cannot_be_had_is_told_once_a_reason(tiny):
    ranks = scripted(tiny[0], SCORES, predicts=False)
    found = evaluate(ranks, tiny[1], metrics=["mrr", "rmse", "mae"], k=2, confidence=0.9, n_bootstrap=200)
    assert str(found).splitlines()[-5:] == [
        "90% intervals by resampling users 200 times.",
        "Relevant: ratings of 4 and above; 2 of 2 users have any.",
        "Candidates: all 5 items but those the user has rated in training.",
        "Of 4 test ratings 0 are by users and 3 of items without any training rating.",
        "Left out: rmse, mae: Scripted ranks items but predicts no values (abilities.predicts is False).",
    ]


def test_the_columns_say_of_each_metric_its_interval_and_which_way_is_better(tiny):
    columns = evaluate(scripted(tiny[0], SCORES), tiny[1], metrics=["mae", "mrr", "gini"], k=2).columns()
    assert columns["metric"] == ["mae", "mrr@2", "gini@2"]
    assert columns["better"] == ["lower", "higher", ""]
    assert columns["value"] == pytest.approx([1.75, 0.5, 0.5])
    assert columns["low"] == pytest.approx([1.0, 0.0, 0.5])
    assert columns["high"] == pytest.approx([2.0, 1.0, 0.5])


def test_where_every_rating_is_of_who_and_what_is_known_nothing_is_said_of_strangers(tastes):
    train, test = cf.split(tastes, by="user")
    assert "without any training rating" not in str(evaluate(cf.Bias().fit(train), test, metrics=["rmse"]))


def test_values_are_those_of_the_pure_functions(tastes):
    train, test = cf.split(tastes, seed=1)
    model = cf.Bias().fit(train)
    found = evaluate(model, test).values
    predicted = model.score_pairs(test.user_idx, test.item_idx)
    for name, metric in RATING_METRICS.items():
        assert found[name] == pytest.approx(metric.function(predicted, test.values))


def test_a_perfect_model_has_ndcg_and_auc_1(checkerboard):
    train, test = cf.split(checkerboard, test=0.3, by="user")
    truth = np.zeros((12, 12))
    truth[test.user_idx, test.item_idx] = test.values
    found = evaluate(scripted(train, truth), test, k=12).values
    assert found["ndcg@12"] == found["auc"] == found["recall@12"] == 1.0
    assert found["rmse"] == 0.0


def test_random_scores_have_an_auc_of_about_a_half():
    rng = np.random.default_rng(0)
    cells = rng.permutation(200 * 50)[:3000]
    train, test = cf.split(Ratings.from_arrays(cells // 50, cells % 50))
    auc = evaluate(scripted(train, rng.normal(size=(200, 50))), test, metrics=["auc"]).intervals["auc"]
    assert auc.low < 0.5 < auc.high
    assert auc.high - auc.low < 0.1


def test_equal_scores_have_an_auc_of_exactly_a_half(tiny):
    assert evaluate(scripted(tiny[0], np.ones((2, 5))), tiny[1]).values["auc"] == 0.5


def test_a_model_that_learns_from_time_is_asked_about_each_ratings_own(tiny):
    class Timed(Scripted):
        def score_pairs(self, user_idx, item_idx, timestamps=None):
            return timestamps.astype(np.float32)

    test = replace(tiny[1], timestamps=np.array([5, 4, 1, 4]))
    model = Timed(table=np.zeros((2, 5), np.float32)).fit(tiny[0])
    assert evaluate(model, test, metrics=["mae"]).values == {"mae": 1 / 4}  # the last of 5, 4, 1, 5 is one off


def test_what_the_model_has_learned_is_not_written_to(checkerboard):
    class Shared(cf.Popularity):
        def score_users(self, user_idx):
            return np.broadcast_to(self.popularity_, (len(user_idx), 12))

    train, test = cf.split(checkerboard)
    model = Shared().fit(train)
    before = model.popularity_.copy()
    evaluate(model, test)
    np.testing.assert_array_equal(model.popularity_, before)


def test_strangers_and_unknown_items_are_counted_and_said():
    train = Ratings.from_arrays(["a", "a"], [1, 2], [5.0, 1.0])
    test = Ratings.from_arrays(["a", "z", "z"], [9, 1, 2], [5.0, 5.0, 1.0])
    found = evaluate(scripted(train, [[5, 1], [5, 1]]), test, k=1)
    assert "Of 3 test ratings 2 are by users and 1 of items without any training rating." in str(found)
    assert found.values["recall@1"] == pytest.approx(1 / 2)  # a's item is in no catalogue; z gets item 1


def test_ids_count_not_indices():
    train = Ratings.from_arrays(["a", "a", "z"], ["x", "y", "x"], [1.0, 5.0, 3.0])
    test = Ratings.from_arrays(["z"], ["y"], [5.0])  # user 0 and item 0 there, user 1 and item 1 in train
    found = evaluate(scripted(train, [[9, 1], [9, 4]]), test, metrics=["rmse", "ndcg@1"]).values
    assert found == {"rmse": 1.0, "ndcg@1": 1.0}


def test_the_threshold_can_be_scripted(tiny):
    found = evaluate(scripted(tiny[0], SCORES), tiny[1], k=4, relevant=1)
    assert "ratings of 1 and above" in str(found)
    assert found.values["recall@4"] == 1.0


def test_clicks_have_lists_but_no_errors_and_that_is_said():
    clicks = Ratings.from_arrays(["a", "a", "b"], [1, 2, 1])
    found = evaluate(scripted(clicks.subset(np.arange(1)), np.ones((2, 2))), clicks.subset(np.arange(1, 3)))
    assert "rmse" not in found.values
    assert "Left out: rmse, mae, r2, calibration_error: clicks have no ratings to predict." in str(found)
    assert "everything in the test" in str(found)


def test_a_model_that_only_ranks_is_not_asked_for_errors(tiny):
    found = evaluate(scripted(tiny[0], SCORES, predicts=False), tiny[1])
    assert "Scripted ranks items but predicts no values" in found.left_out["rmse"]
    assert "ndcg@10" in found.values


def test_where_nothing_is_relevant_lists_are_left_out_and_coverage_is_not(tiny):
    found = evaluate(scripted(tiny[0], SCORES), tiny[1], relevant=6)
    assert "no rating in the test is relevant" in found.left_out["ndcg@10"]
    assert "coverage@10" in found.values


def test_only_what_is_asked_for_is_measured_at_each_cut(tiny):
    found = evaluate(scripted(tiny[0], SCORES), tiny[1], metrics=["ndcg", "recall@3", "rmse"], k=[1, 2])
    assert list(found.values) == ["ndcg@1", "ndcg@2", "recall@3", "rmse"]


def test_a_list_is_as_long_as_the_longest_cut_that_is_asked_for(tiny):
    """a's two items are at the ranks 1 and 4 of the list, b's one is at rank 3."""
    found = evaluate(scripted(tiny[0], SCORES), tiny[1], metrics=["recall@1", "recall@4"]).values
    assert found == {"recall@1": (1 / 2 + 0) / 2, "recall@4": 1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["ndgc@10"]}, "Did you mean 'ndcg'"),
        ({"metrics": ["rmse@10"]}, "has no cut-off"),
        ({"metrics": ["ndcg@ten"]}, "the list's length"),
        ({"k": 0}, "k is the length of the list, a whole number of at least 1"),
        ({"confidence": 95}, "between 0 and 1"),
    ],
)
def test_a_wrong_question_is_told(tiny, options, message):
    with pytest.raises(BadOption, match=message):
        evaluate(scripted(tiny[0], SCORES), tiny[1], **options)


def test_an_empty_test_is_refused(tiny):
    with pytest.raises(BadOption, match="no ratings to measure with"):
        evaluate(scripted(tiny[0], SCORES), tiny[1].subset(np.zeros(0, int)))


def test_a_leak_is_refused_and_named(tiny):
    with pytest.raises(Leak, match="user 'a' item 1"):
        evaluate(scripted(tiny[0], SCORES), tiny[0])


def test_the_value_lies_in_its_interval(tastes):
    train, test = cf.split(tastes)
    found = evaluate(cf.Bias().fit(train), test)
    assert all(one.low < one.value < one.high for name, one in found.intervals.items())


def test_clipped_predictions_are_measured_at_the_ends_of_the_scale(tiny):
    """Ratings 5, 4, 1 and 5, and 9 is said of each: the errors are 4, 5, 8 and 4; clipped to 5 they are 0, 1, 4, 0."""
    model = scripted(tiny[0], np.full((2, 5), 9.0))
    plain, clipped = (evaluate(model, tiny[1], metrics=["rmse", "mae"], clip=clip).values for clip in (False, True))
    assert plain == pytest.approx({"rmse": (121 / 4) ** 0.5, "mae": 21 / 4})
    assert clipped == pytest.approx({"rmse": (17 / 4) ** 0.5, "mae": 5 / 4})


def test_the_same_seed_gives_the_same_intervals(tastes):
    train, test = cf.split(tastes)
    model = cf.Popularity().fit(train)
    assert evaluate(model, test, seed=5).intervals == evaluate(model, test, seed=5).intervals


def test_the_table_comes_in_the_library_of_the_test(tiny):
    pandas = pytest.importorskip("pandas")
    found = evaluate(scripted(tiny[0], SCORES), replace(tiny[1], library="pandas"))
    assert isinstance(found.table(), pandas.DataFrame)
    assert list(found.table()["metric"])[:2] == ["rmse", "mae"]


def test_a_model_opened_from_its_folder_has_the_same_numbers(tastes, tmp_path):
    train, test = cf.split(tastes)
    model = cf.Bias().fit(train)
    opened = cf.open(model.save(tmp_path / "bias.cofactor"))
    assert evaluate(opened, test).values == pytest.approx(evaluate(model, test).values, nan_ok=True)


def test_wanted_items_that_the_model_does_not_know_stand_last():
    """By hand: a has not seen r and s, a tie, and wants r and NEW; b has not seen q and s, a tie, and wants s."""
    train = Ratings.from_arrays(list("aabbcc"), list("pqprps"))
    model = cf.Popularity().fit(train)
    strange = evaluate(model, Ratings.from_arrays(["a", "b"], ["NEW", "NEW2"]), metrics=["auc", "recall"])
    assert strange.values == {"auc": 0, "recall@10": 0}
    half = evaluate(model, Ratings.from_arrays(list("aab"), ["r", "NEW", "s"]), metrics=["auc", "recall"], k=4)
    assert half.values["auc"] == np.mean([(1 / 2 + 0) / 2, 1 / 2])  # of a: r before s, NEW before s
    assert half.values["recall@4"] == np.mean([1 / 2, 1])
    two = evaluate(model, Ratings.from_arrays(list("aaa"), ["r", "NEW", "NEW2"]), metrics=["auc"])
    assert two.values["auc"] == (1 / 2 + 0 + 0) / 3


def test_a_test_of_strangers_alone_is_refused():
    model = cf.Popularity().fit(Ratings.from_arrays(list("aab"), list("pqp")))
    with pytest.raises(BadOption, match="2 users, such as 'x'; none of them is among the model's 2 users"):
        cf.evaluate(model, Ratings.from_arrays(["x", "y"], ["p", "q"]))


def test_lists_that_no_memory_can_hold_are_refused(tiny):
    train, test = tiny
    with pytest.raises(BadOption, match=r"A list of 1,000,000,000,000 items for each of 2 users needs .*smaller k"):
        evaluate(scripted(train, SCORES), test, k=10**12)


def test_graded_relevance_needs_forty_bytes_more_at_each_rank(tiny, monkeypatch):
    """The gain, the ideal one and what a metric makes of the two, for each of two users: 80 TB at 10¹² ranks."""
    monkeypatch.setattr("cofactor.memory.free_gb", lambda: 1.0)

    def needed_gb(metric):
        with pytest.raises(BadOption) as refusal:
            evaluate(scripted(tiny[0], SCORES), tiny[1], metrics=[metric], k=10**12)
        return float(str(refusal.value).split(" needs ")[1].split(" GB")[0])

    assert needed_gb("ndcg_graded") - needed_gb("ndcg") == pytest.approx(80_000)


def test_what_the_metrics_make_of_the_lists_is_held_in_memory_too(tiny, monkeypatch):
    train, test = tiny
    monkeypatch.setattr("cofactor.memory.free_gb", lambda: 0.05)
    with pytest.raises(BadOption, match="needs 0.2 GB, but 0.1 GB may be used"):  # 154 MB; the bare lists have 34
        evaluate(scripted(train, SCORES), test, k=10**6)
    assert evaluate(scripted(train, SCORES), test, metrics=["ndcg"], k=10**5).values
