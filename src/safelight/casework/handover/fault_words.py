"""What `verify.py` says of a package, in the language in use: it lies in each package and says it in English."""

from __future__ import annotations

import re
from typing import Final

from safelight.messages import N_, _

#: What it says, as a pattern, and the same for the catalogue; a test holds both against its source.
_SAID: Final = tuple(
    (re.compile(pattern, re.DOTALL), text)
    for pattern, text in (
        (r"the archive", N_("the archive")),
        (r"is missing", N_("is missing")),
        (r"is missing: the package is unsigned", N_("is missing: the package is unsigned")),
        (r"is no plain file", N_("is no plain file")),
        (r"is not as it was written", N_("is not as it was written")),
        (r"was changed", N_("was changed")),
        (r"was changed: it is not what was signed", N_("was changed: it is not what was signed")),
        (r"was changed \((?P<list>[^)]*)\)", N_("was changed (%(list)s)")),
        (r"is not listed in (?P<list>.*)", N_("is not listed in %(list)s")),
        (r"states another number of files or bytes", N_("states another number of files or bytes")),
        (r"cannot be read at (?P<line>.*)", N_("cannot be read at %(line)s")),
        (r"cannot be read: (?P<why>.*)", N_("cannot be read: %(why)s")),
        (
            r"was made by a newer version \(format (?P<n>.*)\)",
            N_("was made by a newer version (format %(n)s)"),
        ),
        (r"signs something else", N_("signs something else")),
        (r"is not signed by those that it names", N_("is not signed by those that it names")),
        (r"is not signed by (?P<key>.*)", N_("is not signed by %(key)s")),
        (
            r"holds a signature of (?P<key>.*) that is not valid",
            N_("holds a signature of %(key)s that is not valid"),
        ),
        (r"does not stand in the chain: (?P<why>.*)", N_("does not stand in the chain: %(why)s")),
        (r"its head is not the one that was signed", N_("its head is not the one that was signed")),
        (r"its format is not known", N_("its format is not known")),
        (r"a hash of entry (?P<n>.*) has not 32 bytes", N_("a hash of entry %(n)s has not 32 bytes")),
        (r"entry (?P<n>\S*) does not follow", N_("entry %(n)s does not follow")),
        (r"entry (?P<n>\S*) says that it is another", N_("entry %(n)s says that it is another")),
        (r"what entry (?P<n>.*) says was changed", N_("what entry %(n)s says was changed")),
        (r"holds something behind its end", N_("holds something behind its end")),
        (
            r"is followed by something that does not belong to it",
            N_("is followed by something that does not belong to it"),
        ),
        (r"(?P<name>.*) is larger than any such file", N_("%(name)s is larger than any such file")),
        (r"it holds more than (?P<n>\d*) files", N_("it holds more than %(n)s files")),
        (
            r"it holds more than one folder: (?P<one>.*) and (?P<other>.*)",
            N_("it holds more than one folder: %(one)s and %(other)s"),
        ),
        (r"(?P<name>.*) stands in it twice", N_("%(name)s stands in it twice")),
        (r"the archive is truncated at its end", N_("the archive is truncated at its end")),
        (r"the archive is truncated at byte (?P<at>\d*)", N_("the archive is truncated at byte %(at)s")),
        (r"the archive is truncated in (?P<name>.*)", N_("the archive is truncated in %(name)s")),
        (
            r"the archive is damaged at byte (?P<at>\d*): (?P<why>.*)",
            N_("the archive is damaged at byte %(at)s: %(why)s"),
        ),
        (
            r"it holds the name (?P<name>.*), which leads out of the package",
            N_("it holds the name %(name)s, which leads out of the package"),
        ),
        (r"(?P<name>.*) in it is no plain file", N_("%(name)s in it is no plain file")),
        (
            r"the head of (?P<name>.*) at byte (?P<at>\d*) is not as it was written",
            N_("the head of %(name)s at byte %(at)s is not as it was written"),
        ),
        (r"(?P<name>.*) is truncated", N_("%(name)s is truncated")),
    )
)


def told(said: str) -> str:
    """One fault, its place, or why something is no package; what is not known stays as it is."""
    for pattern, text in _SAID:
        found = pattern.fullmatch(said)
        if found:
            inner = {
                name: told(value) if name == "why" else value for name, value in found.groupdict().items()
            }
            return _(text) % inner
    return said
