"""Zip archives whose bytes depend on nothing but their content, with file names that every system accepts.

Names sorted, one time for all entries, one mode, no extra fields, made "on Unix" wherever it is made.  The deflate
bytes come from zlib; its forks (zlib-ng) compress to other bytes, so across machines `SHA256SUMS` is what to compare.

Names that Windows, macOS and Linux all accept, and that none of them takes for another: Microsoft's "Naming Files,
Paths, and Namespaces"; APFS and HFS+ compare names normalised and case-folded; Linux allows 255 bytes a name.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from ...notes.anchors import DEVICES

SUMS = "SHA256SUMS"
EARLIEST = 315532800  # 1980-01-01T00:00:00Z, where the zip format's calendar begins
_LATEST = 4354819198  # 2107-12-31T23:59:58Z, where it ends
MAX_PATH = 150  # characters; Windows allows 260 for the whole path, the rest is the reader's folder
MAX_NAME = 255  # bytes of one part
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')


def zip_bytes(files: Mapping[str, bytes], *, epoch: int | None = None, first: str = "") -> bytes:
    """The files as a zip; `epoch` (seconds since 1970, UTC) is every entry's time, 1980 when None.

    `first` names an entry that stands first and uncompressed, as EPUB wants its `mimetype`.
    """
    seconds = min(max(EARLIEST if epoch is None else epoch, EARLIEST), _LATEST)
    moment = datetime.fromtimestamp(seconds, UTC)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files, key=lambda name: (name != first, name)):
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.create_system = 3  # Unix
            entry.external_attr = 0o100644 << 16  # a plain file; readable by all, writable by its owner
            method = zipfile.ZIP_STORED if name == first else zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compress_type=method, compresslevel=9)
    return buffer.getvalue()


def with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files and `SHA256SUMS`, which `sha256sum --check` reads."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files) if name != SUMS]
    return {**files, SUMS: "".join(lines).encode()}


def under(top: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files in one folder, so that unpacking never litters."""
    return {f"{top}/{name}": data for name, data in files.items()}


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
