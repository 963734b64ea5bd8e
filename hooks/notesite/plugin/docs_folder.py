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

from ..diagnostics.diagnostic import Diagnostic, Report, finding
from ..diagnostics.place import Span
from ..diagnostics.reporters.text import one_line
from ..images.drawings import static_drawing
from ..lib.files import reason, strangers, text_of
from ..lib.safe_yaml import HostileYamlError, load_all
from .run import Run

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
    return found


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
        code, why, span = "N_ENCODING", "", Span.at(1)
        try:
            head = _FRONT_MATTER.match(text_of(path, limit=limit))
            list(load_all(head[1]) if head else ())
        except HostileYamlError as error:
            mark = error.problem_mark
            code, why, span = "I_CONFIG", str(error.problem), Span.at(mark.line + 2, mark.column + 1) if mark else span
        except yaml.YAMLError:
            continue  # no front matter, and text for MkDocs
        except UnicodeDecodeError as error:
            why, span = "no UTF-8 text", Span.at(error.object.count(b"\n", 0, error.start) + 1)
        except OSError as error:
            code, why = "N_SIZE" if error.errno == errno.EFBIG else "I_MACHINE", reason(error)
        if why:
            name = project.shown(path)
            raise PluginError(one_line(finding(code, why, span), name))


def clean_drawings(run: Run, files: Files, config: MkDocsConfig) -> None:
    """Publish drawings that the notes do not show without what is active in them, too."""
    for file in list(files):
        is_drawing = file.src_uri.lower().endswith((".svg", ".svgz")) and file.src_dir == config.docs_dir
        if is_drawing and file.inclusion is not InclusionLevel.EXCLUDED:
            data, said = static_drawing(run.build.project, Path(file.abs_src_path or ""))
            files.remove(file)
            if data is not None:
                files.append(File.generated(config, file.src_uri, content=data))
            if said is not None:
                run.report(Report((said,)), ("E",))
