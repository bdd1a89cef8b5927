"""The audit of popularity on a table small enough to work out, and on generated tastes."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.popularity_lists import SOURCES, AuditedUsers, all_lists
from cofactor.audit.popularity_measures import Measure
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, Leak
from cofactor.evaluation.bootstrap import Interval
from scripted import scripted

TRAIN = ["1A", "1B", "2A", "2C", "3A", "4A", "4B"]  # A has 4 clicks, B 2, C 1, D and E none
TEST = ["1C", "2B", "3B", "3D", "4E"]
GENRES = np.array(["Drama", "Comedy", "Drama|Comedy", "Comedy", None], object)
HEAD_A, HEAD_AB = "20% of items", "80% of ratings"  # one of five items; 4 + 2 of 7 clicks are 80 % and more
LISTS = [[0, 0, 9, 8, 1], [0, 9, 0, 8, 1], [0, 9, 8, 1, 1], [0, 0, 9, 1, 8]]  # of two: 1 C D, 2 B D, 3 B C, 4 C E


@pytest.fixture(scope="module")
def clicks() -> tuple[Ratings, Ratings]:
    pairs = [*TRAIN, *TEST]
    whole = Ratings.from_arrays([u for u, _ in pairs], [i for _, i in pairs], item_attributes={"genres": GENRES})
    rows = np.arange(len(pairs))
    return whole.subset(rows < len(TRAIN)), whole.subset(rows >= len(TRAIN))


@pytest.fixture(scope="module")
def small(clicks):
    train, test = clicks
    return cf.popularity_bias(scripted(train, LISTS), test, k=2, attribute="genres")


@pytest.fixture(scope="module")
def split(tastes):
    return cf.split(tastes, seed=42)


@pytest.fixture(scope="module")
def found(split):
    train, test = split
    return cf.popularity_bias(cf.Bias().fit(train), test, attribute="genres", n_bootstrap=200)


# --- by hand ------------------------------------------------------------------------------------------------------


BY_HAND = {
    # 1 C D: (1 + 0) / 2, 2 B D: (2 + 0) / 2, 3 B C: (2 + 1) / 2, 4 C E: (1 + 0) / 2
    Measure("average popularity"): (0.5 + 1 + 1.5 + 0.5) / 4,
    # profiles 1 A B: 3, 2 A C: 2.5, 3 A: 4, 4 A B: 3, in all 12.5
    Measure("popularity lift"): (3.5 - 12.5) / 12.5,
    Measure("popularity lift", "blockbuster"): (1.5 - 4) / 4,  # 3 has A alone; of the others it is half
    Measure("popularity lift", "niche"): (2 - 8.5) / 8.5,
    Measure("long-tail share", cut=HEAD_A): 1.0,
    Measure("long-tail share", cut=HEAD_AB): (1 + 0.5 + 0.5 + 1) / 4,
    Measure("unliked share"): (1 / 2 + 1 / 2 + 0 + 1 / 2) / 4,  # nobody has D or E
    # bands A, B, C D E; nobody's list has the band of A. Only 2, whose profile is A C, shares a band with the list: 1/2
    Measure("popularity deviation"): (1 + 0.5 + 1 + 1) / 4,
    Measure("popularity deviation", "mean of groups"): ((1 + 0.5 + 1) / 3 + 1) / 2,
    Measure("gini"): 14 / 40,  # shown 0 1 2 2 3 times: (-4·0 - 2·1 + 0·2 + 2·2 + 4·3) / (5 · 8)
    Measure("coverage"): 4 / 5,
    Measure("PopRSP", "head - tail", HEAD_A): float("nan"),  # everybody has A, so nobody can be shown the head
    # of the head 2 of 2 candidates are shown, of the tail 6 of 11: (1 - 6/11) / (1 + 6/11)
    Measure("PopRSP", "head - tail", HEAD_AB): 5 / 17,
    # of relevant items of the head 2 of 2 are shown, of the tail 2 of 3: (1 - 2/3) / (1 + 2/3)
    Measure("PopREO", "head - tail", HEAD_AB): 1 / 5,
    # 1: 1/2 1/2 became 1/4 3/4; 2: 3/4 1/4 became 0 1; 3: 1 0 became 1/4 3/4; 4: E has no genre, C is half and half
    Measure("miscalibration"): (
        0.5 * np.log(0.5 / (0.99 / 4 + 0.01 / 2)) + 0.5 * np.log(0.5 / (0.99 * 3 / 4 + 0.01 / 2))
        + 0.75 * np.log(0.75 / 0.0075) + 0.25 * np.log(0.25 / 0.9925)
        + np.log(1 / (0.99 / 4 + 0.01)) + 0
    ) / 4,
    Measure("recall"): (1 + 1 + 1 / 2 + 1) / 4,
    Measure("recall", "head", HEAD_AB): 1.0,
    Measure("recall", "tail", HEAD_AB): (1 + 0 + 1) / 3,  # C of 1, D of 3, E of 4; nothing of it is relevant to 2
    # hits at rank 1, at 1, at 1 of two, at 2
    Measure("ndcg"): (1 + 1 + 1 / (1 + 1 / np.log2(3)) + 1 / np.log2(3)) / 4,
    Measure("ndcg", "tail", HEAD_AB): (1 + 0 + 1 / np.log2(3)) / 3,
    Measure("recall", "blockbuster - niche"): 0.5 - 1,
}  # fmt: skip


@pytest.mark.parametrize("measure", BY_HAND, ids=lambda one: " ".join(filter(None, one)))
def test_a_measure_worked_by_hand(small, measure):
    assert small.value(measure.name, measure.group, cut=measure.cut).value == pytest.approx(
        BY_HAND[measure], nan_ok=True
    )


def test_clicks_of_the_test_are_no_popularity(clicks):
    train, test = clicks
    more = Ratings.from_arrays(["1", "2", "4", "3"], ["D", "D", "D", "D"], kind="clicks")
    for one in (test, more):
        bias = cf.popularity_bias(scripted(train, LISTS), one, k=2)
        assert bias.value("average popularity").value == BY_HAND[Measure("average popularity")]


def test_users_without_training_ratings_are_left_out_and_counted(clicks, small):
    train, _ = clicks
    test = Ratings.from_arrays([u for u, _ in TEST] + ["stranger"], [i for _, i in TEST] + ["A"], kind="clicks")
    bias = cf.popularity_bias(scripted(train, LISTS), test, k=2)
    assert bias.setting.n_left_out == 1
    assert bias.value("ndcg") == small.value("ndcg")
    assert "1 user of the test without training ratings left out" in str(bias)


def test_a_relevant_item_that_the_model_does_not_know_is_missed_and_in_no_group(clicks, small):
    train, _ = clicks
    test = Ratings.from_arrays([u for u, _ in TEST] + ["1"], [i for _, i in TEST] + ["new"], kind="clicks")
    bias = cf.popularity_bias(scripted(train, LISTS), test, k=2)
    assert bias.value("recall").value == pytest.approx((1 / 2 + 1 + 1 / 2 + 1) / 4)
    for group in ("head", "tail"):
        assert bias.value("recall", group, cut=HEAD_AB) == small.value("recall", group, cut=HEAD_AB)


def test_lists_that_end_among_equal_scores_are_counted(clicks, small):
    train, test = clicks
    tied = [[0, 0, 9, 9, 9], [0, 9, 0, 9, 1], [0, 9, 8, 8, 1], [0, 0, 9, 1, 8]]  # of 1 and 3; in 2's list both are
    bias = cf.popularity_bias(scripted(train, tied), test, k=2)
    assert bias.setting.n_cut == 2
    assert "2 of 4 lists end among items of equal scores" in str(bias)
    assert small.setting.n_cut == 0
    assert "equal scores" not in str(small)


# --- the lists of chance ------------------------------------------------------------------------------------------


def test_controls_are_made_of_what_they_say(split):
    train, test = split
    users = AuditedUsers.of(train, test, None)
    lists = dict(zip(SOURCES, all_lists(cf.Popularity().fit(train), users, 7, seed=0), strict=True))
    counts = train.item_counts
    for row, user in enumerate(users.held.model_users[:50].tolist()):
        rated = set(train.by_user.of(user)[0].tolist())
        own, popular, chance = (lists[name].items[row] for name in SOURCES[1:])
        drawn = own[own >= 0].tolist()
        assert set(drawn) <= rated
        assert len(set(drawn)) == len(drawn) == min(7, len(rated))
        assert not rated & {*popular.tolist(), *chance.tolist()}
        best = np.sort(np.delete(counts, list(rated)))[::-1][:7]
        np.testing.assert_array_equal(counts[popular], best)


def test_chance_favours_nobody_and_own_ratings_are_as_popular_as_the_profiles(found):
    for cut in (HEAD_A, HEAD_AB):
        assert abs(found.value("PopRSP", "head - tail", cut=cut, lists="random").value) < 0.02
    lift = found.value("popularity lift", lists="own ratings")
    assert lift.low < 0 < lift.high
    assert found.value("coverage", lists="random").value == 1.0


def test_the_most_popular_lists_are_the_most_popular(found):
    popularity = {lists: found.value("average popularity", lists=lists).value for lists in SOURCES}
    assert max(popularity, key=popularity.get) == "most popular"
    assert found.value("long-tail share", cut=HEAD_A, lists="most popular").value < 0.01


def test_miscalibration_has_a_floor_that_a_short_list_cannot_go_below(split):
    """Draws from people's own taste are far from it at 2 items, and near at 100."""
    train, test = split
    model = cf.Popularity().fit(train)
    short, long = (
        cf.popularity_bias(model, test, k=k, attribute="genres", n_bootstrap=50).value(
            "miscalibration", lists="own ratings"
        )
        for k in (2, 100)
    )
    assert short.value > 1
    assert long.value < 0.1


