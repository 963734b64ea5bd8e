"""What modules are made of, light to load: names of types, named tuples, regular expressions, hashes, data beside the code.

The data lies in a folder `data` of the package that reads it.  Read by path: importing importlib.resources and gzip takes
longer than all reading here.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zlib
from collections import namedtuple
from functools import cache
from importlib import import_module
from types import FunctionType, GenericAlias

__all__ = ["NamedTuple", "bundled_forms", "bundled_json", "bundled_names", "bundled_text", "json_of", "lazy", "sha256"]
__all__ += ["TYPE_CHECKING", "Any", "Final", "Literal", "NoReturn", "TypeVar"]
TYPE_CHECKING = False  # a type checker takes it for true

if TYPE_CHECKING:
    from hashlib import sha256
    from re import compile as lazy
    from typing import Any, Final, Literal, NamedTuple, NoReturn, TypeVar
else:
    # `typing` takes 3 ms to load.  Annotations are not evaluated, but for those of settings, which need `Literal`.
    Any = Final = NoReturn = None
    TypeVar = str.format  # gives the name
    Literal = type("Literal", (), {"__class_getitem__": classmethod(GenericAlias)})

    try:  # without OpenSSL, which `hashlib` loads in 4 ms; as `random` does
        sha256 = import_module("_sha2" if sys.version_info >= (3, 12) else "_sha256").sha256
    except ImportError:  # another interpreter
        from hashlib import sha256

    @cache
    def _like(fields: int) -> type:
        return namedtuple("_like", [f"_{number}" for number in range(fields)], rename=True)  # noqa: PYI024  # its parts are taken

    def _replace(self: Any, /, **changes: Any) -> Any:
        made = self._make(map(changes.pop, self._fields, self))
        if changes:
            raise ValueError(f"{type(self).__name__} has no {', '.join(changes)}")
        return made

    def _repr(self: Any) -> str:
        return f"{type(self).__name__}({', '.join(map('{}={!r}'.format, self._fields, self))})"

    class _Making(type):
        """What a class statement makes of fields, their defaults, properties and methods.

        Such tuples load in a tenth of the time: `typing` compiles the annotation of every field to look at it, and
        `collections` a function for each class, which is the same for as many fields but for the names of its parameters.
        """

        def __new__(cls, name: str, _bases: tuple[type, ...], body: dict[str, Any]) -> type:
            later = body.get("__annotate_func__", lambda _: {})  # Python 3.14 evaluates them when they are asked for
            fields = tuple(body.get("__annotations__") or later(1))
            defaults = {field: body.pop(field) for field in fields if field in body}
            like = _like(len(fields))
            code = like.__new__.__code__.replace(co_varnames=("_cls", *fields))
            made = FunctionType(code, like.__new__.__globals__, "__new__", tuple(defaults.values()))
            made.__qualname__ = f"{name}.__new__"
            own = {"__new__": made, "__repr__": _repr, "_replace": _replace, "__slots__": (), "__match_args__": fields}
            own |= {"_fields": fields, "_field_defaults": defaults}
            return type(
                name, (like,), own | dict(zip(fields, map(like.__dict__.get, like._fields), strict=True)) | body
            )

    NamedTuple = type.__new__(_Making, "NamedTuple", (), {})

    class lazy:  # noqa: N801  # what `re.compile` gives, later
        """Stands in for a compiled pattern, and becomes one at the first use of a method.

        Compiling one takes up to a millisecond, and the checks know some two hundred of which most notes need a part.
        """

        def __init__(self, pattern: str, flags: int = 0) -> None:
            self._source = (pattern, flags)

        def __getattr__(self, name: str) -> Any:  # called for what is not there yet
            compiled = re.compile(*self._source)
            for method in ("match", "fullmatch", "search", "sub", "split", "findall", "finditer", "pattern"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)


def bundled_names(module: str) -> list[str]:
    """The names of all data files of the package that `module` (its `__name__`) is in."""
    return sorted(os.listdir(_path(module)))  # noqa: PTH208  # judging a manifest need not wait 4 ms for paths


def _path(module: str, name: str = "") -> str:
    return f"{str(sys.modules[module].__file__).rpartition(os.sep)[0]}/data/{name}"


def _bundled(module: str, name: str) -> bytes:
    loader: Any = sys.modules[module].__loader__
    return bytes(loader.get_data(_path(module, name)))


def bundled_text(module: str, name: str) -> str:
    """The text of one of them.  Raises FileNotFoundError."""
    return _bundled(module, name).decode().replace("\r\n", "\n")


@cache
def bundled_json(module: str, name: str) -> Any:
    """What a JSON file holds, packed (`.json.gz`) or not, read once.  Raises FileNotFoundError."""
    data = _bundled(module, name)
    return json.loads(zlib.decompress(data, 31) if name.endswith(".gz") else data)  # 31: gzip with the largest window


@cache
def bundled_forms(module: str, name: str) -> dict[str, str]:
    """Patterns by name: `name:` begins one, each line below it that a tab sets in is a form that fits, two tabs begin a remark."""
    forms: dict[str, list[str]] = {}
    for line in bundled_text(module, name).splitlines():
        if line[:1] == "\t":
            forms[list(forms)[-1]].append(line[1:].partition("\t\t")[0])
        elif line[:1] not in ("", "#"):
            forms[line.rstrip(":")] = []
    return {name: "|".join(lines) for name, lines in forms.items()}


def json_of(text: str | bytes) -> Any:
    """What a JSON text holds.  Raises ValueError, for one that nests too deep as well."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
