"""The report: the same in PDF and HTML, in three languages, a reference at every statement, nothing that reaches out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from safelight.casework.handover import report, report_document
from safelight.casework.handover.contents import Contents, LeftOut, Touched
from safelight.ledger.police import PolicePeriod
from safelight.messages import language, use_language
from tests.casework.handover.sample import (
    CASE,
    KARI,
    OLA,
    OTHER,
    PERSON,
    ROWS,
    TWIN,
    contents,
    said,
    table,
    us,
)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample's report in each language, written once."""
    found = {}
    for code in ("en", "nb", "nn"):
        found[code] = tmp_path_factory.mktemp(code)
        report.write(contents(terms={"language": code}), found[code])
    return found


def _pages(folder: Path) -> list[str]:
    with pypdfium2.PdfDocument(folder / "report.pdf") as pdf:
        return [
            pdf[number].get_textpage().get_text_bounded().replace("\ufffe", "") for number in range(len(pdf))
        ]


def _tree(folder: Path) -> Any:
    return html.document_fromstring((folder / "report.html").read_bytes())


def _rows(tree: Any, anchor: str) -> list[list[str]]:
    """Cells of the tables between a heading and the next."""
    found: list[list[str]] = []
    for node in tree.get_element_by_id(anchor).itersiblings():
        if node.tag in ("h2", "h3"):
            break
        for row in node.iter("tr"):
            cells = [" | ".join(part.text_content() for part in cell.iter("span")) for cell in row.iter("td")]
            if cells:
                found.append(cells)
    return found


def test_contents_list_every_chapter(made: dict[str, Path]) -> None:
    tree = _tree(made["en"])
    listed = [(one.text_content(), one.get("href")) for one in tree.iterfind(".//nav//a")]
    heads = [(one.text_content(), "#" + one.get("id")) for one in tree.xpath("//main/h2 | //main/h3")]
    assert listed == heads
    assert [title for title, _to in heads] == [
        "The case",
        "Persons",
        "P-031 Kari Hansen",
        "P-032 Ola van der Berg",
        "Victims",
        "V-004",
        "Series of media",
        "S-002 Sjakkbrett",
        "Authorised contact",
        "A-001",
        "Accounts",
        "Messages",
        "skype: Kari og Ola",
        "Calls",
        "Transfers of money",
        "Exhibits and custody",
        "2016-0142-A1 Bærbar maskin",
        "Items",
        "Legal basis and conditions of use",
        "What was left out and why",
        "How this can be checked",
    ]
    first = _pages(made["en"])[0]
    assert [title for title, _to in heads if title not in first] == []


def test_statements_with_nature_check_grades_and_entry(made: dict[str, Path]) -> None:
    assert _rows(_tree(made["en"]), f"record-{PERSON.id}") == [
        [
            "Category",
            "suspect",
            "fact | verified: yes",
            "A1",
            "Folkeregisteret, 3. november 2016",
            "entry 40, kåre | 2016-11-21 10:00",
        ],
        [
            "Name",
            "Kari Hansen",
            "fact | verified: yes",
            "A1",
            "Folkeregisteret, 3. november 2016",
            "entry 41, kåre | 2016-11-21 10:00",
        ],
        [
            "Also called",
            "Løperen <b>&",
            "fact | verified: unknown",
            "XX",
            "–",
            "entry 42, kåre | 2016-11-21 10:00",
        ],
        [
            "Born",
            "1980",
            "fact | verified: yes",
            "A1",
            "Folkeregisteret, 3. november 2016",
            "entry 46, kåre | 2016-11-21 10:00",
        ],
        [
            "Address",
            "Strandgaten 2, 1201 | since 2016-12-01",
            "fact | verified: yes",
            "A1",
            "Folkeregisteret, 3. november 2016",
            "entry 44, kåre | 2016-11-21 10:00",
        ],
        [
            "Account",
            "skype: kari.h",
            "assessment | verified: no",
            "B3",
            "Same opening in 40 of 41 games; dated 2016-11-02 by the sender",
            "entry 45, kåre | 2016-11-21 10:00",
        ],
        [
            "Relation",
            "P-032 Ola van der Berg · plays with",
            "fact | verified: unknown",
            "XX",
            "–",
            "entry 47, kåre | 2016-11-21 10:00",
        ],
        [
            "Also called",
            "Dronninga",
            "assessment | verified: no",
            "B3",
            "Same opening in 40 of 41 games; dated 2016-11-02 by the sender",
            "entry 51, kåre | withdrawn 2017-02-01: Somebody else's nickname",
        ],
        [
            "Address",
            "Storgata 1, 1201",
            "fact | verified: yes",
            "A1",
            "Folkeregisteret, 3. november 2016",
            "entry 43, kåre | followed by entry 44, 2017-01-02",
        ],
    ]


