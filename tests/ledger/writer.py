"""A process that appends until it is killed: `python -m tests.ledger.writer OPERATION NAME [COUNT]`.

Prints each entry's number once it is committed.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from safelight.ledger.entry import Draft
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder


def main(root: str, name: str, limit: str = "") -> None:
    with Ledger.open(OperationFolder(Path(root))) as ledger:
        for number in range(int(limit)) if limit else count():
            drafts = [
                Draft("note.written", {"text": f"{name}.{number}.{part}"}, "decision", name, (name,))
                for part in range(2)
            ]
            for entry in ledger.append_many(drafts):
                sys.stdout.write(f"{entry.seq}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
