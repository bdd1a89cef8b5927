"""The audit by canaries: what guesses prove, and that it sees a fault in noise, clip and account."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.privacy.canaries import CanaryAudit, canary_audit
from cofactor.audit.privacy.guesses import count_correct, epsilon_bound, probability_of
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.training.private import person_sums, releases, secure_normals

pytest.importorskip("dp_accounting")


@pytest.fixture(scope="module")
def people() -> Ratings:
    rng = np.random.default_rng(0)
    users, items = np.repeat(np.arange(40), 6), np.concatenate([rng.permutation(12)[:6] for _ in range(40)])
    return Ratings.from_arrays(users, items, rng.integers(1, 6, 240).astype(float), scale=(1, 5))


def audit(people: Ratings, epsilon: float | None = 1.0, **options) -> CanaryAudit:
    """A canary's part is sixteen times as long as it may be before it is clipped."""
    model = cf.PrivateALS(
        epsilon=epsilon, delta=1e-6, rating_range=(1, 5), n_factors=1, n_epochs=1, max_ratings=4, attributes=False
    )
    return canary_audit(model, people, n_canaries=300, **{"ratings_each": 256} | options)


# ---- what guesses prove ------------------------------------------------------------------------------------------


def test_ten_right_of_ten_are_what_coins_do_once_in_a_thousand():
    assert probability_of(10, 10, epsilon=0.0, delta=0.0, n_people=10) == pytest.approx(2**-10)


def test_under_log_three_each_guess_is_right_three_times_of_four():
    assert probability_of(2, 2, epsilon=np.log(3), delta=0.0, n_people=2) == pytest.approx(9 / 16)


def test_delta_lets_more_guesses_be_right():
    """Of one guess about one person: β = 1/2, and 2 m δ (P(0 or more) - β) / 1 = δ."""
    assert probability_of(1, 1, epsilon=0.0, delta=0.1, n_people=1) == pytest.approx(0.5 + 2 * 0.1 * 0.5)


def test_the_bound_is_where_the_probability_is_the_risk():
    found = epsilon_bound(95, 100, delta=1e-6, n_people=200, risk=0.05)
    assert probability_of(95, 100, found, 1e-6, 200) == pytest.approx(0.05, rel=1e-3)
    assert epsilon_bound(50, 100, delta=0.0, n_people=200, risk=0.05) == 0


def test_all_right_of_few_prove_little_and_of_more_more():
    bounds = [epsilon_bound(n, n, 0.0, n, 0.05) for n in (10, 100, 1000)]
    np.testing.assert_allclose(bounds, [-np.log(0.05 ** (-1 / n) - 1) for n in (10, 100, 1000)], atol=1e-3)


def test_guesses_say_in_of_the_highest_and_out_of_the_lowest():
    scores, present = np.array([0.1, 5.0, -3.0, 0.2, 4.0, -2.0]), np.array([True, True, False, False, False, True])
    assert count_correct(scores, present, 4) == 2  # 5.0 in, 4.0 in, -3.0 out, -2.0 out: the second and the last wrong
    assert count_correct(scores, present, 2) == 2


def test_the_bound_holds_of_guesses_that_are_as_right_as_may_be():
    """Randomised response at ε = 1: of a thousand audits no more than one in twenty may say more than 1."""
    right = np.random.default_rng(0).binomial(100, 1 / (1 + np.exp(-1)), 1000)
    bounds = {v: epsilon_bound(v, 100, 0.0, 100, 0.05) for v in set(right.tolist())}
    assert np.mean([bounds[v] > 1 for v in right.tolist()]) <= 0.06


# ---- faults ------------------------------------------------------------------------------------------------------


def test_training_as_it_is_is_not_refuted(people):
    found = audit(people)
    assert not found.refuted
    assert found.bound < 1 < found.most


def test_without_noise_hardly_a_guess_is_wrong(people):
    found = audit(people, epsilon=None)
    assert found.guessed[-1].n_correct == found.n_guesses
    assert found.bound == found.most


def test_noise_divided_by_ten_is_caught(people, monkeypatch):
    real = secure_normals.secure_normals
    monkeypatch.setattr(secure_normals, "secure_normals", lambda n: real(n) / 10)
    assert audit(people).refuted


def test_a_clip_left_out_is_caught(people, monkeypatch):
    monkeypatch.setattr(person_sums, "clip_factors", lambda lengths: np.ones(len(lengths)))
    assert audit(people).refuted


@pytest.mark.parametrize("at", [0, 1])
def test_a_release_that_is_made_without_being_counted_is_caught(at, people, monkeypatch):
    """It spends nothing, so that no noise is added to it; the other one is as it should be."""
    real, calls = releases._released, []

    def uncounted(rows, n_items, parts_of, sigma):
        calls.append(sigma)
        honest = real(rows, n_items, parts_of, sigma if len(calls) - 1 != at else 0.0)
        return honest._replace(sigma=sigma)

    monkeypatch.setattr(releases, "_released", uncounted)
    found = audit(people)
    assert found.refuted
    assert found.guessed[at].n_correct == found.n_guesses
    assert found.guessed[1 - at].bound < 1


def test_above_what_it_could_have_proved_nothing_is_refuted(people, monkeypatch):
    """150 guesses prove no more than ε = 3.6: noise divided by ten passes a claim of 5."""
    real = secure_normals.secure_normals
    monkeypatch.setattr(secure_normals, "secure_normals", lambda n: real(n) / 10)
    found = audit(people, epsilon=5.0)
    assert found.most < 5
    assert not found.refuted
    assert "cannot be refuted by so many" in str(found)


def test_its_coins_have_a_seed_and_its_table_says_what_was_guessed(people):
    found = audit(people, ratings_each=16, n_fits=2, n_guesses=50)
    assert found.n_guesses == 100
    assert found.columns()["seen"] == ["counts and means", "sweep 1", "all of them"]
    assert "not refuted" in str(found)


@pytest.mark.parametrize("wrong", [{"n_canaries": 1}, {"n_guesses": 201}, {"n_fits": 0}, {"ratings_each": 1}])
def test_too_few_canaries_guesses_fits_and_ratings_are_refused(wrong, people):
    with pytest.raises(BadOption):
        canary_audit(cf.PrivateALS(), people, **wrong)
