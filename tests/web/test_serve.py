"""`serve` as a process of its own: loopback alone, one address, a clean end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import psutil
import pytest

from safelight.errors import Refused
from safelight.web.serve import serve
from tests.access.built import ACTOR, Built

PROGRAM = """
import pathlib, sys
from safelight.operation.folder import open_folder
from safelight.web.serve import serve
folder = open_folder(pathlib.Path(sys.argv[1]))
serve(folder, who="kåre", purpose="tests", port=0, announce=lambda address: print(address, flush=True))
print("ended", flush=True)
"""


def test_serves_on_the_loopback_alone_and_ends_on_ctrl_c(built: Built) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(built.folder.root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:") and "/enter?token=" in address
        with httpx.Client(follow_redirects=True) as client:
            answer = client.get(address)
            assert (answer.status_code, "DARKROOM" in answer.text) == (200, True)
            assert "server" not in answer.headers
        listening = [
            one.laddr.ip for one in psutil.Process(process.pid).net_connections() if one.status == "LISTEN"
        ]
        assert listening == ["127.0.0.1"]
        process.send_signal(signal.SIGINT)
        rest, _errors = process.communicate(timeout=30)
        assert (rest.strip(), process.returncode) == ("ended", 0)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_port_that_is_taken_is_refused(built: Built) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused) as caught:
            serve(built.folder, who=ACTOR, purpose="tests", port=taken.getsockname()[1])
    assert "Choose another one" in caught.value.next_step
