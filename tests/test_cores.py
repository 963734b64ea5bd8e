"""Work that several processes share: what comes of it is what the loop gives, whatever becomes of them."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notesite.cli import cores
from notesite.cli.cores import processes, spread

HERE = os.getpid()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were started."""
    found: list[int] = []
    fork = os.fork

    def noted() -> int:
        process = fork()
        found.append(process)
        return process

    monkeypatch.setattr(os, "fork", noted)
    return found


def is_gone(process: int) -> bool:
    """Whether nothing is left of a process, not even its end to be asked for."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
        return False
    return True


def handles() -> set[str]:
    """The numbers of the files and pipes that are open."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def once_another_died(death: Callable[[], object]) -> Callable[[int], int]:
    """What doubles a number: here when another process has died of its first one."""
    reader, writer = os.pipe()

    def ask(item: int) -> int:
        if os.getpid() != HERE:
            death()
        with contextlib.suppress(OSError):  # closed before
            os.close(writer)
        os.read(reader, 1)  # which ends when nobody holds the other end
        return item * 2

    return ask


@given(st.lists(st.integers(-1, 5), max_size=40), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_it_is_the_loop(items: list[int], number: int) -> None:
    def ask(item: int) -> float:
        return 60 / item

    def outcome(way: Callable[[], object]) -> object:
        try:
            return way()
        except ZeroDivisionError as error:
            return str(error)

    assert outcome(lambda: spread(ask, items, number)) == outcome(lambda: [60 / item for item in items])


def test_the_error_is_that_of_the_first_item_whoever_met_it() -> None:
    def ask(item: int) -> int:
        if item > 3:
            raise ValueError(item)
        return item

    for number in range(1, 4):
        with pytest.raises(ValueError, match=r"^4$"):
            spread(ask, range(10), number)


def test_more_items_than_turns_in_their_order() -> None:
    assert spread(str, range(5000), 3) == [str(item) for item in range(5000)]


def test_others_take_part(started: list[int]) -> None:
    mine, theirs = os.pipe(), os.pipe()

    def ask(_: int) -> int:
        told, heard = (mine, theirs) if os.getpid() == HERE else (theirs, mine)
        os.write(told[1], b"x")
        os.read(heard[0], 1)  # the other process has an item, too
        return os.getpid()

    assert set(spread(ask, range(2), 2)) == {HERE, *started}
    assert all(map(is_gone, started))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_what_a_process_took_that_died_is_asked_here(
    number: signal.Signals, started: list[int], capfd: pytest.CaptureFixture[str]
) -> None:
    ask = once_another_died(lambda: os.kill(os.getpid(), number))
    assert spread(ask, range(20), 2) == list(range(0, 40, 2))
    assert len(started) == 1
    assert is_gone(started[0])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, KeyboardInterrupt])
def test_what_a_process_raises_stays_there(error: type[BaseException], capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise error

    assert spread(once_another_died(fail), range(20), 2) == list(range(0, 40, 2))
    assert capfd.readouterr() == ("", "")


def test_an_answer_that_cannot_be_told_is_worked_out_here() -> None:
    def ask(item: int) -> Callable[[], int]:
        return lambda: item

    assert [answer() for answer in spread(ask, range(9), 3)] == list(range(9))


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_who_ends_this_process_ends_the_others(error: type[BaseException], started: list[int]) -> None:
    reader, _ = os.pipe()

    def ask(_: int) -> int:
        if os.getpid() == HERE:
            raise error
        return len(os.read(reader, 1))  # never

    with pytest.raises(error):
        spread(ask, range(9), 3)
    assert len(started) == 2
    assert all(map(is_gone, started))


def test_without_more_processes_this_one_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise OSError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(os, "fork", refused)
    before = handles()
    assert spread(str, range(9), 3) == list("012345678")
    assert handles() == before


def test_how_many_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(3)))
    assert [processes(work, 10) for work in (0, 9, 19, 20, 39, 4000)] == [1, 1, 1, 2, 3, 3]
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    assert processes(4000, 10) == cores._MOST
    monkeypatch.setattr(threading, "active_count", lambda: 2)  # a fork would leave the other behind
    assert processes(4000, 10) == 1
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.delattr(os, "sched_getaffinity")  # another system
    assert processes(4000, 10) == 1
