"""Answers as HTTP servers send them: bodies read within limits, and the errors of the HTTP layers as faults.

It reads from answers that the client has opened; it opens nothing itself.
"""

from __future__ import annotations

import http.client
import ssl
import zlib
from collections.abc import Iterator
from typing import Any

import requests
import urllib3

from .fault import Fault
from .response import Limits
from .urls import Address

_CHUNK = 64 * 1024  # bytes read or decoded at a time
_PLAIN = ("", "identity")


def body(answer: requests.Response, limits: Limits, received: list[int]) -> Iterator[bytes]:
    """The decoded body in pieces; `received[0]` counts the bytes on the wire.

    urllib3 could decode, too, but takes a compressed body that was cut for a whole one.
    """
    too_much = Fault("E_SIZE", f"more than {limits.bytes} bytes")
    announced = answer.headers.get("content-length", "").strip()
    if announced.isascii() and announced.isdigit() and (len(announced) > 15 or int(announced) > limits.bytes):
        raise Fault("E_SIZE", f"{announced[:20]} bytes announced, limit {limits.bytes}")
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding not in (*_PLAIN, "gzip", "x-gzip", "deflate"):
        raise Fault("E_ENCODING", f"Content-Encoding {encoding[:40]!r} was not asked for and is not understood")
    engine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by the header
    size = 0
    while data := answer.raw.read(_CHUNK, decode_content=False):
        received[0] += len(data)
        for piece in (data,) if encoding in _PLAIN else _decoded(engine, data, encoding):
            size += len(piece)
            if max(size, received[0]) > limits.bytes:
                raise too_much
            yield piece
    if encoding not in _PLAIN and not engine.eof:
        raise Fault("E_TRUNCATED", f"the {encoding} body ends too early", retry=True)


def _decoded(engine: Any, data: bytes, encoding: str) -> Iterator[bytes]:
    while data and not engine.eof:
        try:
            yield engine.decompress(data, _CHUNK)
        except zlib.error:
            raise Fault("E_ENCODING", f"the body is no {encoding} data") from None
        data = engine.unconsumed_tail


def fault_of(error: BaseException, limits: Limits, address: Address, *, answered: bool, received: int) -> Fault:
    """Which fault an exception of the HTTP layers stands for.

    `answered`: the headers had come; `received`: so many bytes of the body.
    """
    causes = list(_chain(error))
    if known := next(filter(None, (_known(cause, limits, address) for cause in causes)), None):
        return known
    if answered:
        missing = next((cause for cause in causes if isinstance(cause, http.client.IncompleteRead)), None)
        if missing is not None and missing.expected:
            return Fault("E_TRUNCATED", f"got {received} of {received + missing.expected} bytes", retry=True)
        return Fault("E_TRUNCATED", f"the connection broke after {received} bytes", retry=True)
    if any(isinstance(cause, http.client.RemoteDisconnected | ConnectionError) for cause in causes):
        return Fault("E_CONNECT", "the server closed the connection without an answer", retry=True)
    return Fault("E_CONNECT", f"the connection to {address.origin} broke", retry=True)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it was made from."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]


def _known(cause: BaseException, limits: Limits, address: Address) -> Fault | None:  # noqa: PLR0911  # a flat ladder
    match cause:
        case Fault():
            return cause
        case ssl.SSLCertVerificationError():
            reason = (cause.verify_message or "not trusted").rstrip(".")
            return Fault("E_TLS", f"certificate of {address.host} is not accepted: {reason}", host=True)
        case ssl.SSLError():
            reason = (cause.reason or "handshake failed").lower().replace("_", " ")
            return Fault("E_TLS", f"no secure connection to {address.origin}: {reason}", host=True)
        case TimeoutError() | urllib3.exceptions.TimeoutError():
            return Fault("E_TIMEOUT", f"no data from {address.host} for {limits.read:g} s", retry=True)
        case OSError() if str(cause).startswith("Tunnel connection failed"):
            return Fault("E_CONNECT", f"the proxy made no connection to {address.origin}: {str(cause)[26:80]}")
        case http.client.LineTooLong():
            return Fault("E_PROTOCOL", "headers too large")
        case http.client.RemoteDisconnected():  # a BadStatusLine as well
            return None
        case http.client.BadStatusLine() | http.client.UnknownProtocol():
            return Fault("E_PROTOCOL", "the server's answer is no HTTP")
        case http.client.HTTPException() if type(cause) is http.client.HTTPException:
            return Fault("E_PROTOCOL", "too many headers")
        # http.client tells of a chunk whose size is no number only through the int() that failed on it.
        case ValueError() if "base 16" in str(cause) and not str(cause).endswith("b''"):
            return Fault("E_PROTOCOL", "a chunk's size is no number", retry=True)
    return None
