"""Whatever is wrong with a table is said: never a traceback of somebody else's, never silence."""

from pathlib import Path

import pytest
from broken_tables import BROKEN, SOUND, Broken

import cofactor as cf
from cofactor.data.checking import check
from cofactor.errors import BadTable


@pytest.fixture(params=BROKEN, ids=lambda broken: broken.what)
def broken(request: pytest.FixtureRequest) -> Broken:
    return request.param


def test_the_error_is_of_its_kind_and_tells_the_mend(broken: Broken, tmp_path: Path):
    with pytest.raises(broken.error) as caught:
        cf.read(broken.written(tmp_path), **broken.options)
    assert type(caught.value) is broken.error
    assert [word for word in broken.words if word not in str(caught.value)] == []


def test_a_check_reports_the_same_without_raising(broken: Broken, tmp_path: Path):
    if broken.error is not BadTable:
        pytest.skip("a senseless option is no fault of the table")
    report = check(broken.written(tmp_path), **broken.options)
    assert not report.ok
    assert [word for word in broken.words if word not in str(report)] == []


def test_the_sound_table_that_the_broken_ones_are_made_of_is_read(tmp_path: Path):
    (tmp_path / "ratings.csv").write_bytes(SOUND)
    assert check(tmp_path / "ratings.csv").ok
