"""Links to other sites: which of them are asked for, and what the answers mean for the author.

Three answers: fine; broken (a finding); could not tell (skipped, listed, neither right nor wrong).
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ..diagnostics.diagnostic import Diagnostic, Report, Skipped, finding
from ..lib.light import NamedTuple
from ..net.response import Fault, Response
from ..net.schedule import Again, Politeness, ask_all
from ..project.settings import LinkSettings
from .internal import RemoteUse
from .link_verdict import Job, State, Verdict, checkable, judge
from .memory import DAY, Memory, remember, to_ask, without_old

Fetch = Callable[[Job, float], Response]
"""What to ask, seconds that it may take -> the answer; raises Fault.  Called from several threads."""

OVER_TIME = "not asked: the time for all links was over"
CODES = ("L_DEAD", "L_DYING", "L_MOVED", "L_REMOTE_ANCHOR", "L_PRIVATE")
# RFC 2606 and RFC 6761: names for documentation and tests, which nobody runs a site under.
_RESERVED = re.compile(r"(^|\.)(example(\.(com|net|org))?|invalid|test)$", re.IGNORECASE)


class Result(NamedTuple):
    """What a check of links to other sites gives."""

    report: Report  # by address
    memory: dict[str, Verdict]  # to be kept for the next run
    asked: int = 0  # addresses that were asked for now


def patterns(settings: LinkSettings) -> Iterator[str]:
    """What is wrong with the regular expressions of the settings."""
    for name in ("include", "exclude"):
        for number, pattern in enumerate(getattr(settings, name)):
            try:
                re.compile(pattern)
            except (re.error, RecursionError, OverflowError) as error:
                yield f"links.{name}.{number}: {pattern!r} is no regular expression: {error}"


def check_remote(
    uses: Iterable[RemoteUse],
    fetch: Fetch,
    settings: LinkSettings,
    memory: Memory,
    *,
    now: float,
    clock: Callable[[], float] = time.monotonic,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Result:
    """Ask for each address once and report each use.

    `now` is the time in seconds since 1970, `clock` gives seconds for pauses and deadlines.
    """
    by_url, left_out = _chosen(uses, settings)
    wanted = {url: tuple(sorted({checkable(use.fragment) for use in of_url} - {""})) for url, of_url in by_url.items()}
    jobs = [Job(url, fragments, "GET" if fragments else "HEAD") for url, fragments in wanted.items()]
    waiting = [asked for job in jobs if (asked := to_ask(job, memory.get(job.url), settings.fresh_days, now))]
    verdicts = _believable(_asked(waiting, fetch, settings, clock, progress))
    known = {**memory, **{url: remember(memory.get(url), verdict, now) for url, verdict in verdicts.items()}}
    kept = {url: verdict for url, verdict in known.items() if verdict.state is not State.PRIVATE}
    report = _report(by_url, known, settings, now)
    report = report._replace(skipped=(*report.skipped, *left_out))
    return Result(report, without_old(kept, by_url, now), len(waiting))


def not_asked(uses: Iterable[RemoteUse], settings: LinkSettings) -> Report:
    """The report where no connection may be opened."""
    by_url, left_out = _chosen(uses, settings)
    skipped = [_skipped(use, "offline: not asked") for of_url in by_url.values() for use in of_url]
    return Report(skipped=(*skipped, *left_out))


def _asked(
    jobs: Sequence[Job],
    fetch: Fetch,
    settings: LinkSettings,
    clock: Callable[[], float],
    progress: Callable[[int, int], None],
) -> dict[str, Verdict]:
    """A verdict for each job's address."""
    end = clock() + settings.deadline

    def ask(job: Job) -> Verdict | Again[Job]:
        seconds = min(settings.timeout, end - clock())
        answer: Response | Fault
        try:
            answer = fetch(job, seconds) if seconds > 0 else Fault("E_TIMEOUT", OVER_TIME)
        except Fault as fault:
            answer = fault
        except Exception as error:  # noqa: BLE001  # one address must not end the check of all the others
            answer = Fault("E_CHECK", f"{type(error).__name__}: {error}")
        return judge(job, answer, retries=settings.retries, longest_wait=settings.longest_wait)

    politeness = Politeness(settings.workers, settings.per_host, settings.interval)
    verdicts: dict[str, Verdict] = {}
    for job, verdict in ask_all(
        jobs, ask, host=lambda job: job.host, politeness=politeness, deadline=settings.deadline, clock=clock
    ):
        verdicts[job.url] = verdict or Verdict(State.UNKNOWN, OVER_TIME)
        progress(len(verdicts), len(jobs))
    return verdicts


