"""Check one command against its program's grammar.

Each finding says what the program itself would say, where, and what was most likely meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ...diagnostics.diagnostic import Severity
from ...lib.light import lazy
from ...lib.nearest import nearest_value
from . import effects
from .grammar import arguments
from .grammar import flag_values as values
from .grammar.flag_rules import conflicts
from .grammar.invocation import BadFlag, Invocation
from .grammar.program import Grammar, Node
from .grammar.resources import (
    GONE,
    Known,
    full_names,
    is_file,
    is_type,
    looks_like_name,
    may_be_custom,
    named,
    of_no_group,
)
from .grammar.vocabulary import instead, words
from .reader.words import Command, Finding, Word

_ASSERTS = lazy(r"[^\w.$…-]+|.*[^.][:,;!?.]|v?\d+(?:\.\d+)+")  # `k = 3`, `kubectl: not found`, `kubectl 1.30`
_DRAWN = lazy(r"[\u2190-\u21ff\u2500-\u257f\u25b6\u25ba]")  # arrows and lines of a drawing
_PLUGIN = lazy(r"\d*[A-Za-z][\w.-]*")
_FILL_IN = lazy(r"[A-Z][A-Z0-9_-]*|[\[({<].*|.*\*")  # SUBCOMMAND, [command], `set*`

_BETWEEN = frozenset(["/", "$", "or", "OR", "and", "AND"])  # two commands on one line
_VERBS = ("get", "describe", "delete")  # `kubectl get-pods`
_GROUPS = ("rollout", "set", "config", "cluster-info")  # `kubectl history deploy/web`
NOTHING_KNOWN = Known()


def lint(call: Invocation, grammar: Grammar, known: Known = NOTHING_KNOWN) -> Iterator[Finding]:
    """Every finding about a call, taken apart with `grammar`; the first error ends it, as it ends the program."""
    if call.help or call.opaque or is_prose(call) or any(word.text == "help" for word in call.arguments[:1]):
        return
    if may_be_plugin(call):  # the flags are its own
        return
    if call.bad:  # perhaps because the command is unknown
        yield next(_unknown_command(call), None) or _bad_flag(call, call.bad, grammar)
        return
    blocking = list(_blocking(call, known))
    yield from blocking[:1]
    if not blocking:
        yield from _remarks(call, known)
    if grammar.program == "kubectl":
        yield from (Finding.at("S_DANGER", what, word) for what, word in effects.dangers(call))


def may_be_plugin(call: Invocation) -> bool:
    """Whether the sub-command may be a plugin's: any word may be, unless it is a slip for another one."""
    if call.node.path or not call.arguments or call.program not in {"kubectl", "helm"}:
        return False
    text = call.arguments[0].text
    return _PLUGIN.fullmatch(text) is not None and not _meant_command(text, call)


def is_prose(call: Invocation) -> bool:
    """Whether a line that begins with the program's name is a sentence, an assignment or output, no command."""
    after = [word for word in call.command.words[1:] if not word.quoted]
    arrows = {redirect.start for redirect in call.command.redirects if redirect.operator == ">"}
    return (
        any(not word.text.replace("-", "").isalpha() and _ASSERTS.fullmatch(word.text) for word in after[:1])
        or any(word.start - call.path_words[0].end > 2 for word in after[:1] if not call.node.path)  # a table
        or any(word.text in {":", "=", "+"} for word in after[1:2])
        or any(not word.text.isascii() and _DRAWN.search(word.text) for word in after)
        or any(word.end in arrows and not word.text.strip("-=") for word in after)
        or any(one.text in _BETWEEN and other.text == call.program for one, other in pairwise(after))
        or any(word.text in words("english") for word in after[: len(after) - len(call.rest or ())])
        or (call.rest is None and call.node.path != ("exec",) and any(map(_is_remark, after, after[1:])))
    )


def _is_remark(sign: Word, word: Word) -> bool:
    """`kubectl get all - Lista todos`: what follows the dash is said of the command."""
    return (
        sign.text == "//"
        or (sign.text == "-" and word.text[:1].isalpha())
        or (sign.text == "--" and not word.text.isascii())
    )


