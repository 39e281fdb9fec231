"""Words about grades: what each letter and digit of a scheme means (`ledger/grading.py`)."""

from __future__ import annotations

from safelight.access.neutral import visible
from safelight.messages import _


def source(scheme: str, letter: str) -> str:
    """Reliability of a source."""
    if scheme == "5x5x5":
        words = {
            "A": _("A always reliable"), "B": _("B mostly reliable"), "C": _("C sometimes reliable"),
            "D": _("D unreliable"), "E": _("E untested source"), "X": _("X not graded"),
        }  # fmt: skip
    else:
        words = {
            "A": _("A reliable"), "B": _("B usually reliable"), "C": _("C fairly reliable"),
            "D": _("D not reliable"), "X": _("X cannot be judged"),
        }  # fmt: skip
    return words.get(letter, visible(letter))


def content(scheme: str, digit: str) -> str:
    """Credibility of information."""
    if scheme == "5x5x5":
        words = {
            "1": _("1 known to be true"), "2": _("2 known to the source, not to the officer"),
            "3": _("3 not known to the source, corroborated"), "4": _("4 cannot be judged"),
            "5": _("5 suspected to be false"), "X": _("X not graded"),
        }  # fmt: skip
    else:
        words = {
            "1": _("1 confirmed"), "2": _("2 probably true"), "3": _("3 possibly true"), "4": _("4 doubtful"),
            "X": _("X cannot be judged"),
        }  # fmt: skip
    return words.get(digit, visible(digit))


def handling(code: str) -> str:
    """To whom information may go (5x5x5)."""
    return {
        "1": _("1 police and prosecutors, also in the EEA"), "2": _("2 parties that do not prosecute, on record"),
        "3": _("3 police outside the EEA, on conditions"), "4": _("4 within the own force only"),
        "5": _("5 to nobody without asking where it comes from"), "": _("not graded"),
    }.get(code, visible(code))  # fmt: skip
