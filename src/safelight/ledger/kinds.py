"""The kinds of entries that Safelight writes: verb, what the subjects are, what the payload holds.

A kind's payload only ever gains a new version; old entries stay as they were written. `docs/ledger.md`
repeats this table and a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `subjects` says in which order the entry's subject ids stand."""

    name: str
    verb: str
    subjects: str
    payload: str


OPERATION_CREATED = Kind(
    "operation.created", "administration", "operation", "operation_id, name, synthetic, format"
)
EXHIBIT_ADDED = Kind(
    "exhibit.added",
    "collection",
    "exhibit",
    "number, label, seized, legal_basis, officer, acquired_hash, size",
)
EXHIBIT_CORRECTED = Kind("exhibit.corrected", "alteration", "exhibit", "the changed fields of exhibit.added")
CUSTODY_RECORDED = Kind("custody.recorded", "custody", "exhibit", "act, place, person, happened_at, note")
SOURCE_REGISTERED = Kind(
    "source.registered", "collection", "source, exhibit", "label, location, kind, fingerprint"
)
SOURCE_LOCATED = Kind("source.located", "decision", "source", "location")
HASHSET_REGISTERED = Kind("hashset.registered", "combination", "hash set", "info")
HASHSET_WITHDRAWN = Kind("hashset.withdrawn", "decision", "hash set", "reason")
IMAGE_CHECKED = Kind("image.checked", "run", "exhibit, source", "origin, result, stated, found, reason")
RUN_ENDED = Kind("run.ended", "run", "", "figures, journal_head, versions")
CATALOG_BEGUN = Kind("catalog.begun", "run", "", "reason")
CONSULTED = Kind("consulted", "consultation", "what was shown", "what")
DISCLOSED = Kind("disclosed", "disclosure", "what was handed out", "recipient, what")
PAYLOAD_ERASED = Kind("payload.erased", "erasure", "entry:<number> of each", "reason")
KEY_MADE = Kind("key.made", "administration", "key", "public, older, reason")
NOTE_WRITTEN = Kind("note.written", "decision", "what it is about", "text")
CLOCK_DECIDED = Kind("clock.decided", "decision", "exhibit", "seconds or zone, begin, end, formats, reason")
CLOCK_WITHDRAWN = Kind("clock.withdrawn", "decision", "entry:<number>", "reason")
TRACE_MARKED = Kind("trace.marked", "decision", "trace ids", "mark, reason")
TRANSLATION_WRITTEN = Kind("translation.written", "decision", "trace ids", "language, text, translator")
MAPPING_USED = Kind("mapping.used", "decision", "sources", "name, version, sha256, text")
SEARCH_SAVED = Kind("search.saved", "decision", "", "name, query, filters")
SEARCH_WITHDRAWN = Kind("search.withdrawn", "decision", "entry:<number>", "")
TENURE_SPLIT = Kind("tenure.split", "decision", "account", "at_us, at_text, reason")
TENURE_SHARED = Kind("tenure.shared", "decision", "tenure, account", "shared, period, reason")
IDENTITY_DECIDED = Kind(
    "identity.decided",
    "decision",
    "both tenures",
    "decision, reason, source_grade, content_grade, scheme, handling, seen, periods, four_eyes",
)
IDENTITY_CONFIRMED = Kind("identity.confirmed", "decision", "entry:<number>, both tenures", "agrees, reason")
IDENTITY_WITHDRAWN = Kind(
    "identity.withdrawn", "decision", "entry:<number>, what that entry is about", "reason"
)
IDENTITY_WITHDRAWAL_ASKED = Kind(
    "identity.withdrawal_asked", "decision", "entry:<number>, what that entry is about", "reason"
)
ROLE_REJECTED = Kind("role.rejected", "decision", "account", "role, reason")
ROLE_WITHDRAWN = Kind("role.withdrawn", "decision", "entry:<number>", "reason")
CONTACT_LIST_USED = Kind("contactlist.used", "decision", "", "name, sha256, text")
RECORD_MADE = Kind("record.made", "collection", "record", "type, number, received_from")
STATEMENT_MADE = Kind(
    "statement.made",
    "decision",
    "record, what it points at",
    "field, value, nature, verified, source_grade, content_grade, source, reason, claimed_at, scheme, handling",
)
STATEMENT_WITHDRAWN = Kind("statement.withdrawn", "decision", "entry:<number>, record", "reason")
RIGHT_GRANTED = Kind("right.granted", "administration", "", "person, right, reason")
RIGHT_WITHDRAWN = Kind("right.withdrawn", "administration", "", "person, right, reason")
SIGNER_MADE = Kind("signer.made", "administration", "fingerprint", "name, public")
SIGNER_TRUSTED = Kind("signer.trusted", "administration", "fingerprint", "name, public, reason")
SIGNER_REVOKED = Kind("signer.revoked", "administration", "fingerprint", "reason")
PRIVILEGED_HELD = Kind("privileged.held", "decision", "what is held", "what, reviewer, recipient, reason")
PRIVILEGED_APPLIED = Kind("privileged.applied", "run", "entry:<number>, items whose bytes are closed", "rows")
PRIVILEGED_ENDED = Kind("privileged.ended", "decision", "entry:<number>", "how, reason")

KINDS: tuple[Kind, ...] = (
    OPERATION_CREATED,
    EXHIBIT_ADDED,
    EXHIBIT_CORRECTED,
    CUSTODY_RECORDED,
    SOURCE_REGISTERED,
    SOURCE_LOCATED,
    HASHSET_REGISTERED,
    HASHSET_WITHDRAWN,
    IMAGE_CHECKED,
    RUN_ENDED,
    CONSULTED,
    DISCLOSED,
    PAYLOAD_ERASED,
    KEY_MADE,
    NOTE_WRITTEN,
    CLOCK_DECIDED,
    CLOCK_WITHDRAWN,
    TRACE_MARKED,
    TRANSLATION_WRITTEN,
    MAPPING_USED,
    SEARCH_SAVED,
    SEARCH_WITHDRAWN,
    TENURE_SPLIT,
    TENURE_SHARED,
    IDENTITY_DECIDED,
    IDENTITY_CONFIRMED,
    IDENTITY_WITHDRAWN,
    IDENTITY_WITHDRAWAL_ASKED,
    ROLE_REJECTED,
    ROLE_WITHDRAWN,
    CONTACT_LIST_USED,
    RECORD_MADE,
    STATEMENT_MADE,
    STATEMENT_WITHDRAWN,
    RIGHT_GRANTED,
    RIGHT_WITHDRAWN,
    PRIVILEGED_HELD,
    PRIVILEGED_APPLIED,
    PRIVILEGED_ENDED,
    SIGNER_MADE,
    SIGNER_TRUSTED,
    SIGNER_REVOKED,
)
