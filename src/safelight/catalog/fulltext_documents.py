"""From rows of the catalog to documents of the index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa
import tantivy

from safelight.catalog.fulltext_language import STEMMED, Writers
from safelight.catalog.fulltext_schema import clean, grams_of, order_key
from safelight.evidence.spec import unescape

#: More of one text than this is not indexed (characters); inspectors keep less by default.
MOST = 8_000_000


def documents(batch: pa.RecordBatch, writers: Writers) -> Iterator[tantivy.Document]:
    """A document for each row."""
    rows = batch.to_pydict()
    originals = _texts(rows)
    texts = [clean(text) for text in originals]
    lowered = [text.lower() for text in texts]
    who = list(zip(rows["unit"], rows["sender_id"], strict=True))
    languages = writers.languages(who, rows["conversation"], texts, lowered)
    made = tantivy.Document.from_dict
    for n, (unit, id_, item, network, conversation, exhibit, state, kind, time, sender_id) in enumerate(
        zip(
            rows["unit"], rows["id"], rows["item"], rows["network"], rows["conversation"], rows["exhibit"],
            rows["state"], rows["kind"], rows["time"], rows["sender_id"], strict=True,
        )
    ):  # fmt: skip
        text, language = texts[n], languages[n]
        shown = (
            id_, item, network, conversation, exhibit, language, state, kind, rows["native"][n], rows["sender"][n],
            rows["sender_name"][n], sender_id, rows["zoned"][n], rows["copies"][n],
            None if text is originals[n] or text == originals[n] else originals[n],
        )  # fmt: skip
        fields: dict[str, Any] = {
            "unit": unit,
            "key": order_key(time, id_),
            "plain": text,
            STEMMED.get(language, "other"): text,
            "grams": grams_of(lowered[n]),
            "kind": kind,
            "exhibit": exhibit or "",
            "language": language,
            "state": state or "",
            "zoned": rows["zoned"][n],
            "format": rows["format"][n] or "",
            "shown": orjson.dumps(shown),
        }
        if network:
            fields["network"] = network
        if conversation:
            fields["conversation"] = conversation
        others = rows["others"][n]
        if sender_id or others:
            fields["account"] = list({one for one in (sender_id, *(others or ())) if one})
        yield made(fields)


def _texts(rows: dict[str, list[Any]]) -> list[str]:
    """What is searched of each row: subject, text, and names and texts of what is attached; of an item, its path."""
    if not rows["kind"]:
        return []
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
