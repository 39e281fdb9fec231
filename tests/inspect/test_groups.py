"""Groups of the worklist: every type that a signature gives lands where a person would look for it."""

from __future__ import annotations

import pytest

from safelight.inspect import signatures
from safelight.inspect.groups import group_of


def test_types_of_signatures_that_belong_to_no_group() -> None:
    given = {
        signature.mime
        for signature in (*signatures.AT_START, *signatures.ELSEWHERE)
        if not signature.mime.startswith("*")
    }
    assert {mime for mime in given if group_of(mime) == "other"} == {
        "application/pgp-encrypted",
        "application/vnd.tcpdump.pcap",
        "application/x-age-encryption",
        "application/x-bittorrent",
        "application/x-openssl-encrypted",
        "application/x-pcapng",
        "application/x-windows-prefetch",
        "font/collection",
        "font/otf",
        "font/ttf",
        "font/woff",
        "font/woff2",
    }


@pytest.mark.parametrize(
    ("mime", "group"),
    [
        ("image/jpeg", "picture"),
        ("image/svg+xml", "text"),
        ("image/vnd.djvu", "document"),
        ("application/mbox", "mail"),
        ("application/x-ewf", "image"),
        ("application/x-windows-evtx", "database"),
        ("application/x-empty", "empty"),
        ("application/octet-stream", "other"),
        ("video/never-heard-of", "video"),
    ],
)
def test_group(mime: str, group: str) -> None:
    assert group_of(mime) == group
