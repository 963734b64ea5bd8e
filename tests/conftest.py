"""What several test files share: built sites, made once for all workers, and one real Chromium for each worker."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import bundled
import pytest
from hypothesis import settings
from patience import BROWSER
from playwright.sync_api import Browser, expect, sync_playwright
from site_tools import AS_GIVEN, NOTES, Site, build, write_project

# The same examples in every run: a test that fails must fail for a reason in the change.  `make fuzz` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", derandomize=False, max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# What the machine says about proxies and certificates is not what the tests are about; those that are, set it.
for _name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
    for _spelling in (_name, _name.upper()):
        os.environ.pop(_spelling, None)

# The same engine with and without the windows and menus of a browser: without, a page costs a third.
CHROMIUM = next((name for name in ("chromium-headless-shell", "chromium") if shutil.which(name)), "chromium")
SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-quic"),
    # No test reaches another host: pictures from elsewhere fail at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "weekly" not in config.option.markexpr:
        items[:] = [item for item in items if not item.get_closest_marker("weekly")]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker; Playwright allows no second one beside it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which(CHROMIUM), args=SWITCHES, timeout=BROWSER)
        expect.set_options(timeout=BROWSER)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def once_for_all(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Callable[[str, Callable[[Path], None]], Path]:
    """A function that makes a folder once, whichever worker comes first, and gives it to all of them."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = shared / f"shared-{name}"
        with (shared / f"shared-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "finished").exists():
                folder.mkdir(exist_ok=True)
                make(folder)
                (folder / "finished").touch()
        return folder

    return made


@pytest.fixture(scope="session", autouse=True)
def _forms(once_for_all: Callable[[str, Callable[[Path], None]], Path]) -> None:
    bundled.made_once.append(once_for_all)


def _build_notes(notes: Path) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        # The committed baseline accepts the one known finding, so that the build is strict.
        baseline = (NOTES.parent.parent / "notes-baseline.json").read_text(encoding="utf-8")
        write_project(folder, notes.read_bytes())
        (folder / "notes-baseline.json").write_text(baseline, encoding="utf-8")
        done = build(folder, "--strict")
        assert done.returncode == 0, done.text
        (folder / "output.txt").write_text(done.text, encoding="utf-8")

    return make


@pytest.fixture(scope="session")
def shipped_site(once_for_all: Callable[[str, Callable[[Path], None]], Path]) -> Site:
    """The strict build of the shipped notes."""
    return Site(once_for_all("shipped", _build_notes(NOTES)) / "site")


@pytest.fixture(scope="session")
def given_site(once_for_all: Callable[[str, Callable[[Path], None]], Path]) -> Site:
    """The strict build of the notes as they were given, wrongly decoded."""
    return Site(once_for_all("given", _build_notes(AS_GIVEN)) / "site")
