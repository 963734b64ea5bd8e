"""What works instead: candidates for a refused command, the first one that the grammar accepts wins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ...diagnostics.codes import Severity
from ...lib.nearest import near
from ...lib.patterns import lazy
from .findings import Finding
from .grammar.invocation import Invocation, parse
from .grammar.program import Grammar
from .grammar.resources import is_type, named
from .lint import lint
from .reader import shell_parser as shell
from .reader.words import Command

Edit = tuple[int, int, str]  # start, end, new text
REFUSED = frozenset({"S_COMMAND", "S_FLAG", "S_REMOVED", "S_VALUE", "S_TYPE", "S_REQUIRED", "S_ARGUMENTS"})
_ADVISED = frozenset({"S_EXPANDED", "S_BARE", "S_DRY_RUN"})
# The safest sub-command of a group, and how objects are created that have no plain `create TYPE`.
_HARMLESS = {"rollout": "status", "config": "view", "auth": "can-i", "top": "pod", "set": "image"}
_CREATE = {
    "services": "create service clusterip my-service --tcp=80:80",
    "deployments": "create deployment my-deployment --image=nginx",
    "pods": "run my-pod --image=nginx",
    "secrets": "create secret generic my-secret --from-literal=key=value",
    "configmaps": "create configmap my-config --from-literal=key=value",
    "jobs": "create job my-job --image=busybox",
    "cronjobs": "create cronjob my-cronjob --image=busybox --schedule='*/5 * * * *'",
    "namespaces": "create namespace my-namespace",
    "ingresses": "create ingress my-ingress --rule=example.com/=my-service:80",
    "serviceaccounts": "create serviceaccount my-account",
    "roles": "create role my-role --verb=get --resource=pods",
}
_PREFERRED: dict[tuple[str, ...], tuple[str, ...]] = {  # groups whose objects are mostly of one sort
    ("create", "secret"): ("generic", "docker-registry", "tls"),
    ("create", "service"): ("clusterip", "nodeport", "loadbalancer", "externalname"),
}
_SAMPLES = {  # arguments that make a command whole, where a name alone does not
    "annotate": ("pod my-pod key=value",),
    "auth can-i": ("get pods",),
    "certificate approve": ("my-request",),
    "certificate deny": ("my-request",),
    "completion": ("bash",),
    "config set": ("contexts.my-context.namespace default",),
    "config set-context": ("my-context",),
    "config use-context": ("my-context",),
    "config unset": ("contexts.my-context.namespace",),
    "config rename-context": ("old-name new-name",),
    "cordon": ("my-node",),
    "cp": ("./file my-pod:/tmp/file",),
    "drain": ("my-node",),
    "exec": ("my-pod -- sh",),
    "get": ("pods",),
    "label": ("pod my-pod key=value",),
    "logs": ("my-pod",),
    "port-forward": ("my-pod 8080:80",),
    "set env": ("deployment/my-deployment KEY=value",),
    "set image": ("deployment/my-deployment nginx=nginx:1.27",),
    "taint": ("nodes my-node key=value:NoSchedule",),
    "uncordon": ("my-node",),
}
# What the words before a bare command ask for: a phrase -> the command.
_ASKED = (
    (
        lazy(r"\bswitch\b|\bchange\b.*\b(?:context|cluster|node)\b", re.IGNORECASE),
        "config use-context my-context",
    ),
    (lazy(r"\bversion\b", re.IGNORECASE), "version --client"),
    (lazy(r"\bcontexts\b", re.IGNORECASE), "config get-contexts"),
    (lazy(r"\bnodes\b", re.IGNORECASE), "get nodes"),
    (lazy(r"\bpods\b", re.IGNORECASE), "get pods"),
)


def correction(text: str, command: Command, finding: Finding, grammar: Grammar, lead: str = "") -> str | None:
    """The whole command as it works, None when nothing plain is known.

    Args:
        text: The snippet that the command stands in.
        command: The command.
        finding: What is wrong with it.
        grammar: The grammar that refused it; every suggestion passes it.
        lead: The words before the snippet, which say what it is for.
    """
    if finding.code not in REFUSED | _ADVISED or (finding.severity is Severity.WARNING and not finding.replacement):
        return None
    call = parse(command, grammar)
    for edits in _candidates(call, finding, grammar, lead):
        fixed = _applied(text, command, edits)
        if _passes(fixed, grammar, finding):
            return fixed
    return None


def _applied(text: str, command: Command, edits: list[Edit]) -> str:
    stop = max([command.words[-1].end, *(edit[1] for edit in edits if edit[1] <= command.end), command.end])
    start = command.words[0].start
    source = text[start:stop]
    for first, last, new in sorted(edits, reverse=True):
        source = source[: first - start] + new + source[last - start :]
    return re.sub(r"[ \t]*\\[ \t]*\r?\n[ \t]*(?:>[ \t])?", " ", source).strip()


def _passes(fixed: str, grammar: Grammar, finding: Finding) -> bool:
    commands = shell.read(fixed).commands
    if not commands or len([command for command in commands if command.depth == 0]) != 1:
        return False
    found = {item.code for item in lint(parse(commands[0], grammar), grammar)}
    return not found & REFUSED and "S_BARE" not in found and finding.code not in found


def _candidates(call: Invocation, finding: Finding, grammar: Grammar, lead: str) -> Iterator[list[Edit]]:
    first: list[Edit] = []
    if finding.replacement is not None:
        first = [(finding.start, finding.end, finding.replacement)]
        yield first
    if finding.code == "S_VALUE":
        yield from _two_dashes(call, finding)
    for make in _MAKERS.get(finding.code, ()):
        yield from make(call, finding, grammar)
    if finding.code == "S_BARE":
        yield from _asked(call, lead)
    # Two faults at once: a better value, and then what else is wrong.
    if first and finding.code in REFUSED:
        for code in ("S_ARGUMENTS", "S_REQUIRED"):
            for make in _MAKERS[code]:
                for more in make(call, finding, grammar):
                    yield [*first, *more]


def _two_dashes(call: Invocation, finding: Finding) -> Iterator[list[Edit]]:
    """`-output yaml` is read as `-o utput`."""
    for word in call.command.words:
        name = word.text[1:].partition("=")[0]
        if word.start == finding.start and not word.text.startswith("--") and len(name) > 2 and call.node.flag(name):
            yield [(word.start, word.start, "-")]


def _guessed_type(name: str) -> str:
    """The type that an object's name gives away: `nginx-pod` is a pod."""
    words = re.split(r"[^a-z]+", name.lower())
    for word in reversed(words):
        found = named(word) if len(word) > 1 else None
        if found is not None:
            return found.kind.lower()
    return "pod"


