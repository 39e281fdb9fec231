"""Which names of a folder count: one for each inode, those in use before deleted ones that say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.tsk_names import ALLOCATED, DELETED, Name, once


def test_a_deleted_repetition_counts_only_where_nothing_in_use_says_the_same() -> None:
    names: list[Name | str] = [
        Name(b"a", 5, DELETED),
        "a part cannot be read",
        Name(b"a", 5, ALLOCATED),
        Name(b"a", 6, DELETED),
        Name(b"a", 6, DELETED, 5),
        Name(b"a", 0, DELETED),
        Name(b"b", 0, DELETED),
        Name(b"a", 5, ALLOCATED),
    ]
    assert list(once(names)) == [
        "a part cannot be read",
        Name(b"a", 5, ALLOCATED),
        Name(b"a", 6, DELETED),
        Name(b"b", 0, DELETED),
    ]


NAMES = st.builds(
    Name, st.sampled_from([b"a", b"b"]), st.integers(0, 3), st.sampled_from([ALLOCATED, DELETED])
)


@given(st.lists(NAMES))
def test_every_name_is_said_once_and_none_in_use_is_lost(names: list[Name]) -> None:
    said = [name for name in once(names) if isinstance(name, Name)]
    keys = [(name.name, name.meta_addr) for name in said]
    assert len(set(keys)) == len(keys)
    in_use = {(name.name, name.meta_addr) for name in names if name.flags == ALLOCATED}
    assert {(name.name, name.meta_addr) for name in said if name.flags == ALLOCATED} == in_use
    lost = {(name.name, name.meta_addr) for name in names} - set(keys)
    assert all(not inode and any(name == held for held, _ in in_use) for name, inode in lost)
