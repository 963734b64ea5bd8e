"""One fetch: tries around redirects around single requests, to addresses that may be connected to, until its deadline."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.utils import select_proxy

from .fault import Fault
from .response import REDIRECTS, RETRIED, Limits, Response, retry_after
from .urls import Address, is_allowed, redirected, refusal, shown, written_refusal
from .ways import Socket
from .wire import body, fault_of

if TYPE_CHECKING:
    from .client import Client

_BACKOFF = 0.25  # seconds before the second try; doubled for each further one, with jitter


class Fetch:
    """One fetch: when it ends, and what it asks for."""

    session: requests.Session  # through which it asks

    def __init__(self, client: Client, limits: Limits, method: str, *, want_body: bool) -> None:
        self.client, self.limits, self.method, self.want_body = client, limits, method, want_body
        self.end = time.monotonic() + limits.deadline
        self.address = Address("", "", "", 0, "")  # what is being asked for

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
            answer = self._sent(method, address)
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

    def _sent(self, method: str, address: Address) -> requests.Response:
        request = self.session.prepare_request(requests.Request(method, address.url))
        request.url = address.url  # as it was judged, not as `requests` would write it
        environment = self.session.merge_environment_settings(address.url, {}, True, None, None)
        self.through(environment["proxies"])
        timeout = (self.connecting(), self.patience())
        return self.session.send(request, allow_redirects=False, timeout=timeout, **environment)

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
        seconds = self.client.connect_timeout(min(self.limits.connect, self.left()))
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
