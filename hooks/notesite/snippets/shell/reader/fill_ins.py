"""What stands in a command for the reader to replace, and where a substitution ends."""

from __future__ import annotations

from ....lib.patterns import lazy

# In any script, with spaces, with alternatives; `<< name >>` where nothing follows that a here-document would need.
PLACEHOLDER = lazy(
    r"<(?=[^\W\d]|\d+>|\d+-\d)[^<>&;$`\"'\n]{0,60}(?<!\s)>|<\.\.\.>|\{\{[^\n]*?\}\}"
    r"|<<[ \t]*\w[^<>|&;$`\"'\n]{0,60}>>(?=[ \t]*(?:\n|\Z|[ \t]-))"
)
FILL_IN = lazy(
    r"\{[^\W\d][\w -]*\}|\[[^\W\d][\w <>./=-]*\]|\[<[^\]]*\]|\.{3}|…|\*{3,}|[xX]{3,}(?=$|-)|%[A-Za-z_]\w*%|![A-Z_]+!"
)


def closing(text: str, start: int, end: int) -> int | None:
    """The offset of the `)` that closes the `(` at `start`."""
    depth = 0
    at = start
    while at < end:
        character = text[at]
        if character == "\\":
            at += 1
        elif character == "'":
            found = text.find("'", at + 1, end)
            at = found if found >= 0 else at
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return None
