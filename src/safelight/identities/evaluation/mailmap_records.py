"""Authors of a public project (`realdata/mailmap`): names and addresses of commits, and who is who by its `.mailmap`."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from safelight.identities.model import Bench

#: gitmailmap(5): proper name and address, then the name and address of the commit; what follows is ignored.
_LINE = re.compile(r"(?P<name>[^<#]*)<(?P<mail>[^>]*)>(?:(?P<old_name>[^<]*)<(?P<old_mail>[^>]*)>)?")
_NOREPLY = "users.noreply.github.com"


@dataclass(frozen=True, slots=True)
class Author:
    """One name with one address, as commits state them."""

    name: str
    mail: str
    person: str
    """The proper name in lower case: two people of one proper name are one here, as in the published target."""
    entry: str
    """Proper name and proper address: the stricter truth."""

    @property
    def local(self) -> str:
        """The address before the @: at GitHub's noreply addresses the user name, elsewhere without what follows a +."""
        local, _at, host = self.mail.lower().partition("@")
        return local.rpartition("+")[2] if host == _NOREPLY else local.partition("+")[0]

    @property
    def host(self) -> str:
        """The address behind the @."""
        return self.mail.lower().rpartition("@")[2] if "@" in self.mail else ""

    @property
    def address(self) -> str:
        """The address in one form: GitHub's with and without the user's number are one."""
        return f"{self.local}@{self.host}"


def read(folder: Path) -> list[Author]:
    """All authors, sorted. Raises OSError."""
    proper = _proper((folder / "sympy.mailmap").read_text(encoding="utf-8").splitlines())
    with gzip.open(folder / "sympy.commits.tsv.gz", "rt", encoding="utf-8", errors="replace") as stream:
        seen = sorted(
            {(fields[0], fields[1]) for line in stream if len(fields := line.rstrip("\n").split("\t")) > 1}
        )
    made = []
    for name, mail in seen:
        found = (
            proper.get((name.lower(), mail.lower())) or proper.get(("", mail.lower())) or ("", mail.lower())
        )
        known = found[0] or name
        made.append(Author(name, mail, known.lower(), f"{known.lower()} <{found[1]}>"))
    return made


def _proper(lines: Sequence[str]) -> Mapping[tuple[str, str], tuple[str, str]]:
    """(name or nothing, address) of commits -> proper name and address."""
    found = {}
    for line in lines:
        told = None if line.lstrip().startswith("#") else _LINE.match(line)
        if told is None:
            continue
        name, mail = told["name"].strip(), told["mail"].strip().lower()
        old_name, old_mail = (
            (told["old_name"] or "").strip().lower(),
            (told["old_mail"] or mail).strip().lower(),
        )
        found[(old_name, old_mail)] = (name, mail)
    return found


def bench(authors: Sequence[Author], *, locals_too: bool) -> Bench:
    """The authors as tenures of one network, with their names and, if wanted, the locals of their addresses as names."""
    made = Bench()
    made.add("tenures", [
        {"tenure": n, "id": f"{n:06}", "account_id": f"{n:06}", "network": "git", "native": str(n)}
        for n in range(len(authors))
    ])  # fmt: skip
    names = [{"tenure": n, "name": one.name, "kind": "full name"} for n, one in enumerate(authors)]
    if locals_too:
        names += [
            {"tenure": n, "name": one.local, "kind": "e-mail"} for n, one in enumerate(authors) if one.local
        ]
    made.add("names", names)
    made.add("identifiers", [
        {"tenure": n, "kind": "email", "value": one.address, "basis": "own", "uses": 1} for n, one in enumerate(authors)
    ])  # fmt: skip
    return made


def hosts(authors: Sequence[Author]) -> Counter[str]:
    """How many authors have an address at each host."""
    return Counter(one.host for one in authors)
