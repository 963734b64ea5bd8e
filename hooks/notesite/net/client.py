"""The network client: fetches one URL at a time, within limits."""

from __future__ import annotations

import http.client
import random
import ssl
import time
from collections.abc import Callable, Collection, Mapping

import requests
import urllib3

from .adapter import session
from .fault import Fault
from .response import REDIRECTS, RETRIED, Limits, Response, retry_after
from .urls import Address, parse, redirected
from .ways import Resolver, Run, Ways, resolve
from .wire import body, fault_of

_BACKOFF = 0.25  # seconds before the second try; doubled for each further one, with jitter
USER_AGENT = "notesite/1.0 (builds a static site from notes; mirrors their images and checks their links)"


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
        resolve: Resolver = resolve,
    ) -> None:
        self.limits = limits or Limits()
        self.allow_hosts = tuple(allow_hosts)
        self.user_agent = user_agent
        self.now, self.chance = now, chance
        self.ways = Ways(resolve, tls, patience)

    @property
    def proxy_note(self) -> str:
        """What is not as safe as without a proxy, "" when no request went through one."""
        note = (
            f"requests went through {self.ways.proxy}, which looks names up itself: only the written hosts were judged"
        )
        return note if self.ways.proxy else ""

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
        run = Run(self.ways, limits, self.allow_hosts)
        with session(run, {**basic, **(headers or {})}) as asking:
            return _Fetch(self, run, asking, method, want_body=body).tried(parse(url))


class _Fetch:
    """One fetch: tries around redirects around single requests."""

    def __init__(self, client: Client, run: Run, asking: requests.Session, method: str, *, want_body: bool) -> None:
        self.client, self.run, self.limits, self.session = client, run, run.limits, asking
        self.method, self.want_body = method, want_body

    def tried(self, address: Address) -> Response:
        """The answer after as many tries as it takes and the limits grant."""
        attempt = 0
        while True:
            attempt += 1
            last = attempt >= self.limits.tries
            pause = self.client.chance(0.5, 1.0) * _BACKOFF * 2 ** (attempt - 1)
            longest = min(self.limits.wait, self.run.left())
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
        run, received = self.run, [0]
        run.address = address
        answer: requests.Response | None = None
        try:
            answer = self._sent(method, address)
            wanted = self.want_body and method != "HEAD" and 200 <= answer.status_code < 300
            content = b"".join(body(answer, self.limits, received)) if wanted else b""
            run.left()
        except (Fault, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            run.left()
            raise fault_of(error, self.limits, address, answered=answer is not None, received=received[0]) from None
        finally:
            if answer is not None:
                answer.raw.close()
        wait = retry_after(answer.headers.get("retry-after"), self.client.now())
        return Response(address.url, address.url, answer.status_code, answer.headers, content, retry_after=wait)

    def _sent(self, method: str, address: Address) -> requests.Response:
        request = self.session.prepare_request(requests.Request(method, address.url))
        request.url = address.url  # as it was judged, not as `requests` would write it
        environment = self.session.merge_environment_settings(address.url, {}, True, None, None)
        self.run.through(environment["proxies"])
        timeout = (self.run.connecting(), self.run.patience())
        return self.session.send(request, allow_redirects=False, timeout=timeout, **environment)
