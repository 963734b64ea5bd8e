"""YAML text to node graphs, guarded: a fault with a place for whatever is wrong, never a crash.

The order of the guards matters.  libyaml composes by recursion in C and can be made to overflow the stack, so depth
is judged on its event stream (a state machine) before anything is composed; aliases are judged on the node graph,
where a bomb is still small.
"""

from __future__ import annotations

import itertools
import json
import operator
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import yaml

from ...diagnostics.diagnostic import Severity
from ...lib.light import NamedTuple, bundled_forms, bundled_json, lazy
from ..language import languages
from . import nodes as graph
from .yaml_fault import Fault, Lines

Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_TEXT, _MAPPING, _SEQUENCE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"


@lru_cache(maxsize=4096)
def _tag(kind: type[yaml.Node], value: str | None, implicit: tuple[bool, bool] | bool) -> str:
    """The tag of a node that has none, as PyYAML gives it; keys and short values repeat all the time."""
    if kind is not yaml.ScalarNode:
        return _MAPPING if kind is yaml.MappingNode else _SEQUENCE
    if value is None or not isinstance(implicit, tuple) or not implicit[0]:
        return _TEXT
    resolvers = Loader.yaml_implicit_resolvers.get(value[:1], ())
    return next((str(tag) for tag, pattern in resolvers if pattern.match(value)), _TEXT)


# libyaml's parser makes nodes by itself; what would make values of them takes a fifth of the time to be set up.
_Parser = Loader.__bases__[0] if yaml.__with_libyaml__ else Loader


class NodeLoader(_Parser):  # type: ignore[misc,valid-type]  # the base is chosen at run time
    """Makes the nodes of `Loader` in half of its time.

    The parser asks these three for every node.  Tags by path, which two of them are for, nobody sets here, so functions
    of the interpreter that do nothing stand in for them: a call of Python's own would cost more than the node.
    """

    resolve = staticmethod(_tag)
    descend_resolver = operator.is_
    ascend_resolver = bool


class Limits(NamedTuple):
    """What a snippet of notes may hold; real ones stay far below."""

    characters: int = 256 * 1024
    depth: int = 64  # nested collections, aliases followed
    nodes: int = 20_000  # nodes, aliases expanded
    documents: int = 1_000
    number: int = 400  # characters of one number


LIMITS = Limits()


class Reading(NamedTuple):
    """What a text holds: one root node for each document that is no empty one, and what is wrong."""

    documents: tuple[yaml.Node, ...]
    faults: tuple[Fault, ...]
    complete: bool  # every document could be read
    shift: int = 0  # characters left out before the first one, to be added to columns of line 1


def read(text: str, *, limits: Limits = LIMITS, named: Callable[[int], int] = int) -> Reading:
    """Read `text`; `named` tells how a line of it is to be called in messages (its line in the notes file)."""
    refusal = _refused(text, limits)
    if refusal:
        return Reading((), tuple(refusal), complete=False)
    prepared, faults = prepare(text)
    shift = len(text) - len(prepared)
    lines = Lines(prepared, named)
    if _may_be_deep(prepared, limits) and (hostile := _too_much(lines, limits)):
        return Reading((), (*faults, hostile), complete=False, shift=shift)
    documents: list[yaml.Node] = []
    complete = True
    for part in _composed(lines, limits):
        if isinstance(part, Fault):
            faults.append(part)
            complete = False
        else:
            for node in graph.split(part, faults, lines):
                fine = graph.inspect(node, faults, limits, lines)
                complete = complete and fine
                if fine and (not isinstance(node, yaml.ScalarNode) or node.value or node.style):
                    documents.append(node)
    faults.sort(key=lambda fault: (fault.line, fault.column))
    return Reading(tuple(documents), tuple(faults), complete, shift)


_BAD_CHARACTER = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\ufeff]")
_SHOWN_BAD = 10


