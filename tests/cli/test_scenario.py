"""`safelight scenario write` and `safelight scenario score`: the truth against what was found, line by line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from safelight.scenario.exhibits import plan as plan_of
from safelight.scenario.operation import write_plan
from safelight.scenario.simulate import simulate
from safelight.scenario.world import Plan
from tests.intake.operations import Operation

EXHIBIT = "2018-1004"


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """What the score says of one computer, of whose evidence one mail was taken away, and to whose log a line was added;
    the mail's path and the line.
    """
    place = tmp_path_factory.mktemp("scored")
    world = simulate("small", 7)
    exhibit = next(one for one in plan_of(world).exhibits if one.number == EXHIBIT)
    (container,) = exhibit.containers
    kept = ("eml", "irc-weechat", "discord-json")
    files = tuple(file for file in container.files if file.format in kept)
    container = replace(container, files=files, packer="folder")
    write_plan(place / "made", world, Plan((replace(exhibit, containers=(container,)),)))
    evidence = place / "made" / "evidence" / container.path
    mail = sorted(evidence.rglob("*.eml"))[0]
    mail.unlink()
    log = sorted(evidence.rglob("*.weechatlog"))[0]
    line = "a line that nobody wrote"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"2018-06-01 12:00:00\trook\t{line}\n")
    operation = Operation(place / "op").make(EXHIBIT)
    operation.ingest(evidence, exhibit=EXHIBIT)
    said = operation.run("scenario", "score", str(operation.root), str(place / "made" / "truth"))
    return said, mail.relative_to(evidence).as_posix(), line


def _figure(said: str, what: str) -> list[str]:
    found = re.search(rf"(?m)^{re.escape(what)} +(\d+) +(\d+) +(\d+) +(\S+) % +(\S+) %", said)
    assert found, f"{what}: {said}"
    return list(found.groups())


def test_what_is_missing_and_what_was_invented_is_counted_and_named(scored: tuple[str, str, str]) -> None:
    said, mail, line = scored
    truth, found, matched, _, _ = map(float, _figure(said, "messages, live"))
    assert (truth, found) == (matched + 1, matched + 1)
    assert matched > 300
    missing = said.split("Missing")[1].split("Invented")[0]
    assert re.search(rf"(?m)^message +{EXHIBIT} {re.escape(mail)} ", missing)
    invented = said.split("Invented")[1].split("Read differently")[0]
    assert re.search(
        rf"(?m)^message +{EXHIBIT} .*\.weechatlog +line \d+ 2018-06-01 12:00:00 rook: {line}", invented
    )


def test_figures_stand_by_format(scored: tuple[str, str, str]) -> None:
    said, _, _ = scored
    assert _figure(said, "discord-json")[3:] == ["100.00", "100.00"]
    assert float(_figure(said, "eml")[3]) < 100 == float(_figure(said, "eml")[4])
    assert float(_figure(said, "irc-weechat")[4]) < 100 == float(_figure(said, "irc-weechat")[3])


def test_senders_and_names_are_checked_of_what_was_matched(scored: tuple[str, str, str]) -> None:
    said, _, _ = scored
    for what in ("network and its instance as in the truth", "sender's native id as in the truth"):
        found = re.search(rf"(?m)^{what} +(\d+) +(\d+)", said)
        assert found and found[1] == found[2] != "0"


def test_a_folder_without_truth_is_refused_by_name(fresh: Operation, tmp_path: Path) -> None:
    said = fresh.run("scenario", "score", str(fresh.root), str(tmp_path), expect=13)
    assert said == (
        f"{tmp_path} holds no truth of a scenario. Name the folder `truth` that `safelight scenario write` made.\n"
    )


def test_nothing_is_written_into_a_folder_that_holds_something(fresh: Operation, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "parti.pgn").write_text("1. e4 e5\n", "utf-8")
    said = fresh.run("scenario", "write", str(tmp_path / "full"), expect=16)
    assert said == f"{tmp_path / 'full'} is not empty. Choose a folder that is empty or not there yet.\n"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["parti.pgn"]
