"""File names that Windows, macOS and Linux all accept, and that none of them takes for another.

Rules: Microsoft's "Naming Files, Paths, and Namespaces"; APFS and HFS+ compare names normalised and case-folded;
Linux allows 255 bytes a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ...notes.anchors import DEVICES

MAX_PATH = 150  # characters; Windows allows 260 for the whole path, the rest is the reader's folder
MAX_NAME = 255  # bytes of one part

_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')


def problems(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names that are unsafe somewhere, each with the reason, in the order of the names."""
    files: dict[str, str] = {}  # as a file system that folds case sees it -> as written
    folders: dict[str, str] = {}
    for name in sorted(names):
        if reason := next(_faults(name), ""):
            yield name, reason
            continue
        key = _key(name)
        if key in files:
            yield name, f"some systems take it for {files[key]!r}"
        files.setdefault(key, name)
        parts = name.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folder = "/".join(parts[:depth])
            known = folders.setdefault(_key(folder), folder)
            if known != folder:
                yield name, f"some systems take the folder {folder!r} for {known!r}"
    for key in sorted(files.keys() & folders.keys()):
        yield files[key], f"it has the name of the folder {folders[key]!r}"


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


def _faults(name: str) -> Iterator[str]:
    """Why no archive should hold this name."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        yield "it is absolute"
    if len(name) > MAX_PATH:
        yield f"it is longer than {MAX_PATH} characters"
    for part in name.split("/"):
        if part in {"", ".", ".."}:
            yield f"it has the part {part!r}"
        elif match := _FORBIDDEN.search(part):
            yield f"it holds {match.group()!r}"
        elif part[-1] in ". " or part[0] == " ":
            yield f"{part!r} begins or ends with a space, or ends with a dot"
        elif part.split(".")[0].rstrip(" ").casefold() in DEVICES:
            yield f"{part!r} is a device on Windows"
        elif len(part.encode("utf-8", "replace")) > MAX_NAME:
            yield f"{part!r} is longer than {MAX_NAME} bytes"
        elif any("\ud800" <= char <= "\udfff" for char in part):
            yield f"{part!r} is not valid text"
        elif part != unicodedata.normalize("NFC", part):
            yield f"{part!r} is not in the composed form (NFC), so macOS would rename it"
