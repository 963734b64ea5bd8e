"""What another site's answer says about a link: it is fine, it is broken, or nobody can tell from here.

"Could not tell" is an answer of its own: servers turn away checkers (403, 429, 999) and are slow or busy for an hour
without any reader being harmed, so it is neither broken nor fine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from ..lib.light import NamedTuple
from ..net.response import Fault, Response, words
from ..net.schedule import Again
from ..notes.model import EMPTY
from .built_pages import read_page
from .targets import named_anchor

_GONE = frozenset({404, 410})
_BUSY = frozenset({429, 503})
_TRIED_AGAIN = frozenset({408, 425, 500, 502, 504})
_PERMANENT = frozenset({301, 308})
_TRANSIENT = frozenset({"E_TIMEOUT", "E_DNS", "E_CONNECT", "E_TRUNCATED", "E_PROTOCOL"})
_UNREACHABLE = frozenset({"E_DNS", "E_CONNECT"})
_NEVER = frozenset({"E_REDIRECT", "E_URL"})  # a circle of redirects, a host name that cannot exist
# A browser shows a warning page for these; an unknown issuer may be known to the reader's computer.
_BAD_CERTIFICATE = re.compile(r"expired|mismatch|not valid for|doesn't match", re.IGNORECASE)
# Fragments that scripts of the page read, so that no id has to exist: lines of source code, routes, slides.
_FOR_SCRIPTS = re.compile(r"L\d+(-L?\d+)?|[/!=].*|.*[=&].*", re.DOTALL)


class State(StrEnum):
    """The three answers, and the address that is never asked."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    PRIVATE = "private"


class Verdict(NamedTuple):
    """What is known about one address (without its fragment)."""

    state: State
    reason: str = ""
    status: int = 0  # of HTTP, 0 when there was no answer
    moved: str = ""  # the address that it was permanently redirected to
    anchors: Mapping[str, bool] = EMPTY  # wanted fragment -> the page has it; absent: unknown
    etag: str = ""
    modified: str = ""
    unreachable: bool = False  # the host was never reached, which says nothing when no host was
    # When that was found, in seconds since 1970, 0 for never.
    checked: float = 0.0
    last_ok: float = 0.0
    broken_since: float = 0.0


class Job(NamedTuple):
    """One address to ask for, and how far that has come."""

    url: str
    fragments: tuple[str, ...] = ()
    method: str = "HEAD"  # GET where anchors are wanted: only a body has them
    tries: int = 0  # requests that a later try was hoped to better
    etag: str = ""
    modified: str = ""

    @property
    def host(self) -> str:
        """The host whose patience the request costs, with its port."""
        return urlsplit(self.url).netloc.lower()

    @property
    def headers(self) -> dict[str, str]:
        """Conditions, when an earlier run knows a version of the page."""
        known = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in known.items() if value}


def judge(  # noqa: PLR0911  # a flat ladder
    job: Job, answer: Response | Fault, *, retries: int, longest_wait: float, backoff: float = 1.0
) -> Verdict | Again[Job]:
    """What the answer means, or how to ask again.

    `retries` requests may be repeated, none later than `longest_wait` seconds; `backoff` is the first pause in
    seconds, doubled with each try.
    """
    pause = backoff * 2**job.tries
    next_try = job._replace(tries=job.tries + 1)
    if isinstance(answer, Fault):
        if answer.code in _TRANSIENT and job.tries < retries:
            return Again(next_try, min(pause, longest_wait))
        untrusted = answer.code == "E_TLS" and _BAD_CERTIFICATE.search(answer.message)
        broken = untrusted or answer.code in _NEVER | _UNREACHABLE
        state = State.PRIVATE if answer.code == "E_ADDR" else State.BROKEN if broken else State.UNKNOWN
        return Verdict(state, answer.message, unreachable=answer.code in _UNREACHABLE)
    status = answer.status
    if status in _BUSY:
        asked = answer.retry_after
        wait = pause if asked is None else asked
        if job.tries < retries and wait <= longest_wait:
            return Again(next_try, wait, whole_host=True)
        told = f"{words(status)}, asks to wait {wait:.0f} s" if asked else words(status)
        return Verdict(State.UNKNOWN, told, status)
    if job.method == "HEAD" and status >= 400:
        return Again(job._replace(method="GET"))  # many servers answer HEAD wrongly
    if status in _TRIED_AGAIN and job.tries < retries:
        return Again(next_try, min(pause, longest_wait))
    return _with_answer(job, answer)


def _with_answer(job: Job, answer: Response) -> Verdict:
    status = answer.status
    if 200 <= status < 300 or status == 304:
        return Verdict(
            State.OK,
            status=status,
            moved=permanent_target(job.url, answer.hops),
            anchors=_anchors(job, answer),
            etag=answer.headers.get("etag", ""),
            modified=answer.headers.get("last-modified", ""),
        )
    broken = status in _GONE or 500 <= status < 600
    return Verdict(State.BROKEN if broken else State.UNKNOWN, words(status), status)


def permanent_target(url: str, hops: tuple[tuple[int, str], ...]) -> str:
    """Where the address has moved for good: as far as the first redirect that may change again; "" for nowhere."""
    current = url
    for status, target in hops:
        if status not in _PERMANENT:
            break
        current = urljoin(current, target)
    return "" if current == url else current


def checkable(fragment: str) -> str:
    """The fragment, where it names an id of the page as far as one can see."""
    return "" if _FOR_SCRIPTS.fullmatch(fragment) else fragment


def _anchors(job: Job, answer: Response) -> dict[str, bool]:
    is_html = "html" in answer.headers.get("content-type", "").lower()
    if job.method != "GET" or not is_html or answer.status == 304:
        return {}
    defines = read_page(answer.body).defines if job.fragments else frozenset()
    found = {}
    for fragment in job.fragments:
        names = named_anchor(fragment)
        # GitHub writes user-content-x into the page and lets a script answer #x.
        found[fragment] = not names or any(name in defines or f"user-content-{name}" in defines for name in names)
    return found
