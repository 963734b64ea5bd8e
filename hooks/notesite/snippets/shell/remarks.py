"""What works, and yet deserves a word: deprecated things, bare commands, variables that the wrong shell expands."""

from __future__ import annotations

from collections.abc import Iterator

from .grammar.invocation import Invocation
from .grammar.resources import Known, named
from .reader.words import Finding

SHELLS = frozenset({"sh", "bash", "ash", "/bin/sh", "/bin/bash", "zsh"})


def remarks(call: Invocation, known: Known) -> Iterator[Finding]:
    """What works, and yet deserves a word."""
    if not call.node.path and not call.arguments and not call.flags:
        yield Finding.at(
            "S_BARE",
            f"a bare `{call.title}` prints its help and does nothing: the rest of the command is missing",
            call.path_words[0],
        )
        return
    if call.node.path and call.node.children and not call.arguments and not call.names and call.node.is_group:
        listed = ", ".join(sorted(call.node.children))
        yield Finding.at(
            "S_BARE", f"`{call.title}` alone prints its help; it needs one of {listed}", call.path_words[-1]
        )
    for use in call.flags:
        if use.flag.deprecated:
            note = f": {use.flag.note}" if use.flag.note else ""
            yield Finding.at("S_DEPRECATED", f"`--{use.flag.name}` is deprecated{note}", use.word)
        elif (
            call.program == "kubectl"
            and use.flag.name == "dry-run"
            and use.value in (None, "true", "false", "unchanged")
        ):
            message = "`--dry-run` without `=client` or `=server` is deprecated"
            meant = "none" if use.value == "false" else "client"
            yield Finding.at("S_DRY_RUN", message, use.word, replacement=f"--dry-run={meant}")
    yield from _old_type(call)
    yield from _expanded(call, known)


def _old_type(call: Invocation) -> Iterator[Finding]:
    if not call.node.wants_type or not call.arguments:
        return
    word = call.arguments[0]
    for part in word.text.partition("/")[0].split(","):
        found = named(part)
        if found is not None and found.deprecated_since and not word.dynamic:
            message = f"{found.kind} is deprecated since Kubernetes {found.deprecated_since}; {found.instead}"
            yield Finding.at("S_DEPRECATED", message, word)


def _expanded(call: Invocation, known: Known) -> Iterator[Finding]:
    """`exec POD -- echo $VAR`: the reader's own shell replaces `$VAR`, not the container's."""
    if call.node.path not in {("exec",), ("run",), ("debug",)} or not call.rest or call.rest[0].variables:
        return
    if call.rest[0].text in SHELLS:
        quoted = [word for word in call.rest[1:] if word.variables and '"' in word.text[:1]]
        if not quoted:
            return
    variable = next((variable for word in call.rest for variable in word.variables), None)
    if variable is None or variable.name in known.variables or variable.name.islower():  # `$do`, set by who types
        return
    yield Finding(
        "S_EXPANDED",
        f"the local shell replaces `${variable.name}` before kubectl sees it, not the container's shell",
        variable.start,
        variable.end,
    )
