"""What is true, as Parquet and JSON beside the evidence: written while the files are written, so that both say the same.

`messages`, `calls`, `transfers` are what happened; `message_files`, `call_files`, `transfer_files` and `account_files` say
what of it lies in which file, with the time, name and text that stand there. Times are UTC microseconds; `wall` is what a
file shows that states no zone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from safelight.scenario.world import Call, FilePlan, Message, Plan, State, Transfer, World

_BATCH = 50_000
_TEXT, _BIG, _UTC, _WALL = pa.string(), pa.int64(), pa.timestamp("us", "UTC"), pa.timestamp("us")
_FILE = [("exhibit", _TEXT), ("source", _TEXT), ("path", _TEXT), ("format", _TEXT)]
_STATED = [("utc", _UTC), ("wall", _WALL), ("precision_us", _BIG)]
_WHO = [("network", _TEXT), ("instance", _TEXT)]

_TABLES = {
    "persons": pa.schema(
        [
            ("person", _BIG),
            ("name", _TEXT),
            ("language", _TEXT),
            ("zone", _TEXT),
            ("of_interest", pa.bool_()),
            ("wakes", pa.float64()),
            ("sleeps", pa.float64()),
            ("city", _TEXT),
            ("phone", _TEXT),
            ("mail", _TEXT),
        ]
    ),
    "accounts": pa.schema(
        [("account", _BIG), *_WHO, ("native_id", _TEXT), ("owners", pa.list_(_BIG)), ("user", _TEXT)]
    ),
    "account_names": pa.schema([("account", _BIG), ("since", _UTC), ("name", _TEXT)]),
    "conversations": pa.schema(
        [
            ("conversation", _BIG),
            *_WHO,
            ("native_id", _TEXT),
            ("kind", _TEXT),
            ("title", _TEXT),
            ("members", pa.list_(_BIG)),
            ("language", _TEXT),
            ("lines", _BIG),
        ]
    ),
    "messages": pa.schema(
        [
            ("message", _BIG),
            ("conversation", _BIG),
            ("sender", _BIG),
            ("sent", _UTC),
            ("kind", _TEXT),
            ("text", _TEXT),
            ("native_id", _TEXT),
            ("reply_to", _BIG),
            ("edited", _UTC),
            ("deleted", _UTC),
            ("media", _TEXT),
        ]
    ),
    "message_files": pa.schema(
        [
            ("message", _BIG),
            *_FILE,
            *_WHO,
            ("conversation", _TEXT),
            ("sender", _TEXT),
            ("sender_name", _TEXT),
            *_STATED,
            ("text", _TEXT),
            ("state", _TEXT),
        ]
    ),
    "calls": pa.schema(
        [
            ("call", _BIG),
            ("conversation", _BIG),
            ("caller", _BIG),
            ("others", pa.list_(_BIG)),
            ("kind", _TEXT),
            ("started", _UTC),
            ("seconds", _BIG),
            ("answered", pa.bool_()),
            ("native_id", _TEXT),
        ]
    ),
    "call_files": pa.schema(
        [("call", _BIG), *_FILE, *_WHO, ("caller", _TEXT), *_STATED, ("seconds", pa.float64())]
    ),
    "transfers": pa.schema(
        [
            ("transfer", _BIG),
            ("sender", _BIG),
            ("receiver", _BIG),
            ("amount", pa.decimal128(20, 4)),
            ("currency", _TEXT),
            ("time", _UTC),
            ("reference", _TEXT),
            ("native_id", _TEXT),
            ("channel", _TEXT),
            ("session", _BIG),
        ]
    ),
    "transfer_files": pa.schema(
        [("transfer", _BIG), *_FILE, ("amount", pa.decimal128(20, 4)), ("currency", _TEXT), *_STATED]
    ),
    "account_files": pa.schema([("account", _BIG), *_FILE, *_WHO, ("native_id", _TEXT), ("name", _TEXT)]),
    "sessions": pa.schema(
        [
            ("session", _BIG),
            ("host", _BIG),
            ("guests", pa.list_(_BIG)),
            ("conversation", _BIG),
            ("call", _BIG),
            ("transfers", pa.list_(_BIG)),
            ("start", _UTC),
            ("end", _UTC),
        ]
    ),
    "relations": pa.schema([("one", _BIG), ("other", _BIG), ("kind", _TEXT), ("since", _UTC)]),
    "devices": pa.schema(
        [
            ("device", _BIG),
            ("person", _BIG),
            ("kind", _TEXT),
            ("model", _TEXT),
            ("serial", _TEXT),
            ("zone", _TEXT),
            ("clock_error_us", _BIG),
            ("clock_from", _UTC),
            ("clock_to", _UTC),
            ("accounts", pa.list_(_BIG)),
        ]
    ),
}


class Truth:
    """Writes `truth/`; is the `Record` of the writers. Memory holds one batch a table."""

    def __init__(self, folder: Path, world: World) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._world = folder, world
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _TABLES}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._seen: set[tuple[str, int, str | None]] = set()
        self.source = ""
        """The container whose files are being written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in _TABLES:
            self._flush(name)
            self._writers[name].close()

    def start(self, source: str) -> None:
        """From here on, files belong to that container."""
        self.source = source
        self._seen.clear()

    def message(
        self,
        plan: FilePlan,
        path: str,
        message: Message,
        *,
        sender: str | None,
        sender_name: str | None,
        utc_us: int | None,
        wall_us: int | None,
        text: str | None,
        state: State = "live",
        conversation: str | None = None,
        precision_us: int | None = None,
    ) -> None:
        """See `world.Record`."""
        talk = self._world.conversations[message.conversation]
        self._add(
            "message_files",
            (
                message.id,
                plan.exhibit,
                self.source,
                path,
                plan.format,
                talk.network,
                talk.instance,
                talk.native_id if conversation is None else conversation,
                sender,
                sender_name,
                utc_us,
                wall_us,
                plan.precision_us if precision_us is None else precision_us,
                text,
                state,
            ),
        )
        if sender is not None:
            self.account(plan, path, message.sender, sender_name)

    def call(
        self, plan: FilePlan, path: str, call: Call, *, utc_us: int | None, wall_us: int | None, seconds: float | None
    ) -> None:  # fmt: skip
        """See `world.Record`."""
        talk = self._world.conversations[call.conversation]
        caller = self._world.accounts[call.caller].native_id
        where = (plan.exhibit, self.source, path, plan.format)
        stated = (utc_us, wall_us, plan.precision_us)
        self._add("call_files", (call.id, *where, talk.network, talk.instance, caller, *stated, seconds))

    def transfer(
        self, plan: FilePlan, path: str, transfer: Transfer, *, utc_us: int | None, wall_us: int | None
    ) -> None:
        """See `world.Record`."""
        where = (plan.exhibit, self.source, path, plan.format)
        stated = (utc_us, wall_us, plan.precision_us)
        self._add("transfer_files", (transfer.id, *where, transfer.amount, transfer.currency, *stated))

    def account(self, plan: FilePlan, path: str, account: int, name: str | None) -> None:
        """See `world.Record`; each name of an account is written down once a file."""
        key = (path, account, name)
        if key in self._seen:
            return
        self._seen.add(key)
        one = self._world.accounts[account]
        where = (plan.exhibit, self.source, path, plan.format)
        self._add("account_files", (account, *where, one.network, one.instance, one.native_id, name))

    def world(self) -> None:
        """Everything that happened, messages last."""
        world = self._world
        self._all("persons", (tuple(_flat(person)) for person in world.persons))
        self._all(
            "accounts",
            ((a.index, a.network, a.instance, a.native_id, a.owners, a.user) for a in world.accounts),
        )
        self._all("account_names", ((a.index, n.since_us, n.name) for a in world.accounts for n in a.names))
        self._all(
            "conversations",
            (
                (c.index, c.network, c.instance, c.native_id, c.kind, c.title, c.members, c.language, c.count)
                for c in world.conversations
            ),
        )
        self._all("calls", (tuple(_flat(call)) for call in world.calls))
        self._all("transfers", (tuple(_flat(transfer)) for transfer in world.transfers))
        self._all("sessions", (tuple(_flat(session)) for session in world.sessions))
        self._all("relations", (tuple(_flat(relation)) for relation in world.relations))
        self._all("devices", (tuple(_flat(device)) for device in world.devices))
        for conversation in world.conversations:
            for m in world.messages(conversation.index):
                media = m.media.name if m.media else None
                row = (m.id, m.conversation, m.sender, m.sent_us, m.kind, m.text, m.native_id)
                self._add("messages", (*row, m.reply_to, m.edited_us, m.deleted_us, media))

    def plan(self, plan: Plan) -> None:
        """`exhibits.json`: exhibits with their sources and files, gaps, windows and clocks."""
        exhibits = []
        for exhibit in plan.exhibits:
            sources = [
                {
                    "path": container.path,
                    "packer": container.packer,
                    "files": [_described(file) for file in container.files],
                }
                for container in exhibit.containers
            ]
            exhibits.append(
                {
                    "number": exhibit.number,
                    "label": exhibit.label,
                    "person": exhibit.person,
                    "sources": sources,
                }
            )
        text = json.dumps(exhibits, ensure_ascii=False, indent=1)
        (self._folder / "exhibits.json").write_text(text + "\n", "utf-8")

    def _all(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            self._add(name, row)

    def _add(self, name: str, row: tuple[Any, ...]) -> None:
        rows = self._rows[name]
        rows.append(row)
        if len(rows) >= _BATCH:
            self._flush(name)

    def _flush(self, name: str) -> None:
        schema = _TABLES[name]
        writer = self._writers.get(name)
        if writer is None:
            path = self._folder / f"{name}.parquet"
            writer = self._writers[name] = pq.ParquetWriter(path, schema, compression="zstd")
        rows, self._rows[name] = self._rows[name], []
        if rows:
            columns = zip(*rows, strict=True)
            arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _flat(one: Any) -> Iterable[Any]:
    """The fields of a record in their order."""
    return (getattr(one, name) for name in one.__slots__)


def _described(file: FilePlan) -> dict[str, Any]:
    return {
        "path": file.path,
        "format": file.format,
        "owner": file.owner,
        "device": file.device.index if file.device else None,
        "conversations": list(file.conversations),
        "calls": list(file.calls),
        "transfers": len(file.transfers),
        "window": file.window,
        "gaps": file.gaps,
        "removed": {str(id_): how for id_, how in sorted(file.removed.items())},
        "zone": file.zone,
        "options": dict(file.options),
    }