def test_what_is_above_own_taste_is_the_rest(found):
    above = found.value("miscalibration above own taste").value
    total, floor = (found.value("miscalibration", lists=lists).value for lists in ("model", "own ratings"))
    assert above == pytest.approx(total - floor)


def test_lists_filled_with_what_nobody_liked_look_fair_and_are_caught(split):
    """Half of each list is put down to films that no training rating liked: exposure is more equal, more is shown and
    the tail is favoured, while nobody is served better."""
    train, test = split
    rare = np.isin(train.item_idx, np.random.default_rng(0).permutation(train.n_items)[:150])
    train = train.subset(~(rare & (train.values >= 4)))
    scores = cf.EASE().fit(train).score_users(np.arange(train.n_users)).astype(np.float32)
    liked = np.bincount(train.item_idx[train.values >= 4], minlength=train.n_items) > 0
    filled = np.where(liked, scores, np.random.default_rng(1).random(scores.shape))
    filled[:, ~liked] += np.sort(scores, axis=1)[:, -10:-9]  # above the tenth best, below few
    plain, padded = (cf.popularity_bias(scripted(train, one), test, n_bootstrap=100) for one in (scores, filled))
    assert padded.value("gini").high < plain.value("gini").low
    assert padded.value("coverage").low > plain.value("coverage").high
    tails = [one.value("long-tail share", cut=HEAD_A) for one in (plain, padded)]
    assert tails[0].high < tails[1].low
    assert plain.value("unliked share").high < 0.05
    assert padded.value("unliked share").low > 0.4
    assert padded.value("ndcg").high < plain.value("ndcg").low