def test_every_statement_is_there_with_its_entry(made: dict[str, Path]) -> None:
    whole = contents()
    anchors = set(_tree(made["en"]).xpath("//@id"))
    wanted = [*(one.seq for one in whole.statements), *(one.seq for one in whole.identities), 82]
    assert [seq for seq in wanted if f"entry-{seq}" not in anchors] == []


def test_traces_name_their_item_and_place(made: dict[str, Path]) -> None:
    tree = _tree(made["en"])
    assert _rows(tree, "conversation-1") == [
        [
            "2016-10-01 18:02:11 | +02:00",
            "Kari | kari.h",
            "Tårnet eller løperen?",
            "I1, Messages:17 | skype 3, seen on real files",
        ],
        [
            "2016-10-01 18:02:40 | +02:00",
            "Ola | ola.n",
            "=SUM(A1) <script>alert(1)</script> \U0001f600",
            "I1, Messages:18 | skype 3, seen on real files",
        ],
        [
            "2016-10-03 17:00:05 ? | zone unknown, recovered",
            "Kari | kari.h",
            "Møtes vi ved brettet?\nKlokka seks.",
            "I1, Messages:19 | skype 3, seen on real files",
        ],
    ]
    assert _rows(tree, "calls") == [
        [
            "2016-10-02 20:00:00 | +02:00",
            "kari.h",
            "ola.n",
            "video",
            "61 s",
            "I1, Calls:4 | skype 3, seen on real files",
        ]
    ]
    assert _rows(tree, "transfers") == [
        [
            "2016-10-03 12:00:00 | +02:00",
            "Kari Hansen | kari.h",
            "Sjakklubben | klubben",
            "350.00 NOK",
            "Kontingent | bank",
            "I1, line 4 | skype 3, seen on real files",
        ]
    ]
    sha256 = "SHA-256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert _rows(tree, "items") == [
        ["I1", f"2016-0142-A1: Users/kari/AppData/Skype/kari.h/main.db | {sha256}", "0", "hashes alone"],
        ["I2", f"2016-0142-A1: Users/kari/Bilder/brett.jpg | {sha256}", "0", "hashes alone"],
        ["I3", f"2016-0142-A1: Users/kari/kopi/brett.jpg | {sha256}", "0", "hashes alone"],
    ]


def test_custody_law_and_what_was_left_out(made: dict[str, Path]) -> None:
    tree = _tree(made["en"])
    assert _rows(tree, "exhibit-00000000-0000-0000-0000-0000000000e1") == [
        [
            "2016-11-01 14:00:00 | +01:00",
            "received",
            "S. Brækhus",
            "Bergen, rom 4",
            "Forseglet, NO-884207",
            "entry 21, kåre | 2016-11-01 14:05",
        ],
        [
            "2016-11-02 09:00:00 | +01:00",
            "moved",
            "N. Hauge",
            "Bergen, lager",
            "–",
            "entry 22, kåre | 2016-11-02 09:01",
        ],
    ]
    assert _rows(tree, "law") == [["2016-0142-A1", "strpl. § 203, beslutning 2016-0142", "entry 20"]]
    assert _rows(tree, "left-out") == [
        ["12", "persons", "numbers", "third parties, LED art. 6"],
        ["3", "findings", "–", "proposals nobody decided"],
    ]
    text = tree.get_element_by_id("law").getnext().text_content()
    assert (
        "Politiregisterloven § 30 (test)" in text
        and "For this case only. Passed on with our consent." in text
    )


