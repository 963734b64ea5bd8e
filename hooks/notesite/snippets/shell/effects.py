"""What commands do: the objects that they create, the YAML in their here-documents, and what they destroy for good."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import zip_longest

from ...diagnostics.diagnostic import Span
from ...lib.light import bundled_json, lazy
from ...notes.model import Fence
from ..yaml.yaml_fault import Defined
from .grammar.arguments import WORKLOADS
from .grammar.invocation import Invocation
from .grammar.resources import named
from .reader.words import Command, Heredoc, Script, Word

# "kubectl": a sub-command, the flag that makes it dangerous ("" for none), what it does.  "held": types that hold others.
# "others": commands of other programs, each a pattern of its words with one space between them.  "keys": of secrets.
_TABLE = bundled_json(__name__, "effects.json")


def dangers(call: Invocation) -> Iterator[tuple[str, Word]]:
    """What a kubectl command destroys, and the word that makes it do so."""
    if call.help or call.value("dry-run") in ("client", "server"):
        return
    if call.node.path == ("delete",):
        yield from _delete(call)
    found = list(map(named, _kinds(call)))
    runs = (each is None or each.plural == "pods" or each.plural in WORKLOADS for each in found)
    alone = bool(found) and not any(runs)  # no container has to stop
    for command, flag, what in _TABLE["kubectl"]:
        if call.node.path == (command,) and (not flag or (_on(call, flag) and not alone)):
            yield what, call.uses(flag)[0].word if flag else call.path_words[-1]


def _kinds(call: Invocation) -> list[str]:
    return call.arguments[0].text.partition("/")[0].lower().split(",") if call.arguments else []


def _delete(call: Invocation) -> Iterator[tuple[str, Word]]:
    kinds = _kinds(call)
    found = list(map(named, kinds))
    held = [_TABLE["held"][each.plural] for each in found if each is not None and each.plural in _TABLE["held"]]
    first = call.path_words[-1]
    everywhere = _on(call, "all-namespaces")
    if _on(call, "all") and kinds:
        typed = f"object of the type {' or '.join(kinds)}"
        what = "pod, service, deployment, job and other workload" if "all" in kinds else typed
        where = "" if None in found and what == typed else " in the namespace"  # a custom type may be the cluster's
        whole = " in the cluster" if all(each and not each.namespaced for each in found) else where
        yield f"deletes every {what}{' in all namespaces' if everywhere else whole}", first
    elif everywhere:
        yield "deletes in all namespaces, those of the system included", call.uses("all-namespaces")[0].word
    elif held:
        yield held[0], first
    if call.value("grace-period") in ("0", "1") and not _on(call, "force"):
        yield "leaves the containers no time to finish their work", call.uses("grace-period")[0].word


def _on(call: Invocation, name: str) -> bool:
    return bool(call.uses(name)) and (call.value(name) or "true").lower() not in {"false", "f", "0"}


def system_dangers(command: Command) -> Iterator[tuple[str, Word]]:
    """The like for `rm -rf /` and its kind."""
    text = " ".join([command.program, *(word.text for word in command.words[1:])])
    for form, what in _TABLE["others"]:
        if form[:2] == text[:2] and (match := re.fullmatch(form, text)):  # each begins with the name of its program
            yield match.expand(what), command.words[0]


# ---- Objects that commands create, so that references in other snippets can be resolved.


def created(call: Invocation, span: Callable[[int, int], Span]) -> Iterator[Defined]:
    """What `kubectl create configmap|secret` creates; nothing for any other command."""
    path = call.node.path
    if path[:2] not in {("create", "configmap"), ("create", "secret")} or len(call.arguments) != 1 or call.bad:
        return
    word = call.arguments[0]
    kind = "ConfigMap" if path[1] == "configmap" else "Secret"
    if not word.dynamic:
        yield Defined(kind, word.text, _keys(call), span(word.start, word.end))


def _keys(call: Invocation) -> frozenset[str] | None:
    """Those that a kind of secret always has, or of --from-literal and --from-file, as kubectl makes them."""
    keys = set(_TABLE["keys"].get(call.node.path[-1], ()))
    for use in call.uses("from-literal"):
        key, equals, _ = (use.value or "").partition("=")
        if not equals or "$" in key or "<" in key:
            return None
        keys.add(key)
    for use in call.uses("from-file"):
        key, equals, _ = (use.value or "").partition("=")
        name = key if equals else key.rpartition("/")[2]
        if not equals and "." not in name:
            return None  # a folder: every file in it becomes a key
        keys.add(name)
    return None if call.uses("from-env-file") else frozenset(keys)


# ---- YAML in here-documents: each a block of its own, its places those of the notes.

_YAML_FILE = lazy(r"\.ya?ml$", re.IGNORECASE)
_PUT_IN = lazy(r"^[ \t]*\$(?:\w+|\{\w+\})$", re.MULTILINE)  # a whole line that a variable holds
_MANIFEST = lazy(r"^(?:apiVersion|kind)[ \t]*:", re.MULTILINE)


def embedded(script: Script, fence: Fence) -> Iterator[Fence]:
    """The YAML in the here-documents of a script."""
    for command, follower in zip_longest(script.commands, script.commands[1:]):
        for heredoc in command.heredocs:
            if _is_yaml(heredoc, command, follower) and not _PUT_IN.search(heredoc.text):
                yield _part(fence, script, heredoc)


def _is_yaml(heredoc: Heredoc, command: Command, follower: Command | None) -> bool:
    files = [item.target.text for item in command.redirects if item.target is not None]
    files += [word.text for word in command.words if command.program == "tee"]
    readers = [command, *([follower] if follower is not None and follower.piped else [])]
    applied = (word.text for one in readers if one.program in {"kubectl", "k"} for word in one.words)
    is_applied = not {"-", "-f-"}.isdisjoint(applied)
    return is_applied or any(map(_YAML_FILE.search, files)) or bool(_MANIFEST.search(heredoc.text))


def _part(fence: Fence, script: Script, heredoc: Heredoc) -> Fence:
    """The here-document as a fence of its own, its places those of the notes."""
    first = script.lines.place(heredoc.start)[0]
    count = heredoc.text.count("\n") + (not heredoc.text.endswith("\n") and bool(heredoc.text))
    origins = fence.origins[first - 1 : first - 1 + count]
    span = Span(fence.position(first, 1), fence.position(first + max(count - 1, 0), 1))
    return fence._replace(info="yaml", text=heredoc.text, origins=origins, span=span)
