"""Time commands as whole processes, in turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
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


# The system counts the memory of whoever starts a process as its own: so it is started by a small one.
_LAUNCH = """
import os, sys, time
nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
start = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere)
used = os.wait4(process, 0)[2]
print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def _run(command: Sequence[str], cwd: Path) -> Cost:
    launch = [sys.executable, "-S", "-c", _LAUNCH, *command]
    told = subprocess.run(launch, cwd=cwd, check=True, capture_output=True, text=True).stdout
    wall, cpu, peak = map(float, told.split())
    return Cost(wall, cpu, peak * (1 if os.uname().sysname == "Darwin" else 1024))