def _chosen(uses: Iterable[RemoteUse], settings: LinkSettings) -> tuple[dict[str, list[RemoteUse]], list[Skipped]]:
    include = [re.compile(pattern) for pattern in settings.include]
    exclude = [re.compile(pattern) for pattern in settings.exclude]
    by_url: dict[str, list[RemoteUse]] = defaultdict(list)
    left_out: dict[str, Skipped] = {}
    for use in uses:
        whole = f"{use.url}#{use.fragment}" if use.fragment else use.url
        if any(pattern.search(whole) for pattern in exclude) or (
            include and not any(pattern.search(whole) for pattern in include)
        ):
            left_out.setdefault(use.url, _skipped(use, "left out by the settings"))
        elif _RESERVED.search(urlsplit(use.url).hostname or ""):
            left_out.setdefault(use.url, _skipped(use, "the name is reserved for examples"))
        else:
            by_url[use.url].append(use)
    return {url: _distinct(by_url[url]) for url in sorted(by_url)}, list(left_out.values())


def _distinct(uses: Sequence[RemoteUse]) -> list[RemoteUse]:
    """All uses in the notes; of those in built files, which a template repeats, the first of each anchor."""
    written = [use for use in uses if use.path is None]
    known = {checkable(use.fragment) for use in written}
    first: dict[str, RemoteUse] = {}
    for use in uses:
        if use.path is not None and checkable(use.fragment) not in known:
            first.setdefault(checkable(use.fragment), use)
    return [*written, *first.values()]


def _believable(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """The verdicts, where a host that was not reached counts as broken only if any host was.

    Without a network, or with a broken name service, every host looks gone.
    """
    if any(verdict.status for verdict in verdicts.values()):
        return dict(verdicts)
    doubt = "; no other site answered either, so it may be this network"
    return {
        url: Verdict(State.UNKNOWN, verdict.reason + doubt) if verdict.unreachable else verdict
        for url, verdict in verdicts.items()
    }


def _report(by_url: Mapping[str, Sequence[RemoteUse]], answers: Memory, settings: LinkSettings, now: float) -> Report:
    diagnostics: list[Diagnostic] = []
    skipped: list[Skipped] = []
    for url, uses in by_url.items():
        verdict = answers[url]
        for use in uses:
            if verdict.state is State.UNKNOWN:
                skipped.append(_skipped(use, verdict.reason))
                continue
            diagnostics += _findings(use, verdict, settings, now)
            if verdict.state is State.OK and checkable(use.fragment) and use.fragment not in verdict.anchors:
                skipped.append(_skipped(use, f"the page answers, its anchor #{use.fragment} could not be checked"))
    checked = sum(len(uses) for url, uses in by_url.items() if answers[url].state is not State.UNKNOWN)
    return Report(tuple(diagnostics), tuple(skipped), checked)


def _findings(use: RemoteUse, verdict: Verdict, settings: LinkSettings, now: float) -> Iterator[Diagnostic]:
    if verdict.state is State.PRIVATE:
        yield finding("L_PRIVATE", f"{use.url}: {verdict.reason}", use.span, path=use.path)
    elif verdict.state is State.BROKEN:
        since, error_from = verdict.broken_since, verdict.broken_since + settings.grace_days * DAY
        code, advice = "L_DEAD", "Link its new address or remove the link"
        if now < error_from:
            code, advice = "L_DYING", f"It becomes an error on {_day(error_from)} when it stays so"
        message = f"{use.url}: {verdict.reason}" + (f", since {_day(since)}" if now - since >= DAY else "")
        archive = f"an archived copy may be at https://web.archive.org/web/2/{use.url}"
        yield finding(code, message, use.span, path=use.path, help=f"{advice}; {archive}")
    elif verdict.moved:
        new = verdict.moved + (f"#{use.fragment}" if use.fragment and "#" not in verdict.moved else "")
        message = f"{use.url} has moved for good to {new}"
        yield finding("L_MOVED", message, use.span, path=use.path, help=f"Write {new}")
    if verdict.state is State.OK and verdict.anchors.get(use.fragment) is False:
        message = f"{use.url} has no anchor #{use.fragment}"
        yield finding("L_REMOTE_ANCHOR", message, use.span, path=use.path)


def _skipped(use: RemoteUse, reason: str) -> Skipped:
    return Skipped(use.url, reason, use.span, use.path)


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
