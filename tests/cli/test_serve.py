"""`safelight serve`: the printed address opens the workbench once, and Ctrl-C ends it."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from safelight.cli.options import who
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from tests.intake.operations import Operation


@pytest.fixture
def served(taken_in: Operation) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running workbench and its address."""
    run = subprocess.Popen(
        taken_in.command("serve", str(taken_in.root), "--port", "0", "--purpose", "vêret på Finse"),
        env=taken_in.env() | {"LOGNAME": "somebody else", "USER": "somebody else"},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert run.stdout is not None
        opening = run.stdout.readline().split()
        assert opening[0] == "Open"
        assert run.stdout.readline() == "It works once. Stop with Ctrl-C.\n"
        yield run, opening[1]
    finally:
        run.kill()
        run.wait()
        assert run.stdout is not None
        run.stdout.close()


def test_the_address_opens_the_overview_once_and_ctrl_c_ends_it(
    served: tuple[subprocess.Popen[str], str], taken_in: Operation
) -> None:
    run, address = served
    assert address.startswith("http://127.0.0.1:")
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        page = browser.get(address)
        assert page.status_code == 200
        assert "Sjakk" in page.text
        assert "2016-0142-A1" in page.text
        assert browser.get(httpx.URL(address).join("/items")).status_code == 200
    with Ledger.open(OperationFolder(taken_in.root)) as ledger:
        shown = [(one.verb, one.actor, one.purpose) for one in ledger.entries()][-2:]
    assert shown == [("consultation", who(), "vêret på Finse")] * 2
    with httpx.Client(follow_redirects=True, timeout=30) as stranger:
        assert stranger.get(address).status_code == 403
        assert stranger.get(httpx.URL(address).join("/")).status_code == 401
    run.send_signal(signal.SIGINT)
    assert run.wait(15) == 0


def test_a_wrong_passphrase_and_a_taken_port_are_told(taken_in: Operation) -> None:
    op = str(taken_in.root)
    wrong = Operation(taken_in.root, {"SAFELIGHT_PASSPHRASE": "feil hest batteri"})
    assert wrong.run("serve", op, "--port", "0", expect=18) == (
        "The passphrase is wrong. Try again, or use `safelight key recover`.\n"
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert taken_in.run("serve", op, "--port", str(port), expect=16) == (
            f"Port {port} cannot be used: [Errno 98] Address already in use. "
            "Choose another one, or 0 to let the system choose.\n"
        )
