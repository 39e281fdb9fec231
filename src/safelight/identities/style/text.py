"""From a message to what is style in it: quotations, links, names of others, code and digits are taken out.

What another wrote says nothing about this writer, and neither does what the message is about. What is left of a removed
piece is one control character, so that its place in the sentence still counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

#: At most so many messages of a tenure are looked at, evenly over its time, and no message beyond so many characters.
MOST_MESSAGES = 400
MOST_CHARACTERS = 600

#: A message of so many characters that two accounts wrote alike was copied.
_COPY = 24
_NONE = np.zeros(0, np.int64)

LINK, NAME, QUOTE = "\x02", "\x03", "\x04"
MASK = "\x01"

#: Stands between messages while an account's texts are cleaned in one go; regular expressions take it for a space.
_BETWEEN = "\x1e"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1d\x1f\x7f]")
_LINK = re.compile(
    r"(?:https?://|ftp://|www\.)\S+|[\w.+-]{1,64}@[\w-]+\.[\w.-]+|(?<!\w)(?:~?/|[A-Za-z]:\\)[\w./\\-]{4,}"
)
_AT = re.compile(r"(?<!\w)@[\w.]{2,}")
_QUOTED_LINE = re.compile(
    r"^[ \t]*(?:>|&gt;|<[^<>\s]{1,32}>|\[\d{1,2}[:.]\d\d[^\]\n]{0,24}\]|\(?\d{1,2}:\d\d(?::\d\d)?\)?[ ]+<?\S+[>:])"
    r"[^\n\x1e]*",
    re.M,
)
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»\n\x1e]{16,}[\"”“»]")
_CODE = re.compile(r"```[^\x1e]*?```|`[^`\n\x1e]+`")
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"[^\S\x1e]+")
#: A word: letters of any script, an apostrophe inside. In brackets: `split` gives gaps and words by turns.
WORD = re.compile(r"([^\W\d_]+(?:['’´`][^\W\d_]+)*)")


def clean(texts: Sequence[str]) -> list[str]:
    """Each message without what is not its writer's style; empty where nothing is left."""
    joined = (_BETWEEN + "\n").join(text[: 2 * MOST_CHARACTERS].replace(_BETWEEN, " ") for text in texts)
    joined = _CONTROL.sub(" ", _INVISIBLE.sub("", joined))
    joined = _CODE.sub(QUOTE, _QUOTED_LINE.sub("", joined))
    joined = _AT.sub(NAME, _LINK.sub(LINK, joined))
    joined = _SPACES.sub(" ", _DIGITS.sub("0", _QUOTED.sub(QUOTE, joined)))
    return [text.strip()[:MOST_CHARACTERS] for text in joined.split(_BETWEEN)] if texts else []


def sample(texts: Sequence[str]) -> list[str]:
    """The texts' cleaned forms, each distinct one once, at most `MOST_MESSAGES` spread evenly; order is kept.

    A bot that says one thing with changing figures has written one message.
    """
    most = 2 * MOST_MESSAGES
    if len(texts) > most:
        texts = [texts[number * len(texts) // most] for number in range(most)]
    distinct = [text for text in dict.fromkeys(clean(texts)) if text]
    if len(distinct) <= MOST_MESSAGES:
        return distinct
    return [distinct[number * len(distinct) // MOST_MESSAGES] for number in range(MOST_MESSAGES)]


def without_copies(samples: Sequence[Sequence[str]]) -> list[list[str]]:
    """The samples without what stands in more than one of them: copied or quoted text shows nobody's style.

    Short messages are everybody's ("thanks, see you tomorrow") and stay.
    """
    away = copied(np.concatenate([_NONE, *(np.unique(digests(found)) for found in samples)]))
    return [without(found, away) for found in samples]


def digests(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Of the texts that are so long that two accounts hardly write them alike."""
    return np.array([_digest(text) for text in texts if len(text) >= _COPY], np.int64)


def copied(seen: npt.NDArray[np.int64]) -> frozenset[int]:
    """Digests that stand there more than once."""
    every, counts = np.unique(seen, return_counts=True)
    return frozenset(every[counts > 1].tolist())


def without(texts: Sequence[str], away: Set[int]) -> list[str]:
    """The texts without the copied ones."""
    return [text for text in texts if len(text) < _COPY or _digest(text) not in away]


def _digest(text: str) -> int:
    """A number of 64 bits that is the same in every run."""
    found = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(found, "little", signed=True)


def words(texts: Iterable[str]) -> list[str]:
    """All words, in lower case."""
    return WORD.split("\n".join(texts).lower())[1::2]
