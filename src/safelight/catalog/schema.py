"""Every table of the catalog, every column with its description, unit and source; `docs/catalog.md` is made
from it.

Columns are only ever added. Parts written before a column existed read as null there (`union_by_name`).
"""

from __future__ import annotations

import pyarrow as pa

from safelight.catalog.schema_findings import (
    ACCOUNT_ROLES,
    CONVERSATION_GROUPS,
    KEYWORD_HITS,
    PERSON_CLUSTERS,
    PERSON_EVIDENCE,
    RECEIVED_DIFFERENCES,
    SAME_CALLS,
    SAME_MESSAGES,
    SAME_PERSON,
    SAME_TRANSFERS,
)
from safelight.traces.columns import MOMENT, Column, Table
from safelight.traces.schema import TRACE_TABLES

_TEXT, _INT, _BIG, _FLOAT, _BOOL = pa.string(), pa.int32(), pa.int64(), pa.float64(), pa.bool_()

_SHA256 = Column(
    "sha256", _TEXT, "The content: lower-case hexadecimal SHA-256 of the bytes", "", "all bytes, one read"
)
_MADE_BY = (
    Column("inspector", _TEXT, "Name of the inspector that derived the row", "", "inspector"),
    Column("version", _INT, "Version of that inspector", "", "inspector"),
)


def _time(name: str, doc: str) -> Column:
    return Column(
        name,
        MOMENT,
        f"{doc}: utc (null if the zone is unknown), wall clock, original text, basis (stated, derived, "
        "assumed, unknown)",
        "microseconds in Parquet timestamps",
        "file system or archive entry",
    )


ITEMS = Table(
    "items",
    "One row for each stream of bytes (and each folder, link and special file) found in a source.",
    (
        Column("item_id", _TEXT, "Computed id of the item", "", "traces/ids.py"),
        Column("source_id", _TEXT, "The source that it lies in", "", "ledger registration"),
        Column(
            "exhibit", _TEXT, "Key (UUID) of the exhibit that the source was registered under", "", "ledger"
        ),
        Column(
            "container", _TEXT, "item_id of the archive or image that it lies in; null at the top", "", "walk"
        ),
        Column("depth", _INT, "Containers between the source and the item", "containers", "walk"),
        Column("spec", _TEXT, "Path specification, canonical form", "", "evidence/spec.py"),
        Column(
            "path",
            _TEXT,
            "Path from the source down; `%XX` for bytes that are not printable text and for the per cent sign itself",
            "",
            "walk",
        ),
        Column("name", _TEXT, "Last part of the path", "", "walk"),
        Column("extension", _TEXT, "Extension in lower case without the dot; empty if none", "", "name"),
        Column("kind", _TEXT, "file, folder, link, stream (alternate data stream) or special", "", "walk"),
        Column("state", _TEXT, "allocated, deleted or orphan", "", "file system"),
        Column("overwritten", _BOOL, "Deleted, and its blocks may have been used again", "", "file system"),
        Column("size", _BIG, "Length of the stream", "bytes", "walk; for unpacked members, the bytes read"),
        _time("modified", "Content last changed"),
        _time("accessed", "Last read"),
        _time("changed", "Metadata last changed"),
        _time("created", "Made"),
        Column("link_target", _TEXT, "Where a link points", "", "walk"),
        _SHA256,
        Column("sha1", _TEXT, "SHA-1, lower-case hexadecimal", "", "all bytes, same read"),
        Column("md5", _TEXT, "MD5, lower-case hexadecimal", "", "all bytes, same read"),
        Column("mime", _TEXT, "Type by content", "", "signature, else libmagic"),
        Column(
            "type",
            _TEXT,
            "Group of the type: picture, video, audio, document, mail, archive, image, database, "
            "program, text, other, empty",
            "",
            "mime",
        ),
        Column(
            "type_basis",
            _TEXT,
            "signature, text (check of the bytes), libmagic or none",
            "",
            "inspect/filetype.py",
        ),
        Column(
            "extension_disagrees",
            _BOOL,
            "The extension names another type than the content",
            "",
            "name and content",
        ),
        Column(
            "opens_as",
            _TEXT,
            "Format that opens it as a container (zip, ewf ...), `unsupported: NAME` for one that is "
            "recognised and cannot be read yet; null if it is no container",
            "",
            "evidence/formats.py",
        ),
        Column(
            "maybe_encrypted",
            _BOOL,
            "Over 1 MB, no known type, entropy near 8 bits a byte: possibly an encrypted container",
            "",
            "sampled entropy",
        ),
        Column("failed", _TEXT, "Cause, if the bytes could not be read whole; see `failures`", "", "hashing"),
    ),
    ("source_id", "path", "item_id"),
)

