"""Every notation of a hash list, and what cannot be used is counted with its place."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.analyse.known_labels import Label
from safelight.analyse.known_lists import read_hashdeep, read_list
from safelight.analyse.known_record import BadLines, Record
from safelight.errors import BadInput
from tests.analyse.sets import pattern

_CATEGORY = Label("chess", "1", "opening")
_D = pattern(1)


def _list(path: Path, data: bytes) -> tuple[list[Record], BadLines]:
    (path / "list").write_bytes(data)
    bad = BadLines()
    return list(read_list(path / "list", _CATEGORY, bad, lambda _done, _total: None)), bad


def _record(algorithm: str, name: str | None) -> Record:
    detail = "" if name is None else '{"name":"' + name + '"}'
    values = {"md5": None, "sha1": None, "sha256": None} | {algorithm: _D[algorithm]}
    return Record(values["md5"], values["sha1"], values["sha256"], _CATEGORY._replace(detail=detail))


@pytest.mark.parametrize(
    ("line", "record"),
    [
        (f"{_D['md5']}  åpning.pgn", _record("md5", "åpning.pgn")),
        (f"{_D['sha1']} *bin  two.dat", _record("sha1", "bin  two.dat")),
        (f"{_D['sha256'].upper()}  A.PGN", _record("sha256", "A.PGN")),
        (f"\\{_D['md5']}  a\\\\b\\nc", _record("md5", "a\\\\b\\nc")),
        (f"{_D['md5']}  a\\nb", _record("md5", "a\\\\nb")),
        (f"SHA256 (a (1).pgn) = {_D['sha256']}", _record("sha256", "a (1).pgn")),
        (f"MD5 (a) = {_D['md5']}", _record("md5", "a")),
        (f"SHA2-256(a.pgn)= {_D['sha256']}", _record("sha256", "a.pgn")),
        (f"SHA1(a.pgn)= {_D['sha1']}", _record("sha1", "a.pgn")),
        (f"   1234  {_D['md5']}  sized", _record("md5", "sized")),
        (_D["sha1"], _record("sha1", None)),
        (f"{_D['md5']},anything, else", _record("md5", "anything, else")),
        (f"{_D['md5']}\ttab", _record("md5", "tab")),
        (f"{_D['md5']}  \x85\x0b\u2028", _record("md5", "\x85\\u000b\u2028")),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_notations(tmp_path: Path, line: str, record: Record, end: str) -> None:
    records, bad = _list(tmp_path, (line + end).encode())
    assert (records, bad) == ([record], BadLines())


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_marked_encodings(tmp_path: Path, mark: bytes, encoding: str) -> None:
    data = mark + f"{_D['md5']}  tårn\r\n{_D['sha1']}  løper\r\n".encode(encoding)
    records, bad = _list(tmp_path, data)
    assert records == [_record("md5", "tårn"), _record("sha1", "løper")]
    assert bad == BadLines()


def test_what_is_no_digest_is_counted(tmp_path: Path) -> None:
    lines = [
        "# a comment", "", f"{_D['md5']}  good", f"{_D['md5'][:-1]}  short", f"{_D['md5'][:-1]}g  no hex",
        f"{'a' * 128}  sha512", "1. e4 e5", "\x00\x01", "x" * 1_100_000, f"{_D['sha1']}  good too",
    ]  # fmt: skip
    records, bad = _list(tmp_path, "\n".join(lines).encode() + b"\n\xff\xfe broken text\n")
    assert [record.md5 or record.sha1 for record in records] == [_D["md5"], _D["sha1"]]
    assert bad.count == len(bad.examples)
    assert bad.examples == [
        ("line 4", "no digest"),
        ("line 5", "no digest"),
        ("line 6", "a digest of 128 digits: that algorithm is not used"),
        ("line 7", "no digest"),
        ("line 8", "no digest"),
        ("line 9", "longer than a million characters"),
        ("line 11", "no digest"),
    ]


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_any_bytes_end_as_records_or_bad_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    """Each line is a record, bad, blank or a comment: nothing is dropped in silence."""
    path = tmp_path_factory.mktemp("any")
    data = b"".join(line.replace(b"\n", b"").replace(b"\r", b"") + b"\n" for line in lines)
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = b"x" + data
    texts = [line.decode("utf-8", "replace") for line in data.split(b"\n")[:-1]]
    silent = sum(1 for text in texts if not text.strip() or text.startswith("#"))
    records, bad = _list(path, data)
    assert len(records) + bad.count + silent == len(texts)


def _hashdeep(path: Path, text: str) -> tuple[list[Record], BadLines]:
    (path / "deep").write_text(text, "utf-8")
    bad = BadLines()
    return list(read_hashdeep(path / "deep", _CATEGORY, bad, lambda _done, _total: None)), bad


def test_hashdeep(tmp_path: Path) -> None:
    text = (
        "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## Invoked from: /x\n## $ hashdeep\n##\n"
        f"12,{_D['md5'].upper()},{_D['sha256']},/x/a, b.pgn\n"
        f"12,{_D['md5']}\n"
        f"12,zz,{_D['sha256']},c\n"
        "12,zz,yy,d\n"
        "%%%% size,sha1,filename\n"
        f"9,{_D['sha1']},e\n"
    )
    records, bad = _hashdeep(tmp_path, text)
    assert records == [
        Record(_D["md5"], None, _D["sha256"], _CATEGORY._replace(detail='{"name":"/x/a, b.pgn"}')),
        Record(None, None, _D["sha256"], _CATEGORY._replace(detail='{"name":"c"}')),
        Record(None, _D["sha1"], None, _CATEGORY._replace(detail='{"name":"e"}')),
    ]
    assert bad.examples == [
        ("line 7", "2 values where 4 columns are named"),
        ("line 8", "not a digest: md5"),
        ("line 9", "not a digest: md5, sha256"),
    ]


def test_hashdeep_without_a_digest_that_is_used(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="names no MD5, SHA-1 or SHA-256"):
        _hashdeep(tmp_path, "%%%% HASHDEEP-1.0\n%%%% size,tiger,filename\n12,ab,c\n")
