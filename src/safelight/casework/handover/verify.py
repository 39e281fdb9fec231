#!/usr/bin/env python3
"""Is this package whole, and from whom? One file on Python's standard library alone (3.9 or newer), without network.

    python3 verify.py [PACKAGE] --fingerprint HEX

PACKAGE is the folder that this file lies in, another folder, or a .tar file. HEX is the SHA-256 of the signer's public key,
which you have from somewhere else than the package (by telephone, on paper); given twice, both must have signed. Without it
nothing says who made the package: SIGNER NOT CHECKED.

It checks every file both ways (BagIt 1.0, RFC 8493: SHA-256 and SHA-512 of all that is listed, and nothing that is not),
the signatures over the list (DSSE envelope, Ed25519, RFC 8032), and that the excerpt of the audit stands in the chain whose
head was signed. Exit code: 0 whole, and signed by the fingerprints given; 1 something is wrong; 3 whole, SIGNER NOT CHECKED.

It is a part of Safelight as well, which imports it; what it knows of formats stands in Safelight's docs/casework.md.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import os
import stat
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

FORMAT = 1
PREDICATE = "urn:safelight:handover:v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ENVELOPE = "manifest.dsse.json"
EXCERPT = "data/audit/excerpt.json"
ALGORITHMS = ("sha256", "sha512")
MANIFESTS = tuple(f"manifest-{name}.txt" for name in ALGORITHMS)
TAG_MANIFESTS = tuple(f"tagmanifest-{name}.txt" for name in ALGORITHMS)
#: Files that are read into memory are no larger, and a package holds no more files and no longer names.
MOST_KEPT, MOST_FILES, LONGEST_NAME = 256 << 20, 1_000_000, 1024
_CHUNK, _BLOCK = 1 << 20, 512
#: Exit code for a whole package of which nobody said whose it is: 2 is argparse's.
NOT_CHECKED = 3

# A chunk that is being hashed by two threads while the next is read.
Digests = tuple[str, str]
Fault = tuple[str, str]


class NotAPackage(Exception):
    """It cannot be read as a package at all."""


class Result:
    """What was found. `faults`: (file, what is wrong with it); `signers`: (fingerprint, name) of valid signatures."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.signers: list[tuple[str, str]] = []
        self.statement: dict[str, Any] = {}
        self.files: dict[str, tuple[int, Digests]] = {}
        self.kept: dict[str, bytes] = {}
        self.version: Any = None
        self.entries = 0
        self.head = ""

    @property
    def payload_files(self) -> int:
        return sum(1 for name in self.files if name.startswith("data/"))


def check(
    package: str | IO[bytes],
    fingerprints: Sequence[str] = (),
    keep: Iterable[str] = (),
    aside: Mapping[str, Path] | None = None,
) -> Result:
    """Check a folder, a .tar, or the bytes of one; `keep`: files whose bytes the caller wants in `Result.kept`, `aside`:
    larger ones that are written to these paths as they are read.

    Raises NotAPackage, OSError.
    """
    found = Result()
    wanted = {"bagit.txt", "bag-info.txt", ENVELOPE, EXCERPT, *MANIFESTS, *TAG_MANIFESTS, *keep}
    put = _Put(wanted, aside or {}, found)
    if not isinstance(package, str):
        _read_tar(package, put, found)
    elif Path(package).is_dir():
        _read_folder(Path(package), put, found)
    else:
        with Path(package).open("rb") as file:
            _read_tar(file, put, found)
    _check_lists(found)
    _check_envelope(found)
    _check_excerpt(found)
    _check_signers(found, fingerprints)
    return found


# The files and their digests


class _Put:
    """Where the bytes of a file go while they are hashed: into memory, to a path, or nowhere."""

    def __init__(self, kept: Iterable[str], aside: Mapping[str, Path], found: Result) -> None:
        self._kept, self._aside, self._found = frozenset(kept), aside, found

    @contextmanager
    def of(self, name: str, size: int) -> Iterator[Callable[[bytes], Any] | None]:
        if name in self._kept:
            if size > MOST_KEPT:
                raise NotAPackage(f"{name} is larger than any such file")
            pieces: list[bytes] = []
            yield pieces.append
            self._found.kept[name] = b"".join(pieces)
        elif name in self._aside:
            with self._aside[name].open("xb") as file:
                yield file.write
        else:
            yield None


