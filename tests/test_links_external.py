"""Links to other sites: three verdicts, politeness, memory and grace, against a server that misbehaves."""

from __future__ import annotations

import datetime as dt
import functools
import json
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from link_server import LinkServer
from patience import LONGEST

from notesite.cli.check_links import asked, client_of
from notesite.diagnostics.diagnostic import Report, Span
from notesite.links.external import Result, check_remote, not_asked, patterns
from notesite.links.internal import RemoteUse
from notesite.links.link_verdict import (
    Job,
    State,
    Verdict,
    checkable,
    judge,
    permanent_target,
)
from notesite.links.memory import DAY, memory_text, read_memory, remember, to_ask, without_old
from notesite.net.response import Fault, Response, retry_after
from notesite.net.schedule import Again, Politeness, Schedule
from notesite.project.settings import LinkSettings

NOW = 1_800_000_000.0  # seconds since 1970
QUICK = LinkSettings(
    allow_hosts=("127.0.0.1",), interval=0.0, per_host=8, retries=2, timeout=LONGEST, deadline=LONGEST, longest_wait=5.0
)


@pytest.fixture
def server() -> Iterator[LinkServer]:
    with LinkServer() as running:
        yield running


def _uses(*addresses: str) -> list[RemoteUse]:
    parts = [address.partition("#") for address in addresses]
    return [RemoteUse(url, fragment, Span.at(line), None) for line, (url, _, fragment) in enumerate(parts, 1)]


def _run(
    uses: Iterable[RemoteUse],
    settings: LinkSettings = QUICK,
    memory: Mapping[str, Verdict] | None = None,
    *,
    now: float = NOW,
    tls: ssl.SSLContext | None = None,
) -> Result:
    fetch = functools.partial(asked, client_of(settings, tls))
    return check_remote(uses, fetch, settings, memory or {}, now=now, clock=time.monotonic)


def _told(report: Report) -> dict[int, str]:
    """Line of the use -> what was said about it; "fine" where nothing was."""
    told = {d.span.start.line: d.code for d in report.diagnostics}
    return told | {s.span.start.line: "skipped" for s in report.skipped}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("page", "fine"),
        ("204", "fine"),
        ("404", "L_DEAD"),
        ("410", "L_DEAD"),
        ("500", "L_DEAD"),
        ("503", "skipped"),
        ("429", "skipped"),
        ("403", "skipped"),
        ("401", "skipped"),
        ("999", "skipped"),
        ("418", "skipped"),
        ("wait-a-day", "skipped"),
        ("recovers", "fine"),
        ("no-head", "fine"),
        ("circle", "L_DEAD"),
        ("moved", "L_MOVED"),
        ("moved-twice", "L_MOVED"),
        ("temporary", "fine"),
        ("page#here", "fine"),
        ("page#there", "fine"),
        ("page#readme", "fine"),
        ("page#top", "fine"),
        ("page#:~:text=x", "fine"),
        ("page#L10-L20", "fine"),
        ("page#gone", "L_REMOTE_ANCHOR"),
    ],
)
def test_each_behaviour_gets_its_verdict(server: LinkServer, path: str, expected: str) -> None:
    settings = QUICK._replace(retries=1)
    report = _run(_uses(f"{server.url}/{path}"), settings).report
    assert _told(report).get(1, "fine") == expected, report


@pytest.mark.parametrize(("path", "least"), [("wait-seconds", 1.0), ("wait-date", 0.2)])
def test_retry_after_is_honoured(server: LinkServer, path: str, least: float) -> None:
    report = _run(_uses(f"{server.url}/{path}"), now=time.time()).report
    assert _told(report) == {}
    first, second = server.starts
    assert second - first >= least


def test_a_server_that_asks_to_wait_is_left_alone_as_a_whole(server: LinkServer) -> None:
    pages = [f"{server.url}/page/{n}" for n in range(4)]
    settings = QUICK._replace(per_host=1)
    _run(_uses(f"{server.url}/wait-seconds", *pages), settings, now=time.time())
    quiet = max(b - a for a, b in zip(server.starts, server.starts[1:], strict=False))
    assert quiet >= 1.0


@pytest.mark.parametrize("path", ["silent", "drip#here"])
def test_slow_servers_are_neither_broken_nor_fine(server: LinkServer, path: str) -> None:
    report = _run(_uses(f"{server.url}/{path}"), QUICK._replace(retries=0, timeout=0.7)).report
    assert _told(report) == {1: "skipped"}
    assert not server.released.is_set()  # it was still silent, or still dripping


def test_nobody_there_is_broken_only_when_somebody_else_answers(server: LinkServer) -> None:
    with LinkServer() as closed:
        nobody = f"{closed.url}/page"
    settings = QUICK._replace(retries=0)
    assert _told(_run(_uses(nobody), settings).report) == {1: "skipped"}
    assert _told(_run(_uses(nobody, f"{server.url}/page"), settings).report) == {1: "L_DEAD"}


