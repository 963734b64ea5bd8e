"""What the labels of code blocks mean, and how shells, other languages and what programs print betray themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...lib.light import Final, NamedTuple, bundled_forms, bundled_json, lazy


def is_yaml_label(label: str) -> bool:
    """Whether a label names YAML, or a file of it."""
    return label in YAML_LABELS or label.endswith((".yaml", ".yml"))


_FORMS: Final = bundled_forms(__name__, "forms.txt")
_WORDS: Final = {name: frozenset(text.split()) for name, text in bundled_json(__name__, "words.json").items()}
YAML_LABELS: Final = _WORDS["yaml labels"]
SHELL_LABELS: Final = _WORDS["shell labels"]
CONSOLE_LABELS: Final = _WORDS["console labels"]  # of sessions: commands after prompts, and what they print
TRUSTED_LABELS: Final = _WORDS["trusted labels"]  # of real languages: nobody writes `python` above YAML
HEADERS: Final = _WORDS["headers"]  # of HTTP, in lower case
PROSE_KEYS: Final = _WORDS["prose keys"]  # what a sentence may have before a colon

_WORD: Final = lazy(r"^(?:sudo\s+|time\s+|watch\s+)*([\w./$~-]+)(?=\s|$|;)")
_ASSIGNMENT: Final = lazy(r"^(?:export\s+)?[A-Za-z_]\w*=(?:\S|$)")
_OPTIONS: Final = lazy(r"^[./~\w-]+(?:\s+[^\s:]+)*\s+--?[A-Za-z][\w-]*(?:[\s=]|$)")
_CONTROL: Final = lazy(rf"^(?:{_FORMS['control']})")
PROMPT: Final = lazy(rf"[ \t]*(?:{_FORMS['prompt']})(?=\S)")
_NOTHING_TYPED: Final = lazy(r"\[?[\w.-]+@[\w.-]+[: ]\S*[$#]\s*$")


def is_command(line: str) -> bool:
    """Whether a line, without its prompt, reads like a shell command."""
    text = line.strip()
    word = _WORD.match(text)
    if word and _is_known(word[1]) and not re.match(r"\s*:(\s|$)", text[word.end() :]):
        return True
    return bool(_ASSIGNMENT.match(text) or _CONTROL.match(text) or (_OPTIONS.match(text) and ": " not in text))


def _is_known(word: str) -> bool:
    return word.lower() in _WORDS["commands"] or word.startswith(("./", "$(", "~/", "/usr/", "/bin/", "/opt/"))


def is_known_command(line: str) -> bool:
    """Whether a line begins with the name of a common program and goes on like a command."""
    word = _WORD.match(line.strip())
    return word is not None and _is_known(word[1])


def may_be_prose(line: str) -> bool:
    """Whether a line that begins with a program's name may be a sentence all the same."""
    return line.split(maxsplit=1)[0].lower() in _WORDS["english commands"]


def prompted(line: str) -> str | None:
    """The command after a shell prompt, None when the line has no prompt."""
    match = PROMPT.match(line) or _NOTHING_TYPED.match(line)
    if match:
        return line[match.end() :]
    is_root = line[:2] in {"# ", "> "} and line[2:3].strip() and is_known_command(line[2:])  # or on Windows
    return line[2:] if is_root else None


def is_command_in_yaml(line: str) -> bool:
    """Whether a line that YAML cannot be is a shell's, or what it prints, and no key without a colon: `hostname web`."""
    if ENTRY.match(line):
        return False
    if prompted(line) is not None or is_message(line):
        return True
    return _PLAINLY_TYPED.match(line) is not None or (
        is_known_command(line) and not may_be_prose(line) and re.search(" --?[A-Za-z]", line) is not None
    )


_PLAINLY_TYPED: Final = lazy(r"(?:kubectl|k|helm|minikube|docker) |[A-Z]*EO[FTL]\s*$")

# ---- What programs print.

