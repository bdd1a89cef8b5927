"""Times as people write them: the right second, or a refusal; an offset that is written is never dropped."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

import cofactor as cf
from cofactor.data.ratings import NO_TIME
from cofactor.errors import BadOption, BadTable

FOUR = 1717171200  # 2024-05-31 16:00:00 UTC

# all of them 16:00 in Greenwich
SAME_TIME = [" 2024-05-31 16:00 ", *"""
2024-05-31T16:00Z|2024-05-31T16:00:00z|2024-05-31 16:00|2024-05-31T16|2024-05-31 16:00:00 UTC|2024-05-31 16:00 GMT
2024-05-31T18:00+02:00|2024-05-31T18:00+02|2024-05-31T18:00:00+0200|2024-05-31 18:00:00.5 +02:00|2024-05-31T16:00-00:00
2024/05/31 18:00:00+02:00|2024/05/31 18:00 +0200|2024/5/31 16:00|2024.05.31 18:00+02:00|2024-05-31T21:30:00,9+05:30
2024-05-31T10:45-05:15|2024-06-01T00:00+08:00|20240531T160000Z|20240531T1800+0200|20240531T16|20240531T180000.25+02
2024-W22-5T16:00Z|2024W225T18:00+02:00|2024-152T18:00+02:00|Fri, 31 May 2024 18:00:00 +0200|31 May 2024 16:00 GMT
31/May/2024:18:00:00 +0200|31-May-2024 16:00|Fri May 31 16:00:00 2024|Fri May 31 18:00:00 +0200 2024
Friday, May 31 16:00:00 UTC 2024|2024-05-31T18:00:00+02:00:00
""".strip("\n").replace("\n", "|").split("|")]  # fmt: skip
SAME_DAY = (
    "2024-05-31", "2024/5/31", "2024-152", "2024-W22-5", "20240531", "31-May-2024", "31 May 2024", "May 31, 2024",
    "2024-05-30T24:00", "2024-05-30T23:59:60",
)  # fmt: skip
NO_TIMES = """
2024-13-01|2024-02-30|2024-05-00|2023-366|2024-W60-1|2024-05-31 25:00|2024-05-31 24:01|2024-05-31 12:60
2024-05-31T18:00+24:00|2024-05-31T18:00+02:60|2024-05-31T18:00 CEST|2024-05-31T18:00+02:00[Europe/Berlin]
5/31/2024|31.05.2024|05 31, 2024|yesterday|2024-05-31 6:00 PM|2024-05-31 +02:00|२०२४-05-31|31 Mayo 2024|Fri May 32 2024
""".strip().replace("\n", "|").split("|")  # fmt: skip


def seconds(*times: Any) -> list[int]:
    ratings = cf.read({"user": range(len(times)), "item": range(len(times)), "time": list(times)})
    assert ratings.timestamps is not None
    return ratings.timestamps.tolist()


@pytest.mark.parametrize("text", SAME_TIME)
def test_the_offset_that_is_written_counts(text: str):
    assert seconds(text, "2024-05-31 16:00:00") == [FOUR, FOUR]
    assert cf.read(f"user;item;time\na;1;{text}\nb;2;{text}\n".encode()).timestamps.tolist() == [FOUR, FOUR]


@pytest.mark.parametrize("text", SAME_DAY)
def test_a_day_is_its_first_second(text: str):
    assert seconds(text, "2024-05-31 00:00:00") == [1717113600, 1717113600]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_not_surely_a_time_is_refused(text: str):
    with pytest.raises(BadTable, match=r"not a time .* in row 1"):
        seconds("2024-05-31", text)


def test_a_month_is_its_first_day():
    assert seconds("2024-06", "2024-05-31") == [1717200000, 1717113600]


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.builds(
    timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(lambda one: timedelta(seconds=one.seconds))
)), st.sampled_from(["seconds", "minutes", "microseconds"]), st.sampled_from(["T", " "]))  # fmt: skip
def test_whatever_python_writes_is_read(time: datetime, precision: str, separator: str):
    written = time.isoformat(separator, precision)
    meant = datetime.fromisoformat(written)
    assert seconds(written, "2024-05-31") == [
        (meant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1),
        1717113600,
    ]


@pytest.mark.parametrize("unit", ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"])
def test_numpys_times_are_read_in_every_unit(unit: str):
    times = np.array(["1970-01-01", "NaT"], f"M8[{unit}]")
    for table in (
        {"user": [1, 2], "item": [1, 2], "time": times},
        pd.DataFrame({"user": [1, 2], "item": [1, 2], "time": times}),
    ):
        timestamps = cf.read(table).timestamps
        assert timestamps.tolist() == [0, NO_TIME]


@pytest.mark.parametrize("unit", ["Y", "D", "s", "m"])
def test_a_time_beyond_all_times_is_refused(unit: str):
    times = np.array([2**62, 0], "i8").view(f"M8[{unit}]")
    with pytest.raises(BadTable, match="years from now"):
        cf.read({"user": [1, 2], "item": [1, 2], "time": times})


def test_days_as_ids_are_days():
    assert cf.read({"user": np.array(["2024-05-31", "2024-06-01"], "M8[D]"), "item": [1, 2]}).users.values.tolist() == [
        date(2024, 5, 31), date(2024, 6, 1)
    ]  # fmt: skip


def test_times_with_and_without_a_zone_are_each_what_they_say():
    assert seconds(datetime(2024, 5, 31, 16), datetime(2024, 5, 31, 18, tzinfo=timezone(timedelta(hours=2)))) == [
        FOUR,
        FOUR,
    ]
    assert seconds(pd.Timestamp("2024-05-31 18:00+02:00"), pd.Timestamp("2024-05-31 16:00Z")) == [FOUR, FOUR]


@pytest.mark.parametrize("word", ["", "NA", "null", "nan", "-", " "])
def test_the_words_for_nothing_are_an_unknown_time(word: str):
    assert seconds("2024-05-31 16:00:00", word) == [FOUR, NO_TIME]
    assert seconds(str(FOUR), word) == [FOUR, NO_TIME]


@pytest.mark.parametrize("day", [20240531, 20240531000000, 20240531.0, Decimal(20240531)])
def test_a_date_written_as_a_number_is_a_date_and_that_is_noted(day: Any):
    ratings = cf.read({"user": [1, 2], "item": [1, 2], "time": [day, day]})
    assert ratings.timestamps.tolist() == [1717113600] * 2
    assert "dates written as numbers, such as 20240531" in str(ratings.report)


def test_numbers_that_are_not_all_dates_are_seconds():
    assert seconds(20240531, 20240532) == [20240531, 20240532]


# ---- the day first, and days in one number ------------------------------------------------------------------


def utc(ratings: cf.Ratings) -> list[str]:
    return [str(np.datetime64(int(one), "s")) for one in ratings.timestamps]


def test_dates_with_the_day_first_are_read_by_their_format():
    table = {"user": [1, 2], "item": [1, 2], "when": ["31/05/2024", "01/06/2024"]}
    assert utc(cf.read(table, date_format="%d/%m/%Y")) == ["2024-05-31T00:00:00", "2024-06-01T00:00:00"]
    clock = table | {"when": ["31.05.24 18:30", None]}
    assert utc(cf.read(clock, date_format="%d.%m.%y %H:%M"))[0] == "2024-05-31T18:30:00"
    whole = b"user,item,when\n1,1,01052024\n2,2,31052024\n"
    assert utc(cf.read(whole, date_format="%d%m%Y")) == ["2024-05-01T00:00:00", "2024-05-31T00:00:00"]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("31/05/2024", r"'%d/%m/%Y'; if the month does, '%m/%d/%Y'"),
        ("31.05.24 18:30", r"'%d\.%m\.%y %H:%M'"),
        ("5-6-2024T18:30:59", r"'%d-%m-%YT%H:%M:%S'"),
    ],
)
def test_a_date_that_may_be_read_in_two_ways_names_both(text, forms):
    with pytest.raises(BadTable, match=rf"not a time .*If the day comes first, pass date_format={forms}"):
        cf.read({"user": [1], "item": [1], "time": [text]})


def test_what_is_not_in_the_format_is_named():
    with pytest.raises(BadTable, match=r"'%d/%m/%Y' says \('2024-05-31'\) in row 1"):
        cf.read({"user": [1, 2], "item": [1, 2], "time": ["31/05/2024", "2024-05-31"]}, date_format="%d/%m/%Y")
    with pytest.raises(BadOption, match="'dd/mm/yyyy' is no form of a date"):
        cf.read({"user": [1], "item": [1], "time": ["31/05/2024"]}, date_format="dd/mm/yyyy")


def test_a_third_column_of_days_in_one_number_is_one_of_times():
    ratings = cf.read(b"1,5,20240531\n2,6,20240601\n")
    assert (ratings.kind, utc(ratings)) == ("clicks", ["2024-05-31T00:00:00", "2024-06-01T00:00:00"])
    with pytest.raises(BadTable, match="dates written YYYYMMDD.*timestamp=…"):
        cf.read(b"user,item,value\n1,5,20240531\n2,6,20240601\n")


def test_times_still_to_come_are_noted():
    """A day is let pass: clocks and zones differ."""
    now = datetime.now(UTC)
    days = [now + timedelta(days=far) for far in (-1, 0.9, 400, 30)]
    rows = {"user": [1, 1, 2, 2], "item": [1, 2, 1, 2], "rating": [5, 4, 3, 2]}
    (told,) = cf.read(rows | {"date": days}).report.notes
    assert str(told).startswith(f"Times lie in the future, until {days[2]:%Y-%m-%d}, in 2 rows: 2, 3. The clock")
    assert told.rows == (2, 3)
    assert cf.read(rows | {"date": days[:2] * 2}).report.notes == ()
