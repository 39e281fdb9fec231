"""The catalogue holds every text, in both Norwegian languages, and no page shows a text that it does not hold."""

from __future__ import annotations

import gettext
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from safelight.messages import LOCALES, _, catalogue, language, negotiated, ngettext, use_language

TEMPLATES = sorted((catalogue.ROOT / "src/safelight/web/templates").glob("*.html"))


def po(path: Path) -> Catalog:
    return read_po(io.BytesIO(path.read_bytes()))


def texts(found: Catalog) -> dict[str | list[str] | tuple[str, ...], Message]:
    """The catalogue without its header."""
    return {message.id: message for message in found if message.id}


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def placeholders(text: str) -> set[str]:
    """The names that stand in a text, and the percent signs: a lone one would break formatting."""
    return set(re.findall(r"%(?:\(\w+\)s|.|$)", text))


def test_every_file_is_what_the_sources_say() -> None:
    """Every marked text of Python and templates is in the `.pot`, and so on: `make messages` would change nothing."""
    assert [path.name for path, data in catalogue.files().items() if path.read_bytes() != data] == []


def test_the_template_holds_the_texts_that_a_person_finds() -> None:
    """Extraction itself, by other means: every literal first argument in the templates and in two modules."""
    held = {one for message in texts(po(LOCALES / "safelight.pot")) for one in forms(message)}
    found = {
        text
        for path in [*TEMPLATES, *(catalogue.ROOT / "src/safelight/web").glob("*.py")]
        for text in re.findall(r'\b(?:_|ngettext)\(\s*"([^"]+)"', path.read_text("utf-8"))
    }
    assert len(found) > 300
    assert found - held == set()


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_every_text_is_translated_with_the_same_placeholders(code: str) -> None:
    template, translated = texts(po(LOCALES / "safelight.pot")), texts(po(catalogue.po_path(code)))
    assert set(translated) == set(template)
    assert [message.id for message in translated.values() if message.fuzzy] == []
    assert [message.id for message in translated.values() if not all(forms(message.string) or ("",))] == []
    assert [
        message.id for message in translated.values() if len(forms(message.string)) != len(forms(message.id))
    ] == []
    pairs = [
        (source, form)
        for one in translated.values()
        for source, form in zip(forms(one.id), forms(one.string), strict=True)
    ]
    assert [(source, form) for source, form in pairs if placeholders(form) != placeholders(source)] == []


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_translations_are_written_like_their_texts(code: str) -> None:
    """The same end (a sentence ends as one) and the same case at the beginning; no English quotation marks."""
    pairs = [
        (source, form)
        for message in texts(po(catalogue.po_path(code))).values()
        for source, form in zip(forms(message.id), forms(message.string), strict=True)
    ]
    ends = set(".:;…!?")
    assert [
        (a, b) for a, b in pairs if (a[-1] if a[-1] in ends else "") != (b[-1] if b[-1] in ends else "")
    ] == []
    capitals = [(a, b) for a, b in pairs if a[0].isalpha() and a[0].isupper() != b[0].isupper()]
    assert [(a, b) for a, b in capitals if a not in LANGUAGE_NAMES] == []
    assert [b for _a, b in pairs if "“" in b or "”" in b or "  " in b or b != b.strip()] == []


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_the_compiled_file_says_what_the_translation_says(code: str) -> None:
    with catalogue.po_path(code).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in texts(po(catalogue.po_path(code))).values():
        if isinstance(message.id, tuple):
            one, many = message.id
            assert forms(message.string) == tuple(compiled.ngettext(one, many, number) for number in (1, 2))
            assert compiled.ngettext(one, many, 0) == compiled.ngettext(one, many, 2)
        else:
            assert (compiled.gettext(str(message.id)),) == forms(message.string)


def test_bokmaal_and_nynorsk_are_two_languages() -> None:
    """Nothing is copied over: the common words that differ never stand in the other's file."""
    words = {
        code: {
            word
            for message in texts(po(catalogue.po_path(code))).values()
            for form in forms(message.string)
            for word in re.findall(r"\w+", form.lower())
        }
        for code in catalogue.TRANSLATED
    }
    only_nb = {
        "ikke",
        "kilde",
        "hvorfor",
        "hva",
        "fra",
        "uten",
        "noe",
        "hver",
        "bilde",
        "innholdet",
        "åpne",
        "mer",
    }
    only_nn = {
        "ikkje",
        "kjelde",
        "kvifor",
        "kva",
        "frå",
        "utan",
        "noko",
        "kvar",
        "bilete",
        "innhaldet",
        "opne",
        "eit",
    }
    assert words["nn"] & only_nb == set()
    assert words["nb"] & only_nn == set()


def test_the_glossary_is_true() -> None:
    page = (catalogue.ROOT / "docs/glossary.md").read_text("utf-8")
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in page.splitlines()
        if line[:1] == "|"
    ]
    words = rows[2:]
    assert len(words) > 20
    translated = {code: texts(po(catalogue.po_path(code))) for code in catalogue.TRANSLATED}
    wrong = [
        (english, code)
        for english, nb, nn, _meaning in words
        for code, own in (("nb", nb), ("nn", nn))
        if english not in translated[code] or translated[code][english].string != own
    ]
    assert wrong == []


