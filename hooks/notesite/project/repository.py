"""Where the notes lie at a code host, as settings or git say, which files lie beside them, and when their lines changed; the stamp of a build."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import unquote, urljoin

from ..diagnostics.diagnostic import Diagnostic, Report, Skipped, failure, finding
from ..lib.files import read_file
from ..lib.light import NamedTuple, lazy
from ..notes.contents import in_page_anchor
from ..notes.model import Notes, Origin, origin_of, parts_of
from .config import Project

_SHOWN = 12  # hexadecimal digits of the hash that people see
_LATEST = 253402300799  # 9999-12-31, the last date that there is


class Stamp(NamedTuple):
    """What a copy of the site says about itself."""

    notes: str  # SHA-256 of the notes file's bytes, in hexadecimal
    versions: tuple[tuple[str, str], ...]  # name and version of each tool
    epoch: int | None = None  # seconds since 1970, UTC; None for a build without a date

    @property
    def date(self) -> str:
        """As in ISO 8601, "" when there is none."""
        return datetime.fromtimestamp(self.epoch, UTC).strftime("%Y-%m-%d") if self.epoch is not None else ""

    @property
    def short(self) -> str:
        """The hash as people see it."""
        return self.notes[:_SHOWN]

    @property
    def version(self) -> str:
        """Tells one state of the notes from another in a file name: `2026-11-22-1a2b3c4d`."""
        return "-".join(part for part in (self.date, self.notes[:8]) if part)

    @property
    def tools(self) -> str:
        """`notesite 1.0.0, MkDocs 1.6.1`."""
        return ", ".join(f"{name} {version}" for name, version in self.versions)

    def text(self) -> str:
        """All of it, one `key: value` a line, for people and machines."""
        lines = [("notes-sha256", self.notes), ("date", self.date or "none"), ("made-with", self.tools)]
        return "".join(f"{key}: {value}\n" for key, value in lines)


def read_epoch(text: str | None) -> int | None:
    """The value of SOURCE_DATE_EPOCH; None when it is not set.  Raises NotesError when it is no date."""
    if text is None or not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit() and int(text) <= _LATEST):
        raise failure("I_CONFIG", f"SOURCE_DATE_EPOCH is {text!r}; seconds since 1970 are expected")
    return int(text)


_SECONDS = 20.0
_CUT_OFF = "the git history is cut off; get it by `git fetch --unshallow`, in workflows by `fetch-depth: 0`"
# What git says of a line: the commit, its time, and behind a tab the line itself.
_RECORD = lazy(r"^(\w{40,64}) .*\n(?:[^\t].*\n)*?committer-time (\d+)\n(?:[^\t].*\n)*\t", re.MULTILINE)


def line_dates(path: Path) -> list[date | None]:
    """The day (UTC) of each line's last commit, first line first; None for lines that are not committed yet.

    Raises NotesError without git, for a file that it does not keep, and in a shallow clone: there the oldest commit seems
    to have written every older line.
    """
    porcelain = git(path, "blame", "--line-porcelain", "--", path.name)
    if porcelain is None:
        why = f"git does not know {path.name}; commit it, or leave `extra.notes.dates` out"
        raise failure("I_HISTORY", f"no dates: {why}")
    is_shallow = (git(path, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
    if is_shallow and "\nboundary\n" in porcelain:
        raise failure("I_HISTORY", f"no dates: {_CUT_OFF}")
    records = _RECORD.findall(porcelain)
    days = ((commit, datetime.fromtimestamp(int(seconds), UTC).date()) for commit, seconds in records)
    return [day if commit.strip("0") else None for commit, day in days]  # all zeros: not committed yet


def commit_time(path: Path) -> int | None:
    """When the commit that is checked out was made, in seconds since 1970; None when the file is not as it is there.

    Not when the file was last changed: that is another time in a shallow clone.  It is told of another user's checkout, too:
    git only looks up two objects for it, and runs no program that the checkout names.
    """
    committed, commit = (
        git(path, "-c", "safe.directory=*", "cat-file", kind, name)
        for kind, name in (("blob", f"HEAD:./{path.name}"), ("commit", "HEAD"))
    )
    made = re.search(r"^committer .* (\d+) [+-]\d+$", commit or "", re.MULTILINE)
    try:
        text = read_file(path).decode("utf-8", "replace")
    except OSError:
        return None
    is_same = committed is not None and committed.replace("\r\n", "\n") == text.replace("\r\n", "\n")
    return int(made[1]) if made and is_same else None


def git(path: Path, *arguments: str) -> str | None:
    """What git says in the folder of `path`; None when it fails or is not there."""
    # Hooks of git set variables that would make it look at another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_ALLOW_PROTOCOL"] = "none"  # what a clone lacks is not fetched
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=path.parent, env=environment, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def in_git_at(notes: Path) -> tuple[Path, Origin | None] | None:
    """The top of the repository that keeps the notes, and where they lie at a known code host; None when none does."""
    path = (git(notes, "-c", "core.quotePath=off", "ls-files", "--full-name", "--", notes.name) or "").strip()
    if not path or "\n" in path or path.startswith('"'):
        return None
    branch = (git(notes, "rev-parse", "--abbrev-ref", "HEAD") or "").strip()
    remote = (git(notes, "remote", "get-url", "origin") or "").strip()
    return notes.parents[path.count("/")], origin_of(remote, branch, path)


class Beside(NamedTuple):
    """What is known of the files beside the notes."""

    top: Path  # of the repository, or of what is known of it
    origin: Origin | None = None
    is_here: bool | None = True  # its files lie here, so a missing one is missing; None where none is known


def beside(project: Project) -> Beside:
    """The repository of the notes; settings come first, then git."""
    notes = project.notes_path
    found = in_git_at(notes)
    in_git = Beside(*found) if found else None
    own = _of_settings(project) if project.is_own else None
    if own and own.repository:
        here = in_git is not None and in_git.origin is not None and in_git.origin.repository == own.repository
        return Beside(in_git.top, own) if in_git and here else Beside(project.root, own, is_here=False)
    if in_git is not None and in_git.origin and in_git.origin.repository:
        return in_git
    inside = notes.is_relative_to(project.root)
    top = project.root if inside else notes.parent
    if not project.config and top.name in {"docs", "doc"}:  # a file alone
        top = top.parent
    is_here = True if in_git or (inside and project.config) else None
    return Beside(in_git.top if in_git else top, own or Origin("", "", notes.name), is_here)


def _of_settings(project: Project) -> Origin | None:
    """`extra.notes.origin`, or the address that the pencil leads to."""
    if project.settings.origin:
        return origin_of(project.settings.origin, path=project.notes_path.name)
    base = str(project.config.get("repo_url") or "")
    edit = project.config.get("edit_uri")
    if not base and not edit:
        return None
    uri = posixpath.relpath(project.notes_path.as_posix(), project.docs_dir.as_posix())
    if edit:
        return origin_of(urljoin(urljoin(base.rstrip("/") + "/", str(edit)).rstrip("/") + "/", uri))
    path = os.path.relpath(project.notes_path, project.root).replace(os.sep, "/")
    return origin_of(base, path=path) if not path.startswith("..") else None


def _why_missing(path: Path | None, written: str) -> tuple[str, str | None]:
    """What the author has done once for many links, and what helps; "" and None where that is not known."""
    if path and os.path.lexists(f"{path}.md"):
        return "suffix", f"Write {written.rstrip('/')}.md; other programs add that, GitHub does not."
    gone = [folder for folder in path.parents if not os.path.lexists(folder)] if path else []
    return f"no {gone[-1]}" if gone else "", None


def check_files(project: Project, notes: Notes, files: Beside) -> Report:
    """Links to files that are not there; of a file that was copied without most of them, none can be checked."""
    found = 0
    missing: list[Diagnostic] = []
    away: list[Diagnostic] = []  # of which it cannot be known
    for link in notes.links:
        target = link.target
        parts = parts_of(target)
        if parts.scheme or parts.netloc or not parts.path or in_page_anchor(target, notes.origin) is not None:
            continue
        written = unquote(parts.path)
        start = files.top if written.startswith("/") else project.notes_path.parent
        whole = Path(os.path.normpath(start / written.lstrip("/")))
        path = whole if whole.is_relative_to(files.top) and "\0" not in written else None
        # What a new project has taken along lies in its folder as it lay beside the notes.
        taken = project.docs_dir / os.path.normpath(written).lstrip("./") if project.is_own else None
        there = [place for place in (path, taken) if place is not None and os.path.lexists(place)]
        found += any(place.is_file() and place != project.notes_path for place in there)
        if not there:
            cause, fix = _why_missing(path, written)
            words = f"link {target!r} leads to no page or file of the site"
            gone = finding("L_PAGE", words, link.span, cause=cause, help=fix)
            # `/guide/setup/` is an address of some other site; `/guide/setup.md` is a file at the top of the repository.
            is_address = (written.startswith("/") and not posixpath.splitext(written)[1]) or "{{" in written
            (missing if (path or files.is_here) and not is_address else away).append(gone)
    if not (files.is_here or (files.is_here is None and found >= len(missing))):
        missing, away = [], [*away, *missing]
    what = f"{len(away)} link{'s' * (len(away) > 1)} to files"
    reason = "the files that the notes lead to are not here"
    return Report(tuple(missing), tuple(Skipped(what, reason, first.span) for first in away[:1]))
