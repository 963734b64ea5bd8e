"""Time commands as whole processes, in turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """What one run takes, in seconds."""

    wall: float
    cpu: float  # of all its threads: what counts on a machine that has other work


def measure(commands: Mapping[str, Sequence[str]], cwd: Path, rounds: int) -> dict[str, Cost]:
    """The medians of each command over `rounds` turns, after one turn that is not counted."""
    runs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            start, before = time.perf_counter(), _cpu()
            subprocess.run(command, cwd=cwd, capture_output=True, check=False)
            if turn:
                runs[name].append(Cost(time.perf_counter() - start, _cpu() - before))
    return {name: Cost(*map(statistics.median, zip(*costs, strict=True))) for name, costs in runs.items()}


def _cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system
