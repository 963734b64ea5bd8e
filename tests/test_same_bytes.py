"""The same commit gives the same bytes, whoever builds it, where, and with how much of its history."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from patience import LONGEST
from site_tools import ROOT, build, command, environment, files_of, write_project

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


@pytest.mark.promise("The same commit gives the same copy: in any folder, zone, locale, and in a shallow clone.")
@pytest.mark.slow
def test_copies_are_the_same_bytes_in_a_shallow_clone_elsewhere(origin: Path) -> None:
    made = []
    for folder, env, umask in (
        (clone(origin, "whole"), {}, 0o022),
        (clone(origin, "a b ü", "--depth", "1"), ELSEWHERE, 0o077),
    ):
        names = [f"--{option}" for option in ("output", "single-file", "epub")]
        words = [sys.executable, str(ROOT / "scripts/bundle_offline.py")]
        words += [word for pair in zip(names, FORMS, strict=True) for word in pair]
        subprocess.run(
            words, cwd=folder, env={**environment(), **env}, umask=umask, check=True, capture_output=True, timeout=300
        )
        made.append({name: (folder / name).read_bytes() for name in FORMS})
        assert {path.name for path in folder.iterdir()} - {".git", *FORMS} == {
            "docs",
            "mkdocs.yml",
            "mkdocs.offline.yml",
        }
    assert made[0] == made[1]


@pytest.mark.promise("The same commit gives the same site: in any folder, zone, locale, and in a shallow clone.")
@pytest.mark.slow
def test_sites_are_the_same_bytes_in_every_environment(origin: Path, tmp_path: Path) -> None:
    whole = clone(origin, "one")
    assert build(whole).returncode == 0
    expected = files_of(whole / "site")
    places: list[tuple[Path, dict[str, str], dict[str, Any]]] = [
        (clone(origin, "t w ö"), ELSEWHERE, {}),
        (clone(origin, "shallow", "--depth", "1"), {}, {}),
        (clone(origin, "shallow elsewhere", "--depth", "1"), ELSEWHERE, {"umask": 0o077}),
        (clone(origin, "one branch", "--single-branch"), {"LC_ALL": "C", "PYTHONUTF8": "0", "TZ": "UTC+12"}, {}),
        (clone(origin, "strict umask"), {"PYTHONHASHSEED": "1"}, {"umask": 0o277}),
        (clone(origin, "without CI"), {"CI": ""}, {}),
    ]
    git(whole, "worktree", "add", "-q", "--detach", "../worktree")
    places.append((origin.parent / "worktree", {"NOTES_DATES": "true"}, {}))  # what no setting names has no effect
    for number, (folder, env, options) in enumerate(places):
        site = tmp_path / f"s i t e {number}"
        done = subprocess.run(
            [*command("build"), "-d", str(site)],
            cwd=folder,
            env={**environment(), **env},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
            **options,
        )
        assert done.returncode == 0, done.stderr
        assert files_of(site) == expected, folder


@pytest.mark.promise("A date on a page is the day of its last commit; where git does not know it, the build says so.")
@pytest.mark.slow
def test_dates_are_shown_when_they_are_asked_for_and_known(origin: Path) -> None:
    asked = {"NOTES_DATES": "true"}
    folders = [clone(origin, "dated"), clone(origin, "dated shallow", "--depth", "1"), origin.parent / "no git"]
    shutil.copytree(origin, folders[2], ignore=shutil.ignore_patterns(".git"))
    for folder in folders:
        with (folder / "mkdocs.yml").open("a") as file:
            file.write("extra: {notes: {dates: !ENV [NOTES_DATES, false]}}\n")
        assert build(folder).returncode == 0
        assert b"Last changed" not in (folder / "site/index.html").read_bytes()
    assert build(folders[0], env=asked).returncode == 0
    made = files_of(folders[0] / "site")
    assert b'Last changed on <time datetime="2025-01-02">' in made["index.html"]
    assert b"<lastmod>2025-01-02</lastmod>" in made["sitemap.xml"]
    for folder, cure in ((folders[1], "git fetch --unshallow"), (folders[2], "git does not know notes.md")):
        before = files_of(folder / "site")
        done = build(folder, env=asked)
        assert done.returncode == 1
        assert "mkdocs.yml:1:1: I_HISTORY" in done.text
        assert cure in done.text
        assert files_of(folder / "site") == before
