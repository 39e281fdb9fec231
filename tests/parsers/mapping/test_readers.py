"""Each reader on its own kind of file, with what is bad in it."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.mapping import sqlite_rows
from safelight.parsers.mapping.load import parsed
from safelight.parsers.mapping.parser import MappedParser
from safelight.traces.model import Account, Login, Message, Transfer
from tests.parsers.mapping.trying import lines, tried
from tests.parsers.run import parse

HEAD = 'name = "chess"\nversion = 3\nnetwork = "chess"\n[input]\nreader = "%s"\n%s\n[[rule]]\nname = "lines"\ntrace = "%s"\n'
MESSAGE = 'sender = "who"\ntext = "says"\nconversation = "room"\nsent = { from = "at", format = "unix" }\n'


def book(*rows: tuple[str | float, ...]) -> bytes:
    """A workbook with one sheet, written by hand: inline texts and numbers; style 1 is a date."""
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(64 + column)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            if isinstance(cell, str)
            else f'<c r="{chr(64 + column)}{number}" s="{int(cell > 40000)}"><v>{cell}</v></c>'
            for column, cell in enumerate(row, 1)
        )
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Ark1" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{office}/styles" '
        'Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
        "</styleSheet>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, f"<?xml version='1.0' encoding='UTF-8'?>{text}")
    return out.getvalue()


def test_excel(tmp_path: Path) -> None:
    mapping = HEAD % ("excel", "", "transfer") + (
        'sheet = "Ark1"\n[rule.fields]\nsender = "Fra"\nreceiver = "Til"\namount = "Beløp"\n'
        'time = { from = "Tid", zone = "Europe/Oslo" }\n'
    )
    data = book(("Fra", "Til", "Beløp", "Tid"), ("K1", "P7", 250.5, 42381.5), ("K1", "", "mye", 42400.25))
    trial = tried(tmp_path, mapping, "a.xlsx", data)
    assert lines(trial) == [
        "Ark1!2: Transfer(sender=K1, receiver=P7, amount=250.5000, time=2016-01-12T11:00:00Z assumed)",
        "Ark1!3: Transfer(sender=K1, time=2016-01-31T05:00:00Z assumed)",
        "lines: 2 of 2 records, 1 doubtful",
        "  Ark1!3: amount: 'mye' is no number",
    ]
    assert trial.recognised
    broken = tried(tmp_path, mapping, "b.xlsx", data[:400])
    assert (broken.recognised, broken.first, (broken.ended or "").split(":")[0]) == (False, [], "corrupt")


def database(path: Path) -> bytes:
    made = sqlite3.connect(path)
    made.executescript(
        "CREATE TABLE m (id INTEGER PRIMARY KEY, room, who, says, at);"
        "INSERT INTO m VALUES (5, 'sjakk', 'Kari', 'Parti?', 1452587400), (9, 'sjakk', 'Ola', x'00ff', 'snart');"
    )
    made.close()
    return path.read_bytes()


def test_sqlite(tmp_path: Path) -> None:
    query = 'query = "SELECT id, room, who, says, at FROM m ORDER BY id"\nplace = "id"\n[rule.fields]\n'
    trial = tried(
        tmp_path, HEAD % ("sqlite", "", "message") + query + MESSAGE, "m.db", database(tmp_path / "made.db")
    )
    assert lines(trial) == [
        "lines:5: Message(conversation=sjakk, sender=Kari, text=Parti?, sent=2016-01-12T08:30:00Z stated)",
        "lines:5: Conversation(conversation=sjakk)",
        "lines:9: Message(conversation=sjakk, sender=Ola, text=00ff)",
        "lines: 2 of 2 records, 1 doubtful",
        "  lines:9: sent: 'snart' is no time in the format unix",
    ]
    assert trial.recognised


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DELETE FROM m", "SELECT * FROM none", "WITH a AS (SELECT 1) DELETE FROM m", "SELECT load_extension('x')",
        "SELECT * FROM pragma_database_list",
    ],
)  # fmt: skip
def test_sqlite_reads_and_nothing_else(tmp_path: Path, query: str) -> None:
    mapping = HEAD % ("sqlite", "", "message") + f'query = "{query}"\n[rule.fields]\n{MESSAGE}'
    trial = tried(tmp_path, mapping, "m.db", database(tmp_path / "made.db"))
    assert trial.traces == 0
    assert trial.rules[0].unmatched == 1
    assert "the query cannot be carried out" in trial.rules[0].examples[0].reason


def test_sqlite_queries_without_an_end_are_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_rows, "PATIENCE", 0.1)
    query = "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT count(*) FROM a"
    mapping = HEAD % ("sqlite", "", "message") + f'query = "{query}"\n[rule.fields]\n{MESSAGE}'
    trial = tried(tmp_path, mapping, "m.db", database(tmp_path / "made.db"))
    assert trial.rules[0].examples[0].reason == "the query cannot be carried out: interrupted"


def test_json_lines_and_cut_json(tmp_path: Path) -> None:
    rows = [{"room": "r", "who": "Kari", "says": f"Trekk {n}", "at": 1452587400 + n} for n in range(3)]
    text = "\n".join([json.dumps(rows[0]), "{nope", "", json.dumps(rows[1]), json.dumps({"room": None})])
    mapping = HEAD % ("json", "", "message") + 'path = "lines"\n[rule.fields]\n' + MESSAGE
    assert lines(tried(tmp_path, mapping, "a.jsonl", text.encode()))[2:] == [
        "line 4: Message(conversation=r, sender=Kari, text=Trekk 1, sent=2016-01-12T08:30:01Z stated)",
        "lines: 2 of 4 records",
        "  line 2: no JSON (column 2)",
        "  line 5: conversation is empty",
    ]
    whole = json.dumps({"all": rows})
    cut = tried(
        tmp_path,
        mapping.replace('"lines"\n[', '"all.item"\n['),
        "a.json",
        whole[: whole.index("Trekk 2")].encode(),
    )
    assert [one.place for one in cut.first] == ["$.all[0]", "$.all[1]"]
    assert (cut.ended or "").startswith("corrupt: the JSON cannot be read behind 2 records")


def test_delimited_of_many_shapes(tmp_path: Path) -> None:
    mapping = HEAD % ("delimited", 'delimiter = "\\t"\nheader = 2', "login") + (
        "[rule.fields]\naccount = 'Bruker'\nip = '#2'\n"
        "at = { from = 'Tid', format = '%d.%m.%Y %H:%M', zone = 'Europe/Oslo' }\n"
    )
    text = (
        'Rapport\nBruker\tAdresse\tTid\n\nKåre\t192.0.2.7\t12.01.2016 09:30\n"Ola\nN"\t\t30.10.2016 02:30\n'
        "a\tb\tc\td\n\t192.0.2.8\t12.01.2016 09:30\nPer\n"
    )
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        assert lines(tried(tmp_path, mapping, "a.tsv", text.encode(encoding))) == [
            "line 4: Login(account=Kåre, ip=192.0.2.7, at=2016-01-12T08:30:00Z assumed)",
            "line 5: Login(account=Ola|N, at=2016-10-30T02:30:00 unknown)",
            "line 9: Login(account=Per)",
            "lines: 3 of 5 records",
            "  line 7: 4 cells under 3 names",
            "  line 8: account is empty",
        ]


def test_a_mapping_is_a_parser() -> None:
    mapping = parsed((HEAD % ("delimited", "", "message") + "[rule.fields]\n" + MESSAGE).encode())
    parser = MappedParser(mapping)
    found = parse(parser, b"room,who,says,at\nsjakk,Kari,Parti?,1452587400\nsjakk,Ola,Ja,nei\n,Per,Hei,1\n")
    assert found.ended is not None
    assert (found.ended.parser, found.ended.version, found.ended.mapping) == (
        "mapping-chess",
        3,
        mapping.sha256,
    )
    assert {row["mapping"] for row in found.of(Message)} == {mapping.sha256}
    assert found.of(Message, "place", "sender", "text") == [
        ("line 2", "Kari", "Parti?"),
        ("line 3", "Ola", "Ja"),
    ]
    assert [(part.place, part.detail) for part in found.parts] == [
        ("line 3", "sent: 'nei' is no time in the format unix")
    ]
    assert found.ended.remarks == [
        "rule lines: 2 of 3 records became message traces, 1 of them with a value that cannot be read; 1 did not match "
        "(line 4: conversation is empty)"
    ]
    assert parse(parser, b"other,names\n1,2\n").ended is None
    assert parse(parser, b'{"room": 1}').ended is None


def test_fields_of_many_kinds() -> None:
    text = HEAD % ("delimited", "", "message") + (
        "[rule.fields]\nconversation = { direct = ['from', 'to'] }\nsender = 'from'\n"
        "recipients = { from = 'to', split = '/' }\n"
        "direction = { from = 'way', map = { o = 'outgoing', i = 'incoming' } }\n"
        "state = { from = 'gone', map = { y = 'deleted' },"
        " default = 'live' }\ntext = { from = ['a', 'b'], join = '-' }\nnetwork = { const = 'phone' }\n"
    )
    found = parse(
        MappedParser(parsed(text.encode())),
        b"from,to,way,gone,a,b\n+47 900 00 000,900 00 001/0046 1234567,o,y,x,y\n90000000,90000001,z,,,q\n",
    )
    assert found.of(Message, "conversation", "sender", "recipients", "direction", "state", "text", "network") == [
        ("direct:+4790000000|9000000100461234567", "+4790000000", ["90000001", "+461234567"], "outgoing", "deleted",
         "x-y", "phone"),
        ("direct:90000000|90000001", "90000000", ["90000001"], None, "live", "q", "phone"),
    ]  # fmt: skip
    assert [part.detail for part in found.parts] == ["direction: the map does not know 'z'"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["delimited", "json", "html", "lines", "excel", "sqlite"]))
def test_any_bytes_are_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, reader: str
) -> None:
    source = {
        "json": 'path = "item"\n', "html": 'select = "p"\n', "lines": "pattern = '(?P<who>.)'\n",
        "sqlite": 'query = "SELECT 1 AS who"\n',
    }.get(reader, "")  # fmt: skip
    head = "header = 0" if reader in ("delimited", "excel") else ""
    account = {"delimited": "#1", "excel": "#1", "html": "."}.get(reader, "who")
    mapping = HEAD % (reader, head, "account") + source + f'[rule.fields]\naccount = "{account}"\n'
    for whole in (data, b"<p>" + data, b"[" + data, b'[{"who": "x"}, ' + data):
        trial = tried(tmp_path_factory.mktemp("any"), mapping, "item", whole)
        assert trial.ended is None or trial.ended.split(":")[0] in ("corrupt", "limit", "encrypted")
        parse(MappedParser(parsed(mapping.encode())), whole)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("abcæøå,;\"' =", min_size=1, max_size=6), st.decimals(-9999, 9999, places=2)),
        max_size=6,
    )
)
def test_amounts_come_back(rows: list[tuple[str, object]]) -> None:
    import csv

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([("who", "sum"), *rows])
    text = HEAD % ("delimited", "", "transfer") + "[rule.fields]\nsender_name = 'who'\namount = 'sum'\n"
    found = parse(MappedParser(parsed(text.encode())), out.getvalue().encode())
    assert found.of(Account) == found.of(Login) == []
    assert [abs(row["amount"]) for row in found.of(Transfer)] == [abs(value) for _who, value in rows]  # type: ignore[arg-type]
