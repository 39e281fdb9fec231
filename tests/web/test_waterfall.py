"""The evidence waterfall: words are broken into lines and never cut."""

from __future__ import annotations

from itertools import pairwise

import pytest

from safelight.identities.registry import KINDS
from safelight.messages import use_language
from safelight.web.identity_waterfall import GAP, LINE, TITLE, TITLE_LETTERS, waterfall
from safelight.web.identity_words import kind_title


@pytest.mark.parametrize("language", ["en", "nb", "nn"])
def test_titles_of_all_kinds_stand_whole_above_their_sentences(language: str) -> None:
    use_language(language)
    try:
        titles = [kind_title(one.name) for one in KINDS]
    finally:
        use_language("en")
    steps = waterfall(-5.0, [("x", title, "One sentence.", 1.0) for title in titles]).steps
    assert [" ".join(one.title) for one in steps] == titles
    assert max(len(line) for one in steps for line in one.title) <= TITLE_LETTERS
    assert max(len(one.title) for one in steps) == 2, (
        "no title is long enough to show that long ones are broken"
    )
    for one, following in pairwise(steps):
        assert following.y - one.y == one.height == TITLE * len(one.title) + LINE + GAP
