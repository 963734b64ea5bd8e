"""What a fetch gives back, an answer or a fault, and what it may take: plain values without a network behind them."""

from __future__ import annotations

import http
from collections.abc import Mapping

from ..lib.light import NamedTuple


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


RETRIED = frozenset({408, 429, 500, 502, 503, 504})  # answers that a later try may better
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Limits(NamedTuple):
    """How much one fetch may take.  Times are in seconds."""

    bytes: int = 10 * 2**20  # of the body, decoded
    redirects: int = 5
    tries: int = 3
    connect: float = 5.0
    read: float = 10.0  # between two reads
    deadline: float = 60.0  # in all
    wait: float = 60.0  # longest Retry-After that is honoured


class Response(NamedTuple):
    """What a server answered in the end, whatever the status."""

    url: str  # as asked for, normalised
    final_url: str
    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes = b""  # decoded; empty unless the status is 2xx and the body was wanted
    hops: tuple[tuple[int, str], ...] = ()  # status and target of each redirect
    tries: int = 1
    retry_after: float | None = None  # seconds the server asks to wait


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait as a Retry-After header says (a number or a date), never negative; None without sense in it."""
    text = (value or "").strip()
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit():
        return float(digits[:12]) if digits == text else 0.0
    import email.utils  # noqa: PLC0415  # every build loads this module, none without a network needs the dates

    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None


def answer_fault(response: Response) -> Fault:
    """The fault that an answer other than 200 is for someone who wants the content."""
    status = response.status
    if status in RETRIED and response.retry_after is not None and response.tries < 2 and response.retry_after > 0:
        return Fault("E_RATELIMIT", f"HTTP {status}, the server asks to wait {response.retry_after:.0f} s")
    tired = f", gave up after {response.tries} tries" if response.tries > 1 else ""
    return Fault("E_HTTP", words(status) + tired)


def words(status: int) -> str:
    """`HTTP 404 (not found)`."""
    known = {401: "needs a login"}
    try:
        return f"HTTP {status} ({known.get(status) or http.HTTPStatus(status).phrase.lower()})"
    except ValueError:
        return f"HTTP {status} (unexpected status)"
