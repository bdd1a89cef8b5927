"""Thousands of forged folders, of every model: refused, or they answer; no process ends."""

import pytest

import forged_folders


@pytest.mark.parametrize("seed", range(10))
def test_forged_folders_are_refused_or_answer(seed, tmp_path):
    assert list(forged_folders.failures_of(400, 1000 + seed, tmp_path)) == []
