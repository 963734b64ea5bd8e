"""Data that is bundled beside the code that reads it, in a folder `data` of its package.

Read by path: importing importlib.resources and gzip takes longer than all reading here.
"""

from __future__ import annotations

import json
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import Any

_GZIP = 31  # zlib's number for "a gzip file with the largest window"


def _folder(module: str) -> Path:
    return Path(str(sys.modules[module].__file__)).with_name("data")


def bundled_names(module: str) -> list[str]:
    """The names of all data files of the package that `module` (its `__name__`) is in."""
    return sorted(path.name for path in _folder(module).iterdir())


def bundled_text(module: str, name: str) -> str:
    """The text of one of them.  Raises FileNotFoundError."""
    return (_folder(module) / name).read_text("utf-8")


@cache
def bundled_json(module: str, name: str) -> Any:
    """What a JSON file holds, packed (`.json.gz`) or not, read once.  Raises FileNotFoundError."""
    data = (_folder(module) / name).read_bytes()
    return json.loads(zlib.decompress(data, _GZIP) if name.endswith(".gz") else data)