CONTAINERS = Table(
    "containers",
    "One row for each walk that ended: a source's root, an archive, an image. Proves that no child is "
    "missing.",
    (
        Column("source_id", _TEXT, "The source", "", "ledger registration"),
        Column("item_id", _TEXT, "The container's item; null for the source's root", "", "walk"),
        Column("kind", _TEXT, "Format that opened it: folder, zip, tar, ewf ...", "", "evidence/formats.py"),
        Column("children", _BIG, "Children that the walk listed", "items", "walk"),
        Column("complete", _BOOL, "The walk reached its end", "", "walk"),
    ),
    ("source_id", "item_id"),
)

VOLUMES = Table(
    "volumes",
    "Partitions and file systems that a walk came through.",
    (
        Column("source_id", _TEXT, "The source", "", "ledger registration"),
        Column("container", _TEXT, "item_id of the image; null if the source itself", "", "walk"),
        Column("spec", _TEXT, "Path specification of the volume", "", "evidence/spec.py"),
        Column("scheme", _TEXT, "mbr, gpt, apm or none", "", "partition table"),
        Column("number", _INT, "Number in the table", "", "partition table"),
        Column("start", _BIG, "First byte in the image", "bytes", "partition table"),
        Column("size", _BIG, "Length", "bytes", "partition table"),
        Column("type_text", _TEXT, "Type as the table states it", "", "partition table"),
        Column("label", _TEXT, "Volume label", "", "file system or table"),
        Column(
            "file_system", _TEXT, "ntfs, fat32, ext4 ...; empty if none was recognised", "", "file system"
        ),
    ),
    ("source_id", "start"),
)

INSPECTIONS = Table(
    "inspections",
    "How each inspector ended on each content whose type it accepts. A type that it does not accept is `not "
    "mine` "
    "without a row.",
    (
        _SHA256,
        *_MADE_BY,
        Column("outcome", _TEXT, "done, not mine or failed", "", "engine"),
        Column("seconds", _FLOAT, "Processor time that it took", "seconds", "engine"),
    ),
    ("sha256", "inspector"),
)

FAILURES = Table(
    "failures",
    "Everything that could not be walked, read or inspected: what, by which part, why, and under which "
    "limits.",
    (
        Column("source_id", _TEXT, "The source; null for a content", "", "engine"),
        Column(
            "item_id", _TEXT, "The item; null where a content or a place without item failed", "", "engine"
        ),
        _SHA256,
        Column("place", _TEXT, "Path for people", "", "walk"),
        Column("stage", _TEXT, "walk, read, open or inspect", "", "engine"),
        Column("inspector", _TEXT, "Walker, hasher or inspector that failed", "", "engine"),
        Column("version", _INT, "Its version", "", "engine"),
        Column(
            "cause",
            _TEXT,
            "crash, exit, time limit, memory limit, unreadable, unsupported, encrypted, corrupt, "
            "limit, changed, vanished, defect",
            "",
            "engine",
        ),
        Column("detail", _TEXT, "One sentence", "", "whatever failed"),
        Column("seconds", _FLOAT, "Time until it failed, where the engine ended it", "seconds", "engine"),
        Column("limit_seconds", _FLOAT, "Time limit in force", "seconds", "settings"),
        Column("limit_megabytes", _INT, "Memory limit in force", "megabytes", "settings"),
    ),
    ("source_id", "item_id"),
)

