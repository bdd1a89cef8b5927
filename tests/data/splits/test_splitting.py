"""Splits: what is kept back, that nothing is lost, and that a leak is named."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.data.splits.leaks import find_leaks, refuse_leaks
from cofactor.data.splits.published import published_folds, surprise_folds
from cofactor.data.splits.splitting import folds, split
from cofactor.errors import BadOption, BadTable, Leak


def table(users="aaabbb", items="123123", times=(3, 1, 2, 10, 30, 20)) -> Ratings:
    return Ratings.from_arrays(list(users), list(items), [1.0, 2, 3, 4, 5, 3], timestamps=np.array(times))


def test_a_split_unpacks_into_train_and_test(checkerboard):
    train, test = split(checkerboard, test=0.25)
    assert (len(train), len(test)) == (99, 33)
    assert train.users is test.users is checkerboard.users


def test_a_split_says_how_it_was_made_and_names_its_parts(checkerboard):
    made = split(checkerboard, test=0.25, by="user", seed=4)
    assert repr(made) == "Split(108 train, 24 test: random 25% of each user's ratings, seed 4)"
    assert (made.train.name, made.test.name) == ("checkerboard (train)", "checkerboard (test)")
    timed = table()
    ways = {
        "random": "random 50% of the ratings, seed 0",
        "last": "each user's 1 newest",
        "time": "the newest 50% of all ratings",
    }
    assert {by: split(timed, test=0.5, by=by).how for by in ways} == ways
    assert [one.how for one in folds(checkerboard, 2, seed=7)] == ["fold 1 of 2, seed 7", "fold 2 of 2, seed 7"]


@given(
    share=st.floats(0.1, 0.95),
    by=st.sampled_from(["random", "user", "last", "time"]),
    seed=st.integers(0, 9),
)
def test_every_rating_is_in_exactly_one_part(share, by, seed):
    users = [u for u in range(1, 12) for _ in range(u)]
    ratings = Ratings.from_arrays(users, range(66), np.ones(66), timestamps=np.arange(66) * 7 % 66)
    made = split(ratings, test=share, by=by, seed=seed)
    together = np.sort(np.concatenate([made.rows_train, made.rows_test]))
    np.testing.assert_array_equal(together, np.arange(66))


@pytest.mark.parametrize("by", ["random", "user"])
def test_the_same_seed_gives_the_same_fingerprint_and_another_seed_another(by, checkerboard):
    one, same, other = (split(checkerboard, by=by, seed=seed).fingerprint for seed in (1, 1, 2))
    assert one == same != other


def test_other_data_have_another_fingerprint(checkerboard):
    part = checkerboard.subset(np.arange(len(checkerboard))[::-1])
    assert split(part).fingerprint != split(checkerboard).fingerprint


def test_by_user_keeps_that_share_of_each_users_ratings(checkerboard):
    test = split(checkerboard, test=0.4, by="user").test
    assert test.user_counts.tolist() == [4] * 12  # 0.4 of 11, rounded down


def test_a_user_with_one_rating_stays_in_train():
    ratings = Ratings.from_arrays(["a", "b", "b"], [1, 1, 2], [1.0, 2, 3], timestamps=np.array([1, 2, 3]))
    for made in (split(ratings, test=0.9, by="user"), split(ratings, by="last", n_last=5)):
        assert made.train.user_counts.tolist() == [1, 1]


def test_last_keeps_each_users_newest():
    assert split(table(), by="last").rows_test.tolist() == [0, 4]
    assert split(table(), by="last", n_last=2).rows_train.tolist() == [1, 3]


def test_of_two_ratings_at_one_moment_the_later_row_is_the_newest():
    assert split(table(times=(7, 7, 7, 7, 7, 7)), by="last").rows_test.tolist() == [2, 5]


def test_time_keeps_the_newest_of_all():
    assert split(table(), test=0.5, by="time").rows_test.tolist() == [3, 4, 5]


def test_one_moment_is_never_on_both_sides():
    assert split(table(times=(1, 1, 1, 5, 5, 9)), test=0.4, by="time").rows_test.tolist() == [5]


def test_a_table_without_times_is_refused(checkerboard):
    with pytest.raises(BadTable, match="no timestamps"):
        split(checkerboard, by="time")


@pytest.mark.parametrize("by", ["last", "time"])
def test_unknown_times_are_named(by):
    with pytest.raises(BadTable, match=r"1 of 6 ratings has no time \(of 1 user: 'b'\)"):
        split(table(times=(1, 2, 3, NO_TIME, 30, 20)), by=by)


def test_of_many_users_without_a_time_five_are_named():
    with pytest.raises(BadTable, match=r"6 of 6 ratings have no time \(of 6 users: 'a', 'b', 'c', 'd', 'e', …\)"):
        split(table(users="abcdef", times=(NO_TIME,) * 6), by="last")


def test_who_knows_that_unknown_times_are_old_may_say_so():
    ratings = table(times=(1, 2, 3, NO_TIME, 30, 20))
    assert split(ratings, test=0.4, by="time", unknown_times="oldest").rows_test.tolist() == [4, 5]


def test_too_many_unknown_times_are_refused_even_then():
    with pytest.raises(BadTable, match="would hold some of them"):
        split(table(times=(NO_TIME,) * 5 + (20,)), test=0.5, by="time", unknown_times="oldest")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"test": 1.0}, "between 0 and 1"),
        ({"test": 20}, "between 0 and 1"),
        ({"by": "date"}, "one of random, user, last, time, but 'date' came"),
        ({"by": "last", "n_last": 0}, "at least 1"),
        ({"by": "time", "unknown_times": "guess"}, "one of raise, oldest, but 'guess' came"),
        ({"test": 0.1}, "Nothing is left for test"),
    ],
)
def test_a_wrong_option_is_told(options, message):
    with pytest.raises(BadOption, match=message):
        split(table(), **options)


def test_folds_share_nothing_and_make_up_the_whole(checkerboard):
    made = folds(checkerboard, 5, seed=3)
    assert sorted(len(one.test) for one in made) == [26, 26, 26, 27, 27]
    np.testing.assert_array_equal(np.sort(np.concatenate([one.rows_test for one in made])), np.arange(132))


def test_the_same_seed_gives_the_same_folds_and_another_seed_others(checkerboard):
    one, same, other = ([fold.fingerprint for fold in folds(checkerboard, 3, seed=seed)] for seed in (1, 1, 2))
    assert one == same
    assert not set(one) & set(other)


def test_one_fold_is_none(checkerboard):
    with pytest.raises(BadOption, match="n=1"):
        folds(checkerboard, 1)


def test_surprise_folds_are_contiguous_parts_of_its_shuffled_rows():
    """np.random.RandomState(0).shuffle(np.arange(6)) gives 5 2 1 3 0 4."""
    made = surprise_folds(table(), 3)
    assert [one.rows_test.tolist() for one in made] == [[2, 5], [1, 3], [0, 4]]


def test_surprise_folds_are_five_as_there_unless_another_number_is_asked_for(checkerboard):
    assert len(surprise_folds(checkerboard)) == 5


def test_a_table_without_published_folds_says_so(checkerboard):
    with pytest.raises(BadOption, match=r"no published folds u1.*it has none"):
        published_folds(checkerboard)


@pytest.mark.realdata
def test_the_published_folds_of_ml_100k_are_five_and_make_up_the_whole(ml_100k):
    made = published_folds(ml_100k)
    np.testing.assert_array_equal(np.sort(np.concatenate([one.rows_test for one in made])), np.arange(100_000))
    assert {len(one.test) for one in made} == {20_000}
    assert np.count_nonzero(made[0].test.user_counts) == 459
    with pytest.raises(BadOption, match="whole"):
        published_folds(ml_100k.subset(np.arange(10)))


@pytest.mark.realdata
def test_the_newest_fifth_of_ml_1m_is_exact_though_old_times_are_unknown(data_folder):
    import cofactor as cf

    if not (data_folder / "ml-1m").is_dir():
        pytest.skip(f"{data_folder} holds no ml-1m")
    ratings = cf.load("ml-1m")
    made = split(ratings, test=0.2, by="time", unknown_times="oldest")
    assert made.test.timestamps is not None
    assert len(made.test) == 200_041
    assert made.test.timestamps.min() > 975768738
    assert find_leaks(*made, by_time=True) == []


def test_a_test_pair_in_train_is_found_and_named():
    train, test = table(), table().subset(np.array([1, 4]))
    (leak,) = find_leaks(train, test)
    assert (leak.kind, leak.rows.tolist()) == ("pair", [0, 1])
    with pytest.raises(Leak, match=r"2 of 2 test ratings.*user 'a' item '2'; user 'b' item '2'"):
        refuse_leaks(train, test)


def test_every_pair_of_train_is_found_again():
    (leak,) = find_leaks(table(), table())
    assert leak.rows.tolist() == [0, 1, 2, 3, 4, 5]


def test_a_leak_is_found_by_ids_though_the_indices_differ():
    train = Ratings.from_arrays(["z", "a"], [9, 1], [1.0, 2])
    test = Ratings.from_arrays(["a", "b"], [1, 9], [2.0, 3])
    assert [leak.rows.tolist() for leak in find_leaks(train, test)] == [[0]]


def test_three_of_many_leaks_are_named():
    with pytest.raises(Leak, match=r"user 'a' item '1'; user 'a' item '2'; user 'a' item '3'; …\."):
        refuse_leaks(table(), table())


def test_the_future_in_train_is_found_and_named():
    random = split(table(), test=0.5, by="last")
    (leak,) = find_leaks(*random, by_time=True)
    assert leak.kind == "future"
    assert "newer than the oldest test rating (of second 3)" in str(leak)


def test_without_times_on_either_side_nobody_knows_the_future():
    without = Ratings.from_arrays(["z"], ["9"], [1.0])
    unknown = Ratings.from_arrays(["z"], ["9"], [1.0], timestamps=np.array([NO_TIME]))
    for train, test in ((table(), without), (without, table())):
        with pytest.raises(Leak, match="without timestamps in train and test"):
            find_leaks(train, test, by_time=True)
    with pytest.raises(Leak, match="no test rating has a known time"):
        find_leaks(table(), unknown, by_time=True)


@pytest.mark.parametrize("by", ["random", "user", "last", "time"])
def test_our_own_splits_do_not_leak(by):
    assert find_leaks(*split(table(), test=0.5, by=by), by_time=by == "time") == []


def test_a_test_that_was_all_learned_from_is_answered_by_how_to_split():
    with pytest.raises(Leak, match=r"6 of 6 test ratings.* are in train too: .*train, test = cf\.split"):
        refuse_leaks(table(), table())
