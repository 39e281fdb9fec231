"""A process to be killed: writes numbered batches and compacts in between, until it is done. Run with a folder.

The same folder again goes on: every batch is sent from the beginning, as a resumed intake would.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa

from safelight.catalog import compaction
from tests.catalog.rows import MADE_BY, container, open_catalog

BATCHES = 40


def main(folder: Path) -> None:
    compaction.FAN = (6, 3)
    with open_catalog(folder) as catalog:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        catalog.sweep(grace_seconds=0, alone=True)
        for batch in range(BATCHES):
            rows = [container(batch * 5 + number) for number in range(5)]
            catalog.write(f"b1-{batch}", {"containers": rows, "volumes": [{"start": batch}]}, made_by=MADE_BY)
            catalog.maybe_compact()
            if batch % 20 == 19:
                keys = pa.table({"children": [batch * 5 + 1]})
                catalog.supersede(f"b1-drop-{batch}", {"containers": keys}, made_by=MADE_BY)
                catalog.compact(force=True)
                catalog.sweep(grace_seconds=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
