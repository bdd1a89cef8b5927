"""Nobody changes a released sum by more than 1: every statistic, by brute force, the heaviest person first."""

import numpy as np
import pytest

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.training.private import releases, secure_normals
from cofactor.training.private.person_sums import Parts, clip_factors, person_sum
from cofactor.training.private.releases import PrivateSettings, Release, private_items
from cofactor.training.private.start import attribute_columns

N_ITEMS = 40


@pytest.fixture(scope="module")
def table() -> Ratings:
    """Sixty people; the first rated everything at the ends of the scale, the second one item, the third far outside."""
    rng = np.random.default_rng(0)
    users = [np.zeros(N_ITEMS, int), [1], [2] * 20, np.repeat(np.arange(3, 60), 9)]
    items = [np.arange(N_ITEMS), [0], np.arange(20), np.concatenate([rng.permutation(N_ITEMS)[:9] for _ in range(57)])]
    values = [np.tile([1.0, 5.0], 20), [5.0], np.tile([-1e9, 1e9], 10), rng.integers(1, 6, 57 * 9)]
    return Ratings.from_arrays(*map(np.concatenate, (users, items, values)), kind="ratings")


def settings(n_sweeps: int = 3, sigma: float = 0.0, max_ratings: int = 20) -> PrivateSettings:
    columns = attribute_columns({}, N_ITEMS)
    return PrivateSettings((1.0, 5.0), max_ratings, 1e-6, [sigma] * (n_sweeps + 1), columns, 3, seed=0)


def released(table: Ratings, **options) -> list[Release]:
    found = list[Release]()
    private_items(table.by_user, N_ITEMS, settings(**options), found.append)
    return found


def without(rows: Rows, user: int) -> Rows:
    return rows.take(np.delete(np.arange(len(rows.counts)), user))


def change(table: Ratings, release: Release, user: int) -> float:
    """The length of the difference that one person makes to a sum, what was released before being as it is."""
    sums = [person_sum(rows, N_ITEMS, release.parts_of) for rows in (table.by_user, without(table.by_user, user))]
    return float(np.sqrt(sum(np.square(a - b).sum() for a, b in zip(*sums, strict=True))))


@pytest.mark.parametrize("at", range(4))
def test_no_person_changes_a_release_by_more_than_one(table, at):
    release = released(table)[at]
    changes = [change(table, release, user) for user in range(table.n_users)]
    assert max(changes) <= 1 + 1e-9


@pytest.mark.parametrize("at", range(4))
def test_the_heaviest_person_is_clipped_and_the_lightest_is_not(table, at):
    """So that the bound is one that a person reaches, and the test above is no test of sums of nothing."""
    release = released(table)[at]
    assert change(table, release, 0) == pytest.approx(1, abs=1e-6)
    assert 0 < change(table, release, 1) < 0.9


def test_what_is_released_is_the_sum_of_those_parts(table):
    for release in released(table):
        by_item, of_all = person_sum(table.by_user, N_ITEMS, release.parts_of)
        np.testing.assert_array_equal(release.by_item, by_item)
        np.testing.assert_array_equal(release.of_all, of_all)


def test_without_the_clip_the_test_above_would_fail(table, monkeypatch):
    monkeypatch.setattr("cofactor.training.private.person_sums.clip_factors", lambda lengths: np.ones(len(lengths)))
    assert min(change(table, release, 0) for release in released(table)) > 1.5


def test_a_part_longer_than_one_is_shortened_to_it_and_others_are_left():
    np.testing.assert_allclose(clip_factors(np.array([0.0, 0.5, 1.0, 4.0])), [1, 1, 1, 0.25], rtol=1e-8)
    assert (clip_factors(np.array([1.0, 3.0, 1e12])) * np.array([1.0, 3.0, 1e12]) < 1).all()


def test_sums_are_the_same_however_many_people_are_summed_at_once(table, monkeypatch):
    def parts(rows: Rows) -> Parts:
        return Parts(rows.values[:, None].astype(float), rows.counts[:, None].astype(float))

    whole = person_sum(table.by_user, N_ITEMS, parts)
    monkeypatch.setattr("cofactor.training.private.person_sums.RATINGS_AT_ONCE", 7)
    for one, other in zip(person_sum(table.by_user, N_ITEMS, parts), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_every_number_of_a_release_has_noise_of_its_own_of_the_deviation_that_is_counted(table, monkeypatch):
    drawn = list[FloatArray]()

    def fixture_normals(n: int) -> FloatArray:
        drawn.append(np.arange(1.0, n + 1))
        return drawn[-1]

    plain = released(table)
    monkeypatch.setattr(secure_normals, "secure_normals", fixture_normals)
    found = released(table, sigma=0.5)
    assert [len(one) for one in drawn] == [one.by_item.size + one.of_all.size for one in found]
    first = found[0]
    noise = np.concatenate([(first.by_item - plain[0].by_item).ravel(), first.of_all - plain[0].of_all])
    np.testing.assert_allclose(noise, 0.5 * drawn[0])


def test_the_numbers_of_sums_are_those_of_the_formulas(table):
    """One person, two items rated 5 and 3 on 1 to 5: in units 1 and 0, mean 1/2; a = 1 for max_ratings = 4."""
    two = Ratings.from_arrays([0, 0], [0, 1], [5.0, 3.0])
    found = list[Release]()
    private_items(
        two.by_user, 2, settings(n_sweeps=0, max_ratings=4)._replace(attributes=np.ones((2, 1))), found.append
    )
    (first,) = found
    np.testing.assert_allclose(first.by_item, [[0.25, 0.5], [0.25, -0.5]])
    np.testing.assert_allclose(first.of_all, [0.2, 0.1])


def test_only_releases_see_the_ratings(table):
    """What follows a release is a function of it: the same releases of other people give the same items."""
    fixed = released(table, sigma=0.0)
    replayed = iter(fixed)

    def replay(rows, n_items, parts_of, sigma):
        return next(replayed)

    nobody = table.by_user.take(np.array([1]))
    original = releases._released
    try:
        releases._released = replay
        again = private_items(nobody, N_ITEMS, settings())
    finally:
        releases._released = original
    for one, other in zip(again, private_items(table.by_user, N_ITEMS, settings()), strict=True):
        np.testing.assert_array_equal(one, other)
