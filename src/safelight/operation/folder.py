"""The operation's folder on disk. Every path inside it is named here and nowhere else.

operation.toml        settings (operation/settings.py)
ledger/ledger.sqlite  decisions, custody, audit; ledger/head.log repeats the chain's head after each commit
ledger/ledger.url     in its place, where the ledger is in PostgreSQL: its address without a password
catalog/journal.sqlite, catalog/parts/<table>/<part>.parquet
known/                indexes of hash sets
index/                full-text index, made from the catalog; `index/current` names the one in use
identities/           what the last whole weighing of accounts, and the last run of roles, left behind for the next
keys/                 the operation's key, wrapped
privileged/           what is held for a reviewer, encrypted to that person's key
spool/                work under way; empty between runs
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safelight.errors import NotAnOperation


@dataclass(frozen=True, slots=True)
class OperationFolder:
    """Paths of one operation; touching nothing until asked."""

    root: Path

    @property
    def settings(self) -> Path:
        return self.root / "operation.toml"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger" / "ledger.sqlite"

    @property
    def ledger_url(self) -> Path:
        return self.root / "ledger" / "ledger.url"

    @property
    def head_log(self) -> Path:
        return self.root / "ledger" / "head.log"

    @property
    def journal(self) -> Path:
        return self.root / "catalog" / "journal.sqlite"

    @property
    def parts(self) -> Path:
        return self.root / "catalog" / "parts"

    @property
    def known(self) -> Path:
        return self.root / "known"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def identities(self) -> Path:
        return self.root / "identities"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def privileged(self) -> Path:
        return self.root / "privileged"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def lock(self) -> Path:
        return self.root / "run.lock"

    def make(self) -> None:
        """Create the folders, each readable by the owner alone (0700)."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        stores = (self.ledger.parent, self.journal.parent, self.parts, self.known, self.keys, self.spool)
        for path in (self.root, *stores):
            path.mkdir(mode=0o700, exist_ok=True)
            path.chmod(0o700)


def open_folder(root: Path) -> OperationFolder:
    """The folder of an existing operation. Raises NotAnOperation where there is none."""
    folder = OperationFolder(root.absolute())
    if not folder.settings.is_file() or not (folder.ledger.is_file() or folder.ledger_url.is_file()):
        raise NotAnOperation(
            f"{root} is not a Safelight operation.",
            f"Make one with `safelight init {root}` or name another folder.",
        )
    return folder
