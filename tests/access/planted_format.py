"""A format of the tests' own whose reader does what the bytes tell it: crash, hang, eat memory, die once or often, or give
them as they are.

It reaches the children as third parties' formats do: as an entry point of an installed distribution, laid out by
`install` in a folder for PYTHONPATH.
"""

from __future__ import annotations

from pathlib import Path

from safelight.access.pieces import CHUNK
from safelight.catalog.catalog import Catalog
from safelight.evidence.spec import PathSpec, layer
from safelight.traces.ids import item_id
from tests.access.built import Built

LARGE = bytes(range(256)) * (CHUNK // 256 * 2) + b"the rest"
FILES = {
    "crash": b"crash sunshine on Finse",
    "hang": b"hang snow",
    "memory": b"memory rain",
    "defect": b"defect fog",
    "once": b"once " + LARGE,
    "often": b"often " + LARGE,
    "good": b"good weather on Finse",
    "large": b"large " + LARGE,
}

_MODULE = '''
import ctypes, io, pathlib, time


class Mortal(io.BytesIO):
    """Dies where its first quarter ends: the first time that it is read, or each time that it is read from its start."""

    def __init__(self, data, mark):
        super().__init__(data)
        self._place, self._mark = len(data) // 4, mark

    def readinto(self, buffer):
        if self.tell() > self._place and not (self._mark and self._mark.exists()):
            if self._mark:
                self._mark.touch()
            ctypes.string_at(0)
        return super().readinto(buffer)


class Container:
    """One member, `inside`: the bytes of the file behind its first word."""

    def __init__(self, stream):
        self._word, _, self._rest = stream.read().partition(b" ")

    def open(self, layer):
        if self._word == b"crash":
            ctypes.string_at(0)
        elif self._word == b"hang":
            time.sleep(3600)
        elif self._word == b"memory":
            hoard = [bytearray(8 << 20) for _ in range(4000)]
        elif self._word == b"defect":
            raise KeyError("planted defect")
        elif self._word == b"once":
            return Mortal(self._rest, pathlib.Path(MARK))
        elif self._word == b"often":
            return Mortal(self._rest, None)
        return io.BytesIO(self._rest)

    def close(self):
        pass


class Planted:
    kind = "planted"
    transparent = False

    def recognise(self, stream, context):
        return False

    def open_container(self, stream, context):
        return Container(stream)


PLANTED = Planted()
'''


def install(folder: Path) -> Path:
    """Write the module and its distribution metadata; gives the folder for PYTHONPATH."""
    folder.mkdir(parents=True, exist_ok=True)
    module = f"MARK = {str(folder / 'died once')!r}\n{_MODULE}"
    (folder / "safelight_planted_format.py").write_text(module, "utf-8")
    metadata = folder / "safelight_planted_format-1.0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: safelight-planted-format\nVersion: 1.0\n", "utf-8"
    )
    (metadata / "entry_points.txt").write_text(
        "[safelight.formats]\nplanted = safelight_planted_format:PLANTED\n", "utf-8"
    )
    return folder


def spec(name: str) -> PathSpec:
    return PathSpec((layer("folder", b"planted/" + name.encode()), layer("planted", b"inside")))


def add_items(built: Built) -> None:
    """One file of each below the first source, and one item in each that only the planted reader opens."""
    source = built.sources[0]
    (source.location / "planted").mkdir()
    for name, data in FILES.items():
        (source.location / "planted" / name).write_bytes(data)
    rows = [
        {"item_id": item_id(source.id, spec(name).to_bytes()), "source_id": source.id, "exhibit": source.exhibit,
         "depth": 1, "spec": spec(name).to_bytes().decode(), "path": spec(name).display(), "name": "inside",
         "kind": "file", "state": "allocated", "size": len(data)}
        for name, data in FILES.items()
    ]  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("b1-planted", {"items": rows}, made_by={"stage": "test"})
