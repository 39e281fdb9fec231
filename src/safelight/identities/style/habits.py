"""Habits of writing that a layman sees: small words, spellings, marks and smileys that few others use.

They explain; the score does not come from them. A habit is a function word as it is written, a word that is a letter away
from a common one, a run of marks or a smiley. Words of the topic are none, however rare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from safelight.identities.style.text import LINK, NAME, QUOTE
from safelight.identities.style.words import ALL_FUNCTION_WORDS

#: A habit stands in at least so many messages of an account, and with at most this share of the accounts.
LEAST_USES, MOST_SHARE = 3, 0.12
_TOKEN = re.compile(
    r"(?<!\S)[:;=8xX][-o^']?[()\[\]DPpOo/\\|*3]+(?!\w)|[^\W\d_]+(?:['’´`][^\W\d_]+)*|[^\w\s\x01-\x04]{2,6}"
    r"| [?!:;](?!\S)|[\u2190-\u2bff\U0001f000-\U0001faff]"
)


def _shortened(word: str) -> set[str]:
    """The word with each one letter left out."""
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


class Spellings:
    """Finds words that are a letter away from a common word: too many, too few, or two changed places."""

    def __init__(self, common: Collection[str]) -> None:
        self._common = frozenset(common)
        self._short = {short for word in common if len(word) > 4 for short in _shortened(word)}

    def near(self, word: str) -> bool:
        """Whether it is spelled nearly like a common word, and not an ending more or less."""
        if len(word) < 4 or word in self._common or word[:-1] in self._common or word[:-2] in self._common:
            return False
        if any(
            word + end in self._common for end in ("s", "d", "e", "r", "t", "n", "en", "er", "ed", "y", "ly")
        ):
            return False
        if word in self._short and not any(one.startswith(word) for one in self._common):
            return True
        if _shortened(word[:-1]) and any(short in self._common for short in _shortened(word[:-1] + word[-1])):
            return True
        return any(
            word[:place] + word[place + 1] + word[place] + word[place + 2 :] in self._common
            for place in range(len(word) - 1)
        )


@dataclass(frozen=True, slots=True)
class Habit:
    """What two accounts do and few others: how it is written, how often each does it, and how many accounts do."""

    token: str
    uses: tuple[int, int]
    accounts: int


def tokens(texts: Sequence[str]) -> Counter[str]:
    """In how many messages each token stands."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(_TOKEN.findall(text)))
    return found


class Habits:
    """The habits of a cohort."""

    def __init__(self, texts: Sequence[Sequence[str]], common: Collection[str]) -> None:
        self._near = Spellings(common)
        self._judged: dict[str, bool] = {}
        self._own: dict[int, dict[str, int]] = {}
        self._users: Counter[str] = Counter()
        self.size = 0
        for row, some in enumerate(texts):
            self.add(row, some, new=True)

    @classmethod
    def kept(cls, users: Mapping[str, int], size: int, common: Collection[str]) -> Habits:
        """Those of a cohort of so many whose texts are not there: how many of them have each habit. See `add`."""
        made = cls([], common)
        made._users, made.size = Counter(users), size
        return made

    @property
    def users(self) -> Mapping[str, int]:
        """How many have each habit."""
        return self._users

    @property
    def rows(self) -> Set[int]:
        """Whose habits can be told."""
        return self._own.keys()

    def add(self, row: int, texts: Sequence[str], *, new: bool) -> None:
        """What one has written. `new`: it was not counted before."""
        own = {token: number for token, number in tokens(texts).items() if number >= LEAST_USES}
        self._own[row] = {token: number for token, number in own.items() if self._is_habit(token)}
        if new:
            self._users.update(self._own[row].keys())
            self.size += 1

    def _is_habit(self, token: str) -> bool:
        known = self._judged.get(token)
        if known is None:
            if not token[0].isalpha() or any(not one.isalpha() and one not in "'’´`" for one in token):
                known = not any(one in token for one in (LINK, NAME, QUOTE))
            else:
                low = token.lower()
                known = low in ALL_FUNCTION_WORDS or self._near.near(low)
            self._judged[token] = known
        return known

    def shared(self, a: int, b: int, most: int = 5) -> list[Habit]:
        """What both do and few others, the rarest first."""
        one, other = self._own[a], self._own[b]
        limit = max(2.0, MOST_SHARE * self.size)
        found = [
            Habit(token, (one[token], other[token]), self._users[token])
            for token in one.keys() & other.keys()
            if self._users[token] <= limit
        ]
        found.sort(key=lambda habit: (habit.accounts, -min(habit.uses), habit.token))
        return found[:most]
