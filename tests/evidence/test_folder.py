"""Folders: every kind of thing that lies in one, in a fixed order, and nothing followed, changed or lost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safelight.evidence import folder
from safelight.evidence.folder import FolderContainer
from safelight.evidence.model import Entry, EvidenceError, Tally, Trouble
from safelight.evidence.spec import Layer, PathSpec, from_bytes
from safelight.traces.moment import Moment

AT = PathSpec(())


def walked(root: Path) -> list[tuple[bytes, str, int | None]]:
    """(path, kind or cause, size) of everything found."""
    container = FolderContainer(root)
    out: list[tuple[bytes, str, int | None]] = []
    for found in container.walk(AT):
        if isinstance(found, Entry):
            out.append((found.spec.last.path, found.kind, found.size))
        elif isinstance(found, Trouble):
            out.append((found.spec.last.path if found.spec.layers else b"", found.cause, None))
        elif isinstance(found, Tally):
            out.append((b"tally", "", found.children))
    container.close()
    return out


def cause(container: FolderContainer, path: bytes) -> str:
    with pytest.raises(EvidenceError) as raised:
        container.open(Layer("folder", path)).readall()
    return raised.value.cause


def test_lists_every_kind_in_byte_order_and_follows_nothing(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "train.txt").write_bytes(b"Bergensbanen")
    (tmp_path / "b" / "loop").symlink_to("..")
    (tmp_path / "a.txt").write_bytes(b"chess")
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "to-b").symlink_to("b")
    os.mkfifo(tmp_path / "fifo")
    os.mknod(tmp_path / "device", 0o600 | 0o020000, os.makedev(1, 5))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
    assert walked(tmp_path) == [
        (b"a.txt", "file", 5),
        (b"b", "folder", 0),
        (b"b/loop", "link", 2),
        (b"b/train.txt", "file", 12),
        (b"b.txt", "file", 0),
        (b"device", "special", 0),
        (b"fifo", "special", 0),
        (b"socket", "special", 0),
        (b"to-b", "link", 1),
        (b"tally", "", 9),
    ]
    container = FolderContainer(tmp_path)
    assert container.open(Layer("folder", b"b/train.txt")).readall() == b"Bergensbanen"
    refused = {path: cause(container, path) for path in (b"fifo", b"device", b"socket", b"to-b", b"b")}
    assert set(refused.values()) == {"unreadable"}
    assert cause(container, b"to-b/train.txt") == "vanished"
    assert cause(container, b"nothing") == "vanished"
    for outside in (b"../x", b"b/../a.txt", b"/etc/hostname", b"", b"b/", b"a\0b", b"."):
        assert cause(container, outside) in ("unreadable", "vanished")
    container.close()


def test_a_link_shows_where_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(os.fsdecode(b"\xff\n nowhere"))
    (entry,) = [found for found in FolderContainer(tmp_path).walk(AT) if isinstance(found, Entry)]
    assert (entry.kind, entry.link_target) == ("link", b"\xff\n nowhere")


def test_times_are_those_of_the_system_to_the_nanosecond(tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_bytes(b"rain")
    os.utime(path, ns=(-1, 1_452_589_800_123_456_789))
    (entry,) = [found for found in FolderContainer(tmp_path).walk(AT) if isinstance(found, Entry)]
    changed = path.stat().st_ctime_ns
    assert entry.times == {
        "modified": Moment(1_452_589_800_123_456, 1_452_589_800_123_456, "1452589800.123456789", "stated"),
        "accessed": Moment(-1, -1, "-0.000000001", "stated"),
        "changed": Moment(
            changed // 1000, changed // 1000, f"{changed // 10**9}.{changed % 10**9:09}", "stated"
        ),
    }


def test_reading_changes_neither_bytes_nor_times(tmp_path: Path) -> None:
    (tmp_path / "games").mkdir()
    (tmp_path / "games" / "1.pgn").write_bytes(b"1. e4 e5")
    for path in (tmp_path / "games" / "1.pgn", tmp_path / "games", tmp_path):
        os.utime(path, ns=(10**18, 2 * 10**18))

    def state() -> list[tuple[int, ...]]:
        found = (path.stat() for path in (tmp_path, tmp_path / "games", tmp_path / "games" / "1.pgn"))
        return [(s.st_atime_ns, s.st_mtime_ns, s.st_ctime_ns, s.st_size) for s in found]

    before = state()
    container = FolderContainer(tmp_path)
    for found in container.walk(AT):
        if isinstance(found, Entry) and found.kind == "file":
            assert container.open(found.spec.last).readall() == b"1. e4 e5"
    assert state() == before


_NAME = st.binary(min_size=1, max_size=60).filter(
    lambda name: name not in (b".", b"..") and b"/" not in name and b"\0" not in name
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(_NAME, max_size=6))
def test_any_name_survives_the_way_to_a_specification_and_back(
    names: set[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("names")
    for name in names:
        with open(os.fsencode(root) + b"/" + name, "wb") as stream:
            stream.write(name[::-1])
    container = FolderContainer(root)
    found = [entry for entry in container.walk(AT) if isinstance(entry, Entry)]
    assert [entry.spec.last.path for entry in found] == sorted(names)
    for entry in found:
        again = from_bytes(entry.spec.to_bytes())
        assert again == entry.spec
        assert container.open(again.last).readall() == entry.spec.last.path[::-1]
    container.close()


def _deep(root: Path, name: bytes, levels: int) -> None:
    """`levels` folders in each other, a file beside each and one at the bottom."""
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(levels):
        os.close(os.open(b"z", os.O_WRONLY | os.O_CREAT, dir_fd=fd))
        os.mkdir(name, dir_fd=fd)
        below = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
        os.close(fd)
        fd = below
    bottom = os.open(b"bottom", os.O_WRONLY | os.O_CREAT, dir_fd=fd)
    os.write(bottom, b"the bottom")
    os.close(bottom)
    os.close(fd)


@pytest.mark.parametrize(("name", "levels"), [(b"d", 1200), (b"n" * 200, 60)], ids=["nested", "path-max"])
def test_deep_nesting_and_long_paths(tmp_path: Path, name: bytes, levels: int) -> None:
    _deep(tmp_path, name, levels)
    try:
        found = walked(tmp_path)
        bottom = name + (b"/" + name) * (levels - 1) + b"/bottom"
        expected: list[tuple[bytes, str, int | None]] = []
        for level in range(1, levels + 1):
            expected.append((b"/".join([name] * level), "folder", 0))
        expected.append((bottom, "file", 10))
        for level in range(levels - 1, -1, -1):
            expected.append((b"/".join([*[name] * level, b"z"]), "file", 0))
        assert found == [*expected, (b"tally", "", 2 * levels + 1)]
        container = FolderContainer(tmp_path)
        assert container.open(Layer("folder", bottom)).readall() == b"the bottom"
        container.close()
    finally:
        # Longer than PATH_MAX: pytest's own clean-up cannot remove it.
        subprocess.run(["rm", "-rf", str(tmp_path / os.fsdecode(name))], check=True)


def test_few_descriptors_are_open_however_deep_it_goes(tmp_path: Path) -> None:
    _deep(tmp_path, b"d", 300)
    most = 0
    for _ in FolderContainer(tmp_path).walk(AT):
        most = max(most, len(list(Path("/proc/self/fd").iterdir())))
    assert most < folder._OPEN_DIRECTORIES + 64


def test_a_folder_moved_away_while_deep_in_it_costs_only_its_rest(tmp_path: Path) -> None:
    _deep(tmp_path / ".", b"d", 100)
    out: list[tuple[bytes, str]] = []
    for found in FolderContainer(tmp_path).walk(AT):
        if isinstance(found, Entry) and found.spec.last.path.endswith(b"bottom"):
            (tmp_path / "d" / "d").rename(tmp_path / "elsewhere")
        if isinstance(found, (Entry, Trouble)):
            out.append((found.spec.last.path, found.kind if isinstance(found, Entry) else found.cause))
    files = [(path, what) for path, what in out if path.endswith(b"z")]
    # What was moved is still reached through "..", and so is the way up out of it only by name from the root.
    assert len(files) == 100
    assert files[-2:] == [(b"d/z", "file"), (b"z", "file")]


#: Run without root's right to read everything.
_WALK = """
import sys
from pathlib import Path
from tests.evidence.test_folder import FolderContainer, cause, walked, Layer
root = Path(sys.argv[1])
print(walked(root))
container = FolderContainer(root)
print(cause(container, b"b"), cause(container, b"a/x"), container.open(Layer("folder", b"c")).readall())
"""


def test_an_unreadable_folder_and_file_cost_themselves(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    (tmp_path / "c").write_bytes(b"3")
    (tmp_path / "a").chmod(0)
    (tmp_path / "b").chmod(0)
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*bound, sys.executable, "-c", _WALK, str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    (tmp_path / "a").chmod(0o700)
    assert done.stdout.splitlines() == [
        "[(b'a', 'folder', 0), (b'a', 'unreadable', None), (b'b', 'file', 1), (b'c', 'file', 1), "
        "(b'tally', '', 3)]",
        "unreadable unreadable b'3'",
    ], done.stderr


def test_what_vanishes_during_the_walk_is_said(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"x")
    out: list[tuple[bytes, str]] = []
    for found in FolderContainer(tmp_path).walk(AT):
        if isinstance(found, (Entry, Trouble)):
            out.append((found.spec.last.path, found.kind if isinstance(found, Entry) else found.cause))
        (tmp_path / "b").unlink(missing_ok=True)
    assert out == [(b"a", "file"), (b"b", "vanished"), (b"c", "file")]


@pytest.mark.parametrize("change", ["grown", "shrunk", "touched"])
def test_a_file_that_changes_while_it_is_read_is_said(tmp_path: Path, change: str) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 5000)
    os.utime(path, ns=(0, 0))
    stream = FolderContainer(tmp_path).open(Layer("folder", b"log"))
    assert not stream.changed
    assert stream.read(1000) == b"x" * 1000
    if change == "grown":
        with path.open("ab") as more:
            more.write(b"y")
    elif change == "shrunk":
        os.truncate(path, 2000)
    else:
        os.utime(path, ns=(0, 1))
    with pytest.raises(EvidenceError) as raised:
        stream.readall()
    assert raised.value.cause == "changed"
    assert stream.changed
    stream.close()


def test_a_sparse_file_of_terabytes_is_listed_and_read_at_any_place(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as stream:
        stream.truncate(4 << 40)
        stream.seek(3 << 40)
        stream.write(b"here")
    assert walked(tmp_path) == [(b"sparse", "file", 4 << 40), (b"tally", "", 1)]
    opened = FolderContainer(tmp_path).open(Layer("folder", b"sparse"))
    opened.seek((3 << 40) - 1)
    assert opened.read(6) == b"\0here\0"
    assert opened.size == 4 << 40
    assert 0 < opened.allocated_bytes < 1 << 20
    assert opened.seek(0, os.SEEK_END) == 4 << 40
    assert opened.read(1) == b""
    opened.close()


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as raised:
        FolderContainer(tmp_path / "gone")
    assert raised.value.cause == "vanished"


def test_a_closed_file_reads_no_more(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    stream = FolderContainer(tmp_path).open(Layer("folder", b"a"))
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        stream.read(1)


@pytest.mark.soak
def test_a_folder_of_a_million_entries(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    for number in range(1_000_000):
        os.mknod(f"{number:07}", 0o600, dir_fd=fd)
    os.close(fd)
    expected = (f"{number:07}".encode() for number in range(1_000_000))
    for found in FolderContainer(tmp_path).walk(AT):
        if isinstance(found, Entry):
            assert found.spec.last.path == next(expected)
        else:
            assert found == Tally(AT, 1_000_000)
    assert next(expected, None) is None
