"""The catalog's tables of findings: what analyses derived from traces; made again at any time (`schema.py` lists them)."""

from __future__ import annotations

import pyarrow as pa

from safelight.traces.columns import Column, Table

_TEXT, _INT, _BIG, _FLOAT, _BOOL = pa.string(), pa.int32(), pa.int64(), pa.float64(), pa.bool_()

SAME_MESSAGES = Table(
    "same_messages",
    "Messages found in several copies of one conversation that are the same message; one that stands alone has no row.",
    (
        Column("trace_id", _TEXT, "The message", "", "traces/ids.py"),
        Column(
            "distinct_id", _TEXT, "trace_id of the copy that stands for all", "", "analyse/same_messages.py"
        ),
        Column(
            "rule", _TEXT, "native id (the network's own), or aligned (text, sender and time)", "", "analysis"
        ),
        Column(
            "group_id",
            _TEXT,
            "The conversation_groups.group_id that it lies in",
            "",
            "analyse/same_messages.py",
        ),
        Column("run", _TEXT, "Digest of what the analysis was made from", "", "analysis"),
    ),
    ("trace_id",),
)


def _same(name: str, doc: str, what: str, rules: str) -> Table:
    """Which rows of a kind of trace are one and the same."""
    return Table(
        name,
        doc,
        (
            Column("trace_id", _TEXT, f"The {what}", "", "traces/ids.py"),
            Column(
                "distinct_id", _TEXT, "trace_id of the copy that stands for all", "", f"analyse/{name}.py"
            ),
            Column("rule", _TEXT, rules, "", "analysis"),
            Column("run", _TEXT, "Digest of what the analysis was made from", "", "analysis"),
        ),
        ("trace_id",),
    )


SAME_CALLS = _same(
    "same_calls",
    "Calls found in several items (both ends' phones, a database and its export) that are the same call; one that stands "
    "alone has no row.",
    "call",
    "native id (the network's own), start (the people, the start and the length), or length (the people and the length, of "
    "two calls that could not both have been)",
)

SAME_TRANSFERS = _same(
    "same_transfers",
    "Transfers found in several items (the payer's and the payee's statement) that are the same transfer; one that stands "
    "alone has no row.",
    "transfer",
    "native id (the transfer's own: MTCN, end-to-end id)",
)

CONVERSATION_GROUPS = Table(
    "conversation_groups",
    "Conversations that were found in several copies, and which conversation ids are one conversation.",
    (
        Column("conversation_id", _TEXT, "The conversation as an item names it", "", "traces/ids.py"),
        Column(
            "group_id",
            _TEXT,
            "conversation_id that stands for the whole group",
            "",
            "analyse/same_messages.py",
        ),
        Column(
            "rule", _TEXT, "id (named alike), or texts (rare texts at one difference of time)", "", "analysis"
        ),
        Column(
            "anchors",
            _BIG,
            "Rare texts that tie it to the group, where that is the rule",
            "texts",
            "analysis",
        ),
        Column("copies", _INT, "Copies in the whole group", "copies", "analysis"),
        Column("messages", _BIG, "Messages in all copies of the group", "messages", "analysis"),
        Column("distinct_messages", _BIG, "Distinct messages in the group", "messages", "analysis"),
        Column("uncertain", _BIG, "Pairs left apart because there was a choice", "messages", "analysis"),
        Column("inputs", _TEXT, "Digest of the group's messages as they were compared", "", "analysis"),
        Column("run", _TEXT, "Digest of what the analysis was made from", "", "analysis"),
    ),
    ("group_id", "conversation_id"),
)

KEYWORD_HITS = Table(
    "keyword_hits",
    "Texts in which a term of a keyword list stands. A list that is run again takes its old rows' place.",
    (
        Column("list", _TEXT, "File name of the list", "", "keyword list"),
        Column("list_sha256", _TEXT, "SHA-256 of the list's bytes", "", "keyword list"),
        Column("line", _INT, "Line of the term in the list, from 1", "", "keyword list"),
        Column("term", _TEXT, "The line as written", "", "keyword list"),
        Column("match", _TEXT, "query, or expression (regular expression between slashes)", "", "term"),
        Column("trace_id", _TEXT, "The message; null for texts and names of items", "", "index"),
        Column("item_id", _TEXT, "The item that the text lies in", "", "index"),
        Column("exhibit", _TEXT, "Key (UUID) of the exhibit", "", "index"),
        Column("conversation_id", _TEXT, "The message's conversation", "", "index"),
        Column("kind", _TEXT, "message, mail, document or name: what the text is", "", "index"),
        Column("places", _INT, "How often it stands there", "places", "text"),
        Column("begins", _BIG, "First place: characters before it", "characters", "text"),
        Column("ends", _BIG, "First place: characters up to its end", "characters", "text"),
    ),
    ("list", "line", "item_id"),
)

