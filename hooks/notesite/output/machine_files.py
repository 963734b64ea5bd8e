"""What a published site has beside its pages: Markdown for machines, robots.txt, security and cache headers.

A page as Markdown of its own begins with its title, and what is known of its code stands beside the code.  llms.txt
follows llmstxt.org: a list of the pages with links to their Markdown, which lies beside each page.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from urllib.parse import quote, urljoin, urlsplit

from ..diagnostics.diagnostic import Span
from ..lib.light import NamedTuple, bundled_text
from ..notes.joined import as_written
from ..notes.model import EMPTY, Heading, Image, Link, Notes, in_lines
from ..render.mark import UNMARKED, BlockMark, mark_lines
from ..site.page_text import page_lines
from ..site.plan import Page, Site


class Publication(NamedTuple):
    """A site, as far as machines that read it are told."""

    notes: Notes
    site: Site
    url_of: Callable[[Page], str]  # its path from the root of the site: "pod/", "pod.html", "" for the home page
    site_url: str = ""  # public address, "" when unknown
    description: str = ""
    images: Mapping[str, str] = EMPTY  # address as written -> path from the root of the site
    marks: Mapping[int, BlockMark] = EMPTY  # of code blocks, by the line of the notes where they open
    descriptions: Mapping[str, str] = EMPTY  # by page uri

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Path from the root of the site and content, of everything but the headers."""
        texts = ((markdown_path(self.url_of(page)), self.markdown(page)) for page in self.site.pages)
        whole = io.BytesIO()  # gives its value without a copy
        for name, text in chain(texts, [("llms.txt", self.llms())]):
            yield name, text.encode()
            whole.write((b"\n\n" if whole.tell() and text else b"") + text.strip("\n").encode())
        whole.write(b"\n")
        yield "llms-full.txt", whole.getvalue()
        yield "robots.txt", robots(self.site_url).encode()

    def llms(self) -> str:
        """llms.txt: title, summary, and one line for each page."""
        about = [f"> {' '.join(self.description.split())}", ""] if self.description else []
        # Not a path from the root of the server: under a sub-path it would lead elsewhere.
        entries = self._entries(lambda path: urljoin(self.site_url, quote(path)))
        return "\n".join([f"# {self.site.title}", "", *about, "## Pages", "", *entries, ""])

    def _entries(self, address: Callable[[str], str]) -> Iterator[str]:
        about = {self.site.home.uri: self.description, **{uri: text for uri, text in self.descriptions.items() if text}}
        return page_list(self.site, about, lambda page: address(markdown_path(self.url_of(page))))

    def markdown(self, page: Page) -> str:
        """One page; links to other pages and mirrored images lead to their new places, and home has its contents."""
        lines = page_lines(self.notes, self.site, page).split("\n")
        for span, target, new in sorted(self._changes(page), reverse=True):
            column = span.start.column - 1
            for index in range(span.start.line - page.first, span.end.line - page.first + 1):
                replaced = _replaced(lines[index][column:], target, new)
                if replaced:  # the address of a link may stand lines below its text
                    lines[index] = lines[index][:column] + replaced
                    break
                column = 0
        folder = posixpath.dirname(markdown_path(self.url_of(page)))
        address = lambda path: quote(posixpath.relpath(path, folder or "."))  # noqa: E731
        contents = list(self._entries(address))[1:] if page.is_home else ()
        return page_markdown(self.notes, self.site, page, self.marks, contents=contents, lines=lines)

    def _changes(self, page: Page) -> Iterator[tuple[Span, str, str]]:
        """Place, written address and new address of each link and image of the page that leads elsewhere now."""
        folder = posixpath.dirname(markdown_path(self.url_of(page)))
        for found, written in as_written(self.notes, page.first, page.last):
            place = self.site.place(found.target) if isinstance(found, Link) else None
            mirrored = self.images.get(found.url) if isinstance(found, Image) else None
            if place is not None and place.page is not page:
                path = posixpath.relpath(markdown_path(self.url_of(place.page)), folder or ".")
                yield found.span, written, quote(path) + (f"#{place.id}" if place.id else "")
            elif mirrored:
                yield found.span, written, quote(posixpath.relpath(mirrored, folder or "."))


