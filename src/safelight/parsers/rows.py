"""From traces to Arrow tables of the catalog: columns filled as traces come, ids computed once an account.

Python objects cost a microsecond each and Arrow's columns nothing, so rows are never made: a trace's fields go straight
into lists by column, lists become Arrow every few thousand traces, and what is computed from a column (ids) is computed
once for each different value in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from safelight.parsers.model import Block
from safelight.traces.columns import MOMENT, TEXTS
from safelight.traces.ids import account_id, conversation_id, trace_prefix
from safelight.traces.model import ACCOUNTS, CONVERSATION, TRACES, Trace
from safelight.traces.moment import Moment
from safelight.traces.networks import own_account, own_conversation
from safelight.traces.schema import id_column

#: Traces of one type that become one Arrow batch.
BATCH_ROWS = 8192


@dataclass(frozen=True, slots=True)
class Origin:
    """What all traces of one parser from one item share."""

    item_id: str
    source_id: str
    exhibit: str
    parser: str
    version: int
    variant: str
    seen_on: str
    mapping: str | None = None


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    type: pa.DataType
    names: str
    constant: pa.Scalar
    """The field's default."""


@dataclass(frozen=True, slots=True)
class _Kind:
    fields: tuple[_Field, ...]
    values: Callable[[Any], tuple[Any, ...]]


def _kind(cls: type[Trace]) -> _Kind:
    own = tuple(
        _Field(
            one.name,
            one.metadata["type"],
            one.metadata["names"],
            pa.scalar(None if one.default is MISSING else one.default, one.metadata["type"]),
        )
        for one in fields(cls)
    )
    return _Kind(own, attrgetter(*(one.name for one in own)))


_KINDS = {cls: _kind(cls) for cls in TRACES}


class Rows:
    """The traces of one parser from one item, as Arrow tables by catalog table."""

    def __init__(self, origin: Origin, batch_rows: int = BATCH_ROWS) -> None:
        self.origin = origin
        self.count = 0
        self._batch_rows = batch_rows
        self._waiting: dict[type[Trace], list[tuple[Any, ...]]] = {}
        self._prefixes = {cls: trace_prefix(origin.item_id, origin.parser, cls.letter) for cls in TRACES}
        self._constants = _Constants()
        self._shared = {
            "item_id": _text(origin.item_id),
            "source_id": _text(origin.source_id),
            "exhibit": _text(origin.exhibit),
            "parser": _text(origin.parser),
            "version": pa.scalar(origin.version, pa.int32()),
            "variant": _text(origin.variant),
            "seen_on": _text(origin.seen_on),
            "mapping": pa.scalar(origin.mapping, pa.string()),
        }
        self._accounts: dict[tuple[str, str | None, str], str] = {}
        self._conversations: dict[tuple[str, str | None, str], str] = {}

    def add(self, trace: Trace) -> Iterator[tuple[str, pa.Table]]:
        """Take one trace; gives a table's name and rows when a batch is full."""
        cls = type(trace)
        rows = self._waiting.setdefault(cls, [])
        rows.append(_KINDS[cls].values(trace))
        if len(rows) >= self._batch_rows:
            yield self._made(cls)

    def add_block(self, block: Block) -> Iterator[tuple[str, pa.Table]]:
        """Take a block: rows in the order of what came before it."""
        if self._waiting.get(block.kind):
            yield self._made(block.kind)
        length = next(len(one) for one in block.columns.values() if not isinstance(one, pa.Scalar))
        columns = {one.name: block.columns.get(one.name, one.constant) for one in _KINDS[block.kind].fields}
        yield block.kind.table, self._table(block.kind, columns, length)

    def rest(self) -> Iterator[tuple[str, pa.Table]]:
        """What is left at the end."""
        for cls, rows in self._waiting.items():
            if rows:
                yield self._made(cls)

    def _made(self, cls: type[Trace]) -> tuple[str, pa.Table]:
        rows, self._waiting[cls] = self._waiting[cls], []
        names = [one.name for one in _KINDS[cls].fields]
        return cls.table, self._table(cls, dict(zip(names, zip(*rows, strict=True), strict=True)), len(rows))

    def _table(self, cls: type[Trace], columns: dict[str, Any], length: int) -> pa.Table:
        self.count += length
        fields_ = _KINDS[cls].fields
        found = {one.name: _column(columns[one.name], one.type) for one in fields_}
        found["instance"] = _scoped(_plain(found["instance"]), f"?{self.origin.source_id}")
        arrays: dict[str, Any] = {
            "trace_id": _trace_ids(
                self._prefixes[cls], _plain(self._constants.array(found["place"], length)), found["ordinal"]
            )
        }
        for name, value in self._shared.items():
            arrays[name] = self._constants.array(value, length)
        networks, instances = _Coded(found["network"], length), _Coded(found["instance"], length)
        for one in fields_:
            arrays[one.name] = _plain(self._constants.array(found[one.name], length))
            if one.names:
                ids = self._ids(one.names, networks, instances, found[one.name], length)
                arrays[id_column(one.name)] = self._constants.array(ids, length)
        return pa.table(arrays)

    def _ids(self, names: str, networks: _Coded, instances: _Coded, values: Any, length: int) -> Any:
        make = self._conversation if names == CONVERSATION else self._account
        single = len(networks.values) == 1 == len(instances.values)
        if names == ACCOUNTS:
            if isinstance(values, pa.Scalar) and not values.is_valid:
                return pa.scalar(None, TEXTS)
            if single and isinstance(values, pa.ListArray) and values.offset == 0:
                network, instance = networks.values[0], instances.values[0]
                coded = values.values.dictionary_encode()
                ids = [
                    None if v is None else make((network, instance, v)) for v in coded.dictionary.to_pylist()
                ]
                each = pa.array(ids, pa.string()).take(coded.indices)
                return pa.ListArray.from_arrays(values.offsets, each, mask=values.is_null())
            listed = _Coded(values, length).rows() if isinstance(values, pa.Scalar) else values.to_pylist()
            rows = zip(networks.rows(), instances.rows(), listed, strict=True)
            return pa.array(
                [None if v is None else [make((n, i, one)) for one in v] for n, i, v in rows], TEXTS
            )
        if single:
            network, instance = networks.values[0], instances.values[0]
            if isinstance(values, pa.Scalar):
                value = values.as_py()
                return pa.scalar(value and make((network, instance, value)), pa.string())
            coded = values.dictionary_encode()
            ids = [v and make((network, instance, v)) for v in coded.dictionary.to_pylist()]
            return pa.array(ids, pa.string()).take(coded.indices)
        rows = zip(networks.rows(), instances.rows(), _Coded(values, length).rows(), strict=True)
        return pa.array([v and make((n, i, v)) for n, i, v in rows], pa.string())

    def _account(self, key: tuple[str, str | None, str]) -> str:
        found = self._accounts.get(key)
        if found is None:
            network, instance, native = key
            scope = f"?{self._narrowest(native)}" if own_account(network, native) else instance
            found = self._accounts[key] = account_id(network, scope, native)
            if len(self._accounts) > 500_000:
                self._accounts.clear()
        return found

    def _narrowest(self, native: str) -> str:
        """Row numbers mean something in their own file alone; what else is makeshift, in its source."""
        return self.origin.item_id if native.startswith("local:") else self.origin.source_id

    def _conversation(self, key: tuple[str, str | None, str]) -> str:
        found = self._conversations.get(key)
        if found is None:
            network, instance, native = key
            scope = f"?{self._narrowest(native)}" if own_conversation(native) else instance
            found = self._conversations[key] = conversation_id(network, scope, native)
            if len(self._conversations) > 500_000:
                self._conversations.clear()
        return found


