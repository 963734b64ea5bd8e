"""What speaks for a fragment being a part of Kubernetes: the keys that fit, the types below them, the words around it.

A fault is only told where enough else is right: nearly any YAML has a key that some definition knows too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ...lib.light import Final, NamedTuple, lazy
from ...lib.nearest import nearest_value, squeezed
from ..yaml.mappings import fields, get, pairs
from ..yaml.yaml_fault import MOVED
from .schema.definitions import Schema, Shape, Type, bundled, table
from .schema.values import Found

PARTS_OF_OBJECTS: Final = frozenset(
    ("metadata", "spec", "status", "data", "stringData", "rules", "roleRef", "subjects", "provisioner")
)
HEAD: Final = frozenset(("apiVersion", "kind", "metadata"))
_MOST_ITEMS: Final = 10  # of a list, to see what it holds
_MOST_WORDS: Final = 40  # of the sentence before a block
_TYPO: Final = 0.3  # of what a field says, when it has a letter too many
_ALLOWED: Final = 3.0  # what a word of a closed list says
FEW: Final = 2  # fields that are shown for themselves
_EACH: Final = 2  # more items of a list that lack the same
_VAGUE: Final = 3.0  # a mapping to anything says so much less
_LONGEST_KIND: Final = 3  # words in the name of a kind, as headings write it
_ENOUGH: Final = 6  # letters, for a misspelling to be told from another word


# What the words around a snippet may speak of.
_PART: Final = lazy(
    r"\b(?:patch|snippet|excerpt|partial|parts? of|fragment|omit|shorten|abbreviat|relevant|only the|add\b|adding\b"
    r"|adds\b|append|modif|change\b|edit\b|section of|lines? (?:to|below|above)|looks? like this in"
    r"|spec\.[a-z]|metadata\b)"
)
_PROPOSED: Final = lazy(
    r"\b(?:propos|kep\b|(?:new|extra) (?:\w+ ){0,2}fields?\b|extend(?:ing|s)?\b|api (?:changes?|updates?)|hypothetical|could look)"
)
_POINTED: Final = lazy(r"#[^\n]*(?:<-|←|⬅|👈|\^\^)|#[ ]*(?i:add|new|change)")  # a comment that says which lines matter
_ROOT: Final = lazy(r"^[a-z]\w*(?=:)", re.MULTILINE)


class Around(NamedTuple):
    """What stands around a snippet."""

    headings: tuple[str, ...] = ()  # outermost first
    lead: str = ""  # the sentence before it
    text: str = ""  # its own
    following: str = ""  # that of the next snippet

    @property
    def said(self) -> str:
        """The words next to the snippet, in lower case."""
        return " ".join((*self.headings[-2:], *self.lead.split()[-_MOST_WORDS:])).lower()

    def is_of_others(self) -> bool:
        """Whether it speaks of another program."""
        return _others().search(self.said) is not None

    def is_of_a_proposal(self) -> bool:
        """Whether it speaks of what the API might have one day."""
        return _PROPOSED.search(" ".join((*self.headings, self.said)).lower()) is not None

    def is_of_a_patch(self) -> bool:
        """Whether it says that an object which is there is changed: nothing is missing from a change."""
        return re.search(r"\b(?:patch|kustomiz|overlay)", self.said) is not None

    def names_a_version(self, line: str) -> bool:
        """Whether it says of which version of Kubernetes it speaks, or a line does in its comment."""
        return re.search(r"\b1\.[23]\d\b", f"{self.said} {line.partition('#')[2]}") is not None

    def names(self, schema: Schema, number: int) -> bool:
        """Whether it speaks of a kind that the definition can be a part of."""
        lead = " ".join(self.lead.split()[-_MOST_WORDS:])
        return any(number in schema.reach(kind) for kind in kinds_said((*self.headings[-2:], lead)))


# ---- The kinds that headings speak of, however they are spelt: "Config Maps", "Demonset", "Cron Job".


@lru_cache(maxsize=256)
def kinds_said(headings: tuple[str, ...]) -> tuple[int, ...]:
    """Numbers of the kinds named in the headings."""
    return tuple(dict.fromkeys(number for heading in headings for number in _named(heading)))


@lru_cache(maxsize=1024)  # the title of the notes stands above every block
def _named(heading: str) -> tuple[int, ...]:
    known = _kinds()
    words = "".join(c if c.isalnum() else " " for c in heading.lower()).split()[:20]
    found = []
    for size in range(1, _LONGEST_KIND + 1):
        for start in range(len(words) - size + 1):
            name = _spelt("".join(words[start : start + size]), known)
            if name:
                found.append(known[name])
    return tuple(found)


@cache
def _kinds() -> dict[str, int]:
    schema = bundled()
    priors = table("priors")["priors"]
    return {
        kind.lower(): number
        for name, number in sorted(
            schema.kinds.items(), key=lambda item: "beta" in item[0] or "alpha" in item[0], reverse=True
        )
        if (kind := name.partition(" ")[2]) in priors
    }


def _spelt(word: str, known: dict[str, int]) -> str | None:
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        if form in known:
            return form
    return nearest_value(word, known) if len(word) >= _ENOUGH else None


# ---- Words and keys of other programs.


@cache
def _others() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{table('foreign')['words']})")


@cache
def _words_of_others() -> frozenset[str]:
    return frozenset(word for words in table("foreign")["keys"].values() for word in words.split())


def has_keys_of_others(node: Node) -> bool:
    """Whether a key, near the root, is one that only other programs know, or is written as Kubernetes writes none."""
    return any(key in _words_of_others() for key in _keys(node, 3)) or any("_" in key for key in _keys(node, 1))


def _keys(node: Node, depth: int) -> Iterator[str]:
    if isinstance(node, SequenceNode) and depth:
        for item in node.value[:_MOST_ITEMS]:
            yield from _keys(item, depth)
    elif isinstance(node, MappingNode) and depth:
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield key.value
                yield from _keys(value, depth - 1)


def is_part(node: Node, shape: Shape, lacking: Sequence[Found], around: Around) -> bool:
    """Whether a manifest that lacks something shows only some of its fields: a patch, or a step of a lesson."""
    metadata, spec = get(node, "metadata"), get(node, "spec")
    few = get(spec, "containers") is None and len(pairs(spec)) <= FEW
    bare = (shape.short == "Pod" and few) or (shape.short == "Service" and few and get(spec, "selector") is None)
    template = get(spec, "template")
    hollow = gaps(spec) > 1  # `containers:` and `volumes:`, to be filled in
    pointed = _POINTED.search(around.text) is not None
    missing = {fault.field for fault in lacking}
    goes_on = not missing.isdisjoint(_ROOT.findall(around.following))
    labelled = get(metadata, "labels") is not None and missing == {"spec"}
    noted = (labelled or get(metadata, "annotations") is not None) and fields(node).keys() == HEAD
    no_labels = template is not None and get(template, "metadata", "labels") is None
    unlabelled = no_labels and "selector" in missing
    near = (shape.short, f"{shape.short}Spec")
    several = len(lacking) > 1 and any(fault.shape and fault.shape.short in near for fault in lacking)
    each = len(lacking) - len({fault.message for fault in lacking}) >= _EACH  # items of a list, which shows the rest
    nameless = metadata is None or isinstance(spec, ScalarNode)
    said = _PART.search(around.said) is not None or pointed or goes_on
    return said or nameless or bare or hollow or noted or unlabelled or several or each


_PRINTED: Final = frozenset(("creationTimestamp", "managedFields", "resourceVersion", "uid"))  # by the server
_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration:"
_FETCHED: Final = lazy(r"\bget\b.* -o[ =]?(?:yaml|json)")


def is_printed(node: Node, around: Around) -> bool:
    """Whether it is what the server has, of which the author shows a part."""
    return (
        bool(fields(get(node, "metadata")).keys() & _PRINTED)
        or bool(pairs(get(node, "status")))
        or _APPLIED in around.text
        or _FETCHED.search(around.said) is not None
    )


def gaps(node: Node | None) -> int:
    """How many keys have nothing after them."""
    if isinstance(node, ScalarNode) or node is None:
        return 0
    inner = [value for _, value in node.value] if isinstance(node, MappingNode) else node.value
    return sum(1 if isinstance(v, ScalarNode) and not v.value and not v.style else gaps(v) for v in inner)


def is_hollow(node: Node) -> bool:
    """Whether no value is given: the text shows the shape alone."""
    if isinstance(node, ScalarNode):
        return not node.value and not node.style
    inner = [value for _, value in node.value] if isinstance(node, MappingNode) else node.value
    return bool(inner) and all(map(is_hollow, inner))


def pieces(node: Node, gap: Callable[[Node], bool]) -> list[MappingNode]:
    """The pieces of a fragment that blank lines or comments set apart."""
    if not isinstance(node, MappingNode):
        return []
    begins = (index for index, (key, _) in enumerate(node.value) if index and gap(key))
    cut = (node.value[a:b] for a, b in pairwise((0, *begins, len(node.value))))
    return [MappingNode(node.tag, part, part[0][0].start_mark, node.end_mark) for part in cut]


def other_ways(
    found: Sequence[Found], definitions: Sequence[str], schema: Schema, gap: Callable[[Node], bool]
) -> list[Found]:
    """Faults of what shows a before and an after, or one way and another, apart by a blank line or a comment.

    `definitions` are those of a whole manifest.
    """
    both = [fault for fault in found if fault.code == "K_TWICE" and fault.field and gap(fault.node)]
    unknown = [f for f in found if f.code == "K_FIELD" and not f.slip and f.shape and f.shape.short in definitions]
    known = (f for f in unknown if isinstance(f.node, ScalarNode) and schema.owners(f.node.value) and gap(f.node))
    begin = next((fault.node.start_mark.index for fault in known), None)
    again = min((fault.node.start_mark.index for fault in both), default=None)  # from there on it is another
    after = (fault for fault in found if again is not None and fault.node.start_mark.index >= again)
    return [*after, *(fault for fault in unknown if begin is not None and fault.node.start_mark.index >= begin)]


MAY_BE_LEFT_OUT: Final = frozenset(("K_REQUIRED", "K_SELECTOR", "K_FIELD", "K_UNION"))


def causes(found: list[Found]) -> list[Found]:
    """Of several faults with one cause, the one that is it."""
    # What belongs one level up is not missing there, too, nor is what has the wrong type held against its version.
    strays = [fault.node.value for fault in found if fault.code == "K_FIELD"]
    found = [f for f in found if f.code == "K_TWICE" or not f.field or f.field not in strays]
    types = {fault.node.start_mark.line for fault in found if fault.code == "K_TYPE"}
    found = [f for f in found if f.code not in ("K_UNION", "K_VERSION") or f.node.start_mark.line not in types]
    moved = next((fault for fault in found if MOVED in fault.message), None)
    if moved is None:
        return found
    return [f for f in found if f is moved or f.slip or f.code not in (*MAY_BE_LEFT_OUT, "K_TWICE")]


_CAPITALS = lazy(r":[ ]+[A-Z]+_[A-Z_]+[ ]*$", re.MULTILINE)


def names_to_fill_in(found: Sequence[Found], text: str) -> list[Found]:
    """Faults of names in capitals that are to be filled in."""
    shouted = [fault for fault in found if fault.code == "K_NAME" and fault.node.value.isupper()]
    return shouted if len(shouted) > 1 or _CAPITALS.search(text) else []


def said(fault: Found) -> tuple[str, int, str]:
    """A fault without the definition it is held against; what is required is required by that one."""
    return fault.code, fault.node.start_mark.index, fault.message if fault.code == "K_REQUIRED" else ""


def is_left_out(fault: Found, roots: Sequence[Node]) -> bool:
    """Whether a fault is that a fragment lacks something, as fragments do."""
    if fault.code == "K_UNION" and fault.field == "type":
        return not any(get(root, "type") or get(get(root, "spec"), "type") for root in roots)
    if fault.code == "K_TWICE" and fault.field:  # one key with all that it may be
        return any(len(pairs(root)) > 1 and len({key.value for key, _ in pairs(root)}) == 1 for root in roots)
    # Of what is required, it leaves out what nothing else in it asks for.
    bare = fault.shape is not None and fault.shape.short.endswith(("Spec", "Probe"))
    return fault.code == "K_REQUIRED" and (bare or " required field " in fault.message)


class Sound:
    """How much of a fragment fits a definition, in weights of its fields; nothing at or above a fault counts alone."""

    def __init__(self, schema: Schema, faults: Sequence[Found]) -> None:
        self.schema = schema
        self.faulty: Mapping[int, Found] = {
            id(fault.node): fault for fault in faults if fault.code not in ("K_VERSION", "K_REQUIRED")
        }

    def of(self, shape: Shape, node: Node) -> float:
        """The weights of the fields that are right as written."""
        if isinstance(node, SequenceNode):
            return sum(self.of(shape, item) for item in node.value[:_MOST_ITEMS])
        if not isinstance(node, MappingNode):
            return 0.0
        return sum(self._entry(shape, key, value) for key, value in node.value if isinstance(key, ScalarNode))

    def _entry(self, shape: Shape, key: ScalarNode, value: Node) -> float:
        fault = self.faulty.get(id(key))
        name = key.value if fault is None else fault.replacement or ""
        field = shape.fields.get(name)
        if field is None:
            return 0.0
        right = name == key.value or squeezed(name) == squeezed(key.value)  # `mountpath` is hardly another word
        return self._value(field.type, value, field.weight * (1.0 if right else _TYPO))

    def _value(self, type_: Type, value: Node, weight: float) -> float:
        fault = self.faulty.get(id(value))
        if fault is not None:
            return weight if fault.slip and fault.code != "K_TYPE" else self._swapped(type_, value)
        if type_.kind == "@":
            found = self.of(self.schema.shape_of(type_), value) if isinstance(value, MappingNode) else 0.0
            return found and found + weight
        if type_.kind == "[" and type_.inner is not None:
            items = value.value[:_MOST_ITEMS] if isinstance(value, SequenceNode) else []
            inner = type_.inner
            found = sum(self._value(inner, item, 0.0 if inner.kind in "@[{" else 0.01) for item in items)
            return found and found + weight
        if type_.kind in "{o":
            # Right, or but for a slip of the pen.
            faults = [self.faulty.get(id(item)) for _, item in value.value] if isinstance(value, MappingNode) else []
            return weight / _VAGUE if any(fault is None or fault.slip for fault in faults) else 0.0
        if not isinstance(value, ScalarNode):
            return 0.0
        return weight + (_ALLOWED if value.value in type_.enum else 0.0)

    def _swapped(self, type_: Type, value: Node) -> float:
        """A list without its dash, or a mapping with one: what is in it speaks for the field."""
        if isinstance(value, MappingNode) and type_.kind == "[" and type_.inner is not None:
            type_ = type_.inner
        elif not isinstance(value, SequenceNode):
            return 0.0
        return self.of(self.schema.shape_of(type_), value) if type_.kind == "@" else 0.0
