"""Addresses on the network: which URLs may be asked for, and which IP addresses may be connected to.

Pure functions; `net` applies them to every request, every redirect and every answer of the resolver.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from ..lib.light import NamedTuple, bundled_text
from .response import Fault

MAX_URL = 2048  # characters; what browsers, proxies and caches agree on
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What may stand in a path or query as it is (RFC 3986 and brackets), and "%" for what is escaped already.
_SAFE = "!$&'()*+,-./:;=?@_~%[]"
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)


class Address(NamedTuple):
    """A URL that may be asked for."""

    url: str  # normalised: the key of the lock file and of every comparison
    scheme: str  # "http" or "https"
    host: str  # lower case, ASCII, without brackets
    port: int

    @property
    def origin(self) -> str:
        """`host:port`, IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@lru_cache(maxsize=20_000)  # each step of a mirror asks again
def parse(url: str) -> Address:
    """The address that `url` means; protocol-relative URLs are read as https.

    Two spellings of one address (percent-encoded or raw Unicode, upper-case host, default port) give one value.
    Raises Fault E_URL or E_SCHEME; its message never repeats credentials.
    """
    text = url.strip(" \t\r\n\f")
    if len(text) > MAX_URL:
        raise Fault("E_URL", f"the URL is longer than {MAX_URL} characters")
    if text.startswith("//"):
        text = "https:" + text
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in text) or re.search(r"%(?:00|0[ad])", text, re.IGNORECASE):
        raise Fault("E_URL", "the URL holds a control character")
    scheme = text.partition(":")[0].lower()
    if scheme not in _DEFAULT_PORTS:
        raise Fault("E_SCHEME", f"only http and https are mirrored, not {scheme[:20]!r}")
    if "\\" in text.partition("?")[0]:
        raise Fault("E_URL", "the URL holds a backslash")
    return _address(scheme, text)


def _address(scheme: str, text: str) -> Address:
    try:
        parts = urlsplit(text)
        name, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Fault("E_URL", f"the URL cannot be read: {error}" if "@" not in text else "bad URL") from None
    if "@" in parts.netloc:
        raise Fault("E_URL", "the URL holds credentials; they would be published")
    if port == 0:
        raise Fault("E_URL", "port 0 cannot be connected to")
    host = _host(name)
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        shown += f":{port}"
    path, query = _escaped(parts.path) or "/", _escaped(parts.query)
    normal = urlunsplit((scheme, shown, path, query, ""))
    if len(normal) > 3 * MAX_URL:
        raise Fault("E_URL", f"the URL is longer than {MAX_URL} characters")
    return Address(normal, scheme, host, port or _DEFAULT_PORTS[scheme])


def _host(name: str) -> str:
    if not name:
        raise Fault("E_URL", "the URL names no host")
    if ":" in name:
        if "%" in name:
            raise Fault("E_ADDR", "an address with a zone is not public")
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError:
            raise Fault("E_URL", "the URL's IPv6 address is wrong") from None
    if not name.isascii():
        import idna  # noqa: PLC0415  # only hosts outside ASCII pay for its tables

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise Fault("E_URL", f"the host name {name[:60]!r} is not valid") from None
    name = name.lower()
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise Fault("E_URL", f"the host name {name[:60]!r} is not valid")
    return name


def _escaped(part: str) -> str:
    quoted = quote(_BARE_PERCENT.sub("%25", part), safe=_SAFE)
    return _ESCAPE.sub(lambda match: match[0].upper(), quoted)


def normal(url: str) -> str:
    """The normalised URL, "" when it is no address that may be asked for."""
    try:
        return parse(url).url
    except Fault:
        return ""


def is_remote(url: str) -> bool:
    """Whether a browser would ask another host for `url`."""
    return url.strip().lower().startswith(("//", "http:", "https:"))


def shown(url: str) -> str:
    """`url` for a message: credentials and control characters left out, not longer than 120 characters."""
    text = re.sub(r"//[^/?#]*@", "//…@", url)
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= 120 else text[:119] + "…"