SAME_PERSON = Table(
    "same_person",
    "Pairs of tenures (an account in a period) that were weighed: are they one person? A proposal, never a decision.",
    (
        Column("tenure_a", _TEXT, "The tenure whose id sorts first", "", "identities/model.py"),
        Column("tenure_b", _TEXT, "The other one", "", "identities/model.py"),
        Column("account_a", _TEXT, "account_id of tenure_a", "", "traces/ids.py"),
        Column("account_b", _TEXT, "account_id of tenure_b", "", "traces/ids.py"),
        Column("prior", _FLOAT, "Log-odds before any evidence", "natural log-odds", "identities/combine.py"),
        Column("log_odds", _FLOAT, "Prior and evidence summed", "natural log-odds", "identities/combine.py"),
        Column(
            "probability",
            _FLOAT,
            "Calibrated probability that they are one person",
            "",
            "identities/combine.py",
        ),
        Column(
            "standing",
            _TEXT,
            "proposal, candidate (soft evidence alone, or below the threshold), or unlikely",
            "",
            "identities/combine.py",
        ),
        Column(
            "margin",
            _FLOAT,
            "How far it lies above the next best pair of either",
            "natural log-odds",
            "identities",
        ),
        Column("mutual", _BOOL, "Each is the other's best", "", "identities"),
        Column(
            "proposed_by", pa.list_(_TEXT), "Kinds of evidence that made it a candidate", "", "identities"
        ),
        Column("run", _TEXT, "Digest of what the analysis was made from", "", "identities"),
    ),
    ("tenure_a", "tenure_b"),
)

PERSON_EVIDENCE = Table(
    "person_evidence",
    "What speaks for or against a pair of `same_person`, one row a kind; the points and the prior add up to its log_odds.",
    (
        Column("tenure_a", _TEXT, "The tenure whose id sorts first", "", "identities/model.py"),
        Column("tenure_b", _TEXT, "The other one", "", "identities/model.py"),
        Column("kind", _TEXT, "Kind of evidence", "", "identities/registry.py"),
        Column(
            "points",
            _FLOAT,
            "What it adds: above zero for, below against",
            "natural log-odds",
            "identities/combine.py",
        ),
        Column(
            "raw_points", _FLOAT, "What this kind alone would add", "natural log-odds", "identities/evidence"
        ),
        Column("detail", _TEXT, "The facts of its sentence, as JSON", "", "identities/evidence"),
        Column(
            "traces",
            pa.list_(_TEXT),
            "Traces that it rests on (a sample where there are many)",
            "",
            "traces/ids.py",
        ),
        Column("run", _TEXT, "Digest of what the analysis was made from", "", "identities"),
    ),
    ("tenure_a", "tenure_b"),
)

PERSON_CLUSTERS = Table(
    "person_clusters",
    "Tenures that are proposed as one person, decisions of people obeyed; a tenure that stands alone has no row.",
    (
        Column("cluster", _TEXT, "The cluster's smallest tenure id", "", "identities/clusters.py"),
        Column("tenure", _TEXT, "A member", "", "identities/model.py"),
        Column("account", _TEXT, "account_id of the member", "", "traces/ids.py"),
        Column(
            "held_by",
            _FLOAT,
            "Average log-odds between it and the rest of the cluster",
            "natural log-odds",
            "identities",
        ),
        Column("decided", _BOOL, "Confirmed by people as one with another member", "", "ledger"),
        Column("run", _TEXT, "Digest of what the analysis was made from", "", "identities"),
    ),
    ("cluster", "tenure"),
)

ACCOUNT_ROLES = Table(
    "account_roles",
    "Findings about an account's part in the networks, each with its reason: what triage is sorted by.",
    (
        Column("account", _TEXT, "account_id", "", "traces/ids.py"),
        Column(
            "role",
            _TEXT,
            "buyer, seller, moderator, talker, bridge, close to a known person, contact flagged ...",
            "",
            "identities/triage",
        ),
        Column(
            "points",
            _FLOAT,
            "Strength by the rule's own measure; compared within one role only",
            "",
            "identities/triage",
        ),
        Column("detail", _TEXT, "The facts of its sentence, as JSON", "", "identities/triage"),
        Column(
            "traces",
            pa.list_(_TEXT),
            "Traces that it rests on (a sample where there are many)",
            "",
            "traces/ids.py",
        ),
        Column("run", _TEXT, "Digest of what the analysis was made from", "", "identities"),
    ),
    ("account", "role"),
)

RECEIVED_DIFFERENCES = Table(
    "received_differences",
    "Columns of traces that a package of another operation reads otherwise than they were read here. Ours stand.",
    (
        Column("trace_id", _TEXT, "The trace", "", "traces/ids.py"),
        Column("trace_table", _TEXT, "The table that it lies in", "", "package"),
        Column(
            "package",
            _TEXT,
            "SHA-256 of the package's list of lists, by which a handover names it",
            "",
            "package",
        ),
        Column("field", _TEXT, "The column that differs", "", "package"),
        Column("theirs", _TEXT, "What the package says, written out; empty: nothing", "", "package"),
        Column("ours", _TEXT, "What was read here when the package came; empty: nothing", "", "parser"),
    ),
    ("package", "trace_id"),
)
