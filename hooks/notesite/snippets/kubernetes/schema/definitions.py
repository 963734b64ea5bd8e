"""The bundled Kubernetes definitions: read on first use, each definition unpacked only when it is needed.

Notation of data/definitions.json.gz, one text for each definition: `name;versions;required;fields`.  Versions are
ranges of minor numbers (`25-28,30-37`, nothing for all); a field is `name:type~versions`, a required field
`name~versions`.  A type is `s` text, `i` 32-bit integer, `l` 64-bit integer, `n` number, `b` boolean, `y` base64,
`t` time, `Q` quantity, `I` integer or text, `o` free mapping, `a` anything, `@12` the definition with that number,
`[` list of what follows (with `#name,protocol`: the keys that tell its items apart), `{` mapping to what follows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property

from ....lib.light import Any, Final, NamedTuple, bundled_json, lazy

_REFERENCE = lazy(r"@(\d+)")
_VERSION = lazy(r"v?(1\.\d+)(?:\.\d+)?(?:[-+].*)?")
_FIRST = 25  # bit 0 of every set of versions is Kubernetes 1.25


class Type:
    """What a value must be.  `kind` is the letter of the notation."""

    __slots__ = ("enum", "inner", "keys", "kind", "maximum", "minimum", "owner", "shape", "target")

    def __init__(
        self,
        kind: str,
        owner: str = "",  # "ServiceSpec.ports", for messages and enums
        inner: Type | None = None,  # of lists and mappings
        *,
        target: int = -1,  # number of the definition, for "@"
        keys: Iterable[str] = (),  # of a list: what tells its items apart
        enum: Iterable[str] = (),
    ) -> None:
        self.kind, self.owner, self.inner, self.target = kind, owner, inner, target
        self.keys, self.enum = tuple(keys), tuple(enum)
        self.shape: Shape | None = None  # the definition itself, once it is needed
        self.minimum: float | None = None
        self.maximum: float | None = None


class Field(NamedTuple):
    """A field of a definition."""

    name: str
    type: Type
    absent: int  # versions that know the definition but not the field
    weight: float  # how much the field tells about where a fragment belongs


class Shape:
    """A definition: what a mapping may and must hold."""

    __slots__ = ("absent", "any_key", "fields", "name", "number", "required", "short", "values")

    def __init__(self, name: str, number: int = -1) -> None:
        self.name = name  # "api.core.v1.Container"
        self.short = name.rsplit(".", 1)[-1]
        self.number = number  # -1: not bundled
        self.absent = 0  # versions without it
        self.fields: dict[str, Field] = {}
        self.required: tuple[tuple[str, int], ...] = ()  # with the versions that require it
        self.any_key = False  # unknown fields are kept
        self.values: Type | None = None  # what other keys hold, in definitions of custom resources


def mask(ranges: str) -> int:
    """The set of versions that `25-28,30-37` names."""
    found = 0
    for run in ranges.split(","):
        first, _, last = run.partition("-")
        found |= (1 << (int(last) + 1 - _FIRST)) - (1 << (int(first) - _FIRST))
    return found


def table(name: str) -> dict[str, Any]:
    """One of the hand-written tables beside the definitions."""
    found: dict[str, Any] = bundled_json(__name__, f"{name}.json")
    return found


class Schema:
    """All bundled definitions."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self.versions: tuple[str, ...] = tuple(bundle["versions"])
        self.every = (1 << len(self.versions)) - 1  # the set of all versions
        self.kinds: Mapping[str, int] = bundle["kinds"]  # "apps/v1 Deployment" -> number
        self.texts: list[str] = bundle["definitions"]
        self.keys: Mapping[str, str] = bundle["keys"]  # field -> numbers of the definitions that may be fragments
        self._enums: Mapping[str, str] = table("enums")["fields"]
        self._twins: Mapping[str, str] = table("enums")["twins"]
        # What was asked once is kept: each definition is unpacked and looked through when it is needed.
        self.shape = cache(self._unpack)
        self.owners = cache(self._owners)
        self.reach = cache(self._reach)
        self.spoken = cache(self._spoken)
        self.selected = cache(self._selected)

    @cached_property
    def homes(self) -> Mapping[str, Sequence[str]]:
        """Each kind, and the apiVersions that it is in."""
        found: dict[str, list[str]] = {}
        for name in self.kinds:
            version, _, kind = name.partition(" ")
            found.setdefault(kind, []).append(version)
        return found

    def shape_of(self, type_: Type) -> Shape:
        """The definition that a type with kind "@" refers to."""
        if type_.shape is None:
            type_.shape = self.shape(type_.target)
        return type_.shape

    def _owners(self, field: str) -> tuple[int, ...]:
        """Numbers of the definitions with this field that a fragment may be a part of."""
        return tuple(map(int, self.keys.get(field, "").split()))

    def weight(self, field: str) -> float:
        """How rare a field is: its inverse document frequency over the definitions that may be fragments."""
        return math.log(_FRAGMENT_DEFINITIONS / (self.keys.get(field, "").count(" ") + 1.5))

    def _reach(self, number: int) -> frozenset[int]:
        """All definitions that can stand inside this one, itself included."""
        seen, stack = {number}, [number]
        while stack:
            new = set(self.references(stack.pop())) - seen
            seen |= new
            stack += new
        return frozenset(seen)

    def references(self, number: int) -> tuple[int, ...]:
        """The definitions of this one's fields."""
        return tuple(map(int, _REFERENCE.findall(self.texts[number])))

    def named(self, word: str) -> tuple[int, ...]:
        """Definitions with this short name in any spelling; stable versions first, the newest of them first."""
        wanted = word.rsplit(".", 1)[-1].lower()
        found = [
            number for number, text in enumerate(self.texts) if text.partition(";")[0].lower().endswith("." + wanted)
        ]
        unstable = {
            number for number in found if re.search(r"\.v\d+(alpha|beta)", self.texts[number].partition(";")[0])
        }
        return tuple(sorted(found, key=lambda number: (number in unstable, -number)))

    def version(self, word: str) -> str:
        """The bundled version that a word means: `1.31`, `v1.31.2`, `latest`.  Raises ValueError where there is none."""
        match = _VERSION.fullmatch(word.strip())
        found = self.versions[-1] if word.strip().lower() == "latest" else match[1] if match else ""
        if found in self.versions:
            return found
        known = f"{self.versions[0]} to {self.versions[-1]}"
        raise ValueError(f'Kubernetes "{word}" is not bundled; there are {known}, and "latest"')

    def _selected(self, versions: tuple[str, ...]) -> int:
        """The set of these versions.  Raises ValueError on one that is not bundled."""
        found = 0
        for word in versions:
            found |= 1 << self.versions.index(self.version(word))
        return found

    def _spoken(self, versions: int) -> str:
        """A set of versions as `1.25-1.28, 1.30-1.37`; "" for the empty set."""
        runs = (self.versions[slice(*run.span())] for run in re.finditer("1+", f"{versions:b}"[::-1]))
        return ", ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)

    def _unpack(self, number: int) -> Shape:
        """The definition with this number."""
        name, ranges, required, fields = self.texts[number].split(";")
        shape = Shape(name, number)
        present = mask(ranges[1:]) if ranges else self.every
        shape.absent = self.every & ~present
        needs = []
        for entry in required.split():
            field, _, only = entry.partition("~")
            needs.append((field, mask(only) if only else present))
        shape.required = tuple(needs)
        for entry in fields.split():
            field, _, rest = entry.partition(":")
            notation, _, only = rest.partition("~")
            type_ = self._type(notation, f"{shape.short}.{field}")
            shape.fields[field] = Field(field, type_, present & ~mask(only) if only else 0, self.weight(field))
        return shape

    def _type(self, notation: str, owner: str) -> Type:
        kind = notation[0]
        if kind == "@":
            return Type(kind, owner, target=int(notation[1:]))
        if kind in "[{":
            inner, _, keys = notation[1:].partition("#")
            below = self._type(inner, owner + ("[]" if kind == "[" else "{}"))
            return Type(kind, owner, below, keys=keys.split(",") if keys else ())
        words = self._enums.get(self._twins.get(owner, owner), "") if kind == "s" else ""
        # A leading space in the table stands for the empty text.
        return Type(kind, owner, enum=words.split(" ") if words else ())


_FRAGMENT_DEFINITIONS: Final = 411.0  # how many there are; only the scale of the weights hangs on it


@cache
def bundled() -> Schema:
    """The definitions that come with this package."""
    return Schema(bundled_json(__name__, "definitions.json.gz"))
