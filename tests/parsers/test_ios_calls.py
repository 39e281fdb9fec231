"""An iPhone's calls in both stores."""

from __future__ import annotations

from safelight.parsers.ios_calls import IosCalls
from safelight.traces.model import Account, Call
from tests.parsers.run import parse
from tests.parsers.sqlite_maker import insert, made

STORE = (
    "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZANSWERED INTEGER, "
    "ZCALLTYPE INTEGER, ZORIGINATED INTEGER, ZREAD INTEGER, ZDATE TIMESTAMP, ZDURATION FLOAT, "
    "ZADDRESS VARCHAR, ZISO_COUNTRY_CODE VARCHAR, "
    "ZNAME VARCHAR, ZSERVICE_PROVIDER VARCHAR, ZUNIQUE_ID VARCHAR)"
)
OLD = (
    "CREATE TABLE call (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT, date INTEGER, duration INTEGER, "
    "flags INTEGER, id INTEGER, name TEXT, country_code TEXT)"
)
COLUMNS = ("network", "caller", "participants", "direction", "kind", "duration", "answered", "native_id")


def test_the_store_since_ios_8() -> None:
    own = {"ZDATE": 400_000_000.25, "ZDURATION": 61.5}
    parsed = parse(
        IosCalls(),
        made(
            STORE,
            insert("ZCALLRECORD", ZADDRESS=b"+4790000002", ZORIGINATED=1, ZCALLTYPE=1, ZANSWERED=0,
                   ZSERVICE_PROVIDER="com.apple.Telephony", ZUNIQUE_ID="A", **own),
            insert("ZCALLRECORD", ZADDRESS="ola@klubb.example", ZORIGINATED=0, ZCALLTYPE=8, ZANSWERED=1, ZNAME="Ola",
                   ZSERVICE_PROVIDER="com.apple.FaceTime", ZUNIQUE_ID="B", **own),
            insert("ZCALLRECORD", ZADDRESS="+4790000003", ZORIGINATED=0, ZCALLTYPE=1, ZANSWERED=0, ZUNIQUE_ID="C",
                   ZDATE=400_000_100.0, ZDURATION=0.0),
            insert("ZCALLRECORD", ZADDRESS="4790000004@s.whatsapp.net", ZORIGINATED=0, ZANSWERED=1, ZUNIQUE_ID="D",
                   ZSERVICE_PROVIDER="net.whatsapp.WhatsApp", **own),
            insert("ZCALLRECORD", ZUNIQUE_ID="E", ZDATE=-1, ZORIGINATED=0),
        ),
        name="CallHistory.storedata",
    )  # fmt: skip
    assert parsed.of(Call, *COLUMNS) == [
        ("phone", None, ["+4790000002"], "outgoing", "audio", 61.5, True, "A"),
        ("imessage", "ola@klubb.example", None, "incoming", "video", 61.5, True, "B"),
        ("phone", "+4790000003", None, "incoming", "audio", 0.0, False, "C"),
        ("whatsapp", "+4790000004", None, "incoming", "audio", 61.5, True, "D"),
        ("phone", None, None, "incoming", "audio", None, None, "E"),
    ]
    assert str(parsed.of(Call)[0]["started"]["utc"]) == "2013-09-04 15:06:40.250000+00:00"
    assert parsed.of(Call)[4]["started"] is None
    assert ("ola@klubb.example", "Ola", "address book") in parsed.of(Account, "account", "name", "name_kind")


def test_the_older_database_and_a_deleted_call() -> None:
    calls = [insert("call", ROWID=n, address=f"+47900{n:05}", date=1_378_307_200 + n, duration=n, flags=4 + n % 2)
             for n in range(200, 220)]  # fmt: skip
    parsed = parse(
        IosCalls(), made(OLD, *calls, "DELETE FROM call WHERE ROWID = 210"), name="call_history.db"
    )
    rows = parsed.of(Call)
    assert (rows[0]["caller"], rows[0]["direction"], rows[0]["duration"]) == (
        "+4790000200",
        "incoming",
        200.0,
    )
    assert (rows[1]["participants"], rows[1]["direction"]) == (["+4790000201"], "outgoing")
    assert [(row["caller"], row["duration"]) for row in rows if row["state"] == "recovered"] == [
        ("+4790000210", 210.0)
    ]
