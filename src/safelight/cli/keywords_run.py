"""`safelight keywords run`: a list of terms over all text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.analyse.keyword_list import read
from safelight.analyse.keywords import run
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.cli.working import Working


def keywords_run(
    operation: Operation,
    file: Annotated[
        Path, typer.Argument(help="UTF-8 text: a query or a /regular expression/ a line.", metavar="LIST")
    ],
    purpose: Purpose = "keyword list",
) -> None:
    """Search all text for each line of a list; the hits take the place of those of the list's last run.

    A line is read as in `safelight search`; between slashes it is a regular expression (RE2). Capitals do not matter; lines
    that begin with # are passed over.
    """
    folder = existing(operation)
    wanted = read(file)
    with Working("texts and terms") as working:
        ran = run(folder, wanted, progress=working.show)
    with (
        Door(folder, who=who(), purpose=purpose) as door,
        door.consult("keywords", f"{wanted.name} {wanted.sha256}") as look,
    ):
        found = {one.line: one for one in look.search.keywords() if one.list == wanted.name}
    rows = []
    for term in wanted.terms:
        one = found.get(term.line)
        figures = (one.texts, one.distinct, one.places) if one else (0, 0, 0)
        rows.append((term.line, term.text, *figures))
    columns = ["line", "term", "texts", "distinct", "places"]
    show("", columns, rows, right=[name for name in columns if name != "term"])
    console().print(f"{ran.hits} hits in {ran.texts} texts", markup=False)