def not_a_command(call: Invocation, after: str, parent: Node) -> str:
    """Why a line that begins with the program's name is no command, "" when it is one; `after` is the text behind it."""
    if is_prose(call):
        return "a sentence or output, no command"
    first = call.arguments[0].text if call.node.children and call.arguments else ""
    several = "/" in first and call.node.below.keys() >= set(first.split("/"))  # `cordon/uncordon`
    piped = _PIPED.match(after)
    # `pod | node`
    types = piped is not None and all(map(is_type, (piped[1], *(word.text for word in call.arguments[-1:]))))
    for name in call.node.path[:-1]:
        parent = parent.below[name]
    types |= piped is not None and not call.arguments and piped[1] in parent.below  # `get|describe`
    if types or several or _FILLED.fullmatch(first) or is_synopsis(call.command) or _GROUPED.match(after):
        return "a synopsis"
    if len(call.command.words) != len(call.path_words):
        return ""
    listed = after.strip() and (_EXPLAINED if call.node.path else _LISTED).match(after)
    return "named, not called" if listed or "/" in call.path_words[0].text else ""


def is_synopsis(command: Command) -> bool:
    """Whether parts of it may be left out: `[flags]`, `node[|pod]`."""
    texts = [word.text for word in command.words[1:] if not word.quoted]
    return any((text[:1] == "[" and _OPTIONAL.match(text)) or text[1:].endswith("[") for text in texts)


_OPTIONAL = lazy(
    r"\[(?:-|,|[A-Z(]|<|[^\x00-\x7f]|[^\]]+$|(?:flags|options|args|arguments|command|subcommand|name|type)\b)"
)
_FILLED = lazy(r"(?:SUB)?COMMAND|[A-Z]{2,}|[a-z-]+,|[^\x00-\x7f].*")  # `config get-contexts, ~/.kube/config`
_PIPED = lazy(r"[ \t]*\|[ \t]*([\w-]+)")
_GROUPED = lazy(r" *\(")
# `kubectl get   # lists objects`, or what follows in a drawing
_EXPLAINED = lazy(r"[ \t]+#|[ \t]*\n[ \t]*[|│┃↓▼⬇v][ \t]*\n")
# `minikube | kind | k3d`, or with its commands or what it is on the lines below
_LISTED = lazy(r"[ \t]*[|#]|[ \t]*\n(?:[ \t]+\S|[\w ]+: )")


def unknown(call: Invocation, known: Known = NOTHING_KNOWN) -> str:
    """Why the program alone cannot judge the command, "" when it can: a plugin's, or only a custom type fits."""
    text = call.arguments[0].text if call.arguments else ""
    if may_be_plugin(call):
        return f"{text} is no command of {call.program} itself: it may be a plugin"
    head = text.partition("." if call.node.path == ("explain",) else "/")[0]
    custom = bool(text) and call.node.wants_type and not call.arguments[0].dynamic and may_be_custom(head)
    is_own = is_type(head, known.types) or head in {*known.names, *call.node.path[:1]} or head.isupper()
    return f"{text} is no resource type of Kubernetes itself: it may be a custom one" if custom and not is_own else ""


def _blocking(call: Invocation, known: Known) -> Iterator[Finding]:
    """What makes the program refuse the command, in the order in which it looks."""
    yield from _unknown_command(call)
    yield from _no_subcommand(call)
    for use, message, better in values.problems(call):
        word = use.value_word or use.word
        yield from _lacks_dash(call, use.word)
        replacement = None
        if better and use.value is not None:
            raw = use.value.partition("=")
            replacement = word.text.replace(raw[0] if use.flag.name == "output" else use.value, better, 1)
        yield Finding.at("S_VALUE", message, word, replacement=replacement)
    yield from _spaced_value(call)
    yield from _missing_type(call, known)
    yield from _granted_types(call, known)
    for required in call.node.required:
        needless = {"list", "raw", *required}  # the first two make the required ones pointless
        elided = any((use.value or "").endswith(("...", "…")) for use in call.flags)  # `--docker-server=...`, and so on
        if not call.names & needless and not elided and not arguments.is_open(call):
            listed = " or ".join(f"`--{name}`" for name in required)
            yield Finding.at("S_REQUIRED", f"`{call.title}` needs {listed}", call.path_words[-1])
    if call.program == "kubectl" and not arguments.is_open(call):
        yield from (Finding.at("S_VALUE", message, word) for message, word in conflicts(call))
    filled_in = call.node.path == ("taint",) and any(word.dynamic for word in call.arguments[2:])  # `<key>-`
    if not filled_in and (refused := arguments.refusal(call, known.types)):
        message, about = refused
        code = "S_TYPE" if message.endswith("is not a resource type") else "S_ARGUMENTS"
        yield Finding.at(code, f"`{call.title}`: {message}", about or call.path_words[-1])


