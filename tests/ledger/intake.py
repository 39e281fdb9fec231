"""A process that works on an operation until it is ended: `python -m tests.ledger.intake OPERATION`.

It registers sources, commits batches of their items, records runs with the journal's head, compacts and
sweeps at once.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from safelight.catalog.catalog import Catalog
from safelight.ledger import runs, sources
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder

ROWS = 3


def main(root: str) -> None:
    folder = OperationFolder(Path(root))
    with Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        for turn in count():
            source = sources.register(
                ledger, "A1", f"disk {turn}", Path("/mnt"), "folder", {}, actor="intake"
            )
            for batch in range(4):
                rows = [
                    {
                        "source_id": source.id,
                        "item_id": f"i1-{turn}-{batch}-{row}",
                        "kind": "zip",
                        "complete": True,
                    }
                    for row in range(ROWS)
                ]
                made_by = {"stage": "walk", "version": "1"}
                catalog.write(
                    f"b1-{turn}-{batch}", {"containers": rows, "volumes": [{"start": turn}]}, made_by=made_by
                )
            sequence, digest = catalog.head()
            runs.record(ledger, {"turn": turn}, f"{sequence}:{digest}", {"safelight": "0"}, "intake")
            if turn % 5 == 4:
                catalog.compact(force=True)
                catalog.sweep(grace_seconds=0.3)
            sys.stdout.write(f"{turn}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
