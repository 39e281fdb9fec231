"""Gathers what one handover holds (`Contents`): what belongs to the case, and a list of what was left out and why.

Least exposure: a record comes along because the case names it. What points at somebody who does not belong to the case, the
names of third parties (LED art. 6, category "other") and what no person decided stay out, and each is counted as left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

import safelight
from safelight.access import accounts as account_rows
from safelight.access.identities import pairs_of
from safelight.access.reading import Reading
from safelight.casework import joining, persons
from safelight.casework.handover import authorities, chosen_items, chosen_traces
from safelight.casework.handover.contents import (
    AccountGiven,
    AccountSplit,
    Contents,
    IdentityDecision,
    ItemGiven,
    LeftOut,
    Terms,
)
from safelight.casework.handover.register import Choice
from safelight.errors import NotFound
from safelight.ledger import clocks, custody, exhibits, identities, kinds, records, rights, sources
from safelight.ledger.entry import Entry
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.identity_law import Standing, Tenure, account_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import periods
from safelight.ledger.records import Record, Statement, newest
from safelight.ledger.tables import STATEMENTS
from safelight.ledger.vocabulary import CASE, FIELDS, PERSON, SERIES, VICTIM
from safelight.messages import N_

#: How the list of what was left out calls children of the register.
CHILDREN_LEFT = N_("children in the register")

#: Statements of third parties that name them.
_NAMING = ("name", "alias", "born", "died", "identifier", "address", "note")
_ROLES = ("role", "standing")


@dataclass(frozen=True, slots=True)
class _Records:
    """Records that are given, their statements, and what was left out of them."""

    given: tuple[Record, ...]
    statements: tuple[Statement, ...]
    left: tuple[LeftOut, ...]


def gather(reading: Reading, choice: Choice, terms: Terms, who: str) -> Contents:
    """Everything that the package holds, on one snapshot of catalog and ledger. Raises NotFound."""
    ledger = reading.ledger
    head = str(ledger.head())
    case = records.find(ledger, choice.case)
    found = _records(ledger, case, choice, who)
    standing = identities.standing(ledger)
    tenures = _tenures(ledger, found.given, choice, standing)
    traces = chosen_traces.chosen(
        reading, [standing.tenure(one) or Tenure(one, account_of(one), None, None, False, 0) for one in tenures]
        if choice.traces else [], choice.conversations, {account_of(one) for one in tenures},
    )  # fmt: skip
    acting = authorities.acting(traces.tables)
    found = _with_authorities(ledger, found, choice, {*map(account_of, tenures), *acting})
    items = chosen_items.chosen(reading, choice.items, choice.give, traces.items)
    papers = _exhibits(ledger, found.statements, {one.exhibit for one in items})
    keys = {one.key for one in papers}
    decided = tuple(_decisions(standing, tenures))
    splits = tuple(_splits(ledger, {account_of(one) for one in tenures}))
    reading.show([*(one.id for one in found.given), *tenures, *keys])
    contents = Contents(
        operation=ledger.name,
        operation_id=ledger.operation_id,
        synthetic=ledger.synthetic,
        tool=f"Safelight {safelight.__version__}",
        terms=terms,
        case=case,
        records=found.given,
        statements=found.statements,
        withdrawn=_withdrawn(ledger, found.statements),
        superseded_by=_superseded_by(ledger, found.statements),
        accounts=tuple(_account(reading, account, tenures) for account in _in_order(tenures)),
        identities=decided,
        splits=splits,
        exhibits=papers,
        custody=tuple(one for exhibit in papers for one in custody.chain(ledger, exhibit)),
        sources=tuple(one for one in sources.every(ledger) if one.exhibit in keys),
        items=items,
        item_rows=chosen_items.rows(reading, items) if items else None,
        traces=traces.tables,
        left_out=(
            *found.left,
            *_left_of_traces(reading, traces, choice, tenures, standing),
            *_left_items(items, choice),
        ),
        head=head,
        police=tuple(one for one in periods(ledger) if one.account_id in acting),
        clocks=tuple(one for one in clocks.every(ledger) if one.exhibit in keys),
        same=traces.same,
    )
    return _with_seqs(contents, ledger, int(head.partition(":")[0]))


def _records(ledger: Ledger, case: Record, choice: Choice, who: str) -> _Records:
    """The case, its persons and victims with all that were joined with them, and what these point at."""
    made = {one.id: one for type_ in (PERSON, VICTIM, SERIES) for one in records.every(ledger, type_)}
    of_case = records.statements(ledger, record=case.id, as_of=None)
    now = [one for one in of_case if one.superseded_at is None]
    given: dict[str, Record] = {case.id: case}
    people, children = joining.classes(ledger, PERSON), joining.classes(ledger, VICTIM)
    for one in now:
        if one.field in _ROLES and one.target:
            given.update((id_, made[id_]) for id_ in people.of(one.target) if id_ in made)
    may_see = rights.holds(ledger, who, rights.VICTIMS)
    hidden = {one.target for one in now if one.field == "victim" and one.target}
    if may_see:
        for target in sorted(hidden):
            given.update((id_, made[id_]) for id_ in children.of(target) if id_ in made)
        hidden = set()
    withheld = tuple(_withheld(ledger, choice, given))
    every = [
        *of_case,
        *records.statements(ledger, record=[id_ for id_ in given if id_ != case.id], as_of=None),
    ]
    for one in every:
        other = made.get(one.target or "")
        if other is not None and other.type == SERIES and one.superseded_at is None:
            given[other.id] = other
    series = [id_ for id_, one in given.items() if one.type == SERIES]
    if series:
        every += records.statements(ledger, record=series, as_of=None)
    kept, left = _kept(every, given, choice)
    if hidden:
        left[
            (CHILDREN_LEFT, N_("nothing"), N_("the one who made the package may not see the register"))
        ] = len(hidden)  # fmt: skip
    lines = tuple(LeftOut(n, what, instead, why) for (what, instead, why), n in left.items())
    order = sorted(given.values(), key=lambda one: (one.id != case.id, one.type, one.number))
    return _Records(tuple(order), tuple(kept), (*withheld, *lines))


def _with_authorities(ledger: Ledger, found: _Records, choice: Choice, accounts: set[str]) -> _Records:
    given, said, left = authorities.added(ledger, choice, accounts)
    statements = sorted([*found.statements, *said], key=lambda one: one.seq)
    return _Records((*found.given, *given), tuple(statements), (*found.left, *left))


def _withheld(ledger: Ledger, choice: Choice, given: dict[str, Record]) -> Iterable[LeftOut]:
    """What the maker withholds, with its ground: records go out of `given`, other words are only told."""
    by_name = {one.name: id_ for id_, one in given.items()}
    for one in choice.withheld:
        what, _sign, ground = (part.strip() for part in one.partition("="))
        if authorities.is_withheld(ledger, what):
            continue
        id_ = by_name.get(what.upper())
        if id_ is not None and given[id_].type != CASE:
            del given[id_]
        yield LeftOut(0 if id_ is None else 1, what, N_("nothing"), ground)


def _kept(
    every: Iterable[Statement], given: dict[str, Record], choice: Choice
) -> tuple[list[Statement], Counter[tuple[str, str, str]]]:
    kept: list[Statement] = []
    left: Counter[tuple[str, str, str]] = Counter()
    every = sorted(every, key=lambda one: one.seq)
    thirds = set() if choice.others else _third_parties(every, given)
    for one in every:
        points_at = FIELDS[given[one.record].type][one.field].target
        if one.record in thirds and one.field in _NAMING:
            left[
                (N_("statements that name third parties"), N_("their number alone"), N_("category “other”, LED art. 6"))
            ] += 1  # fmt: skip
        elif (points_at in FIELDS or points_at == "own") and one.target not in given:
            left[
                (N_("statements that point at somebody else"), N_("nothing"), N_("not necessary for the purpose"))
            ] += 1  # fmt: skip
        else:
            kept.append(one)
    return kept, left


def _third_parties(every: Iterable[Statement], given: dict[str, Record]) -> set[str]:
    """Persons whose newest category is "other"."""
    said: dict[str, list[Statement]] = {}
    for one in every:
        if one.field == "category" and one.superseded_at is None and given[one.record].type == PERSON:
            said.setdefault(one.record, []).append(one)
    found = {id_: newest(all_) for id_, all_ in said.items()}
    return {id_ for id_, one in found.items() if one is not None and one.value == "other"}


def _tenures(ledger: Ledger, given: Sequence[Record], choice: Choice, standing: Standing) -> tuple[str, ...]:
    """Accounts in their periods: of the case's persons and victims, and those chosen."""
    people = [one.id for one in given if one.type == PERSON]
    of_persons = set(persons.accounts_of(ledger, people)) if people else set()
    children = [one.id for one in given if one.type == VICTIM]
    of_children = {
        one.target for one in records.statements(ledger, record=children, field="account") if one.target
    }
    added = {tenure.id for account in choice.accounts for tenure in standing.tenures_of(account)}
    return tuple(sorted(of_persons | of_children | added))


