"""Where the notes lie at a code host, as settings or git say, and which files lie beside them."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from ..diagnostics.diagnostic import Diagnostic, Report, Skipped, finding
from ..lib.light import NamedTuple
from ..notes.contents import in_page_anchor
from ..notes.model import Notes, Origin, origin_of, parts_of
from .config import Project
from .history import in_git_at


class Beside(NamedTuple):
    """What is known of the files beside the notes."""

    top: Path  # of the repository, or of what is known of it
    origin: Origin | None = None
    is_here: bool | None = (
        True  # the repository's files lie here, so a missing one is missing; None where none is known
    )

    def path_of(self, notes: Path, target: str) -> Path | None:
        """The file or folder that a relative or root-relative link means; None when it leads out of the repository."""
        path = unquote(urlsplit(target).path)
        whole = Path(os.path.normpath(self.top / path.lstrip("/") if path.startswith("/") else notes.parent / path))
        return whole if whole.is_relative_to(self.top) and "\0" not in path else None


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


def check_files(project: Project, notes: Notes, files: Beside) -> Report:
    """Links to files that are not there; of a file that was copied without any of them, none can be checked."""
    found = False
    missing: list[Diagnostic] = []
    away: list[Diagnostic] = []  # of which it cannot be known
    for link in notes.links:
        target = link.target
        parts = parts_of(target)
        if parts.scheme or parts.netloc or not parts.path or in_page_anchor(target, notes.origin) is not None:
            continue
        path = files.path_of(project.notes_path, target)
        # What a new project has taken along lies in its folder as it lay beside the notes.
        taken = project.docs_dir / os.path.normpath(unquote(parts.path)).lstrip("./") if project.is_own else None
        there = [place for place in (path, taken) if place is not None and os.path.lexists(place)]
        found |= any(place.is_file() and place != project.notes_path for place in there)
        if not there:
            gone = finding("L_PAGE", f"link {target!r} leads to no page or file of the site", link.span)
            (missing if path or files.is_here else away).append(gone)
    if not (files.is_here or (files.is_here is None and found)):
        missing, away = [], [*away, *missing]
    what = f"{len(away)} link{'s' * (len(away) > 1)} to files"
    reason = "the files that the notes lead to are not here"
    return Report(tuple(missing), tuple(Skipped(what, reason, first.span) for first in away[:1]))
