"""Commands run as people run them, each in a process of its own, forked from one that has imported the product.

Starting Python and importing costs a second a command and the tests run well over a thousand: that was half of their
time. What a command sees is what it would see: its own arguments, environment, folder, standard streams and exit code.
A command whose process is itself the subject (killed, interrupted, measured) is started anew by its test, and here one
that finds other modules than the tests do (plugins).
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import random
import runpy
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

_CHECKOUT = Path(__file__).resolve().parents[2]


def run(
    words: Sequence[str], environment: Mapping[str, str], *, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """`safelight WORDS` with exactly this environment, in the caller's folder, to its end."""
    if environment.get("PYTHONPATH") != os.environ.get("PYTHONPATH"):
        return subprocess.run(
            [sys.executable, "-m", "safelight.cli", *words],
            env=environment, input=stdin, capture_output=True, check=False,
        )  # fmt: skip
    with contextlib.ExitStack() as files:
        given, out, err = (files.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        given.write(stdin)
        given.seek(0)
        line = files.enter_context(socket.socket(socket.AF_UNIX))
        line.connect(_server())
        asked = json.dumps(
            {"words": list(words), "environment": dict(environment), "folder": str(Path.cwd())}
        ).encode()
        socket.send_fds(line, [len(asked).to_bytes(4, "big")], [one.fileno() for one in (given, out, err)])
        line.sendall(asked)
        with line.makefile("rb") as answer:
            ended = answer.readline()  # nothing: it was killed
        code = int(ended) if ended else -signal.SIGKILL
        return subprocess.CompletedProcess(["safelight", *words], code, _whole(out), _whole(err))


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


@cache
def _server() -> str:
    """The address of this test process's server, begun with the first command."""
    address = str(Path(tempfile.mkdtemp(prefix="safelight-tests-")) / "commands")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.intake.commands", address],
        cwd=_CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    atexit.register(_end, process, address)
    return address


def _end(process: subprocess.Popen[bytes], address: str) -> None:
    process.kill()
    process.wait()
    Path(address).unlink(missing_ok=True)
    Path(address).parent.rmdir()


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    parent = os.getppid()

    def service_actions(self) -> None:
        super().service_actions()
        if os.getppid() != self.parent:  # the tests were killed
            os._exit(0)


class _Command(socketserver.BaseRequestHandler):
    """One command, in the process that was forked for it; it tells its exit code as its last act."""

    def handle(self) -> NoReturn:
        line: socket.socket = self.request
        size, streams, _flags, _from = socket.recv_fds(line, 4, 3)
        asked = json.loads(line.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        code = _become(asked, streams)
        line.sendall(f"{code}\n".encode())
        os._exit(code & 0xFF)


def _become(asked: dict[str, Any], streams: list[int]) -> int:
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - they live as long as the process
            for number, mode in enumerate(("r", "w", "w"))
        )
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.chdir(asked["folder"])
        time.tzset()
        random.seed()
        sys.argv = ["safelight", *asked["words"]]
        runpy.run_module("safelight.cli", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:
        traceback.print_exc()
    finally:
        # What the interpreter does at its end, which a fork inside of another program never reaches.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
    return code


def _modules() -> Iterator[str]:
    import safelight

    for module in pkgutil.walk_packages(safelight.__path__, "safelight."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            yield module.name


def _serve(address: str) -> None:
    for name in _modules():
        importlib.import_module(name)
    gc.freeze()  # what is shared with the commands is not written to by their collector
    with _Server(address, _Command) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    _serve(sys.argv[1])
