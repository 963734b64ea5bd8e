"""What a code block really holds, told by its content.

Labels lie: in notes, half of the YAML is labelled as a shell's.  A label that names another real language is
trusted; a shell's label, `text`, an unknown word or no label is not.  Nothing is parsed here, so that broken YAML
is recognised as the YAML it should be, and so that the page renderer may ask for every block.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from ...lib.light import Final, NamedTuple, bundled_forms, lazy
from ...notes.model import Fence
from . import languages
from . import looks_like_yaml as shape


class Kind(StrEnum):
    """What a block holds."""

    MANIFEST = "manifest"  # YAML with apiVersion and kind
    FRAGMENT = "fragment"  # YAML, a part of a Kubernetes object; only a schema can tell it from PLAIN
    PLAIN = "yaml"  # any other YAML
    TEMPLATE = "template"  # YAML that a program fills in first: {{ }}, {% %}
    SHELL = "shell"  # commands
    CONSOLE = "console"  # commands after prompts, with what they print
    OUTPUT = "output"  # what a program prints
    PLACEHOLDER = "placeholder"  # only `...` or `<your text here>`
    OTHER = "other"  # another language
    TEXT = "text"  # prose, or nothing that is recognised
    EMPTY = "empty"  # no content, or nothing but comments


YAML_KINDS: Final = frozenset({Kind.MANIFEST, Kind.FRAGMENT, Kind.PLAIN})


class Classification(NamedTuple):
    """What a block holds, and the language to colour it in (a Pygments name)."""

    kind: Kind
    language: str

    @property
    def is_yaml(self) -> bool:
        """Whether it is YAML that can be read as it stands."""
        return self.kind in YAML_KINDS


_SHELL: Final = Classification(Kind.SHELL, "bash")
_TEXT: Final = Classification(Kind.TEXT, "text")
_ENOUGH: Final = 16 * 1024  # characters that tell what a block holds
_LONG: Final = 400  # characters that tell what a line holds


def classify(fence: Fence) -> Classification:
    """What the block holds."""
    tabs = not fence.fenced and "```" in fence.text  # of another dialect, whose fences GitHub shows as code
    open_ = not fence.closed and len(_SENTENCE.findall(fence.text)) > 1  # the text after it is in it, too
    return _TEXT if tabs or open_ else classify_text(fence.text, fence.label)


_SENTENCE: Final = lazy(r"^[A-Z][a-z]*(?: [\w',/()-]+)+[.:]$", re.MULTILINE)


def is_shell(fence: Fence) -> bool:
    """Whether the block holds commands, with or without what they print."""
    return classify(fence).kind in {Kind.SHELL, Kind.CONSOLE}


_MANIFEST: Final = lazy(r"(?:(?:#.*|---[ \t]*|)\n)*(?:apiVersion: *\S.*\nkind: *\S|kind: *\S.*\napiVersion: *\S)")


def highlighter(info: str, text: str) -> str:
    """The name of the Pygments lexer that suits a block's content: `yaml`, `bash`, `console`, `text` and so on."""
    words = info.split()
    return classify_text(text, words[0].strip("{}.").lower() if words else "").language


@lru_cache(maxsize=4096)  # asked by the check of commands, that of YAML, and the page
def classify_text(text: str, label: str = "") -> Classification:
    """What `text` under the label `label` (lower case, "" for none) holds."""
    if len(text) > _ENOUGH:
        text = text[len(text) - len(text.lstrip()) :][:_ENOUGH]
    if (
        label in languages.YAML_LABELS
        and _MANIFEST.match(text)
        and not (_MARKS.search(text) and _TEMPLATE.search(text))
    ):
        return Classification(Kind.MANIFEST, "yaml")  # most of the YAML in notes, told without a look at each line
    text = text.replace("\ufeff", "")
    lines = [line[:_LONG] for line in text.split("\n")]
    filled = [line for line in lines if line.strip()]
    content = [line for line in filled if not line.lstrip().startswith("#")]
    if label == "json" and _JSON_OBJECT.match(text) and not _JSON_NOTE.search(text):
        return Classification(Kind.MANIFEST if _JSON_NAMED.search(text) else Kind.PLAIN, "json")
    if label in languages.TRUSTED_LABELS:
        return Classification(Kind.OTHER if filled else Kind.EMPTY, label)
    if languages.is_yaml_label(label):
        return _labelled_yaml(text, lines, filled, content)
    if not content and not any(languages.prompted(line) for line in filled):
        shell = label in languages.SHELL_LABELS
        kind = Kind.EMPTY if not (filled and shell) else Kind.SHELL
        return Classification(kind, "bash" if shell else "text")
    return (
        _placeholder(content)
        or _shell(filled, content, label)
        or _printed(content)
        or _by_signature(text, lines)
        or _yaml(text, lines, label)
        or (_SHELL if label in languages.SHELL_LABELS else _TEXT)
    )