def _hash(chunks: Iterable[bytes], put: Callable[[bytes], Any] | None) -> tuple[int, Digests]:
    one, other, size = hashlib.sha256(), hashlib.sha512(), 0
    for chunk in chunks:
        one.update(chunk)
        other.update(chunk)
        size += len(chunk)
        if put is not None:
            put(chunk)
    return size, (one.hexdigest(), other.hexdigest())


def _read_folder(root: Path, put: _Put, found: Result) -> None:
    names = sorted(_walk(root, found))

    def read(name: str) -> tuple[str, tuple[int, Digests]]:
        with (
            (root / name).open("rb", buffering=0) as file,
            put.of(name, os.fstat(file.fileno()).st_size) as kept,
        ):
            return name, _hash(iter(lambda: file.read(_CHUNK), b""), kept)

    with ThreadPoolExecutor(2) as pool:
        found.files.update(pool.map(read, names))


def _walk(root: Path, found: Result) -> Iterator[str]:
    count = 0
    for folder, folders, files in os.walk(root):
        for name in [*files, *folders]:
            path = Path(folder, name)
            where, mode = path.relative_to(root).as_posix(), path.lstat().st_mode
            if stat.S_ISDIR(mode):
                continue
            count += 1
            if count > MOST_FILES:
                raise NotAPackage(f"it holds more than {MOST_FILES} files")
            if not stat.S_ISREG(mode):
                found.faults.append((where, "is no plain file"))
            else:
                yield where


def _read_tar(file: IO[bytes], put: _Put, found: Result) -> None:
    """Read a tar to its end. Only what Safelight writes is allowed: plain files below one folder, nothing in the gaps."""
    top, at = "", 0
    with ThreadPoolExecutor(2) as pool:
        while True:
            head = _exactly(file, _BLOCK, f"the archive is truncated at byte {at}")
            if head == bytes(_BLOCK):
                if _exactly(file, _BLOCK, "the archive is truncated at its end") != head or file.read(1):
                    found.faults.append(("the archive", "holds something behind its end"))
                return
            name, size, first = _member(head, at)
            if top and first != top:
                raise NotAPackage(f"it holds more than one folder: {top} and {first}")
            top = first
            if name in found.files:
                raise NotAPackage(f"{name} stands in it twice")
            if len(found.files) >= MOST_FILES:
                raise NotAPackage(f"it holds more than {MOST_FILES} files")
            with put.of(name, size) as kept:
                found.files[name] = (size, _hash_both(pool, _pieces(file, size, name), kept))
            gap = -size % _BLOCK
            if _exactly(file, gap, f"{name} is truncated") != bytes(gap):
                found.faults.append((name, "is followed by something that does not belong to it"))
            at += _BLOCK + size + gap


def _member(head: bytes, at: int) -> tuple[str, int, str]:
    """Name below the package's folder, size, and that folder."""
    try:
        info = tarfile.TarInfo.frombuf(head, "utf-8", "strict")
        plain = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        raise NotAPackage(f"the archive is damaged at byte {at}: {error}") from error
    first, _, name = info.name.partition("/")
    parts = [first, *name.split("/")]
    if (
        info.name.startswith("/")
        or "\\" in info.name
        or "\0" in info.name
        or any(p in ("", ".", "..") for p in parts)
    ):
        raise NotAPackage(f"it holds the name {info.name!r}, which leads out of the package")
    if info.type != tarfile.REGTYPE or info.size < 0 or len(info.name) > LONGEST_NAME:
        raise NotAPackage(f"{info.name!r} in it is no plain file")
    if plain != head:
        raise NotAPackage(f"the head of {name} at byte {at} is not as it was written")
    return name, info.size, first


def _pieces(file: IO[bytes], size: int, name: str) -> Iterator[bytes]:
    while size:
        piece = file.read(min(size, _CHUNK))
        if not piece:
            raise NotAPackage(f"the archive is truncated in {name}")
        size -= len(piece)
        yield piece


def _exactly(file: IO[bytes], size: int, what: str) -> bytes:
    pieces = []
    while size:
        piece = file.read(size)
        if not piece:
            raise NotAPackage(what)
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _hash_both(
    pool: ThreadPoolExecutor, chunks: Iterable[bytes], put: Callable[[bytes], Any] | None
) -> Digests:
    one, other = hashlib.sha256(), hashlib.sha512()
    waiting: list[Future[None]] = []
    for chunk in chunks:
        if put is not None:
            put(chunk)
        for task in waiting:
            task.result()
        waiting = [pool.submit(one.update, chunk), pool.submit(other.update, chunk)]
    for task in waiting:
        task.result()
    return one.hexdigest(), other.hexdigest()


# The lists


