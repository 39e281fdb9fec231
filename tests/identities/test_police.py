"""What an officer writes or does in a suspect's account proposes nobody and adds nothing to the account's picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.access.police import withhold
from safelight.identities.gather import gather
from safelight.identities.model import Bench
from safelight.identities.run import find
from safelight.ledger import clocks, records
from safelight.ledger.identities import split, standing
from safelight.ledger.police import PolicePeriod, periods
from tests.identities.seized import BEGIN, DAY, SECOND, Seized, seized


@pytest.fixture
def op(tmp_path: Path) -> Iterator[Seized]:
    with seized(tmp_path) as made:
        yield made


def _taken_over(op: Seized, tenure: str, second: int) -> None:
    """Police operate an account from a second after BEGIN on."""
    with op.ledger.writing() as act:
        made = records.make(act, "authority", actor="chief")
        records.state(
            act, made.id, "account", "", target=tenure, actor="chief", valid_from=(BEGIN + second) * SECOND
        )


def _texts(op: Seized) -> list[str]:
    with Bench() as bench:
        gather(bench, op.catalog, standing(op.ledger).tenures, clocks.every(op.ledger), periods(op.ledger))
        return [row[0] for row in bench.db.execute("select text from texts order by text").fetchall()]


def test_an_officers_words_are_gathered_nowhere(op: Seized) -> None:
    op.says("skype", "ola.n", "kari", "the game is on Friday", 0)
    op.says("skype", "ola.n", "kari", "an officer wrote this", 2 * DAY)
    op.says("skype", "kari", "ola.n", "fine with me", 2 * DAY)
    op.says("skype", "ola.n", "kari", "nobody knows when", None)
    op.store()
    assert len(_texts(op)) == 4
    _taken_over(op, op.id("skype", "ola.n"), DAY)
    assert _texts(op) == ["fine with me", "the game is on Friday"]  # undated: perhaps an officer's


def test_proposals_are_made_anew_without_them(op: Seized) -> None:
    op.named("whatsapp", "+4790000001", "Ola")
    for n in range(3):
        op.says("skype", "ola.n", "kari", "write to me on WhatsApp, +47 900 00 001", 2 * DAY + n)
    for n in range(40):
        op.named("skype", f"medlem{n:02}", f"Klubbmedlem {n}")
    op.store()
    first = find(op.folder)
    assert first.changed and not find(op.folder).changed
    with op.catalog.connect() as db:
        kinds = {row[0] for row in db.execute("select distinct kind from person_evidence").fetchall()}
    assert kinds
    _taken_over(op, op.id("skype", "ola.n"), DAY)
    again = find(op.folder)
    assert again.changed and not find(op.folder).changed
    with op.catalog.connect() as db:
        assert db.execute("select count(*) from person_evidence").fetchall() == [(0,)]
    assert again.proposals == 0


def test_of_a_split_account_only_the_period_in_question_is_theirs(op: Seized) -> None:
    op.says("skype", "ola.n", "kari", "before", 0)
    op.store()
    account = op.id("skype", "ola.n")
    split(op.ledger, account, (BEGIN + DAY) * SECOND, "next day", reason="another hand", actor="chief")
    (_first, second) = standing(op.ledger).tenures_of(account)
    with op.ledger.writing() as act:
        made = records.make(act, "authority", actor="chief")
        records.state(act, made.id, "account", "", target=second.id, actor="chief")
    (period,) = periods(op.ledger)
    assert (period.account_id, period.begin_us, period.end_us) == (account, (BEGIN + DAY) * SECOND, None)
    assert _texts(op) == ["before"]


def test_names_of_accounts_are_quoted(op: Seized) -> None:
    op.says("skype", "ola.n", "kari", "before", 0)
    op.store()
    with op.catalog.connect() as db:
        db.execute("create macro at_us(m, x, f) as epoch_us(m.utc)")
        withhold(db, [PolicePeriod("a'; drop table x; --", None, None, "r", 1)])
        assert db.execute("select count(*) from messages").fetchall() == [(1,)]
