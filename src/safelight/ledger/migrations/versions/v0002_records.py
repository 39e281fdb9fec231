"""Records and what is stated of them: persons, victims, cases. Both tables are projected from the chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "state_records",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("received_from", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )
    op.create_index("state_records_by_type", "state_records", ["type", "number"])
    op.create_table(
        "state_statements",
        sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("target", sa.Text),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("superseded_at", sa.BigInteger),
        sa.Column("valid_from", sa.BigInteger),
        sa.Column("valid_to", sa.BigInteger),
    )
    table = "state_statements"
    op.create_index(f"{table}_by_record", table, ["record", "field"])
    op.create_index(f"{table}_by_target", table, ["target", "field"])
    op.create_index(
        f"{table}_by_field",
        table,
        [
            "type",
            "field",
            "record",
            "valid_from",
            "seq",
            "recorded_at",
            "superseded_at",
            "valid_to",
            "code",
            "target",
        ],
    )