PICTURES = Table(
    "pictures",
    "Facts about pictures, once a content.",
    (
        _SHA256,
        *_MADE_BY,
        Column("format", _TEXT, "JPEG, PNG, HEIF ...", "", "decoder"),
        Column("width", _INT, "Width as stored", "pixels", "decoder"),
        Column("height", _INT, "Height as stored", "pixels", "decoder"),
        Column("frames", _INT, "Frames", "", "decoder"),
        Column("orientation", _INT, "EXIF orientation 1 to 8", "", "EXIF 0x0112"),
        Column("make", _TEXT, "Camera maker as written", "", "EXIF 0x010F"),
        Column("model", _TEXT, "Camera model as written", "", "EXIF 0x0110"),
        Column("serial", _TEXT, "Body serial number as written", "", "EXIF 0xA431, maker notes not read"),
        Column("lens", _TEXT, "Lens model as written", "", "EXIF 0xA434"),
        Column("software", _TEXT, "Software as written", "", "EXIF 0x0131"),
        Column(
            "taken",
            MOMENT,
            "DateTimeOriginal, with the offset tag if there is one",
            "",
            "EXIF 0x9003, 0x9011",
        ),
        Column("digitised", MOMENT, "DateTimeDigitized", "", "EXIF 0x9004, 0x9012"),
        Column("latitude", _FLOAT, "WGS 84 as written, north positive", "degrees", "EXIF GPS"),
        Column("longitude", _FLOAT, "WGS 84 as written, east positive", "degrees", "EXIF GPS"),
        Column("altitude", _FLOAT, "Above sea level as written", "metres", "EXIF GPS"),
        Column("gps_time", MOMENT, "GPS date and time (UTC by the standard)", "", "EXIF GPS"),
        Column("pdq", _TEXT, "256-bit PDQ, 64 hexadecimal digits", "", "inspect/pdq.py"),
        Column(
            "pdq_quality",
            _INT,
            "PDQ quality 0 to 100; below 50 it should not be matched",
            "",
            "inspect/pdq.py",
        ),
        Column(
            "pdq_recipe",
            _TEXT,
            "Preprocessing: sets made elsewhere match with a margin",
            "",
            "inspect/pdq.py",
        ),
    ),
    ("sha256",),
)

RECORDINGS = Table(
    "recordings",
    "Facts about video and audio, once a content.",
    (
        _SHA256,
        *_MADE_BY,
        Column("container", _TEXT, "Container format", "", "libavformat"),
        Column("duration", _FLOAT, "Duration as stated", "seconds", "libavformat"),
        Column("video_codec", _TEXT, "Codec of the first video stream", "", "libavcodec"),
        Column("audio_codec", _TEXT, "Codec of the first audio stream", "", "libavcodec"),
        Column("width", _INT, "Width", "pixels", "libavcodec"),
        Column("height", _INT, "Height", "pixels", "libavcodec"),
        Column("frame_rate", _FLOAT, "Average frame rate", "1/second", "libavformat"),
        Column("sample_rate", _INT, "Audio sample rate", "hertz", "libavcodec"),
        Column("channels", _INT, "Audio channels", "", "libavcodec"),
        Column("created", MOMENT, "creation_time tag", "", "container metadata"),
        Column("tags", _TEXT, "All container tags as JSON", "", "container metadata"),
    ),
    ("sha256",),
)

KEYFRAMES = Table(
    "keyframes",
    "Perceptual hashes of video keyframes.",
    (
        _SHA256,
        *_MADE_BY,
        Column("position", _FLOAT, "Presentation time", "seconds", "libavcodec"),
        Column("pdq", _TEXT, "256-bit PDQ, 64 hexadecimal digits", "", "inspect/pdq.py"),
        Column("pdq_quality", _INT, "PDQ quality 0 to 100", "", "inspect/pdq.py"),
        Column("pdq_recipe", _TEXT, "Preprocessing", "", "inspect/pdq.py"),
    ),
    ("sha256", "position"),
)

DOCUMENTS = Table(
    "documents",
    "Metadata of documents, once a content.",
    (
        _SHA256,
        *_MADE_BY,
        Column("title", _TEXT, "Title as written", "", "document"),
        Column("authors", _TEXT, "Authors as written, separated by `; `", "", "document"),
        Column("pages", _INT, "Pages or sheets or slides", "", "document"),
        Column("created", MOMENT, "Creation time as written", "", "document"),
        Column("modified", MOMENT, "Modification time as written", "", "document"),
        Column("metadata", _TEXT, "All metadata as JSON", "", "document"),
    ),
    ("sha256",),
)

