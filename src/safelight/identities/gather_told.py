"""Where tenures said that they can be reached elsewhere: "add me on kik: foo.bar", "min skype er ola.n".

Only words in the first person count. Who passes on another's id ("kik: foo.bar", "add foo.bar on kik"), quotes somebody,
denies or asks says nothing about the writer's own account, and a link made of it would join two people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import re2

from safelight.identities.gather_source import Source
from safelight.identities.gather_texts import QUOTED
from safelight.traces import networks

#: Words for networks as people write them -> the network's name here.
WORDS: Final = {
    "kik": "kik", "skype": "skype", "telegram": "telegram", "tg": "telegram", "discord": "discord",
    "whatsapp": "whatsapp", "wa": "whatsapp", "icq": "icq", "msn": "msn", "jabber": "xmpp", "xmpp": "xmpp", "irc": "irc",
    "mail": "mail", "email": "mail", "e-mail": "mail", "epost": "mail", "e-post": "mail", "mob": "phone", "mobil": "phone",
    "nummer": "phone", "number": "phone", "cell": "phone", "cp": "phone", "tlf": "phone", "phone": "phone",
}  # fmt: skip
_NETWORK: Final = (
    "(" + "|".join(sorted((word.replace("-", "-?") for word in WORDS), key=len, reverse=True)) + ")"
)
#: A word, or a number in groups; `_normal` says whether it can be an id.
_ID: Final = r"[\"'`«(]*(\+?\d+(?:[ -]\d+)+|[^\s,;!?\"'`»()<>]+)"
_IS: Final = r"\s*(?:ko\s+)?(?:(?:name|navn|namn|id|user(?:name)?|nick|bruker(?:navn)?|konto)\s*)?(?:is|er|ay|:|=|-|–|→)\s*"
#: Asks or offers to go elsewhere, always in the first person: it is the writer's own account.
_ME: Final = (
    r"(?:add|find|reach|contact|write|message|text|pm|dm|hit|ping|call)\s+me(?:\s+up)?\s+(?:on|at|in|via|by)",
    r"(?:legg|finn|nå|skriv|kontakt|ring|send)\s+(?:til\s+)?meg(?:\s+melding)?(?:\s+(?:til|inn))?\s+(?:på|via|i)",
    r"(?:i\s*add|add|hanapin|i-?message|i-?chat|kontakin|i-?text)\s+(?:mo\s+)?(?:ako|me)\s+(?:sa|on)",
    r"(?:my|mi|min|mitt|mine|aking|ito\s+ang\s+aking)",
    r"(?:i'?m|i\s+am|jeg\s+er|eg\s+er|ako\s+si|ako\s+ay)\s+(?:also\s+|også\s+|òg\s+)?(?:on|at|på|sa)",
)
_PATTERNS: Final = tuple(
    re2.compile(pattern)
    for pattern in (
        rf"(?i)(?:^|[^\p{{L}}])(?:{'|'.join(_ME)})\s+(?:ko\s+(?:sa\s+)?)?{_NETWORK}\b({_IS}|\s*,\s*|\s+as\s+|\s+som\s+|\s+){_ID}",
        rf"(?i)(?:^|[^\p{{L}}])(?:ito\s+)?ang\s+{_NETWORK}(\s+ko\s+(?:ay|:|=|-)\s*){_ID}",
    )
)
_QUOTED: Final = tuple(re2.compile(pattern) for pattern in QUOTED)
#: A line out of another's mouth: "<ola> ...", "Ola 12:03: ...", "[12:03] Ola: ...", "ola> ...", "he wrote: ...".
_REPORTED: Final = re.compile(
    r"(?i)^\s*(?:[\[(]?[\d.:/ -]*\d{1,2}[:.]\d{2}\b|<[^>]{1,40}>|[^\s<>]{1,40}>)"
    r"|^[^:]{1,60}\b\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*[\])]?\s*[:>-]"
    r"|^\s*[\w.-]{2,40}(?:\s[\w.-]{2,40}){0,2}\s*:\s"
    r"|(?:^|[\W\d_])(?:wrote|said|says|told|quote|skrev|skreiv|skriver|sa|sier|sade|sitat|siterer|sabi|sinabi|sulat)\b"
    r"[\W\d_]*(?:me|meg|us|oss|that|at|to\s+me)?\s*[:,\"“«]"
    r"|(?:^|[\W\d_])(?:he|she|they|han|hun|ho|de|niya|nila)\s+(?:wrote|said|says|told|skrev|skreiv|sa|sier)\b"
)
_DENIED: Final = re2.compile(
    r"(?i)(?:^|[^\p{L}])(?:not|never|no|none|cannot|stop|isn.?t|don.?t|do\s+not|doesn.?t|won.?t|can.?t|wasn.?t|aren.?t|"
    r"ain.?t|ikke|ikkje|aldri|ingen|slutt|hindi|huwag|wag|wala|fake|falsk|old|gammel|gamle|gamal|hacked|stolen|hacka|hacket|"
    r"stjålet|if|hvis|dersom|viss|kung|was|var)(?:[^\p{L}]|$)"
)
_ASKED: Final = re2.compile(r"(?i)^\W*(?:is|was|are|er|var|ba|whose|hvem|kven|who)\s")
_SENTENCE: Final = re2.compile(r"[.!?;]+\s+|\n")
#: Signs of speech that is quoted; an opening one before the words means that they are another's.
_PAIRED: Final = (("“", "”"), ("«", "»"), ("„", "“"), ("‘", "’"))
#: For the database, so that few texts come out of it.
_LIKELY: Final = r"(?i)\b" + _NETWORK + r"\b"
#: What follows the network's name in a sentence and is no id.
_WORDS_ONLY: Final = frozenset(
    {
        "is", "er", "ay", "and", "og", "at", "the", "som", "now", "later", "please", "today", "tonight", "when", "hvis",
        "eller", "for", "with", "med", "too", "again", "you", "jeg", "meg", "ako", "lang", "here", "her", "name", "navn",
        "number", "nummer", "account", "konto", "idag", "senere", "takk", "then", "they", "that",
    }
)  # fmt: skip
#: Ids that no word of a sentence looks like.
_MARKED: Final = re2.compile(r"[0-9_.@]\w|^@")
_WORD: Final = re.compile(r"[\w.+@:#-]{3,64}")
_AT_ONCE: Final = 20_000


def told(source: Source) -> None:
    """Fill `moves`. All texts are looked through, not only the sample that is kept."""
    result = source.db.execute(
        "select tenure, text, trace_id, conversation_id from said where text is not null and forwarded is null "
        f"and length(text) <= 1000 and regexp_matches(text, '{_LIKELY}') order by tenure, trace_id"
    )
    rows: list[dict[str, Any]] = []
    while batch := result.fetchmany(_AT_ONCE):
        for tenure, text, trace, conversation in batch:
            for network, value in arrangements(text):
                rows.append(
                    {"tenure": tenure, "network": network, "value": value, "text": text[:300], "trace": trace,
                     "conversation": conversation}
                )  # fmt: skip
    source.bench.add("moves", rows)


def arrangements(text: str) -> Iterator[tuple[str, str]]:
    """Networks and normal ids under which a text says that its writer can be reached; each once."""
    for pattern in _QUOTED:
        text = pattern.sub("", text)
    seen: set[tuple[str, str]] = set()
    for line in text.splitlines():
        if _REPORTED.search(line):
            continue
        for sentence in _SENTENCE.split(line):
            for found in _own(sentence):
                if found not in seen:
                    seen.add(found)
                    yield found


def _own(sentence: str) -> Iterator[tuple[str, str]]:
    """What one sentence says of its writer; nothing where it denies, asks or repeats."""
    if _ASKED.search(sentence):
        return
    for pattern in _PATTERNS:
        for match in pattern.finditer(sentence):
            word, between, written = match.groups()
            before = sentence[: match.start() + 1]
            if _repeated(before) or _DENIED.fullmatch(written) or _DENIED.search(sentence[: match.start(3)]):
                continue
            if _DENIED.search(sentence[match.end(3) :]):
                continue
            network = WORDS.get(word.lower()) or WORDS.get(word.lower().replace("-", ""))
            value = _normal(network, written) if network else None
            if not between.strip() and not _MARKED.search(written):
                continue  # "my skype works again"
            if network and value:
                yield network, value


def _repeated(before: str) -> bool:
    """Whether what follows stands in quotation marks."""
    if before.count('"') % 2 or before.endswith(("'", "`", "‘")):
        return True
    return any(before.count(begin) > before.count(end) for begin, end in _PAIRED if begin != "„")


def _normal(network: str, written: str) -> str | None:
    """The id as the network writes it; None for a word that is none."""
    text = written.strip(" .,;:!?'\"-").removeprefix("@")
    digits = sum(char.isdigit() for char in text)
    if network in ("whatsapp", "phone"):
        number = networks.phone(text)
        return number if digits >= 6 and number.lstrip("+").isdigit() else None
    text = text.split(" ")[0]
    if network == "icq":
        return networks.normal("icq", text) if digits >= 5 and text.replace("-", "").isdigit() else None
    if network in ("mail", "msn", "xmpp"):
        return networks.normal(network, text) if "@" in text and "." in text.rpartition("@")[2] else None
    if not _WORD.fullmatch(text) or text.lower() in _WORDS_ONLY:
        return None
    return networks.normal("skype", text).lower() if network == "skype" else text.lower()
