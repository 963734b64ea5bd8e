"""The network client: fetches one URL at a time, within limits."""

from __future__ import annotations

import random
import socket
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from functools import cache, partial
from threading import Lock, Thread
from typing import Any

from .fetch import Fetch
from .response import Limits, Response
from .urls import parse
from .ways import session, tls_context

USER_AGENT = "notesite/1.0 (builds a static site from notes; mirrors their images and checks their links)"
Resolver = Callable[[str, int], list[tuple[Any, ...]]]  # raises OSError, UnicodeError
_RESOLVE: Resolver = partial(socket.getaddrinfo, type=socket.SOCK_STREAM)  # the system's


class Client:
    """Fetches URLs within limits.

    `patience` is the time in seconds after which a client that has never reached any host stops trying: without a
    network, a caller with hundreds of URLs waits that long and no longer.  The other arguments are for tests: `tls`
    replaces the certificates, `now`, `chance` and `resolve` the clock, dice and resolver.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        allow_hosts: Collection[str] = (),
        user_agent: str = USER_AGENT,
        patience: float | None = None,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], float] = time.time,
        chance: Callable[[float, float], float] = random.uniform,
        resolve: Resolver = _RESOLVE,
    ) -> None:
        self.limits = limits or Limits()
        self.allow_hosts = tuple(allow_hosts)
        self.user_agent = user_agent
        self.now, self.chance, self.resolve = now, chance, resolve
        self.proxy = ""  # through which a request went, without credentials
        self.patience = patience  # None: some host was reached, so there is a network
        self._first_try: float | None = None
        self._lock = Lock()
        # What certificates are checked against, by bundle; made when it is first needed, for it takes a while.
        self.tls = cache(lambda bundle: tls_context(bundle, tls))
        self._answers: dict[tuple[str, int], Future[list[tuple[Any, ...]]]] = {}

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

    def connect_timeout(self, wanted: float) -> float:
        """`wanted` seconds, or what is left of the patience while no host was ever reached."""
        with self._lock:
            if self.patience is None:
                return wanted
            self._first_try = self._first_try or time.monotonic()
            return min(wanted, self._first_try + self.patience - time.monotonic())

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
