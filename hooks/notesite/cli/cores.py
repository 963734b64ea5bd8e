"""One loop over much work, for all the cores that there are.

Other processes only save time: what one of them does not bring, whatever became of it, is worked out here.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")
_MOST = 4  # processes: with more, what cannot be shared is the larger part
_TURNS = 256  # each a byte in a pipe


def processes(work: int, worth: int) -> int:
    """How many should share so much work, when each is to have at least `worth` of it."""
    threading = sys.modules.get("threading")  # a fork leaves other threads behind, and keeps the locks that they held
    if not hasattr(os, "sched_getaffinity") or (threading and threading.active_count() > 1):
        return 1  # that call is Linux's, where the libraries of the system bear a fork
    return max(1, min(_MOST, len(os.sched_getaffinity(0)), work // worth))


def spread(ask: Callable[[_Item], _Answer], items: Sequence[_Item], number: int) -> list[_Answer]:
    """`[ask(item) for item in items]` by that many processes, which take turns, so that a slow one has fewer.

    Raises what the loop would raise.
    """
    if number < 2:
        return list(map(ask, items))
    from pickle import load  # noqa: PLC0415  # little work is not shared

    answers: dict[int, _Answer] = {}
    others: list[tuple[int, int]] = []
    queue, last = os.pipe()
    os.write(last, bytes(range(min(_TURNS, len(items)))))
    os.close(last)

    def work() -> dict[int, _Answer]:
        with contextlib.suppress(Exception):  # asked again below, where it is raised
            while turn := os.read(queue, 1):
                for place in range(turn[0], len(items), _TURNS):
                    answers[place] = ask(items[place])
        return answers

    try:
        with contextlib.suppress(OSError):  # as many as the system allows
            others.extend(_start(work) for _ in range(number - 1))
        work()
        for _, reader in others:
            with contextlib.suppress(Exception), os.fdopen(reader, "rb", closefd=False) as told:
                answers |= load(told)  # noqa: S301  # of a copy of this process, which may have died meanwhile
    finally:
        os.close(queue)
        for process, reader in others:
            os.close(reader)
            os.kill(process, signal.SIGKILL)  # it has said all, or nobody listens any more
            os.waitpid(process, 0)
    return [answers[place] if place in answers else ask(item) for place, item in enumerate(items)]


def _start(work: Callable[[], object]) -> tuple[int, int]:
    """A copy of this process that does the work, and the pipe on which it will say what came of it."""
    from pickle import dump  # noqa: PLC0415  # as above

    here, process = os.getpid(), 0
    reader, writer = os.pipe()
    try:
        process = os.fork()
        if not process:
            os.close(reader)
            for request in (signal.SIGINT, signal.SIGTERM):  # the one that started it cleans up
                signal.signal(request, signal.SIG_DFL)
            with os.fdopen(writer, "wb") as told:
                dump(work(), told)
    finally:
        if os.getpid() != here:  # whatever happened: nothing else is the copy's to do
            os._exit(0)
        os.close(writer)
        if not process:
            os.close(reader)
    return process, reader