def _check_lists(found: Result) -> None:
    if found.kept.get("bagit.txt") != BAGIT:
        found.faults.append(("bagit.txt", "is missing" if "bagit.txt" not in found.files else "was changed"))
    outside = {ENVELOPE, *TAG_MANIFESTS}
    for at, _algorithm in enumerate(ALGORITHMS):
        for list_name, covered in (
            (MANIFESTS[at], {name for name in found.files if name.startswith("data/")}),
            (TAG_MANIFESTS[at], {n for n in found.files if not n.startswith("data/") and n not in outside}),
        ):
            listed = _listed(found, list_name)
            for name in sorted(set(listed) | covered):
                if name not in listed:
                    found.faults.append((name, f"is not listed in {list_name}"))
                elif name not in found.files:
                    found.faults.append((name, "is missing"))
                elif listed[name] != found.files[name][1][at]:
                    found.faults.append((name, f"was changed ({list_name})"))
    oxum = "Payload-Oxum: {}.{}".format(
        sum(size for name, (size, _) in found.files.items() if name.startswith("data/")), found.payload_files,
    )  # fmt: skip
    if oxum not in found.kept.get("bag-info.txt", b"").decode("utf-8", "replace").splitlines():
        found.faults.append(("bag-info.txt", "states another number of files or bytes"))


def _listed(found: Result, name: str) -> dict[str, str]:
    data = found.kept.get(name)
    if data is None:
        found.faults.append((name, "is missing"))
        return {}
    listed: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n")[:-1]:
        digest, gap, path = line.partition("  ")
        if not gap or path in listed:
            found.faults.append((name, f"cannot be read at {line!r}"))
        listed[path] = digest
    if "".join(f"{digest}  {path}\n" for path, digest in sorted(listed.items())).encode() != data:
        found.faults.append((name, "is not as it was written"))
    return listed


# The envelope


def pae(payload_type: str, payload: bytes) -> bytes:
    """What is signed (DSSE, pre-authentication encoding)."""
    return b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload)


