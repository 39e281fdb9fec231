"""A small seizure for the demonstration: a folder with what a home computer holds, archives, and a hash set.

Everything is harmless: a chess club, model trains, the weather. The "listed" pictures of the hash set are test
patterns of this file, and the set says so.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import zipfile
from pathlib import Path

from safelight.scenario.patterns import film, jpeg

CAMERA = ("Nordlys", "NL-200", "NL2-0048151")
#: Seeds of the pictures that the demonstration's hash set lists.
LISTED = (3, 5)

_LETTER = """Kjære sjakkvenner,

vårturneringen i Bjørnedalen starter lørdag kl. 10. Husk å ta med brett og klokke.
Værmeldingen lover sol og åtte grader; ta med lue likevel.

Hilsen Åse
"""

_MAIL = """From: ase@example.org
To: oystein@example.org
Subject: =?utf-8?q?Togbordet_p=C3=A5_l=C3=B8rdag?=
Date: Tue, 12 Jan 2016 18:30:00 +0100
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hei Øystein, modelltoget trenger nye skinner i sving tre. Ses klokka ti.
"""


def write_computer(folder: Path, pictures: int = 24) -> None:
    """The files of a home computer: documents, mail, pictures, a film, archives in archives, odd names."""
    documents, gallery, downloads = (
        folder / "Dokumenter",
        folder / "Bilder" / "Påske 2015",
        folder / "Nedlastinger",
    )
    for part in (documents, gallery, downloads):
        part.mkdir(parents=True, exist_ok=True)
    (documents / "turnering.txt").write_text(_LETTER, "utf-8")
    (documents / "togbordet.eml").write_text(_MAIL, "utf-8")
    (documents / "vær.csv").write_text("dag;grader\n2016-01-12;-4\n2016-01-13;-7\n", "utf-8")
    (documents / "klubbside.html").write_text(
        "<!doctype html><title>Sjakklubben</title><h1>Bjørnedalen sjakklubb</h1><p>Velkommen, nye spillere!</p>",
        "utf-8",
    )
    for seed in range(pictures):
        taken = f"2015:04:{1 + seed % 28:02d} 12:{seed % 60:02d}:00"
        place = (60.39 + seed / 1000, 5.32) if seed % 4 == 0 else None
        (gallery / f"IMG_{seed:04d}.JPG").write_bytes(jpeg(seed, camera=CAMERA, taken=taken, place=place))
    (gallery / "kopi av IMG_0003.jpg").write_bytes((gallery / "IMG_0003.JPG").read_bytes())
    (downloads / "IMG_0004 liten.jpg").write_bytes(jpeg(4, width=400, quality=60))
    (downloads / "rapport.pdf.jpg").write_text("Not a picture at all, whatever the name says.\n", "utf-8")
    film(folder / "Bilder" / "toget.mp4", 7)
    inner = downloads / "partier.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("parti 1.pgn", '[Event "Vårturnering"]\n\n1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 *\n')
        archive.writestr("bilde.jpg", jpeg(5))
    with tarfile.open(downloads / "sikkerhetskopi.tar.gz", "w:gz") as archive:
        archive.add(inner, "kopi/partier.zip")
        archive.add(documents / "turnering.txt", "kopi/turnering.txt")
    inner.unlink()
    (downloads / "ødelagt.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    (downloads / "container.bin").write_bytes(hashlib.shake_256(b"noise").digest(2_000_000))
    (downloads / "snarvei").symlink_to("../Dokumenter")


def write_hash_set(path: Path) -> None:
    """A VICS 2.0 list of two test patterns, so that the demonstration has hits. Its category says what it is."""
    media: list[dict[str, object]] = []
    for number, seed in enumerate(LISTED, 1):
        taken = f"2015:04:{1 + seed % 28:02d} 12:{seed % 60:02d}:00"
        place = (60.39 + seed / 1000, 5.32) if seed % 4 == 0 else None
        for data in (jpeg(seed, camera=CAMERA, taken=taken, place=place), jpeg(seed)):
            media.append(
                {
                    "MediaID": len(media) + 1,
                    "Category": 4,
                    "MD5": hashlib.md5(data, usedforsecurity=False).hexdigest().upper(),
                    "SHA1": hashlib.sha1(data, usedforsecurity=False).hexdigest().upper(),
                    "MediaSize": str(len(data)),
                    "Series": f"Test pattern {number}",
                    "MediaFiles": [],
                    "Exifs": [],
                }
            )
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media"
    path.write_text(json.dumps({"@odata.context": context, "value": media}), "utf-8")