def test_the_pdf_says_what_the_html_says(made: dict[str, Path]) -> None:
    def squeezed(text: str) -> str:
        return "".join(filter(str.isalnum, text))

    pages = squeezed("".join(_pages(made["en"])))
    for anchor in (
        f"record-{PERSON.id}",
        f"record-{OTHER.id}",
        "conversation-1",
        "calls",
        "transfers",
        "items",
        "left-out",
    ):
        for cells in _rows(_tree(made["en"]), anchor):
            for part in " | ".join(cells).replace("\U0001f600", "‹U+1F600 GRINNING FACE›").split(" | "):
                assert all(squeezed(word) in pages for word in part.split()), (anchor, part)


@pytest.mark.parametrize(
    ("code", "title", "mark"),
    [
        ("en", "Report on case 2016-0142-29", "SYNTHETIC"),
        ("nb", "Rapport i sak 2016-0142-29", "SYNTETISK · SYNTHETIC"),
        ("nn", "Rapport i sak 2016-0142-29", "SYNTETISK · SYNTHETIC"),
    ],
)
def test_language_and_the_word_synthetic_on_every_page(
    made: dict[str, Path], code: str, title: str, mark: str
) -> None:
    pages = _pages(made[code])
    assert len(pages) >= 4
    assert [page for page in pages if mark not in page] == []
    tree = _tree(made[code])
    assert (tree.get("lang"), tree.findtext(".//h1")) == (code, title)
    assert [one.text for one in tree.find_class("mark")] == [mark]


def test_norwegian_words_differ(made: dict[str, Path]) -> None:
    for code, expected in (
        (
            "nb",
            [
                "Kategori",
                "mistenkt",
                "faktum | verifisert: ja",
                "A1",
                "Folkeregisteret, 3. november 2016",
                "oppføring 40, kåre | 2016-11-21 10:00",
            ],
        ),
        (
            "nn",
            [
                "Kategori",
                "mistenkt",
                "faktum | verifisert: ja",
                "A1",
                "Folkeregisteret, 3. november 2016",
                "oppføring 40, kåre | 2016-11-21 10:00",
            ],
        ),
    ):
        assert _rows(_tree(made[code]), f"record-{PERSON.id}")[0] == expected
    titles = {code: _tree(made[code]).get_element_by_id("left-out").text_content() for code in ("nb", "nn")}
    assert titles == {"nb": "Hva som er utelatt, og hvorfor", "nn": "Kva som er utelate, og kvifor"}
    assert language() == "en"


def test_nothing_reaches_out_and_nothing_runs(made: dict[str, Path]) -> None:
    tree = _tree(made["en"])
    assert tree.xpath("//script | //link | //img | //iframe | //object | //form") == []
    assert [one for one in tree.xpath("//@href | //@src") if not one.startswith("#")] == []
    assert [name for one in tree.iter() for name in getattr(one, "attrib", {}) if name.startswith("on")] == []
    ids = set(tree.xpath("//@id"))
    assert len(ids) == len(tree.xpath("//@id"))
    assert [one for one in tree.xpath("//@href") if one[1:] not in ids] == []
    assert "default-src 'none'" in tree.xpath("//meta[@http-equiv]/@content")[0]
    style = tree.findtext(".//style")
    assert "url(" not in style and "@import" not in style


def test_the_same_contents_give_the_same_bytes(made: dict[str, Path], tmp_path: Path) -> None:
    report.write(contents(), tmp_path)
    for name in ("report.pdf", "report.html"):
        assert (tmp_path / name).read_bytes() == (made["en"] / name).read_bytes()


@pytest.mark.parametrize("traces", [{}, {name: table(name, []) for name in ROWS}])
def test_a_case_of_which_little_is_known(tmp_path: Path, traces: dict[str, Any]) -> None:
    bare = contents(
        synthetic=False,
        records=(CASE,),
        statements=(),
        accounts=(),
        identities=(),
        splits=(),
        exhibits=(),
        custody=(),
        sources=(),
        items=(),
        traces=traces,
        left_out=(),
        terms={"basis": "", "conditions": "", "recipients": (), "approver": ""},
    )
    report.write(bare, tmp_path)
    tree = _tree(tmp_path)
    assert tree.findtext(".//h1") == "Report on case C-001"
    assert [one.text for one in tree.xpath("//main/p")] == [
        "Nothing is stated.",
        "No person is given.",
        "No victim is given.",
        "No account is given.",
        "0 messages are given.",
        "No call is given.",
        "No transfer is given.",
        "No exhibit is given.",
        "No item is given.",
        "No exhibit is given.",
        "Nothing was left out.",
        *(one.text for one in tree.xpath("//main/p")[-2:]),
    ]
    assert [page for page in _pages(tmp_path) if "SYNTHETIC" in page] == []


