"""Time commands as whole processes, in turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class Cost(NamedTuple):
    """What one run takes."""

    wall: float  # seconds
    cpu: float  # seconds of all its threads and children: what counts on a machine that has other work
    peak: float  # bytes of memory, of its largest process


def measure(
    commands: Mapping[str, Sequence[str]],
    cwd: Path,
    rounds: int,
    before: Mapping[str, Callable[[], object]] = MappingProxyType({}),
) -> dict[str, Cost]:
    """The medians of each command over `rounds` turns, after one turn that is not counted.

    `before` has what is done before each run of a command, and not measured.
    """
    runs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            if name in before:
                before[name]()
            cost = _run(command, cwd)
            if turn:
                runs[name].append(cost)
    return {name: Cost(*map(statistics.median, zip(*costs, strict=True))) for name, costs in runs.items()}


def _run(command: Sequence[str], cwd: Path) -> Cost:
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return Cost(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)
