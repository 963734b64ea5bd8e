"""Drawings that stand in for originals that are not mirrored.

A folder of SVG files; `index.yml` in it says which file stands in for which URL.  Without an entry there, a file whose
name is the last part of the URL's path stands in for it.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import yaml

from .faults import Fault
from .images import Limits
from .images.svg import svg_size
from .urls import key

INDEX = "index.yml"


class Drawing(NamedTuple):
    """An SVG that is safe to be put into a page."""

    svg: str
    width: int  # CSS pixels
    height: int


class Drawings:
    """The drawings of one folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index: dict[str, str] | None = None

    def find(self, *urls: str) -> Drawing | None:
        """The drawing for a URL (any of its spellings), None when there is none.  Raises Fault E_SVG or E_PATH."""
        for url in urls:
            name = self._names().get(key(url)) or f"{PurePosixPath(unquote(urlsplit(key(url)).path)).stem}.svg"
            path = self.folder / name
            if PurePosixPath(name).name != name or not path.is_file():
                continue
            return self._read(path)
        return None

    def _names(self) -> dict[str, str]:
        if self._index is None:
            try:
                raw = yaml.safe_load((self.folder / INDEX).read_bytes())
            except FileNotFoundError:
                raw = {}
            except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
                raise Fault("E_SVG", f"{INDEX} of the drawings cannot be read: {error}") from None
            pairs = raw.items() if isinstance(raw, dict) else ()
            self._index = {key(str(url)): str(name) for url, name in pairs}
        return self._index

    def _read(self, path: Path) -> Drawing:
        if path.is_symlink():
            raise Fault("E_PATH", f"the drawing {path.name} is a symbolic link")
        try:
            data = path.read_bytes()
            width, height = svg_size(data, Limits())
            text = data.decode("utf-8-sig")
        except Fault as fault:
            raise Fault(fault.code, f"the drawing {path.name}: {fault.message}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise Fault("E_SVG", f"the drawing {path.name} cannot be read: {error}") from None
        start = text.find("<svg")
        return Drawing(text[start:].strip() if start > 0 else text.strip(), width, height)
