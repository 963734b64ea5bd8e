"""One page as Markdown of its own: it begins with its title, and what is known of its code stands beside the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..notes.model import EMPTY, Heading, Notes, in_lines
from ..site.page_text import page_lines
from ..site.plan import Page, Site
from .mark import UNMARKED, BlockMark, mark_lines

_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_CONTAINER = re.compile(r"[ \t>]*")


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
            container = _CONTAINER.match(lines[end])
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
    if hashed is None and end + 1 < len(lines) and _UNDERLINE.fullmatch(lines[end + 1]):
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
