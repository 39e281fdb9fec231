"""Makes `locales/` from the sources (`make messages`), or checks that it is what they say (`--check`).

python -m safelight.messages.catalogue [--check]

Babel extracts, merges and compiles. The files say the same for the same sources: sorted, with file names but no
line numbers, and without the dates and versions that Babel would write. A text that is new stands untranslated in
the `.po` files until someone translates it; nothing is guessed (no fuzzy entries).
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from safelight.messages import LOCALES

ROOT = Path(__file__).resolve().parents[3]
TRANSLATED = ("nb", "nn")
_WIDTH = 110
_HEADER = "# {what} of Safelight: made by `make messages`{more}.\n#"


class _Steady(Catalog):
    """A catalogue whose header holds nothing that changes by itself."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        plural = [("Language", str(self.locale)), ("Plural-Forms", self.plural_forms)] if self.locale else []
        return [
            ("Project-Id-Version", "safelight"),
            *plural,
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def template() -> Catalog:
    """Every marked text of the package, with the files that show it."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    made = _Steady(header_comment=_HEADER.format(what="Texts", more=""), fuzzy=False)
    for path, _line, message, comments, context in extract_from_dir(
        ROOT / "src", methods, options, comment_tags=("Translators:",), strip_comment_tags=True
    ):
        made.add(message, None, [(path, 0)], auto_comments=comments, context=context)
    return made


def updated(language: str, texts: Catalog) -> Catalog:
    """The translations there are, for exactly the texts of the template."""
    made = _Steady(
        locale=language,
        header_comment=_HEADER.format(what="Texts", more="; translate here, then run it again"),
        fuzzy=False,
    )
    path = po_path(language)
    old = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.is_file() else Catalog(language)
    for message in texts:
        if message.id:
            known = old.get(message.id, message.context)
            made.add(
                message.id,
                known.string if known else None,
                message.locations,
                flags=message.flags,
                auto_comments=message.auto_comments,
                user_comments=known.user_comments if known else (),
                context=message.context,
            )
    return made


def po_path(language: str) -> Path:
    """Where a language's translations are written by people."""
    return LOCALES / language / "LC_MESSAGES" / "safelight.po"


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a `.po` or `.pot` file."""
    out = io.BytesIO()
    write_po(out, catalogue, width=_WIDTH, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return out.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as a `.mo` file, as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def files() -> dict[Path, bytes]:
    """All files of `locales/` as the sources and the translations want them."""
    texts = template()
    made = {LOCALES / "safelight.pot": written(texts)}
    for language in TRANSLATED:
        catalogue = updated(language, texts)
        made[po_path(language)] = written(catalogue)
        made[po_path(language).with_suffix(".mo")] = compiled(catalogue)
    return made


def main() -> int:
    """Write or check the files; 1 if one is not what the sources say."""
    wrong = []
    for path, data in files().items():
        if "--check" in sys.argv:
            if not path.is_file() or path.read_bytes() != data:
                wrong.append(path.relative_to(LOCALES).as_posix())
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    if wrong:
        sys.stderr.write(
            f"texts and translations differ: {', '.join(wrong)}; run `make messages` and commit\n"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
