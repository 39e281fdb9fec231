"""Small documents written part by part, as the tests need them."""

from __future__ import annotations

import io
import zipfile

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_CORE = (
    '<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties'
    ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>Værmelding</dc:title>'
    "<dc:creator>Kåre Ås</dc:creator><dcterms:created>2016-01-12T09:30:00Z</dcterms:created>"
    "<dcterms:modified>2016-01-12T10:30:00Z</dcterms:modified></cp:coreProperties>"
)
_APP = (
    '<?xml version="1.0"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Pages>2</Pages></Properties>"
)


def zipped(**parts: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_R}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{rows}</Relationships>"
    )


def docx(body: str, **more: str) -> bytes:
    """`body`: paragraphs of WordprocessingML."""
    return zipped(
        **{
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
            "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{_W}"><w:body>{body}'
            "</w:body></w:document>",
            "docProps/core.xml": _CORE,
            "docProps/app.xml": _APP,
            **{
                name: part.replace("<w:", f'<w:root xmlns:w="{_W}"><w:', 1) + "</w:root>"
                for name, part in more.items()
            },
        }
    )


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def xlsx(text: str) -> bytes:
    return zipped(
        **{
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{_S}" xmlns:r="{_R}"><sheets>'
            '<sheet name="Tog" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relations(("worksheet", "worksheets/sheet1.xml")),
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_S}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is>'
            f'<t>{text}</t></is></c><c r="B1"><v>12.5</v></c></row></sheetData></worksheet>',
        }
    )


def pptx(text: str) -> bytes:
    return zipped(
        **{
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{_P}" xmlns:r="{_R}"><p:sldIdLst>'
            '<p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": _relations(("slide", "slides/slide1.xml")),
            "ppt/slides/slide1.xml": f'<p:sld xmlns:p="{_P}" xmlns:a="{_A}"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r>'
            f"<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>",
        }
    )


def odt(text: str, *, encrypted: bool = False) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.text")
        content = (
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{office}:office:1.0"'
            f' xmlns:text="{office}:text:1.0"><office:body><office:text><text:p>{text}</text:p></office:text>'
            "</office:body></office:document-content>"
        )
        archive.writestr("content.xml", b"\x93\x12\x80" * 30 if encrypted else content)
        archive.writestr(
            "meta.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office="{office}:office:1.0"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>Togplan</dc:title></office:meta>'
            "</office:document-meta>",
        )
        mark = "<manifest:encryption-data/>" if encrypted else ""
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="urn:x">{mark}</manifest:manifest>'
        )
    return out.getvalue()


def pdf(pages: list[str], *, info: str = "") -> bytes:
    """A PDF with one line of WinAnsi text a page, and an information dictionary."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (5 + 2 * number) for number in range(len(pages)))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< " + info.encode("latin-1") + b" >>",
    ]
    for number, text in enumerate(pages):
        line = text.encode("cp1252").replace(b"(", b"\\(").replace(b")", b"\\)")
        stream = b"BT /F1 12 Tf 72 700 Td (" + line + b") Tj ET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents "
            + b"%d 0 R >>" % (6 + 2 * number)
        )
        objects.append(b"<< /Length %d >> stream\n%s\nendstream" % (len(stream), stream))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        table,
    )
    return bytes(out)