_JSON_OBJECT: Final = lazy(r"\s*[{\[]")
# no JSON for a machine
_JSON_NOTE: Final = lazy(r"\}\s*\{|/\*|\.{3}|…|(?:^|[,{\[])\s*(?://|#)|\{\{|<[a-zA-Z][^<>\n]*>(?!\")", re.MULTILINE)
_JSON_NAMED: Final = lazy(r'"apiVersion"\s*:\s*"[^"]*"[\s\S]*"kind"\s*:|"kind"\s*:\s*"[^"]*"[\s\S]*"apiVersion"\s*:')


# ---- Blocks labelled as YAML: they are, unless nothing in them is.


def _labelled_yaml(text: str, lines: list[str], filled: list[str], content: list[str]) -> Classification:
    if not content:
        return Classification(Kind.EMPTY, "yaml")
    if _has_template(text):
        return Classification(Kind.TEMPLATE, "yaml+jinja")
    measured = shape.measure(lines)
    # A program's text, such as a pipeline in Groovy; JSON is YAML and looks alike.
    program = measured.semicolons > 0.25 * measured.lines and measured.odd > 0.2 * measured.lines
    members = re.match(r'\s*"[^"]*"\s*:.*,\s*$', content[0])  # of an object of JSON
    if (program and text.lstrip()[:1] not in "{[") or members:
        return Classification(Kind.OTHER, "text")
    if not measured.entries:
        other = _no_entries(filled, content, measured)
    elif languages.prompted(content[0]) or _is_typed(content[0]):
        other = _SHELL  # commands that print YAML, or feed it to a program
    else:
        other = None if any(map(_BLOCK_KEY.match, content)) else _mostly_commands(content)  # a text may be a script
    described = _printed(content) if measured.capital > measured.entries / 2 else None
    words = measured.odd_keys > max(measured.entries / 2, 1) or len(_REMARK.findall(text)) > 1  # a form to be filled in
    return other or described or (_TEXT if words else _of_yaml(measured))


def _no_entries(filled: list[str], content: list[str], measured: shape.Shape) -> Classification | None:
    if _placeholder(content):
        return Classification(Kind.PLACEHOLDER, "yaml")
    if languages.settings_file("\n".join(content)):
        return Classification(Kind.OTHER, "toml")
    # `cat` may be an animal
    shell = (_shell(filled, content, "") if " " in content[0].strip() else None) or _mostly_commands(content)
    if shell or measured.items:
        return shell
    # of no program that is known, or its flags
    words = len(content) > 1 and re.match(r"[^\W\d]|--\w|>>|\[\w+\]\s*$", content[0])
    return _printed(content) or (_TEXT if words else None)


def _mostly_commands(content: list[str]) -> Classification | None:
    """The first one may be a name that its author has given to a command."""
    return _SHELL if sum(map(_is_typed, content)) > len(content) / 2 else None


def _is_typed(line: str) -> bool:
    is_known = languages.is_known_command(line) and not languages.ENTRY.match(line)
    return is_known and not re.match(r"kind +[A-Z]", line)  # a key that lacks its colon


def _of_yaml(measured: shape.Shape) -> Classification:
    return Classification(Kind.MANIFEST if _NAMED.issubset(measured.roots) else Kind.PLAIN, "yaml")


_NAMED: Final = frozenset(("apiVersion", "kind"))

