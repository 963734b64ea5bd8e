"""Check one command against its program's grammar.

Each finding says what the program itself would say, where, and what was most likely meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...diagnostics.codes import Severity
from ...lib.nearest import near
from . import danger
from .findings import Finding
from .grammar import arguments
from .grammar import flag_values as values
from .grammar.invocation import BadFlag, Invocation, parse
from .grammar.probed_shapes import PATTERNS
from .grammar.program import Grammar
from .grammar.resources import by_name, is_type
from .grammar.vocabulary import MEANT, MEANT_FLAGS, PLUGINS, REPLACED_FLAGS, TAKES_CUSTOM
from .reader.words import Command, Word
from .remarks import remarks


def lint(call: Invocation, grammar: Grammar, extra_types: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Every finding about one call; the first error ends it, as it ends the program.

    Args:
        call: The command, taken apart with `grammar`.
        grammar: The program's grammar.
        extra_types: Names of custom resource types that the notes define.
    """
    if call.bad:
        misnamed = list(_unknown_command(call))
        if misnamed:  # the flag is unknown because the command is
            yield misnamed[0]
            return
        yield _bad_flag(call, call.bad, grammar)
        return
    if call.help or call.opaque:
        return
    blocking = list(_blocking(call, extra_types))
    yield from blocking[:1]
    if not blocking:
        yield from remarks(call)
    yield from (Finding.at("S_DANGER", what, word) for what, word in _dangers(call, grammar))


def is_plugin(call: Invocation) -> bool:
    """Whether the sub-command is one that a well-known plugin adds."""
    return not call.node.path and bool(call.arguments) and call.arguments[0].text in PLUGINS


def is_custom(call: Invocation, extra_types: frozenset[str] = frozenset()) -> bool:
    """Whether the resource type is a custom one that is written with its group: `foos.example.com`."""
    if not call.node.wants_type or not call.arguments or call.arguments[0].dynamic:
        return False
    head = call.arguments[0].text.partition("/")[0]
    return (
        not is_type(head)
        and (head in extra_types or head.count(".") >= 2)
        and re.fullmatch(r"[a-z0-9.-]+", head) is not None
    )


def _dangers(call: Invocation, grammar: Grammar) -> Iterator[tuple[str, Word]]:
    return danger.dangers(call) if grammar.program == "kubectl" else iter(())


def _blocking(call: Invocation, extra_types: frozenset[str]) -> Iterator[Finding]:
    """What makes the program refuse the command, in the order in which it looks."""
    yield from _unknown_command(call)
    yield from _no_subcommand(call)
    for use, message, better in values.problems(call):
        word = use.value_word or use.word
        replacement = None
        if better and use.value is not None:
            raw = use.value.partition("=")
            replacement = word.text.replace(raw[0] if use.flag.name == "output" else use.value, better, 1)
        hint = f"; did you mean {better!r}?" if better else ""
        yield Finding.at("S_VALUE", message + hint, word, replacement=replacement)
    yield from _spaced_value(call)
    yield from _missing_type(call, extra_types)
    yield from _granted_types(call, extra_types)
    for required in call.node.required:
        if not call.names.intersection(required.names) and not _excused(call) and not call.command.grows:
            listed = " or ".join(f"--{name}" for name in required.names)
            yield Finding.at("S_REQUIRED", f"{call.title} needs {listed}", call.path_words[-1])
    refused = arguments.refusal(call, extra_types)
    if refused:
        message, about = refused
        code = "S_TYPE" if "have a resource type" in message else "S_ARGUMENTS"
        place = about or call.path_words[-1]
        yield Finding.at(code, f"{call.title}: {message}", place)


def _no_subcommand(call: Invocation) -> Iterator[Finding]:
    """A group alone, where the program refuses that."""
    node = call.node
    alone = node.path and node.children and not call.arguments and not call.names and not call.command.grows
    if alone and node.is_group and node.answer("", PATTERNS.index("")):
        listed = ", ".join(sorted(node.children))
        yield Finding.at("S_COMMAND", f"{call.title} needs a sub-command: one of {listed}", call.path_words[-1])


