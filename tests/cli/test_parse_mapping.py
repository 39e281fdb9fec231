"""`safelight parse --mapping` as people meet it: its options, its report, and what it says of a file that is not its own."""

from __future__ import annotations

from pathlib import Path

from tests.intake.operations import Operation

MAPPING = """name = "weather"
version = 4
network = "weather"
[input]
reader = "lines"
[[rule]]
name = "days"
trace = "message"
pattern = '^(?P<station>[a-z]+) (?P<degrees>-?[0-9]+)$'
[rule.fields]
conversation = { const = "stations" }
sender = "station"
text = "degrees"
"""


def test_the_report_is_harmless_and_says_which_did_not_match(fresh: Operation, tmp_path: Path) -> None:
    folder = tmp_path / "weather"
    folder.mkdir()
    (folder / "days.txt").write_text("finse -4\n\u202ewindy\nmyrdal 2\n", "utf-8")
    mapping = tmp_path / "weather.toml"
    mapping.write_text(MAPPING, "utf-8")
    words = ("parse", str(fresh.root), "--mapping", str(mapping))
    said, _error = fresh.said(*words)
    assert "No chosen item is the mapping's own" in said
    fresh.ingest(folder)
    said, _error = fresh.said(*words, "--path", "days.*")
    assert said.splitlines()[:2] == [
        "days.txt: done, 3 traces",
        "    rule days: 2 of 3 records became message traces; 1 did not match (line 2: the pattern does not match)",
    ]
    _out, error = fresh.said(*words, "--parser", "irc", expect=2)
    assert "--parser does not go with --mapping" in " ".join(error.split())
    _out, error = fresh.said("parse", str(fresh.root), "--mapping", str(tmp_path / "none.toml"), expect=2)
    assert "does not exist" in " ".join(error.replace("│", " ").split())
