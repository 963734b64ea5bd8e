"""Ways to hosts: sockets whose reads end with the fetch that they serve, and sessions of `requests` that use them."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from .response import Fault

if TYPE_CHECKING:
    from .client import Fetch


class _Bounded:
    """A socket no read of which outlasts the fetch."""

    patience: Callable[[], float]  # seconds for the next read; raises Fault when there are none

    def recv_into(self, *args: Any) -> int:
        self.settimeout(self.patience())  # type: ignore[attr-defined]  # the mixed-in socket has it
        return super().recv_into(*args)  # type: ignore[misc,no-any-return]  # the mixed-in socket has it


class Socket(_Bounded, socket.socket):
    """One that is open to everybody on the way."""


class SecureSocket(_Bounded, ssl.SSLSocket):
    """The same over TLS; whoever makes it gives it its patience."""


class _Dialled:
    """A connection whose socket the fetch opens."""

    def __init__(self, *args: Any, fetch: Fetch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fetch = fetch

    def _new_conn(self) -> socket.socket:
        where: Any = self
        if where.proxy:
            return self.fetch.dial(where.host, where.port, judged=False)
        return self.fetch.dial(self.fetch.address.host, self.fetch.address.port)

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # the mixed-in connection has it
        if isinstance(sock := vars(self)["sock"], SecureSocket):
            sock.patience = self.fetch.patience


class Adapter(HTTPAdapter):
    """The transport of one fetch's session."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        super().__init__(pool_connections=1, pool_maxsize=1)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """The pool to the host or the proxy, whose connections are ours."""
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        if not issubclass(pool.ConnectionCls, _Dialled):  # asked for the first time
            pool.ConnectionCls = type("Connection", (_Dialled, pool.ConnectionCls), {})
        pool.conn_kw["fetch"] = self.fetch
        return pool  # type: ignore[no-any-return]  # the stubs know the pools of old

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Host, and the certificates that it is checked against."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        secure = host["scheme"] == "https"
        return host, {"ssl_context": self.fetch.client.certificates("" if verify is True else verify)} if secure else {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: the pool's context holds the certificates."""


def session(fetch: Fetch, headers: Mapping[str, str]) -> requests.Session:
    """A session for one fetch."""
    made = requests.Session()
    # None: the client follows redirects; `requests` would read their bodies without a limit, too.
    made.get_redirect_target = lambda resp: None  # type: ignore[method-assign]  # noqa: ARG005  # of this session
    made.headers.clear()
    made.headers.update(headers)
    made.auth = lambda request: request  # otherwise credentials of .netrc would be sent
    for scheme in ("http://", "https://"):
        made.mount(scheme, Adapter(fetch))
    return made


def tls_context(bundle: str, given: ssl.SSLContext | None = None) -> ssl.SSLContext:
    """A context with the certificates of `bundle`; "": the system's (and SSL_CERT_FILE), and certifi's; or the given one.

    Its sockets end with their fetch.  Raises Fault E_TLS when the bundle cannot be read.
    """
    named: dict[str, Any] = {"capath" if Path(bundle).is_dir() else "cafile": bundle} if bundle else {}
    try:
        context = given or ssl.create_default_context(**named)
    except OSError as error:
        text = f"no certificates in {bundle}, which REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names: {error.strerror}"
        raise Fault("E_TLS", text, host=True) from None
    if not (bundle or given):
        with contextlib.suppress(ImportError, OSError):
            import certifi  # noqa: PLC0415  # comes with requests; containers without a certificate store need it

            context.load_verify_locations(certifi.where())
    context.sslsocket_class = SecureSocket
    return context
