"""Writes a package in one pass: BagIt 1.0 (RFC 8493) as a folder or one tar, which is encrypted to its receivers with age.

BagIt is written here and not by the library `bagit`, which states version 0.97, works on a finished folder (every byte read
twice) and can neither stream into a tar nor sign. How a reader sees it stands in `verify.py`, which checks it and
lies in each package; both take their names from there.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import IO, Any, Final, Protocol, Self

from safelight.casework.handover import verify
from safelight.casework.handover.keys import SigningKey
from safelight.errors import AlreadyExists, IntegrityBroken, Refused
from safelight.operation.age import encrypting
from safelight.traces.moment import iso_utc

_CHUNK: Final = 1 << 20
_SMALL: Final = 1 << 16


class _Sink(Protocol):
    def file(self, name: str, size: int) -> AbstractContextManager[IO[bytes]]: ...


class Package:
    """One package under way; nothing lies at `out` until `publish`, and nothing is left where that is never reached."""

    def __init__(self, out: Path, name: str, made_at: int, *, folder: bool, keys: Sequence[str] = ()) -> None:
        """`name`: the one folder inside a tar; `made_at`: µs UTC; `keys`: age recipients. Raises AlreadyExists, Refused."""
        if out.exists() or out.is_symlink():
            raise AlreadyExists(f"{out} is there already.", "Choose another place.")
        if folder and keys:
            raise Refused(
                "A folder cannot be encrypted.", "Leave out --folder: the package is then one file."
            )
        if not out.parent.is_dir():
            raise Refused(f"{out.parent} is no folder.", "Make it first.")
        self.out, self._half = out, out.with_name(f".{out.name}.half")
        self._name, self._made_at, self._folder, self._keys = name, made_at, folder, keys
        self._files: dict[str, tuple[int, str, str]] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if self._folder:
            self._half.mkdir(mode=0o700)
            self._sink: _Sink = _Folder(self._half)
        else:
            descriptor = os.open(self._half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            file: IO[bytes] = self._open.enter_context(os.fdopen(descriptor, "wb"))
            self._file = file
            inner = self._open.enter_context(encrypting(file, self._keys)) if self._keys else file
            self._sink = self._tar = _Tar(inner, self._name, self._made_at)
        self._pool = self._open.enter_context(ThreadPoolExecutor(2))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        try:
            self._open.__exit__(kind, error, trace)
        finally:
            if self._half.is_dir():
                shutil.rmtree(self._half)
            else:
                self._half.unlink(missing_ok=True)

    def add(self, name: str, chunks: Iterable[bytes | bytearray], size: int) -> None:
        """One file of known size. Raises IntegrityBroken if its bytes are fewer or more."""
        one, other, written = hashlib.sha256(), hashlib.sha512(), 0
        waiting: list[Future[None]] = []
        with self._sink.file(name, size) as file:
            for chunk in chunks:
                written += len(chunk)
                if written > size:
                    break
                for task in waiting:
                    task.result()
                if len(chunk) < _SMALL:
                    one.update(chunk)
                    other.update(chunk)
                    waiting = []
                else:
                    waiting = [self._pool.submit(one.update, chunk), self._pool.submit(other.update, chunk)]
                file.write(chunk)
        for task in waiting:
            task.result()
        if written != size:
            raise IntegrityBroken(
                f"{name} has {written} bytes or more, and {size} were expected.", "Read its source again."
            )
        self._files[name] = (size, one.hexdigest(), other.hexdigest())

    def add_bytes(self, name: str, data: bytes) -> None:
        """One file that is in memory."""
        self.add(name, (data,), len(data))

    def add_file(self, name: str, path: Path) -> None:
        """One file from the disk."""
        with path.open("rb", buffering=0) as file:
            self.add(name, iter(lambda: file.read(_CHUNK), b""), path.stat().st_size)

    def add_folder(self, name: str, folder: Path) -> None:
        """All plain files of a folder, by name."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.add_file(f"{name}/{path.relative_to(folder).as_posix()}", path)

    @property
    def payload(self) -> Mapping[str, tuple[int, str, str]]:
        """Size, SHA-256 and SHA-512 of the files below `data/` so far."""
        return {name: known for name, known in self._files.items() if name.startswith("data/")}

    def parts(self) -> list[dict[str, Any]]:
        """Of each folder below `data/` the files, the bytes, and the SHA-256 of its lines in manifest-sha256.txt."""
        found: dict[str, list[tuple[str, tuple[int, str, str]]]] = {}
        for name, known in sorted(self.payload.items()):
            found.setdefault(name.split("/")[1], []).append((name, known))
        return [
            {
                "part": part,
                "files": len(files),
                "bytes": sum(known[0] for _, known in files),
                "sha256": hashlib.sha256(_lines(files, 0)).hexdigest(),
            }
            for part, files in found.items()
        ]

    def finish(
        self, info: Mapping[str, str], predicate: Mapping[str, Any], signers: Sequence[SigningKey]
    ) -> str:
        """Write the lists and sign them. Returns the SHA-256 of the list of lists. `publish` then puts it in its place.

        `info`: lines of bag-info.txt; `predicate`: what is signed besides the lists.
        """
        self.add_bytes("bagit.txt", verify.BAGIT)
        lines = {**info, "Bagging-Date": iso_utc(self._made_at)[:10], "Payload-Oxum": self._oxum()}
        text = "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines.items())
        self.add_bytes("bag-info.txt", text.encode())
        self.add_file("verify.py", Path(verify.__file__))
        payload = sorted(self.payload.items())
        for at, name in enumerate(verify.MANIFESTS):
            self.add_bytes(name, _lines(payload, at))
        tags = sorted((name, known) for name, known in self._files.items() if not name.startswith("data/"))
        for at, name in enumerate(verify.TAG_MANIFESTS):
            self.add_bytes(name, _lines(tags, at))
        subjects = [
            {"name": name, "digest": {verify.ALGORITHMS[at]: self._files[name][1 + at]}}
            for at, name in enumerate(verify.TAG_MANIFESTS)
        ]
        self.add_bytes(verify.ENVELOPE, _envelope(subjects, predicate, signers))
        if not self._folder:
            self._tar.end()
        self._open.close()
        return self._files[verify.TAG_MANIFESTS[0]][1]

    def _oxum(self) -> str:
        payload = self.payload
        return f"{sum(known[0] for known in payload.values())}.{len(payload)}"

    def publish(self) -> None:
        """Put the finished package in its place, once it is written down that it is given."""
        if not self._folder:
            descriptor = os.open(self._half, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._half.rename(self.out)

    @property
    def size(self) -> tuple[int, int]:
        """Files and bytes so far."""
        return len(self._files), sum(known[0] for known in self._files.values())


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def file(self, name: str, size: int) -> AbstractContextManager[IO[bytes]]:
        path = self._root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.open("xb", buffering=0)


class _Tar:
    """A tar of plain files with nothing in it that could differ: one owner, one time, no other headers."""

    def __init__(self, file: IO[bytes], top: str, made_at: int) -> None:
        self._file, self._top, self._seconds = file, top, made_at // 1_000_000

    def file(self, name: str, size: int) -> AbstractContextManager[IO[bytes]]:
        info = tarfile.TarInfo(f"{self._top}/{name}")
        info.size, info.mtime, info.mode = size, self._seconds, 0o600
        head = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")
        if len(head) != tarfile.BLOCKSIZE:
            raise Refused(f"The name {name} is too long for a package.", "Give a shorter one.")
        self._file.write(head)
        return _Member(self._file, -size % tarfile.BLOCKSIZE)

    def end(self) -> None:
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        self._file.flush()


class _Member(AbstractContextManager[IO[bytes]]):
    def __init__(self, file: IO[bytes], gap: int) -> None:
        self._file, self._gap = file, gap

    def __enter__(self) -> IO[bytes]:
        return self._file

    def __exit__(self, *error: object) -> None:
        self._file.write(bytes(self._gap))


def _lines(files: Iterable[tuple[str, tuple[int, str, str]]], at: int) -> bytes:
    return "".join(f"{known[1 + at]}  {name}\n" for name, known in files).encode()


def _envelope(
    subjects: Sequence[Mapping[str, Any]], predicate: Mapping[str, Any], signers: Sequence[SigningKey]
) -> bytes:
    """The DSSE envelope over an in-toto statement, as bytes that can be written in one way only."""
    named = [
        {"fingerprint": one.fingerprint, "name": one.name, "public": one.public.hex()} for one in signers
    ]
    payload = verify.plain_json(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": list(subjects),
            "predicateType": verify.PREDICATE,
            "predicate": {**predicate, "format": verify.FORMAT, "signers": named},
        }
    )
    signed = verify.pae(verify.PAYLOAD_TYPE, payload)
    return verify.plain_json(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": verify.PAYLOAD_TYPE,
            "signatures": [
                {"keyid": one.fingerprint, "sig": base64.b64encode(one.sign(signed)).decode()}
                for one in signers
            ],
        }
    )
