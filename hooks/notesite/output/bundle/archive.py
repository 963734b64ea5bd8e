"""Zip archives whose bytes depend on nothing but their content.

Names sorted, one time for all entries, one mode, no extra fields, made "on Unix" wherever it is made.  The deflate
bytes come from zlib; its forks (zlib-ng) compress to other bytes, so across machines `SHA256SUMS` is what to compare.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

SUMS = "SHA256SUMS"
_UNIX = 3
_MODE = 0o100644  # a plain file; readable by all, writable by its owner
EARLIEST = 315532800  # 1980-01-01T00:00:00Z, where the zip format's calendar begins
_LATEST = 4354819198  # 2107-12-31T23:59:58Z, where it ends


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
            entry.create_system = _UNIX
            entry.external_attr = _MODE << 16
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
