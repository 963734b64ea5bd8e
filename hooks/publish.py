"""MkDocs hook: Markdown beside every page, llms.txt, robots.txt and headers, for the machines that read the site."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files

import current
from notesite.lib.files import write_atomically
from notesite.output.machine_files import Publication, headers, inline_script_hashes


class _Run:
    """The build that is going on."""

    urls: dict[str, str]


@event_priority(-100)  # when all files are known
def on_files(files: Files, config: MkDocsConfig) -> None:  # noqa: ARG001  # MkDocs' names
    """Learn the addresses of the pages."""
    _Run.urls = {file.src_uri: "" if file.url in {".", "./"} else file.url for file in files.documentation_pages()}


@event_priority(50)  # before the folder is put in its place
def on_post_build(config: MkDocsConfig) -> None:
    """Write the files that are no pages."""
    run = current.of(config)
    pictures = run.gallery.pictures if run.gallery else {}
    publication = Publication(
        run.build.loaded.notes,
        run.build.site,
        lambda page: _Run.urls[page.uri],
        config.site_url or "",
        config.site_description or "",
        {url: picture.src for url, picture in pictures.items() if picture.src},
    )
    folder = Path(config.site_dir)
    hashes = {digest for path in folder.rglob("*.html") for digest in inline_script_hashes(path.read_bytes())}
    for path, text in {**publication.files(), "_headers": headers(hashes, config.site_url or "")}.items():
        if not (folder / path).exists():  # a file of docs/ of that name wins
            write_atomically(folder / path, text.encode())
