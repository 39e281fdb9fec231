"""Reads a mapping file and checks all of it: an error is one sentence that names the key."""

from __future__ import annotations

import codecs
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, NoReturn

import ijson
import re2
from selectolax.lexbor import LexborHTMLParser

from safelight.errors import BadInput
from safelight.parsers.mapping.model import KINDS, READERS, FieldSpec, Input, Mapping, Rule, TimeForm
from safelight.parsers.mapping.times import check_zone
from safelight.traces.columns import AMOUNT, MOMENT, TEXTS
from safelight.traces.model import Trace

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,60}")
_SOURCE_KEY: Final = {
    "delimited": None, "excel": "sheet", "json": "path", "sqlite": "query", "html": "select", "lines": "pattern",
}  # fmt: skip
_NOT_MAPPED: Final = frozenset({"place", "ordinal", "facts_from_path"})
_LARGEST: Final = 1 << 20


def load(path: Path) -> Mapping:
    """The mapping in a file. Raises BadInput, which names the key; OSError where the file cannot be read."""
    with path.open("rb") as stream:
        data = stream.read(_LARGEST + 1)
    return parsed(data, path.name)


def parsed(data: bytes, called: str = "mapping") -> Mapping:
    """The mapping in the bytes of a file. Raises BadInput."""
    if len(data) > _LARGEST:
        raise BadInput(f"{called} is larger than a mapping can be.", "Name a mapping file.")
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{called} is not TOML: {error}.", "Correct the mapping.") from None
    return _Load(called).mapping(values, hashlib.sha256(data).hexdigest())


