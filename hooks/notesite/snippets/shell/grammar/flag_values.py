"""Values of flags: their types, their allowed values, and the little languages that some are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ....lib.nearest import nearest_value
from ....lib.patterns import lazy
from .invocation import FlagUse, Invocation

_DURATION = r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|[-+]?0"
_TYPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "bool": (lazy("[10tTfF]|true|false|TRUE|FALSE|True|False"), "true or false"),
    "int": (lazy(r"[-+]?(?:0[xX][0-9a-fA-F_]+|\d[\d_]*)"), "a whole number"),
    "uint": (lazy(r"(?:0[xX][0-9a-fA-F_]+|\d[\d_]*)"), "a whole number, zero or more"),
    "float": (lazy(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"), "a number"),
    "duration": (lazy(_DURATION), "a duration such as 30s or 5m"),
    "map": (lazy(r"[^=]*=.*|", re.DOTALL), "KEY=VALUE"),
}
# Output formats that carry a template after an equals sign, and the flag that may hold it instead.
_TEMPLATED = {
    "jsonpath": "--template",
    "jsonpath-as-json": "--template",
    "jsonpath-file": "--template",
    "go-template": "--template",
    "go-template-file": "--template",
    "template": "--template",
    "templatefile": "--template",
    "custom-columns": "",
    "custom-columns-file": "",
}
_QUANTITY = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+|[KMGTPE]i|[numkMGTPE])?"
_PAIRS = lazy(rf"[^=,]+={_QUANTITY}(?:,[^=,]+={_QUANTITY})*")
_TCP = lazy(r"\d+(?::[\w-]+)?")
# (command, flag) -> what the value must look like, and how to say it.  "" stands for every command.
_FORMATS: Mapping[tuple[str, str], tuple[re.Pattern[str], str]] = {
    ("", "request-timeout"): (lazy(rf"\d+|{_DURATION}"), "seconds, or a duration such as 30s"),
    ("", "from-literal"): (lazy(r"[^=]+=.*", re.DOTALL), "KEY=VALUE"),
    ("run", "env"): (lazy(r"[A-Za-z_.-][\w.-]*=.*", re.DOTALL), "NAME=VALUE"),
    ("create service clusterip", "tcp"): (_TCP, "PORT or PORT:TARGETPORT"),
    ("create service nodeport", "tcp"): (_TCP, "PORT or PORT:TARGETPORT"),
    ("create service loadbalancer", "tcp"): (_TCP, "PORT or PORT:TARGETPORT"),
    ("create clusterrole", "aggregation-rule"): (lazy(r"[^=]+=.*"), "KEY=VALUE"),
    ("create quota", "hard"): (_PAIRS, "NAME=QUANTITY"),
    ("set resources", "limits"): (_PAIRS, "NAME=QUANTITY, such as cpu=200m,memory=512Mi"),
    ("set resources", "requests"): (_PAIRS, "NAME=QUANTITY, such as cpu=200m,memory=512Mi"),
    ("create ingress", "rule"): (lazy(r"[^=]*=[^:,=]+:[^:,=]+(?:,tls(?:=.*)?)?"), "HOST/PATH=SERVICE:PORT"),
    ("create ingress", "default-backend"): (lazy(r"[^:]+:[^:]+"), "SERVICE:PORT"),
    ("wait", "for"): (
        lazy(r"create|delete|condition=.+|jsonpath=.+", re.DOTALL | re.IGNORECASE),
        "create, delete, condition=NAME or jsonpath='{PATH}'=VALUE",
    ),
    ("create rolebinding", "serviceaccount"): (lazy(r"[^:]+:[^:]+"), "NAMESPACE:NAME"),
    ("create clusterrolebinding", "serviceaccount"): (lazy(r"[^:]+:[^:]+"), "NAMESPACE:NAME"),
}


def problems(call: Invocation) -> Iterator[tuple[FlagUse, str, str]]:
    """Every flag whose value is refused: the use, what is wrong, and a better value ("" when none is plain)."""
    for use in call.flags:
        if not use.known or use.value is None:
            continue
        found = _problem(call, use, use.value)
        if found:
            yield (use, *found)


def _problem(call: Invocation, use: FlagUse, value: str) -> tuple[str, str] | None:
    flag = use.flag
    if flag.type in _TYPES:
        fitting, expected = _TYPES[flag.type]
        wrong = not fitting.fullmatch(value)
        return (f"`--{flag.name}` takes {expected}, not `{value}`", _mended(flag.type, value)) if wrong else None
    if flag.name == "output" and flag.values:
        return _output(call, use, value)
    if flag.values:
        parts = [value] if "," not in value else value.split(",")
        wrong_part = next((part for part in parts if part.split("=")[0] not in flag.values), None)
        if wrong_part is not None and value:
            return f"`--{flag.name}` takes {_listed(flag.values)}, not `{value}`", nearest_value(
                value, flag.values
            ) or ""
    command = " ".join(call.node.path)
    pattern, expected = _FORMATS.get((command, flag.name)) or _FORMATS.get(("", flag.name)) or (None, "")
    if pattern is not None and not pattern.fullmatch(value):
        return f"`--{flag.name}` takes {expected}, not `{value}`", ""
    return None


def _output(call: Invocation, use: FlagUse, value: str) -> tuple[str, str] | None:
    head, _, template = value.partition("=")
    if not value:
        return None
    allowed = use.flag.values
    if head.lower() not in allowed:
        return f"`{call.title}` has no output format `{head}`: it knows {_listed(allowed)}", (
            nearest_value(head, allowed) or ""
        )
    holder = _TEMPLATED.get(head.lower())
    if holder is not None and not template and not (holder and "template" in call.names):
        return f"the output format `{head}` needs its expression: `-o {head}='...'`", ""
    return None


def _mended(kind: str, value: str) -> str:
    if kind == "bool":
        return nearest_value(value, ("true", "false")) or {"yes": "true", "no": "false"}.get(value.lower(), "")
    if kind == "duration" and value.isdigit():
        return f"{value}s"
    if kind in {"int", "uint"}:
        found = re.search(r"\d+", value)
        return found[0] if found else ""
    return ""


def _listed(values: tuple[str, ...]) -> str:
    shown = list(values)
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]
