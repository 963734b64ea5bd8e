"""Faults of the machine and of the input: a whole site or a clear line, never a traceback, never a wait."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pictures
import pytest
import warm
from site_tools import ROOT, build, environment, files_of, write_project

NOTES = "# T\n\n## One\n\nfirst\n\n## Two\n\nsecond\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with something secret beside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.txt").write_text("the secret")
    return write_project(tmp_path / "project", NOTES, files={"plain.txt": "plain"})


def published(project: Path) -> dict[str, bytes]:
    """All files of the site."""
    return files_of(project / "site")


# --- what lies in docs/


@pytest.mark.promise("No link out of the project is published.")
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


@pytest.mark.promise("A folder that leads out of the project or in a circle stops a build, which never hangs.")
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"---\na: " + b"[" * 30_000 + b"\n---\n# x\n", "docs/other.md:2:123: I_CONFIG"),
        (b"# x\n\xff\n", "docs/other.md:2:1: N_ENCODING"),
    ],
    ids=["front matter", "encoding"],
)
def test_a_page_beside_the_notes_that_cannot_be_read_ends_with_its_place(
    project: Path, text: bytes, words: str
) -> None:
    (project / "docs/other.md").write_bytes(text)
    done = build(project)
    assert done.returncode == 1
    assert words in done.text
    (project / "docs/other.md").write_bytes(b"---\na: [b: c\n---\n# x\n")  # text, as MkDocs takes it
    assert build(project).returncode == 0


# --- the machine


def small_files() -> None:
    """As on a full disk: no file grows beyond 20 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def said(project: Path, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """What a command says; it must end by itself, without a traceback."""
    if more:
        # What coverage measures would not fit on the full disk either.
        env = {name: value for name, value in environment().items() if not name.startswith("COVERAGE_")}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False, **more)
    else:
        done = warm.python(*arguments, cwd=project, env=environment())
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert "internal error" not in done.stderr
    return done


@pytest.mark.promise("A full disk keeps the site and ends with a line.")
def test_a_full_disk_keeps_the_site_and_ends_with_a_line(project: Path) -> None:
    assert build(project).returncode == 0
    before = published(project)
    done = said(project, "-m", "mkdocs", "build", "-q", preexec_fn=small_files)
    assert done.returncode == 1
    assert re.search(r"/\.site\.new-\S+: I_MACHINE error: file too large", done.stdout + done.stderr)
    assert published(project) == before
    assert sorted(path.name for path in project.iterdir()) == ["docs", "mkdocs.yml", "site"]


@pytest.mark.parametrize("target", ["mkdocs.yml/site", "/proc/site"])
def test_a_folder_that_cannot_be_made_ends_with_a_line(project: Path, target: str) -> None:
    done = said(project, "-m", "mkdocs", "build", "-q", "-d", target)
    assert done.returncode == 1
    assert "I_MACHINE" in done.stdout + done.stderr


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"n\xff.md")
    (tmp_path / name).write_text(NOTES)
    for _ in "as new", "as kept":
        assert said(tmp_path, str(ROOT / "scripts/check_notes.py"), name).returncode == 0
    done = said(tmp_path, str(ROOT / "scripts/new_site.py"), name)
    assert done.returncode == 2
    assert "not UTF-8, so no address can be made of it" in done.stderr


@pytest.mark.promise("A new project or an export is there whole or not at all.")
@pytest.mark.parametrize("script", ["new_site.py", "export_pages.py"])
def test_a_project_on_a_full_disk_is_not_there_at_all(project: Path, script: str) -> None:
    (project / "docs/big.png").write_bytes(pictures.raster("PNG", 300, 300) + bytes(30_000))
    (project / "docs/notes.md").write_text(NOTES + "![a picture](big.png)\n")
    arguments = ["docs/notes.md", "--output", "out"] if script == "new_site.py" else ["out"]
    command = [str(ROOT / "scripts" / script), *arguments]
    done = said(project, *command, preexec_fn=small_files)
    assert done.returncode == 2
    assert "too large" in done.stderr
    assert sorted(path.name for path in project.iterdir()) == ["docs", "mkdocs.yml"]
    assert said(project, *command).returncode == 0


