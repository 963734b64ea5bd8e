"""JSON, which is YAML as well: read as such, but its own syntax errors are said in its own words."""

from __future__ import annotations

import json
from typing import Final

from . import documents
from .yaml_fault import Fault

_WORDS: Final = {  # what Python's reader says, and what a person would
    "Expecting ',' delimiter": "a comma or a closing bracket is missing before this",
    "Expecting ':' delimiter": "a colon is missing before this",
    "Expecting property name enclosed in double quotes": "a key in double quotes is needed here, or the comma above is one too many",
    "Illegal trailing comma before end of object": "the comma before the closing bracket is one too many",
    "Illegal trailing comma before end of array": "the comma before the closing bracket is one too many",
    "Expecting value": "a value is missing here, or not in double quotes",
    "Unterminated string starting at": "the quote opened here is never closed",
    "Invalid control character at": "a text must not go on over the end of a line",
    "Invalid \\escape": "a backslash must be doubled",
    "Extra data": "the object ends before this",
}


def read(text: str) -> documents.Reading:
    """The document in a text, or the place where it is no JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        words = _WORDS.get(error.msg.removesuffix(": "), error.msg)
        return documents.Reading((), (Fault("Y_SYNTAX", words, error.lineno, error.colno),), complete=False)
    except RecursionError:
        return documents.Reading((), (Fault("Y_DEPTH", "nested too deeply", 1, 1),), complete=False)
    return documents.read(text.replace("\t", " "))
