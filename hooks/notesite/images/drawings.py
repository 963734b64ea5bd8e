"""Drawings of a site that the notes do not show: published like those that they do."""

from __future__ import annotations

from pathlib import Path

from ..diagnostics.codes import Severity
from ..diagnostics.diagnostic import Diagnostic, finding
from ..diagnostics.place import Span
from ..lib.files import read_file, reason
from ..net.fault import Fault
from ..project.config import Project
from .gallery import limits_of


def static_drawing(project: Project, path: Path) -> tuple[bytes | None, Diagnostic | None]:
    """What is published of an SVG file of the site that the notes need not show (None: nothing), and what is said."""
    from .svg import cleaned  # noqa: PLC0415  # parsers of XML and CSS are loaded only for SVG

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
    return drawing.data, finding("E_ACTIVE", drawing.taken, Span.at(1), path=name)