@pytest.mark.promise("A closed, full or ASCII output is no crash.")
@pytest.mark.parametrize("output", ["closed", "full", "ascii"])
def test_whatever_the_output_can_take(project: Path, output: str) -> None:
    (project / "docs/notes.md").write_text("# T\n\n## Inhält\n- [Öne](#gone-ü)\n- [Two](#two)\n\n## One\n\n## Two\n")
    closing = {"closed": ">&- 2>&-", "full": "> /dev/full", "ascii": ""}[output]
    command = f'exec "$0" "{ROOT}/scripts/check_notes.py" --strict {closing}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        cwd=project,
        env={**environment(), "PYTHONIOENCODING": "ascii" if output == "ascii" else "utf-8"},
        capture_output=True,
        check=False,
    )
    assert done.returncode in ({2} if output == "full" else {1})
    assert b"Traceback" not in done.stderr
    assert b"internal error" not in done.stderr
    if output == "ascii":
        assert b"\\xfc" in done.stdout


# --- every input, every fault


def make_fault(path: Path, kind: str) -> None:
    """Put something else in the place of an input."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind in LINKS:
        path.symlink_to(LINKS[kind])
    elif kind == "large":
        with path.open("wb") as file:
            file.truncate(200 * 2**20)
    elif kind != "missing":
        path.write_bytes(CONTENT[kind])


LINKS = {"device": "/dev/zero", "loop": "loop", "outside": "/etc/hostname"}
CONTENT = {
    "binary": bytes(range(256)) * 10,
    "brackets": b"[" * 9_000,  # more would take notes long, whose limits have tests of their own
    "objects": b'{"a":' * 30_000,
    "NUL": b"a: \0\n",
    "no date": b"a: !!timestamp x\nb: 2001-99-99\n",
    "merges": b"a: &b0 {x: 1}\n"
    + b"".join(b"b%d: &b%d\n  <<: [%s]\n" % (n, n, b", ".join([b"*b%d" % (n - 1)] * 9)) for n in range(1, 9)),
    "alias of itself": b"a: &a [*a]\n",
    "empty": b"",
}
KINDS = ["missing", "folder", "pipe", *LINKS, "large", *CONTENT]
CHECKS = [["check_notes.py"], ["check_snippets.py"], ["mirror_images.py", "--frozen"], ["check_links.py"]]
INPUTS: dict[str, Sequence[list[str] | None]] = {
    "docs/notes.md": CHECKS,
    "mkdocs.yml": CHECKS,
    "notes-baseline.json": [["check_notes.py"], None],
    "notes-addresses.json": [["check_notes.py"], None],
    "theme/main.html": [None],
    "docs/own.css": [None],
    "docs/images/images.lock": [["mirror_images.py", "--frozen"], None],
    "docs/assets/diagrams/diagrams.toml": [None],
    "schemas/a.yaml": [["check_snippets.py"]],
    "docs/b.svg": [None],
    "docs/other.md": [None],
}


@pytest.mark.promise("Whatever is in the place of an input, there is a site or a line with a place.")
@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", INPUTS)
def test_whatever_an_input_is_there_is_a_site_or_a_line(project: Path, name: str, kind: str) -> None:
    (project / "docs/notes.md").write_text(NOTES + "\n![a pod](https://h.example/a.png) ![b pod](b.svg)\n")
    (project / "docs/b.svg").write_bytes(pictures.svg())
    if name.startswith("schemas"):
        with (project / "mkdocs.yml").open("a") as file:
            file.write("extra:\n  notes:\n    snippets:\n      schemas: schemas\n")
    if name in {"theme/main.html", "docs/own.css"}:
        (project / "theme").mkdir()
        config = (project / "mkdocs.yml").read_text()
        config = config.replace("theme: {name: material,", "theme: {name: material, custom_dir: theme,")
        (project / "mkdocs.yml").write_text(f"{config}extra_css: [own.css]\n")
    make_fault(project / name, kind)
    for command in INPUTS[name]:
        is_build = command is None
        words = (
            ["-m", "mkdocs", "build", "-q"] if command is None else [str(ROOT / "scripts" / command[0]), *command[1:]]
        )
        done = said(project, *words)
        assert done.returncode in {0, 1, 2}
        if done.returncode == 2 or (is_build and done.returncode):
            assert re.search(
                r"^(?:ERROR +- +|Error: )?\S+:\d+:\d+: [A-Z]_[A-Z]+ ", done.stdout + done.stderr, re.MULTILINE
            )
