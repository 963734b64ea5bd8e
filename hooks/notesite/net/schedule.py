"""Asking many hosts at once and each of them politely: limits and pauses for each host, one deadline for all."""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Generic, NamedTuple, TypeVar

J = TypeVar("J", bound=Hashable)  # what is asked for
R = TypeVar("R")  # what comes of it


class Politeness(NamedTuple):
    """How hard hosts may be asked."""

    workers: int = 16  # requests at a time
    per_host: int = 2  # requests at a time to one host
    interval: float = 0.0  # seconds between the starts of two requests to one host
    stalled: float = inf  # seconds after which a request no longer counts: it waits, it is no load for the host


class Again(NamedTuple, Generic[J]):
    """The job has to be asked once more, not before `wait` seconds have passed."""

    job: J
    wait: float = 0.0
    whole_host: bool = False  # the server asked everybody to wait


@dataclass
class _Host(Generic[J]):
    waiting: deque[tuple[float, J]] = field(default_factory=deque)  # not before this time
    active: dict[J, float] = field(default_factory=dict)  # since when
    free_at: float = 0.0  # when the next request may start


class Schedule(Generic[J]):
    """Which request may start now.  Knows no threads and no clock: every call is told the time, in seconds."""

    def __init__(self, jobs: Iterable[J], host: Callable[[J], str], politeness: Politeness) -> None:
        self._politeness, self._host = politeness, host
        self._hosts: dict[str, _Host[J]] = defaultdict(_Host)
        self.left = 0
        for job in jobs:
            self._hosts[host(job)].waiting.append((0.0, job))
            self.left += 1

    def take(self, now: float) -> tuple[J | None, float]:
        """A job to start now; or None and the seconds until it makes sense to ask again (infinite: until a `done`)."""
        soonest = inf
        for host in self._hosts.values():
            if not host.waiting:
                continue
            first = min(host.waiting, key=lambda entry: entry[0])
            ends = sorted(since + self._politeness.stalled for since in host.active.values())
            loads = [end for end in ends if end > now]
            full = loads[-self._politeness.per_host] if len(loads) >= self._politeness.per_host else 0.0
            start = max(first[0], host.free_at, full)
            if start <= now:
                host.waiting.remove(first)
                host.active[first[1]] = now
                host.free_at = now + self._politeness.interval
                return first[1], 0.0
            soonest = min(soonest, start)
        return None, soonest - now

    def done(self, job: J, again: Again[J] | None, now: float) -> None:
        """A job that was taken is finished, or has to be asked again."""
        host = self._hosts[self._host(job)]
        del host.active[job]
        if again is None:
            self.left -= 1
            return
        host.waiting.append((now + again.wait, again.job))
        if again.whole_host:
            host.free_at = max(host.free_at, now + again.wait)

    def drop_waiting(self) -> list[J]:
        """Give up all that has not started."""
        jobs = [job for host in self._hosts.values() for _, job in host.waiting]
        for host in self._hosts.values():
            host.waiting.clear()
        self.left -= len(jobs)
        return jobs


def ask_all(
    jobs: Iterable[J],
    ask: Callable[[J], R | Again[J]],
    *,
    host: Callable[[J], str],
    politeness: Politeness,
    deadline: float = inf,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[tuple[J, R | None]]:
    """Each job with what came of it, as they come in; None for what had not started `deadline` seconds from now.

    `ask` is called from several threads and must not raise; the caller's thread alone gets the results.
    """
    schedule = Schedule(jobs, host, politeness)
    results: queue.SimpleQueue[tuple[J, R | None]] = queue.SimpleQueue()
    changed = threading.Condition()
    end = clock() + deadline

    def work() -> None:
        while (job := _taken(schedule, changed, results, end, clock)) is not None:
            outcome = ask(job)
            again = outcome if isinstance(outcome, Again) else None
            with changed:
                schedule.done(job, again, clock())
                changed.notify_all()
            if not isinstance(outcome, Again):
                results.put((job, outcome))

    count = schedule.left
    for _ in range(min(politeness.workers, count)):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in range(count):
            yield results.get()
    finally:
        with changed:
            schedule.drop_waiting()
            changed.notify_all()


def _taken(
    schedule: Schedule[J],
    changed: threading.Condition,
    results: queue.SimpleQueue[tuple[J, R | None]],
    end: float,
    clock: Callable[[], float],
) -> J | None:
    """The next job, once it may start; None when there is none.  After the `end` all others are given up."""
    with changed:
        while schedule.left > 0:
            left = end - clock()
            if left <= 0:
                for dropped in schedule.drop_waiting():
                    results.put((dropped, None))
                changed.notify_all()
                break
            job, wait = schedule.take(clock())
            if job is not None:
                return job
            changed.wait(min(wait, left, threading.TIMEOUT_MAX))
    return None
