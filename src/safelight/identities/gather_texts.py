"""What tenures wrote, in their own words: forwarded messages and what is quoted in others are left out."""

from __future__ import annotations

from typing import Final

from safelight.identities.gather_source import Source

#: Texts kept of one tenure at most, spread evenly over all that it wrote.
TEXTS: Final = 2_000
#: A text longer than this is cut: a pasted book is no chat.
LONGEST: Final = 4_000
#: What somebody else wrote: quoted blocks of forums, quoted lines of mail, the tail of an answer, lines out of a log.
QUOTED: Final = (
    r"(?is)\[quote[^\]]*\].*?\[/quote[^\]]*\]",
    r"(?ims)^-{2,}\s*(original message|opprinnelig melding|opphavleg melding|forwarded message|videresendt melding).*",
    r"(?m)^\s*[>|].*$",
    r"(?m)^\s*\[?\d{1,2}[:.]\d{2}([:.]\d{2})?\]?\s*<[^>\n]{1,40}>.*$",
    r"(?m)^\s*<[^>\s]{2,40}>\s.*$",
)
_OWN_WORDS = "text"
for _pattern in QUOTED:
    _OWN_WORDS = f"regexp_replace({_OWN_WORDS}, '{_pattern}', '', 'g')"
_SPACES = "' ' || chr(9) || chr(10) || chr(13)"
_WRITTEN = "text <> '' and forwarded is null"


def texts(source: Source) -> None:
    """Fill `texts`. Who wrote more than TEXTS is sampled by what the ids of messages hash to, always the same."""
    source.db.execute(
        "create or replace temp table written as select tenure, count(*) as total from said "
        f"where {_WRITTEN} group by tenure"
    )
    columns = (
        f"tenure, us, left(trim({_OWN_WORDS}, {_SPACES}), {LONGEST}) as words, trace_id, conversation_id"
    )
    source.move(
        "texts",
        f"""select tenure, us as at_us, words as text, trace_id as trace, conversation_id as conversation from (
                select {columns} from said join written using (tenure) where {_WRITTEN} and total <= {TEXTS}
                union all
                select tenure, us, words, trace_id, conversation_id from (
                    select {columns}, row_number() over (partition by tenure order by hash(trace_id), trace_id) as n
                    from said join written using (tenure)
                    where {_WRITTEN} and total > {TEXTS} and hash(trace_id) % total < {TEXTS * 2}
                ) where n <= {TEXTS}
            ) where words <> '' order by tenure, us, trace_id""",
    )
