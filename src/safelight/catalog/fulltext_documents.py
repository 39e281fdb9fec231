"""From rows of the catalog to documents of the index.

A unit's rows come conversation by conversation, so that most columns of a row were those of another just before. What is
made of such columns is made once for each of their combinations in a batch; of every single row there is its id, its time
and its text. Fields are as few as can be: each costs as much to hand over to Tantivy as a few words in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import tantivy

from safelight.catalog.fulltext_grams import grams_of
from safelight.catalog.fulltext_language import LANGUAGES, STEMMED, UNDECIDED, Speaker, Writers
from safelight.catalog.fulltext_schema import LANGUAGE_BITS, clean, order_keys, slices_of, tag
from safelight.catalog.fulltext_words import Lowered, Stems
from safelight.evidence.spec import unescape

#: More of one text than this is not indexed (characters); inspectors keep less by default.
MOST = 8_000_000
#: Characters of texts that are worked on together.
_TOGETHER = 4_000_000
_SPOKEN = {name: n for n, name in enumerate(LANGUAGES)}
#: What many rows have in common.
_COMMON = (
    "unit", "item", "format", "network", "conversation", "native", "exhibit", "state", "kind", "zoned", "sender_id",
    "sender", "sender_name", "copies",
)  # fmt: skip


class Documents:
    """Makes documents, and remembers how words are stemmed and who writes in which language."""

    def __init__(self) -> None:
        self._writers = Writers()
        self._stems = {name: Stems(name) for name in STEMMED[UNDECIDED]}

    def of(self, batch: pa.RecordBatch) -> Iterator[tantivy.Document]:
        """A document for each row."""
        start, size = 0, 0  # an empty batch gives nothing
        for end, length in enumerate(pc.utf8_length(batch.column("text")).to_pylist(), 1):
            size += length or 0
            if size >= _TOGETHER or end == batch.num_rows:
                yield from self._of(batch.slice(start, end - start))
                start, size = end, 0

    def _of(self, batch: pa.RecordBatch) -> Iterator[tantivy.Document]:
        alike, which = _common(batch)
        originals = _texts(batch, alike[0].kind)
        texts = [text if text.isascii() else clean(text) for text in originals]
        lowered = Lowered([text.lower() for text in texts])
        ids: list[str] = batch.column("id").to_pylist()
        digests = batch.column("digest").to_numpy()
        keys = order_keys(batch.column("time"), digests)
        others = batch.column("others")
        languages = self._languages(alike, which, texts, lowered)
        spoken = np.fromiter(map(_SPOKEN.__getitem__, languages), np.int64, len(languages))
        made = tantivy.Document
        for n, id_, key, mark, slice_, accounts, text, original, language, stems, grams in zip(
            which,
            ids,
            keys.tolist(),
            (digests << LANGUAGE_BITS | spoken).tolist(),
            slices_of(keys),
            others.to_pylist() if others.null_count < len(others) else [None] * len(others),
            texts,
            originals,
            languages,
            self._stemmed(spoken, lowered),
            grams_of(lowered),
            strict=True,
        ):
            shared = alike[n]
            written = shared.written.get(language) or shared.write(language)
            document = made()
            add, number = document.add_text, document.add_integer
            number("key", key)
            number("mark", mark)
            if accounts:
                add("tags", f"{written.tags} {slice_} {stems}{_accounts(accounts)}")
            else:
                add("tags", f"{written.tags} {slice_} {stems}")
            add("plain", text)
            add("grams", grams)
            add("form", written.form)
            add("exhibit", shared.exhibit)
            if shared.conversation:
                add("conversation", shared.conversation)
            add("shown", f"{written.shown}\n{id_}")
            if text is not original and text != original:
                add("original", original)
            yield document

    def _stemmed(self, spoken: npt.NDArray[np.int64], lowered: Lowered) -> list[str]:
        """What stands in `tags` for the words of each text; `spoken` are places in LANGUAGES."""
        found = [""] * len(spoken)
        for stemmer, stems in self._stems.items():
            by = [n for n, name in enumerate(LANGUAGES) if stemmer in STEMMED.get(name, ())]
            asked = np.flatnonzero(np.isin(spoken, by))
            for n, tags in zip(asked.tolist(), stems.of(lowered, asked), strict=True):
                found[n] = f"{found[n]} {tags}" if found[n] else tags
        return found

    def _languages(
        self, alike: Sequence[_Common], which: Sequence[int], texts: Sequence[str], lowered: Lowered
    ) -> list[str]:
        if alike[0].kind == "name":  # a few words that nobody says; asking for each would take days
            return [UNDECIDED] * len(texts)
        return self._writers.languages([one.speaker for one in alike], which, texts, lowered)


@dataclass(frozen=True, slots=True)
class _Written:
    """What stands in a document of one language beside its text, id and time."""

    tags: str
    form: str
    shown: str


@dataclass(slots=True)
class _Common:
    """The columns that many rows have in common, and what was written of them, by language."""

    unit: str
    item: str
    format: str | None
    network: str | None
    conversation: str | None
    native: str | None
    exhibit: str
    state: str | None
    kind: str
    zoned: bool
    sender_id: str | None
    sender: str | None
    sender_name: str | None
    copies: int
    written: dict[str, _Written] = field(default_factory=dict)

    @property
    def speaker(self) -> Speaker:
        """Who wrote in which item, and in which conversation."""
        return (self.unit, self.sender_id), self.conversation

    def write(self, language: str) -> _Written:
        """The same for every row of this language."""
        form = (self.kind, self.network or "", language, self.state or "")
        tags = [
            tag(name, value)
            for name, value in (
                ("unit", self.unit), ("kind", self.kind), ("network", self.network), ("language", language),
                ("state", self.state or ""), ("format", self.format or ""), ("account", self.sender_id),
                ("zoned", "1" if self.zoned else "0"),
            )
            if value is not None and (value or name not in ("network", "account"))
        ]  # fmt: skip
        shown = (
            self.item, self.network, self.conversation, self.exhibit, language, self.state, self.kind, self.native,
            self.sender, self.sender_name, self.sender_id, self.zoned, self.copies,
        )  # fmt: skip
        found = _Written(" ".join(tags), orjson.dumps(form).decode(), orjson.dumps(shown).decode())
        self.written[language] = found
        return found


def _common(batch: pa.RecordBatch) -> tuple[list[_Common], list[int]]:
    """What rows have in common, and which of these each row has."""
    codes, most = np.zeros(batch.num_rows, np.int64), 1
    for name in _COMMON:
        encoded = batch.column(name).dictionary_encode("encode")
        size = len(encoded.dictionary)
        if size == 1:
            continue
        if most * size > 2**62:
            codes = np.unique(codes, return_inverse=True)[1]
            most = batch.num_rows
        codes, most = codes * size + encoded.indices.to_numpy(), most * size
    _codes, first, which = np.unique(codes, return_index=True, return_inverse=True)
    rows = batch.select(_COMMON).take(pa.array(first)).to_pydict()
    alike = [_Common(*values) for values in zip(*(rows[name] for name in _COMMON), strict=True)]
    for one in alike:
        one.exhibit = one.exhibit or ""
    return alike, which.tolist()


def _accounts(others: Sequence[str | None]) -> str:
    return "".join(" " + tag("account", one) for one in others if one)


def _texts(batch: pa.RecordBatch, kind: str) -> list[str]:
    """What is searched of each row: subject, text, and names and texts of what is attached; of an item, its path."""
    texts: list[str | None] = batch.column("text").to_pylist()
    if kind == "name":
        return [_path(text) for text in texts]
    more = [batch.column("subject"), batch.column("attachments")]
    if all(column.null_count == len(column) for column in more):
        return [(text or "")[:MOST] for text in texts]
    found = []
    for subject, text, attachments in zip(more[0].to_pylist(), texts, more[1].to_pylist(), strict=True):
        if subject or attachments:
            text = "\n".join(one for one in (subject, text, *_attached(attachments)) if one)
        found.append((text or "")[:MOST])
    return found


def _attached(attachments: str | None) -> Iterator[str]:
    try:
        listed: Any = orjson.loads(attachments) if attachments else []
    except orjson.JSONDecodeError:
        return
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield from (str(one[name]) for name in ("name", "text") if one.get(name))


def _path(path: str | None) -> str:
    """A path of the catalog as text; bytes that are no text stay as U+FFFD."""
    if not path or "%" not in path:
        return path or ""
    return unescape(path).decode("utf-8", "replace")
