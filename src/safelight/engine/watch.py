"""The limits of time and memory: look, freeze, look again, and only then decide.

Between a look and a kill a child may have finished the task that was looked at and begun the next, which
would then be blamed. So it is stopped first, and what the page and /proc say while it stands still is what
counts.
"""

from __future__ import annotations

import time
from typing import Final

from safelight.engine import kernel
from safelight.engine.child import Child
from safelight.engine.jobs import BatchJob, Job
from safelight.engine.model import Limits
from safelight.engine.page import Place, State

STUCK_SECONDS: Final = 120.0
"""How long a child may take to make its handler, to begin a job, or to get from one task to the next."""


def over_time(
    job: Job, place: Place, given: float, started: float, limits: Limits
) -> tuple[str, str, float] | None:
    """The verdict on a task that takes too long; a stream's clock starts anew at each row and note."""
    now = time.monotonic()
    task = job.task(place.position) if place.job == job.number & 0xFFFFFFFF else None
    if task is None or place.state is not State.AT_WORK:
        since = max(given, place.active) if place.active <= now else given
        if now - max(since, started) > STUCK_SECONDS:
            return "time limit", "The child did not get to its next task.", now - since
        return None
    batch = isinstance(job, BatchJob)
    if place.writing and not batch:
        return None  # held back by a consumer that lags
    since = place.started if batch else place.active
    if not given <= since <= now:
        since = given  # somebody wrote over the page
    limit = limits.seconds(task.size)
    if now - since <= limit:
        return None
    what = "the task" if batch else "the last row or note"
    return "time limit", f"{now - since:.1f} s since {what} began; {limit:.1f} s are allowed.", now - since


def over_memory(child: Child, limits: Limits) -> tuple[str, str, float] | None:
    """The verdict on a child that with its descendants holds too much memory."""
    held = kernel.memory_of(child.pid)
    if held <= limits.memory_megabytes << 20:
        return None
    seconds = time.monotonic() - child.page.read().started
    return "memory limit", f"{held >> 20} MB held; {limits.memory_megabytes} MB are allowed.", seconds


def judge(child: Child, job: Job | None, given: float, limits: Limits) -> bool:
    """Kill the child if it breaks a limit, with the verdict written on it. True if it was killed."""

    def verdict() -> tuple[str, str, float] | None:
        found = over_time(job, child.page.read(), given, child.started, limits) if job is not None else None
        if job is None and not child.ready and time.monotonic() - child.started > STUCK_SECONDS:
            found = ("time limit", "The handler was not made in time.", time.monotonic() - child.started)
        return found or over_memory(child, limits)

    if verdict() is None:
        return False
    child.freeze()
    child.verdict = verdict()
    if child.verdict is None:
        child.thaw()
        return False
    child.kill()
    return True