class _Load:
    def __init__(self, called: str) -> None:
        self._called = called

    def _wrong(self, key: str, what: str) -> NoReturn:
        raise BadInput(f"{self._called}: {key} {what}.", "Correct the mapping (docs/mapping.md).")

    def _known(self, key: str, values: Any, names: Iterable[str]) -> dict[str, Any]:
        if not isinstance(values, dict):
            self._wrong(key, "must be a table")
        allowed = tuple(names)
        for name in values:
            if name not in allowed:
                inside = f"{key}.{name}" if key else name
                self._wrong(inside, f"is not known; known are {', '.join(allowed)}")
        return values

    def _text(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            self._wrong(key, "must be a text")
        return value

    def _maybe(self, key: str, value: Any) -> str | None:
        return None if value is None else self._text(key, value)

    def mapping(self, values: dict[str, Any], sha256: str) -> Mapping:
        self._known(
            "", values, ("name", "version", "network", "instance", "description", "input", "defaults", "rule")
        )
        name = self._text("name", values.get("name"))
        if not _NAME.fullmatch(name):
            self._wrong("name", "must be lower-case letters, digits and hyphens")
        version = values.get("version")
        if type(version) is not int or not 0 < version < 1_000_000:
            self._wrong("version", "must be a whole number from 1")
        input_ = self._input(values.get("input"))
        defaults = self._defaults(values.get("defaults", {}))
        rules = values.get("rule")
        if not isinstance(rules, list) or not rules:
            self._wrong("rule", "must stand at least once, as [[rule]]")
        made: list[Rule] = []
        for number, rule in enumerate(rules):
            made.append(self._rule(f"rule[{number + 1}]", rule, input_, defaults, made))
        return Mapping(
            name=name,
            version=version,
            network=self._text("network", values.get("network")),
            instance=self._maybe("instance", values.get("instance")),
            description=str(values.get("description", "")),
            input=input_,
            rules=tuple(made),
            sha256=sha256,
        )

    def _input(self, values: Any) -> Input:
        names = ("reader", "encoding", "delimiter", "quote", "header", "carry", "continued", "path")
        given = self._known("input", values, names)
        reader = given.get("reader")
        if reader not in READERS:
            self._wrong("input.reader", f"must be one of {', '.join(READERS)}")
        encoding = self._maybe("input.encoding", given.get("encoding"))
        if encoding:
            self._tried("input.encoding", "is no encoding", lambda: codecs.lookup(encoding), LookupError)
        for name in ("delimiter", "quote"):
            sign = given.get(name, ",")
            if not isinstance(sign, str) or len(sign) != 1 or sign in "\r\n":
                self._wrong(f"input.{name}", "must be one sign")
        header = given.get("header", 1)
        if type(header) is not int or not 0 <= header <= 10_000:
            self._wrong("input.header", "must be the number of a line, or 0")
        carry = given.get("carry", [])
        if not isinstance(carry, list):
            self._wrong("input.carry", "must be a list of patterns")
        for number, pattern in enumerate(carry):
            self._pattern(f"input.carry[{number + 1}]", pattern)
        path = self._maybe("input.path", given.get("path"))
        if path:
            self._pattern("input.path", path)
        return Input(
            reader=reader,
            encoding=encoding,
            delimiter=given.get("delimiter", ","),
            quote=given.get("quote", '"'),
            header=header,
            carry=tuple(carry),
            continued=self._maybe("input.continued", given.get("continued")),
            path=path,
        )

    def _tried(self, key: str, what: str, do: Callable[[], Any], *errors: type[Exception]) -> None:
        try:
            do()
        except errors as error:
            self._wrong(key, f"{what}: {error}" if str(error) else what)

    def _pattern(self, key: str, pattern: Any) -> None:
        text = self._text(key, pattern)
        options = re2.Options()
        options.log_errors = False
        self._tried(key, "is no pattern of RE2", lambda: re2.compile(text, options), re2.error)

    def _defaults(self, values: Any) -> dict[str, Any]:
        given = self._known("defaults", values, ("format", "zone", "decimal", "thousands"))
        self._form("defaults", given)
        return dict(given)

    def _form(self, key: str, given: dict[str, Any]) -> None:
        for name in ("format", "zone"):
            self._maybe(f"{key}.{name}", given.get(name))
        if "zone" in given and not check_zone(given["zone"]):
            self._wrong(f"{key}.zone", f"is no zone: {given['zone']}; write Europe/Oslo, UTC or +02:00")
        decimal = given.get("decimal", ".")
        if decimal not in (".", ","):
            self._wrong(f"{key}.decimal", "must be . or ,")
        if not isinstance(given.get("thousands", ""), str) or decimal in given.get("thousands", ""):
            self._wrong(f"{key}.thousands", "must be signs other than the decimal one")

    def _rule(
        self, key: str, values: Any, input_: Input, defaults: dict[str, Any], before: list[Rule]
    ) -> Rule:
        source_key = _SOURCE_KEY[input_.reader]
        names = ["name", "trace", "where", "fields", *([source_key] if source_key else [])]
        names += {"json": ["each"], "sqlite": ["place"]}.get(input_.reader, [])
        given = self._known(key, values, names)
        name = self._text(f"{key}.name", given.get("name"))
        if any(rule.name == name for rule in before):
            self._wrong(f"{key}.name", f"stands twice: {name}")
        kind = KINDS.get(given.get("trace", ""))
        if kind is None:
            self._wrong(f"{key}.trace", f"must be one of {', '.join(KINDS)}")
        source = ""
        if source_key == "sheet":
            source = self._maybe(f"{key}.sheet", given.get("sheet")) or ""
        elif source_key:
            source = self._text(f"{key}.{source_key}", given.get(source_key))
            self._checked(f"{key}.{source_key}", input_.reader, source)
        return Rule(
            name=name,
            kind=kind,
            fields=self._fields(f"{key}.fields", kind, given.get("fields"), defaults),
            number=len(before),
            twin=sum(rule.kind is kind for rule in before),
            where=self._where(f"{key}.where", given.get("where", {})),
            source=source,
            each=self._maybe(f"{key}.each", given.get("each")) or "",
            place=self._maybe(f"{key}.place", given.get("place")) or "",
        )

    def _checked(self, key: str, reader: str, source: str) -> None:
        if reader == "lines":
            self._pattern(key, source)
        elif reader == "html":
            tree = LexborHTMLParser("<p></p>")
            self._tried(key, "is no CSS selector", lambda: tree.css(source), Exception)
        elif reader == "json" and source != "lines":
            self._tried(key, "is no path of ijson", lambda: list(ijson.items(b"{}", source)), ValueError)
        elif reader == "sqlite" and not re.match(r"\s*(SELECT|WITH)\b", source, re.I):
            self._wrong(key, "must be one SELECT")

    def _where(self, key: str, values: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if not isinstance(values, dict):
            self._wrong(key, "must be a table of sources and values")
        found = []
        for source, wanted in values.items():
            listed = wanted if isinstance(wanted, list) else [wanted]
            if not all(isinstance(one, str | int | float | bool) for one in listed):
                self._wrong(f"{key}.{source}", "must be a value or a list of values")
            found.append((source, tuple(plain(one) for one in listed)))
        return tuple(found)

    def _fields(
        self, key: str, kind: type[Trace], values: Any, defaults: dict[str, Any]
    ) -> tuple[tuple[str, FieldSpec], ...]:
        if not isinstance(values, dict) or not values:
            self._wrong(key, "must be a table with at least one field")
        columns = {one.name: one for one in fields(kind) if one.name not in _NOT_MAPPED}
        made = []
        for name, value in values.items():
            if name not in columns:
                self._wrong(
                    f"{key}.{name}", f"is no field of this trace; there are {', '.join(sorted(columns))}"
                )
            made.append((name, self._field(f"{key}.{name}", value, columns[name].metadata["type"], defaults)))
        needed = {"conversation", "account"} & {
            one.name for one in fields(kind) if one.name in columns and not _optional(kind, one.name)
        }
        for name in sorted(needed - values.keys()):
            self._wrong(f"{key}.{name}", "is missing, and this trace cannot do without it")
        return tuple(made)

    def _field(self, key: str, value: Any, type_: Any, defaults: dict[str, Any]) -> FieldSpec:
        if isinstance(value, str):
            value = {"from": value}
        names = (
            "from", "const", "join", "map", "default", "split", "format", "zone", "decimal", "thousands", "direct",
            "scale", "sign", "stated",
        )  # fmt: skip
        given = self._known(key, value, names)
        if ("from" in given) + ("const" in given) + ("direct" in given) != 1:
            self._wrong(key, "must have exactly one of from, const and direct")
        sources = given.get("from", given.get("direct", []))
        listed = [sources] if isinstance(sources, str) else sources
        if not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
            self._wrong(f"{key}.from", "must be a source or a list of sources")
        if "direct" in given and len(listed) != 2:
            self._wrong(f"{key}.direct", "must name the two ends")
        table = given.get("map", {})
        if not isinstance(table, dict):
            self._wrong(f"{key}.map", "must be a table of values")
        self._form(key, given)
        if type_ != MOMENT and ("format" in given or "zone" in given):
            self._wrong(f"{key}.format", "belongs to a time, and this field is none")
        if type_ != AMOUNT and type_ not in _NUMBERS and ("decimal" in given or "thousands" in given):
            self._wrong(f"{key}.decimal", "belongs to a number, and this field is none")
        if type_ != TEXTS and "split" in given:
            self._wrong(f"{key}.split", "belongs to a list, and this field is none")
        for name in ("sign", "stated"):
            if not isinstance(given.get(name, False), bool):
                self._wrong(f"{key}.{name}", "must be true or false")
        if given.get("sign") and not key.endswith(".direction"):
            self._wrong(f"{key}.sign", "belongs to a direction, and this field is none")
        scale = given.get("scale", 1)
        if type(scale) is not int or not 0 < scale <= 10**9:
            self._wrong(f"{key}.scale", "must be a whole number from 1")
        whole = {**defaults, **given}
        return FieldSpec(
            sources=tuple(listed),
            constant=given.get("const"),
            join=str(given.get("join", " ")),
            table=tuple((str(one), plain(meaning)) for one, meaning in table.items()),
            default=None if "default" not in given else plain(given["default"]),
            split=self._maybe(f"{key}.split", given.get("split")),
            time=TimeForm(whole.get("format", "iso"), whole.get("zone"), given.get("stated", False)),
            sign=given.get("sign", False),
            decimal=whole.get("decimal", "."),
            thousands=whole.get("thousands", ""),
            direct="direct" in given,
            scale=scale,
        )


def plain(value: Any) -> str:
    """A value of TOML or of a record in the notation that mappings compare: `true`, `12`, `text`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _optional(kind: type[Trace], name: str) -> bool:
    from dataclasses import MISSING

    one = next(one for one in fields(kind) if one.name == name)
    return one.default is not MISSING and "None" in str(one.type)


_NUMBERS: Final = tuple(
    {one.metadata["type"] for kind in KINDS.values() for one in fields(kind)} - {MOMENT, AMOUNT, TEXTS}
)
