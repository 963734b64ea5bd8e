"""YAML syntax errors said at the token that causes them.

A parser reports where it gave up, often a line after the slip, in its own terms.  Each function here takes one of
its complaints back to the slip and says what to do.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping

import yaml

from notesite.lib.light import bundled_json, lazy

from ...lib.light import Final
from . import indentation
from .odd_signs import odd_sign
from .parser_message import Case, last_scalar, no_space, shown, spaces
from .yaml_fault import Fault, Lines

_GLUED: Final = lazy(r"^(?P<head>\s*(?:-\s+)*[A-Za-z_][\w./-]*):(?=[^\s:/])")
_LIKE_ENTRY: Final = lazy(r"[\w.\"'/<$-]+(?: \S+){0,3}$")  # but for its colon
_ENTRY_AND_KEY: Final = 2  # words in `name: web image: nginx`, between the colons
_NEAR: Final = 8  # lines above a fault that may hold its cause
_KEY: Final = lazy(r"^(?P<indent>\s*)(?P<dashes>(?:-\s+)*)(?P<key>[^\s:#'\"\[{][^:#]*?|\"[^\"]*\"|'[^']*')\s*:(?=\s|$)")


def explain(error: yaml.MarkedYAMLError, lines: Lines) -> Fault:
    """The fault that caused `error`, at the token to be mended."""
    mark = error.problem_mark or error.context_mark
    line, column = lines.place(mark.index) if mark else (1, 1)
    start = lines.place(error.context_mark.index) if error.context_mark else (line, column)
    case = Case(error.problem or "", error.context or "", line, column, start, lines)
    told = odd_sign(case) or _lost(case)
    if told:
        return told
    for words, told in bundled_json(__name__, "complaints.json"):
        if words in case.problem or words in case.context:
            fault = _EXPLANATIONS[told](case) if isinstance(told, str) else _said(case, **told)
            if fault:
                return fault
    plain = " ".join(filter(None, (case.context, case.problem)))
    return case.fault(plain.replace("<block end>", "the end of the block"))


def _lost(case: Case) -> Fault | None:
    """A manifest whose lines have lost their indentation, by the first of them."""
    above = list(indentation.above(case.lines, case.line))
    for (line, text), (_, outer) in itertools.pairwise(above):
        if outer.rstrip() == "metadata:" and re.match(r"(?:name|namespace|labels|annotations):", text):
            name = text.partition(":")[0]
            return Fault(
                "Y_SYNTAX",
                f"`{name}` belongs under `metadata`: indent it, and what has lost its indentation below",
                line,
                1,
                len(name),
            )
    return None


def _said(case: Case, says: str, code: str = "Y_SYNTAX", length: int = 0) -> Fault:
    """The same words always, but for the word or the sign at the place of the complaint."""
    message = says.format(token=case.token, name=case.token[1:], sign=case.sign)
    return case.fault(message, length=length, code=code)


# ---- Mappings.


def _mapping_values(case: Case) -> Fault | None:
    """`a: b: c`, a key indented under a key that has a value, or a colon without its space on a line above."""
    before = case.text[: case.column - 1]
    slip = _glued_above(case) or _dash_above(case)
    if slip:
        return slip
    own = _KEY.match(case.text)
    if " // " in before:
        return _lacks_colon(case, case.line, before.index(" // ") + 2)
    if own and own.end() - 1 < case.column - 1:
        *text, last = before[own.end() :].split() or [""]
        message = f"a second `: ` in one line: quote the value of `{own['key'].strip()}`"
        if len(text) < _ENTRY_AND_KEY and last[0].isalnum():  # else it is a sentence
            message += f", or put `{last}:` on its own line"
        return case.fault(message, length=1)
    if not own or '"' in own["key"][1:-1]:
        return case.fault("a `: ` inside a text: quote the whole text", length=1)
    return _indented_under_value(case, own)


def _indented_under_value(case: Case, own: re.Match[str]) -> Fault | None:
    """A key that is read as more text of a value: it is too deep, or the line that begins the text lacks its colon."""
    key = own["key"].strip()
    begin = _text_begin(case)
    if begin:
        return _lacks_colon(case, *begin)
    line, text = next(indentation.above(case.lines, case.line), (0, ""))
    above = _KEY.match(text)
    where = case.lines.named(line)
    if above is None:
        message = f"`{key}` is indented under the text on line {where}"
        return case.fault(message, column=own.start("key") + 1, length=len(key))
    if text[above.end() :].lstrip().startswith("//"):
        return _lacks_colon(case, line, text.index("//", above.end()) + 1)
    name = above["key"].strip()
    if above.start("key") < own.start("key"):
        message = f"`{key}` is indented under `{name}` (line {where}), which already has a value"
    else:
        message = f"`{key}` is read as more text of the value on line {where}"
    return case.fault(message, column=own.start("key") + 1, length=len(key))


def _text_begin(case: Case) -> tuple[int, int] | None:
    """Where the text begins that ends just before the fault, when it begins its line and goes over several."""
    last = last_scalar(case)
    if last is None or last.style or last.start_mark is None:
        return None
    line, column = case.lines.place(last.start_mark.index)
    before = case.lines.line(line)[: column - 1]
    if line == case.line or before.strip(" -"):
        return None
    _, above = next(indentation.above(case.lines, line), (0, ""))
    is_value = "-" in before and re.match(r"\s*- ", above) and not _KEY.match(above)  # one value of a list of values
    return None if is_value else (line, column)


def _lacks_colon(case: Case, line: int, column: int) -> Fault:
    words = re.split(r"\s#", case.lines.line(line)[column - 1 :].rstrip())[0].rstrip()
    message, mend = f"`{shown(words)}` is no `key: value`", None
    if words == "---":
        message = "`---` begins a document only at the very start of a line"
    elif not words.strip("-–—"):
        message, mend = "a document begins with three plain dashes, no more and no fewer", "---"
    elif words == "Copy code":
        message = "`Copy code` is a button, copied with the text of a page: delete the line"
    elif words.startswith("//"):
        return Fault("Y_SYNTAX", "`//` begins no comment in YAML: write `#`", line, column, 2, replacement="#")
    elif _LIKE_ENTRY.match(words):
        below = _KEY.match(case.lines.line(line + 1)) is not None  # of the same item
        item = below and case.lines.line(line)[: column - 1].strip() == "-"
        message += ": a key before it or the colon after it is missing" if item else ": the colon is missing"
    return Fault("Y_SYNTAX", message, line, column, len(words), replacement=mend)


def _dash_above(case: Case) -> Fault | None:
    """`-key: value` without a space, on the lines just above."""
    for line, text in itertools.islice(indentation.above(case.lines, case.line + 1), _NEAR):
        match = re.match(r"\s*(-)[A-Za-z\"'][\w.-]*[\"']?:(?:\s|$)", text)
        if match:
            return no_space(line, match.start(1) + 1)
        if line < case.line and re.match(r"\s*-\s", text) and indentation.width(text) < indentation.width(case.text):
            return None
    line, text = next(indentation.above(case.lines, case.line), (0, ""))
    match = re.match(r"\s*(-)[^\s-]", text)
    return no_space(line, match.start(1) + 1) if match else None


def _glued_above(case: Case) -> Fault | None:
    """`key:value` without a space, on this line or the one before it."""
    for line in (case.line, case.line - 1):
        fault = _glued(case, line)
        if fault and not (line == case.line and fault.column >= case.column):
            return fault
    return None


def _glued(case: Case, line: int) -> Fault | None:
    match = _GLUED.match(case.lines.line(line)) if line else None
    if match is None:
        return None
    return no_space(line, match.end(), match["head"].strip().lstrip("- "))


def _no_colon(case: Case) -> Fault:
    """A line that should be `key: value` and has no colon, or none with a space after it."""
    line, column = case.start
    words = case.lines.line(line)[column - 1 :].rstrip()
    number, above = next(indentation.above(case.lines, line), (0, ""))
    told = words.count(":") > 1 or words.endswith(")")
    if told and above.rstrip().endswith(":") and indentation.columns(above)[0] == column - 1:
        name, where = above.strip("- :"), case.lines.named(number)
        message = f"the value of `{name}` on line {where} must be indented more than it"
        return Fault("Y_SYNTAX", message, line, column, len(words))
    dash = no_space(line, column) if re.match(r"-[^\s-]", words) else None
    return _glued(case, line) or dash or _lacks_colon(case, line, column)


def _expected_key(case: Case) -> Fault | None:
    """Something that fits no level: text after a quote, a list item among keys, an indentation that was never opened."""
    swallowed = _swallowing_quote(case) or _open_text(case)
    if swallowed:
        return swallowed
    before = case.text[: case.column - 1]
    if before.strip(" -"):
        return _after_value(case, before)
    slip = _glued_above(case) or _dash_above(case)
    if slip:
        return slip
    if re.match(r"-(\s|$)", case.text[case.column - 1 :]):
        return _item_among_keys(case)
    if case.token[:1] in "]})":
        return case.fault(f"`{case.token[0]}` closes nothing", length=1)
    return _fits_no_level(case)


def _item_among_keys(case: Case) -> Fault:
    line = indentation.early_end(case.lines, case.line)
    if not line:
        return case.fault("a list item among keys: indent it under the key that it belongs to", length=1)
    text = case.lines.line(line)
    key = text.split(":", 1)[0].strip()
    message = f"`{key}` ends the list above, though an item follows on line {case.lines.named(case.line)}: indent it"
    return Fault("Y_SYNTAX", message, line, indentation.width(text) + 1, len(key))


def _fits_no_level(case: Case) -> Fault:
    width = case.column - 1
    levels = indentation.levels(case.lines, case.line)
    for number, text in indentation.above(case.lines, case.line):
        key = indentation.columns(text)[0]
        if text.lstrip().startswith("- ") and abs(key - width) == 1 and _KEY.match(text) and _KEY.match(case.text):
            name, where = text.strip("- ").split(":")[0], case.lines.named(number)
            return case.fault(f"indented by {spaces(width)}, and `{name}` on line {where} by {key}: align them")
        if indentation.width(text) < width - 1:
            break
    if width in levels:
        word = case.token.rstrip(":")
        return case.fault(f"`{word}` does not belong to the list above: start it with `- `, or indent it")
    shown = " or ".join(map(str, levels))
    return case.fault(f"indented by {spaces(width)}, which fits no level above" + (f" ({shown})" if shown else ""))


def _after_value(case: Case, before: str) -> Fault | None:
    quote = re.search(r"""(['"])(?:(?!\1).)*\1\s*$""", before)
    if quote and quote[1] == "'" and case.text[case.column - 2 : case.column - 1] == "'":
        return case.fault(
            "text after the closing quote: double a quote inside single quotes (''), or use double quotes"
        )
    if case.token.startswith("//"):
        return _lacks_colon(case, case.line, case.column)
    if quote:
        return case.fault('text after the closing quote: quote the whole value, and write a quote inside it as \\"')
    if case.token[:1] in "]})":
        return case.fault(f"`{case.token[0]}` closes nothing", length=1)
    return case.fault(f"`{case.token}` is not expected here: the value before it is already complete")


def _document_start(case: Case) -> Fault:
    content = list(indentation.above(case.lines, case.line))
    if content:
        first, text = content[-1]
        indent = indentation.width(text)
        if indent > case.column - 1:
            return case.fault(f"less indented than the first line, which has {spaces(indent)}: align them")
        if re.match(r"[A-Za-z][\w.-]*\s*(?:#.*)?$", text):
            return _lacks_colon(case, first, 1)
    return case.fault("the document ended before this: put `---` between documents")


# ---- Quotes and brackets.


def _unclosed_quote(case: Case) -> Fault:
    """A quote that nothing closes, or an escape that does not exist."""
    line, column = case.start
    quote = case.lines.line(line)[column - 1 : column]
    if "escape" in case.problem:
        token = case.text[case.column - 1 : case.column + 1]
        return case.fault(f"`{token}` is no escape: double the backslash, or use single quotes", length=2)
    return Fault("Y_SYNTAX", f"the quote {quote} opened here is never closed", line, column)


def _swallowing_quote(case: Case) -> Fault | None:
    """A quote that was left open, and closed only by the next quote some lines below."""
    last = last_scalar(case)
    position = case.lines.index(case.line) + case.column - 1
    if last is None or last.style not in {"'", '"'} or last.start_mark.line == last.end_mark.line:
        return None
    if last.end_mark.index + 1 < position and case.lines.text[last.end_mark.index : position].strip():
        return None
    line, column = case.lines.place(last.start_mark.index)
    end = case.lines.named(case.lines.place(last.end_mark.index)[0])
    return Fault("Y_SYNTAX", f"the quote {last.style} opened here is closed only on line {end}", line, column)


def _open_text(case: Case) -> Fault | None:
    """A text of several lines without quotes, whose brackets stand in the way."""
    last = last_scalar(case)
    if last is None or last.style or last.start_mark.line == last.end_mark.line or case.token[:1] not in "]})":
        return None
    line, column = case.lines.place(last.start_mark.index)
    if not case.lines.line(line).rstrip().endswith(("{", "[", "(")):
        return None
    message = "a text of several lines begins here: put `|` after the key, and the text below it, indented"
    return Fault("Y_SYNTAX", message, line, column)


def _unclosed_bracket(case: Case) -> Fault:
    """A bracket that nothing closes, or a missing comma."""
    if swallowed := _swallowing_quote(case):
        return swallowed
    line, column = case.start
    opener = case.lines.line(line)[column - 1 : column]
    closer = {"[": "]", "{": "}"}.get(opener, "the closing bracket")
    if re.match(r"[\[{]\s*\?\s*[\]}]", case.lines.line(line)[column - 1 :]):
        return Fault("Y_SYNTAX", "a `?` between brackets begins a key to YAML: quote it", line, column)
    rest = case.lines.text[case.lines.index(case.line) :]
    if case.line > line and not re.search(rf"^\s*{re.escape(closer)}", rest, re.MULTILINE):
        return Fault("Y_SYNTAX", f"the `{opener}` opened here is never closed", line, column)
    if case.text.startswith("${{", case.column - 2):
        return case.fault("`${{` between brackets: quote the whole value, from `${{` to `}}`")
    if case.line > line or not case.token:
        return Fault("Y_SYNTAX", f"the `{opener}` opened here is not closed where it should be", line, column)
    return case.fault(f"a comma or `{closer}` is missing before this")


# ---- Other signs.


def _star(case: Case) -> Fault:
    """A value that begins with `*` or `&`, as a cron line or a wildcard does."""
    line, column = case.start
    text = case.lines.line(line)[column - 1 :]
    value = re.split(r"\s#", text.rstrip(), maxsplit=1)[0].rstrip()
    name = "an alias" if text.startswith("*") else "an anchor"
    message = f"a value that begins with `{text[:1]}` is {name} to YAML: quote it"
    return Fault("Y_SYNTAX", message, line, column, len(value), None, f'"{value}"')


def _item_here(case: Case) -> Fault:
    """A list item on the line of its key."""
    before = case.text[: case.column - 1].strip()
    if before.endswith(":"):
        return case.fault(f"a list cannot begin on the line of its key: put it below `{shown(before)}`", length=1)
    return case.fault("a list item cannot begin here: start it on a line of its own", length=1)


def _cannot_start(case: Case) -> Fault:
    """A sign that no value may begin with."""
    if case.sign == "\t":
        return case.fault("a tab where a value should begin: YAML allows only spaces here", length=1, code="Y_TAB")
    return case.fault(f"a value cannot begin with `{case.sign}`: quote it")


# Those that complaints of data/complaints.json name.
_EXPLANATIONS: Final[Mapping[str, Callable[[Case], Fault | None]]] = {
    function.__name__[1:]: function
    for function in (
        *(_cannot_start, _document_start, _expected_key, _item_here, _mapping_values, _no_colon, _star),
        *(_unclosed_bracket, _unclosed_quote),
    )
}