def test_liked_is_what_is_relevant(split):
    """Where every rating is relevant, every rated item is liked; where none is high enough, no item is."""
    train, test = split
    model = cf.Popularity().fit(train)
    low, high = (cf.popularity_bias(model, test, relevant=least, n_bootstrap=50) for least in (0.5, 5.0))
    assert low.value("unliked share").value == 0
    unliked = np.bincount(train.item_idx[train.values >= 5], minlength=train.n_items) == 0
    users = AuditedUsers.of(train, test, 5.0)
    listed = all_lists(model, users, 10, seed=0)[0].items
    assert high.value("unliked share").value == pytest.approx(unliked[listed].mean())


# --- intervals, reversals -------------------------------------------------------------------------------------------


def test_an_interval_is_that_of_other_users(split, found):
    train, test = split
    users = AuditedUsers.of(train, test, None)
    lists = all_lists(cf.Bias().fit(train), users, 10, seed=0)[0]
    popularity = train.item_counts[lists.items].mean(axis=1)
    one = found.value("average popularity")
    half_width = 1.96 * popularity.std() / len(popularity) ** 0.5
    assert one.value == pytest.approx(popularity.mean())
    assert (one.high - one.low) / 2 == pytest.approx(half_width, rel=0.25)


@pytest.mark.parametrize(
    ("pooled", "alike", "says"),
    [
        ((-0.2, -0.3, -0.1), (0.1, 0.05, 0.2), "both intervals leave 0 out"),
        ((-0.2, -0.3, -0.1), (0.1, -0.05, 0.2), "an interval holds 0"),
        ((0.2, 0.1, 0.3), (0.1, 0.05, 0.2), ""),
    ],
)
def test_a_reversal_is_flagged_with_what_is_sure_of_it(small, pooled, alike, says):
    gaps = {Measure("ndcg", "blockbuster - niche", "", of): Interval(*one) for of, one in (
        ("", pooled), ("same activity", alike),
    )}  # fmt: skip
    bias = replace(small, intervals={**small.intervals, "model": gaps})
    assert len(bias.reversals) == bool(says)
    assert all(says in text and text in str(bias) for text in bias.reversals)


