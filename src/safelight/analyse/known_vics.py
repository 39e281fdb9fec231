"""Reader of VICS JSON (Project VIC): versions 1.2, 1.3 and 2.0, hash sets (`#Media`) and cases (`#Cases`),
streamed.

A context line names version, country profile and kind:
`http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media` under `odata.metadata`, or
`http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media` under `@odata.context`.
Category numbers mean different things in different profiles and years, so the scheme comes from that line and
no label is made up: it stays empty unless the importer gives the labels that hold for the set. Entries are
told apart by MediaID and MD5. Files of many gigabytes are read in a stream; a file that ends early is refused
whole. Files in the wild have a byte order mark, upper-case digests, numbers as text, tags as lists or as
text: all are taken as what they mean. PhotoDNA is kept word for word and never compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import ijson

from safelight.analyse.known_labels import Label
from safelight.analyse.known_record import BadLines, Record, as_detail, digest
from safelight.errors import BadInput

_BOM = b"\xef\xbb\xbf"
_CONTEXT_KEYS = ("odata.metadata", "@odata.context")
_CONTEXT = re.compile(
    r"ProjectVic/DataModels/(?P<version>\d+\.\d+)\.xml(?:/(?P<profile>[^/$#]+))?.*#(?P<kind>\w+)$"
)
_KEPT = {
    "MediaID": "media_id",
    "Series": "series",
    "Tags": "tags",
    "Comments": "comments",
    "VictimIdentified": "victim_identified",
    "OffenderIdentified": "offender_identified",
    "IsDistributed": "distributed",
    "SelfGenerated": "self_generated",
    "RelativeFilePath": "path",
    "MediaSize": "size",
    "PhotoDNA": "photodna",
}
_EVERY = 10_000
_DEEPEST = 64


class Context(NamedTuple):
    """What the context line says. `profile` is empty before 2.0."""

    version: str
    profile: str
    kind: str

    @property
    def scheme(self) -> str:
        """The category scheme: `VICS 2.0 US`, `VICS 1.3`."""
        return f"VICS {self.version} {self.profile}".strip()


def read_vics(
    path: Path, labels: Mapping[str, str], bad: BadLines, progress: Callable[[int, int], None]
) -> Iterator[Record]:
    """Records of a VICS file. `labels` gives the label of a code in this set's scheme. Raises BadInput."""
    total = path.stat().st_size
    with _damage_is_told(path):
        context = read_context(path)
        way = ("value",) if context.kind == "Media" else ("value", "Media")
        with path.open("rb") as file:
            for number, media in enumerate(_entries(_events(file), way), 1):
                yield from _record(media, number, context, labels, bad)
                if number % _EVERY == 0:
                    progress(min(file.tell(), total), total)


def read_context(path: Path) -> Context:
    """The context line, wherever it stands at the top level. Raises BadInput."""
    with _damage_is_told(path), path.open("rb") as file:
        key = ""
        for depth, event, value in _events(file):
            if depth == 1 and event == "map_key":
                key = value
            elif depth == 1 and event == "string" and key in _CONTEXT_KEYS:
                match = _CONTEXT.search(value)
                if match is None or match["kind"] not in ("Media", "Cases"):
                    raise BadInput(
                        f"{path} has a context line that is not known: {value[:200]}.",
                        "Export it as VICS 1.3 or 2.0.",
                    )
                return Context(match["version"], match["profile"] or "", match["kind"])
    raise BadInput(f"{path} is JSON without a VICS context line.", "Export it as VICS 1.3 or 2.0.")


@contextmanager
def _damage_is_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (ijson.JSONError, ValueError) as error:
        said = (str(error).splitlines() or ["not JSON"])[0]
        raise BadInput(
            f"{path} is damaged or ends early: {said}.", "Fetch it again; nothing of it was kept."
        ) from error


def _events(file: BinaryIO) -> Iterator[tuple[int, str, Any]]:
    """(depth, event, value) of a JSON file; depth counts open objects and arrays, before an opening, after a closing.

    Events without the library's path prefixes: in a file made of nothing but brackets those would fill the memory.
    """
    _skip_mark(file)
    depth = 0
    for event, value in ijson.basic_parse(file):
        if event in ("end_map", "end_array"):
            depth -= 1
        yield depth, event, value
        if event in ("start_map", "start_array"):
            depth += 1
            if depth > _DEEPEST:
                raise ValueError(f"more than {_DEEPEST} levels deep")


def _entries(events: Iterator[tuple[int, str, Any]], way: Sequence[str]) -> Iterator[Any]:
    """The members of the array that lies under the keys of `way`, objects within arrays passed through."""
    keys: dict[int, str] = {}
    depth_of_members = 2 * len(way)
    builder = None
    for depth, event, value in events:
        if builder is None and event == "map_key":
            keys[depth] = value
        here = depth == depth_of_members and all(keys.get(2 * n + 1) == key for n, key in enumerate(way))
        if here and builder is None and event not in ("map_key", "end_map", "end_array"):
            builder = ijson.ObjectBuilder()
        if builder is not None:
            builder.event(event, value)
            if depth == depth_of_members and event not in ("start_map", "start_array"):
                yield builder.value
                builder = None


def _skip_mark(file: BinaryIO) -> None:
    if file.read(len(_BOM)) != _BOM:
        file.seek(0)


def _record(
    media: object, number: int, context: Context, labels: Mapping[str, str], bad: BadLines
) -> Iterator[Record]:
    place = f"entry {number}"
    if not isinstance(media, dict):
        bad.add(place, "not an object")
        return
    given = _digests(media)
    found = {name: digest(value, name) for name, value in given.items()}
    broken = sorted(name for name, value in found.items() if value is None)
    if broken:
        bad.add(place, f"not a digest: {', '.join(broken)}")
    if not given:
        bad.add(place, "no digest")
    if any(found.values()):
        code = _text(media.get("Category"))
        label = Label(context.scheme, code, labels.get(code, ""), _detail(media))
        yield Record(found.get("md5"), found.get("sha1"), found.get("sha256"), label)


def _digests(media: Mapping[str, Any]) -> dict[str, Any]:
    """What the entry gives by algorithm: MD5, SHA1, and others from SHA256 or AlternativeHashes; empty ones
    left out.
    """
    given = {name: media.get(key) for name, key in (("md5", "MD5"), ("sha1", "SHA1"), ("sha256", "SHA256"))}
    others = media.get("AlternativeHashes")
    for other in others if isinstance(others, list) else []:
        if isinstance(other, dict):
            name = re.sub(r"[^a-z0-9]", "", str(other.get("HashName", "")).lower())
            if name in ("sha1", "sha256") and not given[name]:
                given[name] = other.get("HashValue")
    return {name: value for name, value in given.items() if value not in (None, "")}


def _detail(media: Mapping[str, Any]) -> str:
    kept = {name: media[key] for key, name in _KEPT.items() if media.get(key) not in (None, "", [])}
    return as_detail(kept)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
