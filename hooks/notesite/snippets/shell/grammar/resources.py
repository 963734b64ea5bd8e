"""The resource types that kubectl's first argument may name.

One table by hand (`data/resources.tsv`), because the kubectl binary asks the server for it.  A cluster may know
more: whatever a CustomResourceDefinition adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from ....lib.light import NamedTuple, bundled_text, lazy


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
        plain = (self.plural, self.kind.lower(), *self.short)
        tails = ("", f".{version}.{group}", *([f".{group}"] if group else ()))
        return tuple(name + tail for tail in tails for name in plain)


_NAMES = lazy(r"^[a-z0-9]*[-_]|^my|^nginx$|\d$")
_WORD = lazy(r"[a-z][a-z0-9]*(?:\.[a-z0-9.-]+)?(?:,[a-z][a-z0-9.-]*)*")


# Type -> the version that dropped it.
GONE = dict.fromkeys(("psp", "podsecuritypolicy", "podsecuritypolicies"), "1.25")


class Known(NamedTuple):
    """What the notes themselves say about words."""

    types: frozenset[str] = frozenset()  # custom resource types that they define: plural, singular, short names
    names: frozenset[str] = frozenset()  # objects of theirs: a word that is one of them is no type
    variables: frozenset[str] = frozenset()  # variables that their commands set


CATEGORIES = ("all", "api-extensions")


@cache
def resource_types() -> tuple[Resource, ...]:
    """The bundled table, in its own order."""
    text = bundled_text(__name__, "resources.tsv")
    rows = ((line.split("\t") + [""] * 8)[:8] for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(
        Resource(plural, tuple(filter(None, short.split(","))), api_version, namespaced == "1", *others)
        for plural, short, api_version, namespaced, *others in rows
    )


@cache
def by_name() -> Mapping[str, Resource]:
    """Every name that kubectl accepts, lower case -> its type.  The first row of the table wins, as in kubectl."""
    return {name: resource for resource in reversed(resource_types()) for name in resource.names}


@cache
def full_names() -> tuple[str, ...]:
    """Plural and singular of every type, and short names that are words."""
    found = ((r.plural, r.kind.lower(), *(name for name in r.short if len(name) > 4)) for r in resource_types())
    return tuple(name for names in found for name in names)


def is_type(text: str, extra: Iterable[str] = ()) -> bool:
    """Whether kubectl takes `text` for one or several types: `pods`, `po,svc`, `deployments.apps`, `all`."""
    parts = text.lower().split(",")
    return bool(text) and all(named(part) is not None or part in CATEGORIES or part in extra for part in parts)


def is_file(text: str) -> bool:
    """Whether a word names a file that holds manifests."""
    return text.endswith((".yaml", ".yml", ".json"))


def looks_like_name(text: str) -> bool:
    """Whether a word can only be an object's name or a file's: no type has a dash, or ends in a digit."""
    return is_file(text) or _NAMES.search(text) is not None


def of_no_group(text: str) -> str | None:
    """The plain name of a built-in type whose group can have none of its name: `deploy.extensions`; "" where only that is sure.

    None where the type may be a custom one: kubectl takes the beginning of a group for all of it (`networkpolicies.p`).
    """
    name, _, group = text.lower().partition(".")
    if is_type(text) or not is_type(name):
        return None
    sure = re.fullmatch(r"(?:extensions|core|v\d+(?:(?:alpha|beta)\d+)?)(\.\w)?", group)
    return ("" if sure[1] else name) if sure else None


def may_be_custom(text: str) -> bool:
    """Whether a word that is no type of Kubernetes may be one, or several, that custom resources add."""
    text = text.lower()  # a kind may be written as in manifests: `GatewayClass`
    return _WORD.fullmatch(text) is not None and not looks_like_name(text) and text not in GONE


def named(text: str) -> Resource | None:
    """The type that one word names, in whatever form."""
    return by_name().get(text.lower()) or by_name().get(text.lower().removesuffix("."))
