"""One built operation for all tests of the door (they only read it), and a door into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safelight.access.door import Door
from tests.access.built import ACTOR, Built, build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("operation"))


@pytest.fixture
def door(built: Built) -> Iterator[Door]:
    with Door(built.folder, who=ACTOR, purpose="tests of the door", keys=built.keys) as opened:
        yield opened
