"""Templates: one a page, whose blocks answer htmx alone; filters that make names, sizes and times readable.

All escaping is Jinja's (autoescape is on for everything). What comes from evidence passes the `text` filter,
which shows hidden and reordering characters; a test plants them everywhere and looks for what slipped through.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from safelight import messages
from safelight.access.facts import COLUMNS, moment_text
from safelight.access.model import ItemRow
from safelight.access.neutral import readable, visible, visible_lines, visible_said
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal
from safelight.traces.moment import Moment, iso_utc
from safelight.web import grading_words
from safelight.web.as_of_shortcuts import shortcuts
from safelight.web.day_words import long, short, written, written_long

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def number(value: int | float | None) -> str:
    """`1234567` as `1,234,567`, or `1 234 567` in Norwegian; nothing as a dash."""
    return "—" if value is None else decimal(value)


def size(value: int | float | None) -> str:
    """Bytes in decimal units with three digits: `7.20 MB` (`7,20 MB` in Norwegian), `611 kB`."""
    if value is None:
        return "—"
    amount, unit = float(value), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    if unit == 0:
        return ngettext("%(n)s byte", "%(n)s bytes", int(value)) % {"n": int(value)}
    return f"{decimal(amount, 2 if amount < 9.995 else 1 if amount < 99.95 else 0)} {_UNITS[unit]}"


def seconds(value: float | None) -> str:
    """A span of time as people say it: `42 min`, `1 h 52 min`."""
    if value is None:
        return "—"
    if value < 1:
        return _("%(n)s ms") % {"n": round(value * 1000)}
    if value < 60:
        return _("%(n)s s") % {"n": decimal(value, 1 if value < 10 else 0)}
    minutes = round(value / 60)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    return _("%(h)s h %(m)s min") % {"h": minutes // 60, "m": minutes % 60}


def instant(us: int | None) -> str:
    """Microseconds UTC as `2016-11-22 07:12 UTC`."""
    return iso_utc(us)[:16].replace("T", " ") + " UTC" if us is not None else "—"


def cell_time(moment: Moment | None) -> str:
    """A time for a narrow column headed UTC; a wall clock without a zone carries a `?`."""
    if moment is None:
        return "—"
    if moment.utc_us is not None:
        return iso_utc(moment.utc_us)[:16].replace("T", " ")
    if moment.wall_us is not None:
        return iso_utc(moment.wall_us)[:16].replace("T", " ") + " ?"
    return "?"


def folder_and_name(path: str) -> tuple[str, str]:
    """A path in two parts, so that the table can shorten the folder and keep the end."""
    cut = max(path.rfind("/"), path.rfind("› ") + 1 if "› " in path else -1)
    return readable(path[: cut + 1]), readable(path[cut + 1 :])


#: Short names of types for the narrow badge; what is not here shows the beginning of its group's name.
_BADGES = {
    "image/jpeg": "JPG", "image/png": "PNG", "image/gif": "GIF", "image/heic": "HEIC", "image/tiff": "TIF",
    "image/webp": "WEBP", "image/bmp": "BMP", "video/mp4": "MP4", "video/quicktime": "MOV", "video/x-msvideo": "AVI",
    "video/x-matroska": "MKV", "audio/mpeg": "MP3", "application/pdf": "PDF", "application/zip": "ZIP",
    "application/x-7z-compressed": "7Z", "application/gzip": "GZ", "application/x-tar": "TAR",
    "application/vnd.sqlite3": "DB", "application/x-sqlite3": "DB", "text/plain": "TXT", "text/csv": "CSV",
    "text/html": "HTML", "application/json": "JSON", "text/xml": "XML", "application/x-dosexec": "EXE",
}  # fmt: skip
_GROUPS = {"folder": "DIR", "link": "LNK", "special": "DEV"}


def badge(row: ItemRow) -> str:
    """Two to four letters for an item's type by content."""
    found = _GROUPS.get(row.kind) or _BADGES.get(row.mime or "")
    return found or {"other": "?", None: "—", "empty": "0"}.get(row.type, (row.type or "")[:3].upper())


def short_hash(digest: str | None) -> str:
    """First eight and last four digits."""
    return f"{digest[:8]}…{digest[-4:]}" if digest else "—"


def with_query(path: str, pairs: list[tuple[str, str]], **more: object) -> str:
    """An address with the filter's pairs and what else is given (None is left out)."""
    rest = [(key, str(value)) for key, value in more.items() if value not in (None, "")]
    query = urlencode([*pairs, *rest])
    return f"{path}?{query}" if query else path


