"""What a node graph may hold: aliases, keys, tags and values, judged without building Python objects."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from functools import cached_property

import yaml

from notesite.diagnostics.diagnostic import Severity
from notesite.lib.light import bundled_forms, bundled_json, lazy

from ...lib.light import TYPE_CHECKING, Final
from . import yaml11 as traps
from .mappings import width
from .parser_message import no_space, shown
from .repeated import Right
from .yaml_fault import Fault, Lines

if TYPE_CHECKING:
    from .documents import Limits

CORE: Final = "tag:yaml.org,2002:"
_STR, _INT, _FLOAT, _MAP, _SEQ, _NULL, _MERGE = (
    CORE + name for name in ("str", "int", "float", "map", "seq", "null", "merge")
)
_GLUED: Final = lazy(r"([A-Za-z][\w-]*):[^\s:/](?!\S*//)")
_TAG: Final = lazy(r"!\S*")
_STAND_IN: Final = lazy(r"\[[A-Za-z][\w .-]*\][ ]*:")  # `[name]:` is to be filled in
_TOLD = lazy(r"\n[ \t]*\n#[^\n]*\n\Z")  # by a comment after a gap
_FORMS: Final = bundled_forms(__name__, "forms.txt")
_VARIANT: Final = lazy(rf"\s*#\s*(?:{_FORMS['variant']})", re.IGNORECASE)
_ALSO: Final = lazy(rf"#.*(?:{_FORMS['also']})", re.IGNORECASE)
_SWITCHED: Final = lazy(_FORMS["switched"], re.MULTILINE | re.IGNORECASE)
_GLUED_DASH: Final = lazy(r"-[A-Za-z]")
_MOST_FAULTS: Final = 100


def inspect(node: yaml.Node, faults: list[Fault], limits: Limits, lines: Lines) -> bool:
    """Judge one document, add what is wrong to `faults`, and put merged keys (`<<`) in their places.

    False when the document must not be walked by anyone: it has a cycle or expands to too much.
    """
    if type(node) is yaml.ScalarNode and not node.style and " " in node.value:
        return True  # words, and no YAML
    inspection = _Inspection(faults, limits, lines, node.start_mark.column)
    before = len(faults)
    try:
        inspection.collection(node)
    except _RefusedError as refused:
        faults.append(refused.fault)
        return False
    if inspection.right is not None and len(faults) == before:
        inspection.right.remember()
    return True


class _RefusedError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Inspection:
    """One document's walk.  Recursion is bounded: an alias is met after its anchor, whose size is known by then."""

    def __init__(self, faults: list[Fault], limits: Limits, lines: Lines, column: int) -> None:
        self.column = column  # of the outermost keys
        self.compared = False  # whether what follows is another version of what stands above
        self.faults = faults
        self.limits = limits
        self.lines = lines
        self.merged = 0  # pairs that merges brought in
        self.known: dict[int, tuple[int, int] | None] = {}  # id of a collection -> nodes, levels; None: still open
        self.right = Right.within(lines.text, limits)

    def collection(self, node: yaml.Node, key: str = "") -> tuple[int, int]:
        """Number of nodes and of levels under `node`, itself included."""
        kind = type(node)
        if kind is yaml.ScalarNode:
            self.scalar(node, key)  # type: ignore[arg-type]  # tested in the line above, quicker than isinstance
            return 1, 0
        if self.right is not None and self.right.knows(node, key):
            return 1, 0  # how much is under it tells what aliases make of it, and there are none
        name = id(node)
        if name in self.known:
            size = self.known[name]
            if size is None:
                raise _RefusedError(self.at(node, "Y_CYCLE", "an alias refers to its own parent, so this never ends"))
            return size
        self.known[name] = None
        if node.tag not in {_MAP, _SEQ}:
            self.tag(node)
        size = self.mapping(node) if kind is yaml.MappingNode else self.sequence(node, key)
        count, levels = size
        if count > self.limits.nodes:
            message = f"aliases expand this to more than {self.limits.nodes:,} nodes"
            raise _RefusedError(self.at(node, "Y_ALIAS", message))
        if levels > self.limits.depth:
            message = f"nested deeper than {self.limits.depth} levels, aliases followed"
            raise _RefusedError(self.at(node, "Y_DEPTH", message))
        self.known[name] = size
        return size

    def sequence(self, node: yaml.Node, key: str) -> tuple[int, int]:
        count, levels = 1, 0
        for item in node.value:
            if type(item) is yaml.ScalarNode:
                self.scalar(item, key)
                count += 1
            else:
                more, deeper = self.collection(item, key)
                count += more
                if deeper > levels:  # noqa: PLR1730  # the hottest lines of a read: max would take longer
                    levels = deeper
        return count, levels + 1

    def mapping(self, node: yaml.Node) -> tuple[int, int]:
        count, levels = 1, 0
        seen: dict[str, yaml.Node] = {}
        merged = False
        for key, value in node.value:
            if type(key) is not yaml.ScalarNode:
                self.collection(key)
                if not _STAND_IN.match(self.lines.text, key.start_mark.index):
                    self.add(key, "Y_KEY", "a key must be a text, not a list or a mapping", length=1)
                name = ""
            else:
                name = key.value
                if key.tag == _MERGE:
                    merged = True
                elif name in seen:
                    self.duplicate(key, seen[name], node)
                else:
                    seen[name] = key
                if key.tag != _STR or name in traps.WORDS:
                    self.key(key)
            if type(value) is yaml.ScalarNode:
                self.scalar(value, name)
                if value.start_mark.line != key.start_mark.line and not value.style:
                    self.glued(value)
                count += 2
            else:
                more, deeper = self.collection(value, name)
                count += 1 + more
                if deeper > levels:  # noqa: PLR1730  # as above
                    levels = deeper
        if merged:
            self.merge(node)
        return count, levels + 1

    def duplicate(self, key: yaml.Node, first: yaml.Node, node: yaml.Node) -> None:
        line = self.lines.named(self.place(first)[0])
        between = list(map(self.lines.line, range(self.place(first)[0] + 1, self.place(key)[0])))
        if _ALSO.search(self.lines.line(self.place(key)[0])) or any(map(_VARIANT.match, between)):
            return  # one form or another
        comment_above = any(line.startswith("#", self.column) and not line[: self.column].strip() for line in between)
        message = f"the key {_quoted(key.value)} is already on line {line}"
        if lost := re.match(rf" {{{key.start_mark.column}}}([\w.-]+):\s*(?:#.*)?$", between[-1] if between else ""):
            if any(": indent it" in fault.message for fault in self.faults):
                return  # they have all lost their indentation
            message += f": indent it, if it belongs under `{lost[1]}`"
        # Notes like to show "before" and "after" in one block, each under a comment.
        names = [other.value for other, _ in node.value[:_MOST_FAULTS]]
        counts = [names.count(name) for name in set(names)]
        listed = len(names) < 20 and min(counts) > 1  # each of them
        # Several, in what a program says of its steps.
        listed = listed or (sum(count > 1 for count in counts) > 2 and all(value.value for _, value in node.value))
        apart = listed or not self.lines.line(self.place(key)[0] - 1).strip()
        free = "apiVersion" not in names  # and not one whole manifest
        deliberate = (
            self.compared
            or (free and listed and (len(set(names)) > 1 or len(names) > 2))
            or (key.start_mark.column == self.column and (comment_above or (free and apart)))
        )
        self.compared = self.compared or deliberate
        if deliberate and free:
            return  # one value and another, as a list of what may stand there
        each = all(self.lines.line(self.place(one)[0] - 1).lstrip().startswith("#") for one in (first, key))
        message += "" if lost else "; only the last one counts"
        self.add(key, "Y_DUPKEY", message, severity=Severity.INFO if deliberate or each else None)

    def merge(self, node: yaml.Node) -> None:
        """Put the pairs of `<<: *anchor` into the mapping, as every YAML 1.1 reader does; its own keys win."""
        own = {key.value for key, _ in node.value if type(key) is yaml.ScalarNode and key.tag != _MERGE}
        pairs: list[tuple[yaml.Node, yaml.Node]] = []
        for key, value in node.value:
            if type(key) is not yaml.ScalarNode or key.tag != _MERGE:
                pairs.append((key, value))
                continue
            sources = value.value if type(value) is yaml.SequenceNode else [value]
            for source in sources:
                if type(source) is not yaml.MappingNode:
                    self.add(source, "Y_MERGE", "`<<` needs a mapping, or a list of mappings")
                    continue
                self.merged += len(source.value)
                if self.merged > self.limits.nodes:
                    message = f"merges expand this to more than {self.limits.nodes:,} nodes"
                    raise _RefusedError(self.at(key, "Y_ALIAS", message))
                for inner, content in source.value:
                    if type(inner) is yaml.ScalarNode and inner.value not in own:
                        own.add(inner.value)
                        pairs.append((inner, content))
        node.value = pairs

    def key(self, node: yaml.Node) -> None:
        """A key that is no plain text."""
        message = traps.key_message(node)
        if message:
            quoted = f'"{node.value}"'
            self.add(node, "Y_IMPLICIT", message, replacement=quoted)
        elif not node.tag.startswith(CORE):
            self.tag(node)

    def scalar(self, node: yaml.ScalarNode, key: str) -> None:
        tag, value = node.tag, node.value
        if node.style:  # quoted or a block: text, unless a tag says otherwise
            if tag != _STR:
                self.value(node)
            return
        if tag == _STR:
            if value in traps.SHORT or (value and value[0] in "0123456789+-"):
                self.trap(node, key)
            if " - " in value and node.start_mark.line != node.end_mark.line:
                self.folded(node)
            return
        if tag == _INT and value.isdigit() and value[0] != "0" and len(value) < self.limits.number:
            return
        if tag == _NULL:
            return
        self.value(node)
        self.trap(node, key)

    def glued(self, node: yaml.Node) -> None:
        """`key:value` or `-value` below a key: read as a text, and meant as a mapping or a list."""
        line, column = self.place(node)
        if match := _GLUED.match(node.value):
            self.faults.append(no_space(line, column + len(match[1]), match[1], Severity.WARNING))
        elif _GLUED_DASH.match(node.value):
            self.faults.append(no_space(line, column, severity=Severity.WARNING))

    def trap(self, node: yaml.Node, key: str) -> None:
        message = traps.value_message(node, key)
        meant = " is the boolean " in message and self.switched
        if message and not meant and not self.is_decorated(node):  # a tag says what is meant
            self.add(node, "Y_IMPLICIT", message, replacement=f'"{node.value}"')

    @cached_property
    def switched(self) -> bool:
        """Whether the text has booleans beyond doubt, so that its author means one by `yes`."""
        return _SWITCHED.search(self.lines.text) is not None

    def folded(self, node: yaml.Node) -> None:
        first = self.place(node)[0]
        for line in range(first + 1, self.lines.place(node.end_mark.index)[0] + 1):
            text = self.lines.line(line)
            body = text.lstrip(" ")
            told = any(fault.code == "Y_FOLD" for fault in self.faults)  # a habit, once is enough
            if body.startswith("- ") and not told:
                message = f"this list item is read as more text of the value on line {self.lines.named(first)}"
                self.faults.append(Fault("Y_FOLD", message, line, len(text) - len(body) + 1, 1))
                return

    def value(self, node: yaml.Node) -> None:
        """A scalar whose tag promises a type: whether it keeps the promise."""
        tag = node.tag
        if not tag.startswith(CORE) or tag[len(CORE) :] not in _SCALARS:
            self.tag(node)
            return
        if tag in {_INT, _FLOAT} and len(node.value) >= self.limits.number:
            self.add(node, "Y_NUMBER", f"a number of {len(node.value):,} characters", length=1)
            return
        name = tag[len(CORE) :]
        if not _fits(name, node):
            value = _quoted(node.value) if node.value else "an empty text"
            self.add(node, "Y_VALUE", f"{value} is no {_SCALARS[name]}", replacement=f'"{node.value}"')

    def tag(self, node: yaml.Node) -> None:
        if node.tag.removeprefix(CORE) in {"set", "omap", "pairs"}:
            return  # of YAML 1.1, and known
        line, column = self.place(node)
        written = _TAG.search(self.lines.line(line), column - 1)
        tag = written[0] if written else node.tag
        place = column if written is None else written.start() + 1
        message = f"the tag {_quoted(tag)} is known to no plain YAML reader"
        self.faults.append(Fault("Y_TAG", message, line, place, len(tag)))

    # -- Placing.

    def place(self, node: yaml.Node) -> tuple[int, int]:
        return self.lines.place(node.start_mark.index)

    def is_decorated(self, node: yaml.Node) -> bool:
        """Whether a tag or an anchor stands before the value."""
        return self.lines.text.startswith(("!", "&"), node.start_mark.index)

    def at(self, node: yaml.Node, code: str, message: str) -> Fault:
        return Fault(code, message, *self.place(node))

    def add(
        self,
        node: yaml.Node,
        code: str,
        message: str,
        *,
        length: int = 0,
        severity: Severity | None = None,
        replacement: str | None = None,
    ) -> None:
        line, column = self.place(node)
        length = length or width(node)
        as_written = self.lines.text.startswith(str(node.value), node.start_mark.index)  # no quotes, no folding
        if self.is_decorated(node) or not as_written:
            replacement = None
        fault = Fault(code, message, line, column, length, severity, replacement)
        if len(self.faults) >= _MOST_FAULTS:
            raise _RefusedError(fault._replace(message=f"{message}; the rest of the block is not checked"))
        self.faults.append(fault)


