"""What lies in docs/ beside the notes: looked at before MkDocs follows links, some of which never end."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel

from ..diagnostics.diagnostic import Diagnostic, Report, Severity, Span, finding
from ..diagnostics.reporters.text import one_line
from ..images.gallery import limits_of
from ..lib.files import read_file, reason, strangers, text_of
from ..lib.safe_yaml import HostileYamlError, load_all
from ..net.response import Fault
from ..project.config import Project
from .run import Run

_MAX_TEMPLATE = 2**20  # bytes
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)  # as MkDocs finds it


def look(config: MkDocsConfig) -> dict[str, Diagnostic]:
    """What is to be left out, by its path.  Raises PluginError for a folder, because MkDocs would go into it."""
    root, found = Path(config.config_file_path).parent, {}
    for folder in (config.docs_dir, str(config.theme.custom_dir or "")):
        top = Path(folder)
        for path, why, is_folder in strangers(top, root if top.is_relative_to(root) else top) if folder else ():
            said = finding("N_STRANGER", why, Span.at(1), path=os.path.relpath(path, root).replace(os.sep, "/"))
            if is_folder or folder != config.docs_dir:
                raise PluginError(one_line(said, said.path or ""))
            found[str(path)] = said
    own = Path(config.theme.custom_dir) if config.theme.custom_dir else None
    for path in sorted(own.rglob("*.html")) if own else ():
        wrong = _unreadable(path, _MAX_TEMPLATE)
        if wrong and path.is_file():
            raise PluginError(one_line(wrong, os.path.relpath(path, root).replace(os.sep, "/")))
    return found


def _unreadable(path: Path, limit: int) -> Diagnostic | None:
    """Why the text of a file cannot be read."""
    try:
        text_of(path, limit=limit)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return finding("N_ENCODING", "no UTF-8 text", Span.at(line))
    except OSError as error:
        return finding("N_SIZE" if error.errno == errno.EFBIG else "I_MACHINE", reason(error), Span.at(1))
    return None


def leave_out(run: Run, files: Files, found: dict[str, Diagnostic]) -> None:
    """Publish nothing of what was found, and say so where it would have been published."""
    for file in list(files):
        said = found.get(file.abs_src_path or "")
        if said is not None:
            files.remove(file)
            if file.inclusion is not InclusionLevel.EXCLUDED:
                run.report(Report((said,)), ("N",))


def check_pages(run: Run, files: Files, config: MkDocsConfig) -> None:
    """Raise PluginError for a page beside the notes that MkDocs cannot read, or cannot survive."""
    project, limit = run.build.project, run.build.project.settings.limits.bytes
    for file in files.documentation_pages():
        path = Path(file.abs_src_path or "")
        if file.src_dir != config.docs_dir or path == project.notes_path:
            continue
        said = _unreadable(path, limit)
        try:
            head = None if said else _FRONT_MATTER.match(text_of(path))
            list(load_all(head[1]) if head else ())
        except HostileYamlError as error:
            mark = error.problem_mark
            span = Span.at(mark.line + 2, mark.column + 1) if mark else Span.at(1)
            said = finding("I_CONFIG", str(error.problem), span)
        except yaml.YAMLError:
            continue  # no front matter, and text for MkDocs
        if said:
            raise PluginError(one_line(said, project.shown(path)))


def clean_drawings(run: Run, files: Files, config: MkDocsConfig) -> None:
    """Publish drawings that the notes do not show without what is active in them, too."""
    for file in list(files):
        is_drawing = file.src_uri.lower().endswith((".svg", ".svgz")) and file.src_dir == config.docs_dir
        if is_drawing and file.inclusion is not InclusionLevel.EXCLUDED:
            data, said = _drawing(run.build.project, Path(file.abs_src_path or ""))
            files.remove(file)
            if data is not None:
                files.append(File.generated(config, file.src_uri, content=data))
            if said is not None:
                run.report(Report((said,)), ("E",))


def _drawing(project: Project, path: Path) -> tuple[bytes | None, Diagnostic | None]:
    """What is published of an SVG file of the site that the notes need not show (None: nothing), and what is said."""
    from ..images.svg import cleaned  # noqa: PLC0415  # parsers of XML and CSS are loaded only for SVG

    name = project.shown(path)
    try:
        data = read_file(path, inside=project.root, limit=project.settings.images.max_bytes)
        drawing = cleaned(data, limits_of(project.settings.images))
    except OSError as error:
        return None, finding("E_IO", f"not published: {reason(error)}", Span.at(1), path=name)
    except Fault as fault:
        said = finding(fault.code, f"not published: {fault.message}", Span.at(1), severity=Severity.WARNING, path=name)
        return None, said
    if not drawing.taken:
        return data, None
    return drawing.cleaned, finding("E_ACTIVE", drawing.taken, Span.at(1), path=name)
