"""Names and handles in a form in which they can be compared: what remains when fashion, alphabet and typing are taken away.

`Ола_Ν0rdmann-87`, `ola nordmann` and `OlaN0rdmann` are one name here. Letters of other alphabets that only look Latin count
as the letter they look like where a word mixes alphabets (a trick), and are transliterated where not (a language).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from anyascii import anyascii

#: Letters of other alphabets that look like a Latin one (Unicode Technical Standard 39, confusables; those in use).
_LOOKS: Final = str.maketrans(
    "аеорсухіѕјԁһԛԝкмтвнгАВЕКМНОРСТУХІЅЈοανρτυχικεηωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxisjdhqwkmtbhrABEKMHOPCTYXISJoavptuxikenwABEZHIKMNOPTYX",
)
#: Letters that decomposition would take for another name: as they are written where the alphabet lacks them.
_NORDIC: Final = str.maketrans(
    {"æ": "ae", "ø": "o", "å": "a", "ö": "o", "ä": "a", "ü": "u", "ß": "ss", "đ": "d", "ł": "l"}
)
#: "1337": digits and signs that stand for letters within a word.
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_BETWEEN_VOWELS: Final = re.compile(r"(?<=[aeiouy])1(?=[aeiouy])")
_CASES: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_PARTS: Final = re.compile(r"[a-z]+|[0-9]+")
_WORDS: Final = re.compile(r"[^\W_]+")
_LEET_WORD: Final = re.compile(r"[a-z@$!|]*[a-z][013457@$!|]+[a-z][a-z0-9@$!|]*|[013457]+[a-z]{2,}[a-z0-9]*")
#: What a nick says of its holder's state; on IRC anything behind a bar at the end.
_AWAY: Final = re.compile(
    r"[_\-|`^]*(away|afk|zzz+|sleep(ing)?|work|home|busy|bnc|laptop|mobile|phone|gone|lunch|off|brb|borte|jobb|hjemme|sover)"
    r"[_\-|`^]*$|(?<=...)\|[a-z]{2,}[_`^]*$"
)
_REPEATED: Final = re.compile(r"(.)\1{2,}")
#: No longer name is compared; what follows is decoration or an attack.
_LONGEST: Final = 80

#: Several kinds of evidence take the same names apart, and each pair of names asks for both.
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Handle:
    """A name taken apart. All in lower case ASCII."""

    core: str
    """Its letters, leet undone, in order: `olanordmann`. Empty for a name without letters."""
    words: tuple[str, ...]
    """Words in order, single letters too: ("ola", "nordmann")."""
    numbers: tuple[str, ...]
    """Numbers in it: years and the like."""
    disguised: bool
    """It mixes alphabets or hides signs of no width: nobody types that by chance."""


@lru_cache(_REMEMBERED)
def handle(name: str) -> Handle:
    """Take a name apart; any text will do."""
    bare, hidden, mixed = name[:_LONGEST], False, False
    if not bare.isascii():
        text = unicodedata.normalize("NFKC", bare)
        bare = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cc", "Co", "Cn"))
        hidden = any(sign in text for sign in "\u200b\u200c\u200d\u2060\ufeff\u00ad")
        mixed = any(_mixes(word) for word in _WORDS.findall(bare))
    if mixed:
        bare = _WORDS.sub(lambda found: found[0].translate(_LOOKS) if _mixes(found[0]) else found[0], bare)
    cased = _CASES.sub(" ", _latin(bare))
    lower = _REPEATED.sub(r"\1\1", cased.lower())
    lower = _AWAY.sub("", lower) or lower
    lower = " ".join(_unleet(word) for word in lower.split())
    parts = _PARTS.findall(lower)
    words = tuple(part for part in parts if part[0].isalpha())
    if len(words) > 1:
        words = tuple(word for word in words if word not in ("xx", "xxx")) or words
    return Handle("".join(words), words, tuple(part for part in parts if part[0].isdigit()), mixed or hidden)


@lru_cache(_REMEMBERED)
def initials(words: tuple[str, ...]) -> tuple[str, ...]:
    """How a person of that name is written short: `onordmann`, `olan`, `nordmanno`. Empty for fewer than two words."""
    if len(words) < 2 or len(words[-1]) < 3:
        return ()
    first, last = words[0], words[-1]
    return tuple(dict.fromkeys((first[0] + last, last + first[0], first + last[0])))


def _latin(text: str) -> str:
    if text.isascii():
        return text
    made = [
        sign if sign.isascii() else anyascii(sign) if sign.isalnum() else " "
        for sign in text.translate(_NORDIC)
    ]
    return unicodedata.normalize("NFKD", "".join(made))


def _mixes(word: str) -> bool:
    """Whether a word has letters of two alphabets that look alike."""
    latin = other = False
    for sign in word:
        if sign.isascii():
            latin |= sign.isalpha()
        elif "\u0370" <= sign <= "\u052f":
            other = True
    return latin and other


def _unleet(word: str) -> str:
    """Digits between letters stand for letters; those at the end are a number."""
    kept = word.rstrip("0123456789")
    if not _LEET_WORD.search(kept):
        return word
    return _BETWEEN_VOWELS.sub("l", kept).translate(_LEET) + word[len(kept) :]