def redirected(old: Address, location: str) -> Address:
    """Where a redirect leads.  Raises Fault E_REDIRECT, E_SCHEME, E_DOWNGRADE or E_URL."""
    with contextlib.suppress(UnicodeEncodeError):
        # Servers send UTF-8 here, http.client reads Latin-1.
        location = location.encode("latin-1").decode("utf-8", "replace")
    try:
        joined = urljoin(old.url, location.strip())
    except ValueError:
        raise Fault("E_REDIRECT", "the redirect leads to an address that cannot be read") from None
    try:
        new = parse(joined)
    except Fault as fault:
        if fault.code == "E_SCHEME":
            raise Fault("E_SCHEME", f"redirect to {joined.partition(':')[0][:20].lower()}: refused") from None
        code = "E_URL" if "credentials" in fault.message else "E_REDIRECT"
        raise Fault(code, f"bad redirect: {fault.message}") from None
    if old.scheme == "https" and new.scheme == "http":
        raise Fault("E_DOWNGRADE", f"redirect from https to http refused ({shown(new.url)})")
    return new


# --- which addresses may be connected to ------------------------------------------------------------------------

_KINDS = [line.split() for line in bundled_text(__name__, "networks.txt").splitlines() if not line.startswith("#")]
_NETWORKS = [(kind, ipaddress.ip_network(network)) for kind, network in _KINDS]


def is_allowed(address: Address, allow_hosts: Iterable[str]) -> bool:
    """Whether the user let this host through by name, exactly as the URL writes it: `host` or `host:port`.

    Another spelling of the same machine does not count, so a redirect cannot borrow the permission.
    """
    wanted = {entry.strip().lower() for entry in allow_hosts}
    bracketed = f"[{address.host}]"
    return bool(wanted & {address.host, bracketed, address.origin, f"{address.host}:{address.port}"})


def refusal(answer: str, *, allowed: bool = False) -> str | None:
    """Why the IP address `answer` must not be connected to, None when it may.

    `allowed`: the user let the host through, so loopback and private addresses are fine.  Those of a cloud's
    metadata service, multicast and the unspecified address never are.
    """
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(answer.partition("%")[0])
    except ValueError:
        return f"{answer!r} is no IP address"
    kinds = _kinds(ip)
    if not kinds.isdisjoint({"tunnel", "translator"}):
        return f"{answer} is the address of a tunnel or a translator"
    if "embeds" in kinds and int(ip) > 1:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        kinds = _kinds(ip)
    if "secrets" in kinds or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return f"{answer} is never a web server's public address"
    is_public = ip.is_global and "assigned" in kinds and "special" not in kinds
    return None if allowed or is_public else f"{answer} is not a public address"


def _kinds(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> set[str]:
    """Those of `data/networks.txt` that the address belongs to."""
    return {kind for kind, network in _NETWORKS if ip in network}


# Names that public resolvers never answer for: RFC 6761, 6762, 8375, and what clouds and routers use.
_LOCAL_NAMES = {"localhost", "local", "internal", "intranet", "private", "lan", "home", "corp", "localdomain"}


def written_refusal(host: str, *, allowed: bool = False) -> str | None:
    """Why `host` (an IP address or a name) must not be asked for when a proxy looks the name up, None when it may.

    Only what is written can be judged then: an address in any spelling that resolvers read, and names that are never
    public.  Raises nothing.
    """
    with contextlib.suppress(OSError):
        return refusal(socket.inet_ntoa(socket.inet_aton(host)), allowed=allowed)
    if ":" in host:
        return refusal(host, allowed=allowed)
    labels = host.rstrip(".").split(".")
    is_local = len(labels) == 1 or labels[-1] in _LOCAL_NAMES or labels[-2:] == ["home", "arpa"]
    return None if allowed or not is_local else f"{host} is not a public name"
