"""Which attachments of a window are there as sealed pictures: by the stated hash, else by the stated path or name.

What matches by hash is the file. What matches by path or name in the same exhibit is a likely one, and is said to be that;
a name that several contents carry matches none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from safelight.access.conversation import Line
from safelight.access.reading import Reading

#: Beyond this many items names are not compared: the names of all of them would be read for each window.
NAMED_BELOW = 5_000_000


@dataclass(frozen=True, slots=True)
class SealedPicture:
    """A content with a sealed picture; `basis` is hash, path or name; the item is one that holds it (None: by hash)."""

    sha256: str
    basis: str
    item_id: str | None = None


def sealed_pictures(reading: Reading, lines: Iterable[Line]) -> dict[tuple[int, int], SealedPicture]:
    """By position of the line and number of the attachment."""
    wanted = [
        (line, number, one) for line in lines for number, one in enumerate(line.attachments) if _stated(one)
    ]
    if not wanted:
        return {}
    found = _by_hash(reading, wanted)
    left = [one for one in wanted if (one[0].position, one[1]) not in found]
    if left and reading.snapshot.rows("items") < NAMED_BELOW:
        found |= _by_name(reading, left)
    return found


_Wanted = list[tuple[Line, int, dict[str, Any]]]


def _stated(attachment: dict[str, Any]) -> bool:
    return any(isinstance(attachment.get(key), str) and attachment[key] for key in ("sha256", "path", "name"))


def _by_hash(reading: Reading, wanted: _Wanted) -> dict[tuple[int, int], SealedPicture]:
    hashes = sorted({str(one["sha256"]).lower() for _line, _number, one in wanted if one.get("sha256")})
    if not hashes:
        return {}
    rows = reading.db.execute(
        "select distinct sha256 from derivatives where sha256 = any($hashes)", {"hashes": hashes}
    ).fetchall()
    there = {row[0] for row in rows}
    return {
        (line.position, number): SealedPicture(str(one["sha256"]).lower(), "hash")
        for line, number, one in wanted
        if str(one.get("sha256") or "").lower() in there
    }


def _by_name(reading: Reading, wanted: _Wanted) -> dict[tuple[int, int], SealedPicture]:
    names = sorted({_parts(one)[-1] for _line, _number, one in wanted if _parts(one)})
    exhibits = sorted({line.what["exhibit"] for line, _number, _one in wanted if line.what["exhibit"]})
    rows = reading.db.execute(
        """select exhibit, name, path, item_id, sha256 from items
           where name = any($names) and exhibit = any($exhibits) and sha256 in (select sha256 from derivatives)
           order by all""",
        {"names": names, "exhibits": exhibits},
    ).fetchall()
    found = {}
    for line, number, one in wanted:
        parts = _parts(one)
        named = [row for row in rows if parts and (row[0], row[1]) == (line.what["exhibit"], parts[-1])]
        along = [row for row in named if len(parts) > 1 and row[2].endswith("/" + "/".join(parts[-2:]))]
        for basis, rest in (("path", along), ("name", named)):
            if len({row[4] for row in rest}) == 1:
                found[(line.position, number)] = SealedPicture(rest[0][4], basis, rest[0][3])
                break
    return found


def _parts(attachment: dict[str, Any]) -> list[str]:
    stated = str(attachment.get("path") or attachment.get("name") or "")
    return [part for part in stated.replace("\\", "/").split("/") if part]
