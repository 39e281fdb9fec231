"""The engine's thread: gives jobs to children, watches them, hears of their ends, and decides what runs next.

A thread, so that children are watched also while the caller writes its results away. It owns all state;
others reach it by `ask`, which queues a call and wakes it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import queue
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from safelight.engine import kernel
from safelight.engine.child import Child
from safelight.engine.jobs import BatchJob, Delivery, End, Work, written_down
from safelight.engine.launcher import Launcher, ServerGone
from safelight.engine.model import Limits, Task
from safelight.engine.page import Page, new_page
from safelight.engine.stream import StreamJob
from safelight.engine.watch import judge
from safelight.engine.worker import FULL
from safelight.errors import DiskFull, EngineBroken

POLL_SECONDS: Final = 0.05
_START_DEATHS: Final = 3
_LEAVE_SECONDS: Final = 5.0
_UNKILLABLE_SECONDS: Final = 10.0


@dataclass(slots=True, eq=False)
class _Slot:
    """A child and what it works on."""

    child: Child
    job: BatchJob | StreamJob | None = None
    given: float = 0.0
    killed: float = 0.0


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one child does right now, for display."""

    pid: int
    batch: str
    position: int
    of: int
    key: str
    note: bytes
    seconds: float


class Loop(threading.Thread):
    """Runs until `close`. `failed` holds what stopped it, if anything did."""

    def __init__(self, launcher: Launcher, limits: Limits, workers: int, folder: Path) -> None:
        super().__init__(name="safelight-engine", daemon=True)
        self.failed: BaseException | None = None
        self._launcher = launcher
        self._limits = limits
        self._workers = workers
        self._folder = folder
        self._numbers = itertools.count(1)
        self._files = itertools.count(1)
        self._waiting: deque[BatchJob] = deque()
        self._streams: deque[StreamJob] = deque()
        self._slots: list[_Slot] = []
        self._leaving: list[_Slot] = []
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._over = False  # nobody hears the bell, and its number may be another file's
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._events = selectors.DefaultSelector()
        self._events.register(self._bell, selectors.EVENT_READ)
        self._control: socket.socket | None = None
        self._closing = False
        self._start_deaths = 0
        self._watched = 0.0
        self._undelivered: dict[int, Delivery] = {}
        self._open_streams: list[StreamJob] = []

    # what other threads may call

    def ask(self, call: Callable[[], None]) -> bool:
        """Let the engine's thread run this soon; False, and nothing happens, once the thread has ended."""
        with self._lock:
            if self._over:
                return False
            self._calls.put(call)
            os.eventfd_write(self._bell, 1)
            return True

    def submit(self, work: Work) -> bool:
        return self.ask(lambda: self._take(work))

    def cancel(self, delivery: Delivery) -> None:
        """Give up all batches that would be delivered there."""
        self.ask(lambda: self._cancel(delivery))

    def open_stream(self, job: StreamJob) -> bool:
        return self.ask(lambda: self._take_stream(job))

    def close_stream(self, job: StreamJob) -> None:
        self.ask(lambda: self._stop_stream(job))

    def next_number(self) -> int:
        return next(self._numbers)

    def glimpses(self) -> list[Glimpse]:
        found = []
        now = time.monotonic()
        for slot in list(self._slots):
            job = slot.job
            with contextlib.suppress(ValueError):  # its page has just been given back
                place = slot.child.page.read()
                task = job.task(place.position) if job is not None else None
                if job is not None and task is not None:
                    batch = job.work.batch if isinstance(job, BatchJob) else None
                    name, of = (batch.id, len(batch.tasks)) if batch is not None else ("", 1)
                    seconds = max(now - place.started, 0.0)
                    found.append(
                        Glimpse(slot.child.pid, name, place.position, of, task.key, place.note, seconds)
                    )
        return found

    def close(self) -> None:
        """End the thread, all children and all that they left."""
        self._closing = True
        self.ask(lambda: None)
        self.join()
        self._events.close()
        os.close(self._bell)

    # the thread

    def run(self) -> None:
        try:
            self._start_server()
            while not self._closing:
                self._turn()
        except BaseException as error:
            self.failed = error
        self._end_everything()

    def _turn(self) -> None:
        self._assign()
        busy = self._slots or self._leaving or self._waiting or self._streams
        for key, _mask in self._events.select(POLL_SECONDS if busy else None):
            if key.fileobj == self._bell:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._bell)
            elif isinstance(key.data, _Slot):
                self._hear(key.data)
        while not self._calls.empty():
            self._calls.get()()
        try:
            for pid, status in self._launcher.ended():
                self._child_ended(pid, status)
        except ServerGone:
            self._server_gone()
        self._watch()

    def _start_server(self) -> None:
        self._control = self._launcher.start()
        self._events.register(self._control, selectors.EVENT_READ)

    def _server_gone(self) -> None:
        """All children die with it; their suspects run alone under a new one."""
        if self._control is not None:
            self._events.unregister(self._control)
        last_words = self._launcher.last_words()
        self._launcher.stop()
        if self._closing:
            return
        slots, self._slots = self._slots, []
        leaving, self._leaving = self._leaving, []
        if not any(slot.child.ready for slot in slots):
            self._count_start_death(f"The fork server ended by itself. {last_words}")
        for slot in (*slots, *leaving):
            slot.child.kill()
            self._wait_for(slot.child)
            self._finish(slot, None)
        self._start_server()

    @staticmethod
    def _wait_for(child: Child) -> None:
        with selectors.DefaultSelector() as events:
            events.register(child.pidfd, selectors.EVENT_READ)
            events.select(2.0)

    # work in

    def _take(self, work: Work) -> None:
        self._undelivered[id(work)] = work.delivery
        self._queue(work, list(range(len(work.batch.tasks))), False)

    def _queue(self, work: Work, positions: list[int], alone: bool, after: BatchJob | None = None) -> None:
        """Queue a job; one that follows from another goes before all that waits."""
        job = BatchJob(self.next_number(), work, positions, alone)
        work.jobs += 1
        if after is None:
            self._waiting.append(job)
            return
        if positions == after.positions:
            job.server_deaths, job.silent_deaths = after.server_deaths, after.silent_deaths
        self._waiting.appendleft(job)

    def _cancel(self, delivery: Delivery) -> None:
        for job in [job for job in self._waiting if job.work.delivery is delivery]:
            self._waiting.remove(job)
        for slot in self._slots:
            if isinstance(slot.job, BatchJob) and slot.job.work.delivery is delivery:
                slot.job.work.cancelled = True
                self._kill(slot)
        self._undelivered = {key: value for key, value in self._undelivered.items() if value is not delivery}

    def _take_stream(self, job: StreamJob) -> None:
        self._open_streams.append(job)
        self._streams.append(job)

    def _stop_stream(self, job: StreamJob) -> None:
        if job in self._open_streams:
            self._open_streams.remove(job)
        if job in self._streams:
            self._streams.remove(job)
            job.close_out()
        for slot in self._slots:
            if slot.job is job:
                self._kill(slot)

    def _kill(self, slot: _Slot) -> None:
        slot.child.kill()
        slot.killed = slot.killed or time.monotonic()

    # work out

    def _assign(self) -> None:
        try:
            while self._streams:
                slot = self._spawn()
                job = self._streams.popleft()
                self._give(slot, job, job.out)
            while self._waiting and (free := self._free_slot(self._waiting[0].alone)) is not None:
                self._give_batch(free, self._waiting.popleft())
        except ServerGone:
            self._server_gone()

    def _free_slot(self, alone: bool) -> _Slot | None:
        """A child without work, a fresh one if the job must be alone; None if all are busy."""
        idle = [slot for slot in self._slots if slot.job is None and not slot.killed]
        fit = [slot for slot in idle if slot.child.fresh or not alone]
        if fit:
            return fit[0]
        batch_slots = [slot for slot in self._slots if not isinstance(slot.job, StreamJob)]
        if len(batch_slots) >= self._workers:
            if not idle:
                return None
            self._retire(idle[0])
        return self._spawn()

    def _spawn(self) -> _Slot:
        """A new child. Raises ServerGone."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        page_fd = new_page()
        log = os.memfd_create("safelight-log", os.MFD_CLOEXEC)
        fcntl.fcntl(log, fcntl.F_SETFL, fcntl.fcntl(log, fcntl.F_GETFL) | os.O_APPEND)
        try:
            pid, pidfd = self._launcher.spawn(page_fd, theirs.fileno(), log, lambda: self._closing)
            page = Page(page_fd)
        except BaseException:
            ours.close()
            os.close(log)
            raise
        finally:
            theirs.close()
            os.close(page_fd)
        slot = _Slot(Child(pid, pidfd, page, ours, log))
        self._slots.append(slot)
        self._events.register(ours, selectors.EVENT_READ, slot)
        return slot

    def _give_batch(self, slot: _Slot, job: BatchJob) -> None:
        job.spool = self._folder / f"{next(self._files)}.spool"
        try:
            out = os.open(job.spool, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise disk_full(self._folder) from error
            raise
        self._give(slot, job, out)
        os.close(out)

    def _give(self, slot: _Slot, job: BatchJob | StreamJob, out: int) -> None:
        tasks = written_down(job)
        slot.job = job
        slot.given = time.monotonic()
        slot.child.give(job.number, tasks, out)
        os.close(tasks)

    def _retire(self, slot: _Slot) -> None:
        """Let an idle child go."""
        self._deafen(slot)
        self._slots.remove(slot)
        self._leaving.append(slot)
        slot.child.ask_to_leave()

    # news

    def _hear(self, slot: _Slot) -> None:
        messages = slot.child.messages()
        if (
            not messages
        ):  # closed: by its end, of which the server tells, or by a task that closes what it finds
            self._deafen(slot)
        for message in messages:
            if "ready" in message:
                slot.child.ready = True
                self._start_deaths = 0
            elif "no handler" in message:
                slot.child.trouble = str(message["no handler"])
            elif isinstance(message.get("done"), int):
                self._job_done(slot, message["done"])

    def _deafen(self, slot: _Slot) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._events.unregister(slot.child.link)

    def _job_done(self, slot: _Slot, handed_over: int) -> None:
        job, slot.job = slot.job, None
        if isinstance(job, StreamJob):
            job.child_done()
            job.close_out()
            self._retire(slot)
        elif job is not None and not job.work.cancelled:
            clean = job.done(handed_over)
            if not clean:
                place = slot.child.page.read()
                seconds = time.monotonic() - place.started
                self._follow(job, End(0, None, place, seconds, "", was_ready=True, damaged=True))
            if not clean or kernel.memory_of(slot.child.pid) > self._limits.memory_megabytes << 19:
                self._retire(slot)
            self._job_over(job)

    def _follow(self, job: BatchJob, end: End) -> None:
        for positions, alone in reversed(job.after(end)):
            self._queue(job.work, positions, alone, after=job)
        if job.spool is not None and job.spool not in job.work.result.spools[-1:]:
            job.spool.unlink(missing_ok=True)

    def _job_over(self, job: BatchJob) -> None:
        work = job.work
        work.jobs -= 1
        if work.jobs == 0 and not work.cancelled:
            self._undelivered.pop(id(work), None)
            work.delivery.put(work.result)

    def _child_ended(self, pid: int, status: int) -> None:
        for slot in (*self._slots, *self._leaving):
            if slot.child.pid == pid:
                if slot in self._slots:
                    self._hear(slot)
                self._finish(slot, status)

    def _finish(self, slot: _Slot, status: int | None) -> None:
        """The child is no more: learn what it was at, and let what is left go on elsewhere."""
        child, job = slot.child, slot.job
        for slots in (self._slots, self._leaving):
            if slot in slots:
                slots.remove(slot)
        self._deafen(slot)
        place = child.page.read()
        now = time.monotonic()
        since = place.started if slot.given <= place.started <= now else slot.given
        end = End(status, child.verdict, place, now - since, child.last_words(), child.ready)
        child.forget()
        unready = not child.ready and not child.leaving and status is not None
        if isinstance(job, StreamJob):
            self._stream_ended(job, end, unready)
        elif job is not None and job.work.cancelled:
            if job.spool is not None:
                job.spool.unlink(missing_ok=True)
        elif job is not None:
            if status == FULL:
                raise disk_full(self._folder)
            self._follow(job, end)
            self._job_over(job)
        if unready:
            self._count_start_death(child.trouble or end.failure(Task("", 0, {}), self._limits).detail)

    def _stream_ended(self, job: StreamJob, end: End, unready: bool) -> None:
        if unready and not job.finished:
            self._streams.append(job)
            return
        job.close_out()
        if not job.finished:
            job.child_ended(end)

    def _count_start_death(self, why: str) -> None:
        self._start_deaths += 1
        if self._start_deaths >= _START_DEATHS:
            raise EngineBroken(
                f"Children of the engine die before their first item: {why}",
                "No item is to blame: look at the memory and at inspectors that were installed, then repeat the command.",
            )

    def _watch(self) -> None:
        now = time.monotonic()
        if now - self._watched < POLL_SECONDS * 0.9:
            return
        self._watched = now
        for slot in list(self._slots):
            if slot.killed:
                if now - slot.killed > _UNKILLABLE_SECONDS:  # it waits for a disk that does not answer
                    self._finish(slot, -9)
                continue
            slot.child.trim_log()
            if judge(slot.child, slot.job, slot.given, self._limits):
                slot.killed = now
        for slot in self._leaving:
            if now - slot.child.leaving > _LEAVE_SECONDS:
                slot.child.kill()

    def _end_everything(self) -> None:
        try:
            self._launcher.stop()
        finally:
            with self._lock:
                self._over = True
            while not self._calls.empty():
                self._calls.get()()
            for slot in (*self._slots, *self._leaving):
                slot.child.forget()
                if isinstance(slot.job, StreamJob):
                    slot.job.close_out()
            error = self.failed or EngineBroken("The engine was closed while work was under way.")
            for delivery in {id(delivery): delivery for delivery in self._undelivered.values()}.values():
                delivery.put(error)
            for job in self._open_streams:
                job.close_out()
                job.broken(error)


def disk_full(folder: Path) -> DiskFull:
    return DiskFull(
        f"The disk that holds {folder} is full.",
        "Make room and give the same command again: it goes on where it was.",
    )
