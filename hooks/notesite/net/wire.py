"""Bytes as HTTP servers send them: bodies read within limits, and the errors of the HTTP layers as faults.

It reads from answers that the client has opened; it opens nothing itself.
"""

from __future__ import annotations

import http.client
import ssl
import zlib
from collections.abc import Callable, Iterator

import urllib3

from notesite.net.fault import Fault
from notesite.net.response import Limits
from notesite.net.urls import Address

_CHUNK = 64 * 1024  # bytes read or decoded at a time


def body_pieces(raw: urllib3.BaseHTTPResponse, limits: Limits, received: list[int]) -> Iterator[bytes]:
    """The decoded body in pieces; `received[0]` counts the bytes on the wire."""
    too_much = Fault("E_SIZE", f"more than {limits.bytes} bytes")
    announced = raw.headers.get("content-length", "").strip()
    if announced.isascii() and announced.isdigit() and (len(announced) > 15 or int(announced) > limits.bytes):
        raise Fault("E_SIZE", f"{announced[:20]} bytes announced, limit {limits.bytes}")
    decode = _decoder(raw.headers.get("content-encoding", ""))
    size = 0
    while data := raw.read(_CHUNK, decode_content=False):
        received[0] += len(data)
        if received[0] > limits.bytes:
            raise too_much
        for piece in decode(data):
            size += len(piece)
            if size > limits.bytes:
                raise too_much
            yield piece
    yield from decode(None)


def _decoder(encoding: str) -> Callable[[bytes | None], Iterator[bytes]]:
    """A function from bytes on the wire to decoded pieces of bounded size; None says that all has come."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return lambda data: iter((data,) if data else ())
    if name not in ("gzip", "x-gzip", "deflate"):
        raise Fault("E_ENCODING", f"Content-Encoding {name[:40]!r} was not asked for and is not understood")
    engine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by the header

    def decode(data: bytes | None) -> Iterator[bytes]:
        if data is None:
            if not engine.eof:
                raise Fault("E_TRUNCATED", f"the {name} body ends too early", retry=True)
            return
        while data and not engine.eof:
            try:
                piece = engine.decompress(data, _CHUNK)
            except zlib.error:
                raise Fault("E_ENCODING", f"the body is no {name} data") from None
            data = engine.unconsumed_tail
            yield piece

    return decode


def late(limits: Limits) -> Fault:
    """The fault of a fetch that took too long."""
    return Fault("E_TIMEOUT", f"not finished in {limits.deadline:g} s")


def _chain(error: BaseException, before: BaseException | None) -> Iterator[BaseException]:
    """The error, and those it was made from; `before` was being handled already when the request began."""
    seen = {id(before)}
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [arg for arg in (*current.args, getattr(current, "reason", None)) if isinstance(arg, BaseException)]
        waiting += [*inner, current.__cause__, current.__context__]


def fault_of(
    error: BaseException,
    limits: Limits,
    address: Address,
    *,
    answered: bool,
    received: int,
    before: BaseException | None = None,
) -> Fault:
    """Which fault an exception of the HTTP layers stands for.

    `before`: the exception that the caller was handling when it asked, which has nothing to do with this one.
    `answered`: the headers had come; `received`: so many bytes of the body.
    """
    causes = list(_chain(error, before))
    known = (
        next((cause for cause in causes if isinstance(cause, Fault)), None)
        or _tls_fault(causes, address)
        or _time_fault(causes, limits, address)
        or _protocol_fault(causes)
    )
    if known is not None:
        return known
    if answered:
        return _cut_fault(causes, received)
    if any(isinstance(cause, http.client.RemoteDisconnected | ConnectionError) for cause in causes):
        return Fault("E_CONNECT", "the server closed the connection without an answer", retry=True)
    if any(isinstance(cause, OSError) for cause in causes):
        return Fault("E_CONNECT", f"the connection to {address.origin} broke", retry=True)
    return Fault("E_PROTOCOL", "the server's answer is no HTTP")


def _tls_fault(causes: list[BaseException], address: Address) -> Fault | None:
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        reason = (getattr(certificate, "verify_message", "") or "not trusted").rstrip(".")
        return Fault("E_TLS", f"certificate of {address.host} is not accepted: {reason}", host=True)
    broken = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if broken is not None:
        reason = (broken.reason or "handshake failed").lower().replace("_", " ")
        return Fault("E_TLS", f"no secure connection to {address.origin}: {reason}", host=True)
    return None


def _time_fault(causes: list[BaseException], limits: Limits, address: Address) -> Fault | None:
    if any(isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError) for cause in causes):
        return Fault("E_TIMEOUT", f"no data from {address.host} for {limits.read:g} s", retry=True)
    return None


def _protocol_fault(causes: list[BaseException]) -> Fault | None:
    for cause in causes:
        if isinstance(cause, http.client.LineTooLong):
            return Fault("E_PROTOCOL", "headers too large")
        if type(cause) is http.client.HTTPException:
            return Fault("E_PROTOCOL", "too many headers")
        no_http = isinstance(cause, http.client.BadStatusLine | http.client.UnknownProtocol)
        if no_http and not isinstance(cause, http.client.RemoteDisconnected):
            return Fault("E_PROTOCOL", "the server's answer is no HTTP")
        # http.client tells of a chunk whose size is no number only through the int() that failed on it.
        if isinstance(cause, ValueError) and "base 16" in str(cause) and not str(cause).endswith("b''"):
            return Fault("E_PROTOCOL", "a chunk's size is no number", retry=True)
    return None


def _cut_fault(causes: list[BaseException], received: int) -> Fault:
    missing = next((cause for cause in causes if isinstance(cause, http.client.IncompleteRead)), None)
    if missing is not None and missing.expected:
        return Fault("E_TRUNCATED", f"got {received} of {received + missing.expected} bytes", retry=True)
    return Fault("E_TRUNCATED", f"the connection broke after {received} bytes", retry=True)
