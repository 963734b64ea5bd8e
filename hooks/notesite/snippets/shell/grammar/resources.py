"""The resource types that kubectl's first argument may name.

One table by hand (`data/resources.tsv`), because the kubectl binary asks the server for it.  A cluster may know
more: whatever a CustomResourceDefinition adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from ....lib.data import bundled_text


class Resource(NamedTuple):
    """One row of `kubectl api-resources`."""

    plural: str
    short: tuple[str, ...]
    api_version: str  # "v1", "apps/v1"
    namespaced: bool
    kind: str
    category: str  # "all", "api-extensions" or ""
    deprecated_since: str  # "1.33", or "" when it is not deprecated
    instead: str

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that kubectl takes for it: plural, singular, short, and each with version and group."""
        group, _, version = self.api_version.rpartition("/")
        plain = (self.plural, self.kind.lower())
        full = tuple(
            f"{name}{tail}"
            for name in plain
            for tail in ((f".{group}", f".{version}.{group}") if group else (f".{version}",))
        )
        return (*plain, *self.short, *full)


CATEGORIES = ("all", "api-extensions")


@cache
def resource_types() -> tuple[Resource, ...]:
    """The bundled table, in its own order."""
    text = bundled_text(__name__, "resources.tsv")
    return tuple(_row(line) for line in text.splitlines() if line and not line.startswith("#"))


def _row(line: str) -> Resource:
    plural, short, api_version, namespaced, kind, category, since, instead = (line.split("\t") + [""] * 8)[:8]
    shorts = tuple(filter(None, short.split(",")))
    return Resource(plural, shorts, api_version, namespaced == "1", kind, category, since, instead)


@cache
def by_name() -> Mapping[str, Resource]:
    """Every name that kubectl accepts, lower case -> its type.  The first row of the table wins, as in kubectl."""
    table: dict[str, Resource] = {}
    for resource in resource_types():
        for name in resource.names:
            table.setdefault(name, resource)
    return MappingProxyType(table)


def is_type(text: str, extra: Iterable[str] = ()) -> bool:
    """Whether kubectl takes `text` for one or several types: `pods`, `po,svc`, `deployments.apps`, `all`."""
    known = by_name()
    parts = text.lower().split(",")
    return bool(text) and all(part.rstrip(".") in known or part in CATEGORIES or part in extra for part in parts)


def named(text: str) -> Resource | None:
    """The type that one word names, in whatever form."""
    return by_name().get(text.lower().rstrip("."))
