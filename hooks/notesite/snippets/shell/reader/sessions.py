"""Terminal sessions in snippets: which characters are prompts, which lines are output.

Nothing is cut out: prompts and output become spaces, so that every offset stays right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ....lib.patterns import lazy

_SURE = lazy(
    r"""[ \t]*(?:
      \$                                      # $ kubectl
    | (?:\([\w.-]+\)\s)?\[?[\w.-]+@[\w.-]+(?::|\s)?[~\w/.-]*\]?\s?[$\#%>]    # user@host:~$   [root@host ~]#
    | (?:ba)?sh-[\d.]+[$\#]                   # bash-5.1$
    | ~(?:/[\w./-]*)?\s?[$\#%]                # ~/work$
    | PS\ [A-Z]:\\[^>\n]*>                    # PS C:\work>
    | [A-Z]:\\[^>\n]*>                        # C:\work>
    | [❯➜»](?:\ +~)?
    )[ \t]+(?=\S)""",
    re.VERBOSE,
)
_BARE_WINDOWS = lazy(r"[ \t]*(?:PS )?[A-Z]:\\[^>\n]*>(?=\S)")
_MAYBE = lazy(r"[ \t]*[#%>][ \t]+(?=\S)")  # a root's prompt, or a comment, or a quotation
_SECOND = lazy(r"[ \t]*>(?:[ \t]|$)")  # the shell's prompt for a line that goes on
_TYPED = lazy(
    r"(?:sudo )?(?:k|kubectl|minikube|docker|helm|git|kubeadm|curl|wget|apt(?:-get)?|yum|dnf|systemctl|export|cat|echo|cd|ls"
    r"|mkdir|vi|vim|nano|bash|sh|ssh|chmod|chown|cp|mv|rm|watch|kind|brew|npm|pip3?|python3?|openssl|alias|source|for)\b"
)
_HEADER = lazy(r"[A-Z][A-Z0-9()/_-]*(?: [A-Z][A-Z0-9()/_-]*)*(?:[ \t]{2,}[A-Z][A-Za-z0-9()/_ -]*)+\s*$")
_DONE = (
    "created", "configured", "deleted", "unchanged", "patched", "labeled", "annotated", "scaled", "exposed", "edited",
    "replaced", "restarted", "rolled", "applied", "autoscaled", "tainted", "cordoned", "updated", "condition met",
    "Error", "error:", "W", "E", "No resources found",
)  # fmt: skip  # without one of these in a line, the pattern cannot match
_RESULT = lazy(
    r"(?:[\w.-]+/[\w.:-]+|[a-z][\w.]* \"[\w.:-]+\") (?:created|configured|deleted|unchanged|patched|labeled|annotated|scaled"
    r"|exposed|edited|replaced|restarted|rolled back|serverside-applied|force deleted|autoscaled|tainted|cordoned"
    r"|(?:image|env|resource requirements) updated|condition met)\b"
    r"|(?:Error from server|error:|Error:|Warning:|W\d{4} |E\d{4} |No resources found)"
    r"|deployment \"[\w.-]+\" successfully rolled out"
)
_LONGEST = 200  # lines that one typed command may go on for


def mask(text: str, is_open: Callable[[str], bool]) -> str:
    """The text with prompts and output blanked out; same length, same line ends.

    Args:
        text: A snippet.
        is_open: Whether a shell would wait for more after this text.
    """
    lines = text.split("\n")
    prompts = _prompts(lines)
    blanked = _session(lines, prompts, is_open) if any(prompts) else _plain(lines)
    return "\n".join(blanked)


def _prompts(lines: Sequence[str]) -> list[int]:
    """For each line, the length of its prompt, 0 when it has none."""
    sure = [_length(_SURE.match(line) or _BARE_WINDOWS.match(line)) for line in lines]
    if any(sure):
        return sure
    # `# kubectl ...` is a root's prompt only where nothing is typed without it; else it is a comment.
    maybe = [_length(_MAYBE.match(line)) for line in lines]
    typed = [_TYPED.match(line[length:].lstrip()) is not None for line, length in zip(lines, maybe, strict=True)]
    with_prompt = any(known and length for known, length in zip(typed, maybe, strict=True))
    without = any(known and not length for known, length in zip(typed, maybe, strict=True))
    if not with_prompt or without:
        return [0] * len(lines)
    return [length if known else 0 for known, length in zip(typed, maybe, strict=True)]


def _length(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _session(lines: Sequence[str], prompts: Sequence[int], is_open: Callable[[str], bool]) -> list[str]:
    done: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if not prompts[index]:
            done.append(line if line.lstrip().startswith("#") else _blank(line))
            index += 1
            continue
        typed = [_blank(line, prompts[index])]
        index += 1
        while index < len(lines) and not prompts[index] and len(typed) < _LONGEST and is_open("\n".join(typed) + "\n"):
            second = _SECOND.match(lines[index])
            typed.append(_blank(lines[index], second.end()) if second else lines[index])
            index += 1
        if len(typed) == _LONGEST:  # it never closes: only its first line was typed
            index -= len(typed) - 1
            typed = typed[:1]
        done += typed
    return done


def _plain(lines: Sequence[str]) -> list[str]:
    """No prompts: blank out what can only be output (a table with its header, `pod/nginx created`)."""
    done: list[str] = []
    table = False
    for line in lines:
        if _HEADER.match(line):
            table = True
        elif not line.strip() or _TYPED.match(line):
            table = False
        done.append(_blank(line) if table or (any(word in line for word in _DONE) and _RESULT.match(line)) else line)
    return done


def _blank(line: str, length: int | None = None) -> str:
    """The first `length` characters as spaces (all of them when None); a carriage return stays."""
    size = len(line) if length is None else length
    return "".join(character if character == "\r" else " " for character in line[:size]) + line[size:]
