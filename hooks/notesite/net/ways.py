"""Ways to hosts: names resolved once, addresses looked at, sockets whose reads end with the fetch that they serve."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from requests.utils import select_proxy

from .fault import Fault
from .response import Limits
from .urls import Address, is_allowed, refusal, shown, written_refusal

Resolver = Callable[[str, int], list[tuple[Any, ...]]]


def resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    """What the system's resolver says.  Raises OSError, UnicodeError."""
    return list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))


class Ways:
    """What the fetches of a client share: answers of the resolver, certificates, and whether there is a network at all.

    `patience` is the time in seconds after which nothing is tried any more when no host was ever reached.
    """

    def __init__(self, resolver: Resolver, tls: ssl.SSLContext | None, patience: float | None) -> None:
        self.resolver = resolver
        self.proxy = ""  # through which a request went, without credentials
        self._patience = patience
        self._first_try: float | None = None
        self._lock = Lock()
        self._tls = tls and bounded(tls)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._answers: dict[tuple[str, int], Future[list[tuple[Any, ...]]]] = {}

    def tls(self, bundle: str) -> ssl.SSLContext:
        """What certificates are checked against; made when it is first needed, for it takes a while."""
        with self._lock:
            if self._tls is not None:
                return self._tls
            if bundle not in self._contexts:
                self._contexts[bundle] = tls_context(bundle)
            return self._contexts[bundle]

    def connect_timeout(self, wanted: float) -> float:
        """`wanted` seconds, or what is left of the patience while no host was ever reached."""
        with self._lock:
            if self._patience is None:
                return wanted
            self._first_try = self._first_try or time.monotonic()
            return min(wanted, self._first_try + self._patience - time.monotonic())

    def connected(self) -> None:
        """Some host was reached: there is a network."""
        self._patience = None

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
            answer.set_result(self.resolver(host, port))
        except Exception as error:  # noqa: BLE001  # handed over to the waiting thread, which raises it
            answer.set_exception(error)


class _Bounded:
    """A socket no read of which outlasts the fetch."""

    patience: Callable[[], float]  # seconds for the next read; raises Fault when there are none

    def recv_into(self, *args: Any) -> int:
        self.settimeout(self.patience())  # type: ignore[attr-defined]  # the mixed-in socket has it
        return super().recv_into(*args)  # type: ignore[misc,no-any-return]  # the mixed-in socket has it


class _Socket(_Bounded, socket.socket):
    pass


class SecureSocket(_Bounded, ssl.SSLSocket):
    """The same over TLS; whoever makes it gives it its patience."""


class Run:
    """One fetch: when it ends, and whom it may connect to."""

    def __init__(self, ways: Ways, limits: Limits, allow_hosts: Collection[str]) -> None:
        self.ways, self.limits, self.allow_hosts = ways, limits, allow_hosts
        self.end = time.monotonic() + limits.deadline
        self.address = Address("", "", "", 0, "")  # what is being asked for

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
        seconds = self.ways.connect_timeout(min(self.limits.connect, self.left()))
        if seconds <= 0:
            raise Fault("E_CONNECT", "there seems to be no network", host=True)
        return seconds

    def through(self, proxies: Mapping[str, str]) -> None:
        """Judge the address as it is written when a proxy will look it up.  Raises Fault E_ADDR or E_CONNECT."""
        proxy = select_proxy(self.address.url, dict(proxies))
        if not proxy:
            return
        self.ways.proxy = shown(proxy)
        if proxy.lower().startswith("socks"):
            raise Fault("E_CONNECT", f"{shown(proxy)}: SOCKS proxies are not supported", host=True)
        self._judge(written_refusal, self.address.host)

    def _judge(self, refusing: Callable[..., str | None], host: str) -> None:
        if reason := refusing(host, allowed=is_allowed(self.address, self.allow_hosts)):
            raise Fault("E_ADDR", f"address of {self.address.host} refused: {reason}")

    def dial(self, host: str, port: int, *, judged: bool = True) -> socket.socket:
        """A connected socket to a host all of whose addresses may be connected to, unless it is not to be `judged`."""
        answers = self._answers(host, port)
        for *_, sockaddr in answers if judged else ():
            self._judge(refusal, str(sockaddr[0]))
        problem: OSError | None = None
        for family, kind, protocol, _, sockaddr in answers:
            seconds = self.connecting()
            sock = _Socket(family, kind, protocol)
            try:
                sock.settimeout(seconds)
                sock.connect(sockaddr)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                sock.close()
                problem = error
            else:
                self.ways.connected()
                sock.patience = self.patience
                return sock
        raise self._unconnected(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", problem)

    def _answers(self, host: str, port: int) -> list[tuple[Any, ...]]:
        with contextlib.suppress(OSError):
            try:
                if answers := self.ways.answers(host, port, self.connecting()):
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


def tls_context(bundle: str) -> ssl.SSLContext:
    """A context with the certificates of `bundle`; "": the system's (and SSL_CERT_FILE), and certifi's.

    Raises Fault E_TLS when the bundle cannot be read.
    """
    is_folder = bool(bundle) and Path(bundle).is_dir()
    try:
        context = ssl.create_default_context(
            cafile=None if is_folder else bundle or None, capath=bundle if is_folder else None
        )
    except OSError as error:
        text = f"no certificates in {bundle}, which REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names: {error.strerror}"
        raise Fault("E_TLS", text, host=True) from None
    if not bundle:
        with contextlib.suppress(ImportError, OSError):
            import certifi  # noqa: PLC0415  # comes with requests; containers without a certificate store need it

            context.load_verify_locations(certifi.where())
    return bounded(context)


def bounded(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context, making sockets that end with their fetch."""
    context.sslsocket_class = SecureSocket
    return context