# ---- Templates.

_TEMPLATE: Final = lazy(bundled_forms(__name__, "forms.txt")["template"], re.MULTILINE)
_BLOCK_KEY: Final = lazy(r"^(\s*)(?:- +)*[^\s#].*:\s*(?:![^\s]+\s+)?[|>][+-]?\d?\s*$")


# What all of these have, and is found five times as fast.
_MARKS: Final = lazy(r"@@|<%|\{(?:\s*\{|[%!]|[\w-]+\})")


def _has_template(text: str) -> bool:
    """Whether a template mark stands where YAML is read, not in a comment or in a block of text."""
    if not _MARKS.search(text):
        return False
    block = -1
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if block >= 0 and (indent > block or not line.strip()):
            continue
        opened = _BLOCK_KEY.match(line)
        block = indent if opened else -1
        if _TEMPLATE.search(re.sub(r"(?:^|\s)#.*$", "", line)):
            return True
    return False


# ---- Everything else, most telling first.

_PLACEHOLDER: Final = lazy(rf"^\s*(?:{bundled_forms(__name__, 'forms.txt')['placeholder']})\s*$", re.IGNORECASE)


_PLACES: Final = (*".…[<_=!>|&", "todo", "tbd", "xxx")  # what these begin with


def _placeholder(content: list[str]) -> Classification | None:
    may = content and content[0].lstrip().lower().startswith(_PLACES)
    if may and all(_PLACEHOLDER.match(line) for line in content):
        return Classification(Kind.PLACEHOLDER, "text")
    return None


def _shell(filled: list[str], content: list[str], label: str) -> Classification | None:
    """Commands: the first line that is no comment is one, or has a prompt before it."""
    return _console(filled, content, label) or _script(filled[0]) or _commands(content, label)


def _console(filled: list[str], content: list[str], label: str) -> Classification | None:
    prompts = [languages.prompted(line) is not None for line in filled]
    first = prompts and (prompts[0] or any(languages.prompted(line) is not None for line in content[:1]))
    if not any(prompts) or not (first or label in languages.CONSOLE_LABELS):
        return None
    return Classification(Kind.SHELL if all(prompts) else Kind.CONSOLE, "console")


def _script(first: str) -> Classification | None:
    if not first.startswith("#!"):
        return None
    if re.search(r"\b(?:ba|z|k|da)?sh\b", first):
        return _SHELL
    program = re.search(r"(?:/|env )(\w+?)[\d.]*\s*$", first)
    return Classification(Kind.OTHER, program[1] if program else "text")


_HEREDOC: Final = lazy(r"^\s*(?:sudo +)?(?:cat|tee|kubectl)\b.*<<-?[ ]*['\"]?[A-Za-z_]+")


def _commands(content: list[str], label: str) -> Classification | None:
    first = content[0] if content else ""
    if languages.ENTRY.match(first) or (first.lstrip()[:1] == "-" and re.match(r"\s*-(?:\s|$)", first)):
        return None
    if languages.is_known_command(first):
        return _SHELL if _reads_like_command(first, label) else None
    if languages.is_command(first) and any(_HEREDOC.search(line) for line in content):
        return _SHELL
    commands = sum(languages.is_command(line) for line in content)
    if not languages.is_command(first) or commands < len(content) / 2 or languages.looks_printed(content):
        return None
    settings = all(re.match(r"^[A-Za-z_][\w.]*=", line) for line in content)
    if settings and label not in languages.SHELL_LABELS and not first.startswith("export"):
        return Classification(Kind.OTHER, "properties")
    return _SHELL


def _reads_like_command(line: str, label: str) -> bool:
    """Not a sentence that begins with a program's name: `make sure that ...`."""
    words = line.split()
    if label in languages.SHELL_LABELS or len(words) == 1 or not languages.may_be_prose(line):
        return True
    prose = line.rstrip().endswith((".", "!", "?", ":")) and len(words) > 3
    article = any(word in {"the", "a", "an", "that", "is", "are", "of", "your"} for word in words[1:5])
    return not prose and not (article and words[0] != "echo") and not words[0][:1].isupper()