def _account(reading: Reading, account: str, tenures: Sequence[str]) -> AccountGiven:
    held = tuple(one for one in tenures if account_of(one) == account)
    try:
        row = account_rows.one(reading, account)
    except NotFound:  # stated of a person, though no trace names it here
        return AccountGiven(account, "", None, account, account, (), held)
    return AccountGiven(account, row.network, row.instance, row.native, row.name, row.names, held)


def _in_order(tenures: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(account_of(one) for one in tenures))


def _decisions(standing: Standing, tenures: Sequence[str]) -> Iterable[IdentityDecision]:
    """Decisions in force about two accounts that are both given."""
    held = frozenset(tenures)
    for one in standing.in_force:
        if one.a in held and one.b in held and one.decision != "undecided":
            yield IdentityDecision(
                one.seq, one.a, one.b, one.decision, one.reason, one.source_grade, one.content_grade, one.seen,
                one.actor, one.recorded_at, one.confirmed_by or "", one.scheme, one.handling,
            )  # fmt: skip


def _splits(ledger: Ledger, accounts: set[str]) -> Iterable[AccountSplit]:
    wanted = (kinds.TENURE_SPLIT.name, kinds.IDENTITY_WITHDRAWN.name)
    entries = list(ledger.entries(kinds=wanted, subject=sorted(accounts))) if accounts else []
    gone = {entry.corrects for entry in entries if entry.kind == kinds.IDENTITY_WITHDRAWN.name}
    for entry in entries:
        said = ledger.payload(entry.seq)
        if entry.kind == kinds.TENURE_SPLIT.name and entry.seq not in gone and said is not None:
            yield AccountSplit(
                entry.seq, entry.subjects[0], said["at_us"], said["at_text"], said["reason"], entry.actor,
                entry.recorded_at,
            )  # fmt: skip


