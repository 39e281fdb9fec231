"""The worked examples of CONTRIBUTING.md do what they say: installed as a third party's package, in a real intake."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from safelight.inspect.model import Inspector
from tests.intake.operations import Operation

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
LOG = """Springer room log: kveldssjakk
2016-01-12T18:02:11+01:00;Kari;Tårnet eller løperen?
(torn page)
"""


def _blocks(language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [dedent(block) for _, block in found]


def _install(folder: Path) -> Path:
    """The examples as the page says: two modules, and their lines in the package's metadata."""
    inspector, parser, _test = _blocks("python")
    package = folder / "my_package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "chess.py").write_text(inspector, "utf-8")
    (package / "springer.py").write_text(parser, "utf-8")
    info = folder / "my_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    lines = []
    for table in _blocks("toml"):
        for group, points in tomllib.loads(table)["project"]["entry-points"].items():
            lines += [f"[{group}]", *(f"{name} = {target}" for name, target in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    folder = tmp_path_factory.mktemp("contributing")
    source = folder / "source"
    source.mkdir()
    (source / "brev.txt").write_text("Sjakk på lørdag. Ta med sjakkbrett, og sjakklokke.", "utf-8")
    (source / "vær.txt").write_text("Sol og åtte grader", "utf-8")
    (source / "rom.dat").write_text(LOG, "utf-8")
    made = Operation(folder / "op", {"PYTHONPATH": str(_install(folder / "plugin"))}).make()
    made.ingest(source)
    return made


def test_the_inspector_counts_in_a_real_intake(operation: Operation) -> None:
    facts = operation.query(
        "select i.path, t.kind, t.text, t.cut, t.version from texts t join items i using (sha256) "
        "where t.inspector = 'chess' order by 1"
    )
    assert facts == [
        ("brev.txt", "text", "sjakk: 3", False, 1),
        ("rom.dat", "text", "sjakk: 1", False, 1),
        ("vær.txt", "text", "sjakk: 0", False, 1),
    ]
    ended = operation.query("select outcome from inspections where inspector = 'chess'")
    assert ended == [("done",), ("done",), ("done",)]


def test_the_parser_reads_in_a_real_intake(operation: Operation) -> None:
    found = operation.query(
        "select i.path, m.parser, m.seen_on, m.place, m.conversation, m.sender, m.text, m.sent.text "
        "from messages m join items i using (item_id)"
    )
    when = "2016-01-12T18:02:11+01:00"
    said = "Tårnet eller løperen?"
    assert found == [
        ("rom.dat", "springer", "documentation", "line 2", "kveldssjakk", "Kari", said, when),
    ]
    failed = operation.query("select inspector, place, cause from failures where stage = 'parse'")
    assert failed == [("springer", "rom.dat › line 3", "corrupt")]


def test_the_example_is_an_inspector() -> None:
    names: dict[str, object] = {}
    exec(compile(_blocks("python")[0], str(PAGE), "exec"), names)
    chess = names["Chess"]
    assert isinstance(chess, type)
    made: Inspector = chess()
    assert (made.name, made.version, tuple(made.tables)) == ("chess", 1, ("texts",))
    assert made.accepts("text/plain", "text", 100)
    assert not made.accepts("image/png", "picture", 100)


def test_the_test_of_the_example_passes_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    _inspector, parser, test = _blocks("python")
    module = ModuleType("safelight.parsers.springer")
    exec(compile(parser, str(PAGE), "exec"), vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    names: dict[str, object] = {}
    exec(compile(test, str(PAGE), "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_") and callable(value)]
    assert len(tests) == 1
    for run in tests:
        run()


def test_the_files_and_targets_that_the_page_names_exist() -> None:
    root, text = PAGE.parent, PAGE.read_text("utf-8")
    makefile = (root / "Makefile").read_text("utf-8")
    for target in re.findall(r"^    make (\w+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    examples = {
        "src/safelight/inspect/chess.py",
        "tests/inspect/test_chess.py",
        "src/safelight/parsers/springer.py",
        "tests/parsers/test_springer.py",
    }
    for path in set(re.findall(r"`((?:src|tests|docs)/[\w/.]+)`", text)) - examples:
        assert (root / path).exists(), path