def _printed(content: list[str]) -> Classification | None:
    return Classification(Kind.OUTPUT, "text") if languages.looks_printed(content) else None


def _by_signature(text: str, lines: list[str]) -> Classification | None:
    language = languages.signature(text)
    if not language:
        return None
    if language == "json" and _JSON_NAMED.search(text) and not _JSON_NOTE.search(text):
        return Classification(Kind.MANIFEST, "json")
    # a ConfigMap that carries a file in that language
    if language not in ("json", "http") and _NAMED.issubset(shape.measure(lines).roots):
        return None
    return Classification(Kind.OTHER, language)


_COLUMN: Final = lazy(r"^[\w-]+: {2,}\S", re.MULTILINE)
_WORDY: Final = lazy(r"^\s*[\w./-]+: +[^\s\"'\[{|>&!#]\S* +[^\s#]", re.MULTILINE)  # `eth0: state DOWN`
_DESCRIBED: Final = lazy(r"^[ \t]*[A-Z][\w /()-]*: {2,}\S", re.MULTILINE)
_REMARK: Final = lazy(r"^[ \t]*[\w.-]+:[ \t]+\([^()\n]* [^()\n]*\)[ \t]*$", re.MULTILINE)  # `spec: (what is wanted)`


def _yaml(text: str, lines: list[str], label: str) -> Classification | None:
    measured = shape.measure(lines)
    flat = not measured.nested and measured.entries == len(measured.roots)
    capital = measured.capital > measured.entries / 2 and _DESCRIBED.search(text)
    wordy = 2 * len(_WORDY.findall(text)) > measured.entries
    # As its author says, as programs set values, or as they say what is.
    printed = capital or (flat and (label == "text" or wordy or _COLUMN.search(text)))
    json = measured.entries and not any(map(languages.ENTRY.match, lines))  # every key in quotes: a part of it
    if printed or json or languages.SYNOPSES.search(text) or len(_REMARK.findall(text)) > 1 or not _is_yaml(measured):
        return None
    if _has_template(text):
        return Classification(Kind.TEMPLATE, "yaml+jinja")
    return _of_yaml(measured)


def _is_yaml(measured: shape.Shape) -> bool:
    if _NAMED.issubset(measured.keys) and measured.share >= 0.4:
        return True
    if not measured.entries:
        return _is_list_of_values(measured)
    if _is_unlike_yaml(measured):
        return False
    if measured.nested and measured.nested >= len(measured.items):
        return True
    return _is_flat_mapping(measured)


def _is_unlike_yaml(measured: shape.Shape) -> bool:
    """Too many lines are none of YAML, or too many keys and values none of a program's."""
    entries = measured.entries
    capital = measured.capital > 0.5 * entries and not (measured.nested and measured.capital < entries)
    return (
        measured.share < 0.75
        or measured.loose > entries + len(measured.items)
        or measured.semicolons > 0.3 * measured.lines
        or measured.odd_keys > 0.25 * entries
        or measured.sentences > 0.4 * entries
        or capital
    )


def _is_list_of_values(measured: shape.Shape) -> bool:
    """A list of single values, as of `args:`; a list of words or sentences is prose."""
    if measured.odd or not measured.items:
        return False
    marked = [re.match(r"--?\w|\"|'|[\w.-]+=\S*$|\*|!", item) for item in measured.items]
    return all(marked) and all(" " not in item.strip("\"'") or item[:1] in "\"'" for item in measured.items)


def _is_flat_mapping(measured: shape.Shape) -> bool:
    """`key: value` lines without any nesting: the keys must be a program's, not a sentence's."""
    keys = measured.keys
    lowered = [key.lower() for key in keys]
    if any(key in languages.HEADERS for key in lowered) and (len(keys) > 1 or lowered[0] != "host"):
        return False
    if measured.odd or measured.capital or len(keys) > len(set(keys)) == 1:
        return False
    if len(keys) == 1 and lowered[0] in languages.PROSE_KEYS:
        return False
    return all(re.fullmatch(r"[a-z][\w./-]*|[A-Z][A-Z0-9_]+|<<", key) for key in keys)