def _replaced(text: str, target: str, new: str) -> str:
    """`text` with its first link to `target` led to `new`; "" when the address stands elsewhere, as in `[a][b]`."""
    for before in ("](", "](<", '="', "='"):
        if before + target in text:
            return text.replace(before + target, before + new, 1)
    return ""


def page_markdown(
    notes: Notes,
    site: Site,
    page: Page,
    marks: Mapping[int, BlockMark] = EMPTY,
    *,
    contents: Sequence[str] = (),
    lines: Sequence[str] | None = None,
) -> str:
    """The author's lines, with headings on the levels of the page.

    `contents` takes the place of the author's on the home page; `lines` are `page_lines` unless something was changed
    in them.
    """
    lines = list(page_lines(notes, site, page).split("\n") if lines is None else lines)
    nested = [] if page.heading else [0]
    for heading in page.headings:
        while len(nested) > 1 and nested[-1] >= heading.level:
            nested.pop()
        nested.append(heading.level)
        _put_on_level(lines, heading, page, min(len(nested), 6))
    for fence in in_lines(notes.fences, page.first, page.first + len(lines)):
        end = fence.span.end.line - page.first
        if end < len(lines):
            container = re.match(r"[ \t>]*", lines[end])
            told = mark_lines(marks.get(fence.span.start.line, UNMARKED))
            lines[end] += "".join(f"\n{container[0] if container else ''}{line}".rstrip(" ") for line in told)
    if page.heading is None:
        lines[0] = f"# {page.title}\n\n{lines[0]}"
    hidden = [(first - page.first, last - page.first + 1) for first, last in site.hidden_lines]
    at = hidden[0][0] if hidden else len(lines)
    for first, end in reversed(hidden if page.is_home else []):
        del lines[first:end]
    if page.is_home and contents:
        lines[at:at] = ["", *contents, ""]
    return "\n".join(lines).strip("\n") + "\n"


def page_list(site: Site, descriptions: Mapping[str, str], address: Callable[[Page], str]) -> Iterator[str]:
    """A line for each page: title, address, what it is about (`descriptions` are by page uri)."""
    for page in site.pages:
        about = " ".join((page.settings.description or descriptions.get(page.uri, "")).split())
        title = page.title.replace("[", "\\[").replace("]", "\\]")
        yield f"- [{title}]({address(page)})" + (f": {about}" if about else "")


def _put_on_level(lines: list[str], heading: Heading, page: Page, level: int) -> None:
    start, end = heading.span.start.line - page.first, heading.span.end.line - page.first
    hashed = re.match(r"([ \t>*+-]*)#+", lines[start])
    if hashed is None and end + 1 < len(lines) and re.fullmatch(r" {0,3}(?:=+|-+)[ \t]*", lines[end + 1]):
        end += 1
    elif hashed is None:
        return
    words = " ".join(line.strip() for line in lines[start:end])
    if heading is page.heading and page.settings.title:
        words = f"# {page.title}"
    elif hashed:
        words = f"{hashed[1]}{'#' * level}{lines[start][hashed.end() :]}"
    else:
        words = f"{'#' * level} {words}"
    lines[start : end + 1] = [words, *[""] * (end - start)]


def markdown_path(url: str) -> str:
    """Where the Markdown of the page at `url` lies: beside it."""
    return url.removesuffix(".html") + ".md" if url.endswith(".html") else f"{url}index.md"


def robots(site_url: str) -> str:
    """robots.txt: everything may be read.  It counts only where it lies at the root of a host."""
    where = f"Sitemap: {urljoin(site_url, 'sitemap.xml')}\n" if site_url else ""
    return f"User-agent: *\nAllow: /\n{where}"


def headers(script_hashes: Iterable[str], site_url: str = "") -> str:
    """`_headers` as Netlify and Cloudflare Pages read it: security for all pages, long caching for hashed files.

    `script_hashes` are those of the inline scripts; other hosts need the same lines in their own form.  The theme and
    highlighted code set styles on elements; the names of the files that are kept long change with their content.
    """
    base = urlsplit(site_url).path.rstrip("/")
    scripts = " ".join(["'self'", *(f"'{digest}'" for digest in sorted(script_hashes))])
    return bundled_text(__name__, "headers.txt").format(base=base, scripts=scripts)
