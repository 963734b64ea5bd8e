"""A built site as an offline copy: what only a server can use goes out, and nothing is left that needs a network."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, unquote, urlsplit

from ...diagnostics.diagnostic import Diagnostic, Span, finding
from ...lib.light import NamedTuple
from ...links.built_pages import Kind, addresses
from ...notes.model import EMPTY
from .archive import problems
from .markup import Change, Instead, Tag, rewrite, tags

Files = dict[str, bytes]  # by name
INDEX = "index.html"
_SEARCH_JSON, _SEARCH_JS = "search/search_index.json", "search/search_index.js"
# For servers, search engines and other machines.
_HOSTED = {"404.html", "sitemap.xml", "sitemap.xml.gz", "robots.txt", "llms.txt", "llms-full.txt"}
_HOSTED |= {"_headers", "_redirects", "CNAME"}
# <link rel=…> that loads, or that makes the browser call a server.
_LOADING_RELS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "manifest"}
_LOADING_RELS |= {"apple-touch-icon", "mask-icon"}
_HOSTED_RELS = {"canonical", "alternate"}
_SOURCE_MAP = re.compile(r"(?m)^(?://|/\*)[#@] sourceMappingURL=\S*?(?: ?\*/)?\s*$")
_CSS_ADDRESS = re.compile(
    r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]+)["']?\s*\)?[^;]*;|url\(\s*(["']?)(.*?)\2\s*\)""", re.DOTALL
)


class Source(NamedTuple):
    """What is known about where built pages come from."""

    places: Mapping[str, Span] = EMPTY  # address as the notes have it -> its place there
    site_url: str = ""  # of the hosted site, for links that only it can follow

    def finding(self, code: str, message: str, address: str, name: str) -> Diagnostic:
        """A finding where the notes have the address, or else in the built file `name`."""
        place = self.places.get(address)
        return finding(code, message, place or Span.at(1), path=None if place else name)


def is_remote(address: str) -> bool:
    """Whether only a network has it."""
    address = address.strip()
    return address.startswith("//") or urlsplit_scheme(address) in {"http", "https", "ftp", "ws", "wss"}


def urlsplit_scheme(address: str) -> str:
    """The scheme in lower case, "" when there is none or the address is broken."""
    try:
        return urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return ""


def loaded_by(tag: Tag) -> list[str]:
    """The addresses of all that the browser loads for this tag by itself."""
    if tag.name == "link":
        return [tag.get("href")] if set(tag.get("rel").lower().split()) & _LOADING_RELS and tag.get("href") else []
    named = addresses(tag.name, tag.attributes) if tag.name != "meta" else ()
    return [address for address, kind in named if address and kind not in {Kind.LINK, Kind.CSS}]


def offline_site(built: Mapping[str, bytes], source: Source | None = None) -> tuple[Files, list[Diagnostic]]:
    """The offline copy of a built site (name -> bytes), and what was found on the way.

    Raises nothing: what is wrong is in the findings, B_NAME and B_MISSING among them as errors.
    """
    source, findings = source or Source(), list[Diagnostic]()
    kept = {name: data for name, data in built.items() if _is_kept(name, built)}
    files = {name: _file(name, data, kept, source, findings) for name, data in kept.items()}
    for name, reason in problems(files):
        message = f"{name!r} cannot be in the bundle: {reason}"
        findings.append(finding("B_NAME", message, Span.at(1), path=name))
    return files, [*findings, *missing(files, source)]


def _is_kept(name: str, built: Mapping[str, bytes]) -> bool:
    if name == _SEARCH_JSON and _SEARCH_JS in built:
        return False
    if name in _HOSTED or name.startswith(".") or name.endswith((".map", ".map.gz")):
        return False
    # Markdown beside a page is for machines that read the hosted site.
    return not (name.endswith(".md") and unquote(name.removesuffix(".md")) + ".html" in built)


def _file(name: str, data: bytes, files: Mapping[str, bytes], source: Source, findings: list[Diagnostic]) -> bytes:
    if not name.endswith((".html", ".css", ".js")):
        return data
    text = data.decode("utf-8", "surrogateescape")
    if name.endswith(".html"):
        text = rewrite(text, page_change(name, files, source, findings))
    elif name.endswith(".css"):
        text = _SOURCE_MAP.sub("", without_remote_css(text, name, findings))
    else:
        text = _SOURCE_MAP.sub("", text)
    return text.encode("utf-8", "surrogateescape")


def without_remote_css(
    text: str, name: str, findings: list[Diagnostic], embedded: Callable[[str], str | None] | None = None
) -> str:
    """CSS that loads nothing from a network; what it loads else by `url` is `embedded`, when that is given."""

    def local(match: re.Match[str]) -> str:
        imported, address = match[1], match[1] or match[3]
        if is_remote(address):
            findings.append(_remote(address, name, Source()))
            return "" if imported else 'url("data:,")'
        if embedded is None or imported or not address or urlsplit_scheme(address) or address.startswith("#"):
            return match[0]
        return f'url("{embedded(target_of(address, name)) or "data:,"}")'

    return _CSS_ADDRESS.sub(local, text) if "url(" in text or "@import" in text else text


