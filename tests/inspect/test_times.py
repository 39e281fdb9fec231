"""Times as written, into UTC only where the text states a zone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.inspect.times import pdf, written
from safelight.traces.moment import Moment, iso_utc

HALF_PAST_NINE = 1_452_591_000_000_000  # 2016-01-12T09:30:00Z
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("text", "zone", "fraction", "expected"),
    [
        ("2016:01:12 09:30:00", "", "", Moment(None, HALF_PAST_NINE, "2016:01:12 09:30:00", "unknown")),
        (
            "2016:01:12 09:30:00",
            "+01:00",
            "25",
            Moment(
                HALF_PAST_NINE - HOUR + 250_000,
                HALF_PAST_NINE + 250_000,
                "2016:01:12 09:30:00.25+01:00",
                "stated",
            ),
        ),
        (
            "2016-01-12T09:30:00Z",
            "",
            "",
            Moment(HALF_PAST_NINE, HALF_PAST_NINE, "2016-01-12T09:30:00Z", "stated"),
        ),
        (
            "2016-01-12T09:30:00.000001-02:30",
            "",
            "",
            Moment(
                HALF_PAST_NINE + 1 + 9_000_000_000,
                HALF_PAST_NINE + 1,
                "2016-01-12T09:30:00.000001-02:30",
                "stated",
            ),
        ),
        ("2016-01-12", "", "", Moment(None, HALF_PAST_NINE - 9 * HOUR - HOUR // 2, "2016-01-12", "unknown")),
        ("2016:13:40 09:30:00", "", "", Moment(None, None, "2016:13:40 09:30:00", "unknown")),
        ("i fjor", "", "", Moment(None, None, "i fjor", "unknown")),
        (
            "2016:01:12 09:30:00",
            "+99:00",
            "",
            Moment(None, HALF_PAST_NINE, "2016:01:12 09:30:00+99:00", "unknown"),
        ),
    ],
)
def test_written(text: str, zone: str, fraction: str, expected: Moment) -> None:
    assert written(text, zone, fraction) == expected


@pytest.mark.parametrize("text", [None, "", "   ", "0000:00:00 00:00:00", "    :  :     :  :  ", "\0\0\0"])
def test_nothing(text: str | None) -> None:
    assert written(text) is None
    assert pdf(text) is None


@pytest.mark.parametrize(
    ("text", "utc", "wall"),
    [
        ("D:20160112093000Z", HALF_PAST_NINE, HALF_PAST_NINE),
        ("D:20160112093000+01'00'", HALF_PAST_NINE - HOUR, HALF_PAST_NINE),
        ("20160112093000", None, HALF_PAST_NINE),
        ("D:2016", None, 1_451_606_400_000_000),
    ],
)
def test_pdf(text: str, utc: int | None, wall: int) -> None:
    moment = pdf(text)
    assert moment is not None
    assert (moment.utc_us, moment.wall_us, moment.text) == (utc, wall, text)


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(None)))
def test_any_iso_time_with_z_comes_back(moment: object) -> None:
    text = f"{moment.isoformat(timespec='microseconds')}Z"  # type: ignore[attr-defined]
    read = written(text)
    assert read is None or iso_utc(read.utc_us) == text


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    written(text)
    pdf(text)
