"""Benchmark pieces for the preview: from the moment a section is saved until its new words are served."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from timing import Cost

_LONGEST = 120.0  # seconds
_PAGE = "topic-3/"
_TICKS = os.sysconf("SC_CLK_TCK")
_numbers = itertools.count(1)


def edit(path: Path) -> str:
    """Put new words under the title of one section, or of its page; gives them."""
    words = f"Edit {next(_numbers)} of {os.getpid()}."
    text, count = re.subn(
        r"(?m)^(#+ Topic 3(?: {[^}\n]*})?\n)(?:\nEdit .*\n)?", rf"\1\n{words}\n", path.read_text("utf-8"), count=1
    )
    if not count:
        raise SystemExit(f"no section to edit in {path}")
    path.write_text(text, "utf-8")
    return words


class _Server(NamedTuple):
    """A preview that runs."""

    process: subprocess.Popen[bytes]
    url: str
    source: Path  # of the page

    def served(self, words: str) -> float:
        """Wait until the page has the words; gives the time when it had."""
        end = time.perf_counter() + _LONGEST
        while time.perf_counter() < end and self.process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                answer = urllib.request.urlopen(self.url + _PAGE, timeout=_LONGEST)  # noqa: S310  # our own server
                if words in answer.read().decode():
                    return time.perf_counter()
            time.sleep(0.01)
        raise SystemExit(f"the preview does not show {words!r}")

    def processor(self) -> float:
        """Seconds that it has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def peak(self) -> int:
        """Bytes of memory, at most so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) * 1024


@contextlib.contextmanager
def _serving(project: Path, source: Path) -> Iterator[_Server]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    address = ["--dev-addr", f"127.0.0.1:{port}"]
    command = [sys.executable, "-m", "mkdocs", "serve", "-q", "--livereload", *address, "-f", "mkdocs.yml"]
    with subprocess.Popen(command, cwd=project, stderr=subprocess.DEVNULL) as process:
        try:
            base = "http://127.0.0.1"
            yield _Server(process, f"{base}:{port}/", source)
        finally:
            process.terminate()


def measure(projects: Mapping[str, Path], rounds: int) -> dict[str, Cost]:
    """The medians for each project over `rounds` saves in turns, after one that is not counted.  Linux only."""
    costs: dict[str, list[Cost]] = {name: [] for name in projects}
    with contextlib.ExitStack() as stack:
        servers = {}
        for name, project in projects.items():
            source = next(p for p in (project / "docs" / "notes.md", project / "docs" / "topic-3.md") if p.is_file())
            servers[name] = stack.enter_context(_serving(project, source))
        for server in servers.values():
            server.served("Topic 3")
        for turn in range(rounds + 1):
            for name, server in servers.items():
                used, start = server.processor(), time.perf_counter()
                wall = server.served(edit(server.source)) - start
                cost = Cost(wall, server.processor() - used, server.peak())
                costs[name] += [cost] if turn else []
    return {name: Cost(*map(statistics.median, zip(*own, strict=True))) for name, own in costs.items()}
