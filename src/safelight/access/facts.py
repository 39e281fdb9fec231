"""What inspectors found out about one content, in the order in which people read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from safelight.access.items import moment_of, moment_sql
from safelight.access.model import DerivativeFact, Fact, Inspection, TextOfContent
from safelight.messages import _
from safelight.traces.moment import Moment, iso_utc

#: Characters of a text that a page shows; the length stands beside it.
_TEXT_SHOWN = 4000

#: Table, then column and English name; a name with `@` is a moment, with a unit behind `|`.
COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "pictures": (
        ("format", "Format"), ("width", "Width|pixels"), ("height", "Height|pixels"),
        ("frames", "Frames"), ("orientation", "Orientation"), ("make", "Camera maker"), ("model", "Camera"),
        ("serial", "Serial number"),
        ("lens", "Lens"), ("software", "Software"), ("taken", "@Taken"), ("digitised", "@Digitised"),
        ("latitude", "Latitude|degrees"), ("longitude", "Longitude|degrees"),
        ("altitude", "Altitude|metres"),
        ("gps_time", "@GPS time"), ("pdq", "PDQ"), ("pdq_quality", "PDQ quality"),
        ("pdq_recipe", "PDQ recipe"),
    ),
    "recordings": (
        ("container", "Container"), ("duration", "Duration|seconds"), ("video_codec", "Video codec"),
        ("audio_codec", "Audio codec"), ("width", "Width|pixels"), ("height", "Height|pixels"),
        ("frame_rate", "Frame rate|1/second"), ("sample_rate", "Sample rate|hertz"), ("channels", "Channels"),
        ("created", "@Made"),
    ),
    "documents": (
        ("title", "Title"), ("authors", "Authors"), ("pages", "Pages"), ("created", "@Created"),
        ("modified", "@Modified"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """All that is known about one content."""

    inspections: tuple[Inspection, ...]
    facts: tuple[Fact, ...]
    texts: tuple[TextOfContent, ...]
    derivatives: tuple[DerivativeFact, ...]
    keyframes: int


def moment_text(moment: Moment) -> str:
    """A moment as one reads it: UTC with its name, a wall clock with the words that no zone is stated."""
    if moment.utc_us is not None:
        return iso_utc(moment.utc_us)[:19].replace("T", " ") + " UTC"
    if moment.wall_us is not None:
        wall = iso_utc(moment.wall_us)[:19].replace("T", " ")
        return _("%(time)s, no zone stated") % {"time": wall}
    return _("“%(text)s”, not readable as a time") % {"text": moment.text}


def of_content(db: DuckDBPyConnection, sha256: str | None) -> ContentFacts:
    """Everything about one content; empty if the bytes were never hashed."""
    if not sha256:
        return ContentFacts((), (), (), (), 0)
    inspections = db.execute(
        "SELECT inspector, version, outcome, seconds FROM inspections WHERE sha256 = ? ORDER BY ALL",
        [sha256],
    ).fetchall()
    texts = db.execute(
        f"SELECT inspector, version, kind, left(text, {_TEXT_SHOWN}), length(text), cut FROM texts "
        "WHERE sha256 = ? ORDER BY kind DESC, inspector",
        [sha256],
    ).fetchall()
    derivatives = db.execute(
        "SELECT DISTINCT recipe, width, height, mime FROM derivatives WHERE sha256 = ? ORDER BY recipe",
        [sha256],
    ).fetchall()
    frames = db.execute("SELECT count(*) FROM keyframes WHERE sha256 = ?", [sha256]).fetchone()
    facts = [fact for table in COLUMNS for fact in _of_table(db, table, sha256)]
    return ContentFacts(
        tuple(Inspection(*row) for row in inspections),
        tuple(facts),
        tuple(
            TextOfContent(row[0], row[1], row[2], row[3] or "", row[4] or 0, bool(row[5])) for row in texts
        ),
        tuple(
            DerivativeFact(recipe or "", width or 0, height or 0, mime or "")
            for recipe, width, height, mime in derivatives
        ),
        int(frames[0]) if frames else 0,
    )


def _of_table(db: DuckDBPyConnection, table: str, sha256: str) -> list[Fact]:
    columns = COLUMNS[table]
    wanted = [moment_sql(f"t.{name}") if title.startswith("@") else f"t.{name}" for name, title in columns]
    found = []
    for row in db.execute(
        f"SELECT inspector, version, {', '.join(wanted)} FROM {table} t WHERE sha256 = ? ORDER BY 1, 2",
        [sha256],
    ).fetchall():
        inspector, version, *values = row
        rest = iter(values)
        for _name, title in columns:
            if title.startswith("@"):
                moment = moment_of(tuple(next(rest) for _n in range(5)))
                if moment is not None:
                    found.append(Fact(title[1:], moment_text(moment), "", inspector, version))
                continue
            value = next(rest)
            if value is not None and value != "":
                name, _bar, unit = title.partition("|")
                found.append(Fact(name, _plain(value), unit, inspector, version))
    return found + _metadata(db, table, sha256)


def _plain(value: Any) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _metadata(db: DuckDBPyConnection, table: str, sha256: str) -> list[Fact]:
    """Other metadata that the file itself states (JSON), as written."""
    column = {"recordings": "tags", "documents": "metadata"}.get(table)
    if column is None:
        return []
    found = []
    for inspector, version, text in db.execute(
        f"SELECT inspector, version, {column} FROM {table} WHERE sha256 = ? AND {column} IS NOT NULL",
        [sha256],
    ).fetchall():
        try:
            tags = json.loads(text)
        except ValueError:
            continue
        if isinstance(tags, dict):
            found += [
                Fact(str(key), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), "",
                     inspector, version)
                for key, value in sorted(tags.items()) if value not in (None, "", [], {})
            ]  # fmt: skip
    return found