def plain_json(value: Any) -> bytes:
    """The one way in which the envelope and its payload are written, so that no bit of them can be another."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def fingerprint_of(public: bytes) -> str:
    """SHA-256 of a public key."""
    return hashlib.sha256(public).hexdigest()


def _check_envelope(found: Result) -> None:
    data = found.kept.get(ENVELOPE)
    if data is None:
        found.faults.append((ENVELOPE, "is missing: the package is unsigned"))
        return
    try:
        envelope = json.loads(data)
        payload = base64.b64decode(envelope["payload"], validate=True)
        statement = json.loads(payload)
        predicate = statement["predicate"]
        subjects = {one["name"]: one["digest"] for one in statement["subject"]}
        keys = {
            one["fingerprint"]: (one["name"], bytes.fromhex(one["public"])) for one in predicate["signers"]
        }
        version = predicate["format"]
        signatures = [
            (one["keyid"], base64.b64decode(one["sig"], validate=True)) for one in envelope["signatures"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        found.faults.append((ENVELOPE, f"cannot be read: {error!r}"))
        return
    again = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key, "sig": base64.b64encode(sig).decode()} for key, sig in signatures],
    }
    if plain_json(again) != data or plain_json(statement) != payload:
        found.faults.append((ENVELOPE, "is not as it was written"))
        return
    found.statement, found.version = statement, version
    if not isinstance(version, int) or version > FORMAT or statement.get("predicateType") != PREDICATE:
        found.faults.append((ENVELOPE, f"was made by a newer version (format {version!r})"))
        return
    for at, name in enumerate(TAG_MANIFESTS):
        if name in found.files and subjects.get(name) != {ALGORITHMS[at]: found.files[name][1][at]}:
            found.faults.append((name, "was changed: it is not what was signed"))
    if sorted(subjects) != sorted(TAG_MANIFESTS):
        found.faults.append((ENVELOPE, "signs something else"))
    if not signatures or sorted(key for key, _ in signatures) != sorted(keys):
        found.faults.append((ENVELOPE, "is not signed by those that it names"))
    for key, sig in signatures:
        name, public = keys.get(key, ("", b""))
        if fingerprint_of(public) == key and ed25519_verify(public, pae(PAYLOAD_TYPE, payload), sig):
            found.signers.append((key, name))
        else:
            found.faults.append((ENVELOPE, f"holds a signature of {key} that is not valid"))


def _check_signers(found: Result, fingerprints: Sequence[str]) -> None:
    valid = {key for key, _ in found.signers}
    for wanted in fingerprints:
        plain = "".join(char for char in wanted.lower() if char not in " :-")
        if plain not in valid:
            found.faults.append((ENVELOPE, f"is not signed by {plain}"))


# The chain (Safelight docs/ledger.md, "Proving an excerpt")


def _check_excerpt(found: Result) -> None:
    data = found.kept.get(EXCERPT)
    if data is None:
        found.faults.append((EXCERPT, "is missing"))
        return
    try:
        given = json.loads(data)
        found.head = given["head"]
        if found.statement and found.statement["predicate"]["head"] != found.head:
            raise ValueError("its head is not the one that was signed")
        if given["format"] != "safelight.ledger.excerpt.1":
            raise ValueError("its format is not known")
        found.entries = _walk_chain(given["steps"], found.head)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        found.faults.append((EXCERPT, f"does not stand in the chain: {error}"))


def _walk_chain(steps: list[dict[str, Any]], head: str) -> int:
    number, _, code = head.partition(":")
    trusted = base64.b32decode("".join(code.split("-"))[:32].upper())
    known: dict[int, bytes] = {}
    shown = 0
    for step in steps:
        seq, previous, skip = int(step["seq"]), bytes.fromhex(step["previous"]), bytes.fromhex(step["skip"])
        if len(previous) != 32 or len(skip) != 32:
            raise ValueError(f"a hash of entry {seq} has not 32 bytes")
        of_body = bytes.fromhex(step["body_digest"]) if "body_digest" in step else _body(step, seq)
        own = hashlib.sha256(
            b"safelight.ledger.link.1\0" + seq.to_bytes(8, "big") + previous + skip + of_body
        ).digest()
        if not (own[:20] == trusted if seq == int(number) else known.get(seq) == own):
            raise ValueError(f"entry {seq} does not follow")
        known[seq - 1], known[seq & (seq - 1)] = previous, skip
        shown += "body" in step
    return shown


def _body(step: dict[str, Any], seq: int) -> bytes:
    body = step["body"].encode()
    fields = json.loads(body)
    if fields["seq"] != seq:
        raise ValueError(f"entry {seq} says that it is another")
    if "payload" in step:
        covered = b"safelight.ledger.payload.1\0" + bytes.fromhex(step["salt"]) + step["payload"].encode()
        if hashlib.sha256(covered).hexdigest() != fields["digest"]:
            raise ValueError(f"what entry {seq} says was changed")
    return hashlib.sha256(b"safelight.ledger.body.1\0" + body).digest()


# Ed25519, RFC 8032 section 5.1: verification alone, with points in extended coordinates (section 5.1.4).

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether it is this key's signature of the message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce, scalar = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= _L:
        return False
    digest = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    left, right = _times(scalar, _BASE), _add(nonce, _times(digest, key))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % _P == 0


def _point(data: bytes) -> Point | None:
    """Decode a point (section 5.1.3); None if it is none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    x = _x(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


def _x(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    return _P - x if x & 1 != sign else x


def _add(one: Point, other: Point) -> Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % _P, (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = _x(_BASE_Y, 0) or 0
_BASE: Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


# The command


def report(found: Result, fingerprints: Sequence[str], say: Callable[[str], None]) -> None:
    """Say what was found, line by line."""
    for name, what in found.faults:
        say(f"FAULT  {repr(name)[1:-1]}: {what}")
    for key, name in found.signers:
        say(f"signed by {key}, who calls themselves {name!r}")
    if not fingerprints:
        say("SIGNER NOT CHECKED: give --fingerprint with what the sender told you by other means.")
    predicate = found.statement.get("predicate", {})
    if predicate.get("synthetic"):
        say("SYNTHETIC: made for trying out; nothing in it is real.")
    say(f"{len(found.files)} files, {found.entries} entries of the audit below head {found.head}")
    say(
        f"NOT WHOLE: {len(found.faults)} faults"
        if found.faults
        else "Whole: nothing was changed, removed or added."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    reader = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    reader.add_argument("package", nargs="?", default=str(Path(__file__).resolve().parent))
    reader.add_argument("--fingerprint", action="append", default=[], metavar="HEX")
    given = reader.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a console that has no such letters shows their numbers
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        found = check(given.package, given.fingerprint)
    except (NotAPackage, OSError) as error:
        print(f"NOT WHOLE: {error}")  # noqa: T201
        return 1
    report(found, given.fingerprint, print)
    if found.faults:
        return 1
    return 0 if given.fingerprint else NOT_CHECKED


if __name__ == "__main__":
    sys.exit(main())
