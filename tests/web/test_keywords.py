"""Keyword lists in the workbench: run there, every line told, one at a time."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from safelight.analyse.keyword_list import parsed
from safelight.analyse.keywords import Ran
from safelight.errors import Refused
from safelight.web.keywords import Run, Runs
from tests.access.built import build
from tests.access.searched import fill
from tests.web.conftest import Workbench, serving


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    built = build(tmp_path_factory.mktemp("listed"))
    fill(built)
    yield from serving(built, "token-of-the-lists")


@pytest.fixture(scope="module")
def client(talked: Workbench) -> Iterator[httpx.Client]:
    with talked.entered() as entered:
        yield entered


def _through(client: httpx.Client) -> str:
    """The state of the run, once it is through."""
    for _turn in range(600):
        page = client.get("/keywords/run/state").text
        if "hx-get" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError("the list is still being run")


def _cells(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr data-row.*?</tr>", page, re.S)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall("<td[^>]*>(.*?)</td>", row)] for row in rows]


def test_a_list_is_run_and_every_line_is_told(client: httpx.Client, talked: Workbench) -> None:
    assert 'href="/keywords/run"' in client.get("/search").text
    before = talked.entries()
    lines = "# numre\r\nnummer\r\n/482-\\d{3}-7306/\r\nsjiraffhals\r\n"
    begun = client.post("/keywords/run", data={"name": "nye ord", "terms": lines})
    assert begun.url.path == "/keywords/run"
    page = _through(client)
    assert _cells(page) == [
        ["2", "nummer", "2", "2", "2"],
        ["3", "/482-\\d{3}-7306/", "2", "2", "2"],
        ["4", "sjiraffhals", "0", "0", "0"],
    ]
    digest = hashlib.sha256(lines.replace("\r\n", "\n").encode()).hexdigest()
    asked = ("consultation", {"page": "keywords", "query": f"nye ord {digest}"})
    assert talked.whats(before)[0] == asked
    (to,) = re.findall(r'href="(/keywords\?list=nye\+ord&amp;line=3)"', page)
    assert client.get(to.replace("&amp;", "&")).text.count("<mark>482-119-7306</mark>") == 2


def test_a_file_takes_the_place_of_its_last_run(client: httpx.Client) -> None:
    for terms, found in ((b"nummer\n", "2"), (b"\xef\xbb\xbfsjiraffhals\n", "0")):
        sent = {"file": ("fil.txt", terms, "text/plain")}
        client.post("/keywords/run", files=sent, data={"name": "", "terms": ""})
        ((_line, _term, texts, *_more),) = _cells(_through(client))
        assert texts == found
    assert "fil.txt" not in client.get("/search").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": " ", "terms": "tog"}, "The list has no name."),
        ({"name": "tom", "terms": "# only this\n"}, "tom holds no term."),
        ({"name": "feil", "terms": "tog\n/(/"}, "feil, line 2: “/(/” cannot be read"),
        ({"name": "stor", "terms": "tog\n" * 1_100_000}, "The list is larger than 4 MB."),
    ],
)
def test_a_list_that_cannot_be_read_is_told_and_stays_in_the_form(
    client: httpx.Client, data: dict[str, str], said: str
) -> None:
    page = client.post(
        "/keywords/run", data=data, files={"file": ("", b"")}
    ).text  # as a browser sends the form
    assert said in page
    assert f">{data['terms'].splitlines()[0]}" in page


def test_one_list_at_a_time_and_what_goes_wrong_is_told() -> None:
    runs, goes_on = Runs(), threading.Event()

    def slow(_made: Run) -> Ran:
        goes_on.wait(60)
        raise Refused("The disk is full.", "Make room.")

    wanted = parsed("en", b"tog\n", "en")
    runs.begin(wanted, slow)
    with pytest.raises(Refused, match=r"The list en is being run\."):
        runs.begin(wanted, slow)
    goes_on.set()
    assert runs.last is not None
    first = runs.last
    for _turn in range(600):
        if not first.running:
            break
        time.sleep(0.1)
    assert first.wrong is not None and first.wrong.what == "The disk is full."
    runs.begin(wanted, lambda made: Ran(hits=made.done, texts=7))
    for _turn in range(600):
        if not runs.last.running:
            break
        time.sleep(0.1)
    assert runs.last is not first and runs.last.ran == Ran(0, 7)
