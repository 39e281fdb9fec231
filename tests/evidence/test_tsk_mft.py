"""Records of $MFT: names in made ones, and any bytes end as names or as nothing."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.tsk_mft import HeldName, fixed, names_in


def record(*names: tuple[int, int, str, int], damage: dict[int, bytes] | None = None) -> bytes:
    """1,024 bytes with $FILE_NAMEs (parent, sequence, name, name space), sector ends replaced as on a disk."""
    body = b""
    for parent, sequence, name, space in names:
        text = name.encode("utf-16-le")
        content = struct.pack("<Q56xBB", sequence << 48 | parent, len(text) // 2, space) + text
        length = (24 + len(content) + 7) & ~7
        body += (struct.pack("<IIB7xIHH", 0x30, length, 0, len(content), 24, 0) + content).ljust(
            length, b"\0"
        )
    data = bytearray(
        (struct.pack("<4sHH12xHH32x", b"FILE", 48, 3, 56, 1) + body + b"\xff" * 4).ljust(1024, b"\0")
    )
    for place, value in (damage or {}).items():
        data[place : place + len(value)] = value
    data[48:50] = b"\x07\x00"
    for sector in (1, 2):
        data[48 + 2 * sector : 50 + 2 * sector] = data[512 * sector - 2 : 512 * sector]
        data[512 * sector - 2 : 512 * sector] = b"\x07\x00"
    return bytes(data)


def test_names_across_a_sector_end_and_without_those_for_dos() -> None:
    long = "Åpning " + "e" * 200 + ".pgn"
    data = record((64, 1, "APNING~1.PGN", 2), (64, 1, long, 1), (70, 3, "kopi.pgn", 0))
    assert list(names_in(data)) == [HeldName(64, 1, long.encode()), HeldName(70, 3, b"kopi.pgn")]


def test_half_of_a_pair_is_kept() -> None:
    data = record((5, 5, "a\0b", 1), damage={56 + 24 + 66: b"\x3d\xd8"})
    assert [name.name for name in names_in(data)] == [b"\xed\xa0\xbd"]


def test_a_record_written_in_part_is_left_as_it_is() -> None:
    data = bytearray(record((64, 1, "kopi.pgn", 0)))
    data[1022] ^= 0xFF
    assert fixed(bytes(data)) == bytes(data)


@given(st.dictionaries(st.integers(0, 1000), st.binary(min_size=1, max_size=8), max_size=20))
def test_any_damage_ends_as_names_or_nothing(damage: dict[int, bytes]) -> None:
    for name in names_in(record((64, 1, "åpning.pgn", 1), (70, 3, "kopi.pgn", 0), damage=damage)):
        assert name.parent < 1 << 48
        assert len(name.name) <= 3 * 255


@given(st.binary(min_size=64, max_size=2048))
def test_any_bytes_end_as_names_or_nothing(data: bytes) -> None:
    assert all(isinstance(name, HeldName) for name in names_in(data))