def test_private_addresses_are_not_asked(server: LinkServer) -> None:
    settings = QUICK._replace(allow_hosts=())
    assert _told(_run(_uses(f"{server.url}/page"), settings).report) == {1: "L_PRIVATE"}
    assert server.seen.total() == 0


@pytest.mark.parametrize(
    ("case", "expected"), [("unknown issuer", "skipped"), ("wrong name", "L_DEAD"), ("expired", "L_DEAD")]
)
def test_certificates(case: str, expected: str) -> None:
    authority = trustme.CA()
    name = "other.example" if case == "wrong name" else "127.0.0.1"
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    ending = {"not_before": yesterday - dt.timedelta(days=9), "not_after": yesterday} if case == "expired" else {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **ending).configure_cert(context)  # type: ignore[arg-type]  # a table of two keywords
    client = ssl.create_default_context()
    if case != "unknown issuer":
        authority.configure_trust(client)
    with LinkServer(context) as server:
        report = _run(_uses(f"{server.url}/page"), QUICK._replace(retries=0), tls=client).report
    assert _told(report) == {1: expected}, report


def test_hosts_are_asked_politely(server: LinkServer) -> None:
    """Counted where requests begin and end; when a server gets to see them is up to the machine."""
    settings = QUICK._replace(per_host=2, interval=0.05, workers=8)
    client, lock = client_of(settings), threading.Lock()
    starts: list[float] = []
    active: list[int] = [0]
    most: list[int] = []

    def fetch(job: Job, seconds: float) -> Response:
        with lock:
            active[0] += 1
            most.append(active[0])
        try:
            return asked(client, job, seconds)
        finally:
            with lock:
                active[0] -= 1

    def clock() -> float:
        starts.append(time.monotonic())
        return starts[-1]

    uses = _uses(*(f"{server.url}/page/{n}" for n in range(12)))
    check_remote(uses, fetch, settings, {}, now=NOW, clock=clock)
    assert server.seen.total() == 12
    assert max(most) <= 2
    assert starts[-1] - starts[0] >= 11 * 0.05


def test_the_total_deadline_is_kept_and_nothing_is_lost(server: LinkServer) -> None:
    settings = QUICK._replace(per_host=2, deadline=1.0, retries=2, timeout=LONGEST)
    report = _run(_uses(*(f"{server.url}/silent/{n}" for n in range(20))), settings).report
    assert not server.released.is_set()  # it was still silent
    assert _told(report) == dict.fromkeys(range(1, 21), "skipped")


def test_each_address_is_asked_once_for_all_its_uses(server: LinkServer) -> None:
    url = f"{server.url}/404"
    report = _run(
        [*_uses(url, url), RemoteUse(url, "", Span.at(9), "site/a.html"), RemoteUse(url, "", Span.at(1), "b")]
    ).report
    assert server.methods == [("HEAD", "/404"), ("GET", "/404")]
    assert [(d.path, d.span.start.line) for d in report.diagnostics] == [(None, 1), (None, 2)]


def test_memory_spares_the_host_and_asks_only_for_news(server: LinkServer) -> None:
    uses = _uses(f"{server.url}/etag#here")
    first = _run(uses)
    assert (first.asked, server.seen.total()) == (1, 1)
    memory = read_memory(memory_text(first.memory))
    assert memory == first.memory
    again = _run(uses, memory=memory, now=NOW + DAY / 2)
    assert (again.asked, server.seen.total()) == (0, 1)
    assert _told(again.report) == {}
    later = _run(uses, memory=memory, now=NOW + 2 * DAY)
    assert (later.asked, server.seen.total()) == (1, 2)
    assert _told(later.report) == {}  # 304: the anchors are known from before
    assert _told(_run(_uses(f"{server.url}/etag#gone"), memory=memory).report) == {1: "L_REMOTE_ANCHOR"}


def test_grace_days_turn_a_warning_into_an_error(server: LinkServer) -> None:
    uses, settings = _uses(f"{server.url}/404"), QUICK._replace(grace_days=3)
    first = _run(uses, settings)
    assert _told(first.report) == {1: "L_DYING"}
    [dying] = first.report.diagnostics
    assert "error on 2027-01-18" in dying.help
    assert "web.archive.org/web/2/" in dying.help
    later = _run(uses, settings, first.memory, now=NOW + 2.9 * DAY)
    assert _told(later.report) == {1: "L_DYING"}
    assert "since 2027-01-15" in later.report.diagnostics[0].message
    assert _told(_run(uses, settings, later.memory, now=NOW + 3 * DAY).report) == {1: "L_DEAD"}


