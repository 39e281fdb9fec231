"""What a statement rests on, out of the fields of a page's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from safelight.ledger.records import Basis


def basis_of(given: Mapping[str, str]) -> Basis:
    """Fields nature, verified, scheme, source_grade, content_grade, handling, source and reason; what is empty is not graded
    or not known. `scheme` is the one that the page showed, so that a setting changed meanwhile gives no letter another
    meaning.

    The ledger refuses what is not allowed when it is written.
    """
    return Basis(
        cast(Literal["fact", "assessment"], given.get("nature") or "fact"),
        cast(Literal["yes", "no", "unknown"], given.get("verified") or "unknown"),
        given.get("source_grade") or "X",
        given.get("content_grade") or "X",
        given.get("source", "").strip(),
        given.get("reason", "").strip(),
        scheme=given.get("scheme") or "4x4",
        handling=given.get("handling", ""),
    )
