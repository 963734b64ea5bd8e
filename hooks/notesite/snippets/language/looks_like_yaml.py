"""How much a text is shaped like YAML, judged by its lines alone, so that broken YAML is recognised too."""

from __future__ import annotations

import re

from ...lib.light import Final, lazy

_ENTRY: Final = lazy(
    r"""^(?P<indent>[ \t\u00a0]*)(?P<dashes>(?:-[ \t\u00a0]+)*)(?:\?[ ]+)?
    (?P<key>"[^"\n]*"|'[^'\n]*'|[^\s"'#&*!|>%@`{}\[\],?:-][^\n:]*?|[.$<~&*!-][^\s:][^\n:]*?|<<)
    [ ]*:(?P<value>[ \t\u00a0].*|)$""",
    re.VERBOSE,
)
_COLON_INSIDE: Final = lazy(
    r"""^(?P<indent>[ \t]*)(?P<dashes>(?:-[ \t]+)*)(?P<key>[A-Za-z_][\w.\-/]*(?::[\w.\-/]+)+)[ ]*:(?P<value>[ \t].*|)$"""
)
_ITEM: Final = lazy(r"^[ \t\u00a0]*-(?:[ \t\u00a0]+(?P<value>\S.*)|\s*)$")
_BLOCK: Final = lazy(r"(?:^|\s)(?:![^\s]+\s+|&\S+\s+)*[|>][+-]?\d?[+-]?\s*(?:#.*)?$")
_GLUED: Final = lazy(r"^[ \t]*(?:- +)*[a-z][A-Za-z]*:[^\s:/]\S*$")
_KEY_LIKE: Final = lazy(r"""(?:[A-Za-z_$.~<][\w./$~<>@*+-]*|"[^"]*"|'[^']*'|\d[\w.-]*|<<|[*&!]\S+)$""")
_ELIDED: Final = lazy(r"^\s*(?:- *)?(?:(?:\. ?){3,}|…|\[\.{3}\]|<\.{3}>|\(\.{3}\))\s*$")
_SKETCHED: Final = lazy(r"[^#]*[←→➜⇒]|[^#\"']* -+> ")
_SENTENCE: Final = lazy(r"[A-Za-z][\w',-]*(?: [\w'(),/-]+){3,}")


class Shape:
    """What the lines of a text are."""

    def __init__(self) -> None:
        self.entries = 0  # `key:` or `key: value`
        self.more = 0  # further lines of a block, a quote, a flow collection or a folded text
        self.loose = 0  # of these, what stands below a key for no such reason
        self.odd = 0  # anything else
        self.nested = 0  # entries or items that stand under a key
        self.sentences = 0  # values that read like prose
        self.odd_keys = 0  # keys that no program would have
        self.capital = 0  # keys that begin with a capital and are no constants
        self.semicolons = 0  # lines that end like a statement
        self.roots: list[str] = []  # keys of the outermost level
        self.keys: list[str] = []
        self.items: list[str] = []  # `- value`

    @property
    def lines(self) -> int:
        """How many there are."""
        return self.entries + len(self.items) + self.odd + self.more

    @property
    def share(self) -> float:
        """How many of the lines are YAML, 0 to 1."""
        return (self.entries + len(self.items) + self.more * 0.9) / self.lines if self.lines else 0.0


def measure(lines: list[str]) -> Shape:
    """The shape of `lines`; blank lines and comments say nothing."""
    shape = Shape()
    block = -1  # indentation of the key whose block text runs
    depth = 0  # open brackets of a flow collection
    quote = ""
    root = None
    open_key = False  # the line before ended with `key:`
    for line in filter(str.strip, lines):
        body = line.strip()
        indent = len(line) - len(line.lstrip(" \t\u00a0"))
        if block >= 0 and indent > block:
            shape.more += 1
            continue
        block = -1
        if body.startswith("#") or body in {"---", "..."} or (body.lstrip("- ")[:1] in ".…[<(" and _ELIDED.match(line)):
            continue
        shape.semicolons += body.endswith((";", "{", "};", "})")) or body == "}"
        if quote or depth:
            shape.more += 1
            depth = max(0, depth + _brackets(body))
            quote = "" if quote and quote in body else quote
            continue
        if entry := _ENTRY.match(line) or _COLON_INSIDE.match(line):
            root = indent if root is None else min(root, indent)
            _count_entry(shape, entry, at_root=indent == root, under=open_key or indent > root)
            value = entry["value"].strip()
            open_key = not value or value.startswith(("#", "&", "!"))
            block = indent if _opens_block(value) else -1
            depth = max(0, _brackets(value)) if value[:1] in "[{" else 0
            quote = value[0] if value[:1] in ("'", '"') and value[0] not in value[1:] else ""
            continue
        if item := _ITEM.match(line):
            shape.items.append((item["value"] or "").strip())
            shape.nested += open_key
            block = indent if _opens_block(body) else -1
        else:
            depth = _count_other(shape, line, inside=root is not None and indent > root, under=open_key)
        open_key = False
    return shape


def _count_other(shape: Shape, line: str, *, inside: bool, under: bool) -> int:
    """A line that is neither an entry nor an item: how many brackets stay open after it."""
    first = line.lstrip()[:1]
    if _GLUED.match(line) and (shape.entries or shape.items):
        shape.entries += 1
    elif inside or first in "]}":
        shape.more += 1
        shape.loose += first not in "]}"
    elif first in "[{" and under:
        shape.more += 1
        return max(0, _brackets(line))
    else:
        shape.odd += 1
    return 0


def _count_entry(shape: Shape, entry: re.Match[str], *, at_root: bool, under: bool) -> None:
    key, value = entry["key"].strip(), entry["value"].strip()
    shape.entries += 1
    shape.nested += under or bool(entry["dashes"])
    plain = key.strip("\"'")
    shape.keys.append(plain)
    if at_root:
        shape.roots.append(plain)
    # an arrow outside of a comment points at a line of a sketch; a program tells its name before its command
    sketched = (">" in value or not value.isascii()) and _SKETCHED.match(value)
    shape.odd_keys += not _KEY_LIKE.match(key) or bool(sketched) or f"/{key} -" in value
    shape.capital += plain[:1].isupper() and not plain.isupper()
    shape.sentences += value[:1] not in "\"'[{|>&*!#" and " " in value and bool(_SENTENCE.match(value))


def _brackets(text: str) -> int:
    if {"[", "]", "{", "}"}.isdisjoint(text):
        return 0
    text = re.sub(r"\"[^\"]*\"|'[^']*'|\s#.*$", "", text)
    return sum(map(text.count, "[{")) - sum(map(text.count, "]}"))


def _opens_block(text: str) -> bool:
    return ("|" in text or ">" in text) and _BLOCK.search(text) is not None
