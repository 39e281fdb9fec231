"""From rows of the catalog to documents of the index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import tantivy

from safelight.catalog.fulltext_language import STEMMED, UNDECIDED, UNSTEMMED, Writers
from safelight.catalog.fulltext_schema import clean, grams_of, order_key, slice_of
from safelight.evidence.spec import unescape

#: More of one text than this is not indexed (characters); inspectors keep less by default.
MOST = 8_000_000


#: Characters of texts that are worked on together.
_TOGETHER = 4_000_000


def documents(batch: pa.RecordBatch, writers: Writers) -> Iterator[tantivy.Document]:
    """A document for each row."""
    start, size = 0, 0  # an empty batch gives nothing
    for end, length in enumerate(pc.utf8_length(batch.column("text")).to_pylist(), 1):
        size += length or 0
        if size >= _TOGETHER or end == batch.num_rows:
            yield from _documents(batch.slice(start, end - start), writers)
            start, size = end, 0


def _documents(batch: pa.RecordBatch, writers: Writers) -> Iterator[tantivy.Document]:
    rows = batch.to_pydict()
    originals = _texts(rows)
    texts = [clean(text) for text in originals]
    lowered = [text.lower() for text in texts]
    languages = _languages(rows, texts, lowered, writers)
    made = tantivy.Document
    for (
        unit,
        id_,
        item,
        format_,
        network,
        conversation,
        native,
        exhibit,
        state,
        kind,
        time,
        zoned,
        sender_id,
        sender,
        sender_name,
        others,
        copies,
        text,
        original,
        language,
        grams,
    ) in zip(
        rows["unit"],
        rows["id"],
        rows["item"],
        rows["format"],
        rows["network"],
        rows["conversation"],
        rows["native"],
        rows["exhibit"],
        rows["state"],
        rows["kind"],
        rows["time"],
        rows["zoned"],
        rows["sender_id"],
        rows["sender"],
        rows["sender_name"],
        rows["others"],
        rows["copies"],
        texts,
        originals,
        languages,
        grams_of(lowered),
        strict=True,
    ):
        shown = orjson.dumps(
            (
                id_,
                item,
                network,
                conversation,
                exhibit,
                language,
                state,
                kind,
                native,
                sender,
                sender_name,
                sender_id,
                zoned,
                copies,
                None if text == original else original,
            )
        ).decode()
        document = made()
        add = document.add_text
        add("unit", unit)
        key = order_key(time, id_)
        document.add_integer("key", key)
        add("slice", slice_of(key))
        add("plain", text)
        for field in STEMMED.get(language, UNSTEMMED):
            add(field, text)
        add("grams", grams)
        add("kind", kind)
        add("exhibit", exhibit or "")
        add("language", language)
        add("state", state or "")
        document.add_boolean("zoned", zoned)
        add("format", format_ or "")
        add("shown", shown)
        if network:
            add("network", network)
        if conversation:
            add("conversation", conversation)
        if sender_id:
            add("account", sender_id)
        if others:
            for other in set(others):
                if other and other != sender_id:
                    add("account", other)
        yield document  # fmt: skip


def _languages(
    rows: dict[str, list[Any]], texts: list[str], lowered: list[str], writers: Writers
) -> list[str]:
    if rows["kind"][0] == "name":  # a few words that nobody says; asking for each would take days
        return [UNDECIDED] * len(texts)
    who = list(zip(rows["unit"], rows["sender_id"], strict=True))
    return writers.languages(who, rows["conversation"], texts, lowered)


def _texts(rows: dict[str, list[Any]]) -> list[str]:
    """What is searched of each row: subject, text, and names and texts of what is attached; of an item, its path."""
    if rows["kind"][0] == "name":
        return [_path(text) for text in rows["text"]]
    found = []
    for subject, text, attachments in zip(rows["subject"], rows["text"], rows["attachments"], strict=True):
        if subject or attachments:
            text = "\n".join(one for one in (subject, text, *_attached(attachments)) if one)
        found.append((text or "")[:MOST])
    return found


def _attached(attachments: str | None) -> Iterator[str]:
    try:
        listed = orjson.loads(attachments) if attachments else []
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
