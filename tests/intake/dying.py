"""A container format of the tests' own whose walk dies in the folders that its bytes name.

Bytes: `HEAD` and a line for each entry, `folder/name`; the entry `folder/!` kills the process in that folder.
It reaches the children as third parties' formats do, as an entry point laid out by `install`.
"""

from __future__ import annotations

from pathlib import Path

from tests.plugins import install_plugin

HEAD = b"DYING1\x00\x01\xfe\xff\x80\n"

_MODULE = '''
import io, os

from safelight.evidence.model import Entry, Tally, Trouble
from safelight.evidence.spec import layer


class _Container:
    def __init__(self, text, context):
        self.lines, self.context = text.splitlines(), context

    def walk(self, at):
        here, count = None, 0
        for line in self.lines:
            folder, _, name = line.partition("/")
            if folder != here:
                here = folder
                self.context.note(folder.encode())
                skipped = folder.encode() in self.context.skip
                if skipped:
                    yield Trouble(at.child(layer("dying", folder.encode())), "corrupt", "left out")
            if skipped:
                continue
            if name == "!":
                os.kill(os.getpid(), 11)
            count += 1
            yield Entry(at.child(layer("dying", line.encode())), "file", len(line))
        yield Tally(at, count)

    def open(self, last):
        return io.BytesIO(last.path)

    def close(self):
        pass


class Dying:
    """Dies in its walk."""

    kind = "dying"
    transparent = False

    def recognise(self, stream, context):
        stream.seek(0)
        return stream.read(6) == b"DYING1"

    def open_container(self, stream, context):
        stream.seek(0)
        return _Container(stream.read().partition(b"\\n")[2].decode(), context)


FORMAT = Dying()
'''


def install(folder: Path) -> Path:
    """Lay the plugin out; gives the folder for PYTHONPATH."""
    return install_plugin(folder, "safelight_dying", _MODULE, "safelight.formats", "FORMAT")
