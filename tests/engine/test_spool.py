"""What a spool says after any accident is true: rows that are given out are the rows that were written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from safelight.engine.spool import End, Spool, end_line, prefix_of, row_line

Written = list[tuple[int, list[dict[str, Any]], End]]

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_json = st.none() | st.integers(-(2**63), 2**63 - 1) | _text | st.lists(_text, max_size=2)
_rows = st.lists(
    st.dictionaries(st.sampled_from(["navn", "tid", "\n", " ", "="]), _json, max_size=3), max_size=4
)
_raised = st.none() | st.just({"cause": "defect", "detail": "ValueError: \n:0 =[0,0,0.0,null]", "note": "00"})
_foreign = st.binary(min_size=1, max_size=20).filter(lambda data: b" =[" not in data) | st.sampled_from(
    [b"\n", b":0 {}\n", b":999 =[0,0,0.0]\n"]
)


@st.composite
def jobs(draw: st.DrawFn) -> tuple[bytes, Written, list[tuple[int, int]]]:
    """The bytes of a job, what they mean, and the first and last byte of each position."""
    positions = sorted(draw(st.sets(st.integers(0, 300), min_size=1, max_size=6)))
    data, written, extent = b"", [], []
    for position in positions:
        prefix = prefix_of(position)
        rows = draw(_rows)
        lines = b"".join(row_line(prefix, row) for row in rows)
        end = End(len(rows), len(lines), draw(st.sampled_from([0.0, 1.25])), draw(_raised))
        extent.append((len(data), len(data) + len(lines) + len(end_line(prefix, end))))
        data += lines + end_line(prefix, end)
        written.append((position, rows, end))
    return data, written, extent


@contextmanager
def spool_of(data: bytes) -> Iterator[Spool]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "1.spool"
        path.write_bytes(data)
        spool = Spool(path)
        yield spool
        spool.close()


def told(spool: Spool) -> Written:
    return [(position, list(spool.rows(position)), end) for position, end in spool.ends.items()]


@given(jobs())
def test_whole_spool_is_read_as_written(job: tuple[bytes, Written, list[tuple[int, int]]]) -> None:
    data, written, _extent = job
    with spool_of(data) as spool:
        assert told(spool) == written


@given(jobs(), st.data())
def test_torn_at_any_byte(job: tuple[bytes, Written, list[tuple[int, int]]], draw: st.DataObject) -> None:
    data, written, extent = job
    cut = draw.draw(st.integers(0, len(data)))
    whole = [one for one, (_start, stop) in zip(written, extent, strict=True) if stop <= cut]
    with spool_of(data[:cut]) as spool:
        assert told(spool) == whole
        for (position, rows, _end), (start, _stop) in zip(written, extent, strict=True):
            if start <= cut and position not in spool.ends:
                kept = data[start:cut].count(b"\n")
                assert list(spool.rows(position)) == rows[:kept]


@given(jobs(), st.data())
def test_foreign_bytes_touch_the_position_and_at_most_the_next(
    job: tuple[bytes, Written, list[tuple[int, int]]], draw: st.DataObject
) -> None:
    """Between lines only: each line is one write to a file opened for appending."""
    data, written, extent = job
    boundaries = [0, *(number + 1 for number, byte in enumerate(data) if byte == 10)]
    place = draw.draw(st.sampled_from(boundaries))
    foreign = draw.draw(_foreign)
    touched = next((number for number, (_first, stop) in enumerate(extent) if place < stop), len(extent))
    with spool_of(data[:place] + foreign + data[place:]) as spool:
        found = told(spool)
    assert all(one in written for one in found)
    safe = [one for number, one in enumerate(written) if number not in (touched, touched + 1)]
    assert [one for one in found if one in safe] == safe
    assert touched == len(written) or written[touched] not in found


@given(jobs(), st.data())
def test_lines_written_twice_are_not_believed(
    job: tuple[bytes, Written, list[tuple[int, int]]], draw: st.DataObject
) -> None:
    data, written, extent = job
    number = draw.draw(st.integers(0, len(extent) - 1))
    start, stop = extent[number]
    with spool_of(data[:stop] + data[start:stop] + data[stop:]) as spool:
        assert told(spool) == [one for one in written if one is not written[number]]


@given(st.binary(max_size=200).filter(lambda data: b"=[" not in data))
def test_any_bytes_are_read_without_error(data: bytes) -> None:
    with spool_of(data) as spool:
        assert told(spool) == []