def _no_subcommand(call: Invocation) -> Iterator[Finding]:
    """A group alone, which most programs refuse; others print their help."""
    node = call.node
    if node.path and node.is_group and not (call.arguments or call.names or call.command.grows) and node.children:
        listed, refused = ", ".join(sorted(node.children)), node.answer("", "")
        needs = "needs a sub-command: one of" if refused else "alone prints its help; it needs one of"
        yield Finding.at("S_COMMAND" if refused else "S_BARE", f"`{call.title}` {needs} {listed}", call.path_words[-1])


def _meant_command(text: str, call: Invocation) -> str:
    """The sub-command that a word at its place stands for, several with `|` between them, "" when none is plain."""
    node = call.node
    if not node.path and text in words("plugins") and text not in full_names():
        return ""
    other = "" if node.path else instead("meant", text)
    if re.split("[ |]", other)[0] in node.below:
        return other
    if not node.path and call.program == "kubectl":
        verb = next((verb for verb in _VERBS if text.startswith(verb) and is_type(text[len(verb) :].lstrip("-"))), "")
        if verb or is_type(text):
            return f"{verb} {text[len(verb) :].lstrip('-')}" if verb else "|".join(_VERBS)
        head, _, tail = text.partition("-")
        under = node.below.get(head)
        if under is not None and (tail in under.below or tail in under.short):
            return f"{head} {'-' * (tail in under.short)}{tail}"  # `rollout-restart`, `apply-f`
        groups = [group for group in _GROUPS if text in node.children.get(group, {}).get("commands", {})]
        if len(groups) == 1:
            return f"{groups[0]} {text}"
    begun = [name for name in node.below if len(text) > 2 and name.startswith(text)]
    close = nearest_value(text, node.below) or ""
    return begun[0] if len(begun) == 1 else close if node.path or close[:1] == text[:1] else ""


def _unknown_command(call: Invocation) -> Iterator[Finding]:
    node = call.node
    if not node.children or not call.arguments or call.arguments[0].dynamic:
        return
    word = call.arguments[0]
    if (node.path and not node.is_group) or _FILL_IN.fullmatch(word.text):
        return
    swallowed = next((use for use in call.flags if not use.attached and use.value and use.value in node.below), None)
    if swallowed and not node.path:
        message = f"`--{swallowed.flag.name}` takes `{swallowed.value}` for its value: its own is missing"
        yield Finding.at("S_VALUE", message, swallowed.word)
        return
    meant = _meant_command(word.text, call)
    both = "-".join(one.text for one in call.arguments[:2])
    if both in node.below:  # `config current context`
        message = f"`{call.title}` has no {'sub-' * bool(node.path)}command `{word.text}`"
        yield Finding("S_COMMAND", message, word.start, call.arguments[1].end, both)
        return
    possible = meant.split("|") if "|" in meant else sorted(node.children) if node.path and not meant else []
    hint = f"; {'it needs one of' if node.path else 'there are'} {', '.join(possible)}" if possible else ""
    # Some groups print their help instead of refusing.
    refused = not node.path or bool(node.answer("", "U") or node.raw.get("group"))
    if refused or meant:
        message = f"`{call.title}` has no {'sub-' * bool(node.path)}command `{word.text}`{hint}"
        told = {"severity": None if refused else Severity.INFO}
        yield Finding.at("S_COMMAND", message, word, None if possible else meant or None, **told)


def _bad_flag(call: Invocation, bad: BadFlag, grammar: Grammar) -> Finding:
    word = bad.word
    if bad.reason == "value":
        return Finding.at("S_VALUE", f"`--{bad.name}` needs a value", word)
    if bad.reason != "short":
        return _unknown_flag(call, bad, grammar)
    whole = word.text[1:].partition("=")[0]
    meant = nearest_value(whole, call.node.flag_names) if len(whole) > 2 else ""
    fixed = word.text.replace(f"-{whole}", f"--{meant}", 1) if meant else None
    other = Finding.at("S_FLAG", f"`{call.title}` has no flag `-{bad.name}`", word, replacement=fixed)
    return next(_lacks_dash(call, word), other)


