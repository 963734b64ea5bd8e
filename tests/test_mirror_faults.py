"""Every fault of tests/cases/images/faults.tsv against the whole mirror, on loopback.

No verdict depends on the speed of the machine: a limit of time is short only where running into it is what is tested,
and a server that drips or keeps silent would do so for longer than anybody waits.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pictures
import pytest
from fault_server import FaultServer
from patience import LONGEST

from notesite.images.gallery import run
from notesite.images.mirror import Hosts, Options, Outcome
from notesite.images.picture import inspect
from notesite.images.store import ImageStore
from notesite.images.uses import Mode, uses
from notesite.net.client import Client
from notesite.net.response import Fault, Limits, Response
from notesite.net.urls import parse as parse_url
from notesite.notes.reader import parse
from notesite.project.config import Project
from notesite.project.settings import Settings

TABLE = Path(__file__).parent / "cases/images/faults.tsv"
ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
# The limits of those rows that are to run into one; all others have as much time as they may need.
AMPLE = Limits(connect=LONGEST, read=LONGEST, deadline=LONGEST)
NO_DATA, NO_END = AMPLE._replace(read=0.3), AMPLE._replace(deadline=2.0)
HURRIED = {
    **dict.fromkeys(("silent", "silent_in_body"), NO_DATA),
    **dict.fromkeys(("drip_body", "drip_headers", "drip_one_header", "drip_chunks", "endless_continue"), NO_END),
}


class Round(NamedTuple):
    """What one run over the whole table came to."""

    outcome: Outcome
    codes: dict[int, set[str]]  # by line of the notes
    hits: list[int]
    store: ImageStore


def resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    """Literal addresses and localhost as the system has them, nothing else."""
    if host.endswith(".invalid") or "example" in host:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")
    return list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))


class Bench:
    """A server for each row, notes that show all their pictures, and a project in a folder."""

    def __init__(self, folder: Path) -> None:
        self.goods = [pictures.png(20 + number % 50, 10 + number // 50, colour=number) for number in range(len(ROWS))]
        self.servers = [self._server(row["behaviour"], good) for row, good in zip(ROWS, self.goods, strict=True)]
        lines = ["# Faults", ""]
        for row, server in zip(ROWS, self.servers, strict=True):
            lines += [f"![{row['fault']}]({row['url'].format(host=server.origin, port=server.port)})", ""]
        self.notes = parse("\n".join(lines))
        self.project = Project(folder, folder / "mkdocs.yml", folder / "notes.md", folder, Settings(), {})
        self.lines = {3 + 2 * number: number for number in range(len(ROWS))}

    @staticmethod
    def _server(behaviour: str, good: bytes) -> FaultServer:
        name, _, tls = behaviour.partition(":")
        is_plain = name in ("-", "stopped", "tls")
        return FaultServer("good" if is_plain else name, good, tls=tls, refusing=name == "stopped")

    def round(self) -> Round:
        """Mirror once."""
        behaviours = {server.port: server.behaviour for server in self.servers if not server.healthy}

        def fetch(url: str, headers: Mapping[str, str], _deadline: float) -> Response:
            limits = HURRIED.get(behaviours.get(parse_url(url).port, ""), AMPLE)
            return Client(limits=limits, allow_hosts=["127.0.0.1"], resolve=resolve).fetch(url, headers=headers)

        before = [server.hits for server in self.servers]
        options = Options(Mode.AUTO, self.project.root / "images", deadline=LONGEST)
        outcome, report = run(self.project, self.notes, options, fetch=fetch, hosts=Hosts())
        codes: dict[int, set[str]] = {}
        for diagnostic in report.diagnostics:
            if diagnostic.code != "E_ALT":
                codes.setdefault(self.lines[diagnostic.span.start.line], set()).add(diagnostic.code)
        hits = [server.hits - old for server, old in zip(self.servers, before, strict=True)]
        return Round(outcome, codes, hits, ImageStore(options.store))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("faults"))
    yield bench
    for server in bench.servers:
        server.stop()


@pytest.fixture(scope="module")
def first(bench: Bench) -> Round:
    return bench.round()


@pytest.fixture(scope="module")
def second(bench: Bench, first: Round) -> Round:
    assert first.outcome.faults
    for server in bench.servers:
        server.heal()
    return bench.round()


def url_of(bench: Bench, number: int) -> str | None:
    """The normalised address of a row, None when it is none."""
    line = 3 + 2 * number
    remote = uses(bench.notes.images).remote
    return next((url for url, places in remote.items() if places[0].span.start.line == line), None)


@pytest.mark.promise("Each fault of a server is a finding, and the other images are mirrored.")
@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{row['id']} {row['fault']}" for row in ROWS])
def test_each_fault_has_its_code_and_the_others_are_mirrored(first: Round, bench: Bench, number: int) -> None:
    row = ROWS[number]
    expected = set() if row["expected"] == "ok" else set(row["expected"].split("|"))
    found = first.codes.get(number, set())
    assert found <= expected, [f.message for u, f in first.outcome.faults.items() if u == url_of(bench, number)]
    assert bool(found) == bool(expected)
    if row["requests"]:
        assert first.hits[number] == int(row["requests"])


@pytest.mark.promise("No fault of a server leaves a wrong byte.")
@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["id"] for row in ROWS])
def test_no_wrong_byte_is_kept(first: Round, second: Round, bench: Bench, number: int) -> None:
    """What is stored for an address is the picture of that address, after both runs."""
    url = url_of(bench, number)
    for result in (first, second):
        entry = result.outcome.entries.get(url or "")
        if entry is not None:
            content = result.store.content(entry.file, entry.sha256)
            assert content == bench.goods[number] or (entry.taken and not inspect(content).taken)
    if url is not None and ROWS[number]["expected"] == "ok":
        assert url in first.outcome.entries


def test_a_later_run_with_healthy_servers_heals_all(second: Round, bench: Bench) -> None:
    at_home = {"E_URL", "E_SCHEME", "E_ADDR"}  # faults of the address itself
    for number, row in enumerate(ROWS):
        own = set(row["expected"].split("|"))
        if row["behaviour"] in ("-", "stopped") or row["behaviour"].startswith("tls:") or own == {"E_ACTIVE"}:
            continue
        if own & at_home and row["requests"] == "0":
            assert number in second.codes, row["id"]
        else:
            assert number not in second.codes, (row["id"], second.codes[number])
            assert url_of(bench, number) in second.outcome.entries


def test_secrets_are_neither_stored_nor_told(first: Round, bench: Bench) -> None:
    _, report = run(bench.project, bench.notes, Options(Mode.FROZEN, first.store.folder))
    assert not [d for d in report.diagnostics if "sesame" in d.message]
    assert b"sesame" not in first.store.lock_path.read_bytes()


def test_nothing_but_the_store_is_written(first: Round, bench: Bench) -> None:
    inside = {path.relative_to(bench.project.root).parts[0] for path in bench.project.root.rglob("*")}
    assert inside == {"images"}
    named = {name for entry in first.store.lock().values() for name, _ in entry.files}
    assert {path.name for path in first.store.folder.iterdir()} == named | {"images.lock"}


def test_no_request_carries_cookies_or_credentials(second: Round, bench: Bench) -> None:
    assert second.outcome.entries
    heads = [head.lower() for server in bench.servers for head in server.heads]
    assert heads
    assert not [head for head in heads if "cookie:" in head or "authorization:" in head or "referer:" in head]


def test_a_redirect_to_a_private_address_is_never_asked() -> None:
    with FaultServer("to_private", pictures.png()) as server:
        inner = socket.create_server(("127.0.0.2", server.port))
        inner.setblocking(False)
        client = Client(allow_hosts=[server.origin])
        with pytest.raises(Fault, match="E_ADDR"):
            client.fetch(f"http://{server.origin}/")
        with pytest.raises(BlockingIOError):
            inner.accept()
        inner.close()


def test_a_second_answer_of_the_resolver_cannot_redirect_the_connection() -> None:
    """Rebinding: the checked address is the one that is connected to, and one refused answer refuses all."""
    answers = iter(["203.0.113.9", "127.0.0.1"])

    def rebinding(_host: str, port: int) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with FaultServer("good", pictures.png()) as server:
        client = Client(limits=Limits(tries=2, connect=0.2), resolve=rebinding)
        with pytest.raises(Fault):
            client.fetch(f"http://rebind.example:{server.port}/")
        assert server.hits == 0

    def mixed(_host: str, port: int) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("8.8.8.8", "10.0.0.1")]

    with pytest.raises(Fault, match="E_ADDR"):
        Client(resolve=mixed).fetch("http://mixed.example/")


def test_https_is_never_downgraded_and_a_trusted_certificate_is_accepted() -> None:
    import ssl  # noqa: PLC0415  # only here

    from fault_server import TLS  # noqa: PLC0415  # only here

    trusting = ssl.create_default_context(cafile=TLS / "localhost.pem")
    good = pictures.png()
    with FaultServer("good", good, tls="localhost") as server:
        client = Client(allow_hosts=["127.0.0.1"], tls=trusting)
        assert client.fetch(f"https://{server.origin}/").body == good
    with FaultServer("to_plain", good, tls="localhost") as server:
        with pytest.raises(Fault, match="E_DOWNGRADE"):
            Client(allow_hosts=["127.0.0.1"], tls=trusting).fetch(f"https://{server.origin}/")
        assert server.hits == 1


def test_a_drip_within_a_tls_handshake_ends() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        conn, _ = listener.accept()
        with conn, contextlib.suppress(OSError):
            while not over.wait(0.05):
                conn.sendall(b"\x16")

    over = threading.Event()
    threading.Thread(target=drip, daemon=True).start()
    with pytest.raises(Fault, match=r"E_TIMEOUT|E_TLS|E_CONNECT"):
        Client(allow_hosts=["127.0.0.1"], limits=Limits(tries=1, connect=1.0, deadline=1.0)).fetch(
            f"https://127.0.0.1:{listener.getsockname()[1]}/"
        )
    assert not over.is_set()  # it was still dripping
    over.set()
    listener.close()


def test_a_name_service_that_hangs_ends_at_the_limit() -> None:
    over = threading.Event()

    def hanging(_host: str, _port: int) -> list[tuple[Any, ...]]:
        over.wait(LONGEST)
        return []

    with pytest.raises(Fault, match="E_DNS"):
        Client(limits=Limits(tries=1, connect=0.1), resolve=hanging).fetch("http://slow.example/")
    assert not over.is_set()  # it was still hanging
    over.set()


def test_what_is_learnt_about_a_picture_is_locked(second: Round, bench: Bench) -> None:
    number = next(n for n, row in enumerate(ROWS) if row["id"] == "M035")
    url = url_of(bench, number)
    assert url is not None
    entry = second.outcome.entries[url]
    assert entry.sha256 == hashlib.sha256(bench.goods[number]).hexdigest()
    assert (entry.type, entry.size) == ("image/png", len(bench.goods[number]))
    assert entry.final_url == f"http://{bench.servers[number].origin}/ok.png"


def test_bytes_beyond_the_announced_length_never_become_the_next_answer() -> None:
    with FaultServer("surplus", pictures.png()) as server:
        client = Client(allow_hosts=["127.0.0.1"])
        for _ in range(20):
            assert client.fetch(f"http://{server.origin}/").body == server.good
