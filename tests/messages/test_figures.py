"""Numbers in three languages."""

from __future__ import annotations

import pytest

from safelight.messages import language, use_language
from safelight.messages.figures import decimal
from safelight.web.render import number, seconds, size


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", ["0", "999", "1,234,567", "0.50", "1,234.5", "-3", "1,234", "—", "7.20 MB", "611 kB", "4.2 s", "1 h 52 min"]),
        ("nb", ["0", "999", "1\xa0234\xa0567", "0,50", "1\xa0234,5", "−3", "1\xa0234", "—", "7,20 MB", "611 kB", "4,2 s",
                "1 t 52 min"]),
        ("nn", ["0", "999", "1\xa0234\xa0567", "0,50", "1\xa0234,5", "−3", "1\xa0234", "—", "7,20 MB", "611 kB", "4,2 s",
                "1 t 52 min"]),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_language_does(code: str, expected: list[str]) -> None:
    before = language()
    use_language(code)
    try:
        plain = [
            decimal(0),
            decimal(999),
            decimal(1_234_567),
            decimal(0.5, 2),
            decimal(1234.5, 1),
            decimal(-3),
        ]
        assert [
            *plain,
            number(1234),
            number(None),
            size(7_200_000),
            size(611_000),
            seconds(4.2),
            seconds(6720),
        ] == expected
    finally:
        use_language(before)
