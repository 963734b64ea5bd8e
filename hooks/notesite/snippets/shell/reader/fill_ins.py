"""What stands in a command for the reader to replace, and where a substitution ends."""

from __future__ import annotations

import re

from ....lib.patterns import lazy

# In any script, with spaces, with alternatives; `<< name >>` where nothing follows that a here-document would need.
PLACEHOLDER = lazy(
    r"<(?=[^\W\d]|\d+>|\d+-\d)(?:[^<>&;$`\"'\n]|(?<=\w)'(?=\w)){0,60}(?<!\s)>|<\.\.\.>|\{\{[^\n]*?\}\}|[{\[][A-Za-z]\w*(?: \w+){1,6}[}\]]"
    r"|<<[ \t]*\w[^<>|&;$`\"'\n]{0,60}>>(?=[ \t]*(?:\n|\Z|[ \t]-))"
)
FILL_IN = lazy(
    r"\{[^\W\d][\w -]*\}|\[[^\W\d][\w <>./=-]*\]|\[<[^\]]*\]|\.{3}|…|\*{3,}|[xX]{3,}(?=$|-)|%[A-Za-z_]\w*%|![A-Z_]+!"
)


_TOLD_APART = lazy(r"\\.|'[^']*'|[()]", re.DOTALL)


def closing(text: str, start: int, end: int) -> int | None:
    """The offset of the `)` that closes the `(` at `start`."""
    depth = 0
    for match in _TOLD_APART.finditer(text, start, end):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0] == ")" and depth == 0:
            return match.start()
    return None