def page_change(name: str, files: Mapping[str, bytes], source: Source, findings: list[Diagnostic]) -> Change:
    """What the tags of the page `name` become in a copy that holds `files`."""

    def change(tag: Tag) -> Tag | Instead | None:
        if tag.name == "base" or (tag.name == "link" and set(tag.get("rel").lower().split()) & _HOSTED_RELS):
            return Instead()
        remote = [address for address in loaded_by(tag) if is_remote(address)]
        if remote:
            findings.append(_remote(remote[0], name, source))
            return _without_remote(tag, remote[0])
        if tag.get("style") and any(is_remote(m[1] or m[3] or "") for m in _CSS_ADDRESS.finditer(tag.get("style"))):
            return tag.with_(style=without_remote_css(tag.get("style"), name, findings))
        if tag.name in {"a", "area"} and tag.attributes.get("href") is not None:
            return _link(tag, name, files, source, findings)
        return None

    return change


def _remote(address: str, name: str, source: Source) -> Diagnostic:
    message = f"{address} is only on the network; the offline copy has a link in its place"
    return source.finding("B_REMOTE", message, address, name)


def _without_remote(tag: Tag, address: str) -> Tag | Instead:
    """What stands for an element that would load `address`: a link for what people look at, nothing for the rest."""
    # In the last three, which stand inside a drawing, no link of HTML can stand.
    if tag.name in {"script", "link", "track", "source", "image", "use", "feimage"}:
        return Instead()
    if tag.name == "img" and not is_remote(tag.get("src")) and tag.get("src"):
        return tag.with_(srcset=None)
    if tag.get("background"):
        return tag.with_(background=None)
    return Instead(not_here(tag, "" if tag.in_link else address))


def not_here(tag: Tag, address: str = "") -> str:
    """Words in the place of what a copy cannot show, leading to `address` when there is one."""
    words = tag.get("alt") or tag.get("title") or tag.get("aria-label")
    what = "Picture" if tag.name == "img" else "Content"
    shown = html.escape(f"{what} not in this copy: {words}" if words else f"{what} not in this copy")
    if not address:
        return f'<span class="notes-remote">{shown}</span>'
    return f"{external(Tag('a', {'class': 'notes-remote', 'href': address}))}{shown}</a>"


def external(tag: Tag) -> Tag:
    """A link out of the copy: it stays, and says so."""
    rel = dict.fromkeys([*tag.get("rel").split(), "external", "noopener", "noreferrer"])
    return tag.with_(rel=" ".join(rel), data_external="", target=None)


def _link(tag: Tag, name: str, files: Mapping[str, bytes], source: Source, findings: list[Diagnostic]) -> Tag | None:
    address = tag.get("href").strip()
    if is_remote(address):
        return external(tag.with_(href="https:" + address) if address.startswith("//") else tag)
    if not address.startswith("/"):
        return None
    path, mark, fragment = address.partition("#")
    wanted = unquote(path.partition("?")[0]).strip("/")
    answers = (wanted or INDEX, f"{wanted}.html", f"{wanted}/{INDEX}")  # of a server
    if inside := next((answer for answer in answers if answer in files), ""):
        relative = posixpath.relpath(inside, posixpath.dirname(name) or ".")
        return tag.with_(href=quote(relative, safe="/~@!$&'()*+,;=") + mark + fragment)
    findings.append(source.finding("B_ABSOLUTE", f"{address} is not a file of the offline copy", address, name))
    if not source.site_url:
        return tag.with_(href=None)
    parts = urlsplit(source.site_url)
    return external(tag.with_(href=f"{parts.scheme}://{parts.netloc}{address}"))


def missing(files: Mapping[str, bytes], source: Source | None = None) -> Iterator[Diagnostic]:
    """What the pages of the finished copy load or link to, and the copy does not hold.

    Reads the result, not the making of it: a copy without such findings is whole.
    """
    for name, data in sorted(files.items()):
        if not name.endswith(".html"):
            continue
        wanted: dict[str, None] = {}
        for tag in tags(data.decode("utf-8", "surrogateescape")):
            wanted |= dict.fromkeys(loaded_by(tag))
            if tag.name == "a" and not is_remote(tag.get("href")):
                wanted[tag.get("href")] = None
        for address in wanted:
            # data:, mailto:, javascript: and places on the page itself are there.
            is_own = bool(urlsplit_scheme(address)) or address.startswith("#") or not address.strip()
            if is_remote(address) or not (is_own or target_of(address, name) in files):
                message = f"{name} needs {address}, which is not in the copy"
                yield (source or Source()).finding("B_MISSING", message, address, name)


def target_of(address: str, name: str) -> str:
    """The built file that a relative address on the page `name` means."""
    path = unquote(address.partition("#")[0].partition("?")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
