"""What modules are made of, light to load: named tuples, regular expressions, and data beside the code.

The data lies in a folder `data` of the package that reads it.  Read by path: importing importlib.resources and gzip takes
longer than all reading here.
"""

from __future__ import annotations

import json
import re
import sys
import zlib
from collections import namedtuple
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

__all__ = ["NamedTuple", "bundled_json", "bundled_names", "bundled_text", "lazy"]
_GZIP = 31  # zlib's number for "a gzip file with the largest window"

if TYPE_CHECKING:
    from typing import NamedTuple
else:

    class _Making(type):
        """What a class statement makes of fields, their defaults, properties and methods.

        Such tuples load in a third of the time: `typing` compiles the annotation of every field to look at it.
        """

        def __new__(cls, name: str, _bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = body.get("__annotations__", {})
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # noqa: PYI024  # is one itself
            for key, value in body.items():
                setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Making, "NamedTuple", (), {})


class _Lazy:
    """Stands in for a compiled pattern, and becomes one at the first use of a method.

    Compiling one takes up to a millisecond, and the checks know some two hundred of which most notes need a part.
    """

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:  # called for what is not there yet
        compiled = re.compile(*self._source)
        for method in ("match", "fullmatch", "search", "sub", "split", "findall", "finditer", "pattern"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, later: an error in the pattern shows at its first use."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))


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
