"""The truth holds together: ids, times, owners, sleep, and what is said to lie in which file."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from safelight.scenario.exhibits import plan as plan_of
from safelight.scenario.simulate import simulate
from tests.scenario.conftest import Written

SEIZED = datetime(2018, 6, 18, tzinfo=UTC)


def test_messages_of_the_truth_are_those_of_the_world(small: Written) -> None:
    rows = small.table("messages")
    assert [row["message"] for row in rows] == list(range(1, 6001))
    first = next(iter(small.world.messages(0)))
    assert (rows[0]["sent"], rows[0]["text"], rows[0]["kind"]) == (
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first.sent_us),
        first.text,
        first.kind,
    )


def test_times_rise_within_each_conversation_and_end_before_the_seizure(small: Written) -> None:
    last: dict[int, datetime] = {}
    for row in small.table("messages"):
        assert row["sent"] > last.get(row["conversation"], datetime.min.replace(tzinfo=UTC))
        assert row["sent"] < SEIZED
        assert row["sent"].microsecond % 1000 == 0
        last[row["conversation"]] = row["sent"]


def test_senders_are_members_and_replies_answer_earlier_messages_of_the_same_conversation(
    small: Written,
) -> None:
    members = {row["conversation"]: set(row["members"]) for row in small.table("conversations")}
    talks: dict[int, int] = {}
    for row in small.table("messages"):
        assert row["sender"] in members[row["conversation"]]
        talks[row["message"]] = row["conversation"]
        if row["reply_to"] is not None:
            assert talks[row["reply_to"]] == row["conversation"]


def test_people_write_while_they_are_awake(small: Written) -> None:
    persons, accounts = small.world.persons, small.world.accounts
    awake = asleep = 0
    for row in small.table("messages"):
        owners = accounts[row["sender"]].owners
        person = persons[owners[0]]
        if len(owners) > 1:
            continue
        local = row["sent"].astimezone(ZoneInfo(person.zone))
        hour = local.hour + local.minute / 60
        up = (
            person.wakes <= hour < person.sleeps
            if person.wakes < person.sleeps
            else hour >= person.wakes or hour < person.sleeps
        )
        awake, asleep = awake + up, asleep + (not up)
    assert awake > 6 * asleep


def test_what_lies_in_a_file_is_a_message_of_its_conversations_and_outside_its_gaps(small: Written) -> None:
    files = {(file.exhibit, file.format): [] for file in small.plan.files}  # type: ignore[var-annotated]
    for file in small.plan.files:
        files[file.exhibit, file.format].append(file)
    sent = {
        row["message"]: (row["conversation"], int(row["sent"].timestamp() * 1000) * 1000)
        for row in small.table("messages")
    }
    for row in small.table("message_files"):
        talk, us = sent[row["message"]]
        possible = [file for file in files[row["exhibit"], row["format"]] if talk in file.conversations]
        assert any(file.covers(us) for file in possible)
        if row["state"] == "recovered":
            assert any(row["message"] in file.removed for file in possible)


def test_a_live_message_stands_once_in_a_file(small: Written) -> None:
    seen = Counter((row["message"], row["exhibit"], row["path"]) for row in small.table("message_files"))
    assert set(seen.values()) == {1}


def test_every_format_and_every_network_is_there(small: Written) -> None:
    formats = {row["format"] for row in small.table("message_files")}
    assert formats == {
        "adium", "discord-json", "eml", "gajim-db", "irc-energymech", "irc-irssi", "irc-mirc", "irc-ubuntu", "irc-weechat",
        "irc-znc", "kik-ios", "mbox", "phpbb-sql", "pidgin-html", "pidgin-txt", "skype-db", "skype-json", "sms-android",
        "sms-ios", "telegram-json", "whatsapp-db", "whatsapp-txt",
    }  # fmt: skip
    assert {row["format"] for row in small.table("call_files")} == {
        "calls-android", "calls-ios", "skype-db", "skype-json", "telegram-json", "whatsapp-db",
    }  # fmt: skip
    assert {row["format"] for row in small.table("transfer_files")} == {
        "bank-csv",
        "camt053",
        "mt940",
        "remitter-csv",
    }
    assert {state for row in small.table("message_files") for state in [row["state"]]} == {
        "live",
        "deleted",
        "recovered",
    }


def test_clocks_that_are_wrong_shift_what_devices_wrote_and_nothing_that_servers_stamped(
    small: Written,
) -> None:
    sent = {row["message"]: row["sent"] for row in small.table("messages")}
    wrong = {
        (file.exhibit, file.format)
        for file in small.plan.files
        if file.device is not None and file.device.clock_error_us and not file.server_time
    }
    server = {(file.exhibit, file.format) for file in small.plan.files if file.server_time}
    shifted = 0
    for row in small.table("message_files"):
        if row["utc"] is None or row["format"].startswith(("sms", "whatsapp")):
            continue
        step = timedelta(microseconds=row["precision_us"])
        late = row["utc"] - sent[row["message"]]
        if (row["exhibit"], row["format"]) in server:
            assert -step < late <= timedelta(0)
        elif (row["exhibit"], row["format"]) in wrong:
            shifted += not -step < late <= timedelta(0)
    assert shifted > 20


def test_conversations_lie_in_several_exhibits(small: Written) -> None:
    exhibits: dict[int, set[str]] = {}
    for row in small.table("message_files"):
        exhibits.setdefault(row["message"], set()).add(row["exhibit"])
    copies = Counter(len(where) for where in exhibits.values())
    assert copies[2] > 1000
    assert copies[3] > 100


def test_lessons_have_their_call_and_payment_at_the_time(small: Written) -> None:
    calls = {row["call"]: row for row in small.table("calls")}
    transfers = {row["transfer"]: row for row in small.table("transfers")}
    sessions = small.table("sessions")
    assert len(sessions) == 12
    for row in sessions:
        if row["call"] is not None:
            call = calls[row["call"]]
            assert (call["conversation"], call["started"]) == (row["conversation"], row["start"])
        for one in row["transfers"]:
            assert abs(transfers[one]["time"] - row["start"]) < timedelta(hours=4)
            assert transfers[one]["session"] == row["session"]


def test_the_list_of_exhibits_names_sources_that_are_there_and_holds_no_truth(small: Written) -> None:
    listed = json.loads((small.folder / "operation.json").read_text("utf-8"))
    assert set(listed) == {"size", "seed", "seized", "exhibits"}
    for exhibit in listed["exhibits"]:
        assert set(exhibit) == {"number", "label", "sources"}
        for source in exhibit["sources"]:
            assert (small.folder / source).exists()
    assert not list((small.folder / "evidence").rglob("*.parquet"))


@pytest.mark.parametrize(
    ("size", "interest", "accounts", "messages", "transfers", "calls"),
    [
        ("small", 12, 150, 6_000, 120, 60),
        ("medium", 20, 600, 150_000, 1_500, 400),
        ("darkroom", 51, 5_000, 3_000_000, 20_000, 2_000),
    ],
)
def test_sizes(size: str, interest: int, accounts: int, messages: int, transfers: int, calls: int) -> None:
    world = simulate(size, 1)
    assert sum(person.of_interest for person in world.persons) == interest
    assert len(world.accounts) > accounts
    assert len({(one.network, one.instance, one.native_id) for one in world.accounts}) == len(world.accounts)
    assert sum(one.count for one in world.conversations) == messages
    assert (len(world.transfers), len(world.calls)) == (transfers, calls)
    assert len({one.network for one in world.conversations}) >= 6
    assert any(len(one.owners) == 2 for one in world.accounts)
    known = world.accounts
    paths = [
        (container.path, file.path, known[file.owner].instance if file.owner is not None else None)
        for exhibit in plan_of(world).exhibits
        for container in exhibit.containers
        for file in container.files
    ]
    assert len(paths) == len(set(paths))
