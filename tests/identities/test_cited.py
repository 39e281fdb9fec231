"""What speaks against a pair cites messages to be read: of the talk of the two, of the seconds, of each writer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from safelight.identities.evidence import languages, rhythm, talks, together
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench

DAY, SECOND = 86_400, 1_000_000


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench() as made:
        made.add(
            "tenures",
            [{"tenure": n, "id": f"a{n}", "account_id": f"a{n}", "network": "irc"} for n in range(4)],
        )
        made.add("pairs", [{"a": 0, "b": 1, "by": []}])
        yield made


def wrote(bench: Bench, tenure: int, second: int, trace: str, talk: str = "", text: str = "hei") -> None:
    bench.add("texts", [
        {"tenure": tenure, "at_us": second * SECOND, "text": text, "trace": trace, "conversation": talk}
    ])  # fmt: skip


def cited(kind: Kind, bench: Bench) -> Sequence[str]:
    (row,) = kind.measure(bench).to_pylist()
    found: Sequence[str] = row["traces"]
    return found


def test_the_first_and_last_messages_of_a_talk_of_the_two(bench: Bench) -> None:
    row = {"direct": 200, "groups": 0, "first_us": 0, "last_us": 70 * DAY * SECOND}
    bench.add("contacts", [row | {"tenure": 0, "other": 1}, row | {"tenure": 1, "other": 0}])
    assert cited(talks.KIND, bench) == []  # calls and payments alone
    for n, tenure in enumerate((0, 1, 0, 1, 0)):
        wrote(bench, tenure, n, f"t1-{n}", "chess")
        wrote(bench, tenure, n, f"t1-g{n}", "club")
    wrote(bench, 2, 9, "t1-g9", "club")  # three talk there
    wrote(bench, 0, 0, "t1-w0", "weather")
    assert cited(talks.KIND, bench) == ["t1-0", "t1-1", "t1-3", "t1-4"]


def test_messages_of_the_same_seconds(bench: Bench) -> None:
    for day in range(2):
        bench.add("moments", [
            {"tenure": 0, "second": day * DAY, "device": "exhibit:x"},
            {"tenure": 1, "second": day * DAY + 1, "device": "exhibit:y"},
        ])  # fmt: skip
    wrote(bench, 0, DAY, "t1-0")
    wrote(bench, 1, DAY + 1, "t1-1")
    wrote(bench, 1, DAY + 40, "t1-2")
    assert cited(together.KIND, bench) == ["t1-0", "t1-1"]


def test_the_first_and_last_of_what_each_wrote(bench: Bench) -> None:
    tagalog = "hindi naman ako kasi yung sila ay para kay kanya at may po"
    english = "they would not have come with them if you had told them about"
    for tenure, text, hours in ((0, tagalog, range(6, 14)), (1, english, range(18, 24))):
        for n in range(40):
            wrote(bench, tenure, n * DAY, f"t1-{tenure}{n:02}", text=f"{text} {'o' * n}")
        bench.add("hours", [
            {"tenure": tenure, "hour": 24 * day + hour, "n": 10} for day in range(7) for hour in hours
        ])  # fmt: skip
    ends = ["t1-000", "t1-039", "t1-100", "t1-139"]
    assert cited(languages.KIND, bench) == ends
    assert cited(rhythm.KIND, bench) == ends