def test_could_not_tell_neither_starts_nor_ends_the_grace(server: LinkServer) -> None:
    url = f"{server.url}/403"
    broken = Verdict(State.BROKEN, checked=NOW - DAY, broken_since=NOW - DAY)
    kept = _run(_uses(url), memory={url: broken}).memory[url]
    assert (kept.state, kept.broken_since) == (State.UNKNOWN, NOW - DAY)
    assert _run(_uses(url)).memory[url].broken_since == 0


def test_offline_asks_nobody_and_lists_everything(server: LinkServer) -> None:
    uses = _uses(f"{server.url}/404", "https://example.org/", f"{server.url}/excluded")
    settings = QUICK._replace(exclude=("/excluded$",))
    assert [(s.what.rsplit("/", 1)[1], s.reason) for s in not_asked(uses, settings).skipped] == [
        ("404", "offline: not asked"),
        ("", "the name is reserved for examples"),
        ("excluded", "left out by the settings"),
    ]
    assert server.seen.total() == 0


def test_include_and_exclude_choose_addresses(server: LinkServer) -> None:
    uses = _uses(*(f"{server.url}/{name}" for name in ("404", "410/a", "410/b", "page")))
    report = _run(uses, QUICK._replace(include=("/4",), exclude=("/b$",))).report
    assert _told(report) == {1: "L_DEAD", 2: "L_DEAD", 3: "skipped", 4: "skipped"}
    assert list(patterns(LinkSettings(include=("(",), exclude=("ok",)))) == [
        "links.include.0: '(' is no regular expression: missing ), unterminated subpattern at position 0"
    ]


def test_a_fetch_that_fails_badly_ends_nothing() -> None:
    def explodes(job: Job, _seconds: float) -> Response:
        if "bad" in job.url:
            raise RuntimeError("oh")
        return Response(job.url, job.url, 200, {})

    uses = _uses("https://bad.host/", "https://good.host/")
    report = check_remote(uses, explodes, QUICK, {}, now=NOW, clock=time.monotonic).report
    assert [(s.what, s.reason) for s in report.skipped] == [("https://bad.host/", "RuntimeError: oh")]
    assert report.checked == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5", 5),
        (" 7 ", 7),
        ("", None),
        ("soon", None),
        ("-3", 0),
        ("9" * 400, 999999999999),
        ("Fri, 15 Jan 2027 08:00:10 GMT", 10),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0),
        ("Fri, 99 Jan 2027 07:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str, expected: float | None) -> None:
    assert retry_after(value, NOW) == expected


def test_where_a_page_has_moved_for_good() -> None:
    url = "https://a.host/x"
    assert permanent_target(url, ()) == ""
    assert permanent_target(url, ((301, "/y"),)) == "https://a.host/y"
    assert permanent_target(url, ((308, "https://b.host/"), (302, "/login"))) == "https://b.host/"
    assert permanent_target(url, ((302, "/y"), (301, "/z"))) == ""


@pytest.mark.parametrize(
    ("fragment", "expected"), [("here", True), ("", False), ("L10", False), ("/route", False), ("a=b", False)]
)
def test_fragments_that_scripts_read_are_not_looked_up(fragment: str, *, expected: bool) -> None:
    assert checkable(fragment) == (fragment if expected else "")


@pytest.mark.parametrize(("tries", "expected"), [(0, 1.0), (1, 2.0), (2, 4.0), (3, None), (4, None)])
def test_a_failure_that_may_pass_is_asked_again_later_and_later(tries: int, expected: float | None) -> None:
    outcome = judge(Job("https://a.host/", tries=tries), Fault("E_CONNECT", "reset"), retries=3, longest_wait=60)
    if isinstance(outcome, Again):
        assert (outcome.wait, outcome.job.tries) == (expected, tries + 1)
    else:
        assert (outcome.state, expected) == (State.BROKEN, None)


statuses = st.sampled_from([200, 204, 304, 400, 403, 404, 405, 410, 429, 451, 500, 502, 503, 599, 999])
failures = st.sampled_from(["E_TIMEOUT", "E_DNS", "E_CONNECT", "E_TLS", "E_ADDR", "E_REDIRECT", "E_SIZE", "E_WHATEVER"])
waits = st.sampled_from([None, 0.0, 3.0, 86400.0])
answers = st.builds(lambda code, wait: Response("", "", code, {}, retry_after=wait), statuses, waits) | st.builds(
    Fault, failures, st.just("certificate has expired")
)


@given(st.lists(answers, min_size=12, max_size=12), st.integers(0, 4))
@budget(max_examples=150)
def test_every_series_of_answers_ends_in_a_verdict(series: list[Response | Fault], retries: int) -> None:
    job = Job("https://a.host/")
    for tries, answer in enumerate(series, 1):
        outcome = judge(job, answer, retries=retries, longest_wait=60)
        if isinstance(outcome, Verdict):
            assert tries <= retries + 2  # the repeats, and one change from HEAD to GET
            return
        assert 0 <= outcome.wait <= 60
        job = outcome.job
    raise AssertionError("asked for ever")


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=20),
    st.lists(st.tuples(st.booleans(), st.floats(0, 5)), max_size=40),
    st.integers(1, 3),
    st.floats(0.01, 2),
)
@budget(max_examples=100)
def test_the_schedule_keeps_every_hosts_limits_and_loses_nothing(
    hosts: list[int], outcomes: list[tuple[bool, float]], per_host: int, interval: float
) -> None:
    jobs = [Job(f"https://h{host}.host/{number}") for number, host in enumerate(hosts)]
    schedule = Schedule(jobs, lambda job: job.host, Politeness(4, per_host, interval))
    now, active, started = 0.0, list[Job](), dict[str, list[float]]()
    finished, plan = set(), list(outcomes)
    while schedule.left:
        job, wait = schedule.take(now)
        if job is not None:
            starts = started.setdefault(job.host, [])
            assert not starts or now - starts[-1] >= interval - 1e-9
            starts.append(now)
            active.append(job)
            assert sum(other.host == job.host for other in active) <= per_host
            continue
        if active:
            done = active.pop(0)
            again, pause = plan.pop(0) if plan else (False, 0.0)
            schedule.done(done, Again(done, pause, whole_host=True) if again else None, now)
            finished |= set() if again else {done.url}
        else:
            assert 0 < wait < float("inf")
            now += wait
    assert finished == {job.url for job in jobs}


