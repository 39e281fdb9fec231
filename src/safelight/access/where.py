"""From an item filter to one parameterised SQL condition on the catalog's `items` view (named `i`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from safelight.access.filter import TIMES, ItemFilter

#: An item's group: what has no content has none, what was not recognised is other.
TYPE = "coalesce(i.type, CASE WHEN i.kind IN ('file', 'stream') THEN 'other' ELSE 'none' END)"

#: Items that have bytes of their own. Folders state sizes too, and special files ($BadClus) state the whole volume's.
CONTENT = "i.kind IN ('file', 'stream')"

#: A time of an item in microseconds: UTC after decisions about clocks where the zone is known, else the wall clock as it
#: stands.
TIME_US = "coalesce(at_us(i.{0}, i.exhibit, 'files'), epoch_us(i.{0}.wall))"

#: Failures of an item that neither its own row says (that its bytes could not be read) nor its content's failures.
OF_ITEMS = "f.item_id IS NOT NULL AND f.sha256 IS NULL AND f.stage IS DISTINCT FROM 'read'"
#: Failures of contents in inspectors.
OF_CONTENTS = "f.sha256 IS NOT NULL"
#: Failures of places that are no items. (One test of both: DuckDB 2.0.0 gives wrong rows for `IS NULL` on a text column
#: of a part that has one value beside nulls; 2.0.1 does not.)
OF_PLACES = "coalesce(f.item_id, f.sha256) IS NULL"
_DIGESTS = {32: ("md5",), 40: ("sha1",), 64: ("sha256",)}


@dataclass(frozen=True, slots=True)
class Failing:
    """Which failures there are at all beside unread bytes. What there is none of is not asked for: each costs a pass
    over a column of long texts."""

    items: bool = True
    contents: bool = True


@dataclass(slots=True)
class Condition:
    """SQL and its parameters, in order."""

    parts: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, sql: str, *values: object) -> None:
        self.parts.append(sql)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        return " AND ".join(self.parts) if self.parts else "true"


def condition(
    wanted: ItemFilter,
    exhibits: Mapping[str, str] | None = None,
    skip: str | None = None,
    failing: Failing = Failing(),
) -> Condition:
    """The condition for a filter. `exhibits` maps numbers to keys; `skip` leaves one key out."""
    found = Condition()
    if wanted.type and skip != "type":
        _type(found, wanted.type)
    if wanted.exhibit and skip != "exhibit":
        numbers = exhibits or {}
        _among(found, "i.exhibit", [numbers.get(number, number) for number in wanted.exhibit])
    if wanted.source:
        _among(found, "i.source_id", wanted.source)
    if wanted.state and skip != "state":
        _among(found, "i.state", wanted.state)
    if wanted.kind:
        _among(found, "i.kind", wanted.kind)
    if wanted.container:
        found.add("i.container = ?", wanted.container)
    if wanted.failed and skip != "failed":
        _failed(found, wanted.failed, failing)
    if wanted.known and skip != "known":
        _known(found, wanted.known)
    if wanted.category:
        _category(found, wanted.category)
    _names(found, wanted)
    _numbers(found, wanted)
    return found


def _type(found: Condition, types: tuple[str, ...]) -> None:
    """Groups that were recognised are compared as they stand, so that a reader can skip by them."""
    if "other" in types or "none" in types:
        _among(found, TYPE, types)
    else:
        _among(found, "i.type", types)


def _among(found: Condition, column: str, values: tuple[str, ...] | list[str]) -> None:
    found.add(f"{column} IN ({', '.join('?' * len(values))})", *values)


def _names(found: Condition, wanted: ItemFilter) -> None:
    if wanted.path:
        if any(mark in wanted.path for mark in "*?["):
            found.add("i.path GLOB ?", wanted.path)
        else:
            plain = wanted.path.rstrip("/")
            found.add(
                "(i.path = ? OR starts_with(i.path, ?) OR starts_with(i.path, ?))",
                plain,
                plain + "/",
                plain + " › ",
            )
    if wanted.name:
        if any(mark in wanted.name for mark in "*?["):
            found.add("lower(i.name) GLOB lower(?)", wanted.name)
        else:
            found.add("contains(lower(i.name), lower(?))", wanted.name)


def _numbers(found: Condition, wanted: ItemFilter) -> None:
    if wanted.hash:
        columns = _DIGESTS.get(len(wanted.hash))
        if columns:
            found.add(f"i.{columns[0]} = ?", wanted.hash)
        else:
            after = _after_prefix(wanted.hash)
            parts = [f"(i.{name} >= ? AND i.{name} < ?)" for name in ("sha256", "sha1", "md5")]
            found.add("(" + " OR ".join(parts) + ")", *([wanted.hash, after] * 3))
    if wanted.size_min is not None:
        found.add("i.size >= ?", wanted.size_min)
    if wanted.size_max is not None:
        found.add("i.size <= ?", wanted.size_max)
    for name in TIMES:
        span = getattr(wanted, name)
        if span is not None and span.start_us is not None:
            found.add(f"{TIME_US.format(name)} >= ?", span.start_us)
        if span is not None and span.end_us is not None:
            found.add(f"{TIME_US.format(name)} < ?", span.end_us)
    if wanted.extension_disagrees:
        found.add("i.extension_disagrees")
    if wanted.maybe_encrypted:
        found.add("i.maybe_encrypted")


def _after_prefix(prefix: str) -> str:
    """The first text after everything that begins with `prefix` (hexadecimal): a range can skip parts."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _failed(found: Condition, causes: tuple[str, ...], failing: Failing) -> None:
    """Items that failed anywhere: their own bytes, the item at a later stage, or their content in an inspector."""
    named = [cause for cause in causes if cause not in ("any", "none")]
    parts: list[str] = []
    if "any" in causes:
        parts.append(_failed_for("i.failed IS NOT NULL", "", failing))
    if "none" in causes:
        parts.append(f"NOT coalesce({_failed_for('i.failed IS NOT NULL', '', failing)}, false)")
    if named:
        marks = ", ".join("?" * len(named))
        sql = _failed_for(f"i.failed IN ({marks})", f" AND f.cause IN ({marks})", failing)
        parts.append(sql)
        found.values.extend(named * (sql.count("?") // len(named)))
    found.add("(" + " OR ".join(parts) + ")")


def _failed_for(own: str, causes: str, failing: Failing) -> str:
    parts = [own]
    if failing.items:
        parts.append(f"i.item_id IN (SELECT f.item_id FROM failures f WHERE {OF_ITEMS}{causes})")
    if failing.contents:
        parts.append(f"i.sha256 IN (SELECT f.sha256 FROM failures f WHERE {OF_CONTENTS}{causes})")
    return "(" + " OR ".join(parts) + ")"


def _known(found: Condition, sets: tuple[str, ...]) -> None:
    parts: list[str] = []
    values: list[object] = []
    named = [name for name in sets if name not in ("any", "none")]
    if "any" in sets:
        parts.append("i.sha256 IN (SELECT h.sha256 FROM hits h)")
    if "none" in sets:
        parts.append(
            "(i.sha256 IS NULL OR i.sha256 NOT IN (SELECT h.sha256 FROM hits h WHERE h.sha256 IS NOT NULL))"
        )
    if named:
        marks = ", ".join("?" * len(named))
        parts.append(
            "i.sha256 IN (SELECT h.sha256 FROM hits h "
            f"WHERE h.set_id IN ({marks}) OR h.set_name IN ({marks}))"
        )
        values = [*named, *named]
    found.add("(" + " OR ".join(parts) + ")", *values)


def _category(found: Condition, categories: tuple[str, ...]) -> None:
    parts: list[str] = []
    for category in categories:
        scheme, _slash, code = category.rpartition("/")
        found.values.append(scheme)
        parts.append("(h.scheme = ?" + (" AND h.code = ?)" if code else ")"))
        if code:
            found.values.append(code)
    found.parts.append(f"i.sha256 IN (SELECT h.sha256 FROM hits h WHERE {' OR '.join(parts)})")
