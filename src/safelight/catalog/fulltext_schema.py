"""The fields of the full-text index, and how a text becomes what stands in them.

Each text is indexed three ways, because each answers another question:

- `plain`: words in lower case with their positions: exact phrases, prefixes, fuzzy words;
- among the `tags`, behind `no:` or `en:`: the same words stemmed as Norwegian or English; both where the language is
  undecided, neither in any other (Tagalog, Cebuano ...). A word is looked up in both and as it is spelled;
- `grams`: every three characters in a row, with positions, so that a substring is a phrase of them and is found exactly,
  without reading a text again. Runs of digits that are set apart by blanks, dots, dashes or brackets follow once more
  without these, so that a phone number is found however it was typed.

Tantivy's own n-gram tokenizer gives all grams one position; substrings would then have to be verified in every candidate
text. Here they come apart at a blank that stands between them. SQLite's trigram index beside it was the other choice:
it is as small and as quick to fill, but sorting and counting its hits by facet needs a second look-up for each
(figures: docs/benchmarks.md).

Words are runs of letters and digits: `mag-aral` and `sa'yo` are two words each, and a query is cut the same way. Letters
keep their marks (å is not a). Texts are composed (NFC) first, and characters that draw nothing (soft hyphens, zero-width
ones) are left out, so that a word cannot be hidden by them.

What hits are filtered by stands in `tags` as words with a letter before each (`n:irc`, `a:<account>`), since a field of its
own for each costs more to fill than all that stands in it; only the exhibit and the conversation have one, and `form` holds
kind, network, language and state together: hits are counted by these in one pass.

Nothing here depends on scores: hits are ordered by `key`, which grows with the time. `mark` names a text in a number that
is read of every hit at once, without opening what is stored: so copies of one message are told apart from other messages.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import tantivy

#: Part of the index's folder name: another number makes it anew from the catalog.
VERSION: Final = 6

Kind = Literal["message", "mail", "document", "name", "translation"]
KINDS: Final[tuple[Kind, ...]] = ("message", "mail", "document", "name", "translation")

#: Fields that hits are counted by; each holds ids or plain words as they stand in the catalog.
FACETS: Final = ("kind", "network", "conversation", "exhibit", "language", "state")
#: Those that stand together in the field `form`, in this order.
FORM: Final = ("kind", "network", "language", "state")

#: What stands in `tags`, each with its letter.
TAGS: Final = {
    "unit": "u", "slice": "s", "kind": "k", "network": "n", "language": "l", "state": "t", "format": "f",
    "account": "a", "zoned": "z",
}  # fmt: skip

#: Stands for a blank inside a gram or a tag.
BLANK: Final = "\x1f"
#: Where Tantivy's whitespace tokenizer cuts.
_SEPARATES = re.compile(r"[ \t\n\f\r]")
#: Characters that draw nothing: soft hyphen, zero-width ones, bidirectional marks, variation selectors, byte order mark.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)

#: Times outside 1900 to 2200 are ordered as if they lay at its ends.
LEAST_US, MOST_US = -2_208_988_800_000_000, 7_258_118_400_000_000
#: Keys of one microsecond, told apart by a digest of the id.
TIES: Final = 1024
NO_TIME = -(2**63)

#: SQL of the digest of an id, 59 bits: the same in every version of DuckDB, which its own `hash` need not be. That a message
#: is taken for a copy of another one has a chance of 1 in 5,000 where ten million have copies, in all of them together.
DIGEST: Final = "(md5_number({id}) >> 69)::BIGINT"
#: A digest's place in `mark`; below it stands the language, which the catalog does not know.
LANGUAGE_BITS: Final = 4


def clean(text: str) -> str:
    """A text without characters that draw nothing, composed."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _HIDDEN.sub("", text))


def tag(name: str, value: str) -> str:
    """A value as it stands in `tags`: one word."""
    return f"{TAGS[name]}:{_SEPARATES.sub(BLANK, value)}"


def stem_tag(name: str, stem: str) -> str:
    """A word as it stands in `tags`, stemmed in the way of this name."""
    return f"{name}:{stem}"


def order_keys(times_us: pa.Array, digests: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """What texts are ordered by: the time, then the digest of the id; what has no time is last."""
    ties = digests >> 27
    known = times_us.is_valid().to_numpy(zero_copy_only=False)
    times = np.clip(times_us.fill_null(0).to_numpy(), LEAST_US, MOST_US)
    return np.where(known, times * TIES + ties % TIES, NO_TIME + ties)


def bound_key(time_us: int) -> int:
    """The least key of a time."""
    return min(max(time_us, LEAST_US), MOST_US) * TIES


def slice_of(key: int) -> str:
    """Which slice of time (about 25 days) a key lies in; slices are ordered as keys are."""
    return f"{(key >> 51) + 4096:04x}"


def slices_of(keys: npt.NDArray[np.int64]) -> list[str]:
    """The tag of each key's slice."""
    every, which = np.unique(keys >> 51, return_inverse=True)
    names = [tag("slice", slice_of(one << 51)) for one in every.tolist()]
    return [names[n] for n in which.tolist()]


#: The least key of anything that has a time.
LEAST_KEY: Final = LEAST_US * TIES


def _analyzer(*stemmers: str) -> tantivy.TextAnalyzer:
    made = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    made = made.filter(tantivy.Filter.remove_long(120))
    for stemmer in stemmers:
        made = made.filter(tantivy.Filter.stemmer(stemmer))
    return made.build()


#: How words are cut and stemmed; also used on queries and on hits, to mark what was found.
ANALYZERS: Final = {
    "plain": _analyzer(),
    # Twice: once makes `numm` of `nummer` and `nummer` of `nummeret`.
    "no": _analyzer("norwegian", "norwegian"),
    "en": _analyzer("english"),
}


def make_schema() -> tantivy.Schema:
    """The fields."""
    made = tantivy.SchemaBuilder()
    for name in ("key", "mark"):
        made.add_integer_field(name, indexed=False, fast=True)
    made.add_text_field("tags", tokenizer_name="blanks", index_option="basic")
    made.add_text_field("plain", stored=True, tokenizer_name="plain", index_option="position")
    made.add_text_field("grams", tokenizer_name="blanks", index_option="position")
    for name in ("form", "exhibit", "conversation"):
        made.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    # Stored alone: Tantivy's bytes are slow to hand over, and no word comes out of these.
    for name in ("shown", "original"):
        made.add_text_field(name, stored=True, tokenizer_name="nothing", index_option="basic")
    return made.build()


def register(index: tantivy.Index) -> None:
    """Tell an index how its fields are cut; needed each time it is opened."""
    index.register_tokenizer("plain", ANALYZERS["plain"])
    nothing = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.remove_long(1))
    index.register_tokenizer("nothing", nothing.build())
    index.register_tokenizer("blanks", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def time_of(key: int) -> int | None:
    """Microseconds of a key; None for what has no time."""
    return key // TIES if key >= LEAST_KEY else None
