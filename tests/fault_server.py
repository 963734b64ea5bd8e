"""A web server on loopback that does one thing wrong, on purpose.

Each server has a port of its own and one behaviour, named in `BEHAVIOURS`; after `heal()` it serves its picture.  It
speaks raw bytes, so that it can break any rule of HTTP.  `hits` counts the requests.
"""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pictures

TLS = Path(__file__).parent / "cases/images/tls"
Behaviour = Callable[["Exchange"], None]
HTML = b"<!doctype html><title>Log in</title><p>Please log in"


class Exchange:
    """One request and the means to answer it."""

    def __init__(self, server: FaultServer, conn: socket.socket, head: str, number: int) -> None:
        self.server, self.conn, self.head, self.number = server, conn, head, number
        self.good = server.good

    @property
    def path(self) -> str:
        """The target of the request line."""
        return self.head.split(" ", 2)[1]

    def send(self, data: bytes) -> None:
        """Raw bytes."""
        self.conn.sendall(data)

    def reply(
        self, body: bytes | None = None, status: str = "200 OK", *, length: int | None = None, **headers: str
    ) -> None:
        """A proper answer, unless the arguments make it none; header names are written with underscores."""
        body = self.good if body is None else body
        lines = {"Content-Type": "image/png", "Content-Length": str(len(body) if length is None else length)}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        self.send(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)

    def drip(self, data: bytes, pause: float = 0.05) -> None:
        """The bytes, one by one."""
        for byte in data * 100:
            if self.server.over.wait(pause):
                return
            self.send(bytes([byte]))


