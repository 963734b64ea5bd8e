"""Commands that do what they say and cannot be taken back: what they do, in a sentence for the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...lib.patterns import lazy
from .grammar.invocation import Invocation
from .grammar.resources import named
from .reader.words import Command, Word

_SYSTEM = lazy(r"/|/\*|~/?|\$HOME/?|/(?:etc|usr|var|home|boot|bin|lib|opt|root|srv)/?\*?|\*|\.\*?")


def dangers(call: Invocation) -> Iterator[tuple[str, Word]]:
    """What a kubectl command destroys, and the word that makes it do so."""
    path = call.node.path
    if call.help or call.value("dry-run") in ("client", "server"):
        return
    if path == ("delete",):
        yield from _delete(call)
    elif path == ("drain",):
        yield "moves every pod off the node and lets no new one start there", call.path_words[-1]
    elif path == ("replace",) and _on(call, "force"):
        yield (
            "deletes the object and creates it again: its pods and their data are gone in between",
            call.uses("force")[0].word,
        )
    elif path == ("apply",) and _on(call, "prune"):
        yield "deletes objects that the given files no longer name", call.uses("prune")[0].word


def _delete(call: Invocation) -> Iterator[tuple[str, Word]]:
    types = [word.text.partition("/")[0].lower() for word in call.arguments[:1]]
    kinds = types[0].split(",") if types else []
    first = call.path_words[-1]
    everywhere = _on(call, "all-namespaces")
    where = "in all namespaces" if everywhere else "in the namespace"
    if _on(call, "all") and "all" in kinds:
        yield f"deletes every pod, service, deployment, job and other workload {where}", first
    elif _on(call, "all") and kinds:
        yield f"deletes every object of the type {kinds[0]} {where}", first
    elif everywhere:
        yield "deletes in all namespaces, those of the system included", call.uses("all-namespaces")[0].word
    elif any((found := named(kind)) is not None and found.plural == "namespaces" for kind in kinds):
        yield "deletes the namespace with everything in it", first
    elif any((found := named(kind)) is not None and found.plural == "customresourcedefinitions" for kind in kinds):
        yield "deletes the type and every object of it in the cluster", first
    if _on(call, "force"):
        yield (
            "removes the object at once, without waiting until its containers have stopped",
            call.uses("force")[0].word,
        )
    elif call.value("grace-period") in ("0", "1"):
        yield "leaves the containers no time to finish their work", call.uses("grace-period")[0].word


def _on(call: Invocation, name: str) -> bool:
    return bool(call.uses(name)) and (call.value(name) or "true").lower() not in {"false", "f", "0"}


def system_dangers(command: Command) -> Iterator[tuple[str, Word]]:
    """The like for `rm -rf /` and its kind."""
    words = command.words
    flags = "".join(
        word.text.lstrip("-") for word in words[1:] if re.fullmatch(r"-[A-Za-z]+|--(recursive|force)", word.text)
    )
    if command.program == "rm" and "r" in flags.lower():
        for word in words[1:]:
            if _SYSTEM.fullmatch(word.text):
                yield f"deletes {word.text} with everything below it", words[0]
    elif command.program == "dd" and any(word.text.startswith("of=/dev/") for word in words):
        yield "overwrites a whole disk", words[0]
    elif command.program.startswith("mkfs"):
        yield "formats a disk: everything on it is gone", words[0]
    elif command.program == "minikube" and any(word.text == "delete" for word in words[1:2]):
        yield "deletes the local cluster with everything in it", words[1]
    elif command.program == "docker" and [word.text for word in words[1:3]] == ["system", "prune"]:
        yield "deletes every stopped container, unused network and dangling image", words[1]
