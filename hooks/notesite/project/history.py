"""When lines of a file were last changed, as git knows it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

_SECONDS = 20.0


class Dates(NamedTuple):
    """The day (UTC) of each line's last commit, first line first; None for lines that git cannot date."""

    lines: tuple[date | None, ...] = ()
    cut_off: bool = False  # a shallow clone lacks the commits of some lines

    def last(self, first: int, last: int) -> date | None:
        """The latest of the lines `first` to `last` (from 1, inclusive)."""
        return max((day for day in self.lines[first - 1 : last] if day), default=None)


def line_dates(path: Path) -> Dates:
    """The dates of a file's lines; none outside a git checkout, without git, or when the file is not committed.

    In a shallow clone the oldest commit seems to have written every older line, so those have no date.
    """
    porcelain = git(path, "blame", "--line-porcelain", "--", path.name)
    if porcelain is None:
        return Dates()
    is_shallow = (git(path, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
    found = tuple(_dates(porcelain.split("\n"), shallow=is_shallow))
    return Dates(found, is_shallow and "\nboundary\n" in porcelain)


def commit_time(path: Path) -> int | None:
    """When the commit that is checked out was made, in seconds since 1970; None when the file is not as it is there.

    Not when the file was last changed: that is another time in a shallow clone.
    """
    if git(path, "status", "--porcelain", "--", path.name) != "":
        return None
    if git(path, "ls-files", "--error-unmatch", "--", path.name) is None:
        return None
    return int((git(path, "log", "-1", "--format=%ct") or "").strip() or 0) or None


def _dates(lines: Sequence[str], *, shallow: bool) -> Iterable[date | None]:
    seconds: int | None = None
    unknown = False
    begins = True
    for line in lines:
        if line.startswith("\t"):  # the line itself ends its record
            yield None if unknown or seconds is None else datetime.fromtimestamp(seconds, UTC).date()
            begins = True
        elif begins:
            seconds, unknown, begins = None, line.startswith("0" * 40), False  # all zeros: not committed yet
        elif line.startswith("committer-time "):
            seconds = int(line.split()[1])
        elif line == "boundary":
            unknown = unknown or shallow


def git(path: Path, *arguments: str) -> str | None:
    """What git says in the folder of `path`; None when it fails or is not there."""
    # Hooks of git set variables that would make it look at another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=path.parent, env=environment, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
