"""How languages that are no YAML and no shell show themselves in the first lines of a block."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from notesite.lib.patterns import lazy


class Signature(NamedTuple):
    """How a language shows itself."""

    language: str
    words: tuple[str, ...]  # lower case; where none of them stands, the pattern cannot match and is not even compiled
    pattern: re.Pattern[str]


SIGNATURES: Final = (
    Signature(
        "diff",
        ("diff --git ", "+++ ", "@@ -", "index: "),
        lazy(r"\A(?:diff --git |--- \S+.*\n\+\+\+ |@@ -\d|Index: )", re.MULTILINE),
    ),
    Signature("xml", ("<",), lazy(r"\A\s*<(?:\?xml|!--|[A-Za-z][\w:-]*(?:\s+[\w:-]+=|\s*/?>))")),
    Signature(
        "http",
        ("http/",),
        lazy(r"\A(?:[<>] )?(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+ HTTP/|HTTP/\d)"),
    ),
    Signature(
        "dockerfile",
        ("from ",),
        lazy(r"\A(?:#.*\n|[ \t]*\n|ARG .*\n)*FROM [^\s:]\S*(?: AS \w+)?\s*$", re.MULTILINE | re.IGNORECASE),
    ),
    Signature(
        "dockerfile",
        (
            "run ",
            "copy ",
            "add ",
            "cmd ",
            "entrypoint ",
            "workdir ",
            "expose ",
            "env ",
            "user ",
            "healthcheck ",
            "volume ",
            "label ",
        ),
        lazy(r"\A(?:#.*\n)*(?:RUN|COPY|ADD|CMD|ENTRYPOINT|WORKDIR|EXPOSE|ENV|USER|HEALTHCHECK|VOLUME|LABEL) \S"),
    ),
    Signature(
        "go",
        ("package ", "func ", "import (", "type "),
        lazy(
            r"^(?:package \w+$|func (?:\(\w+ \*?\w+\) )?\w+\(|import \($|type \w+ (?:struct|interface) \{)",
            re.MULTILINE,
        ),
    ),
    Signature(
        "python",
        ("def ", "class ", "import ", "print(", ">>> ", "@"),
        lazy(
            r"^(?:def \w+\(.*\).*:$|class \w+.*:$|import \w[\w.]*(?: as \w+)?$|from [\w.]+ import |print\(|>>> |@\w+[\w.]*(?:\(.*\))?$)",
            re.MULTILINE,
        ),
    ),
    Signature(
        "python",
        ("if", "for", "while", "with", "except", "try:", "else:", "finally:"),
        lazy(
            r"^(?:if|for|while|with|elif|except)\b[^\n]*:$\n\s+\S|^(?:try|else|finally):\n\s+\w+[\w.]*\(", re.MULTILINE
        ),
    ),
    Signature(
        "javascript",
        ("const ", "let ", "var ", "function", "=>", "import ", "console.log("),
        lazy(
            r"^(?:const|let|var) \w+.*=|^(?:export |async )*function\b.*\(|=> *\{$|^import .* from ['\"]|console\.log\(",
            re.MULTILINE,
        ),
    ),
    Signature(
        "java",
        ("public ", "private ", "protected ", "import "),
        lazy(r"^(?:public|private|protected) [\w<>\[\], ]+[({]|^import [\w.]+;$", re.MULTILINE),
    ),
    Signature("rust", ("fn ", "use "), lazy(r"^(?:pub )?fn \w+\(|^use [\w:]+(?:::\{.*\})?;$", re.MULTILINE)),
    Signature("c", ("#include ", "int main("), lazy(r"^#include [<\"]|^int main\(", re.MULTILINE)),
    Signature(
        "hcl",
        (" {",),
        lazy(r"^(?:resource|provider|module|variable|data|output|terraform|locals)(?: \"[\w-]+\")* \{", re.MULTILINE),
    ),
    Signature(
        "sql",
        ("select", "insert into", "update", "delete from", "create ", "alter table", "drop"),
        lazy(
            r"\A\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (?:TABLE|DATABASE|USER|INDEX)|ALTER TABLE|DROP)\b",
            re.IGNORECASE,
        ),
    ),
    Signature(
        "nginx",
        (" {",),
        lazy(r"^[ \t]*(?:server|location|upstream|http|events)(?: [^\n{]+)? \{$", re.MULTILINE),
    ),
    Signature(
        "mermaid",
        ("graph ", "flowchart ", "diagram", "gantt", "pie", "mindmap"),
        lazy(
            r"\A\s*(?:graph (?:TD|TB|LR|RL|BT)|flowchart |sequenceDiagram|classDiagram|stateDiagram|erDiagram|gantt|pie\b|mindmap)"
        ),
    ),
    Signature(
        "makefile",
        ("\n\t",),
        lazy(r"^[\w./-]+:(?: [\w./ -]+)?\n\t(?!\s*(?:- |[\w.-]+:(?:\s|$)))\S", re.MULTILINE),
    ),
)
_SECTION: Final = lazy(r"^\s*\[\[?[\w.:\"'@/ -]+\]\]?\s*(?:[#;].*)?$")
_SETTING: Final = lazy(r"^\s*[\w.\"'-]+\s*=\s*\S?")


def signature(text: str) -> str:
    """The language that the text shows itself to be in, "" when it shows none of those known here."""
    stripped = text.strip()
    if _is_json(stripped):
        return "json"
    lowered = stripped.lower()
    for language, words_of_it, pattern in SIGNATURES:
        if any(word in lowered for word in words_of_it) and pattern.search(stripped):
            return language
    return _settings_file(stripped)


def _is_json(text: str) -> bool:
    if text[:1] not in "{[" or not re.match(r"[{\[]\s*(?:[\"'{\[\]}]|-?\d|true|false|null|//)", text):
        return False
    # A flow list on one line (`["sh", "-c"]`) may be either; both readings are right.
    return text.startswith("{") or text.rstrip(",").endswith(("]", "}", "..."))


def _settings_file(text: str) -> str:
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", ";"))]
    sections = sum(bool(_SECTION.match(line)) for line in lines)
    settings = sum(bool(_SETTING.match(line)) for line in lines)
    if sections and sections + settings >= 0.7 * len(lines) and settings:
        quoted = any(re.search(r"=\s*[\"'\[{]", line) for line in lines)
        return "toml" if quoted else "ini"
    tight = [re.match(r"[\w.-]+=\S", line.strip()) for line in lines]
    return "properties" if len(lines) > 1 and all(tight) else ""
