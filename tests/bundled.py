"""The offline forms of the shipped notes, built once for the tests that look at them."""

from __future__ import annotations

import functools
import os
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import warm

from notesite.build import Build
from notesite.project.config import open_project

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "bundle_offline.py"
DATE = 1_700_000_000  # 2023-11-14


@dataclass(frozen=True)
class Forms:
    """Where each form is."""

    zip: Path
    single: Path
    paper: Path
    pdf: Path
    epub: Path

    def unpack(self, folder: Path) -> Path:
        """The zip's one folder, unpacked in `folder`."""
        with zipfile.ZipFile(self.zip) as archive:
            archive.extractall(folder)
        (top,) = folder.iterdir()
        return top


def run(*options: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(DATE), "NO_COLOR": "1", **(env or {})}
    return warm.python(SCRIPT, *options, cwd=cwd, env=environment)


made_once: list[Callable[[str, Callable[[Path], None]], Path]] = []  # `once_for_all`, when the tests have begun
NAMES = {"output": "o.zip", "single-file": "s.html", "print": "p.html", "pdf": "p.pdf", "epub": "e.epub"}


@functools.cache
def shipped() -> Forms:
    """All forms of the shipped notes, made once for all workers."""

    def make(folder: Path) -> None:
        done = run(*(word for key, name in NAMES.items() for word in (f"--{key}", str(folder / name))))
        assert done.returncode == 0, done.stdout + done.stderr

    folder = made_once[0]("forms", make)
    return Forms(*(folder / name for name in NAMES.values()))


@functools.cache
def shipped_notes() -> Build:
    """The shipped notes, read and planned."""
    return Build(open_project(ROOT / "mkdocs.yml"))
