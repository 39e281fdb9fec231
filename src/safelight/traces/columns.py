"""How tables of the catalog are described: columns with description, unit and source."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

MOMENT = pa.struct(
    [
        pa.field("utc", pa.timestamp("us", "UTC")),
        pa.field("wall", pa.timestamp("us")),
        pa.field("text", pa.string()),
        pa.field("basis", pa.string()),
        pa.field("assumed_by", pa.string()),
    ]
)
AMOUNT = pa.decimal128(20, 4)
TEXTS = pa.list_(pa.string())


@dataclass(frozen=True)
class Column:
    """One column: Arrow type, description, unit ("" for none) and where the value comes from."""

    name: str
    type: pa.DataType
    doc: str
    unit: str = ""
    source: str = ""


@dataclass(frozen=True)
class Table:
    """One table. `sort` is the order of compacted parts; a heavy one (large rows) is joined without
    sorting.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...]
    heavy: bool = False

    @property
    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])