def _excused(call: Invocation) -> bool:
    """Other flags that make the required ones pointless."""
    return bool(call.names & {"list", "raw"})


def _unknown_command(call: Invocation) -> Iterator[Finding]:
    node = call.node
    if not node.children or not call.arguments or call.arguments[0].dynamic:
        return
    word = call.arguments[0]
    if node.raw.get("own_arguments") or (node.path and not node.is_group):
        return
    if not node.path and word.text in PLUGINS:
        return
    meant = MEANT.get(word.text, "") if not node.path else ""
    meant = meant or near(word.text.lower(), node.child_names, 0.6)
    hint = f"; did you mean {meant!r}?" if meant else ""
    if node.path and not meant:
        hint = "; it needs one of " + ", ".join(sorted(node.children))
    what = "command" if not node.path else "sub-command"
    # Some groups print their help instead of refusing.
    refused = not node.path or bool(node.answer("", PATTERNS.index("U")) or node.raw.get("group"))
    severity = None if refused else Severity.INFO
    if refused or meant:
        message = f"{call.title} has no {what} {word.text!r}{hint}"
        yield Finding.at("S_COMMAND", message, word, severity=severity, replacement=meant or None)


def _bad_flag(call: Invocation, bad: BadFlag, grammar: Grammar) -> Finding:
    word = bad.word
    if bad.reason == "value":
        return Finding.at("S_VALUE", f"--{bad.name} needs a value", word)
    if bad.reason == "short":
        whole = word.text[1:].partition("=")[0]
        if len(whole) > 1 and call.node.flag(whole):
            return Finding.at(
                "S_FLAG", f"{word.text} needs two dashes: -{word.text}", word, replacement=f"-{word.text}"
            )
        meant = near(whole, call.node.flag_names, 0.8) if len(whole) > 2 else ""
        hint = f"; did you mean --{meant}?" if meant else ""
        fixed = word.text.replace(f"-{whole}", f"--{meant}", 1) if meant else None
        return Finding.at("S_FLAG", f"{call.title} has no flag -{bad.name}{hint}", word, replacement=fixed)
    return _unknown_flag(call, bad, grammar)


def _unknown_flag(call: Invocation, bad: BadFlag, grammar: Grammar) -> Finding:
    """`--name` that the command does not have: removed, mistyped, or another command's."""
    word = bad.word
    removed = {**grammar.root.removed, **call.node.removed}
    if bad.name in removed:
        after = f" after {grammar.program} {removed[bad.name]}" if removed[bad.name] else " long ago"
        message = f"{call.title} has no flag --{bad.name} any more: it was removed{after}"
        instead = REPLACED_FLAGS.get(bad.name, "")
        if not call.node.flag(instead):
            return Finding.at("S_REMOVED", message, word)
        fixed = word.text.replace(bad.name, instead, 1)
        return Finding.at("S_REMOVED", f"{message}; use --{instead}", word, replacement=fixed)
    meant = MEANT_FLAGS.get(bad.name, "")
    meant = meant if call.node.flag(meant) else near(bad.name, call.node.flag_names, 0.65)
    if not meant:
        holders = [node for node in grammar.walk() if bad.name in node.own and node.path]
        listed = ", ".join(" ".join((grammar.program, *node.path)) for node in holders)
        other = f"; it belongs to {listed}" if 0 < len(holders) <= 3 else ""
        return Finding.at("S_FLAG", f"{call.title} has no flag --{bad.name}{other}", word)
    fixed = word.text.replace(bad.name, meant, 1)
    return Finding.at(
        "S_FLAG", f"{call.title} has no flag --{bad.name}; did you mean --{meant}?", word, replacement=fixed
    )