def test_a_correction_says_what_no_longer_holds(tmp_path: Path) -> None:
    touched = Touched("P-031", "district", "Agder", "", 90, "kåre", 1_480_000_000_000_000)
    report.write(contents(touched=(touched,), terms={"corrects": "HO-006"}), tmp_path)
    tree = _tree(tmp_path)
    assert _rows(tree, "correction") == [
        ["P-031", "district", "Agder", "nothing took its place", "entry 90, kåre | 2016-11-24 16:06"]
    ]
    assert "corrects HO-006" in tree.find(".//dl").text_content()


def test_more_messages_than_a_report_holds_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_document, "MOST", 2)
    report.write(contents(), tmp_path)
    tree = _tree(tmp_path)
    assert tree.get_element_by_id("messages").getnext().text == (
        "3 messages are given. The first 2 stand here; all are in the package's traces/messages.csv."
    )
    assert len(_rows(tree, "conversation-1")) == 2
    assert [cells[0] for cells in _rows(tree, "items")] == ["I1", "I2"]
    assert (
        tree.get_element_by_id("items")
        .getnext()
        .text_content()
        .strip()
        .endswith("The first 2 of 3 stand here; all are in the package's items/items.csv.")
    )
    ids = set(tree.xpath("//@id"))
    assert [one for one in tree.xpath("//@href") if one[1:] not in ids] == []
    assert "The first 2 of 3 stand here" in "".join(_pages(tmp_path))


def test_copies_do_not_count_against_what_a_report_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_document, "MOST", 3)
    one = ROWS["messages"][0]
    rows = [*ROWS["messages"], {**one, "trace_id": "twin", "item_id": TWIN, "place": "line 3"}]
    whole = contents()
    same = dict.fromkeys((one["trace_id"], "twin"), one["trace_id"])
    report.write(contents(same=same, traces={**whole.traces, "messages": table("messages", rows)}), tmp_path)
    tree = _tree(tmp_path)
    assert [cells[3].partition(" | ")[0] for cells in _rows(tree, "conversation-1")] == [
        "I1, Messages:17\nI3, line 3", "I1, Messages:18", "I1, Messages:19",
    ]  # fmt: skip
    assert (
        tree.get_element_by_id("messages")
        .getnext()
        .text.startswith("4 messages are given. 3 of them are distinct. Copies")
    )


def test_long_words_break_in_the_pdf_and_are_copied_whole(tmp_path: Path) -> None:
    address = "a.very.long.address.of.a.chess.player.who.likes.trains@example.net"
    whole = contents()
    made = contents(accounts=(replace(whole.accounts[0], native=address), *whole.accounts[1:]))
    report.write(made, tmp_path)
    text = "".join(_pages(tmp_path))
    assert "\u200b" not in text
    assert address not in text, "it stands in one line, across the next column"
    assert address in text.replace("\r", "").replace("\n", "")


def test_copies_stand_in_one_line_and_officers_are_told_apart(tmp_path: Path) -> None:
    one = ROWS["messages"][0]
    rows = [
        *ROWS["messages"],
        {**one, "trace_id": "copy", "item_id": TWIN, "place": "line 3"},
        {**one, "trace_id": "again"},
    ]
    police = PolicePeriod(OLA, us("2016-10-01T00:00:00Z"), us("2016-10-02T00:00:00Z"), "authority", 71)
    whole = contents()
    made = contents(police=(police,), traces={**whole.traces, "messages": table("messages", rows)})
    report.write(made, tmp_path)
    tree = _tree(tmp_path)
    shown = [(cells[1], cells[3]) for cells in _rows(tree, "conversation-1")]
    assert shown == [
        ("Kari | kari.h", "I1, Messages:17\nI3, line 3 | skype 3, seen on real files"),
        ("Kari | kari.h", "I1, Messages:17 | skype 3, seen on real files"),
        ("Ola | ola.n, police", "I1, Messages:18 | skype 3, seen on real files"),
        ("Kari | kari.h", "I1, Messages:19 | skype 3, seen on real files"),
    ]
    assert tree.get_element_by_id("messages").getnext().text == (
        "5 messages are given. Copies with the same time, sender and text stand in one line with all their sources. "
        "What is marked “police” was written by an officer, from an account in the hands of police."
    )


