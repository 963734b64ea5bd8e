"""A stranger's notes file becomes a project of its own that builds strictly with no settings."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import warm
from pictures import png
from site_tools import Site, write_project

from notesite.build import Build
from notesite.cli import check, common, new_site
from notesite.notes.model import Origin
from notesite.notes.reader import parse
from notesite.project.config import open_project
from notesite.project.settings import Settings
from notesite.render.bridge import PageContext, _document
from notesite.site.plan import plan

NOTES = """# My "own" notes

![A small red square, locally](img/red.png)

- [First](#first)
- [Second](#second)
- [Third](#third)

## First

```sh
kubectl delete nginx
```

## Second

See [the first](#first).

## Third

Last words.

## Unlisted

More.
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    (folder / "img").mkdir(parents=True)
    (folder / "img" / "red.png").write_bytes(png())
    (folder / "README.md").write_text(NOTES, "utf-8")
    return folder / "README.md"


def test_the_new_project_builds_strictly_and_holds_nothing_of_these_notes(notes: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert new_site.main([str(notes), "--output", str(made)]) == 0
    assert (made / "docs" / "notes.md").read_text("utf-8") == NOTES
    config = (made / "mkdocs.yml").read_text("utf-8")
    assert 'site_name: "My \\"own\\" notes"' in config
    assert "ubern" not in config
    assert not (made / "docs" / "assets" / "diagrams").exists()
    done = warm.python("-m", "mkdocs", "build", "--strict", cwd=made)
    assert done.returncode == 0, done.stderr
    pages = {page.parent.name for page in (made / "site").glob("*/index.html")}
    assert {"first", "second", "third", "unlisted"} <= pages
    assert (made / "site" / "img" / "red.png").is_file()
    done = subprocess.run(
        [sys.executable, "-m", "notesite.cli", "bundle", "--strict"],
        cwd=made, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (bundle,) = (made / "dist").glob("*.zip")
    with zipfile.ZipFile(bundle) as copy:
        names = {name.partition("/")[2] for name in copy.namelist()}
        (home,) = (name for name in copy.namelist() if name.count("/") == 1 and name.endswith("/index.html"))
        assert b'href="first.html"' in copy.read(home)
    assert {"first.html", "search/search_index.js", "img/red.png"} <= names
    assert not {"404.html", "sitemap.xml", "search/search_index.json"} & names


def test_a_folder_with_something_in_it_is_refused(notes: Path, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine").write_text("kept")
    assert common.guarded(new_site.main, [str(notes), "--output", str(tmp_path / "made")]) == 2
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("text", "extras"),
    [("$5 or $10", "[site]"), ("it is $x^2$", "[site,draw]"), ("```mermaid\ngraph TD\n```", "[site,draw]")],
)
def test_what_draws_is_required_where_something_is_drawn(text: str, extras: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(f"# T\n\n{text}\n")
    assert new_site.main([str(tmp_path / "README.md"), "--output", str(tmp_path / "made")]) == 0
    assert f"notesite{extras}" in (tmp_path / "made" / "requirements.txt").read_text()


def test_a_hub_says_that_each_file_is_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abc":
        (tmp_path / f"{name}.md").write_text(f"# {name}\n\nWords of {name}.\n\n" + "## One\n\nshort\n\n" * 4)
    (tmp_path / "README.md").write_text("# T\n\n## Files\n\n- [A](a.md)\n- [B](b.md)\n- [C](c.md)\n")
    assert new_site.main([str(tmp_path / "README.md"), "--output", str(tmp_path / "made")]) == 0
    said = capsys.readouterr().out
    assert "4 pages\n  why: 4 files; each is a page" in said
    assert json.loads((tmp_path / "made" / "notes-baseline.json").read_text())["accepted"] == []


WORDS = "The quiet harbour counts its boats every evening, and nobody knows how many there were. " * 6
SECTIONS = "".join(f"## Part {number}\n\n{WORDS}\n\n" for number in range(4))
SHAPES = {
    "one page": {"README.md": f"# T\n\n{WORDS}"},
    "mistakes": {"README.md": f"# T\n\n[gone](gone.md) [no](#no)\n\n```sh\nkubectl delete nginx\n```\n\n{SECTIONS}"},
    "drawings": {"README.md": f"# T\n\n$$\nx^2\n$$\n\n```mermaid\ngraph TD\n A-->B\n```\n\n{SECTIONS}"},
    "hub": {
        "README.md": "# T\n\n- [A](a.md)\n- [B](sub%20folder/b.md#part-1)\n- [C](größe/c.markdown)\n",
        "a.md": f"# A\n\n{SECTIONS}[lines](sub%20folder/b.md#L9)\n",
        "sub folder/b.md": f"# B\n\n{SECTIONS}[a](../a.md)\n",
        "größe/c.markdown": f"C\n=\n\n{WORDS}[start](../README.md)\n",
    },
    "Deutsch": {
        "LIESMICH.md": f'# Größe: "alles" #1\n\n## Inhalt\n\n- [Über uns](#über-uns)\n\n## Über uns\n\n{WORDS}\n'
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_everything_works_at_once_in_a_new_project(shape: str, tmp_path: Path) -> None:
    for name, text in SHAPES[shape].items():
        (tmp_path / "given" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "given" / name).write_text(text, "utf-8")
    first, made = tmp_path / "given" / next(iter(SHAPES[shape])), tmp_path / "made"
    assert new_site.main([str(first), "--output", str(made)]) == 0
    for command in ("check --strict", "mirror --frozen", "build --strict", "links", "bundle --strict", "export out"):
        run = [sys.executable, "-m", "notesite.cli", *command.split()]
        done = subprocess.run(run, cwd=made, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert "WARNING" not in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=made / "out",
        capture_output=True,
        text=True,
        check=False,
    )
    assert shape == "mistakes" or done.returncode == 0, done.stderr


def test_check_only_writes_nothing(notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new_site.main([str(notes), "--check-only"]) == 1
    assert "S_TYPE" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given"]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (
            {"url": "https://me:secret@host.example/n.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "git+https://host.example/n.git@abc",
        ),
        ({"url": "file:///nowhere", "dir_info": {}}, "notesite[site]~=1."),
        ({}, "notesite[site]~=1."),
    ],
)
def test_the_requirement_is_where_the_program_came_from(
    monkeypatch: pytest.MonkeyPatch, origin: dict[str, object], expected: str
) -> None:
    class Installed:
        def read_text(self, _name: str) -> str:
            return json.dumps(origin)

    monkeypatch.setattr(new_site, "distribution", lambda _name: Installed())
    requirement = new_site._requirement("site")
    assert expected in requirement
    assert "secret" not in requirement


def test_pictures_are_taken_from_the_repository_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever links lie beside the notes, and whatever a picture is called."""
    docs, output = tmp_path / "home/work/docs", tmp_path / "made"
    (docs / "a/b/c").mkdir(parents=True)
    (docs / "up").symlink_to("a/b/c")
    for path in ("home/.bashrc", "home/secret.png", "home/work/images/top.png", "home/work/docs/mkdocs.yml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(png())
    for name in ("a b.png", "key.pem", "page.html"):
        (docs / name).write_bytes(png())
    (docs / "loop.png").symlink_to("loop.png")
    (docs / "out.png").symlink_to("../../secret.png")
    names = [
        "up/../../../.bashrc", "up/../../../secret.png", "../../secret.png", "out.png", "loop.png", "a%20b.png",
        "key.pem", "page.html", "../images/top.png", "../docs/a%20b.png", "mkdocs.yml", "/etc/hostname.png",
    ]  # fmt: skip
    (docs / "notes.md").write_text("# T\n\n" + "".join(f"![a picture]({name})\n" for name in names))
    assert new_site.main([str(docs / "notes.md"), "--output", str(output)]) == 0
    made = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    assert {name for name in made if name.endswith((".png", ".pem", ".html", ".bashrc"))} == {
        "docs/a b.png",
        "images/top.png",
    }
    assert "site_name" in (output / "mkdocs.yml").read_text()
    said = capsys.readouterr().err.splitlines()
    assert [line.split(" ")[0].rpartition("notes.md:")[2] for line in said] == [f"{n}:1:" for n in (4, 6, 7, 14)]
    assert {line.split(" ")[1] for line in said} == {"E_PATH", "E_MISSING"}


def _linked(folder: Path) -> Path:
    files = {
        "README.md": "# T\n\n## A\n[g](docs/guide.md#x) [l](/LICENSE) [m](README.md#b) [n](nope.md) [e](.env)\n## B\nb\n## C\nc\n",
        "docs/guide.md": "# Guide\n\n[run](../run.sh)\n",
        "LICENSE": "free",
        "run.sh": "true",
        ".env": "secret",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder / "README.md"


def _findings(made: Path) -> list[tuple[str, int]]:
    return [(d.code, d.span.start.line) for d in Build(open_project(made / "mkdocs.yml")).structure.diagnostics]


def test_linked_files_come_along_where_no_code_host_has_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "made"
    assert new_site.main([str(_linked(tmp_path / "given")), "--output", str(made)]) == 0
    docs = made / "docs"
    assert {path.relative_to(docs).as_posix() for path in docs.rglob("*") if path.is_file()} == {
        *("notes.md", "docs/guide.md", "LICENSE", "run.sh")
    }
    assert Build(open_project(made / "mkdocs.yml")).notes.origin == Origin("", "", "README.md")
    assert _findings(made).count(("L_PAGE", 4)) == 2  # one of them, .env, is nobody's business
    assert check.check_notes(["--strict", "--config", str(made / "mkdocs.yml")]) == 0
    assert "to split elsewhere: `split_level: 3`" in capsys.readouterr().out


def test_linked_files_stay_where_a_code_host_has_them(tmp_path: Path) -> None:
    notes, made = _linked(tmp_path / "given"), tmp_path / "made"
    _commit(notes.parent)
    assert _findings_of(notes) == [("L_PAGE", 4)]
    assert new_site.main([str(notes), "--output", str(made)]) == 0
    assert [path.name for path in (made / "docs").iterdir()] == ["notes.md"]
    origin = Build(open_project(made / "mkdocs.yml")).notes.origin
    assert origin == Origin("https://github.com/me/kit", "main", "README.md")
    assert ("L_PAGE", 4) not in _findings(made)  # it is not known here what is there


def test_of_a_copy_without_any_of_its_files_no_link_to_a_file_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = write_project(tmp_path / "here", SECTIONS, files={"docs/a.md": "A"})  # another project
    monkeypatch.chdir(here)
    notes = tmp_path / "README.md"
    notes.write_text("# T\n\n[a](docs/a.md) and [b](docs/b.md), [here](README.md), [up](../a.md)\n", "utf-8")
    report = Build(common.alone(notes)).structure
    assert [(one.what, one.span.start.line) for one in report.skipped] == [("3 links to files", 3)]
    assert Build(open_project(Path("mkdocs.yml"), notes)).structure.skipped == report.skipped
    assert _findings_of(notes) == []
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/b.md").write_text("# B\n", "utf-8")
    assert _findings_of(notes) == [("L_PAGE", 3)]  # nobody knows what is above
    notes.write_text(notes.read_text("utf-8") + "\n[c](docs/c.md)\n", "utf-8")
    assert _findings_of(notes) == []  # most of them are elsewhere


def test_links_lead_through_a_repository_whose_folders_have_names_of_any_letters(tmp_path: Path) -> None:
    notes = tmp_path / "01 – Überblick" / "README.md"
    notes.parent.mkdir()
    notes.write_text("# T\n\n[here](../other.md)\n\n[nowhere](../none.md)\n", "utf-8")
    (tmp_path / "other.md").write_text("# O\n", "utf-8")
    _commit(tmp_path)
    assert _findings_of(notes) == [("L_PAGE", 5)]


def _commit(folder: Path) -> None:
    """Keep the folder in git, with a remote."""
    me = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", "git@github.com:me/kit.git"],
        ["add", "-A"],
        [*me, "commit", "-q", "-m", "notes"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_a_page_is_no_file_and_a_hidden_folder_may_hold_pictures(tmp_path: Path) -> None:
    links = "![Red](.github/red.png)\n\n[part](docs/part-1.md#flags)\n"
    for name, data in {
        "README.md": f"# T\n\n{links}\n{SECTIONS}".encode(),
        "docs/part-1.md": b"# P\n",
        ".github/red.png": png(),
    }.items():
        (tmp_path / "kit" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kit" / name).write_bytes(data)
    _commit(tmp_path / "kit")
    made = tmp_path / "made"
    assert new_site.main([str(tmp_path / "kit" / "README.md"), "--output", str(made)]) == 0
    done = warm.python("-m", "mkdocs", "build", "--strict", cwd=made)
    assert done.returncode == 0, done.stderr
    home = Site(made / "site").page("")
    assert 'href="https://github.com/me/kit/blob/main/docs/part-1.md#flags"' in home.article
    (picture,) = (attributes["src"] for tag, attributes in home.elements if tag == "img")
    assert (made / "site" / picture).is_file()


def _findings_of(notes: Path) -> list[tuple[str, int]]:
    found = Build(common.alone(notes)).structure.diagnostics
    return [(d.code, d.span.start.line) for d in found if d.code == "L_PAGE"]


@pytest.mark.parametrize(
    ("url", "led"),
    [
        ("docs/guide.md#flags", "docs/guide.md#flags"),
        ("my%20file.txt", "my%20file.txt"),
        ("/docs/here.md", "here.md"),
        ("README.md#b", "b.md#b"),
        ("scripts/run.sh#L3", "as-written:https://github.com/me/kit/blob/main/scripts/run.sh#L3"),
        ("../up/", "as-written:https://github.com/me/kit/tree/main/up/"),
        ("examples/", "as-written:https://github.com/me/kit/tree/main/examples/"),
        ("https://github.com/me/other#b", None),
        ("//example.org/x", None),
    ],
)
def test_a_link_leads_where_the_code_host_leads_it(url: str, led: str | None) -> None:
    notes = parse("# T\n## A\na\n## B\nb\n## C\nc\n", Origin("https://github.com/me/kit", "main", "README.md"))
    site = plan(notes, Settings())
    context = PageContext(notes, site, site.pages[1])
    context.has_file = {"docs/guide.md", "my file.txt", "here.md"}.__contains__
    place = site.place(url)
    assert (place.link_from(context.page) if place else _document(context, url)) == led
