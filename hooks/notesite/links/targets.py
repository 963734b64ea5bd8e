"""What an address on a built page means: a file of this site, an address elsewhere, or a place outside."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from enum import Enum, auto
from urllib.parse import unquote, urlsplit

from ..lib.light import NamedTuple

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_TEXT_FRAGMENT = ":~:"  # what follows it tells the browser to look for words; it names no anchor
_STRIPPED = " \t\n\r\f"
_REMOVED = dict.fromkeys(map(ord, "\n\r\t"))


class Where(Enum):
    """Where an address leads."""

    HERE = auto()  # a file of this site
    MISSING = auto()  # a file that this site should have and has not
    FOLDER = auto()  # a folder of this site, written without the slash at its end
    OUTSIDE = auto()  # leaves the folder (or the sub-path) that the site is published under
    REMOTE = auto()  # http or https, on another host or outside the sub-path
    MACHINE = auto()  # a file of one machine: file:, C:\\, \\\\server
    OTHER = auto()  # mailto:, data:, javascript:, tel: … nothing that can be looked up
    MALFORMED = auto()  # no browser can read it


class Target(NamedTuple):
    """An address, understood."""

    where: Where
    uri: str = ""  # of the file in the site, "pod/index.html"; for MISSING the path that was looked for
    fragment: str = ""  # as written, without "#"
    needs_server: str = ""  # why it does not work from file://, "" when it does
    near: str = ""  # for MISSING: the path of this site that differs in case only
    url: str = ""  # for REMOTE: the address without the fragment


class Resolver:
    """Understands addresses within one site.

    `files` are all files of the site (paths with "/"), `site_url` is the public address it will have, "" when unknown.
    """

    def __init__(self, files: Collection[str], site_url: str = "") -> None:
        parts = urlsplit(site_url)
        self.origin = (parts.scheme.lower(), (parts.hostname or "").lower(), parts.port)
        # A home page may name itself with its file, "https://example.org/notes/index.html".
        self.base = parts.path.removesuffix("index.html").rstrip("/") + "/"
        indexes = [uri for uri in files if f"/{uri}".endswith("/index.html")]
        self._documents = {uri: uri for uri in files} | {uri.removesuffix("index.html"): uri for uri in indexes}
        self._folded = {address.casefold(): address for address in self._documents}
        self._known: dict[tuple[str, str], Target] = {}

    def resolve(self, page: str, written: str, base: str = "") -> Target:
        """What `written` means on `page` (a path in the site) when the page's <base href> is `base`."""
        written = written.strip(_STRIPPED).translate(_REMOVED)
        if base:
            moved = self.resolve(page, base)
            if moved.where not in {Where.HERE, Where.FOLDER, Where.MISSING, Where.OUTSIDE}:
                return Target(Where.OTHER)
            if not written or written[0] in "#?":
                return self.resolve(page, re.split("[?#]", base, maxsplit=1)[0] + written)
            page = moved.uri.removesuffix("/index.html") if moved.where is Where.FOLDER else moved.uri
        folder = page[: page.rfind("/") + 1]
        # Pages of one generator link each other as "../pod/": reading the steps up first lets all pages share answers.
        stepped = False
        while written.startswith("../") and folder:
            written, stepped = written[3:], True
            folder = folder[: folder.rfind("/", 0, -1) + 1]
        if stepped and (not written or written[0] in "#?"):
            written = f"./{written}"
        text, _, fragment = written.partition("#")
        key = (page if not text or text[0] == "?" else folder, text)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._resolve(folder, text, page)
        return known._replace(fragment=fragment) if fragment else known

    def _resolve(self, folder: str, text: str, page: str) -> Target:  # noqa: PLR0911  # a flat ladder
        scheme = _SCHEME.match(text)
        if text.startswith("\\\\") or (scheme and (scheme[1].lower() == "file" or _DRIVE.match(text))):
            return Target(Where.MACHINE)
        if text.startswith("//") or (scheme and scheme[1].lower() in {"http", "https"}):
            return self._absolute(text)
        if scheme:
            return Target(Where.OTHER)
        path = text.partition("?")[0]
        if not path:  # the page itself
            return Target(Where.HERE, page)
        if path.startswith("/"):
            if not path.startswith(self.base) and path + "/" != self.base:
                return Target(Where.OUTSIDE, path)
            why = "starts at the root of the server"
            return self._file(path[len(self.base) :], why)
        joined = _joined(folder, path)
        return Target(Where.OUTSIDE, path) if joined is None else self._file(joined)

    def _absolute(self, text: str) -> Target:
        try:
            parts = urlsplit(text if ":" in text.split("/", 1)[0] else f"{self.origin[0] or 'https'}:{text}")
            origin = (parts.scheme.lower(), (parts.hostname or "").lower(), parts.port)
        except ValueError:
            return Target(Where.MALFORMED)
        if not origin[1]:
            return Target(Where.MALFORMED)
        why = "has no scheme, so from file:// it names a file" if text.startswith("//") else "is a full web address"
        same = origin[1:] == self.origin[1:] and {origin[0], self.origin[0]} <= {"http", "https"}
        if same and (parts.path + "/").startswith(self.base):
            return self._file(parts.path[len(self.base) :], f"{why} of this site")
        needs = why if text.startswith("//") else ""
        return Target(Where.REMOTE, needs_server=needs, url=parts.geturl())

    def _file(self, path: str, needs_server: str = "") -> Target:
        decoded = _joined("", unquote(path, errors="replace"))
        if decoded is None:
            return Target(Where.OUTSIDE, path)
        path = decoded
        uri = self._documents.get(path)
        if uri is not None:
            folder = "names a folder, which only a server turns into its index.html" if uri != path else ""
            return Target(Where.HERE, uri, needs_server=needs_server or folder)
        if path + "/" in self._documents:
            return Target(Where.FOLDER, self._documents[path + "/"], needs_server="names a folder")
        folded = path.casefold()
        near = self._folded.get(folded) or self._folded.get(folded + "/") or ""
        return Target(Where.MISSING, path, near=near)


def named_anchor(fragment: str) -> tuple[str, ...]:
    """The ids that a browser looks for, in order; () when the fragment names the page or its top."""
    fragment = fragment.split(_TEXT_FRAGMENT, 1)[0]
    decoded = unquote(fragment, errors="replace")
    return () if not fragment or decoded.lower() == "top" else tuple(dict.fromkeys((fragment, decoded)))


def _joined(folder: str, path: str) -> str | None:
    """`path` seen from `folder` with its dots resolved; None when it leaves the site."""
    if "./" not in path and not path.endswith("."):
        return folder + path if "//" not in path else re.sub("//+", "/", folder + path)
    whole = posixpath.normpath(f"{folder}{path}".lstrip("/"))
    if whole == ".." or whole.startswith("../"):
        return None
    is_folder = path.rpartition("/")[2] in {"", ".", ".."}
    return "" if whole == "." else whole + "/" * is_folder