TEXTS = Table(
    "texts",
    "Text taken out of contents; where an inspector failed, the printable strings of the first megabytes.",
    (
        _SHA256,
        *_MADE_BY,
        Column("kind", _TEXT, "text, or strings (rescued)", "", "inspector"),
        Column("text", _TEXT, "The text", "", "content"),
        Column("cut", _BOOL, "There was more than is kept", "", "inspector"),
    ),
    ("sha256",),
    heavy=True,
)

DERIVATIVES = Table(
    "derivatives",
    "Small pictures made from contents, each sealed to the operation's key: nothing here opens without it.",
    (
        _SHA256,
        *_MADE_BY,
        Column("recipe", _TEXT, "What it is and how it was made", "", "inspector"),
        Column("mime", _TEXT, "Type of the plain bytes", "", "inspector"),
        Column("width", _INT, "Width", "pixels", "inspector"),
        Column("height", _INT, "Height", "pixels", "inspector"),
        Column("key_id", _TEXT, "Which of the operation's keys it is sealed to", "", "ledger/keys.py"),
        Column("sealed", pa.binary(), "Sealed bytes (libsodium sealed box)", "", "ledger/keys.py"),
    ),
    ("sha256",),
    heavy=True,
)

HITS = Table(
    "hits",
    "Contents that stand in a hash set. `Known` says nothing about good or bad; the category is the set's "
    "own claim.",
    (
        _SHA256,
        Column("set_id", _TEXT, "The hash set", "", "ledger"),
        Column("set_name", _TEXT, "Its name", "", "ledger"),
        Column("algorithm", _TEXT, "md5, sha1 or sha256: which digest matched", "", "match"),
        Column(
            "scheme",
            _TEXT,
            "Category scheme of the set (code lists drift between countries and versions)",
            "",
            "set",
        ),
        Column("code", _TEXT, "Category code in that scheme", "", "set"),
        Column("label", _TEXT, "Category label in that scheme", "", "set"),
        Column("detail", _TEXT, "What else the set says of it, as JSON (series, tags, product)", "", "set"),
    ),
    ("sha256", "set_id"),
)

PARSES = Table(
    "parses",
    "How each parser ended on each item that it recognised; one more row an item, without a parser, says which were tried.",
    (
        Column("item_id", _TEXT, "The item", "", "traces/ids.py"),
        Column("source_id", _TEXT, "The source that it lies in", "", "ledger registration"),
        Column(
            "parser", _TEXT, "Name of the parser; empty in the row that says which were tried", "", "parser"
        ),
        Column("version", _INT, "Version of that parser", "", "parser"),
        Column(
            "tried",
            _TEXT,
            "In the row without a parser: name-version of each that looked at it",
            "",
            "engine",
        ),
        Column("variant", _TEXT, "Which of the format's declared variants it found", "", "parser"),
        Column("seen_on", _TEXT, "real files or documentation: what the variant was tried on", "", "parser"),
        Column("mapping", _TEXT, "SHA-256 of the mapping file, where one was used", "", "parser"),
        Column("options", _TEXT, "What was told to the parser (order of dates ...), as JSON", "", "operator"),
        Column("outcome", _TEXT, "done, failed or not mine", "", "engine"),
        Column("traces", _BIG, "Traces that it gave, of all types", "traces", "parser"),
        Column(
            "remarks", _TEXT, "What a reader must know (unknown newer schema ...), a line each", "", "parser"
        ),
        Column("seconds", _FLOAT, "Processor time that it took", "seconds", "engine"),
    ),
    ("source_id", "item_id"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ITEMS,
        CONTAINERS,
        VOLUMES,
        INSPECTIONS,
        FAILURES,
        PICTURES,
        RECORDINGS,
        KEYFRAMES,
        DOCUMENTS,
        TEXTS,
        DERIVATIVES,
        HITS,
        PARSES,
        KEYWORD_HITS,
        SAME_MESSAGES,
        SAME_CALLS,
        SAME_TRANSFERS,
        CONVERSATION_GROUPS,
        SAME_PERSON,
        PERSON_EVIDENCE,
        PERSON_CLUSTERS,
        ACCOUNT_ROLES,
        RECEIVED_DIFFERENCES,
        *TRACE_TABLES,
    )
}