def _with_type(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    del finding, grammar
    if not call.arguments:
        yield from _appended(call, " pods")
        yield from _appended(call, " pod my-pod")
        return
    word = call.arguments[0]
    head, slash, tail = word.text.partition("/")
    if slash:
        kind = _guessed_type(head)
        yield [(word.start, word.end, f"{kind}/{tail}")]
    else:
        for kind in dict.fromkeys((_guessed_type(word.text), "deployment", "node")):
            yield [(word.start, word.start, f"{kind} ")]
            yield [(word.start, word.end, f"{kind}/{word.text}")]


def _appended(call: Invocation, text: str) -> Iterator[list[Edit]]:
    """After the sub-command, where arguments may always stand."""
    place = call.path_words[-1].end
    yield [(place, place, text)]


def _base_name(call: Invocation) -> str:
    image = call.value("image") or ""
    name = image.rpartition("/")[2].partition(":")[0].partition("@")[0].lower()
    return name if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) else f"my-{call.node.path[-1]}"


def _with_name(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    del finding, grammar
    if not call.node.path:
        return
    command = " ".join(call.node.path)
    if not call.arguments:
        for sample in _SAMPLES.get(command, ()):
            yield from _appended(call, f" {sample}")
        if "filename" in call.node.flag_names and not call.node.wants_type:
            yield from _appended(call, " -f my-file.yaml")
        yield from _appended(call, f" {_base_name(call)}")
        yield from _appended(call, " pod/my-pod")
        yield from _appended(call, " deployment/my-deployment")
        yield from _appended(call, " pod my-pod")
        return
    last = call.arguments[-1]
    kind = named(call.arguments[0].text)
    name = f"my-{kind.kind.lower()}" if kind else "my-pod"
    if kind and len(call.arguments) > 1 and "=" in call.arguments[1].text:
        place = call.arguments[0].end
        yield [(place, place, f" {name}")]
    if command == "taint" and "=" in last.text:
        yield [(last.start, last.end, f"{last.text.partition(':')[0]}:NoSchedule")]
    if command in {"apply", "create", "delete", "diff", "replace"} and last.text.endswith((".yaml", ".yml", ".json")):
        yield [(last.start, last.start, "-f ")]
    tails = {
        "exec": (" -- sh",),
        "port-forward": (" 8080:80",),
        "set image": (" nginx=nginx:1.27",),
        "cp": (" my-pod:/tmp/file",),
    }
    for extra in (
        *tails.get(command, ()),
        f" {name}",
        " key=value",
        f" {name} key=value",
        " 8080:80",
        " key=value:NoSchedule",
        f" {name}:/tmp",
    ):
        yield [(last.end, last.end, extra)]


def _without_surplus(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    del finding, grammar
    words = call.arguments
    if len(words) > 1 and is_type(words[0].text) and any("/" in word.text for word in words[1:]):
        yield [(words[0].start, words[1].start, "")]  # `get pods pod/x`
    if len(words) > 1 and "/" in words[0].text and is_type(words[0].text.partition("/")[0]):
        kind = words[0].text.partition("/")[0]
        yield [
            (word.start, word.start, f"{kind}/") for word in words[1:] if "/" not in word.text and "=" not in word.text
        ]
    if call.node.path == ("exec",) and len(words) > 1 and call.rest is None:
        yield [(words[1].start, words[1].start, "-- ")]
    if len(words) > 1:
        yield [(words[-2].end, words[-1].end, "")]
        yield [(words[0].end, words[-1].end, "")]
    if "all-namespaces" in call.names:
        for use in call.uses("all-namespaces"):
            yield [(use.word.start, use.word.end, "--namespace=default")]


def _with_required(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    del finding, grammar
    samples = [item.sample for item in call.node.required if not call.names.intersection(item.names)]
    if not samples:
        return
    words = call.arguments or call.path_words
    flags = "".join(f" '{sample}'" if " " in sample or "{" in sample else f" {sample}" for sample in samples)
    place = words[-1].end
    yield [(place, place, flags)]
    if not call.arguments:
        yield [(place, place, f" my-{call.node.path[-1]}{flags}")]
        yield [(place, place, f" deployment/my-deployment{flags}")]


def _with_subcommand(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    word = call.arguments[0] if call.arguments else None
    if word is None:
        return
    kind = named(word.text.partition("/")[0])
    if call.node.path:
        names = [_HARMLESS.get(call.node.path[-1], ""), *call.node.children]
        for name in filter(None, names):
            yield [(word.start, word.start, f"{name} ")]
    elif kind is not None:
        yield [(word.start, word.start, "get ")]  # `kubectl pods`
    if not call.node.path and "/" in word.text and kind is not None:
        yield [(word.start, word.start, "describe ")]
    del finding, grammar


def _without_flag(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    """`get TYPE --dry-run=client -o yaml` wants `create TYPE`; another command may be the one that has the flag."""
    bad = call.bad
    if bad is None:
        return
    start = call.path_words[1].start if len(call.path_words) > 1 else None
    if bad.name == "dry-run" and call.node.path == ("get",) and start is not None and len(call.arguments) == 1:
        kind = named(call.arguments[0].text)
        recipe = _CREATE.get(kind.plural) if kind else None
        if recipe:
            yield [(start, call.arguments[0].end, recipe)]
    if call.node.children and call.arguments:
        word = call.arguments[0]
        meant = near(word.text, call.node.child_names, 0.6)
        if meant:
            yield [(word.start, word.end, meant)]
        for name in _PREFERRED.get(call.node.path, ()):
            yield [(word.start, word.start, f"{name} ")]
    elif bad.reason == "unknown":
        for name in _PREFERRED.get(call.node.path, ()):
            yield [(call.path_words[-1].end, call.path_words[-1].end, f" {name} my-{call.node.path[-1]}")]
    holder = next((node for node in grammar.walk() if bad.name in node.own), None)
    if holder is not None and start is not None and finding.code == "S_FLAG":
        yield [(start, call.path_words[-1].end, " ".join(holder.path))]


def _quoted_for_the_container(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    """`-- echo $X` becomes `-- sh -c 'echo $X'`."""
    del finding, grammar
    if not call.rest:
        return
    words = call.rest
    if words[0].text in {"sh", "bash", "ash", "/bin/sh", "/bin/bash", "zsh"}:
        return
    inner = " ".join(_plain(word.text) for word in words)
    if "'" not in inner:
        yield [(words[0].start, words[-1].end, f"sh -c '{inner}'")]


def _plain(text: str) -> str:
    return f'"{text}"' if re.search(r"\s", text) else text


def _asked(call: Invocation, lead: str) -> Iterator[list[Edit]]:
    place = call.path_words[-1].end
    if not call.node.path:
        for pattern, words in _ASKED:
            if pattern.search(lead):
                yield [(place, place, f" {words}")]
        yield [(place, place, " help")]
    elif call.node.path[-1] in _HARMLESS:
        yield [
            (
                place,
                place,
                f" {_HARMLESS[call.node.path[-1]]} pod"
                if call.node.path[-1] == "auth"
                else f" {_HARMLESS[call.node.path[-1]]}",
            )
        ]


_Maker = Callable[[Invocation, Finding, Grammar], Iterator[list[Edit]]]
_MAKERS: dict[str, tuple[_Maker, ...]] = {
    "S_TYPE": (_with_type,),
    "S_ARGUMENTS": (_without_surplus, _with_name, _with_type),
    "S_REQUIRED": (_with_required,),
    "S_COMMAND": (_with_subcommand,),
    "S_FLAG": (_without_flag,),
    "S_REMOVED": (_without_flag,),
    "S_VALUE": (),
    "S_EXPANDED": (_quoted_for_the_container,),
}