def _refused(text: str, limits: Limits) -> list[Fault]:
    if len(text) > limits.characters:
        return [Fault("Y_SIZE", f"{len(text):,} characters of YAML; the limit is {limits.characters:,}", 1, 1)]
    if text.replace("\n", "").isprintable():  # none of the characters below is
        return []
    faults, lines = [], Lines(text)
    for match in itertools.islice(_BAD_CHARACTER.finditer(text, int(text.startswith("\ufeff"))), _SHOWN_BAD):
        code, message = "Y_CHAR", f"YAML forbids the character U+{ord(match[0]):04X}"
        if match[0] == "\ufeff":
            code, message = "Y_SYNTAX", "an invisible byte order mark in the middle, as left by joining files"
        faults.append(Fault(code, message, *lines.place(match.start()), replacement=""))
    return faults


# ---- Preparing: same length, so that every place stays what it is.

_MOST_ODD = 50  # more of the same is no news
_AS_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u200b\x85\u2028\u2029", " "))
_ODD_BREAK = lazy("[\x85\u2028\u2029]+")
_COMMENT = lazy(r"(?:^|[ \t])#[^\n]*\Z", re.MULTILINE)
_FORMS = bundled_forms(__name__, "forms.txt")
_NO_BREAK_SPACE = lazy(_FORMS["space"], re.MULTILINE)
_ELISION = lazy(_FORMS["elision"], re.MULTILINE)


_SIGNS_OF_ELISION = ("..", ".\n", ". .", " *", "***", "---> ", "<- ", "// highl", "snip", "ted]", *"…⋮←⬅✅❌✓✗✔✘")
_ARROW = lazy(r"  (?<=\S  ) *[<=←→⇒⟵⟶⬅➜👈-]")  # begins with what can be searched for fast
_FILE_NAME = lazy(r"\A(?:%%[^\n]*|(?:[\w./-]+\.)?ya?ml:?)(?=[ \t]*\n)")  # `%%writefile web.yaml` has one in Jupyter
_LEFT_OUT = lazy(r"\n[ ]*#[. ]*(?:\.\.[^\n]*)?\n(?:[ ]*[\w-]+:[ ]*\n)?\s*\Z")  # an elision, as a comment
_SYNOPSIS = lazy(_FORMS["synopsis"])
_PROSE = lazy(r"[^\s#:\[{&*!|>-](?:[^:\n]|:(?!\s))*(?: \S+){3}|[^:\n]*(?:\.{3}|…|。。)\s*$")
_CONTENT = lazy(r"^\s*[^\s#]", re.MULTILINE)
_DOCUMENT_NEXT = lazy(r"\s*(?:---|%|\Z)")


def prepare(text: str) -> tuple[str, list[Fault]]:
    """The text as YAML is to read it, and what was odd.

    Elisions become comments, no-break spaces and odd line breaks become spaces; only a byte order mark at the very
    start goes.  Everything else keeps its index.
    """
    faults: list[Fault] = []
    text = text.removeprefix("\ufeff")
    if not text.isascii():
        what = "an invisible space" if "\u200b" in text else "a no-break space"
        text = _spaced(text, _NO_BREAK_SPACE, faults, "Y_SPACE", f"{what}, which YAML reads as text")
        text = _spaced(text, _ODD_BREAK, faults, "Y_CHAR", "an invisible line separator, a line break to some parsers")
    prepared = text
    if "yaml" in text or "yml" in text:  # a file's name above its content, or a label
        prepared = _FILE_NAME.sub(lambda match: "#" + match[0][1:], text)
    if any(map(text.lower().__contains__, _SIGNS_OF_ELISION)) or _ARROW.search(text):
        prepared = _ELISION.sub(lambda match: _as_comment(match, text), prepared)
    return prepared, faults


def _explained(error: yaml.MarkedYAMLError, lines: Lines) -> Fault:
    from .syntax_error import explain  # noqa: PLC0415  # most YAML is right

    return explain(error, lines)


def leaves_out(text: str) -> bool:
    """Whether a line of dots, or a value of them, stands for more."""
    return _ELISION.search(text) is not None or re.search(r"#[^\n]*(?:\.{3}|…)", text) is not None