def _lacks_dash(call: Invocation, word: Word) -> Iterator[Finding]:
    """A long flag with one dash: `-output`, which is read as `-o utput`."""
    name = word.text[1:].partition("=")[0]
    if not word.text.startswith("--") and len(name) > 1 and call.node.flag(name) is not None:
        yield Finding.at("S_FLAG", f"`{word.text}` needs two dashes", word, replacement=f"-{word.text}")


def _unknown_flag(call: Invocation, bad: BadFlag, grammar: Grammar) -> Finding:
    """`--name` that the command does not have: removed, mistyped, or another command's."""
    word = bad.word
    code, message = "S_FLAG", f"`{call.title}` has no flag `--{bad.name}`"
    removed = {**grammar.root.removed, **call.node.removed}
    if bad.name in removed:
        after = f" after {grammar.program} {removed[bad.name]}" if removed[bad.name] else " long ago"
        code, message = "S_REMOVED", f"{message} any more: it was removed{after}"
        meant = instead("replaced flags", bad.name)
    else:
        meant = instead("meant flags", bad.name)
        meant = (meant if call.node.flag(meant) else nearest_value(bad.name, call.node.flag_names)) or ""
    if call.node.flag(meant):
        message += f"; `--{meant}` took its place" if code == "S_REMOVED" else ""
        return Finding.at(code, message, word, replacement=word.text.replace(bad.name, meant, 1))
    holders = [node for node in grammar.walk() if bad.name in node.own and node.path] if code == "S_FLAG" else []
    listed = ", ".join(" ".join((grammar.program, *node.path)) for node in holders)
    return Finding.at(code, message + (f"; it belongs to {listed}" if 0 < len(holders) <= 3 else ""), word)


def _spaced_value(call: Invocation) -> Iterator[Finding]:
    """`--dry-run client`: the flag stands alone and its value becomes an argument."""
    for use in call.flags:
        flag, end = use.flag, use.word.end
        following = next((word for word in call.arguments if end < word.start <= end + 3), None)
        alone = use.value is None and not flag.takes_next and use.word.text == f"--{flag.name}"
        expected = flag.values if flag.type != "bool" else ("true", "false")
        if alone and following is not None and following.text in expected:
            joined = f"--{flag.name}={following.text}"
            message = f"`{following.text}` is an argument here, not the value of `--{flag.name}`: write `{joined}`"
            severity = Severity.WARNING if call.node.wants_type else None  # it may pass for one more name
            yield Finding("S_VALUE", message, use.word.start, following.end, joined, severity)


def _missing_type(call: Invocation, known: Known) -> Iterator[Finding]:
    """The first argument should be a resource type and is none."""
    if not call.node.wants_type or not call.arguments or call.names & {"filename", "kustomize", "raw"}:
        return
    word = call.arguments[0]
    head, slash, _ = word.text.partition("/")
    is_field = call.node.path == ("explain",) and "." in head  # or TYPE.GROUP of a custom one
    head = head.partition(".")[0] if is_field else head
    settled = word.dynamic or is_type(head, known.types) or arguments.SHOUTED.fullmatch(head)
    if settled or word.text.startswith(("/", ".")) or call.command.grows:
        return
    meant = _mistyped(head, known)
    if head in GONE:
        message = f"`{head}` is not a resource type any more: Kubernetes {GONE[head]} dropped it"
        yield Finding.at("S_TYPE", message, word)
    elif meant is not None:
        yield _no_type(head, meant, word)
    elif not is_field and (
        (looks_like_name(head) and (len(call.arguments) < 2 or is_file(head)))
        or head in known.names
        or head == call.node.path[0]
        or call.node.path[:1] == ("rollout",)
    ):
        alone = not slash and len(call.arguments) == 1 and not is_file(head)
        hint = ": the type comes first" if alone else ""
        yield Finding.at("S_TYPE", f"`{head}` is not a resource type{hint}", word)


