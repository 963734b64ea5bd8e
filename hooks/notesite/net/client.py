"""The network client: fetches one URL at a time, within limits.

One fetch is tries around redirects around single requests, to addresses that may be connected to, until its deadline.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from math import inf
from threading import Lock, Thread
from typing import Any

import requests
import urllib3
from requests.utils import select_proxy

from .response import REDIRECTS, RETRIED, Fault, Limits, Response, retry_after
from .urls import Address, is_allowed, parse, redirected, refusal, shown, written_refusal
from .ways import Socket, session, tls_context

USER_AGENT = "notesite/1.0 (builds a static site from notes; mirrors their images and checks their links)"
_CHUNK = 64 * 1024  # bytes read or decoded at a time
_PLAIN = ("", "identity")
_BACKOFF = 0.25  # seconds before the second try; doubled for each further one, with jitter
Resolver = Callable[[str, int], list[tuple[Any, ...]]]  # raises OSError, UnicodeError


@dataclass(kw_only=True)
class Client:
    """Fetches URLs within limits.

    `patience` is the time in seconds after which a client that has never reached any host stops trying: without a
    network, a caller with hundreds of URLs waits that long and no longer.  The other arguments are for tests: `tls`
    replaces the certificates, `now`, `chance` and `resolve` the clock, dice and resolver.
    """

    limits: Limits = field(default_factory=Limits)
    allow_hosts: Collection[str] = ()
    user_agent: str = USER_AGENT
    patience: float | None = None  # None, too, when some host was reached: so there is a network
    tls: ssl.SSLContext | None = None
    now: Callable[[], float] = time.time
    chance: Callable[[float, float], float] = random.uniform
    resolve: Resolver = lambda host, port: socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    proxy: str = ""  # through which a request went, without credentials
    first_try: float = inf  # when a connection was first tried
    _lock: Lock = field(default_factory=Lock)
    _answers: dict[tuple[str, int], Future[list[tuple[Any, ...]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # What certificates are checked against, by bundle; made when it is first needed, for it takes a while.
        self.certificates = cache(lambda bundle: tls_context(bundle, self.tls))

    @property
    def proxy_note(self) -> str:
        """What is not as safe as without a proxy, "" when no request went through one."""
        note = f"requests went through {self.proxy}, which looks names up itself: only the written hosts were judged"
        return note if self.proxy else ""

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
        body: bool = True,
    ) -> Response:
        """The final answer for `url`, of any status; raises Fault when there is none.

        `deadline` replaces that of the limits.  `body=False` leaves the body unread.  Each request has a connection of
        its own: bytes that a server sends beyond the announced length never become the start of the next answer.
        """
        limits = self.limits if deadline is None else self.limits._replace(deadline=deadline)
        basic = {"User-Agent": self.user_agent, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
        one = Fetch(self, limits, method, want_body=body)
        with session(one, {**basic, **(headers or {})}) as one.session:
            return one.tried(parse(url))

    def answers(self, host: str, port: int, timeout: float) -> list[tuple[Any, ...]]:
        """What the resolver says, asked once for each host and port.  Raises OSError, UnicodeError, TimeoutError."""
        with self._lock:
            known = self._answers.get((host, port))
            if known is None or (known.done() and known.exception()):
                known = self._answers[host, port] = Future()
                # getaddrinfo knows no time limit and may hang for half a minute: it gets a thread that may be left behind.
                Thread(target=self._resolve, args=(host, port, known), name=f"resolve {host}", daemon=True).start()
        return known.result(timeout=max(timeout, 0.001))

    def _resolve(self, host: str, port: int, answer: Future[list[tuple[Any, ...]]]) -> None:
        try:
            answer.set_result(self.resolve(host, port))
        except Exception as error:  # noqa: BLE001  # handed over to the waiting thread, which raises it
            answer.set_exception(error)


class Fetch:
    """One fetch: when it ends, and what it asks for."""

    session: requests.Session  # through which it asks

    def __init__(self, client: Client, limits: Limits, method: str, *, want_body: bool) -> None:
        self.client, self.limits, self.method, self.want_body = client, limits, method, want_body
        self.end = time.monotonic() + limits.deadline
        self.address = Address("", "", "", 0)  # what is being asked for

    def tried(self, address: Address) -> Response:
        """The answer after as many tries as it takes and the limits grant."""
        attempt = 0
        while True:
            attempt += 1
            last = attempt >= self.limits.tries
            pause = self.client.chance(0.5, 1.0) * _BACKOFF * 2 ** (attempt - 1)
            longest = min(self.limits.wait, self.left())
            try:
                response = self._followed(address)._replace(tries=attempt)
            except Fault as fault:
                if last or not fault.retry or pause >= longest:
                    if attempt > 1:
                        fault.message += f" (gave up after {attempt} tries)"
                    raise
            else:
                pause = pause if response.retry_after is None else response.retry_after
                if last or response.status not in RETRIED or pause > longest:
                    return response
            time.sleep(pause)

    def _followed(self, address: Address) -> Response:
        first, method = address, self.method
        hops: list[tuple[int, str]] = []
        for _ in range(self.limits.redirects + 1):
            try:
                response = self._asked(method, address)
            except Fault as fault:
                if hops and fault.code == "E_ADDR":
                    fault.message = f"redirect refused: {fault.message}"
                raise
            if response.status not in REDIRECTS:
                return response._replace(url=first.url, hops=tuple(hops))
            location = response.headers.get("location")
            if not location:
                raise Fault("E_REDIRECT", f"HTTP {response.status} redirect without Location")
            address = redirected(address, location)
            hops.append((response.status, address.url))
            method = "GET" if response.status == 303 and method != "HEAD" else method
        raise Fault("E_REDIRECT", f"more than {self.limits.redirects} redirects")

    def _asked(self, method: str, address: Address) -> Response:
        received = [0]
        self.address = address
        answer: requests.Response | None = None
        try:
            request = self.session.prepare_request(requests.Request(method, address.url))
            request.url = address.url  # as it was judged, not as `requests` would write it
            environment = self.session.merge_environment_settings(address.url, {}, True, None, None)
            self.through(environment["proxies"])
            timeout = (self.connecting(), self.patience())
            answer = self.session.send(request, allow_redirects=False, timeout=timeout, **environment)
            wanted = self.want_body and method != "HEAD" and 200 <= answer.status_code < 300
            content = b"".join(body(answer, self.limits, received)) if wanted else b""
            self.left()
        except (Fault, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            self.left()
            raise fault_of(error, self.limits, address, answered=answer is not None, received=received[0]) from None
        finally:
            if answer is not None:
                answer.raw.close()
        wait = retry_after(answer.headers.get("retry-after"), self.client.now())
        return Response(address.url, address.url, answer.status_code, answer.headers, content, retry_after=wait)

    def left(self) -> float:
        """Seconds until the deadline.  Raises Fault E_TIMEOUT when there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise Fault("E_TIMEOUT", f"not finished in {self.limits.deadline:g} s")
        return left

    def patience(self) -> float:
        """Seconds that the next read may take.  Raises Fault E_TIMEOUT."""
        return min(self.limits.read, self.left())

    def connecting(self) -> float:
        """Seconds that a connection may take from now.  Raises Fault E_TIMEOUT or E_CONNECT."""
        client, seconds = self.client, min(self.limits.connect, self.left())
        if (patience := client.patience) is not None:  # no host was ever reached
            client.first_try = min(client.first_try, time.monotonic())
            seconds = min(seconds, client.first_try + patience - time.monotonic())
        if seconds <= 0:
            raise Fault("E_CONNECT", "there seems to be no network", host=True)
        return seconds

    def through(self, proxies: Mapping[str, str]) -> None:
        """Judge the address as it is written when a proxy will look it up.  Raises Fault E_ADDR or E_CONNECT."""
        proxy = select_proxy(self.address.url, dict(proxies))
        if not proxy:
            return
        self.client.proxy = shown(proxy)
        if proxy.lower().startswith("socks"):
            raise Fault("E_CONNECT", f"{shown(proxy)}: SOCKS proxies are not supported", host=True)
        self._judge(written_refusal, self.address.host)

    def _judge(self, refusing: Callable[..., str | None], host: str) -> None:
        if reason := refusing(host, allowed=is_allowed(self.address, self.client.allow_hosts)):
            raise Fault("E_ADDR", f"address of {self.address.host} refused: {reason}")

    def dial(self, host: str, port: int, *, judged: bool = True) -> socket.socket:
        """A connected socket to a host all of whose addresses may be connected to, unless it is not to be `judged`."""
        answers = self._answers(host, port)
        for *_, sockaddr in answers if judged else ():
            self._judge(refusal, str(sockaddr[0]))
        problem: OSError | None = None
        for family, kind, protocol, _, sockaddr in answers:
            seconds = self.connecting()
            sock = Socket(family, kind, protocol)
            try:
                sock.settimeout(seconds)
                sock.connect(sockaddr)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                sock.close()
                problem = error
            else:
                self.client.patience = None
                sock.patience = self.patience
                return sock
        raise self._unconnected(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", problem)

    def _answers(self, host: str, port: int) -> list[tuple[Any, ...]]:
        with contextlib.suppress(OSError):
            try:
                if answers := self.client.answers(host, port, self.connecting()):
                    return answers
            except TimeoutError:
                raise Fault("E_DNS", f"no answer from the name service for {host}", retry=True, host=True) from None
            except UnicodeError:
                raise Fault("E_URL", f"the host name {host!r} is not valid") from None
        raise Fault("E_DNS", f"host name does not resolve: {host}", retry=True, host=True)

    def _unconnected(self, origin: str, error: OSError | None) -> Fault:
        if isinstance(error, TimeoutError):
            text = f"no connection to {origin} in {self.limits.connect:g} s"
            return Fault("E_TIMEOUT", text, retry=True, host=True)
        if isinstance(error, ConnectionRefusedError):
            return Fault("E_CONNECT", f"connection refused by {origin}", retry=True, host=True)
        reason = (error.strerror if error else None) or "no address"
        return Fault("E_CONNECT", f"no connection to {origin}: {reason}", retry=True, host=True)


# --- answers as HTTP servers send them, and what goes wrong on the way ----------------------------------------------


def body(answer: requests.Response, limits: Limits, received: list[int]) -> Iterator[bytes]:
    """The decoded body in pieces; `received[0]` counts the bytes on the wire.

    urllib3 could decode, too, but takes a compressed body that was cut for a whole one.
    """
    too_much = Fault("E_SIZE", f"more than {limits.bytes} bytes")
    announced = answer.headers.get("content-length", "").strip()
    if announced.isascii() and announced.isdigit() and (len(announced) > 15 or int(announced) > limits.bytes):
        raise Fault("E_SIZE", f"{announced[:20]} bytes announced, limit {limits.bytes}")
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding not in (*_PLAIN, "gzip", "x-gzip", "deflate"):
        raise Fault("E_ENCODING", f"Content-Encoding {encoding[:40]!r} was not asked for and is not understood")
    engine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by the header
    size = 0
    while data := answer.raw.read(_CHUNK, decode_content=False):
        received[0] += len(data)
        for piece in (data,) if encoding in _PLAIN else _decoded(engine, data, encoding):
            size += len(piece)
            if max(size, received[0]) > limits.bytes:
                raise too_much
            yield piece
    if encoding not in _PLAIN and not engine.eof:
        raise Fault("E_TRUNCATED", f"the {encoding} body ends too early", retry=True)


def _decoded(engine: Any, data: bytes, encoding: str) -> Iterator[bytes]:
    while data and not engine.eof:
        try:
            yield engine.decompress(data, _CHUNK)
        except zlib.error:
            raise Fault("E_ENCODING", f"the body is no {encoding} data") from None
        data = engine.unconsumed_tail


def fault_of(error: BaseException, limits: Limits, address: Address, *, answered: bool, received: int) -> Fault:
    """Which fault an exception of the HTTP layers stands for.

    `answered`: the headers had come; `received`: so many bytes of the body.
    """
    causes = list(_chain(error))
    if known := next(filter(None, (_known(cause, limits, address) for cause in causes)), None):
        return known
    if answered:
        missing = next((cause for cause in causes if isinstance(cause, http.client.IncompleteRead)), None)
        if missing is not None and missing.expected:
            return Fault("E_TRUNCATED", f"got {received} of {received + missing.expected} bytes", retry=True)
        return Fault("E_TRUNCATED", f"the connection broke after {received} bytes", retry=True)
    if any(isinstance(cause, http.client.RemoteDisconnected | ConnectionError) for cause in causes):
        return Fault("E_CONNECT", "the server closed the connection without an answer", retry=True)
    return Fault("E_CONNECT", f"the connection to {address.origin} broke", retry=True)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it was made from."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]


def _known(cause: BaseException, limits: Limits, address: Address) -> Fault | None:  # noqa: PLR0911  # a flat ladder
    match cause:
        case Fault():
            return cause
        case ssl.SSLCertVerificationError():
            reason = (cause.verify_message or "not trusted").rstrip(".")
            return Fault("E_TLS", f"certificate of {address.host} is not accepted: {reason}", host=True)
        case ssl.SSLError():
            reason = (cause.reason or "handshake failed").lower().replace("_", " ")
            return Fault("E_TLS", f"no secure connection to {address.origin}: {reason}", host=True)
        case TimeoutError() | urllib3.exceptions.TimeoutError():
            return Fault("E_TIMEOUT", f"no data from {address.host} for {limits.read:g} s", retry=True)
        case OSError() if str(cause).startswith("Tunnel connection failed"):
            return Fault("E_CONNECT", f"the proxy made no connection to {address.origin}: {str(cause)[26:80]}")
        case http.client.LineTooLong():
            return Fault("E_PROTOCOL", "headers too large")
        case http.client.RemoteDisconnected():  # a BadStatusLine as well
            return None
        case http.client.BadStatusLine() | http.client.UnknownProtocol():
            return Fault("E_PROTOCOL", "the server's answer is no HTTP")
        case http.client.HTTPException() if type(cause) is http.client.HTTPException:
            return Fault("E_PROTOCOL", "too many headers")
        # http.client tells of a chunk whose size is no number only through the int() that failed on it.
        case ValueError() if "base 16" in str(cause) and not str(cause).endswith("b''"):
            return Fault("E_PROTOCOL", "a chunk's size is no number", retry=True)
    return None