def _spaced(text: str, pattern: re.Pattern[str], faults: list[Fault], code: str, message: str) -> str:
    matches = list(itertools.islice(pattern.finditer(text), _MOST_ODD))
    matches = [match for match in matches if not _COMMENT.search(text[: match.start()])]
    if not matches:
        return text
    first = matches[0]
    line, column = Lines(text).place(first.start())
    if len(matches) > 1:
        more = f"{len(matches) - 1}" + ("" if len(matches) < _MOST_ODD else " or more")
        message = f"{message} (here and at {more} places below)"
    faults.append(Fault(code, message, line, column, len(first[0]), Severity.WARNING, first[0].translate(_AS_SPACES)))
    return pattern.sub(lambda match: match[0].translate(_AS_SPACES), text)


def _as_comment(match: re.Match[str], text: str) -> str:
    found = match[0]
    ends = found.rstrip() == "..." and _CONTENT.search(text, 0, match.start())
    if ends and _DOCUMENT_NEXT.match(text, match.end()):
        return found  # a real end of document
    body = found.lstrip(" ")
    return found[: len(found) - len(body)] + "#" + body[1:]


# ---- Depth, before anything recurses.

_LEADING = lazy(r"^[ \t:?-]+", re.MULTILINE)


def _may_be_deep(text: str, limits: Limits) -> bool:
    """Whether the text could hold more than the limits allow: a cheap bound, so that most texts are parsed once.

    A block collection needs a deeper column than its parent, or the same one (a list in a mapping); a flow
    collection needs an opening bracket, and may hold single pairs that are mappings.
    """
    openers = text.count("[") + text.count("{")
    column = max(map(len, _LEADING.findall(text)), default=0)
    small = len(text) <= limits.nodes and text.count("---") <= limits.documents
    return not small or 2 * (column + openers) + 2 > limits.depth


def _too_much(lines: Lines, limits: Limits) -> Fault | None:
    depth = documents = 0
    try:
        for nodes, event in enumerate(yaml.parse(lines.text, Loader=Loader), 1):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            documents += isinstance(event, yaml.DocumentStartEvent)
            over = (
                (depth > limits.depth and ("Y_DEPTH", f"nested deeper than {limits.depth} levels"))
                or (documents > limits.documents and ("Y_DOCS", f"more than {limits.documents:,} documents"))
                or (nodes > limits.nodes and ("Y_NODES", f"more than {limits.nodes:,} nodes"))
            )
            if over:
                return Fault(*over, *lines.place(event.start_mark.index if event.start_mark else 0))
    except yaml.MarkedYAMLError:
        return None  # told where it is composed
    except RecursionError:  # the parser in Python, where there is no libyaml
        return Fault("Y_DEPTH", f"nested deeper than {limits.depth} levels", 1, 1)
    return None


_RESTARTS = 20
_NEXT_DOCUMENT = lazy(r"^---(?=\s)", re.MULTILINE)


def _composed(lines: Lines, limits: Limits) -> Iterator[yaml.Node | Fault]:
    """The documents' root nodes; a broken one gives a fault, and reading goes on at the next `---`."""
    text, begin, typed = lines.text, 0, False  # after commands comes what they print
    for _ in range(_RESTARTS):
        rest = re.sub(r"[^\r\n]", " ", text[:begin]) + text[begin:] if begin else text
        index = begin
        try:
            for node in yaml.compose_all(rest, Loader=NodeLoader):
                if node is not None:
                    index = node.end_mark.index if node.end_mark else index
                    yield node
        except yaml.MarkedYAMLError as error:
            fault = _explained(error, lines)
            if languages.is_command_in_yaml(lines.line(fault.line)):
                begin, start = index, lines.index(fault.line)
                text, typed = f"{text[:start]}#{text[start + 1 :]}", True
                continue
            mark = error.problem_mark or error.context_mark
            place = lines.index(lines.place(mark.index)[0] if mark else fault.line)
            synopsis = languages.SYNOPSES.search(text) or _SYNOPSIS.search(lines.line(fault.line))
            typed = typed or "[#" in text or synopsis is not None
            if not typed and not _is_part(text, lines, fault, place):
                yield fault
            index = max(index, mark.index if mark is not None else index)
            following = _NEXT_DOCUMENT.search(text, max(lines.index(fault.line), begin + 1))
            if following is None:
                return
            begin = following.start()
        except RecursionError:
            yield Fault("Y_DEPTH", f"nested deeper than {limits.depth} levels", 1, 1)
            return
        else:
            return


