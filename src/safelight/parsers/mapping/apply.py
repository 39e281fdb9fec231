"""A mapping applied to an item: traces, and for each rule how many records matched and which did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Final

from safelight.parsers.mapping import delimited, excel, html_nodes, json_records, line_matches, sqlite_rows
from safelight.parsers.mapping.load import plain
from safelight.parsers.mapping.model import KINDS, Mapping, Reader, Rule
from safelight.parsers.mapping.records import Read, Record, Unread
from safelight.parsers.mapping.values import NoValue, clean, value_of
from safelight.parsers.model import Subject
from safelight.traces.model import Account, Conversation, Message, Trace, Transfer

READ: Final[dict[Reader, Read]] = {
    "delimited": delimited.read,
    "excel": excel.read,
    "json": json_records.read,
    "sqlite": sqlite_rows.read,
    "html": html_nodes.read,
    "lines": line_matches.read,
}

#: Records of a rule that are told one by one.
EXAMPLES: Final = 20
_TOLD: Final = 500_000
_WORD: Final = {cls: word for word, cls in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Example:
    """A record that a rule could not use, or not wholly."""

    place: str
    reason: str
    text: str
    """The record as it stands in the file, shortened."""
    number: int = 0
    """Which record it is among all that were read, from 1."""


@dataclass(slots=True)
class RuleReport:
    """What became of the records that a rule was shown. `doubtful` matched, but a value of theirs could not be read."""

    name: str
    trace: str
    records: int = 0
    matched: int = 0
    doubtful: int = 0
    unmatched: int = 0
    examples: list[Example] = field(default_factory=list)
    """The first that did not match."""
    doubts: list[Example] = field(default_factory=list)
    """The first that are doubtful."""

    def __str__(self) -> str:
        return f"rule {self.name}: {self.matched} of {self.records} records became {self.trace} traces" + (
            f", {self.doubtful} of them with a value that cannot be read" if self.doubtful else ""
        )


@dataclass(frozen=True, slots=True)
class Applied:
    """One record by one rule: its traces (the rule's own first), and what of it could not be read."""

    record: Record
    traces: tuple[Trace, ...]
    doubts: tuple[str, ...]
    rule: int = 0
    """The rule's place among all rules, from 0."""
    number: int = 0
    """Which record it is among all that were read, from 1."""


class Application:
    """One mapping over one item. `reports`, `records` (read) and `matched` (by a rule or more) fill while `run` is read."""

    def __init__(self, mapping: Mapping, subject: Subject) -> None:
        self._mapping = mapping
        self._subject = subject
        self.records = self.matched = 0
        self.reports = [RuleReport(rule.name, _WORD[rule.kind]) for rule in mapping.rules]
        self._columns = [{one.name: one for one in fields(rule.kind)} for rule in mapping.rules]
        self._accounts: set[tuple[str, str | None, str, str]] = set()
        self._conversations: set[tuple[str, str | None, str]] = set()
        self._told_apart = any(rule.kind is Conversation for rule in mapping.rules)
        self._path = self._groups()

    def _groups(self) -> dict[str, str]:
        pattern = self._mapping.input.path
        found = line_matches.compiled(pattern).search(self._subject.path) if pattern else None
        return {f"path.{key}": value for key, value in found.groupdict().items() if value} if found else {}

    def run(self, most: int | None = None) -> Iterator[Applied]:
        """What each record gave; of the first `most` records, or of all. Raises ParseFailed."""
        for rules, record in READ[self._mapping.input.reader](self._subject, self._mapping):
            if self.records == most:
                return
            self.records += 1
            used = False
            for rule in rules:
                report = self.reports[rule.number]
                report.records += 1
                if isinstance(record, Unread):
                    self._missed(report, Example(record.place, record.reason, record.text, self.records))
                    continue
                try:
                    trace, doubts = self._trace(rule, record)
                except NoValue as error:
                    self._missed(report, Example(record.place, str(error), record.raw(), self.records))
                    continue
                report.matched += 1
                self.matched += not used
                used = True
                if doubts:
                    report.doubtful += 1
                    if len(report.doubts) < EXAMPLES:
                        report.doubts.append(
                            Example(record.place, "; ".join(doubts), record.raw(), self.records)
                        )
                traces = (trace, *self._around(rule, trace))
                yield Applied(record, traces, doubts, rule.number, self.records)

    def _missed(self, report: RuleReport, example: Example) -> None:
        report.unmatched += 1
        if len(report.examples) < EXAMPLES:
            report.examples.append(example)

    def _get(self, record: Record, source: str) -> Any:
        if source.startswith("path."):
            return self._path.get(source)
        try:
            return record.get(source)
        except KeyError:
            raise NoValue(f"there is no {source!r}") from None

    def _trace(self, rule: Rule, record: Record) -> tuple[Trace, tuple[str, ...]]:
        for source, wanted in rule.where:
            value = self._get(record, source)
            if value is None or clean(plain(value)) not in wanted:
                raise NoValue(
                    f"{source} is {plain(value)[:80]!r}" if value is not None else f"{source} is empty"
                )
        columns = self._columns[rule.number]
        values: dict[str, Any] = {"network": self._mapping.network, "instance": self._mapping.instance}
        doubts: list[str] = []
        from_path: list[str] = []
        # The network decides how ids are written, so it is read first.
        for name, spec in sorted(rule.fields, key=lambda one: one[0] not in ("network", "instance")):
            found = [self._get(record, source) for source in spec.sources]
            try:
                value = value_of(
                    name, columns[name], spec, found, values["network"], f"mapping {self._mapping}"
                )
            except NoValue as error:
                if name in ("conversation", "account"):
                    raise
                doubts.append(str(error))
                continue
            if value is not None or name == "instance":
                values[name] = value
                if any(source in self._path for source in spec.sources):
                    from_path.append(name)
        for name in ("conversation", "account"):
            if name in columns and values.get(name) is None and _needed(rule.kind, name):
                raise NoValue(f"{name} is empty")
        trace = rule.kind(
            place=record.place,
            ordinal=rule.twin,
            facts_from_path=" ".join(from_path) or None,
            **values,
        )
        return trace, tuple(doubts)

    def _around(self, rule: Rule, trace: Trace) -> Iterator[Trace]:
        """The accounts and the conversation that a message or transfer names, each once."""
        twin = len(self._mapping.rules) + 2 * rule.number
        if isinstance(trace, Message | Transfer):
            at = trace.sent if isinstance(trace, Message) else trace.time
            named = [(trace.sender, trace.sender_name)]
            if isinstance(trace, Transfer):
                named.append((trace.receiver, trace.receiver_name))
            for number, (account, name) in enumerate(named):
                if account and name and self._new((trace.network, trace.instance, account, name)):
                    yield Account(
                        place=trace.place, ordinal=twin + number, network=trace.network, instance=trace.instance,
                        account=account, name=name, name_kind="display name", since=at,
                        facts_from_path=trace.facts_from_path and _among(trace.facts_from_path, "sender"),
                    )  # fmt: skip
        if isinstance(trace, Message) and not self._told_apart:
            key = (trace.network, trace.instance, trace.conversation)
            if key not in self._conversations:
                if len(self._conversations) >= _TOLD:
                    self._conversations.clear()
                self._conversations.add(key)
                yield Conversation(
                    place=trace.place, ordinal=twin, network=trace.network, instance=trace.instance,
                    conversation=trace.conversation, kind="direct" if trace.conversation.startswith("direct:") else None,
                    facts_from_path="conversation" if "conversation" in (trace.facts_from_path or "").split() else None,
                )  # fmt: skip

    def _new(self, key: tuple[str, str | None, str, str]) -> bool:
        if key in self._accounts:
            return False
        if len(self._accounts) >= _TOLD:
            self._accounts.clear()
        self._accounts.add(key)
        return True


def _needed(kind: type[Trace], name: str) -> bool:
    return name in {one.name for one in fields(kind) if "None" not in str(one.type)}


def _among(names: str, beginning: str) -> str | None:
    """`account name` where the sender of a message stood in the path."""
    return "account" if any(name.startswith(beginning) for name in names.split()) else None
