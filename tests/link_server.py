"""A web server on the loopback address that behaves as badly as real ones do; each path names its behaviour."""

from __future__ import annotations

import email.utils
import ssl
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = b'<!doctype html><h1 id="here">x</h1><a name="there"></a><p id="user-content-readme">'


class LinkServer(ThreadingHTTPServer):
    """Counts and times what it is asked."""

    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.seen: Counter[str] = Counter()  # path -> requests
        self.methods: list[tuple[str, str]] = []
        self.starts: list[float] = []
        self.lock = threading.Lock()
        self.released = threading.Event()
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        """Clients that go away are part of the game."""

    def __enter__(self) -> LinkServer:  # noqa: PYI034  # the class is final in practice
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LinkServer

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _answer(self) -> None:
        server, path = self.server, self.path
        with server.lock:
            server.seen[path] += 1
            server.methods.append((self.command, path))
            server.starts.append(time.monotonic())
            first = server.seen[path] == 1
        self._behave(path.strip("/").split("/")[0], path, first=first)

    def _behave(self, name: str, path: str, *, first: bool) -> None:
        soon = email.utils.formatdate(time.time() + 1.2, usegmt=True)
        if name.isdigit():
            self._send(int(name))
        elif name == "wait-seconds":
            self._send(429, {"Retry-After": "1"}) if first else self._send(200)
        elif name == "wait-date":
            self._send(503, {"Retry-After": soon}) if first else self._send(200)
        elif name == "wait-a-day":
            self._send(429, {"Retry-After": "86400"})
        elif name == "recovers":
            self._send(500) if first else self._send(200)
        elif name == "no-head":
            self._send(404 if self.command == "HEAD" else 200)
        elif name == "circle":
            self._send(302, {"Location": path})
        elif name == "moved":
            self._send(301, {"Location": "/page"})
        elif name == "moved-twice":
            self._send(308, {"Location": "/temporary"})
        elif name == "temporary":
            self._send(302, {"Location": "/page"})
        elif name == "etag":
            known = self.headers.get("If-None-Match") == '"v1"'
            self._send(304 if known else 200, {"ETag": '"v1"'})
        elif name == "silent":
            self.server.released.wait(300)
        elif name == "drip":
            self._drip()
        else:
            self._send(200)

    def _send(self, status: int, headers: dict[str, str] | None = None) -> None:
        body = PAGE if status not in {204, 304} else b""
        self.send_response(status, "x")
        for key, value in {"Content-Type": "text/html", **(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while self.command != "HEAD" and not self.server.released.wait(0.1):
            self.wfile.write(b" ")
