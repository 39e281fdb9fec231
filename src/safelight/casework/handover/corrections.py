"""What was decided since something was given, and makes it wrong: which receivers must be told, and what of.

LED art. 7(3): whoever received incorrect data is told. Touched is a statement that was given and then followed or withdrawn,
a statement that takes the place of one in a field of one value, a decision about accounts that were given, and a decision
about the clock of an exhibit that was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from safelight.casework.handover.contents import Contents, Touched
from safelight.casework.handover.register import Handover
from safelight.ledger import kinds, records
from safelight.ledger.head import parse_head
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Statement
from safelight.ledger.vocabulary import FIELDS, PREFIXES, VICTIM

_ABOUT_ACCOUNTS = (
    kinds.IDENTITY_DECIDED.name, kinds.IDENTITY_CONFIRMED.name, kinds.IDENTITY_WITHDRAWN.name, kinds.TENURE_SPLIT.name,
    kinds.TENURE_SHARED.name,
)  # fmt: skip
_ABOUT_EXHIBITS = (
    kinds.CLOCK_DECIDED.name,
    kinds.CLOCK_WITHDRAWN.name,
    kinds.EXHIBIT_CORRECTED.name,
    kinds.CUSTODY_RECORDED.name,
)


def touched(ledger: Ledger, handover: Handover, *, children: bool = True) -> list[Touched]:
    """What was decided since about what this handover gave, in order. Nothing for one that was not given.

    Without `children` nothing that tells of a child in the register, for who may not see it.
    """
    if handover.given_at is None or "head" not in handover.packed:
        return []
    head = parse_head(str(handover.packed["head"])).seq
    given: dict[str, dict[str, Any]] = {one.target: one.value for one in handover.gave if one.target}
    of = {
        sort: [id_ for id_, said in given.items() if said["what"] == sort]
        for sort in {said["what"] for said in given.values()}
    }
    ids = [id_ for sort in of if sort in FIELDS for id_ in of[sort]]
    found = _statements(ledger, head, ids, given) if ids else []
    for sort, wanted in (("account", _ABOUT_ACCOUNTS), ("exhibit", _ABOUT_EXHIBITS)):
        if of.get(sort):
            found += _entries(ledger, head, of[sort], wanted, given)
    if not children:
        found = [one for one in found if not _of_child(one)]
    return sorted(found, key=lambda one: one.seq)


def _of_child(one: Touched) -> bool:
    return one.about.startswith(f"{PREFIXES[VICTIM]}-") or one.field == VICTIM


def _statements(
    ledger: Ledger, head: int, ids: Sequence[str], given: dict[str, dict[str, Any]]
) -> list[Touched]:
    every = records.statements(ledger, record=ids, as_of=None)
    wanted = (kinds.STATEMENT_MADE.name, kinds.STATEMENT_WITHDRAWN.name)
    enders = {
        entry.corrects: entry
        for entry in ledger.entries(after=head, kinds=wanted, subject=list(ids))
        if entry.corrects
    }
    by_seq = {one.seq: one for one in every}
    followers: set[int] = set()
    found: list[Touched] = []
    for one in every:
        entry = enders.get(one.seq)
        if one.seq <= head and entry is not None:
            after = by_seq.get(entry.seq)
            followers.add(entry.seq)
            about = str(given[one.record]["number"])
            found.append(
                Touched(
                    about,
                    one.field,
                    said(one),
                    said(after) if after else "",
                    entry.seq,
                    entry.actor,
                    entry.recorded_at,
                )
            )
    for one in every:
        if one.seq > head and one.seq not in followers and _single(given[one.record]["what"], one.field):
            before = [
                each
                for each in every
                if each.seq <= head and (each.record, each.field) == (one.record, one.field)
                and (each.superseded_at is None or each.seq in enders)
            ]  # fmt: skip
            if before:
                about = str(given[one.record]["number"])
                found.append(
                    Touched(
                        about, one.field, said(before[-1]), said(one), one.seq, one.actor, one.recorded_at
                    )
                )
    return found


def _entries(
    ledger: Ledger, head: int, ids: Sequence[str], wanted: Sequence[str], given: dict[str, dict[str, Any]]
) -> list[Touched]:
    found = []
    for entry in ledger.entries(after=head, kinds=wanted, subject=list(ids)):
        about = [str(given[one]["number"]) for one in entry.subjects if one in given]
        payload = ledger.payload(entry.seq) or {}
        now = str(
            payload.get("decision")
            or payload.get("seconds")
            or payload.get("zone")
            or payload.get("at_text")
            or ""
        )
        found.append(
            Touched(", ".join(about), entry.kind, "", now, entry.seq, entry.actor, entry.recorded_at)
        )
    return found


def _single(type_: str, field: str) -> bool:
    known = FIELDS.get(type_, {}).get(field)
    return known is not None and known.single


def said(one: Statement) -> str:
    """A statement's value in a few words."""
    if isinstance(one.value, dict):
        return " ".join(str(part) for part in one.value.values() if part not in (None, ""))
    return str(one.target if one.value is True else one.value)


def write(contents: Contents, folder: Path) -> None:
    """`corrections.json`: what of the earlier package no longer holds."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    told = {"corrects": contents.terms.corrects, "touched": [asdict(one) for one in contents.touched]}
    (folder / "corrections.json").write_bytes(orjson.dumps(told, option=option))
