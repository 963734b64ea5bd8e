"""A real Chromium, built sites, and servers for them; shared by all browser tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from patience import BROWSER
from playwright.sync_api import Browser, BrowserContext, Page
from serving import served
from site_tools import Site
from whole_site import Built, context, hosted, notes, on_disk, site

__all__ = ["context", "hosted", "notes", "on_disk", "site"]  # fixtures of the whole project


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a fresh profile (its arguments are Playwright's)."""
    with ExitStack() as stack:

        def opened(**options: Any) -> BrowserContext:
            context = browser.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(BROWSER)
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


@pytest.fixture(scope="session")
def site_server() -> Iterator[Callable[..., str]]:
    """A function (folder, prefix="/") -> address; the servers run to the end of the session."""
    with ExitStack() as stack:
        yield lambda folder, prefix="/": stack.enter_context(served(folder, prefix))
