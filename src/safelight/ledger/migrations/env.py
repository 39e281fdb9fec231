"""Alembic's entry point: runs the revisions on the connection that the program hands over, in its
transaction.
"""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
