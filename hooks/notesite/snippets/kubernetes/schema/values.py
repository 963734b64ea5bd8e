"""Single values compared with what they must be, and faults as the comparison sees them."""

from __future__ import annotations

import base64
import binascii
import re

from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from ....lib.light import NamedTuple, lazy
from ....lib.nearest import nearest_value
from ...yaml.scalars import BOOLEAN, FLOAT, INTEGER, NULL, STRING, plain, resolve
from .definitions import Shape, Type, table
from .placeholders import is_placeholder

QUANTITY = lazy(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?")
_ALLOWED_VALUE = 3.0  # what a value of a closed list tells about where a fragment belongs
_TAKES = {"i": [INTEGER], "l": [INTEGER], "n": [INTEGER, FLOAT], "b": [BOOLEAN], "I": [STRING, INTEGER], "t": [STRING]}
_BITS = {"i": 32, "l": 64}


class Found(NamedTuple):
    """A fault as the walk sees it; `versions` is the set of versions in which it is one."""

    code: str
    message: str
    node: Node  # where
    versions: int = -1  # all of them
    shape: Shape | None = None  # of the mapping, for unknown and missing fields
    replacement: str | None = None
    slip: bool = False  # a slip of the pen, which speaks for the definition rather than against it
    doubtful: bool = False  # the value is a placeholder
    mild: bool = False  # a warning where the code says error
    field: str = ""  # that is missing, stands twice, or would have to say something else


class Values:
    """Checks of scalars; they add to `faults`, and to the `score` of what matched."""

    def __init__(self, selected: int, *, weigh: bool) -> None:
        self.selected = selected
        self.faults: list[Found] = []
        self.score = 0.0
        self._weigh = weigh

    def _add(self, code: str, message: str, node: Node, versions: int | None = None, **more: object) -> None:
        versions = self.selected if versions is None else versions & self.selected
        if versions:
            self.faults.append(Found(code, message, node, versions, **more))  # type: ignore[arg-type]  # the keywords of Found, passed on

    def _scalar(self, type_: Type, node: ScalarNode) -> None:
        kind = type_.kind
        got, value = resolve(node)
        if got == NULL:
            return
        if kind == "Q":
            self._quantity(type_, node, got)
        elif kind == "y":
            self._base64(type_, node, got)
        elif got not in _TAKES[kind] and not (kind == "t" and node.tag == "tag:yaml.org,2002:timestamp"):
            self._wrong_type(type_, node)
        elif isinstance(value, int | float):
            bits = _BITS.get(kind)
            if bits and not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
                self._add("K_RANGE", f"{node.value} does not fit into {bits} bits ({type_.owner})", node)
            low, high = type_.minimum, type_.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                known = (("at least", low), ("at most", high))
                limits = " and ".join(f"{words} {limit:g}" for words, limit in known if limit is not None)
                self._add("K_RANGE", f"{node.value} must be {limits} ({type_.owner})", node)

    def _quantity(self, type_: Type, node: ScalarNode, got: str) -> None:
        text = node.value.strip()
        if got == BOOLEAN:
            self._wrong_type(type_, node)
        elif not QUANTITY.fullmatch(text):
            near = _nearest_quantity(text)
            hint = f'; did you mean "{near}"?' if near else " (like 500m, 1.5 or 64Mi)"
            message, doubtful = f'"{node.value}" is no quantity{hint}', is_placeholder(node.value)
            self._add("K_QUANTITY", message, node, replacement=near, slip=True, doubtful=doubtful)

    def _base64(self, type_: Type, node: ScalarNode, got: str) -> None:
        if got != STRING:
            self._not_text(type_, node)
            return
        try:
            # Go's decoder skips line ends and nothing else.
            base64.b64decode(node.value.replace("\n", "").replace("\r", ""), validate=True)
        except (binascii.Error, ValueError):
            message = f"the value of {type_.owner.removesuffix('{}')} is not base64"
            doubtful = is_placeholder(node.value) or not node.value.isascii() or ".." in node.value
            # `base64_of_it` is to be filled in, `==` was; a key in PEM is no use in notes, and cut short.
            doubtful |= node.value.lower().startswith(("base64_", "==", "ls0tls1c", "xxx"))
            self._add("K_BASE64", message, node, slip=True, doubtful=doubtful)

    def _enum(self, type_: Type, node: ScalarNode) -> None:
        text = node.value
        if text in type_.enum:
            if self._weigh:
                self.score += _ALLOWED_VALUE
            return
        near = nearest_value(text, type_.enum) if text.isascii() else None
        hint = f'; did you mean "{near}"?' if near else ""
        words = ", ".join(word for word in type_.enum if word)
        choice = {*re.split(r"[ ]*(?:[/,]|\bor\b)[ ]*", text)} <= {*type_.enum}  # `Equal/Exists`
        named = text.rstrip("0123456789") == type_.owner.rpartition(".")[2]  # `effect: effect1`
        doubtful = near is None and (choice or named or is_placeholder(text))
        message = f'"{text}" is not a value of {type_.owner.removesuffix("[]")} ({words}){hint}'
        self._add("K_VALUE", message, node, replacement=near, slip=near is not None, doubtful=doubtful)

    def _not_text(self, type_: Type, node: ScalarNode) -> None:
        """A plain scalar that reads as something else than text where text must be."""
        kind = resolve(node)[0]
        if kind == NULL:
            return
        quoted = f'"{node.value}"'
        each = "a value of " * type_.owner.endswith("{}")
        message = (
            f"{each}{type_.owner.removesuffix('{}')} must be a string, and {node.value} is {_a(kind)}; write {quoted}"
        )
        self._add("K_TYPE", message, node, replacement=quoted)

    def _wrong_type(self, type_: Type, node: Node, *, swapped: bool = False) -> None:
        expected, got = table("walk")["expected"][type_.kind], described(node)
        slip, replacement = swapped, None
        if node.__class__ is ScalarNode:
            if is_null(node):
                return
            if node.style and plain(node.value)[0] == {"i": INTEGER, "l": INTEGER, "b": BOOLEAN}.get(type_.kind):
                slip, replacement = True, node.value
        hint = "; begin it with a dash" if swapped else "; remove the quotes" if slip else ""
        capability = type_.kind == "[" and str(node.value).replace("_", "").isalpha()  # NET_ADMIN, not <words>
        same = type_.kind == "s" and _inner(node) in (type_.owner.rpartition(".")[2], "namespace")  # `name: [name]`
        doubtful = same or (is_placeholder(_inner(node)) and not capability)
        message = f"{type_.owner} must be {expected}, got {got}{hint}"
        self._add("K_TYPE", message, node, slip=slip, replacement=replacement, doubtful=doubtful)


def _inner(node: Node) -> object:
    """The text of a value, or of what stands in brackets there: `[cidr-range]`, `{base64 of it}`."""
    part = node.value[0] if isinstance(node, CollectionNode) and node.flow_style and len(node.value) == 1 else node
    return (part[0] if isinstance(part, tuple) else part).value


def described(node: Node) -> str:
    """What a node is, in words."""
    if node.__class__ is MappingNode:
        return "a mapping"
    if node.__class__ is SequenceNode:
        return "a list"
    if not isinstance(node, ScalarNode):
        return "something else"
    text = node.value if len(node.value) <= 30 else node.value[:29] + "…"
    return f'{_a(resolve(node)[0])} "{text}"'


def _a(kind: str) -> str:
    return "an integer" if kind == INTEGER else "nothing" if kind == NULL else f"a {kind}"


def is_null(node: Node) -> bool:
    """Whether a scalar says nothing: empty, `~` or `null`."""
    return isinstance(node, ScalarNode) and not node.style and resolve(node)[0] == NULL


def _nearest_quantity(text: str) -> str | None:
    """`64mb`, `64 Mi`, `1.5Gb`, `500M i`: what was meant, when there is little doubt."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", text)
    if not match:
        return None
    suffix = match[2].lower().removesuffix("bytes").removesuffix("byte")
    letter = suffix.removesuffix("b").removesuffix("i")
    if letter and letter in "kmgtpe":
        return f"{match[1]}{letter.upper()}i"
    return None
