"""The same commit gives the same bytes, whoever builds it, where, and with how much of its history."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from site_tools import ROOT, build, environment, write_project

NOTES = "# T\n\n## One\n\nfirst\n\n```yaml\napiVersion: v1\nkind: Pod\n```\n\n## Two\n\nsecond\n"
ELSEWHERE = {
    "TZ": "Pacific/Auckland",
    "LC_ALL": "tr_TR.UTF-8",
    "PYTHONHASHSEED": "7",
    "HOME": "/nonexistent",
    "USER": "x",
}
FORMS = ("copy.zip", "copy.html", "copy.epub")


def git(folder: Path, *arguments: str, day: str = "2025-01-02") -> None:
    stamp = f"{day}T12:00:00+0000"
    dates = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp, "GIT_CONFIG_GLOBAL": "/dev/null"}
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
    subprocess.run(command, cwd=folder, env={**environment(), **dates}, check=True, capture_output=True)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of two commits, the second of which does not touch the notes."""
    folder = write_project(tmp_path_factory.mktemp("same") / "origin", NOTES, extra="site_url: https://h.example/\n")
    (folder / "mkdocs.offline.yml").write_text((ROOT / "mkdocs.offline.yml").read_text("utf-8"), "utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a")
    (folder / "docs/plain.txt").write_text("x")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "b", day="2025-03-04")
    return folder


def clone(origin: Path, name: str, *options: str) -> Path:
    git(origin.parent, "clone", "-q", *options, origin.as_uri(), name)
    return origin.parent / name


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.promise("The same commit gives the same copy: in any folder, zone, locale, and in a shallow clone.")
@pytest.mark.slow
def test_copies_are_the_same_bytes_in_a_shallow_clone_elsewhere(origin: Path) -> None:
    made = []
    for folder, env, umask in (
        (clone(origin, "whole"), {}, 0o022),
        (clone(origin, "a b ü", "--depth", "1"), ELSEWHERE, 0o077),
    ):
        names = [f"--{option}" for option in ("output", "single-file", "epub")]
        command = [sys.executable, str(ROOT / "scripts/bundle_offline.py")]
        command += [word for pair in zip(names, FORMS, strict=True) for word in pair]
        subprocess.run(
            command, cwd=folder, env={**environment(), **env}, umask=umask, check=True, capture_output=True, timeout=300
        )
        made.append({name: (folder / name).read_bytes() for name in FORMS})
        assert {path.name for path in folder.iterdir()} - {".git", *FORMS} == {
            "docs",
            "mkdocs.yml",
            "mkdocs.offline.yml",
        }
    assert made[0] == made[1]


@pytest.mark.promise("The same commit gives the same site, or it is said what is missing.")
@pytest.mark.slow
def test_sites_are_the_same_bytes_elsewhere_and_a_shallow_clone_says_what_it_lacks(origin: Path) -> None:
    first, second = clone(origin, "one"), clone(origin, "t w ö")
    assert build(first).returncode == build(second, env=ELSEWHERE).returncode == 0
    assert files_of(first / "site") == files_of(second / "site")
    assert b"<lastmod>2025-01-02</lastmod>" in files_of(first / "site")["sitemap.xml"]
    shallow = build(clone(origin, "shallow", "--depth", "1"))
    assert "I_HISTORY" in shallow.text
    assert "git fetch" in shallow.text
    assert "I_HISTORY" not in build(first).text