def _text(value: str) -> pa.Scalar:
    """Arrow guesses the type of a bare Python value, and looks for a package that may be missing, at every call."""
    return pa.scalar(value, pa.string())


#: Values whose columns are kept for the next batch.
_MOST_CONSTANTS: Final = 200
_FALSE: Final = pa.scalar(False, pa.bool_())
_ZERO: Final = pa.scalar(0, pa.int32())


class _Coded:
    """A column of few different values: most columns of networks hold a single one."""

    def __init__(self, column: Any, length: int) -> None:
        self._length = length
        self._coded = None if isinstance(column, pa.Scalar) else _plain(column).dictionary_encode("encode")
        self.values: list[Any] = (
            [column.as_py()] if self._coded is None else self._coded.dictionary.to_pylist()
        )

    def rows(self) -> list[Any]:
        return self.values * self._length if self._coded is None else self._coded.to_pylist()


def _plain(column: Any) -> Any:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


class _Constants:
    """Columns of one value, cut from a longer one that was made before."""

    def __init__(self) -> None:
        self._made: dict[tuple[pa.DataType, Any], Any] = {}

    def array(self, column: Any, length: int) -> Any:
        """The column; a scalar becomes an array."""
        if not isinstance(column, pa.Scalar):
            return column
        key = (column.type, column)
        made = self._made.get(key)
        if made is None or len(made) < length:
            if len(self._made) > _MOST_CONSTANTS:
                self._made.clear()
            made = self._made[key] = pa.repeat(column, length)
        return made.slice(0, length)


def _scoped(instances: Any, source: str) -> Any:
    """Where an item does not say which one of several networks it is, the source keeps accounts apart."""
    if isinstance(instances, pa.Scalar):
        return _text(source) if instances.as_py() == "?" else instances
    return pc.if_else(pc.fill_null(pc.equal(instances, _text("?")), _FALSE), _text(source), instances)


def _trace_ids(prefix: str, places: Any, ordinals: Any) -> Any:
    """`traces.ids.trace_id` for a column."""
    ids = pc.binary_join_element_wise(_text(f"{prefix}:"), places, _text(""))
    first = pc.equal(ordinals, _ZERO)
    if (first if isinstance(first, pa.Scalar) else pc.all(first)).as_py():
        return ids
    counted = pc.binary_join_element_wise(ids, pc.cast(ordinals, pa.string()), _text("#"))
    return pc.if_else(first, ids, counted)


def _column(values: Any, type_: pa.DataType) -> Any:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array | pa.Scalar):
        coded = pa.types.is_dictionary(values.type) and values.type.value_type == type_
        return values if coded or values.type == type_ else values.cast(type_)
    if type_ == MOMENT:
        return moments(values)
    return pa.array(values, type_)


def moments(values: Sequence[Moment | None]) -> pa.Array:
    """Moments as an Arrow struct array."""
    if not any(values):
        return pa.nulls(len(values), MOMENT)
    children = [
        pa.array([m and m.utc_us for m in values], pa.timestamp("us", "UTC")),
        pa.array([m and m.wall_us for m in values], pa.timestamp("us")),
        pa.array([m and m.text for m in values], pa.string()),
        pa.array([m and m.basis for m in values], pa.string()),
        pa.array([m and m.assumed_by for m in values], pa.string()),
    ]
    return pa.StructArray.from_arrays(
        children, fields=list(MOMENT), mask=pa.array([m is None for m in values], pa.bool_())
    )