entries = st.builds(
    Verdict,
    st.sampled_from(State),
    checked=st.floats(0, 2e9),
    reason=st.text(max_size=5),
    anchors=st.dictionaries(st.text(max_size=3), st.booleans(), max_size=2),
    broken_since=st.floats(0, 2e9),
    last_ok=st.floats(0, 2e9),
    unreachable=st.just(False),  # of one run, not kept
)


@given(st.dictionaries(st.text(max_size=5), entries, max_size=3))
@budget(max_examples=60)
def test_memory_survives_its_file(memory: dict[str, Verdict]) -> None:
    assert read_memory(memory_text(memory)) == memory


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        '{"version": 2, "urls": {}}',
        '{"version": 1}',
        '{"version": 1, "urls": {"a": {"state": "odd"}}}',
        '{"version": 1, "urls": {"a": 3}}',
        '{"version": 1, "urls": {"a": {"state": "ok", "checked": "x"}}}',
        "[" * 100000,
    ],
)
def test_damaged_memory_is_forgotten(damage: str) -> None:
    assert read_memory(damage) == {}


def test_memory_of_an_unknown_field_is_read() -> None:
    raw: dict[str, Any] = {"version": 1, "urls": {"a": {"state": "ok", "checked": 5, "later": True}}}
    assert read_memory(json.dumps(raw)) == {"a": Verdict(State.OK, checked=5)}


@pytest.mark.parametrize(
    ("age", "state", "fragments", "expected"),
    [
        (6.9, State.OK, (), True),
        (7.1, State.OK, (), False),
        (-0.1, State.OK, (), False),  # a clock that was wrong
        (6.9, State.OK, ("here",), True),
        (6.9, State.OK, ("gone",), False),
        (0.5, State.BROKEN, (), False),  # whatever was wrong is asked again at once
        (0.0, State.UNKNOWN, (), False),
    ],
)
def test_a_good_answer_does_for_some_days(
    age: float, state: State, fragments: tuple[str, ...], *, expected: bool
) -> None:
    entry = Verdict(state, checked=NOW - age * DAY, anchors={"here": True})
    job = Job("https://a.example/", fragments)
    assert (to_ask(job, entry, 7.0, NOW) is None) is expected


@pytest.mark.parametrize(("status", "kept"), [(304, True), (200, False), (404, False), (503, False)])
def test_only_no_news_keeps_what_was_known_of_a_page(status: int, *, kept: bool) -> None:
    old = Verdict(
        State.OK, checked=5.0, status=200, moved="https://b.example/", anchors={"a": True}, etag="e", modified="m"
    )
    new = remember(old, Verdict(State.OK if status < 400 else State.BROKEN, status=status), NOW)
    assert (new.status, new.moved, new.anchors, new.etag, new.modified) == (
        (200, "https://b.example/", {"a": True}, "e", "m") if kept else (status, "", {}, "", "")
    )


def test_what_nobody_links_is_forgotten_after_90_days() -> None:
    days = {"linked": 400.0, "young": 89.9, "old": 90.1}
    memory = {url: Verdict(State.OK, checked=NOW - age * DAY) for url, age in days.items()}
    assert without_old(memory, ["linked"], NOW).keys() == {"linked", "young"}
