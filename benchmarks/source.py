"""The mixed source of the benchmark: a tree of small files, pictures, films and documents, and a disk image of it.

77 % of the bytes are pictures, as in the house measurements. Everything is generated; the same size and seed give the
same bytes. The image is NTFS where it can be mounted (ntfs-3g and FUSE), else ext4 by `mke2fs -d`; the report says which.
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from safelight.scenario.patterns import film


@dataclass(frozen=True)
class Source:
    """A generated source: the tree, the raw image, the E01 (None where ewfacquire is missing), its file system."""

    tree: Path
    raw: Path
    e01: Path | None
    file_system: str
    files: int
    bytes: int


def make(place: Path, size: int, seed: int = 1) -> Source:
    """Generate a source of about `size` bytes below `place`, or use the one that is there."""
    tree, raw = place / "tree", place / "disk.dd"
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        _tree(tree, size, random.Random(seed))
        file_system = _image(tree, raw)
        acquire(raw)
        (place / "ready").write_text(file_system)
    files = [path for path in tree.rglob("*") if path.is_file()]
    e01 = raw.with_suffix(".E01")
    return Source(
        tree,
        raw,
        e01 if e01.exists() else None,
        (place / "ready").read_text(),
        len(files),
        sum(path.stat().st_size for path in files),
    )


def _tree(tree: Path, size: int, rng: random.Random) -> None:
    shares = {"pictures": 0.77, "films": 0.08, "documents": 0.02, "small": 0.01, "large": 0.12}
    writers = {"pictures": _picture, "films": _film, "documents": _document, "small": _small, "large": _large}
    for kind, share in shares.items():
        written = number = 0
        while written < size * share:
            folder = tree / kind / f"{number // 200:03d}"
            folder.mkdir(parents=True, exist_ok=True)
            written += writers[kind](folder, number, rng)
            number += 1


def _noise(rng: random.Random, width: int, height: int) -> Image.Image:
    """A photograph-like picture: coarse colour fields with fine grain, so that JPEG sizes are those of a camera."""
    random_state = np.random.default_rng(rng.getrandbits(32))
    fields = random_state.integers(0, 255, (height // 64 + 1, width // 64 + 1, 3), dtype=np.uint8)
    picture = np.asarray(
        Image.fromarray(fields).resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16
    )
    grain = random_state.integers(-12, 12, (height, width, 1), dtype=np.int16)
    return Image.fromarray(np.clip(picture + grain, 0, 255).astype(np.uint8))


_templates: list[bytes] = []


def _picture(folder: Path, number: int, rng: random.Random) -> int:
    """12-megapixel JPEGs of about 3 MB and 2-megapixel ones; each unique by its last bytes, a tenth of them copies."""
    if not _templates:
        for width, height in ((4000, 3000), (1600, 1200), (4000, 3000), (1600, 1200)):
            out = io.BytesIO()
            _noise(rng, width, height).save(out, "JPEG", quality=85)
            _templates.append(out.getvalue())
    data = _templates[number % len(_templates)]
    if number % 10:
        data += rng.randbytes(16)
    (folder / f"IMG_{number:05d}.jpg").write_bytes(data)
    return len(data)


_films: list[bytes] = []


def _film(folder: Path, number: int, rng: random.Random) -> int:
    """Films of some seconds, each unique by bytes behind the last box."""
    path = folder / f"film {number:04d}.mp4"
    if len(_films) < 3:
        film(path, number, seconds=20)
        _films.append(path.read_bytes())
    data = _films[number % len(_films)] + rng.randbytes(16)
    path.write_bytes(data)
    return len(data)


def _document(folder: Path, number: int, rng: random.Random) -> int:
    words = ["sjakk", "tog", "vær", "skyer", "turnering", "skinner", "åpning", "sluttspill", "regn", "brett"]
    text = " ".join(rng.choice(words) for _ in range(rng.randrange(200, 4000)))
    data = f"<!doctype html><title>Side {number}</title><p>{text}</p>".encode()
    (folder / f"side {number:05d}.html").write_bytes(data)
    return len(data)


def _small(folder: Path, number: int, rng: random.Random) -> int:
    data = f"{number};{rng.random()};skyet\n".encode() * rng.randrange(1, 200)
    (folder / f"{number:06d}.csv").write_bytes(data)
    return len(data)


def _large(folder: Path, number: int, rng: random.Random) -> int:
    data = rng.randbytes(1 << 20) * rng.randrange(4, 24)
    (folder / f"{number:04d}.bin").write_bytes(data)
    return len(data)


def _image(tree: Path, raw: Path) -> str:
    size = int(sum(p.stat().st_size for p in tree.rglob("*") if p.is_file()) * 1.08) + (64 << 20)
    with raw.open("wb") as stream:
        stream.truncate(size)
    mount = raw.with_name("mount")
    mount.mkdir()
    try:
        subprocess.run(["mkntfs", "-q", "-F", str(raw)], check=True, capture_output=True)
        subprocess.run(["ntfs-3g", str(raw), str(mount)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(raw)], check=True)
        return "ext4"
    try:
        shutil.copytree(tree, mount, dirs_exist_ok=True)
    finally:
        subprocess.run(["umount", str(mount)], check=True)
    return "ntfs"


def acquire(raw: Path) -> None:
    """Acquire a raw image as an E01 beside it, where the tool is there."""
    if shutil.which("ewfacquire"):
        command = [
            "ewfacquire",
            "-u",
            "-q",
            "-c",
            "deflate:fast",
            "-S",
            "100GiB",
            "-t",
            str(raw.with_suffix("")),
            str(raw),
        ]
        subprocess.run(command, check=True, capture_output=True)
