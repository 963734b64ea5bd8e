"""What commands do: the objects that they create, and what they destroy and cannot take back, in a sentence for the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...diagnostics.diagnostic import Span
from ...lib.light import lazy
from ..yaml.yaml_fault import Defined
from .grammar.invocation import Invocation
from .grammar.resources import named
from .reader.words import Command, Word

# Sub-command of kubectl, the flag that makes it dangerous ("" for none), what it does.
_DOES = (
    ("drain", "", "moves every pod off the node and lets no new one start there"),
    ("replace", "force", "deletes the object and creates it again: its pods and their data are gone in between"),
    ("apply", "prune", "deletes objects that the given files no longer name"),
    ("delete", "force", "removes the object at once, without waiting until its containers have stopped"),
)
_HOLDERS = {
    "namespaces": "deletes the namespace with everything in it",
    "customresourcedefinitions": "deletes the type and every object of it in the cluster",
}
# Commands of other programs, each a pattern of its words with one space between them.
_OTHERS = (
    (
        lazy(
            r"rm (?=(?:.* )?-(?:\w*[rR]|-recursive)).*?(?<= )"
            r"(/|/\*|~/?|\$HOME/?|/(?:etc|usr|var|home|boot|bin|lib|opt|root|srv)/?\*?|\*|\.\*?)(?: .*)?"
        ),
        r"deletes \1 with everything below it",
    ),
    (lazy(r"dd (?:.* )?of=/dev/.*"), "overwrites a whole disk"),
    (lazy(r"mkfs.*"), "formats a disk: everything on it is gone"),
    (lazy(r"minikube delete(?: .*)?"), "deletes the local cluster with everything in it"),
    (
        lazy(r"docker system prune(?!.* --volumes)(?: .*)?"),
        "deletes every stopped container, and networks and images that no container uses",
    ),
    (
        lazy(r"docker system prune .*--volumes(?: .*)?"),
        "deletes every stopped container, and networks, images and volumes that no container uses",
    ),
)
# Objects that containers belong to.
_RUNS = lazy(r"pods|deployments|.*sets|.*jobs|replicationcontrollers")


def dangers(call: Invocation) -> Iterator[tuple[str, Word]]:
    """What a kubectl command destroys, and the word that makes it do so."""
    if call.help or call.value("dry-run") in ("client", "server"):
        return
    if call.node.path == ("delete",):
        yield from _delete(call)
    found = list(map(named, _kinds(call)))
    alone = bool(found) and all(each and not _RUNS.fullmatch(each.plural) for each in found)  # no container has to stop
    for command, flag, what in _DOES:
        if call.node.path == (command,) and (not flag or (_on(call, flag) and not alone)):
            yield what, call.uses(flag)[0].word if flag else call.path_words[-1]


def _kinds(call: Invocation) -> list[str]:
    return call.arguments[0].text.partition("/")[0].lower().split(",") if call.arguments else []


def _delete(call: Invocation) -> Iterator[tuple[str, Word]]:
    kinds = _kinds(call)
    found = list(map(named, kinds))
    held = [_HOLDERS[each.plural] for each in found if each is not None and each.plural in _HOLDERS]
    first = call.path_words[-1]
    everywhere = _on(call, "all-namespaces")
    if _on(call, "all") and kinds:
        typed = f"object of the type {' or '.join(kinds)}"
        what = "pod, service, deployment, job and other workload" if "all" in kinds else typed
        whole = "the cluster" if all(each and not each.namespaced for each in found) else "the namespace"
        yield f"deletes every {what} in {'all namespaces' if everywhere else whole}", first
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
    for pattern, what in _OTHERS:
        if match := pattern.fullmatch(text):
            yield match.expand(what), command.words[0]


# ---- Objects that commands create, so that references in other snippets can be resolved.

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
        name = key if equals else key.rpartition("/")[2]
        if not equals and "." not in name:
            return None  # a folder: every file in it becomes a key
        keys.add(name)
    return None if call.uses("from-env-file") else frozenset(keys)
