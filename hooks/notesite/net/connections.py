"""Connections that a deadline can end, to addresses that were checked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Collection
from types import TracebackType
from typing import Any, Protocol, Self

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from notesite.net.fault import Fault
from notesite.net.response import Limits
from notesite.net.urls import Address, is_allowed, refusal

from .wire import late


class Ways(Protocol):
    """What a connection needs of the client that makes it."""

    speed: float  # how many times faster than real time all limits pass
    reached: bool  # some host has been connected to

    def clock(self) -> float:
        """Seconds, counted from any time."""

    def connect_timeout(self, wanted: float) -> float:
        """Seconds that a connection may take."""

    def answers(self, host: str, port: int, timeout: float) -> list[tuple[Any, ...]]:
        """What the resolver says."""

    def tls(self) -> ssl.SSLContext:
        """What certificates are checked against."""


class Run:
    """One fetch's deadline, and the sockets that its watchdog shuts."""

    def __init__(self, client: Ways, limits: Limits, allow_hosts: Collection[str]) -> None:
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


current = threading.local()  # .run: the fetch that this thread works on


class _Watched:
    """A connection whose socket is opened by, and known to, the current fetch."""

    _handle: socket.socket | None = None  # a second handle on the connection: TLS hides the first one

    def _new_conn(self) -> socket.socket:
        run: Run = current.run
        sock = run.connect()
        self._drop_handle()
        self._handle = sock.dup()
        run.watch(self._handle)
        return sock

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        if self._handle is not None:  # a connection used again
            current.run.watch(self._handle)
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
        self.ssl_context = current.run.client.tls()
        return sock


class Pool(HTTPConnectionPool):
    """Plain connections to one origin."""

    ConnectionCls = _Connection


class SecurePool(HTTPSConnectionPool):
    """Connections to one origin over TLS."""

    ConnectionCls = _SecureConnection


def tls_context() -> ssl.SSLContext:
    """The system's certificates (and SSL_CERT_FILE), and certifi's where a machine has none."""
    context = ssl.create_default_context()
    with contextlib.suppress(ImportError, OSError):
        import certifi  # noqa: PLC0415  # optional: containers without a certificate store need it

        context.load_verify_locations(certifi.where())
    return context
