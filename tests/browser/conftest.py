"""A real Chromium, built sites, and servers for them; shared by all browser tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from patience import BROWSER
from playwright.sync_api import Browser, BrowserContext, Page, Route
from site_tools import Site
from whole_site import Built, context, hosted, notes, on_disk, site

__all__ = ["context", "hosted", "notes", "on_disk", "site"]  # fixtures of the whole project


def _local_only(route: Route) -> None:
    """No test reaches another host: pictures from elsewhere fail at once."""
    if urlsplit(route.request.url).hostname in {"127.0.0.1", None, ""}:
        route.continue_()
    else:
        route.abort()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a fresh profile (its arguments are Playwright's) without access to other hosts."""
    with ExitStack() as stack:

        def opened(**options: Any) -> BrowserContext:
            context = browser.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(BROWSER)
            context.route("**/*", _local_only)
            return context

        yield opened


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page in a fresh profile."""
    return new_context().new_page()


@pytest.fixture(scope="session")
def built_site(shipped_site: Site) -> Path:
    """The folder of the built site of the shipped notes."""
    return shipped_site.folder


@pytest.fixture(scope="session")
def offline_site(on_disk: Built) -> Path:
    """The folder of the site that is opened from the disk."""
    return on_disk.folder


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder under a path, like a host that publishes projects in folders."""

    def __init__(self, *args: Any, prefix: str, **options: Any) -> None:
        self._prefix = prefix
        super().__init__(*args, **options)

    def translate_path(self, path: str) -> str:
        if not path.startswith(self._prefix):
            return super().translate_path("/no/such/file")
        return super().translate_path("/" + path[len(self._prefix) :])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path, prefix: str = "/") -> Iterator[str]:
    """The address under which `folder` is served; `prefix` begins and ends with a slash."""
    handler = partial(_Handler, prefix=prefix, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{prefix}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def site_server() -> Iterator[Callable[..., str]]:
    """A function (folder, prefix="/") -> address; the servers run to the end of the session."""
    with ExitStack() as stack:
        yield lambda folder, prefix="/": stack.enter_context(served(folder, prefix))