class Literals(HTMLParser):
    """Letters between the tags, and in the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value or ""
            for name, value in attrs
            if name in ("aria-label", "title", "placeholder", "alt", "label")
        ]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


#: Norwegian writes languages small.
LANGUAGE_NAMES = {"Cebuano", "Danish", "English", "German", "Norwegian", "Swedish", "Tagalog"}
#: Names and what one types or presses: the same in every language.
NAMES = {"Safelight", "SHA-256", "SHA-1", "MD5", "CSV", "PDF", "UTC", "MB", "Enter", "Esc"} | {
    "d", "n", "N", "J", "K", "J K", "n N", "m", "w", "x", "safelight index", "safelight keywords run",
    "tog snø", '"neste tog"', "lok*", "finse~", "tog OR bane -buss", "network:irc from:2016-11",  # queries as typed
    "person:togmann",
    'name = "chess-log" version = 1 network = "chesslog" [input] reader = "delimited" [[rule]] name = "messages" '
    'trace = "message" [rule.fields] sender = "nick"',  # a mapping as typed

    "o", "e", "i", "f", "h", "g", "j", "k", "l", "y", "b", "c", "j k", "a", "s", "t", "z", "Shift+T",
    "safelight exhibit add", "safelight known add", "safelight ingest", "safelight parse", "safelight clock zone",
    "safelight ingest OPERATION --exhibit ID SOURCE",
    "v", "safelight accounts triage", "safelight accounts triage --list", "p", "u", "r", "T", "S", "M",
    "safelight identities find", "P-…", "V-…", "Vest, Kripos, SE:Polisen", "Tab",
    "C-…", "Øst=age1…", "age1…", "AGE-SECRET-KEY-1…", "safelight privileged review OPERATION", "X",  # X: a grade
    "bokmål", "nynorsk", "English",  # each as it calls itself
}  # fmt: skip


def literals(source: str) -> list[str]:
    """What a template shows by itself, without what Jinja puts in."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL)
    parser = Literals()
    parser.feed(plain)
    pieces = [" ".join(piece.split()).strip(" .·,;:×✕()→←↑↓/") for piece in parser.found]
    return [piece for piece in pieces if re.search(r"[^\W\d_]", piece) and piece not in NAMES]


def strings_of_expressions(source: str) -> list[str]:
    """Sentences and words in quotes inside `{{ }}` and `{% set %}` that no function translates: `"a" if x else "b"`."""
    shown = []
    for pair in re.findall(r"\{\{(.*?)\}\}|\{% set (.*?)%\}", source, flags=re.DOTALL):
        rest = re.sub(r'\b(?:_|ngettext)\(\s*"[^"]*"(?:\s*,\s*"[^"]*")?', "", "".join(pair))
        shown += [
            text for text in re.findall(r'"([^"]*)"', rest) if re.search(r"[A-Z]\w*[a-z]|\w\w \w\w", text)
        ]
    return shown


def test_no_template_shows_a_text_that_is_not_marked() -> None:
    assert {path.name: found for path in TEMPLATES if (found := literals(path.read_text("utf-8")))} == {}
    inside = {
        path.name: found for path in TEMPLATES if (found := strings_of_expressions(path.read_text("utf-8")))
    }
    assert inside == {}


def test_the_look_for_unmarked_texts_finds_one() -> None:
    page = '<h1 title="A title">{{ _("Marked") }} Not marked</h1>'
    page += '<p>{% if x %}{{ "No, never" if y else "" }}{% endif %}{% set t = {"a": "Left"} %}</p>'
    assert literals(page) == ["A title", "Not marked"]
    assert strings_of_expressions(page) == ["No, never", "Left"]


def test_texts_follow_the_language_in_use() -> None:
    before = language()
    try:
        read = []
        for code in ("en", "nb", "nn", "de", ""):
            use_language(code)
            plural = [ngettext("%(n)s item", "%(n)s items", n) % {"n": n} for n in (1, 2)]
            read.append((language(), _("Sources"), *plural, _("no text of the catalogue")))
    finally:
        use_language(before)
    assert read == [
        ("en", "Sources", "1 item", "2 items", "no text of the catalogue"),
        ("nb", "Kilder", "1 element", "2 elementer", "no text of the catalogue"),
        ("nn", "Kjelder", "1 element", "2 element", "no text of the catalogue"),
        ("en", "Sources", "1 item", "2 items", "no text of the catalogue"),
        ("en", "Sources", "1 item", "2 items", "no text of the catalogue"),
    ]


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("nb", "nb"),
        ("nn-NO", "nn"),
        ("no", "nb"),
        ("NB-no,nn;q=0.9", "nb"),
        ("de,nn;q=0.5,en;q=0.4", "nn"),
        ("en;q=0.2, nn ; q=0.7 , nb;q=0.6", "nn"),
        ("en-GB,nb;q=0.8", "en"),
        ("nb;q=0", "en"),
        ("nb;q=0,nn", "nn"),
        ("de,fr;q=0.9", "en"),
        ("*", "en"),
        ("", "en"),
        ("nb;q=much,nn;q=0.1", "nn"),
        ("nb;q=nan,nn;q=7", "en"),
        (",;=,,q=1;nb", "en"),
    ],
)
def test_the_browser_s_wish_is_weighed(header: str, chosen: str) -> None:
    assert negotiated(header) == chosen