def test_copies_that_the_analysis_found_stand_in_one_line_whatever_their_times_and_conversations(
    tmp_path: Path,
) -> None:
    one, two, *_more = ROWS["messages"]
    rows = [
        *ROWS["messages"],
        {**one, "trace_id": "later", "item_id": TWIN, "place": "$.a[1]", "at_us": one["at_us"] + 400_000,
         "conversation_id": "c1-export", "sender_name": "Kari N."},
        {**one, "trace_id": "wal", "item_id": TWIN, "place": "wal 3", "state": "recovered"},
        {**two, "trace_id": "alone", "item_id": TWIN, "place": "$.a[2]", "at_us": two["at_us"] + 400_000},
    ]  # fmt: skip
    stands = dict.fromkeys((one["trace_id"], "later", "wal"), one["trace_id"])
    whole = contents()
    made = contents(same=stands, traces={**whole.traces, "messages": table("messages", rows)})
    report.write(made, tmp_path)
    tree = _tree(tmp_path)
    shown = [(cells[1], cells[3]) for cells in _rows(tree, "conversation-1")]
    assert shown == [
        ("Kari | kari.h", "I1, Messages:17\nI3, $.a[1]\nI3, wal 3 (recovered) | skype 3, seen on real files"),
        ("Ola | ola.n", "I1, Messages:18 | skype 3, seen on real files"),
        ("Ola | ola.n", "I3, $.a[2] | skype 3, seen on real files"),
        ("Kari | kari.h", "I1, Messages:19 | skype 3, seen on real files"),
    ]
    assert tree.xpath("//*[@id='conversation-2']") == []
    assert tree.get_element_by_id("messages").getnext().text == (
        "6 messages are given. 4 of them are distinct. Copies of one message stand in one line with all their sources; "
        "its time and text are those of the first source."
    )


def _hostile(text: str) -> Contents:
    rows = [{**ROWS["messages"][0], "text": text, "sender_name": text}]
    statements = (*contents().statements, said(90, PERSON, "alias", text))
    return contents(
        operation=text,
        statements=statements,
        traces={"messages": table("messages", rows)},
        left_out=(LeftOut(1, text, text, text),),
        exhibits=(replace(contents().exhibits[0], label=text),),
        accounts=(replace(contents().accounts[0], native=text),),
    )


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
    | st.sampled_from(
        [
            "#set page()",
            "<b>x</b>",
            '"\\',
            "$x$",
            "@a",
            "*_`~",
            "</style><script>",
            "\u202eabc",
            "\x00",
            "a" * 500,
        ]
    )
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_drawn_as_it_is(tmp_path: Path, text: str) -> None:
    report.write(_hostile(text), tmp_path)
    tree = _tree(tmp_path)
    assert tree.xpath("//script") == [] and len(tree.xpath("//style")) == 1
    assert _rows(tree, f"record-{PERSON.id}")
    assert len(_pages(tmp_path)) >= 4
    assert tree.xpath(f"//tr[@id='account-{KARI}']")


def test_what_was_built_from_documentation_or_stands_in_the_path_says_so(tmp_path: Path) -> None:
    first, *others = ROWS["messages"]
    told = {"seen_on": "documentation", "facts_from_path": "conversation sent"}
    rows = [{**first, **told}, {**others[0], "seen_on": None}]
    calls = [{**ROWS["calls"][0], **told}]
    traces = {**contents().traces, "messages": table("messages", rows), "calls": table("calls", calls)}
    report.write(contents(traces=traces), tmp_path)
    tree = _tree(tmp_path)
    said = "skype 3, built from documentation, from the path alone: conversation sent"
    assert [cells[-1].partition(" | ")[2] for cells in _rows(tree, "conversation-1")] == [
        said,
        "skype 3, not stated what it was tried on",
    ]
    assert _rows(tree, "calls")[0][-1].partition(" | ")[2] == said