_TABLE_HEAD: Final = lazy(
    r"^[A-Z][A-Z0-9()/_%-]*(?:(?: {2,}|\t+| )[A-Z][A-Z0-9()/_%-]*)+\s*$|^(?:NAME|CURRENT|NAMESPACE|TYPE)\s*$"
)
_DESCRIBED: Final = lazy(r"^ *[A-Z][\w /()-]*: {2,}\S|^[A-Z][\w ]*:\s*$")
_LOG: Final = lazy(rf"^(?:{_FORMS['log']})")
_COMPLAINTS, _DONE = map(tuple, bundled_json(__name__, "phrases.json"))  # _RESULT matches no line without one of these
_COMPLAINT: Final = lazy(r"^[\w/.-]+: (?:line \d+: )?[^\s{\[\"']+: ")
_RESULT: Final = lazy(rf"(?:[\w.-]+/[\w.:<>-]+|[a-z][\w.]* \"[^\"]+\"|[\w.-]+) (?:{_FORMS['result']})\b")
_TREE: Final = lazy(r"[├└│┌┐┘─┬┴╭╰═║╔╗+]\s?[─\-–═]|^\+[-=+]+\+$")


SYNOPSES: Final = lazy(_FORMS["synopsis"], re.MULTILINE)
ENTRY: Final = lazy(r"\s*(?:- +)*[\w./-]+:(?:\s|$)")


def looks_printed(lines: list[str]) -> bool:
    """Whether the lines (none of them blank) are what a program prints: a table, a description, logs, a tree."""
    if not lines:
        return False
    head = lines[0].strip()
    if head[:1].isupper() and _TABLE_HEAD.match(head) and (len(lines) > 1 or "  " in head):
        return True
    capital = [line for line in lines if line.lstrip(" ")[:1].isupper()]
    described = sum(bool(_DESCRIBED.match(line)) for line in capital)
    wide = sum(bool(re.match(r"^ *[A-Z][\w /()-]*: {2,}\S", line)) for line in capital)
    if wide >= 3 or (wide and described >= 0.6 * len(lines)):
        return True
    logged = sum(_is_logged(line.lstrip()) or is_message(line.lstrip()) for line in lines)
    drawn = sum(bool((not line.isascii() or "+" in line) and _TREE.search(line)) for line in lines)
    wider = [line for line in lines if "  " in line]
    columns = sum(len(re.findall(r"\S {2,}(?=\S)", line)) > 1 and not ENTRY.match(line) for line in wider)
    return logged >= 0.5 * len(lines) or (len(lines) > 1 and columns >= 0.6 * len(lines)) or drawn >= 0.3 * len(lines)


# A plain test before each pattern: YAML without a label is asked all of this, and needs none of the patterns.


def _is_logged(line: str) -> bool:
    plain = line[:1] == "-" or (
        line[:1].islower() and line[3:4] != " " and not line.startswith(("time=", "level=", "ts="))
    )
    return not plain and _LOG.match(line) is not None


def is_message(line: str) -> bool:
    """Whether a line is what a program says when it is done, or cannot do it."""
    if line.startswith(_COMPLAINTS) or (line.count(": ") > 1 and _COMPLAINT.match(line)):
        return True
    return any(word in line for word in _DONE) and _RESULT.match(line) is not None


# ---- Languages that are no YAML and no shell.


class Signature(NamedTuple):
    """How a language shows itself."""

    language: str
    words: Sequence[str]  # lower case; where none of them stands, the pattern cannot match and is not even compiled
    pattern: str


SIGNATURES: Final = tuple(Signature(*row) for row in bundled_json(__name__, "signatures.json"))
_SECTION: Final = lazy(r"^\s*\[\[?[\w.:\"'@/ -]+\]\]?\s*(?:[#;].*)?$")
_SETTING: Final = lazy(r"^\s*[\w.\"'-]+\s*=\s*\S?")


def signature(text: str) -> str:
    """The language that the text shows itself to be in, "" when it shows none of those known here."""
    stripped = text.strip()
    lowered = stripped.lower()
    for language, words_of_it, pattern in SIGNATURES:
        if any(word in lowered for word in words_of_it) and re.search(pattern, stripped):
            return language
    return settings_file(stripped)


def settings_file(text: str) -> str:
    """`toml`, `ini` or `properties`; "" for anything else."""
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", ";"))]
    sections = sum(bool("[" in line and _SECTION.match(line)) for line in lines)
    settings = sum(bool("=" in line and _SETTING.match(line)) for line in lines)
    if sections and sections + settings >= 0.7 * len(lines) and settings:
        quoted = any(re.search(r"=\s*[\"'\[{]", line) for line in lines)
        return "toml" if quoted else "ini"
    tight = ["=" in line and re.match(r"[\w.-]+=\S", line.strip()) for line in lines]
    return "properties" if len(lines) > 1 and all(tight) else ""
