"""Words that no grammar file holds: plugins of kubectl, and what people type who mean something else."""

from __future__ import annotations

from functools import cache

from ....lib.data import bundled_json


@cache
def words(what: str) -> frozenset[str]:
    """A list of `data/words.json`.

    "plugins": sub-commands of kubectl that plugins of Krew add, or that distributions ship.
    "custom": custom resource types that share their name with a program, and those of tutorials.
    "english": words of a sentence, which no object, type or flag is called.
    "keyboards": programs whose name at the start of a line makes it a command, not a sentence.
    """
    return frozenset(bundled_json(__name__, "words.json")[what].split())


@cache
def answers() -> tuple[tuple[str, str], ...]:
    """Patterns of what kubectl says -> the same in plain words; GIVEN and FIRST stand for the arguments."""
    return tuple((pattern, plain) for pattern, plain in bundled_json(__name__, "words.json")["answers"])


# What people type who think of another tool.
MEANT = {
    "list": "get",
    "ls": "get",
    "show": "get",
    "ps": "get pods",
    "status": "get",
    "remove": "delete",
    "rm": "delete",
    "stop": "delete",
    "destroy": "delete",
    "start": "run",
    "update": "edit",
    "modify": "edit",
    "log": "logs",
    "inspect": "describe",
    "restart": "rollout restart",
    "rollback": "rollout undo",
    "forward": "port-forward",
    "portforward": "port-forward",
    "ssh": "exec",
    "use-context": "config use-context",
    "set-context": "config set-context",
    "get-contexts": "config get-contexts",
    "current-context": "config current-context",
    "can-i": "auth can-i",
}


MEANT_FLAGS = {"file": "filename", "files": "filename", "ns": "namespace", "format": "output", "label": "selector"}

# Removed flags of kubectl -> what took their place.
REPLACED_FLAGS = {
    "delete-local-data": "delete-emptydir-data",
    "prune-whitelist": "prune-allowlist",
    "experimental-server-side": "server-side",
}
