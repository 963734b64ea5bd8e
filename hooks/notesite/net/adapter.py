"""The transport of a session of `requests`: connections that the fetch opens itself."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool

from .ways import Run, SecureSocket


class _Dialled:
    """A connection whose socket the fetch opens."""

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run

    def _new_conn(self) -> socket.socket:
        where: Any = self
        if where.proxy:
            return self.run.dial(where.host, where.port, judged=False)
        return self.run.dial(self.run.address.host, self.run.address.port)

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # the mixed-in connection has it
        if isinstance(sock := vars(self)["sock"], SecureSocket):
            sock.patience = self.run.patience


class _Connection(_Dialled, HTTPConnection):
    pass


class _SecureConnection(_Dialled, HTTPSConnection):
    pass


class Adapter(HTTPAdapter):
    """The transport of one fetch's session."""

    def __init__(self, run: Run) -> None:
        self.run = run
        super().__init__(pool_connections=1, pool_maxsize=1)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """The pool to the host or the proxy, whose connections are ours."""
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        pool.ConnectionCls = _SecureConnection if pool.scheme == "https" else _Connection
        pool.conn_kw["run"] = self.run
        return pool  # type: ignore[no-any-return]  # the stubs know the pools of old

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Host, and the certificates that it is checked against."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        secure = host["scheme"] == "https"
        return host, {"ssl_context": self.run.ways.tls("" if verify is True else verify)} if secure else {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: the pool's context holds the certificates."""


def session(run: Run, headers: Mapping[str, str]) -> requests.Session:
    """A session for one fetch."""
    made = _Session()
    made.headers.clear()
    made.headers.update(headers)
    made.auth = lambda request: request  # otherwise credentials of .netrc would be sent
    for scheme in ("http://", "https://"):
        made.mount(scheme, Adapter(run))
    return made


class _Session(requests.Session):
    def get_redirect_target(self, resp: Any) -> None:
        """None: the client follows redirects; `requests` would read their bodies without a limit, too."""
