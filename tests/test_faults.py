"""Faults of the machine and of the input: a whole site or a clear line, never a traceback, never a wait."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from site_tools import build, write_project

NOTES = "# T\n\n## One\n\nfirst\n\n## Two\n\nsecond\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with something secret beside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.txt").write_text("the secret")
    return write_project(tmp_path / "project", NOTES, files={"plain.txt": "plain"})


def published(project: Path) -> dict[str, bytes]:
    """All files of the site."""
    site = project / "site"
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


# --- what lies in docs/


def test_links_out_of_the_project_and_what_is_no_file_are_left_out_and_named(project: Path) -> None:
    docs = project / "docs"
    (project / "README.md").write_text("# Read me\n\nwelcome\n")
    (docs / "more.md").symlink_to("../README.md")
    links = {
        "secret.txt": "../../outside/secret.txt",
        "page.md": "/etc/hostname",
        "gone.css": "x",
        "null.js": "/dev/zero",
    }
    for name, target in links.items():
        (docs / name).symlink_to(target)
    (docs / ".#notes.md").symlink_to("me@host.1:2")  # as an editor locks its file
    os.mkfifo(docs / "pipe.md")
    done = build(project)
    assert done.returncode == 0, done.text
    for name in [*links, "pipe.md"]:
        assert f"docs/{name}:1:1: N_STRANGER" in done.text
    assert ".#notes" not in done.text
    files = published(project)
    assert b"welcome" in files["more/index.html"]
    assert "plain.txt" in files
    assert not {"secret.txt", "gone.css", "null.js", "page/index.html", "pipe/index.html"} & files.keys()
    assert not [name for name, data in files.items() if b"the secret" in data]
    assert build(project, "--strict").returncode == 1


@pytest.mark.parametrize("target", [".", "..", "/", "/etc", "outside"])
@pytest.mark.parametrize("name", ["docs/images", "docs/sub/x"])
def test_a_folder_that_leads_out_or_round_stops_the_build(project: Path, name: str, target: str) -> None:
    path = project / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(project.parent / "outside" if target == "outside" else target)
    done = build(project)
    assert done.returncode == 1
    assert "Traceback" not in done.text
    assert f"{name}" in done.text
    assert "N_STRANGER" in done.text
    assert sorted(path.name for path in project.iterdir()) == ["docs", "mkdocs.yml"]