def _exhibits(ledger: Ledger, said: Iterable[Statement], numbers: set[str]) -> tuple[Exhibit, ...]:
    """Those that the case names, and those that something given comes from."""
    named = {one.target for one in said if one.field == "exhibit" and one.superseded_at is None}
    return tuple(
        one for one in exhibits.every(ledger) if {one.key, one.number} & named or one.number in numbers
    )


def _enders(ledger: Ledger, said: Sequence[Statement]) -> dict[int, Entry]:
    ended = {one.seq for one in said if one.superseded_at is not None}
    about = sorted({one.record for one in said})
    wanted = (kinds.STATEMENT_MADE.name, kinds.STATEMENT_WITHDRAWN.name)
    return {
        entry.corrects: entry
        for entry in (ledger.entries(kinds=wanted, subject=about) if ended else ())
        if entry.corrects in ended
    }


def _withdrawn(ledger: Ledger, said: Sequence[Statement]) -> dict[int, str]:
    return {
        seq: str((ledger.payload(entry.seq) or {}).get("reason", ""))
        for seq, entry in _enders(ledger, said).items()
        if entry.kind == kinds.STATEMENT_WITHDRAWN.name
    }


def _superseded_by(ledger: Ledger, said: Sequence[Statement]) -> dict[int, int]:
    return {seq: entry.seq for seq, entry in _enders(ledger, said).items()}


def _left_of_traces(
    reading: Reading, traces: chosen_traces.Traces, choice: Choice, tenures: Sequence[str], standing: Standing
) -> Iterable[LeftOut]:
    needless = N_("not necessary for the purpose")
    if not choice.traces:
        yield LeftOut(0, N_("messages, calls and transfers"), N_("nothing"), N_("they were given before"))
        return
    if traces.conversations_left:
        yield LeftOut(
            traces.conversations_left, N_("conversations"), N_("nothing"), N_("no tie to the case")
        )  # fmt: skip
    if traces.lines_left:
        yield LeftOut(
            traces.lines_left, N_("lines of others in conversations of several"), N_("nothing"), needless
        )
    if traces.contacts_left:
        yield LeftOut(traces.contacts_left, N_("entries of contact lists"), N_("nothing"), needless)
    settled = {frozenset((one.a, one.b)) for one in standing.in_force}
    weighed = pairs_of(reading, tenures) if tenures else ()
    proposals = sum(one.standing == "proposal" and frozenset(one.key) not in settled for one in weighed)
    if proposals:
        yield LeftOut(
            proposals, N_("proposals about accounts"), N_("nothing"), N_("nobody decided them: no facts, LED art. 7")
        )  # fmt: skip


def _left_items(items: Iterable[ItemGiven], choice: Choice) -> Iterable[LeftOut]:
    hashes = [one for one in items if one.given == "hashes"]
    wanted = sum(one.chosen for one in hashes) if choice.give == "bytes" else 0
    instead = N_("hashes and paths alone")
    if wanted:
        yield LeftOut(wanted, N_("chosen items"), instead, N_("they are no files, or have no bytes to give"))
    if len(hashes) > wanted:
        yield LeftOut(len(hashes) - wanted, N_("items"), instead, N_("least exposure"))


def _with_seqs(contents: Contents, ledger: Ledger, head: int) -> Contents:
    """The entries that the audit excerpt shows: what is given and nothing else."""
    ids = [*(one.id for one in contents.records), contents.terms.id]
    shown = {one.seq for one in contents.records} | {one.seq for one in contents.statements}
    shown |= {seq for seq in contents.superseded_by.values() if seq in shown or _is_withdrawal(ledger, seq)}
    shown |= {one.seq for one in contents.identities} | {one.seq for one in contents.splits}
    shown |= {one.seq for one in contents.exhibits} | {one.seq for one in contents.custody}
    with ledger.store.reading() as connection:
        own = sa.select(STATEMENTS.c.seq).where(STATEMENTS.c.record == contents.terms.id)
        shown |= set(connection.execute(own).scalars())
    made = [entry.seq for entry in ledger.entries(kinds=[kinds.RECORD_MADE.name], subject=ids)]
    return replace(contents, seqs=tuple(sorted(one for one in shown | set(made) if one <= head)))


def _is_withdrawal(ledger: Ledger, seq: int) -> bool:
    return ledger.entry(seq).kind == kinds.STATEMENT_WITHDRAWN.name