class FaultServer:
    """One behaviour on one port of a loopback address."""

    def __init__(
        self, behaviour: str, good: bytes, *, address: str = "127.0.0.1", tls: str = "", refusing: bool = False
    ) -> None:
        self.behaviour, self.good, self.hits = behaviour, good, 0
        self.connections = 0
        self.heads: list[str] = []
        self.healthy = self.stopped = False
        self.over = threading.Event()  # those who keep silent can go home
        self._context: ssl.SSLContext | None = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(TLS / f"{tls}.pem")
        self._listener = socket.socket()
        self._listener.bind((address, 0))
        if not refusing:  # a port that is bound and does not listen refuses, and nobody else can get it
            self._listener.listen(64)
        self.port: int = self._listener.getsockname()[1]
        self.origin = f"{address}:{self.port}"
        if not refusing:
            threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def heal(self) -> None:
        """Serve the picture from now on."""
        self.healthy = True

    def stop(self) -> None:
        """Refuse connections from now on."""
        self.stopped = True
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(conn,), daemon=True).start()

    def _talk(self, conn: socket.socket) -> None:
        if self._context is not None:
            secure = self._context.wrap_socket(conn, server_side=True, do_handshake_on_connect=False)
            with contextlib.suppress(OSError), secure:
                secure.do_handshake()
                self._answer(secure)
        else:
            with conn:
                self._answer(conn)

    def _answer(self, conn: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            while not self.stopped:
                head = b""
                while b"\r\n\r\n" not in head:
                    data = conn.recv(65536)
                    if not data:
                        return
                    head += data
                self.hits += 1
                self.heads.append(head.decode("latin-1"))
                exchange = Exchange(self, conn, head.decode("latin-1"), self.hits)
                (good if self.healthy else BEHAVIOURS[self.behaviour])(exchange)
                if "connection: close" in head.decode("latin-1").lower():
                    return


BEHAVIOURS: dict[str, Behaviour] = {}


def behaviour(function: Behaviour) -> Behaviour:
    """Enter a behaviour under its function's name."""
    BEHAVIOURS[function.__name__] = function
    return function


def simple(name: str, **arguments: object) -> None:
    """Enter a behaviour that is one reply."""
    BEHAVIOURS[name] = lambda x: x.reply(**arguments)  # type: ignore[arg-type]  # arguments of `reply`


def good(x: Exchange) -> None:
    """The picture; 304 for a client that has it."""
    if 'if-none-match: "v1"' in x.head.lower():
        x.reply(b"", "304 Not Modified", ETag='"v1"')
    else:
        kind = "image/svg+xml" if x.good.startswith(b"<svg") else "image/png"
        x.reply(ETag='"v1"', Content_Type=kind)


BEHAVIOURS["good"] = good
for status in ("401 Unauthorized", "403 Forbidden", "404 Not Found", "407 Auth", "410 Gone", "418 Teapot", "451 Legal",
               "500 Error", "502 Bad", "503 Busy", "504 Late", "408 Timeout", "600 Odd", "300 Choices", "304 Same", "202 Later",
               "206 Partial", "226 IM"):  # fmt: skip
    simple(f"http_{status[:3]}", body=HTML, status=status, Content_Type="text/html")
simple("http_204", body=b"", status="204 No Content")
simple("http_999", body=HTML, status="999 Denied")
simple("retry_soon", body=b"", status="503 Busy", Retry_After="soon")
simple("retry_negative", body=b"", status="429 Slow", Retry_After="-5")
simple("retry_day", body=b"", status="429 Slow", Retry_After="86400")
simple("retry_far", body=b"", status="503 Busy", Retry_After="Fri, 31 Dec 9999 23:59:59 GMT")
simple("retry_huge", body=b"", status="429 Slow", Retry_After="9" * 400)
simple("empty", body=b"")
simple("html", body=HTML, Content_Type="text/html")
simple("html_as_png", body=HTML)
simple("html_page_with_svg", body=b"<html><body><svg></svg></body></html>", Content_Type="text/html")
simple("json", body=b'{"error": "not found"}', Content_Type="application/json")
simple("text", body=b"not found", Content_Type="text/plain")
simple("javascript", body=b"alert(1)", Content_Type="image/png")
simple("executable", body=b"MZ" + bytes(200))
simple("pdf", body=b"%PDF-1.7\n" + bytes(100))
simple("zip", body=b"PK\x03\x04" + bytes(100))
simple("tiff", body=b"II*\x00" + bytes(100))
simple("fits", body=b"SIMPLE  =                    T" + bytes(100))
simple("bmp", body=b"BM" + bytes(100))
simple("psd", body=b"8BPS" + bytes(100))
simple("eps", body=b"%!PS-Adobe-3.0 EPSF-3.0\n")
simple("label_text", Content_Type="text/plain")
simple("label_octets", Content_Type="application/octet-stream")
simple("label_jpeg", Content_Type="image/jpeg")
simple("label_none", Content_Type="")
simple("label_garbage", Content_Type=";;;\xff")
simple("longer_than_said", length=None)
simple("said_ten_terabytes", length=10_000_000_000_000)
simple("length_not_a_number", Content_Length="many")
simple("length_negative", Content_Length="-1")
simple("length_endless", Content_Length="9" * 5000)
simple("encoding_unknown", Content_Encoding="br")
simple("encoding_garbage", Content_Encoding="gzip")
simple("encoding_identity", Content_Encoding="identity")
simple("bomb", body=pictures.bomb())
simple("wide", body=pictures.png_claiming(20_000, 1))
simple("zero_pixels", body=pictures.png_claiming(0, 0))
simple("claims_more", body=pictures.png_claiming(4000, 4000))
simple("gif_10000_frames", body=pictures.gif_of_frames(10_000))
simple("jpeg_cut", body=pictures.raster("JPEG", 64, 64)[:-300])
simple("gif_cut", body=pictures.raster("GIF", 64, 64)[:-100])
simple("webp_cut", body=pictures.raster("WEBP", 64, 64)[:-50])
simple("magic_alone", body=b"\x89PNG\r\n\x1a\n")
simple("svg_script", body=pictures.svg("<script>alert(1)</script>"))
simple("svg_onload", body=pictures.svg("", 'onload="alert(1)"'))
simple("svg_external", body=pictures.svg('<image href="http://127.0.0.2/x.png"/>'))
simple("svg_import", body=pictures.svg("<style>@import url(http://127.0.0.2/x.css)</style>"))
simple("svg_use", body=pictures.svg('<use xlink:href="http://127.0.0.2/x.svg#a"/>'))
simple("svg_link", body=pictures.svg('<a xlink:href="javascript:alert(1)"><text>x</text></a>'))
simple("svg_css_url", body=pictures.svg("<rect style=\"fill: url( 'http://127.0.0.2/x' )\"/>"))
simple("svg_no_end", body=pictures.svg()[:-6])
simple("svg_xxe", body=b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + pictures.svg("<text>&x;</text>"))
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
simple("svg_laughs", body=f'<!DOCTYPE svg [<!ENTITY a0 "ha">{LAUGHS}]>'.encode() + pictures.svg("<text>&a9;</text>"))
simple("svg_stylesheet", body=b'<?xml-stylesheet href="http://127.0.0.2/x.css"?>' + pictures.svg())
simple("svg_utf16", body=pictures.svg("<script/>").decode().encode("utf-16"))
simple("headers_many", **{f"X_{n}": "y" for n in range(300)})
simple("header_long", X_Long="y" * 70_000)
simple("cookie", Set_Cookie="session=1; Path=/")
for status, target in {
    "to_file": "file:///etc/hostname", "to_ftp": "ftp://127.0.0.1/a.png", "to_data": "data:image/png;base64,AAAA",
    "to_javascript": "javascript:alert(1)", "to_bad": "http://[::bad/", "to_port": "http://127.0.0.1:99999/",
    "to_credentials": "http://user:secret@127.0.0.1/", "to_self": "/again", "to_metadata": "http://169.254.169.254/latest",
    "to_spelling": "http://127.1/", "to_control": "http://127.0.0.1/a%00b", "to_mapped": "http://[::ffff:127.0.0.1]/",
}.items():  # fmt: skip
    simple(status, body=b"", status="302 Found", Location=target)
simple("to_plain", body=b"", status="301 Moved", Location="http://127.0.0.1/a.png")
simple("to_nowhere", body=b"", status="302 Found", Location="")


@behaviour
def close(_: Exchange) -> None:
    """End the connection without a word."""


@behaviour
def reset(x: Exchange) -> None:
    x.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    x.conn.close()


@behaviour
def reset_in_body(x: Exchange) -> None:
    x.reply(x.good[:20], length=len(x.good))
    time.sleep(0.02)
    reset(x)


@behaviour
def silent(x: Exchange) -> None:
    x.server.over.wait(300)


@behaviour
def silent_in_body(x: Exchange) -> None:
    x.reply(x.good[:20], length=len(x.good))
    x.server.over.wait(300)


@behaviour
def drip_body(x: Exchange) -> None:
    x.reply(b"", length=10_000)
    x.drip(x.good)


@behaviour
def drip_headers(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(90):
        x.send(f"X-{number}: y\r\n".encode())
        time.sleep(0.5)


@behaviour
def drip_one_header(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nX: ")
    x.drip(b"y")


@behaviour
def drip_chunks(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    x.drip(b"1\r\nx\r\n")


@behaviour
def endless_body(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + x.good)
    while True:
        x.send(bytes(65536))


@behaviour
def endless_continue(x: Exchange) -> None:
    while True:
        x.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


@behaviour
def endless_chunk_size(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        x.send(b"1" * 65536)


@behaviour
def header_flood(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        x.send(b"X-Long: " + b"y" * 60_000 + b"\r\n")


@behaviour
def no_http(x: Exchange) -> None:
    x.send(b"SSH-2.0-OpenSSH_9.6\r\n")


@behaviour
def bad_status_line(x: Exchange) -> None:
    x.send(b"HTTP/1.1 abc OK\r\n\r\n")


@behaviour
def http_09(x: Exchange) -> None:
    x.send(x.good)


@behaviour
def cut_with_length(x: Exchange) -> None:
    x.reply(x.good[:40], length=len(x.good))


@behaviour
def cut_without_length(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + x.good[:40])


@behaviour
def without_length(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + x.good)


@behaviour
def surplus(x: Exchange) -> None:
    x.reply(x.good + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad", length=len(x.good))


def chunked(body: bytes) -> bytes:
    return b"%x\r\n" % len(body) + body + b"\r\n"


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"


@behaviour
def chunks(x: Exchange) -> None:
    x.send(CHUNKED + chunked(x.good[:30]) + chunked(x.good[30:]) + b"0\r\n\r\n")


@behaviour
def chunks_cut(x: Exchange) -> None:
    x.send(CHUNKED + b"%x\r\n" % len(x.good) + x.good[:40])


@behaviour
def chunks_without_end(x: Exchange) -> None:
    x.send(CHUNKED + chunked(x.good))


@behaviour
def chunks_bad_size(x: Exchange) -> None:
    x.send(CHUNKED + b"zz\r\n" + x.good)


@behaviour
def gzipped(x: Exchange) -> None:
    x.reply(gzip.compress(x.good), Content_Encoding="gzip")


@behaviour
def deflated(x: Exchange) -> None:
    x.reply(zlib.compress(x.good), Content_Encoding="deflate")


@behaviour
def gzip_cut(x: Exchange) -> None:
    x.reply(gzip.compress(x.good)[:-30], Content_Encoding="gzip")


def _bomb() -> bytes:
    engine = zlib.compressobj(9, wbits=31)
    return b"".join(engine.compress(bytes(2**20)) for _ in range(50)) + engine.flush()


simple("gzip_bomb", body=_bomb(), Content_Encoding="gzip")


@behaviour
def png_cut(x: Exchange) -> None:
    x.reply(x.good[:-20])


@behaviour
def png_bad_checksum(x: Exchange) -> None:
    data = bytearray(x.good)
    data[45] ^= 1
    x.reply(bytes(data))


@behaviour
def png_with_tail(x: Exchange) -> None:
    x.reply(x.good + b"<script>alert(1)</script>")


@behaviour
def once_429(x: Exchange) -> None:
    x.reply(b"", "429 Slow", Retry_After="1") if x.number == 1 else x.reply()


@behaviour
def once_429_date(x: Exchange) -> None:
    later = email.utils.formatdate(time.time() + 2, usegmt=True)
    x.reply(b"", "429 Slow", Retry_After=later) if x.number == 1 else x.reply()


@behaviour
def once_500(x: Exchange) -> None:
    x.reply(b"", "500 Oops") if x.number == 1 else x.reply()


@behaviour
def twice_closed(x: Exchange) -> None:
    if x.number > 2:
        x.reply()


@behaviour
def twice_cut(x: Exchange) -> None:
    x.reply() if x.number > 2 else cut_with_length(x)


@behaviour
def once_corrupt(x: Exchange) -> None:
    x.reply() if x.number > 1 else png_cut(x)


@behaviour
def one_redirect(x: Exchange) -> None:
    x.reply(b"", "302 Found", Location="/ok.png") if "/ok" not in x.path else x.reply()


@behaviour
def absolute_redirect(x: Exchange) -> None:
    x.reply(b"", "301 Moved", Location=f"//{x.server.origin}/ok.png") if "/ok" not in x.path else x.reply()


@behaviour
def unicode_redirect(x: Exchange) -> None:
    x.reply(b"", "302 Found", Location="/日.png".encode().decode("latin-1")) if "%" not in x.path else x.reply()


@behaviour
def five_redirects(x: Exchange) -> None:
    x.reply(b"", "307 Temporary", Location=f"/{x.number}") if x.number <= 5 else x.reply()


@behaviour
def fifteen_redirects(x: Exchange) -> None:
    x.reply(b"", "302 Found", Location=f"/{x.number}") if x.number <= 15 else x.reply()


@behaviour
def to_private(x: Exchange) -> None:
    x.reply(b"", "302 Found", Location=f"http://127.0.0.2:{x.server.port}/")


@behaviour
def to_localhost_name(x: Exchange) -> None:
    x.reply(b"", "302 Found", Location=f"http://localhost:{x.server.port}/")


@behaviour
def page_with_hash_of_path(x: Exchange) -> None:
    """A picture that differs by path."""
    x.reply(pictures.png(10 + zlib.crc32(x.path.encode()) % 50))


@behaviour
def cookie_then_redirect(x: Exchange) -> None:
    """The picture, for those who bring the cookie along."""
    if "cookie: key=sesame" in x.head.lower():
        x.reply()
    elif x.path == "/next":
        x.reply(b"", "403 Forbidden")
    else:
        x.reply(b"", "302 Found", Location="/next", Set_Cookie="key=sesame; Path=/")


@behaviour
def proxy(x: Exchange) -> None:
    """A proxy that knows one server, whatever host it is asked for: `Host` says its port."""
    method, target, _ = x.head.split(" ", 2)
    if method != "CONNECT":
        x.reply()
        return
    with socket.create_connection(("127.0.0.1", int(target.rpartition(":")[2]))) as inner:
        x.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        back = threading.Thread(target=_pump, args=(inner, x.conn), daemon=True)
        back.start()
        _pump(x.conn, inner)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


simple("proxy_refuses", body=b"", status="403 Not\x1b there")