def test_what_evaluate_measures_too_is_the_same_with_its_interval(split, found):
    train, test = split
    measured = cf.evaluate(cf.Bias().fit(train), test, metrics=["ndcg", "recall", "gini", "coverage"], n_bootstrap=200)
    for label, one in measured.intervals.items():
        assert found.value(label.removesuffix("@10")) == pytest.approx(one)


# --- what holds for any table ---------------------------------------------------------------------------------------


def test_the_order_and_names_of_users_and_items_change_nothing(split):
    train, test = split
    scores = np.random.default_rng(1).normal(size=(train.n_users, train.n_items))
    users, items = (np.random.default_rng(seed).permutation(n) for seed, n in ((2, train.n_users), (3, train.n_items)))

    def renamed(table: Ratings) -> Ratings:
        genres = {"genres": train.item_attributes["genres"][np.argsort(items)]}
        rows = np.random.default_rng(4).permutation(len(table))
        return replace(
            table.subset(rows), user_idx=users[table.user_idx[rows]].astype(np.int32),
            item_idx=items[table.item_idx[rows]].astype(np.int32), item_attributes=genres,
        )  # fmt: skip

    before, after = (
        cf.popularity_bias(scripted(learned, table), held, attribute="genres", n_bootstrap=50).intervals["model"]
        for learned, held, table in (
            (train, test, scores),
            (renamed(train), renamed(test), scores[np.argsort(users)][:, np.argsort(items)]),
        )
    )
    drawn = "miscalibration above own taste"  # has draws in it, which go by the rows
    for measure, one in before.items():
        if measure.name != drawn:
            assert after[measure].value == pytest.approx(one.value, nan_ok=True), measure


def test_the_same_seed_gives_the_same_audit_and_another_other_draws(split):
    train, test = split
    model = cf.Popularity().fit(train)
    one, same, other = (cf.popularity_bias(model, test, n_bootstrap=50, seed=seed).columns() for seed in (5, 5, 6))
    np.testing.assert_equal(one, same)
    assert one["value"] != other["value"]


# --- how it is read -------------------------------------------------------------------------------------------------


def test_every_row_carries_its_cut_k_candidates_and_direction(found):
    table = found.table()
    assert set(table["k"]) == {10}
    assert set(table["lists"]) == set(SOURCES)
    assert {"all 547 items but the user's training ratings", "the user's training ratings"} == set(table["candidates"])
    assert all(table["direction"])
    assert set(table["cut"]) == {"", HEAD_A, HEAD_AB}


def test_measures_with_a_cut_are_there_at_both(found):
    for name in ("long-tail share", "PopRSP", "PopREO"):
        assert {one.cut for one in found.intervals["model"] if one.name == name} == {HEAD_A, HEAD_AB}


def test_the_lorenz_curve_has_the_area_of_the_gini_index(found):
    for lists in SOURCES:
        curve = found.lorenz(lists)
        area = 1 - 2 * np.trapezoid(curve, dx=1 / (len(curve) - 1))
        assert area == pytest.approx(found.value("gini", lists=lists).value)


def test_a_measure_that_is_not_there_is_refused_with_those_that_are(found):
    with pytest.raises(BadOption, match=r"no measure \('gino'.*Choose one of: average popularity"):
        found.value("gino")
    with pytest.raises(BadOption, match="Of that name there are"):
        found.value("PopRSP")


def test_what_cannot_be_audited_is_refused(clicks):
    train, test = clicks
    model = scripted(train, LISTS)
    with pytest.raises(BadOption, match="Did you mean 'genres'"):
        cf.popularity_bias(model, test, attribute="genre")
    nameless = replace(train, item_attributes={"genres": np.full(5, None)})
    with pytest.raises(BadOption, match="No item has a value of 'genres'"):
        cf.popularity_bias(scripted(nameless, LISTS), test, attribute="genres")
    with pytest.raises(BadOption, match="k is the length"):
        cf.popularity_bias(model, test, k=0)
    with pytest.raises(BadOption, match="None of the users"):
        cf.popularity_bias(scripted(train.subset(train.user_idx != 0), LISTS), test.subset(test.user_idx == 0))
    with pytest.raises(Leak):
        cf.popularity_bias(model, train)
