"""The network client: fetches one URL at a time, within limits."""

from __future__ import annotations

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
from urllib3.connectionpool import HTTPConnectionPool

from notesite.net.fault import Fault
from notesite.net.response import REDIRECTS, RETRIED, Limits, Response, retry_after
from notesite.net.urls import Address, parse, redirected

from .connections import Pool, Run, SecurePool, current, tls_context
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
        with Run(self, limits, hosts) as run:
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
            return Pool(host, address.port, maxsize=4)
        return SecurePool(host, address.port, maxsize=4)

    def tls(self) -> ssl.SSLContext:
        """What certificates are checked against; made when the first secure connection stands, for it takes a while."""
        with self._lock:
            if self._tls is None:
                self._tls = tls_context()
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


class _Fetch:
    """One fetch: tries around redirects around single requests."""

    def __init__(
        self, client: Client, run: Run, method: str, headers: Mapping[str, str], *, want_body: bool, reuse: bool
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
        run.address, run.connection_made, current.run = address, False, run
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
