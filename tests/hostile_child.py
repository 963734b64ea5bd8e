"""Reads a notes file from standard input, plans it and renders every page, in a process that may be killed for it.

Writes the code of the finding that refuses the file, or how many words its pages show.
"""

from __future__ import annotations

import re
import resource
import sys

from markdown import Markdown

from notesite.diagnostics.diagnostic import NotesError
from notesite.extras.home import description_of
from notesite.notes.reader import check_notes, parse
from notesite.notes.source import read
from notesite.project.settings import Settings
from notesite.render.bridge import Bridge, PageContext
from notesite.site.anchor_targets import check_links
from notesite.site.page_text import page_source
from notesite.site.plan import plan

# What takes linear time needs some two seconds of it, and three times as many while coverage is measured.
PROCESSOR_SECONDS = 30


def words() -> int:
    """The words of all pages."""
    notes = parse(read(sys.stdin.buffer.read()).text)
    site = plan(notes, Settings())
    list(check_notes(notes))
    list(check_links(notes, site))
    bridge = Bridge()
    markdown = Markdown(extensions=[bridge, "toc"])
    count = 0
    for page in site.pages:
        description_of(notes, site, page)
        bridge.context = PageContext(notes, site, page)
        html = markdown.reset().convert(page_source(notes, site, page))
        count += len(re.sub(r"<[^>]*>", " ", html).split())
    return count


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    try:
        sys.stdout.write(f"{words()}\n")
    except NotesError as error:
        sys.stdout.write(f"{error.diagnostics[0].code}\n")
