"""The ledger's tables in SQLAlchemy Core: the chain, its payloads, and the state that is projected from them.

`entries` and `payloads` are the truth. Everything in `STATE` can be dropped and rebuilt
(`projections.rebuild`). Short columns of `entries` repeat what the body says, for indexes only: `verify`
compares them with it.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
STATE = sa.MetaData()

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ENTRIES = sa.Table(
    "entries",
    METADATA,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("previous", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Index("entries_by_kind", "kind", "seq"),
)

PAYLOADS = sa.Table(
    "payloads",
    METADATA,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)

SUBJECTS = sa.Table(
    "state_subjects",
    STATE,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Index("state_subjects_by_subject", "subject", "seq"),
)

EXHIBITS = sa.Table(
    "state_exhibits",
    STATE,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("seized", sa.Text, nullable=False),
    sa.Column("legal_basis", sa.Text, nullable=False),
    sa.Column("officer", sa.Text, nullable=False),
    sa.Column("acquired_hash", sa.Text),
    sa.Column("size", sa.BigInteger),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
)

CUSTODY = sa.Table(
    "state_custody",
    STATE,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("exhibit", sa.Text, nullable=False, index=True),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("happened_at", sa.BigInteger, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
)

SOURCES = sa.Table(
    "state_sources",
    STATE,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("exhibit", sa.Text, nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
)

HASHSETS = sa.Table(
    "state_hashsets",
    STATE,
    sa.Column("set_id", sa.Text, primary_key=True),
    sa.Column("info", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("withdrawn_at", sa.BigInteger),
)

IMAGECHECKS = sa.Table(
    "state_imagechecks",
    STATE,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("exhibit", sa.Text, nullable=False, index=True),
    sa.Column("source", sa.Text),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("stated", sa.Text),
    sa.Column("found", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
)

RUNS = sa.Table(
    "state_runs",
    STATE,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("figures", sa.Text, nullable=False),
    sa.Column("journal_head", sa.Text, nullable=False),
    sa.Column("versions", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
)

RECORDS = sa.Table(
    "state_records",
    STATE,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("received_from", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Index("state_records_by_type", "type", "number"),
)

STATEMENTS = sa.Table(
    "state_statements",
    STATE,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),  # a value that is a short text, to count by
    sa.Column("target", sa.Text),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("superseded_at", sa.BigInteger),
    sa.Column("valid_from", sa.BigInteger),
    sa.Column("valid_to", sa.BigInteger),
    sa.Index("state_statements_by_record", "record", "field"),
    sa.Index("state_statements_by_target", "target", "field"),
    # Holds all that a figure asks of: one look finds the statement of a record's field that began last.
    sa.Index(
        "state_statements_by_field",
        "type", "field", "record", "valid_from", "seq", "recorded_at", "superseded_at", "valid_to", "code", "target",
    ),
)  # fmt: skip
