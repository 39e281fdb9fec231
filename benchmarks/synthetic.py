"""An operation with a synthetic catalog of millions of items: invented paths and digests, no bytes behind them.

Shares are those of a seized computer with a phone beside it: system files that stand in a known set, pictures,
a tenth folders, deleted and orphaned entries, copies (a third of the contents lie in more than one place), members
of archives, failures of items and of contents.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from safelight.catalog.catalog import Catalog
from safelight.ledger import exhibits, sources
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import Settings, write_settings

_BATCH = 250_000
_ACTOR = "benchmark"
#: Shares of the sources in a hundred; the first two are disks of one computer.
_SHARES = (50, 25, 14, 6, 4, 1)

#: `n` is the item's number, `c` its content's; what belongs to the content is made of `c` alone.
_ITEMS = """
WITH one AS (
  SELECT n, (hash(n) % {contents})::BIGINT AS c, (hash(n + 7) % 1000)::INT AS luck,
    (1104537600000000 + (hash(n // 20 + 1) % 5000) * 86400000000 + (hash(n + 3) % 86400) * 1000000)::BIGINT AS us
  FROM range({first}, {last}) t(n)),
two AS (SELECT *, (hash(c + 11) % 100)::INT AS t, luck < 100 AS folder, luck BETWEEN 100 AND 101 AS bad FROM one),
three AS (
  SELECT *, CASE WHEN folder THEN '' WHEN t < 25 THEN 'jpg' WHEN t < 45 THEN 'txt' WHEN t < 62 THEN 'dll'
      WHEN t < 72 THEN 'docx' WHEN t < 74 THEN 'mp4' WHEN t < 76 THEN 'zip' WHEN t < 78 THEN 'sqlite'
      WHEN t < 79 THEN 'eml' ELSE 'dat' END AS extension,
    CASE (n // 1000) % 10 WHEN 0 THEN format('p2/Windows/WinSxS/amd64_part-{{:06d}}_31bf3856', n // 60)
      WHEN 1 THEN format('p2/Windows/System32/{{:03d}}', n // 1000 % 900)
      WHEN 2 THEN format('p2/Program Files/App {{:05d}}/lib', n // 300)
      WHEN 3 THEN format('p2/Users/Åse/AppData/Local/Cache/{{:07x}}', n // 50)
      ELSE format('p2/Users/Åse/mappe {{:05d}}/undermappe {{:02d}}', n // 2000, n // 100 % 20) END AS folder_path
  FROM two),
four AS (SELECT *, format('fil {{:09d}}', n) || CASE extension WHEN '' THEN '' ELSE '.' || extension END AS name
  FROM three)
SELECT 'i1-' || left(sha256('item ' || n), 32) AS item_id, sources[s] AS source_id, exhibits[s] AS exhibit,
  CASE WHEN n % 33 = 0 AND n % 1000 > 0 THEN 'i1-' || left(sha256('item ' || (n // 1000 * 1000)), 32) END AS container,
  (n % 33 = 0 AND n % 1000 > 0)::INT AS depth, format('[["tsk","{{}}/{{}}"]]', folder_path, name) AS spec,
  folder_path || '/' || name AS path, name, extension, CASE WHEN folder THEN 'folder' ELSE 'file' END AS kind,
  CASE WHEN luck BETWEEN 200 AND 259 THEN 'deleted' WHEN luck BETWEEN 260 AND 269 THEN 'orphan'
    ELSE 'allocated' END AS state, luck BETWEEN 200 AND 210 AS overwritten,
  CASE WHEN NOT folder THEN (1::BIGINT << (hash(c + 5) % 24)::INT) + (hash(c) % 4096)::BIGINT END AS size,
  m AS modified, m AS accessed, m AS changed, m AS created,
  CASE WHEN NOT folder AND NOT bad THEN sha256('content ' || c) END AS sha256,
  CASE WHEN NOT folder AND NOT bad THEN sha1('content ' || c) END AS sha1,
  CASE WHEN NOT folder AND NOT bad THEN md5('content ' || c) END AS md5,
  CASE extension WHEN '' THEN NULL WHEN 'jpg' THEN 'image/jpeg' WHEN 'txt' THEN 'text/plain'
    ELSE 'application/' || extension END AS mime,
  CASE extension WHEN 'jpg' THEN 'picture' WHEN 'txt' THEN 'text' WHEN 'dll' THEN 'program' WHEN 'docx'
    THEN 'document' WHEN 'mp4' THEN 'video' WHEN 'zip' THEN 'archive' WHEN 'sqlite' THEN 'database'
    WHEN 'eml' THEN 'mail' WHEN 'dat' THEN 'other' END AS type,
  'signature' AS type_basis, luck = 300 AS extension_disagrees, luck = 301 AND extension = 'dat' AS maybe_encrypted,
  CASE WHEN bad THEN 'unreadable' END AS failed
FROM (SELECT *, {source} AS s, {source_ids} AS sources, {exhibit_keys} AS exhibits,
  {{'utc': make_timestamptz(us), 'wall': make_timestamp(us), 'text': us::VARCHAR, 'basis': 'stated',
   'assumed_by': NULL::VARCHAR}} AS m FROM four)
"""

#: Tables of contents: what is asked for one content stands in the batch of its number.
_OF_CONTENTS = {
    "inspections": "SELECT sha256('content ' || c) AS sha256, i AS inspector, 3 AS version, "
    "CASE WHEN hash(c + 9) % 160 = 0 THEN 'failed' ELSE 'done' END AS outcome, 0.004 AS seconds "
    "FROM range({first}, {last}) t(c), (VALUES ('pictures'), ('documents')) v(i) WHERE hash(c + 11) % 100 < 45",
    "pictures": "SELECT sha256('content ' || c) AS sha256, 'pictures' AS inspector, 3 AS version, 'JPEG' AS format, "
    "4000 AS width, 3000 AS height, 'Sony' AS make, sha256('picture ' || c) AS pdq, 90 AS pdq_quality "
    "FROM range({first}, {last}) t(c) WHERE hash(c + 11) % 100 < 25",
    "texts": "SELECT sha256('content ' || c) AS sha256, 'documents' AS inspector, 1 AS version, 'text' AS kind, "
    "'Finse open, round ' || c AS text, false AS cut FROM range({first}, {last}) t(c) "
    "WHERE hash(c + 11) % 100 BETWEEN 62 AND 71",
    "hits": "SELECT sha256('content ' || c) AS sha256, s.id AS set_id, s.name AS set_name, 'sha1' AS algorithm, "
    "s.scheme, s.code, s.label, '{{}}' AS detail FROM range({first}, {last}) t(c), (VALUES ('known', 'System files', "
    "'', '', '', 15, 0), ('unit', 'Unit set 4', 'NO-2016', '0', 'Not pertinent', 1000, 1)) s(id, name, scheme, code, "
    "label, one_in, rest) WHERE CASE s.id WHEN 'known' THEN hash(c + 21) % 100 < 15 ELSE hash(c + 22) % 1000 = 1 END",
    "failures": "SELECT sha256('content ' || c) AS sha256, 'fil ' || c AS place, 'inspect' AS stage, "
    "CASE WHEN hash(c + 11) % 100 < 25 THEN 'pictures' ELSE 'documents' END AS inspector, 3 AS version, "
    "CASE WHEN hash(c) % 3 = 0 THEN 'crash' ELSE 'corrupt' END AS cause, 'ends after its header' AS detail "
    "FROM range({first}, {last}) t(c) WHERE hash(c + 11) % 100 < 45 AND hash(c + 9) % 160 = 0",
}
_OF_ITEMS = (
    "SELECT source_id, item_id, path AS place, 'read' AS stage, 'hasher' AS inspector, 1 AS version, "
    "failed AS cause, 'bad sectors' AS detail FROM batch WHERE failed IS NOT NULL"
)


def make(place: Path, items: int) -> OperationFolder:
    """The operation with that many items in `place`, compacted; one that is there is taken as it is."""
    folder = OperationFolder(place / f"items-{items}")
    if (folder.root / "made").exists():
        return folder
    shutil.rmtree(folder.root, ignore_errors=True)
    folder.make()
    write_settings(folder.settings, Settings())
    with Ledger.create(folder, name="BENCHMARK", actor=_ACTOR, synthetic=True) as ledger:
        own = [
            exhibits.add(
                ledger, number=f"2016-0142-{n}", label=label, seized="2016-11-22", legal_basis="none: synthetic",
                officer=_ACTOR, actor=_ACTOR,
            )
            for n, label in enumerate(("Computer", "Telephone", "Store"), 1)
        ]  # fmt: skip
        found = [
            sources.register(
                ledger, own[n // 2], f"source {n}", folder.root, "folder", {"n": str(n)}, actor=_ACTOR
            )
            for n in range(len(_SHARES))
        ]
    with Catalog.at(folder) as catalog:
        _fill(catalog, items, [one.id for one in found], [one.exhibit for one in found])
        catalog.compact(force=True)
        catalog.sweep(grace_seconds=0, alone=True)
    (folder.root / "made").touch()
    return folder


def _fill(catalog: Catalog, items: int, source_ids: list[str], exhibit_keys: list[str]) -> None:
    contents = items * 7 // 10
    ends = [sum(_SHARES[: n + 1]) * items // 100 for n in range(len(_SHARES))]
    source = "CASE " + " ".join(f"WHEN n < {end} THEN {n + 1}" for n, end in enumerate(ends)) + " END"
    catalog.write("b1-roots", {"containers": [
        {"source_id": one, "item_id": None, "kind": "folder", "children": 3, "complete": True} for one in source_ids
    ]}, made_by={"stage": "walk"})  # fmt: skip
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        for first in range(0, items, _BATCH):
            last = min(first + _BATCH, items)
            query = _ITEMS.format(
                first=first, last=last, contents=contents, source=source, source_ids=source_ids,
                exhibit_keys=exhibit_keys,
            )  # fmt: skip
            db.execute(f"CREATE OR REPLACE TEMP TABLE batch AS {query}")
            span = {"first": first * 7 // 10, "last": last * 7 // 10}
            tables = {name: db.sql(sql.format(**span)).to_arrow_table() for name, sql in _OF_CONTENTS.items()}
            catalog.write(
                f"b1-items-{first}",
                {"items": db.table("batch").to_arrow_table(), **tables},
                made_by={"stage": "walk"},
            )
            catalog.write(
                f"b1-failures-{first}",
                {"failures": db.sql(_OF_ITEMS).to_arrow_table()},
                made_by={"stage": "hash"},
            )
