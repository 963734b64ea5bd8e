"""Drawings that stand in for originals that are not mirrored.

A folder of SVG files and `diagrams.toml`, which says which file stands in for which URL (`[[diagram]]` tables with
`url`, `file`, and optionally `alt` and `caption`).  Without an entry there, a file whose name is the last part of the
URL's path stands in for it.
"""

from __future__ import annotations

import errno
import os
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ..lib.files import read_file, reason
from ..net.response import Fault
from ..net.urls import normal
from .picture import Limits, Picture

INDEX = "diagrams.toml"


class Drawings:
    """The drawings of one folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, url: str) -> Picture | None:
        """The drawing for a URL, None when there is none.  Raises Fault E_SVG or E_PATH."""
        known = self._entries.get(normal(url) or url, {})
        name = known.get("file") or f"{PurePosixPath(unquote(urlsplit(normal(url) or url).path)).stem}.svg"
        path = self.folder / name
        if PurePosixPath(name).name != name or "\\" in name or not os.path.lexists(path):
            return None
        return drawing_of(path)._replace(alt=known.get("alt", ""), caption=known.get("caption", ""))

    @cached_property
    def _entries(self) -> dict[str, dict[str, str]]:
        import tomllib  # noqa: PLC0415  # only where a picture is missing

        try:
            tables = tomllib.loads(read_file(self.folder / INDEX, follow=False).decode()).get("diagram", [])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise Fault("E_SVG", f"{INDEX} of the drawings cannot be read: {reason(error)}") from None
        texts = ({k: v for k, v in table.items() if isinstance(v, str)} for table in tables if isinstance(table, dict))
        return {normal(table["url"]) or table["url"]: table for table in texts if "url" in table}


def drawing_of(path: Path, inside: Path | None = None) -> Picture:
    """The drawing in a file, which must be no link, or lie `inside`.  Raises Fault E_SVG or E_PATH.

    It becomes part of a page, where HTML's rules hold and not XML's: nothing active may be in it.
    """
    from .svg import cleaned  # noqa: PLC0415  # an XML parser is loaded only for SVG

    try:
        data = read_file(path, inside=inside, follow=inside is not None)
        drawing = cleaned(data, Limits())
        text = data.decode("utf-8-sig")
    except Fault as fault:
        raise Fault(fault.code, f"the drawing {path.name}: {fault.message}") from None
    except OSError as error:
        code = "E_PATH" if error.errno in (errno.ELOOP, errno.EXDEV) else "E_SVG"
        raise Fault(code, f"the drawing {path.name} cannot be read: {reason(error)}") from None
    except UnicodeDecodeError:
        raise Fault("E_SVG", f"the drawing {path.name} is no UTF-8 text") from None
    if active := drawing.taken or ("foreignObject" if "foreignObject" in text else ""):
        raise Fault("E_SVG", f"the drawing {path.name}: SVG with active content refused: {active}")
    svg = text[max(text.find("<svg"), 0) :].strip()
    return Picture("", drawing.width, drawing.height, "", svg=svg, media_type="image/svg+xml")