_HEAD = lazy(r"(?:[ \t]*(?:#[^\n]*|---[^\n]*)?\n)*[ \t]*\"?(?:apiVersion|kind)\"?:")
_SLIPS = 3  # lines that may be broken in a manifest, which is a real file all the same
_LONG = 15  # lines of any other text that may have two; what has more was never meant to be read as YAML
# Hardly ever a slip of the pen.
_UNLIKELY = lazy("is not expected here|the document ended|less indented than the first|under `[^`]* [^`]*` ")
# Or two, or what joins files.
_ONE_WORD = lazy(r"\s*(?:- *)?[A-Za-z][\w./-]*[;\"]?(?: +(?:\"[^\"]*\"|\S+))?\s*(?:#.*)?$|.*\ufeff")
_GAP = lazy(r"\n[ \t]*(?:\n#[^\n]*)*\Z")  # and what tells of the next example
_MOST_MENDED = 20
_LIKE_YAML = lazy(r"\s*(?:#|- |-$|[\w.\"'/<$-]+(?: \S+)?:(?:\s|$)|[\]})]|$)")
_COLUMNS = lazy(_FORMS["columns"], re.MULTILINE)
_BRACES = lazy(_FORMS["braces"], re.MULTILINE)


def is_sketch(text: str) -> bool:
    """Whether so many lines are broken that no slip of the pen explains it: pseudo code, or another language."""
    manifest = _HEAD.match(text) is not None
    slips = _SLIPS if manifest else 1 + (text.count("\n") > _LONG)
    if _COLUMNS.search(text) or (not manifest and _BRACES.search(text)):
        return True
    rows = prepare(text)[0].splitlines()
    for _ in range(_MOST_MENDED):
        lines = Lines("\n".join(rows))
        try:
            for _event in yaml.parse(lines.text, Loader=Loader):
                pass
        except yaml.MarkedYAMLError as error:
            fault = _explained(error, lines)
        else:
            return False
        row = rows[fault.line - 1]
        piece = "does not belong to" in fault.message and _GAP.search("\n".join(rows[: fault.line - 1]))
        unlikely = piece or "is no `key" in fault.message or (not manifest and _UNLIKELY.search(fault.message))
        if unlikely and not ("is no" in fault.message and _ONE_WORD.match(row)):
            return True
        if "backticks" in fault.message or (manifest and fault.code == "Y_TAB"):
            return False
        if fault.replacement is not None:  # which is certain
            rows[fault.line - 1] = row[: fault.column - 1] + fault.replacement + row[fault.column - 1 + fault.length :]
            continue
        slips -= 1
        rows[fault.line - 1] = ""
        width = len(row) - len(row.lstrip()) + (re.search("align|fits no level", fault.message) is None)
        closing = " ]}),;" if row.rstrip().endswith(("{", "[", "(")) or ": |" in row else " "
        for index in range(fault.line, len(rows)):  # with what stands under it
            if rows[index].strip(closing) and rows[index][:width].strip():
                break
            slips -= closing == " " and not _LIKE_YAML.match(rows[index])
            rows[index] = ""
        if slips < 0:
            return True
    return True


def _is_part(text: str, lines: Lines, fault: Fault, place: int) -> bool:
    """Whether a fault comes of showing parts: what is above is left out, or words stand between them."""
    above = lines.line(fault.line - 1).lstrip()
    banner = re.match(r"#[ ]?[#=*-]{3}", above) is not None and "apiVersion:" not in text
    prose = (not above or above.startswith(("#..", "..."))) and _PROSE.match(lines.line(fault.line))
    return bool(banner or prose or _LEFT_OUT.search(text, 0, place))


# ---- JSON, which is YAML as well: read as such, but its own syntax errors are said in its own words.


def read_json(text: str) -> Reading:
    """The document in a text, or the place where it is no JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        words = bundled_json(__name__, "json_errors.json").get(error.msg.removesuffix(": "), error.msg)
        return Reading((), (Fault("Y_SYNTAX", words, error.lineno, error.colno),), complete=False)
    except RecursionError:
        return Reading((), (Fault("Y_DEPTH", "nested too deeply", 1, 1),), complete=False)
    return read(text.replace("\t", " "))
