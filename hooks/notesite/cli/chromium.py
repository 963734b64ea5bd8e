"""The system's Chromium, for printing to PDF.  Nothing is downloaded: it is there or it is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ..lib.files import read_file, write_inside

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
# No request leaves the machine, whatever the page holds; and no service of the browser's own calls home.
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
PDF_OPTIONS = ("--no-pdf-header-footer", "--generate-pdf-document-outline", "--export-tagged-pdf")
SECONDS = 120


class NoPdfError(Exception):
    """There is no PDF; the message says why, for people."""


def find_chromium() -> Path:
    """The browser that CHROMIUM names, else the first one that the system has.  Raises NoPdfError."""
    wanted = os.environ.get("CHROMIUM")
    candidates = [wanted] if wanted else [*NAMES, *PLACES]
    found = next((path for candidate in candidates if (path := shutil.which(candidate))), None)
    if found is None:
        raise NoPdfError(f"there is no {wanted!r}" if wanted else "no Chromium, Chrome or Edge is installed")
    return Path(found)


def print_pdf(page: str, browser: Path, folder: Path) -> bytes:
    """The HTML text as a PDF with bookmarks, tags and page numbers, made in an empty folder.  Raises NoPdfError."""
    source, target = folder / "print.html", folder / "print.pdf"
    write_inside(folder, source.name, page.encode())
    # Chromium's sandbox does not work for root, which is who one is in most containers.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    command = [
        str(browser),
        *OPTIONS,
        *(("--no-sandbox",) if root else ()),
        f"--user-data-dir={folder}/profile",
        *PDF_OPTIONS,
        f"--print-to-pdf={target}",
        source.as_uri(),
    ]
    # What it forgets there is removed.  The name is short: it ends without a word where a socket's would be too long.
    with tempfile.TemporaryDirectory(prefix="notes-") as temporary:
        environment = {**os.environ, "TMPDIR": temporary}
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=environment)
        except subprocess.TimeoutExpired:
            raise NoPdfError(f"{browser.name} did not finish within {SECONDS} seconds") from None
    if done.returncode or not target.is_file():
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NoPdfError(f"{browser.name} failed: {lines[-1] if lines else done.returncode}")
    return read_file(target)
