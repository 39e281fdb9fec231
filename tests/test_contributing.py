"""The worked example of CONTRIBUTING.md does what it says: installed as a third party's inspector, in a real intake."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from safelight.inspect.model import Inspector
from tests.intake.operations import Operation

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"


def _blocks(language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [dedent(block) for _, block in found]


def _install(folder: Path) -> Path:
    """The example as the page says: a module, and its line in the package's metadata."""
    (module,), (table,) = _blocks("python"), _blocks("toml")
    (line,) = (line for line in table.splitlines() if line.startswith("chess"))
    target = line.split('"')[1]
    package = folder / target.split(".")[0]
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "chess.py").write_text(module, "utf-8")
    info = folder / "my_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[safelight.inspectors]\nchess = {target}\n")
    return folder


def test_the_example_counts_in_a_real_intake(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "brev.txt").write_text("Sjakk på lørdag. Ta med sjakkbrett, og sjakklokke.", "utf-8")
    (source / "vær.txt").write_text("Sol og åtte grader", "utf-8")
    operation = Operation(tmp_path / "op", {"PYTHONPATH": str(_install(tmp_path / "plugin"))}).make()
    operation.ingest(source)
    with operation.database() as database:
        facts = database.execute(
            "select i.path, t.kind, t.text, t.cut, t.version from texts t join items i using (sha256) "
            "where t.inspector = 'chess' order by 1"
        ).fetchall()
        ended = database.execute("select outcome from inspections where inspector = 'chess'").fetchall()
    assert facts == [
        ("brev.txt", "text", "sjakk: 3", False, 1),
        ("vær.txt", "text", "sjakk: 0", False, 1),
    ]
    assert ended == [("done",), ("done",)]


def test_the_example_is_an_inspector() -> None:
    (module,) = _blocks("python")
    names: dict[str, object] = {}
    exec(compile(module, str(PAGE), "exec"), names)
    chess = names["Chess"]
    assert isinstance(chess, type)
    made: Inspector = chess()
    assert (made.name, made.version, tuple(made.tables)) == ("chess", 1, ("texts",))
    assert made.accepts("text/plain", "text", 100)
    assert not made.accepts("image/png", "picture", 100)


def test_the_files_and_targets_that_the_page_names_exist() -> None:
    root, text = PAGE.parent, PAGE.read_text("utf-8")
    makefile = (root / "Makefile").read_text("utf-8")
    for target in re.findall(r"^    make (\w+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    example = {"src/safelight/inspect/chess.py", "tests/inspect/test_chess.py"}
    for path in set(re.findall(r"`((?:src|tests|docs)/[\w/.]+)`", text)) - example:
        assert (root / path).exists(), path
