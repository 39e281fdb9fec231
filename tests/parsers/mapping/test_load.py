"""What is wrong with a mapping is one sentence that names the key."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.errors import BadInput
from safelight.parsers.mapping.load import parsed

GOOD = """name = "chess"
version = 1
network = "chess"
[input]
reader = "lines"
[[rule]]
name = "one"
trace = "message"
pattern = '(?P<who>\\w+): (?P<says>.*)'
[rule.fields]
conversation = { const = "room" }
sender = "who"
text = "says"
sent = { from = "when", format = "%H:%M" }
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "chess"', 'name = "Chess!"', "name must be lower-case letters, digits and hyphens"),
        ("version = 1", "version = 0", "version must be a whole number from 1"),
        ('network = "chess"', "", "network must be a text"),
        ('network = "chess"', 'network = "chess"\ncode = 1', "code is not known; known are name, version"),
        ('reader = "lines"', 'reader = "python"', "input.reader must be one of delimited, excel"),
        ('reader = "lines"', 'reader = "lines"\nencoding = "x-1"', "input.encoding is no encoding"),
        ('reader = "lines"', 'reader = "lines"\ncarry = ["("]', "input.carry[1] is no pattern of RE2"),
        ('trace = "message"', 'trace = "person"', "rule[1].trace must be one of account, conversation"),
        ("(?P<who>", "(?P<who>(?=x)", "rule[1].pattern is no pattern of RE2"),
        (
            'sender = "who"',
            'sendr = "who"',
            "rule[1].fields.sendr is no field of this trace; there are attachments",
        ),
        ('conversation = { const = "room" }', "", "rule[1].fields.conversation is missing"),
        ('"%H:%M"', '"%H:%M", zone = "Oslo"', "rule[1].fields.sent.zone is no zone: Oslo"),
        (
            'text = "says"',
            'text = { from = "says", format = "iso" }',
            "rule[1].fields.text.format belongs to a time",
        ),
        (
            'text = "says"',
            'text = { from = "says", const = "x" }',
            "rule[1].fields.text must have exactly one of from",
        ),
        ('text = "says"', 'text = { from = "says", eval = "x" }', "rule[1].fields.text.eval is not known"),
        ('text = "says"', "text = 5", "rule[1].fields.text must be a table"),
        ("[[rule]]", "[rule]", "rule must stand at least once"),
        ("[[rule]]", "[[rule]", "is not TOML"),
    ],
)
def test_wrong_mappings(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(BadInput) as error:
        parsed(GOOD.replace(old, new, 1).encode(), "m.toml")
    assert str(error.value).startswith("m.toml") and said in str(error.value)
    assert "\n" not in error.value.what.strip() or "TOML" in said


def test_a_good_one() -> None:
    mapping = parsed(GOOD.encode())
    assert (str(mapping), len(mapping.sha256), mapping.rules[0].name) == ("chess version 1", 64, "one")
    assert parsed(b"\xef\xbb\xbf" + GOOD.encode()).name == "chess"


@pytest.mark.parametrize(
    ("reader", "source", "said"),
    [
        ("sqlite", 'query = "DELETE FROM a"', "rule[1].query must be one SELECT"),
        ("html", 'select = "div["', "rule[1].select is no CSS selector"),
        ("json", "", "rule[1].path must be a text"),
        ("delimited", 'pattern = "x"', "rule[1].pattern is not known"),
    ],
)
def test_sources_of_readers(reader: str, source: str, said: str) -> None:
    text = GOOD.replace('"lines"', f'"{reader}"')
    text = text.replace(text[text.index("pattern =") : text.index("\n[rule.fields]")], source)
    with pytest.raises(BadInput) as error:
        parsed(text.encode())
    assert said in str(error.value)


@given(st.binary(max_size=100), st.integers(0, len(GOOD)))
def test_any_damage_is_bad_input(noise: bytes, at: int) -> None:
    data = GOOD.encode()
    with suppress(BadInput):
        parsed(data[:at] + noise + data[at + len(noise) :])