def _quoted(text: str) -> str:
    return f"`{shown(text)}`"


# ---- Values.

_SCALARS: Final = bundled_json(__name__, "scalars.json")


def _fits(name: str, node: yaml.Node) -> bool:
    if name in {"str", "null", "value", "merge"}:
        return True
    try:
        if name == "binary":
            binascii.a2b_base64(node.value.encode("ascii"), strict_mode=False)
        else:
            getattr(yaml.constructor.SafeConstructor(), f"construct_yaml_{name}")(node)
    except Exception:  # noqa: BLE001  # PyYAML raises IndexError, KeyError, AttributeError, ValueError … here
        return False
    return True


# ---- Two manifests without `---` between them.


def split(node: yaml.Node, faults: list[Fault], lines: Lines) -> Iterator[yaml.Node]:
    """The document, or its parts when it plainly is several manifests whose `---` is missing (one fault each)."""
    while cut := _second_manifest(node, lines):
        pairs = node.value
        key = pairs[cut][0]
        first = next(k for k, _ in pairs if k.value == key.value)
        line, column = lines.place(key.start_mark.index)
        above = lines.named(lines.place(first.start_mark.index)[0])
        message = f"a second manifest begins without `---` before it: {_quoted(key.value)} is already on line {above}"
        if first is not key and not lines.line(line - 1).startswith("#"):  # another file, or another example
            faults.append(Fault("Y_DUPKEY", message, line, column, len(key.value)))
        yield yaml.MappingNode(node.tag, pairs[:cut], node.start_mark, pairs[cut - 1][1].end_mark)
        node = yaml.MappingNode(node.tag, pairs[cut:], key.start_mark, node.end_mark)
    yield node


def _second_manifest(node: yaml.Node, lines: Lines) -> int:
    """Index of the pair that begins another manifest: `apiVersion` and `kind` come twice, or after a piece.  0: none does."""
    if type(node) is not yaml.MappingNode:
        return 0
    names = [key.value if type(key) is yaml.ScalarNode else "" for key, _ in node.value]
    heads = ("apiVersion", "kind")
    heads_there = min(map(names.count, heads))
    if not heads_there:
        return 0
    begin, twice = min(map(names.index, heads)), heads_there > 1
    before = set(names[:begin])
    if begin and not twice and (before & set(names[begin:]) or not before & {"metadata", "spec", "data"}):
        above = lines.line(lines.place(node.value[begin][0].start_mark.index)[0] - 1).strip()
        return 0 if above and not above.startswith("#") else begin
    spec = next((at for at, name in enumerate(names) if name == "spec" in names[:at]), 0)
    if spec and _TOLD.search(lines.text[: node.value[spec][0].start_mark.index]):
        return spec  # of another one
    if not twice:
        return 0
    return min(names.index(head, names.index(head) + 1) for head in heads)
