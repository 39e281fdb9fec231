"""The first tables: chain, payloads, projected state; and triggers against changing the chain by accident."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _seq() -> sa.Column[int]:
    return sa.Column("seq", _SEQ, primary_key=True, autoincrement=False)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "entries",
        _seq(),
        *_bytes("previous", "hash", "body"),
        *_number("recorded_at"),
        *_text("verb", "kind", "actor"),
    )
    op.create_index("entries_by_kind", "entries", ["kind", "seq"])
    op.create_table("payloads", _seq(), *_bytes("salt", "payload"))
    _create_state()
    _forbid_changes()


def _create_state() -> None:
    op.create_table(
        "state_subjects",
        _seq(),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        *_text("subject"),
    )
    op.create_index("state_subjects_by_subject", "state_subjects", ["subject", "seq"])
    op.create_table(
        "state_exhibits",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        *_text("label", "seized", "legal_basis", "officer"),
        sa.Column("acquired_hash", sa.Text),
        sa.Column("size", sa.BigInteger),
        *_number("seq", "recorded_at"),
    )
    op.create_table(
        "state_custody",
        _seq(),
        *_text("exhibit", "act", "place", "person"),
        *_number("happened_at"),
        *_text("note", "actor"),
        *_number("recorded_at"),
    )
    op.create_index("ix_state_custody_exhibit", "state_custody", ["exhibit"])
    op.create_table(
        "state_sources",
        sa.Column("id", sa.Text, primary_key=True),
        *_text("exhibit", "label", "location", "kind", "fingerprint"),
        *_number("seq", "recorded_at"),
    )
    op.create_index("ix_state_sources_exhibit", "state_sources", ["exhibit"])
    op.create_table(
        "state_hashsets",
        sa.Column("set_id", sa.Text, primary_key=True),
        *_text("info"),
        *_number("seq", "recorded_at"),
        sa.Column("withdrawn_at", sa.BigInteger),
    )
    op.create_table(
        "state_imagechecks",
        _seq(),
        *_text("exhibit"),
        sa.Column("source", sa.Text),
        *_text("origin", "result"),
        sa.Column("stated", sa.Text),
        sa.Column("found", sa.Text),
        *_text("reason"),
        *_number("recorded_at"),
    )
    op.create_index("ix_state_imagechecks_exhibit", "state_imagechecks", ["exhibit"])
    op.create_table(
        "state_runs", _seq(), *_text("figures", "journal_head", "versions", "actor"), *_number("recorded_at")
    )


def _forbid_changes() -> None:
    """The chain finds every change; the triggers keep an honest program or person from making one."""
    rules = [("entries", "UPDATE"), ("entries", "DELETE"), ("payloads", "UPDATE")]
    if op.get_bind().dialect.name == "sqlite":
        for table, act in rules:
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION safelight_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are append-only', TG_TABLE_NAME; END $$"
    )
    for table, act in rules:
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION safelight_append_only()"
        )
