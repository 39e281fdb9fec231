"""The archive limits of an operation, in the units of `Limits`."""

from __future__ import annotations

from safelight.evidence.model import Limits
from safelight.operation.settings import Settings


def limits_from(settings: Settings) -> Limits:
    """The archive limits of `operation.toml` in bytes."""
    archives = settings.archives
    return Limits(
        max_depth=archives.max_depth,
        max_members=archives.max_members,
        max_member_bytes=archives.max_member_megabytes << 20,
        max_total_bytes=archives.max_total_megabytes << 20,
        max_ratio=archives.max_ratio,
    )
