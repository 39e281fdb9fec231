"""A small operation whose traces a test writes one by one, straight into the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from safelight.catalog.catalog import Catalog
from safelight.identities.gather import gather
from safelight.identities.model import Bench
from safelight.ledger import clocks, exhibits
from safelight.ledger.identities import standing
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import account_id, conversation_id
from safelight.traces.networks import direct, normal
from tests.intake.operations import Operation

SECOND = 1_000_000
DAY = 86_400
#: Monday, 4 January 2016, 00:00 UTC.
BEGIN = 1_451_865_600


class Seized:
    """Traces go in by `write`, which gives the trace id; times are seconds after BEGIN (None: the zone is not known)."""

    def __init__(self, folder: OperationFolder, catalog: Catalog, ledger: Ledger, exhibit: str) -> None:
        self.folder, self.catalog, self.ledger, self.exhibit = folder, catalog, ledger, exhibit
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._count = 0

    def write(self, table: str, network: str, *, item: str = "i1", **columns: Any) -> str:
        """One trace of a table with its columns; ids of accounts and conversations are added."""
        self._count += 1
        row: dict[str, Any] = {
            "trace_id": f"t1-{self._count:04}", "item_id": item, "source_id": f"s-{item}", "exhibit": self.exhibit,
            "parser": "club", "version": 1, "place": f"line {self._count}", "network": network, "state": "live",
        }  # fmt: skip
        for name, value in columns.items():
            if name in ("at", "sent", "since", "started", "time", "added"):
                row[name] = moment(value)
            else:
                row[name] = value
            if name in ("account", "sender", "receiver", "caller", "owner", "contact") and isinstance(
                value, str
            ):
                row[f"{name}_id"] = self.id(network, value)
            elif name in ("recipients", "participants", "members") and value is not None:
                row[f"{name}_id"] = [self.id(network, one) for one in value]
            elif name == "conversation":
                row["conversation_id"] = conversation_id(network, None, value)
        self._rows.setdefault(table, []).append(row)
        return str(row["trace_id"])

    def id(self, network: str, native: str) -> str:
        """The id of an account."""
        return account_id(network, None, normal(network, native))

    def says(self, network: str, sender: str, to: str, text: str, at: int | None = 0, **more: Any) -> str:
        """A message in a private chat."""
        talk = more.pop("conversation", None) or direct(network, sender, to)
        more.setdefault("kind", "text")
        return self.write(
            "messages", network, conversation=talk, sender=normal(network, sender), text=text, sent=at, **more
        )

    def named(self, network: str, account: str, name: str, kind: str = "display name", **more: Any) -> str:
        """A name that an account carried."""
        profile = more.pop("profile", None)
        text = orjson.dumps(profile).decode() if profile is not None else None
        return self.write(
            "accounts",
            network,
            account=normal(network, account),
            name=name,
            name_kind=kind,
            profile=text,
            **more,
        )

    def store(self) -> None:
        """Put all that was written since the last time into the catalog."""
        rows, self._rows = self._rows, {}
        self.catalog.write(f"rows-{self._count}", rows, made_by={"test": "1"})

    def bench(self) -> Bench:
        """The bench of all that is stored, with decisions."""
        if self._rows:
            self.store()
        made = Bench()
        gather(made, self.catalog, standing(self.ledger).tenures, clocks.every(self.ledger))
        return made

    def table(self, bench: Bench, name: str, *columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Rows of a bench's table with the account's network and native id in front."""
        wanted = "".join(f', x."{column}"' for column in columns)
        return bench.db.execute(
            f"select t.network || ' ' || t.native{wanted} from {name} x join tenures t using (tenure) where {where} "
            f"order by all"
        ).fetchall()


def moment(second: int | None) -> Mapping[str, Any] | None:
    """A time in UTC; without a zone where none is given."""
    if second is None:
        return {"utc": None, "wall": BEGIN * SECOND, "text": "", "basis": "unknown"}
    us = (BEGIN + second) * SECOND
    return {"utc": us, "wall": us, "text": "", "basis": "stated"}


@contextmanager
def seized(tmp_path: Path) -> Iterator[Seized]:
    """A new operation with one exhibit."""
    operation = Operation(tmp_path / "op").make()
    folder = OperationFolder(operation.root)
    with Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        yield Seized(folder, catalog, ledger, exhibits.find(ledger, "2016-0142-A1").key)


def attached(*files: Mapping[str, Any]) -> str:
    """The column `attachments`."""
    return orjson.dumps([dict(one) for one in files]).decode()


def us(second: int) -> int:
    """Microseconds UTC of a second after BEGIN."""
    return (BEGIN + second) * SECOND


__all__: Sequence[str] = ("BEGIN", "DAY", "SECOND", "Seized", "attached", "moment", "seized", "us")
