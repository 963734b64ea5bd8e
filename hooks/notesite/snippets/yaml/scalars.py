"""YAML scalars as kubectl reads them.

kubectl's reader follows neither YAML 1.1 nor 1.2 to the letter: `y` and `off` are booleans, `08` and `0o17` are
integers, `1.0` and `1e3` too (they go through JSON), while `1:30` and `2020-01-01` stay strings.  PyYAML differs in
each of these, so its tags are not trusted for plain scalars.
"""

from __future__ import annotations

from functools import lru_cache

from yaml.nodes import ScalarNode

from ...lib.light import Final, lazy

STRING: Final = "string"
INTEGER: Final = "integer"
FLOAT: Final = "number"
BOOLEAN: Final = "boolean"
NULL: Final = "null"

Value = str | int | float | bool | None

_TAG = "tag:yaml.org,2002:"
_KINDS = {"str": STRING, "int": INTEGER, "float": FLOAT, "bool": BOOLEAN, "null": NULL}
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
BOOLEANS = {
    spelling: truth
    for truth, words in ((True, ("y", "yes", "on", "true")), (False, ("n", "no", "off", "false")))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}
_INTEGER = lazy(r"[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)")
_FLOAT = lazy(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_FLOAT_WORDS = {
    f"{sign}{word}": value
    for sign, value in (("", float("inf")), ("+", float("inf")), ("-", float("-inf")))
    for word in (".inf", ".Inf", ".INF")
} | dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))
_MOST_DIGITS = 400  # longer numbers are text to us: Python refuses or takes long to read them


@lru_cache(maxsize=4096)
def plain(text: str) -> tuple[str, Value]:  # noqa: PLR0911  # one return for each kind of scalar
    """Kind and value of a scalar without quotes and without a tag."""
    if text in _NULLS:
        return NULL, None
    if text in BOOLEANS:
        return BOOLEAN, BOOLEANS[text]
    if text[0] not in "0123456789+-." or len(text) > _MOST_DIGITS:
        return STRING, text
    if text in _FLOAT_WORDS:
        return FLOAT, _FLOAT_WORDS[text]
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(digits):
        return INTEGER, _integer(digits)
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        return (INTEGER, int(number)) if number.is_integer() else (FLOAT, number)
    return STRING, text


def _integer(digits: str) -> int:
    unsigned = digits.lstrip("+-")
    octal = len(unsigned) > 1 and unsigned[0] == "0" and unsigned.isdigit()
    value = int(unsigned, 8 if octal else 0)
    return -value if digits[0] == "-" else value


def resolve(node: ScalarNode) -> tuple[str, Value]:
    """Kind (`string`, `integer`, `number`, `boolean`, `null`) and value of a scalar node.

    Works for nodes of the C loader (plain style is "") and of the pure one (plain style is None).
    """
    text: str = node.value
    tag = node.tag.removeprefix(_TAG)
    if node.style:
        # Quoted or block: text, unless a tag in the document says otherwise (`!!int "5"`).
        kind = _KINDS.get(tag, STRING)
        return (kind, plain(text)[1]) if kind != STRING else (STRING, text)
    kind, value = plain(text)
    if tag == "str" and kind != STRING and node.end_mark.index - node.start_mark.index > len(text):
        return STRING, text  # `!!str 5`: the node is longer than its value, by the tag
    return kind, value