def _granted_types(call: Invocation, known: Known) -> Iterator[Finding]:
    """`create role --resource=`: types, each perhaps with a sub-resource."""
    if call.node.path[:1] != ("create",) or call.node.path[-1] not in {"role", "clusterrole"}:
        return
    for use in call.uses("resource"):
        for part in (use.value or "").split(",") if use.known else ():
            head = part.partition("/")[0]
            meant = None if is_type(head, known.types) else _mistyped(head, known)
            if meant is not None:
                yield _no_type(head, meant, use.value_word or use.word)


def _no_type(head: str, meant: str, word: Word) -> Finding:
    fixed = word.text.replace(head, meant, 1) if meant else None
    return Finding.at("S_TYPE", f"`{head}` is not a resource type", word, replacement=fixed)


def _mistyped(text: str, known: Known) -> str | None:
    """The types that are meant by what no cluster can have, "" where nobody knows; None where a custom type is as likely."""
    wrong = of_no_group(text)
    if wrong is not None:
        return wrong
    plain = [name for name in (*full_names(), *known.types) if len(name) > 2]
    parts = text.lower().split(",")
    better = [part if is_type(part, known.types) else _type_for(part, plain) for part in parts]
    return ",".join(better) if all(better) else None


def _type_for(text: str, plain: Sequence[str]) -> str:
    if text in words("custom") or "." in text:
        return ""
    resource = named(text[:-1]) if text.endswith("s") else None
    if resource is not None and (len(text) > 3 or text in {"pvs", "sas", "cms"}):
        return resource.plural  # `svcs`: a short name has no plural
    found = nearest_value(text, plain, 1 if len(text) < 9 else 2) or ""
    # Nobody mistypes the first letter (`kservice` is Knative's) or adds two others (`cronvcjob` is Volcano's).
    return found if found[:1] == text[:1] and abs(len(found) - len(text)) < 2 else ""


# ---- What works, and yet deserves a word: deprecated things, bare commands, variables that the wrong shell expands.

SHELLS = frozenset({"sh", "bash", "ash", "/bin/sh", "/bin/bash", "zsh"})


def _remarks(call: Invocation, known: Known) -> Iterator[Finding]:
    """What works, and yet deserves a word."""
    if not call.node.path and not call.arguments and not call.flags:
        message = f"a bare `{call.title}` prints its help and does nothing: the rest of the command is missing"
        yield Finding.at("S_BARE", message, call.path_words[0])
        return
    for use in call.flags:
        bare = use.flag.name == "dry-run" and use.value in (None, "true", "false", "unchanged")
        if use.flag.deprecated:
            note = use.flag.note or instead("deprecated flags", use.flag.name)
            yield Finding.at("S_DEPRECATED", f"`--{use.flag.name}` is deprecated{note and f': {note}'}", use.word)
        elif bare and call.program == "kubectl":
            message = "`--dry-run` without `=client` or `=server` is deprecated"
            meant = "none" if use.value == "false" else "client"
            yield Finding.at("S_DRY_RUN", message, use.word, replacement=f"--dry-run={meant}")
    yield from _old_type(call)
    yield from _expanded(call, known)


def _old_type(call: Invocation) -> Iterator[Finding]:
    for word in call.arguments[:1] if call.node.wants_type else ():
        for found in map(named, word.text.partition("/")[0].split(",")):
            if found is not None and found.deprecated_since and not word.dynamic:
                message = f"{found.kind} is deprecated since Kubernetes {found.deprecated_since}; {found.instead}"
                yield Finding.at("S_DEPRECATED", message, word)


def _expanded(call: Invocation, known: Known) -> Iterator[Finding]:
    """`exec POD -- echo $VAR`: the reader's own shell replaces `$VAR`, not the container's."""
    if call.node.path not in {("exec",), ("run",), ("debug",)} or not call.rest or call.rest[0].variables:
        return
    quoted = [word for word in call.rest[1:] if word.variables and '"' in word.text[:1]]
    if call.rest[0].text not in {"echo", "printf"} and not (quoted and call.rest[0].text in SHELLS):
        return  # `vault write … key=$KEY` has the local one in mind
    variable = next((variable for word in call.rest for variable in word.variables), None)
    if variable is None or variable.name in known.variables or variable.name.islower():  # `$do`, set by who types
        return
    message = f"the local shell replaces `${variable.name}` before kubectl sees it, not the container's shell"
    yield Finding("S_EXPANDED", message, variable.start, variable.end)
