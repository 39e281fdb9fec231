"""A mapping as a parser: recognised by content, run by the parse stage like any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from safelight.inspect.model import Group
from safelight.parsers.json_pieces import beginning
from safelight.parsers.mapping import delimited, excel, html_nodes, sqlite_rows
from safelight.parsers.mapping.apply import EXAMPLES, Application, RuleReport
from safelight.parsers.mapping.line_matches import compiled
from safelight.parsers.mapping.model import Mapping
from safelight.parsers.mapping.records import sources_of
from safelight.parsers.model import Emitted, ParseFailed, Remark, Subject, Trouble, Variant
from safelight.parsers.text_lines import head_text
from safelight.traces.model import Account, Conversation, Trace

_GROUPS: dict[str, tuple[Group, ...]] = {
    "delimited": ("text",),
    "excel": ("document",),
    "json": ("text",),
    "sqlite": ("database",),
    "html": ("text", "document"),
    "lines": ("text",),
}
#: Lines of the head among which one must match.
_LINES = 500


class MappedParser:
    """One mapping as a parser. `mapping_sha256` is recorded with its traces."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.mapping_sha256 = mapping.sha256
        self.name = f"mapping-{mapping.name}"
        self.version = mapping.version
        self.title = f"Mapping {mapping}"
        self.variants: tuple[Variant, ...] = (
            Variant(mapping.input.reader, "documentation", mapping.description or f"mapping {mapping}"),
        )
        kinds = [rule.kind for rule in mapping.rules]
        self.emits: tuple[type[Trace], ...] = tuple(dict.fromkeys([*kinds, Account, Conversation]))

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return group in _GROUPS[self.mapping.input.reader]

    def recognise(self, subject: Subject) -> Variant | None:
        try:
            return self.variants[0] if self._fits(subject) else None
        except ParseFailed:
            return None

    def _fits(self, subject: Subject) -> bool:
        mapping = self.mapping
        named = {
            one for rule in mapping.rules for one in sources_of(mapping, rule) if not one.startswith("#")
        }
        match mapping.input.reader:
            case "delimited":
                names = delimited.header(subject, mapping)
                return names is None or named <= names
            case "excel":
                return not mapping.input.header or named <= excel.header_of(subject, mapping)
            case "json":
                return self._fits_json(subject)
            case "sqlite":
                with closing(sqlite_rows.connection(subject)) as opened:
                    return any(sqlite_rows.columns_of(opened, rule) is not None for rule in mapping.rules)
            case "html":
                tree = html_nodes.tree_of(subject, mapping)
                return any(tree.css_first(rule.source) is not None for rule in mapping.rules)
            case "lines":
                patterns = [compiled(rule.source) for rule in mapping.rules]
                lines = head_text(subject.head).splitlines()[:_LINES]
                return any(pattern.search(line) for line in lines for pattern in patterns)

    def _fits_json(self, subject: Subject) -> bool:
        """A path's members stand in the head; lists at the top and JSON lines are taken by their first sign."""
        found = beginning(subject.head)
        first = subject.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        for rule in self.mapping.rules:
            steps = [step for step in rule.source.split(".") if step]
            if rule.source == "lines":
                if first == b"{" and any(
                    source.split(".")[0] in found for source in sources_of(self.mapping, rule)
                ):
                    return True
            elif steps[:1] == ["item"]:
                if first == b"[":
                    return True
            elif steps and steps[0] in found:
                return True
        return False

    def parse(self, subject: Subject, variant: Variant) -> Iterator[Emitted]:
        application = Application(self.mapping, subject)
        try:
            for applied in application.run():
                yield from applied.traces
                for doubt in applied.doubts:
                    yield Trouble(applied.record.place, "corrupt", doubt)
        except ParseFailed:
            yield from (Remark(told(report)) for report in application.reports)
            raise
        yield from (Remark(told(report)) for report in application.reports)


def told(report: RuleReport) -> str:
    """One line: how many records matched, and the first that did not, each with its reason."""
    line = str(report)
    if report.unmatched:
        first = "; ".join(f"{one.place}: {one.reason}" for one in report.examples)
        line += f"; {report.unmatched} did not match ({first}"
        line += " ...)" if report.unmatched > EXAMPLES else ")"
    return line