def _spaced_value(call: Invocation) -> Iterator[Finding]:
    """`--dry-run client`: the flag stands alone and its value becomes an argument."""
    for use in call.flags:
        flag = use.flag
        if use.value is not None or flag.takes_next:
            continue
        following = next((word for word in call.arguments if use.word.end < word.start <= use.word.end + 3), None)
        if following is None or use.word.text != f"--{flag.name}":
            continue
        expected = flag.values if flag.type != "bool" else ("true", "false")
        if following.text in expected:
            joined = f"--{flag.name}={following.text}"
            message = f"{following.text!r} is an argument here, not the value of --{flag.name}: write {joined}"
            yield Finding("S_VALUE", message, use.word.start, following.end, replacement=joined)


def _missing_type(call: Invocation, extra_types: frozenset[str]) -> Iterator[Finding]:
    """The first argument should be a resource type and is none."""
    if not call.node.wants_type or not call.arguments or call.names & {"filename", "kustomize", "raw"}:
        return
    word = call.arguments[0]
    head, slash, _ = word.text.partition("/")
    if (
        word.dynamic
        or is_type(head, extra_types)
        or is_custom(call, extra_types)
        or re.fullmatch(r"[A-Z][A-Z0-9_-]*", head)
    ):
        return
    if word.text.startswith(("/", ".")) or (
        call.node.path == ("explain",) and is_type(head.partition(".")[0], extra_types)
    ):
        return
    if call.command.grows:
        return
    meant = _near_type(head)
    if meant:
        yield Finding.at(
            "S_TYPE",
            f"there is no resource type {head!r}; did you mean {meant!r}?",
            word,
            replacement=word.text.replace(head, meant, 1),
        )
    elif not slash and len(call.arguments) == 1 and looks_like_name(head):
        yield Finding.at("S_TYPE", f"{head!r} is no resource type: the type comes first, as in `pod {head}`", word)
    else:
        message = (
            f"there is no resource type {head!r} in Kubernetes itself; it works only where a custom resource adds it"
        )
        # A word that could well be a custom type is a guess, not a certainty.
        custom = call.node.path[0] in TAKES_CUSTOM and not looks_like_name(head)
        severity = Severity.WARNING if custom else None
        yield Finding.at("S_TYPE", message, word, severity=severity)


def _granted_types(call: Invocation, extra_types: frozenset[str]) -> Iterator[Finding]:
    """`create role --resource=`: types, each perhaps with a sub-resource."""
    if call.node.path[:1] != ("create",) or call.node.path[-1] not in {"role", "clusterrole"}:
        return
    for use in call.uses("resource"):
        for part in (use.value or "").split(",") if use.known else ():
            head = part.partition("/")[0]
            name, _, group = head.partition(".")
            gone = group == "extensions" and is_type(name)
            if gone or (head and "." not in head and head != "*" and not is_type(head, extra_types)):
                meant = name if gone else _near_type(head)
                hint = f"; did you mean {meant!r}?" if meant else ""
                word = use.value_word or use.word
                replacement = word.text.replace(head, meant, 1) if meant else None
                yield Finding.at("S_TYPE", f"there is no resource type {head!r}{hint}", word, replacement=replacement)


def looks_like_name(text: str) -> bool:
    """Whether a word looks like an object's name rather than a type: types have no dashes and no digits."""
    return bool(re.search(r"[-_.\d]|^my|test|nginx|app$", text))


def _near_type(text: str) -> str:
    plain = [name for name in by_name() if "." not in name and len(name) > 3]
    parts = text.lower().split(",")
    # A custom type may resemble a built-in one (crontabs, cronjobs): long words must be very much alike.
    better = [part if is_type(part) else near(part, plain, 0.75 if len(part) < 6 else 0.82) for part in parts]
    return ",".join(better) if all(better) else ""


def check(command: Command, grammar: Grammar, extra_types: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """All findings about one command."""
    return tuple(lint(parse(command, grammar), grammar, extra_types))
