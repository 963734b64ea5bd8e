"""What went wrong with one address or one stored file: a value that travels from the edges to the findings."""

from __future__ import annotations


class Fault(Exception):  # noqa: N818  # "fault" is the field's word; it is a value as often as it is raised
    """One thing that failed, with the code of the finding that it becomes.

    `message` never holds credentials and is one line.  `retry` says that asking again may help, and `host` that the
    whole host was out of reach, not one address on it.  `line` is the line of the lock file that the fault is about, 0
    when it is about no line.
    """

    def __init__(self, code: str, message: str, *, retry: bool = False, host: bool = False, line: int = 0) -> None:
        super().__init__(code, message)
        self.code, self.message = code, " ".join(message.split())
        self.retry, self.host, self.line = retry, host, line

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
