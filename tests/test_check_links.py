"""The link check as a user runs it: over a site that was really built, with faults in the notes and after the build."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest
import warm
from pictures import png

from notesite.cli import check_links
from notesite.diagnostics.diagnostic import NotesError
from notesite.links.internal import BuiltSite, Outcome, check

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
NOTES = """\
# Notes

- [Pod](#pod)
- [Job](#job)
- [Last](#last)

## Pod

See [the job](#job), [it](#pod), [a file](files/a.txt), [nowhere](missing.md) and [an anchor](#gone).

![none](images/none.png) ![fine](images/a.png) ![case](images/A.png)

Pod is [on top](/elsewhere/) and <a href="https://example.org/notes/gone/">complete</a>.

## Job

Wrong case: [Pod](Pod.html), and [again](missing.md), twice [again](missing.md).

## Last

To [another site](https://a.host.name/x#y) and [up](../out/).
"""
CONFIG = """\
site_name: x
site_url: https://example.org/notes/
use_directory_urls: false
theme: {{name: material, font: false}}
hooks: [{hooks}/notes_site.py]
extra: {{notes: {{split_level: 2}}}}
"""
EXPECTED = [
    ("docs/notes.md", 9, "L_PAGE"),
    ("docs/notes.md", 9, "L_ANCHOR"),
    ("docs/notes.md", 11, "L_ASSET"),
    ("docs/notes.md", 11, "L_CASE"),
    ("docs/notes.md", 13, "L_OUTSIDE"),
    ("docs/notes.md", 13, "L_PAGE"),
    ("docs/notes.md", 17, "L_CASE"),
    ("docs/notes.md", 17, "L_PAGE"),
    ("docs/notes.md", 17, "L_PAGE"),
    ("docs/notes.md", 21, "L_OUTSIDE"),
    ("site/last.html", 1, "L_ID"),
    ("site/last.html", 1, "L_ASSET"),
    ("site/own.css", 1, "L_ASSET"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for folder in ("docs/images", "docs/files", "empty"):
        (root / folder).mkdir(parents=True)
    (root / "docs/notes.md").write_text(NOTES, "utf-8")
    for name in ("none", "a", "A"):
        (root / f"docs/images/{name}.png").write_bytes(png())
    (root / "docs/files/a.txt").write_bytes(b"x")
    (root / "mkdocs.yml").write_text(CONFIG.format(hooks=ROOT / "hooks"), "utf-8")
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([SCRIPTS / "mkdocs", "build", "-q"], cwd=root, check=True, capture_output=True, env=quiet)
    for name in ("none", "A"):
        (root / f"site/images/{name}.png").unlink()
    (root / "site/own.css").write_text('p { background: url("gone.png") }', "utf-8")
    last = root / "site/last.html"
    text = last.read_text("utf-8")
    last.write_text('<p id="twice"><p id="twice"><script src="gone.js"></script>' + text, "utf-8")
    return root


def _report(project: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    code = check_links.main(["--config", str(project / "mkdocs.yml"), "--format", "json", *options])
    return code, json.loads(capsys.readouterr().out)


def _places(report: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(d["path"], d["line"], d["code"]) for d in report["diagnostics"]]


def test_every_injected_fault_is_found_at_its_place_and_nothing_else(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = _report(project, capsys)
    assert code == 1
    assert sorted(_places(report)) == sorted(EXPECTED)
    columns = {(d["line"], d["column"]) for d in report["diagnostics"] if d["path"] == "docs/notes.md"}
    lines = NOTES.splitlines()
    assert all(lines[line - 1][column - 1] in "[!<" for line, column in columns)


def test_lychee_finds_nothing_that_is_missed(project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """On the server's layout, which is how lychee is told of a sub-path."""
    (tmp_path / "notes").symlink_to(project / "site")
    options = ["--offline", "--include-fragments", "--index-files", "index.html", "--format", "json", "--no-progress"]
    command = [str(SCRIPTS / "lychee"), *options, "--root-dir", str(tmp_path), str(tmp_path / "notes")]
    found = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)["error_map"]
    errors = {
        (str(Path(path).relative_to(tmp_path / "notes")), _last(error["url"]))
        for path, of_file in found.items()
        for error in of_file
    }
    assert len(errors) >= 8
    _, report = _report(project, capsys)
    messages = " ".join(d["message"] for d in report["diagnostics"])
    assert [error for error in errors if error[1] not in messages] == []


def _last(url: str) -> str:
    return "#" + url.split("#")[1] if "#" in url else url.rstrip("/").rsplit("/", 1)[1]


def test_the_baseline_accepts_what_is_known_and_shrinks(
    project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    baseline = str(tmp_path / "baseline.json")
    options = ["--config", str(project / "mkdocs.yml"), "--baseline", baseline]
    assert check_links.main([*options, "--write-baseline"]) == 0
    capsys.readouterr()
    code, report = _report(project, capsys, "--baseline", baseline)
    assert (code, _places(report)) == (0, [])
    copy = tmp_path / "site"
    copy.mkdir()
    (copy / "index.html").write_text("<p>all is well", "utf-8")
    code, report = _report(project, capsys, "--baseline", baseline, str(copy))
    assert code == 0
    assert {d["code"] for d in report["diagnostics"]} == {"I_BASELINE"}


def test_offline_lists_the_other_sites(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = _report(project, capsys, "--external", "--offline")
    mine = [(s["path"], s["line"], s["what"]) for s in report["skipped"] if "a.host.name" in s["what"]]
    assert mine == [("docs/notes.md", 21, "https://a.host.name/x")]
    assert not (project / ".cache").exists()


def test_a_folder_and_a_zip_are_checked_without_a_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/index.html").write_text('<a href="gone/">x</a><a href="a/">y</a>', "utf-8")
    (tmp_path / "out/a").mkdir()
    (tmp_path / "out/a/index.html").write_text("", "utf-8")
    assert check_links.main(["out"]) == 1
    assert "out/index.html:1:10: L_PAGE" in capsys.readouterr().out
    with zipfile.ZipFile("bundle.zip", "w") as archive:
        for path in ("index.html", "a/index.html"):
            archive.write(tmp_path / "out" / path, f"notes/{path}")
    assert check_links.main(["bundle.zip", "--offline-bundle"]) == 1
    out = capsys.readouterr().out
    assert "bundle.zip/index.html:1:10: L_PAGE" in out
    assert "bundle.zip/index.html:1:31: L_SERVER" in out
    data = Path("bundle.zip").read_bytes()
    Path("bundle.zip").write_bytes(data.replace(b"gone/", b"gone?", 1))  # the checksum is no longer right
    with pytest.raises(NotesError, match=r"cannot read 'notes/index.html' of this archive"):
        check_links.main(["bundle.zip"])


@pytest.mark.parametrize(
    "options",
    [
        ["no-such-folder"],
        ["empty"],
        ["mkdocs.yml"],
        ["--external", "--exclude", "("],
        ["--no-such-option"],
        ["--config", "none.yml"],
    ],
)
def test_what_cannot_run_ends_in_2_without_a_traceback(project: Path, options: list[str]) -> None:
    done = warm.python(ROOT / "scripts/check_links.py", *options, cwd=project)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_github_gets_its_step_summary(
    project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    sarif = tmp_path / "links.sarif"
    arguments = ["--config", str(project / "mkdocs.yml"), "--format", "github", "--report", f"sarif={sarif}"]
    assert check_links.main(arguments) == 1
    out = capsys.readouterr().out
    assert out.count("\n::error ") + out.startswith("::error ") == 10
    assert " more::" in out
    assert summary.read_text("utf-8").count("| error |") == len([1 for *_, code in EXPECTED if code != "L_ID"])
    assert len(json.loads(sarif.read_text("utf-8"))["runs"][0]["results"]) == len(EXPECTED)


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site without a fault, and a folder for what runs keep."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NOTES_NO_CACHE", raising=False)
    monkeypatch.chdir(tmp_path)
    files = {
        "index.html": '<a href="a/#x">x</a><link rel=stylesheet href="a.css"><img src="s.svg#i">',
        "a/index.html": '<i id="x"></i><a href="..">up</a>',
        "a.css": "p { background: url(s.svg) }",
        "s.svg": '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="i"/></svg>',
        "search/search_index.json": '{"docs": [{"location": "a/#x"}]}',
        "sitemap.xml": "<urlset><url><loc>https://a.host.name/a/</loc></url></urlset>",
        "text.txt": "",
    }
    for name, text in files.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text, "utf-8")
    return tmp_path / "site"


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was really checked."""
    found: list[str] = []

    def noted(site: BuiltSite, *rest: Any) -> Outcome:
        found.append(site.shown)
        return check(site, *rest)

    monkeypatch.setattr(check_links, "check", noted)
    return found


SAME = ["site", "--site-url", "https://a.host.name/"]


def test_a_site_without_a_fault_is_not_checked_twice(
    clean: Path, checks: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert [check_links.main(SAME) for _ in range(3)] == [0, 0, 0]
    assert len(checks) == 1
    assert len(set(capsys.readouterr().out.splitlines())) == 1
    assert check_links.main([*SAME, "--no-cache"]) == check_links.main([*SAME, "--external", "--offline"]) == 0
    assert len(checks) == 3
    for name in ("a/index.html", "index.html", "a.css", "s.svg", "search/search_index.json", "sitemap.xml"):
        path = clean / name
        status, text = path.stat(), path.read_text("utf-8")
        changed = text.replace("x", "y").replace("s.svg", "t.svg").replace('"i"', '"j"').replace("/a/", "/b/")
        path.write_text(changed, "utf-8")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # its size and time are what they were
        assert path.stat().st_size == status.st_size
        before = len(checks)
        assert [check_links.main(SAME) for _ in range(2)] == [1, 1], name
        assert len(checks) == before + 2  # of a fault nothing is kept
        path.write_text(text, "utf-8")
        assert check_links.main(SAME) == 0
        assert len(checks) == before + 2


@pytest.mark.parametrize("change", ["removed", "added", "address", "bundle", "code", "damaged", "variable", "setting"])
def test_what_a_verdict_depends_on_makes_a_new_one(
    clean: Path, checks: list[str], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    check_links.main(SAME)
    options = SAME
    if change == "removed":
        (clean / "s.svg").unlink()
    elif change == "added":
        (clean / "b").mkdir()
        (clean / "b/index.html").write_text('<a href="gone">x</a>', "utf-8")
    elif change == "address":
        options = ["site", "--site-url", "https://a.host.name/b/"]
    elif change == "bundle":
        options = [*SAME, "--offline-bundle"]
    elif change == "code":
        monkeypatch.setattr(check_links, "signature", lambda _: "another version")
    elif change == "damaged":
        for entry in clean.parent.glob("cache/notesite/links/*"):
            entry.write_bytes(entry.read_bytes()[:-1])
    elif change == "variable":
        monkeypatch.setenv("NOTES_NO_CACHE", "1")
    else:
        Path("mkdocs.yml").write_text("site_name: x\nextra: {notes: {cache: false}}\n", "utf-8")
    check_links.main(options)
    assert len(checks) == 2
