"""Objects that commands create, so that references in other snippets can be resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...diagnostics.place import Span
from ..yaml.yaml_fault import Defined
from .grammar.invocation import Invocation

_KEYS: dict[tuple[str, ...], frozenset[str]] = {  # keys that a kind of secret always has
    ("create", "secret", "docker-registry"): frozenset({".dockerconfigjson"}),
    ("create", "secret", "tls"): frozenset({"tls.crt", "tls.key"}),
}


def created(call: Invocation, span: Callable[[int, int], Span]) -> Iterator[Defined]:
    """What `kubectl create configmap|secret` creates; nothing for any other command."""
    path = call.node.path
    if path[:2] not in {("create", "configmap"), ("create", "secret")} or len(call.arguments) != 1 or call.bad:
        return
    word = call.arguments[0]
    if word.dynamic:
        return
    kind = "ConfigMap" if path[1] == "configmap" else "Secret"
    yield Defined(kind, word.text, _KEYS.get(path) or _keys(call), span(word.start, word.end))


def _keys(call: Invocation) -> frozenset[str] | None:
    """Keys of --from-literal and --from-file, as kubectl makes them."""
    keys = set()
    for use in call.uses("from-literal"):
        key, equals, _ = (use.value or "").partition("=")
        if not equals or "$" in key or "<" in key:
            return None
        keys.add(key)
    for use in call.uses("from-file"):
        key, equals, _ = (use.value or "").partition("=")
        if equals:
            keys.add(key)
            continue
        name = key.rstrip("/").rpartition("/")[2]
        if "." not in name or key.endswith("/"):
            return None  # a folder: every file in it becomes a key
        keys.add(name)
    return None if call.uses("from-env-file") else frozenset(keys)
