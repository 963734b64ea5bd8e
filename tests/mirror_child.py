"""Mirrors pictures in a process of its own, for tests that kill it or run several at once.

    python mirror_child.py STORE FIRST COUNT           mirror, and print the number of file-system calls
    python mirror_child.py FOLDER FIRST COUNT TOTAL    for each of 1 to TOTAL, mirror into FOLDER/NUMBER/images in a
                                                       process that kills itself right before that call; print kills

Pictures FIRST to FIRST+COUNT-1 come from no network.
"""

from __future__ import annotations

import os
import pathlib
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

here = Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here.parent / "hooks")]

import pictures  # noqa: E402  # the path must be set before

from notesite.images.mirror import Options, mirror  # noqa: E402
from notesite.images.picture import inspect  # noqa: E402
from notesite.images.store import ImageStore  # noqa: E402
from notesite.images.uses import Mode  # noqa: E402
from notesite.net.response import Response  # noqa: E402


def url(number: int) -> str:
    """The address of a picture."""
    return f"https://pictures.example/{number}.png"


def content(number: int) -> bytes:
    """The picture itself."""
    return pictures.png(8 + number % 40, 8 + number // 40, colour=number)


def fetch(address: str, _headers: Mapping[str, str], _deadline: float) -> Response:
    """A network in which everything is well."""
    return Response(address, address, 200, {}, content(int(address.rsplit("/", 1)[1][:-4])))


def main(folder: str, first: int, count: int, kill_at: int = 0) -> None:
    """Mirror, counting or cutting short."""
    calls = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return call

    for module, names in ((os, ("open", "fsync", "close")), (pathlib.Path, ("replace", "unlink", "mkdir"))):
        for name in names:
            setattr(module, name, counted(getattr(module, name)))
    original = os.fdopen

    def torn(handle: int, mode: str, **more: Any) -> Any:
        """A file whose writes are cut in the middle when the process is to die there."""
        file = original(handle, mode, **more)
        if mode != "wb":
            return file
        write = file.write

        class Torn:
            def __enter__(self) -> Self:
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def write(self, data: bytes) -> None:
                nonlocal calls
                calls += 1
                if calls == kill_at:
                    write(data[: len(data) // 2])
                    file.flush()
                    os.kill(os.getpid(), signal.SIGKILL)
                write(data)

            def flush(self) -> None:
                file.flush()

        return Torn()

    setattr(os, "fdopen", torn)  # noqa: B010  # a plain assignment would be one of another type
    stems = {url(number): f"picture-{number}" for number in range(first, first + count)}
    chosen = Options(Mode.AUTO, Path(folder), today="2026-01-01", stems=stems)
    outcome = mirror(chosen, ImageStore(chosen.store), fetch)
    faults = [str(fault) for fault in outcome.faults.values()]
    print(calls, *faults)  # noqa: T201  # this is a program


def kill_at_each_call(folder: str, first: int, count: int, total: int) -> None:
    """One forked process for each call; forking spares each of them the start of Python."""
    kills = 0
    inspect(content(first))  # loads the decoders once, before the processes part
    for number in range(1, total + 1):
        process = os.fork()
        if process == 0:
            main(f"{folder}/{number}/images", first, count, number)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        kills += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    print(kills)  # noqa: T201  # this is a program


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[2:]]
    (main if len(numbers) == 2 else kill_at_each_call)(sys.argv[1], *numbers)
