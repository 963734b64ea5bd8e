"""Asking many hosts at once and each of them politely: limits and pauses for each host, one deadline for all."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .link_verdict import Again, Answer, Failure, Job, State, Verdict

Fetch = Callable[[Job, float], Answer | Failure]
"""(what to ask, seconds that it may take) -> what came.  Called from several threads; never raises."""

Judge = Callable[[Job, Answer | Failure], Verdict | Again]
OVER_TIME = "not asked: the time for all links was over"


@dataclass(frozen=True, slots=True)
class Politeness:
    """How hard hosts may be asked."""

    workers: int = 16  # requests at a time
    per_host: int = 2  # requests at a time to one host
    interval: float = 0.3  # seconds between the starts of two requests to one host


@dataclass
class _Host:
    waiting: deque[tuple[float, Job]] = field(default_factory=deque)  # not before this time
    active: int = 0
    free_at: float = 0.0  # when the next request may start


class Schedule:
    """Which request may start now.  Knows no threads and no clock: every call is told the time, in seconds."""

    def __init__(self, jobs: Iterable[Job], politeness: Politeness) -> None:
        self._politeness = politeness
        self._hosts: dict[str, _Host] = defaultdict(_Host)
        self.left = 0
        for job in jobs:
            self._hosts[job.host].waiting.append((0.0, job))
            self.left += 1

    def take(self, now: float) -> tuple[Job | None, float]:
        """A job to start now; or None and the seconds until it makes sense to ask again (infinite: until a `done`)."""
        soonest = float("inf")
        for host in self._hosts.values():
            if not host.waiting or host.active >= self._politeness.per_host:
                continue
            index = min(range(len(host.waiting)), key=lambda i: host.waiting[i][0])
            start = max(host.waiting[index][0], host.free_at)
            if start <= now:
                _, job = host.waiting[index]
                del host.waiting[index]
                host.active += 1
                host.free_at = now + self._politeness.interval
                return job, 0.0
            soonest = min(soonest, start)
        return None, soonest - now

    def done(self, job: Job, outcome: Verdict | Again, now: float) -> None:
        """What became of a job that was taken."""
        host = self._hosts[job.host]
        host.active -= 1
        if isinstance(outcome, Verdict):
            self.left -= 1
            return
        host.waiting.append((now + outcome.wait, outcome.job))
        if outcome.whole_host:
            host.free_at = max(host.free_at, now + outcome.wait)

    def drop_waiting(self) -> list[Job]:
        """Give up all that has not started."""
        jobs = [job for host in self._hosts.values() for _, job in host.waiting]
        for host in self._hosts.values():
            host.waiting.clear()
        self.left -= len(jobs)
        return jobs


def ask_all(
    jobs: Iterable[Job],
    fetch: Fetch,
    judge: Judge,
    *,
    politeness: Politeness,
    deadline: float,
    timeout: float,
    clock: Callable[[], float],
    progress: Callable[[int], None] = lambda _done: None,
) -> dict[str, Verdict]:
    """A verdict for each job's address.

    All ends `deadline` seconds from now, one request `timeout` seconds after its start; `clock` gives seconds.
    `progress` is told how many addresses have a verdict.
    """
    schedule = Schedule(jobs, politeness)
    verdicts: dict[str, Verdict] = {}
    changed = threading.Condition()
    end = clock() + deadline

    def work() -> None:
        while True:
            with changed:
                job, wait = None, 0.0
                while job is None:
                    if schedule.left <= 0:
                        return
                    left = end - clock()
                    if left <= 0:
                        for dropped in schedule.drop_waiting():
                            verdicts[dropped.url] = Verdict(State.UNKNOWN, OVER_TIME)
                        changed.notify_all()
                        return
                    job, wait = schedule.take(clock())
                    if job is None:
                        changed.wait(min(wait, left))
            outcome = judge(job, _fetched(fetch, job, min(timeout, end - clock())))
            with changed:
                schedule.done(job, outcome, clock())
                if isinstance(outcome, Verdict):
                    verdicts[job.url] = outcome
                    progress(len(verdicts))
                changed.notify_all()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(politeness.workers, schedule.left))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return verdicts


def _fetched(fetch: Fetch, job: Job, seconds: float) -> Answer | Failure:
    if seconds <= 0:
        return Failure("E_TIMEOUT", OVER_TIME)
    try:
        return fetch(job, seconds)
    except Exception as error:  # noqa: BLE001  # one address must not end the check of all the others
        return Failure("internal", f"{type(error).__name__}: {error}")
