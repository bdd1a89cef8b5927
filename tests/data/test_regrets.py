"""The generated clicks that regret follows: what was planted can be found in them, and asked for."""

import hashlib

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.sources import regrets
from cofactor.errors import BadOption


@pytest.fixture(scope="module")
def clicks():
    return cf.load("regrets")


@pytest.fixture(scope="module")
def truth():
    return regrets.truth()


@pytest.fixture(scope="module")
def everybody(clicks):
    """(n_users, 1) to be crossed with items."""
    return np.arange(clicks.n_users)[:, None]


def test_it_says_that_it_is_synthetic_and_so_does_its_survey(clicks):
    assert clicks.synthetic
    assert clicks.kind == "clicks"
    assert "synthetic" in regrets.asked().origin


def test_the_same_seed_gives_the_same_clicks_and_answers_on_every_machine(clicks):
    digest = hashlib.sha256()
    for column in (clicks.user_idx, clicks.item_idx, clicks.timestamps):
        digest.update(column.astype("<i8").tobytes())
    digest.update(repr(sorted(regrets.asked().values.items())).encode())
    assert digest.hexdigest() == "2b5c5fcd44adca10b5f55b352f3502843bab3637bcdb6db79979444d5c519824"


def test_another_seed_gives_another_table(clicks):
    assert regrets.load(seed=1).fingerprint != clicks.fingerprint


def test_every_topic_has_as_many_clips(clicks):
    assert np.unique(clicks.item_attributes["topic"].astype(str), return_counts=True)[1].tolist() == [40] * 8
    assert clicks.titles[0] == "Animals 01"


def test_bait_is_clicked_most_and_regretted_most(clicks, truth, everybody):
    bait, others = np.flatnonzero(truth.bait), np.flatnonzero(~truth.bait)
    assert clicks.item_counts[bait].mean() > 2 * clicks.item_counts[others].mean()
    assert truth.regret(everybody, bait).mean() > 2 * truth.regret(everybody, others).mean()


def test_what_is_quiet_is_clicked_least_and_regretted_least(clicks, truth, everybody):
    quiet, others = np.flatnonzero(truth.quiet), np.flatnonzero(~truth.quiet & ~truth.bait)
    assert clicks.item_counts[quiet].mean() < clicks.item_counts[others].mean()
    assert truth.regret(everybody, quiet).mean() < truth.regret(everybody, others).mean() / 2


def test_the_survey_comes_near_to_what_those_who_watched_regret(clicks, truth):
    """Who clicked a clip likes its topic, so that answers are milder than what everybody would feel."""
    survey = regrets.asked()
    values = survey.aligned(clicks).values
    regret = truth.regret(clicks.user_idx, clicks.item_idx)
    expected = np.bincount(clicks.item_idx, regret, minlength=320) / np.maximum(clicks.item_counts, 1)
    often = clicks.item_counts > 150
    np.testing.assert_allclose(values[often], expected[often], atol=0.16)
    assert 0 < np.isnan(values).sum() < 40
    assert survey.n_people == 400


def test_people_differ_in_their_weakness_for_bait(clicks, truth):
    share = np.bincount(clicks.user_idx, truth.bait[clicks.item_idx]) / clicks.user_counts
    weak, strong = truth.weakness > 1.3, truth.weakness < 0.7
    assert share[weak].mean() > share[strong].mean() + 0.15


def test_a_table_without_users_is_refused():
    with pytest.raises(BadOption, match="at least one user"):
        regrets.load(n_users=0)
