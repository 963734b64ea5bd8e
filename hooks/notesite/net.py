"""The network: the only module that opens sockets.

A `Client` asks for one URL at a time in the caller's thread and may be shared by threads.  It sends no cookies and
no credentials and reads no proxy or netrc settings; it resolves a name once, refuses it unless every answer is
public, and connects to exactly such an answer (so a second answer of the resolver cannot redirect it), while Host
header and TLS name stay the URL's.  Redirects are followed by hand.  One deadline covers names, connections, all
tries, redirects and waiting: a watchdog shuts the sockets, because time limits on single reads never end a server
that drips.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import random
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .answers import REDIRECTS, RETRIED, Limits, Response, retry_after
from .faults import Fault
from .urls import Address, is_allowed, parse, redirected, refusal
from .wire import body_pieces, fault_of, late

_BACKOFF = 0.25  # seconds before the second try; doubled for each further one, with jitter
USER_AGENT = "notesite/1.0 (builds a static site from notes; mirrors their images and checks their links)"

Resolver = Callable[[str, int], list[tuple[Any, ...]]]


def _resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    return list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))


class Client:
    """Fetches URLs within limits.

    `patience` is the time in seconds after which a client that has never reached any host stops trying: without a
    network, a caller with hundreds of URLs waits that long and no longer.  The other arguments are for tests: `speed`
    makes all time limits and waits pass so many times faster; `now`, `chance` and `resolve` replace clock, dice and
    resolver.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        allow_hosts: Collection[str] = (),
        user_agent: str = USER_AGENT,
        patience: float | None = None,
        tls: ssl.SSLContext | None = None,
        speed: float = 1.0,
        now: Callable[[], float] = time.time,
        chance: Callable[[float, float], float] = random.uniform,
        resolve: Resolver = _resolve,
    ) -> None:
        self.limits = limits or Limits()
        self.allow_hosts = tuple(allow_hosts)
        self.user_agent = user_agent
        self.patience = patience
        self.speed, self.now, self.chance, self.resolve = speed, now, chance, resolve
        self.reached = False  # some host has been connected to
        self.first_try: float | None = None
        self._tls = tls
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
        self._pools: dict[tuple[str, str], HTTPConnectionPool] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def clock(self) -> float:
        """Seconds, counted from any time."""
        return time.monotonic() * self.speed

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds / self.speed)

    def close(self) -> None:
        """Close the idle connections; the client can be used again."""
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        allow_hosts: Collection[str] | None = None,
        deadline: float | None = None,
        body: bool = True,
        reuse: bool = False,
    ) -> Response:
        """The final answer for `url`, of any status; raises Fault when there is none.

        `deadline` replaces that of the limits.  `body=False` leaves the body unread.  `reuse` keeps the connection
        for the next request to the host: right for many small questions; off for files, where bytes that a server
        sends beyond the announced length must not become the start of the next answer.
        """
        limits = limits or self.limits
        if deadline is not None:
            limits = replace(limits, deadline=deadline)
        hosts = self.allow_hosts if allow_hosts is None else tuple(allow_hosts)
        address = parse(url)
        asked = {"User-Agent": self.user_agent, "Accept": "*/*", "Accept-Encoding": "identity", **(headers or {})}
        if not reuse:
            asked["Connection"] = "close"
        with _Run(self, limits, hosts) as run:
            return _Fetch(self, run, method, asked, want_body=body, reuse=reuse).tried(address)

    def pool(self, address: Address, *, reuse: bool) -> HTTPConnectionPool:
        """The kept connections to the address's origin, or a pool of its own for one request."""
        if not reuse:
            return self._new_pool(address)
        key = (address.scheme, address.origin)
        with self._lock:
            if key not in self._pools:
                self._pools[key] = self._new_pool(address)
            return self._pools[key]

    def _new_pool(self, address: Address) -> HTTPConnectionPool:
        host = f"[{address.host}]" if ":" in address.host else address.host
        if address.scheme == "http":
            return _Pool(host, address.port, maxsize=4)
        return _SecurePool(host, address.port, maxsize=4)

    def tls(self) -> ssl.SSLContext:
        """What certificates are checked against; made when the first secure connection stands, for it takes a while."""
        with self._lock:
            if self._tls is None:
                self._tls = _tls_context()
            return self._tls

    def connect_timeout(self, wanted: float) -> float:
        """`wanted` seconds, or what is left of the patience while no host was ever reached."""
        if self.patience is None or self.reached:
            return wanted
        with self._lock:
            if self.first_try is None:
                self.first_try = self.clock()
        return min(wanted, self.first_try + self.patience - self.clock())

    def answers(self, host: str, port: int, timeout: float) -> list[tuple[Any, ...]]:
        """What the resolver says, asked once for each host and port.  Raises OSError, UnicodeError, TimeoutError."""
        key = (host, port)
        with self._lock:
            known = self._answers.get(key)
        if known is not None:
            return known
        # getaddrinfo knows no time limit and may hang for half a minute: it gets a thread that may be left behind.
        outcome: queue.SimpleQueue[list[tuple[Any, ...]] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                outcome.put(self.resolve(host, port))
            except Exception as error:  # noqa: BLE001  # handed over to the waiting thread, which raises it
                outcome.put(error)

        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        try:
            found = outcome.get(timeout=max(timeout / self.speed, 0.001))
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(found, Exception):
            raise found
        with self._lock:
            return self._answers.setdefault(key, found)


class _Run:
    """One fetch's deadline, and the sockets that its watchdog shuts."""

    def __init__(self, client: Client, limits: Limits, allow_hosts: Collection[str]) -> None:
        self.client, self.limits, self.allow_hosts = client, limits, allow_hosts
        self.end = client.clock() + limits.deadline
        self.fired = False
        self.address: Address | None = None
        self.connection_made = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(limits.deadline / client.speed, self._fire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._sockets.clear()

    def _fire(self) -> None:
        with self._lock:
            self.fired = True
            for sock in self._sockets:
                _shut(sock)

    def watch(self, sock: socket.socket) -> None:
        """Let the watchdog shut this socket."""
        with self._lock:
            self._sockets.append(sock)
            if self.fired:
                _shut(sock)

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return self.fired or self.client.clock() >= self.end

    def left(self) -> float:
        """Seconds until the deadline.  Raises Fault E_TIMEOUT when there are none."""
        left = self.end - self.client.clock()
        if self.over:
            raise late(self.limits)
        return left

    def connect(self) -> socket.socket:
        """A connected socket to a checked address of the current host."""
        address = self.address
        if address is None:
            raise Fault("E_CONNECT", "no address to connect to")
        allowed = is_allowed(address, self.allow_hosts)
        answers = self._answers(address)
        for *_, sockaddr in answers:
            if reason := refusal(str(sockaddr[0]), allowed=allowed):
                raise Fault("E_ADDR", f"address of {address.host} refused: {reason}")
        problem: OSError | None = None
        for family, kind, protocol, _, sockaddr in answers:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self._connect_timeout() / self.client.speed)
                sock.connect(sockaddr)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                sock.close()
                problem = error
            except Fault:
                sock.close()
                raise
            else:
                self.client.reached = self.connection_made = True
                return sock
        raise _connect_fault(address, problem, self.limits.connect)

    def _connect_timeout(self) -> float:
        left = self.client.connect_timeout(min(self.limits.connect, self.left()))
        if left <= 0:
            raise Fault("E_CONNECT", "there seems to be no network", host=True)
        return left

    def _answers(self, address: Address) -> list[tuple[Any, ...]]:
        try:
            answers = self.client.answers(address.host, address.port, self._connect_timeout())
        except TimeoutError:
            raise Fault("E_DNS", f"no answer from the name service for {address.host}", retry=True, host=True) from None
        except OSError:
            raise Fault("E_DNS", f"host name does not resolve: {address.host}", retry=True, host=True) from None
        except UnicodeError:
            raise Fault("E_URL", f"the host name {address.host!r} is not valid") from None
        if not answers:
            raise Fault("E_DNS", f"host name does not resolve: {address.host}", host=True)
        return answers


def _connect_fault(address: Address, error: OSError | None, timeout: float) -> Fault:
    if isinstance(error, TimeoutError):
        return Fault("E_TIMEOUT", f"no connection to {address.origin} in {timeout:g} s", retry=True, host=True)
    if isinstance(error, ConnectionRefusedError):
        return Fault("E_CONNECT", f"connection refused by {address.origin}", retry=True, host=True)
    reason = (error.strerror if error else None) or "no address"
    return Fault("E_CONNECT", f"no connection to {address.origin}: {reason}", retry=True, host=True)


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


_current = threading.local()  # .run: the fetch that this thread works on


class _Watched:
    """A connection whose socket is opened by, and known to, the current fetch."""

    _handle: socket.socket | None = None  # a second handle on the connection: TLS hides the first one

    def _new_conn(self) -> socket.socket:
        run: _Run = _current.run
        sock = run.connect()
        self._drop_handle()
        self._handle = sock.dup()
        run.watch(self._handle)
        return sock

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        if self._handle is not None:  # a connection used again
            _current.run.watch(self._handle)
        super().putrequest(*args, **kwargs)  # type: ignore[misc]  # the mixed-in connection has it

    def close(self) -> None:
        self._drop_handle()
        super().close()  # type: ignore[misc]  # the mixed-in connection has it

    def _drop_handle(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.close()


class _Connection(_Watched, HTTPConnection):
    pass


class _SecureConnection(_Watched, HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self.ssl_context = _current.run.client.tls()
        return sock


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def _tls_context() -> ssl.SSLContext:
    """The system's certificates (and SSL_CERT_FILE), and certifi's where a machine has none."""
    context = ssl.create_default_context()
    with contextlib.suppress(ImportError, OSError):
        import certifi  # noqa: PLC0415  # optional: containers without a certificate store need it

        context.load_verify_locations(certifi.where())
    return context


class _Fetch:
    """One fetch: tries around redirects around single requests."""

    def __init__(
        self, client: Client, run: _Run, method: str, headers: Mapping[str, str], *, want_body: bool, reuse: bool
    ) -> None:
        self.client, self.run, self.limits = client, run, run.limits
        self.method, self.headers, self.want_body, self.reuse = method, dict(headers), want_body, reuse

    def tried(self, address: Address) -> Response:
        """The answer after as many tries as it takes and the limits grant."""
        for attempt in range(1, max(self.limits.tries, 1) + 1):
            last = attempt >= self.limits.tries
            try:
                response = replace(self._followed(address), tries=attempt)
            except Fault as fault:
                if last or not fault.retry:
                    raise _tired(fault, attempt) from None
                self._pause(None, attempt, fault)
                continue
            wait = response.retry_after
            if last or response.status not in RETRIED or (wait is not None and wait > self._longest_wait()):
                return response
            self._pause(wait, attempt, None)
        raise late(self.limits)

    def _longest_wait(self) -> float:
        return min(self.limits.wait, self.run.left())

    def _pause(self, wait: float | None, attempt: int, fault: Fault | None) -> None:
        if wait is None:
            wait = self.client.chance(0.5, 1.0) * _BACKOFF * 2 ** (attempt - 1)
            if wait >= self._longest_wait():
                raise fault or late(self.limits)
        self.client.sleep(wait)
        self.run.left()

    def _followed(self, address: Address) -> Response:
        first = address
        hops: list[tuple[int, str]] = []
        method = self.method
        for _ in range(self.limits.redirects + 1):
            response = self._asked(method, address, first, hops)
            if response.status not in REDIRECTS:
                return response
            location = response.headers.get("location")
            if not location:
                raise Fault("E_REDIRECT", f"HTTP {response.status} redirect without Location")
            address = redirected(address, location)
            hops.append((response.status, address.url))
            method = "GET" if response.status == 303 and method != "HEAD" else method
        raise Fault("E_REDIRECT", f"more than {self.limits.redirects} redirects")

    def _asked(self, method: str, address: Address, first: Address, hops: list[tuple[int, str]]) -> Response:
        run = self.run
        run.address, run.connection_made, _current.run = address, False, run
        left, speed = run.left(), self.client.speed
        timeout = urllib3.Timeout(
            connect=min(self.limits.connect, left) / speed, read=min(self.limits.read, left) / speed
        )
        body, before = b"", sys.exception()
        raw: urllib3.BaseHTTPResponse | None = None
        pool: HTTPConnectionPool | None = None
        received = [0]
        try:
            pool = self.client.pool(address, reuse=self.reuse)
            raw = pool.urlopen(
                method,
                address.target,
                headers=self.headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=timeout,
                preload_content=False,
                decode_content=False,
            )
            if self.want_body and method != "HEAD" and 200 <= raw.status < 300:
                body = b"".join(body_pieces(raw, self.limits, received))
            run.left()
            return Response(
                url=first.url,
                final_url=address.url,
                status=raw.status,
                headers=raw.headers,
                body=body,
                hops=tuple(hops),
                retry_after=retry_after(raw.headers.get("retry-after"), self.client.now()),
            )
        except (Fault, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            if run.over:
                raise late(self.limits) from None
            fault = fault_of(error, self.limits, address, answered=raw is not None, received=received[0], before=before)
            if hops and fault.code == "E_ADDR":
                fault.message = f"redirect refused: {fault.message}"
            raise fault from None
        finally:
            if raw is not None:
                if not raw.closed:  # an unread body: the connection is of no use to the next request
                    raw.close()
                raw.release_conn()
            if pool is not None and not self.reuse:
                pool.close()


def _tired(fault: Fault, tries: int) -> Fault:
    if tries > 1:
        fault.message += f" (gave up after {tries} tries)"
    return fault