class Templates:
    """The workbench's templates."""

    def __init__(self) -> None:
        self.env = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
        self.env.filters |= {
            "text": visible, "lines": visible_lines, "said": visible_said,
            "number": number, "decimal": decimal, "size": size, "seconds": seconds,
            "day": short, "long_day": long, "written": written,
            "written_long": written_long, "instant": instant, "cell_time": cell_time, "moment": moment_text,
            "split": folder_and_name,
            "short": short_hash, "path": readable, "badge": badge, "segment": lambda value: quote(str(value), safe=""),
        }  # fmt: skip
        self.env.globals |= {
            "with_query": with_query,
            "as_of_shortcuts": shortcuts,
            "type_name": type_name,
            "word": word,
            "tried_on": tried_on,
            "fact_name": fact_name,
            "grading_words": grading_words,
            "chosen": chosen,
        }

    def page(
        self, request: Request, name: str, context: dict[str, Any], *, block: str = "", status: int = 200
    ) -> HTMLResponse:
        """The whole page, or one block of it where htmx asked for that."""
        values = self.common(request) | context
        template = self.env.get_template(name)
        if block:
            inner = template.new_context(values)
            return HTMLResponse("".join(template.blocks[block](inner)), status)
        return HTMLResponse(template.render(values), status)

    def common(self, request: Request) -> dict[str, Any]:
        """What every template may use."""
        theme = request.cookies.get("safelight-theme", "dark")
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return {
            "theme": theme if theme in ("dark", "light") else "dark",
            "language": messages.language(),
            "path": request.url.path,
            "here": here,
            "who": request.app.state.door.who,
            "sees_victims": request.app.state.door.holds("victims"),
            "reviews": request.app.state.door.reviews(),
            "languages": _there(),
            "standing": None,
            "synthetic": request.app.state.door.synthetic,
            "grading": lambda: request.app.state.door.grading,
            "m": self.env.get_template("macros.html").module,
        }


def type_name(group: str) -> str:
    """A group of types in the plural, as a heading."""
    names = {
        "picture": _("Pictures"), "video": _("Video"), "audio": _("Audio"), "document": _("Documents"),
        "mail": _("Mail"), "archive": _("Archives"), "image": _("Disk images"), "database": _("Databases"),
        "program": _("Programs"), "text": _("Text, source"), "other": _("Other, unknown"), "empty": _("Empty"),
        "none": _("Folders, links"),
    }  # fmt: skip
    return names.get(group, visible(group))


def chosen(key: str, value: str) -> str:
    """A filter's value as people say it: `1000..` as `≥ 1.00 kB`."""
    if key != "size":
        return visible(value)
    low, dots, high = value.partition("..")
    if not dots:
        return size(int(low))
    ends = [f"{sign} {size(int(end))}" for sign, end in (("≥", low), ("≤", high)) if end]
    return " … ".join(ends)


def tried_on(seen_on: str | None) -> str:
    """What a parser's format was tried on (`real files`, `documentation`; empty: not stated)."""
    return {
        "real files": _("format seen on real files"),
        "documentation": _("format built from documentation, not seen on real files"),
    }.get(seen_on or "", _("not stated what the format was tried on"))


def word(value: str) -> str:
    """A word of the catalog (state, cause, outcome, kind, fact) in the language in use; others stay as they are."""
    return visible(_(value)) if value else ""


#: Names that the catalog gives; a content's own metadata stand beside them under the names that it states.
_TITLES = frozenset(
    title.removeprefix("@").partition("|")[0] for columns in COLUMNS.values() for _name, title in columns
)


def fact_name(name: str) -> str:
    """The name of a fact in the language in use; a name that the content itself states is evidence and stays."""
    return word(name) if name in _TITLES else visible(name)


def _there() -> list[tuple[str, str]]:
    """Languages with a catalogue, each with its own name."""
    names = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
    compiled = Path(messages.__file__).parent / "locales"
    return [
        (code, name)
        for code, name in names.items()
        if code == "en" or (compiled / code / "LC_MESSAGES" / "safelight.mo").is_file()
    ]


def wanted_block(request: Request, blocks: dict[str, str]) -> str:
    """The block that htmx asks for by the id of its target; empty if the whole page is wanted."""
    if request.headers.get("hx-request") != "true":
        return ""
    return blocks.get(request.headers.get("hx-target", ""), "")
