"""What tests do instead of measuring time: wait for conditions, reach children with Ctrl-C, bound processor time."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

# What a page does once it has nothing else to do has been done.  A Chromium without windows may hold a page that draws
# nothing for busy: it is asked no longer than that.
IDLE = "() => new Promise(done => requestIdleCallback(() => done(), {timeout: 2000}))"
BROWSER = 60_000.0  # milliseconds for what a page is waited for
LONGEST = 300.0  # seconds; a condition that has not come about by then never will, however slow the machine is
# Seconds of the processor for work that usually takes a twentieth or less: wide enough for any machine and for the
# measuring of coverage, and far below what work takes that grows with the square of a hostile input.
SOON = 20.0


def wait_until(happened: Callable[[], object], what: str, running: subprocess.Popen[Any] | None = None) -> None:
    """Wait until the condition holds; at once an error when the process that should bring it about has ended."""
    end = time.monotonic() + LONGEST
    while not happened():
        assert running is None or running.poll() is None or happened(), f"ended before {what}"
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


def copied(page: Any, beginning: str = "") -> str:
    """What a page's button puts on the clipboard, once it is there.  `wait_for_function` does not await a promise."""
    text = ""

    def there() -> bool:
        nonlocal text
        text = str(page.evaluate("navigator.clipboard.readText()"))
        return text.startswith(beginning) and text != ""

    wait_until(there, "anything was copied")
    return text


@contextmanager
def child(command: Sequence[Any], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A process that Ctrl-C reaches and that does not outlive its test.

    A shell that runs these tests in the background has the signal ignored, and children inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # becomes the default when the child begins
    try:
        process = subprocess.Popen(command, **options)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


def processor_seconds(work: Callable[[], object]) -> float:
    """The processor time that the work takes: what else runs on the machine hardly counts."""
    start = time.process_time()
    work()
    return time.process_time() - start
