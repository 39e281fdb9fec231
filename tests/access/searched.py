"""What tests of search find in the operation of `built.py`, with its index: a conversation in two networks, or in copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from safelight.analyse.search_index import bring_up
from safelight.catalog.catalog import Catalog
from safelight.parsers.rows import Origin, Rows
from safelight.traces.model import Conversation, Message
from safelight.traces.moment import stated_utc, wall_only
from tests.access.acts import us
from tests.access.built import Built, build

MINUTE = 60_000_000
LINES = (
    "toget går snart",
    "har du nummeret 482-119-7306",
    "ja, det er greit",
    "the train is late and the snow is deep",
)
START = us("2016-11-08T12:00:00")
#: Place and text of each message, by the item that holds it: the first two lie in one exhibit.
HELD = {
    "phone": {
        "1": "toget går nå", "2": "ikke mat kattene", "3": "toget kommer", "4": "the train is late and the game is on",
        "5": "toget står",
    },
    "backup": {"1": "toget går nå", "2": "ikke mat kattene"},
    "tablet": {"1": "toget går nå", "2": "bussen, ikke toget", "4": "the train is late and the game is on"},
}  # fmt: skip


def fill(built: Built) -> None:
    """Skype in the first exhibit (UTC), IRC in the second (a wall clock without a zone), an hour apart."""
    with Catalog.at(built.folder) as catalog:
        for n, network in enumerate(("skype", "irc")):
            messages = []
            for k, text in enumerate(LINES):
                at = START + (n * 60 + k) * MINUTE
                sent = stated_utc(at, "") if network == "skype" else wall_only(at, "")
                messages.append(Message(place=f"m:{k}", network=network, conversation="a|b", sender="kari",
                                        sender_name="Kari", text=text, sent=sent,
                                        state="recovered" if k == 2 else "live"))  # fmt: skip
            _write(catalog, built, n, network, network, messages)
    bring_up(built.folder)


def fill_copies(built: Built) -> None:
    """One conversation in two items of the first exhibit and one of the second, whose clock is an hour ahead and where
    message 1 was recovered and message 2 reads otherwise. Copies are of the same number; 3 and 5 have none."""
    with Catalog.at(built.folder) as catalog:
        for item, held in HELD.items():
            messages = []
            for place, text in held.items():
                at = START + (int(place) + 60 * (item == "tablet")) * MINUTE
                recovered = item == "tablet" and place == "1"
                messages.append(Message(place=place, network="club", conversation="a|b", sender="kari", text=text,
                                        sent=stated_utc(at, ""), state="recovered" if recovered else "live"))  # fmt: skip
            _write(catalog, built, int(item == "tablet"), item, "club", messages)
        found = (
            catalog.connect().sql("SELECT place, trace_id FROM messages WHERE network = 'club'").fetchall()
        )
        heads = {place: min(id_ for other, id_ in found if other == place) for place, _id in found}
        same = [
            {"trace_id": id_, "distinct_id": heads[place], "rule": "aligned", "run": "r"}
            for place, id_ in found
            if place not in ("3", "5")
        ]
        catalog.write("same", {"same_messages": same}, made_by={"t": "t"})
    bring_up(built.folder)


def _write(
    catalog: Catalog, built: Built, n: int, item: str, network: str, messages: Sequence[Message]
) -> None:
    """Messages of the conversation of Kari and Ola, as a parser would give them for an item of the nth source."""
    source = built.sources[n]
    rows = Rows(Origin(f"i1-{item}", source.id, source.exhibit, network, 1, "v", "documentation"))
    talk = Conversation(place="c:1", network=network, conversation="a|b", title="Kari og Ola", kind="direct")
    tables: dict[str, list[pa.Table]] = {}
    for name, table in [pair for trace in (talk, *messages) for pair in rows.add(trace)] + list(rows.rest()):
        tables.setdefault(name, []).append(table)
    joined = {name: pa.concat_tables(found) for name, found in tables.items()}
    catalog.write(f"b1-{item}", joined, made_by={"test": "1"})


def searched(root: Path, filled: Callable[[Built], None] = fill) -> Built:
    """An operation of its own in which one of these is."""
    made = build(root)
    filled(made)
    return made
