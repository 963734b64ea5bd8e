"""The program `notesite`: its commands, many inputs in one report, sites of files that have no project."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import warm
from patience import LONGEST, child
from site_tools import ROOT, environment

from notesite.plugin import generator

CLEAN = "# T\n\n## One\n\n## Two\n\n## Three\n\nwords-of-three\n"
WRONG = "# Guide\n\n```sh\nkubectl get pods --alll-namespaces\n```\n"


def run(*arguments: str, cwd: Path, stdin: str = "", path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program; modules in `path` come before those that are installed."""
    words = ["-m", "notesite.cli", *arguments]
    if path is None:
        done = warm.python(*words, cwd=cwd, env=environment(), stdin=stdin)
    else:
        env = {**environment(), "PYTHONPATH": f"{path}:{ROOT / 'hooks'}"}
        command = [sys.executable, *words]
        done = subprocess.run(command, cwd=cwd, env=env, input=stdin, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs" / ".hidden").mkdir(parents=True)
    (tmp_path / "README.md").write_text(CLEAN, "utf-8")
    (tmp_path / "docs" / "b.md").write_text(WRONG, "utf-8")
    (tmp_path / "docs" / ".hidden" / "c.md").write_text(WRONG, "utf-8")
    return tmp_path


def found(done: subprocess.CompletedProcess[str]) -> set[tuple[str, int, str]]:
    return {(d["path"], d["line"], d["code"]) for d in json.loads(done.stdout)["diagnostics"]}


# --- check


@pytest.mark.parametrize("inputs", [["README.md", "docs/b.md"], ["."], ["docs", "README.md", "docs/b.md"]])
def test_many_inputs_make_one_report(folder: Path, inputs: list[str]) -> None:
    done = run("check", *inputs, "--format", "json", cwd=folder)
    assert done.returncode == 1
    assert {place for place in found(done) if place[2] == "S_FLAG"} == {("docs/b.md", 4, "S_FLAG")}
    assert json.loads(done.stdout)["summary"]["errors"] == 1


def test_standard_input_is_an_input(folder: Path) -> None:
    done = run("check", "-", "--format", "json", cwd=folder, stdin=WRONG)
    assert done.returncode == 1
    assert ("-", 4, "S_FLAG") in found(done)


@pytest.mark.parametrize("form", ["text", "github", "gitlab", "sarif", "rdjson", "junit"])
def test_paths_are_relative_to_the_working_folder_or_the_repository(folder: Path, form: str) -> None:
    assert "docs/b.md" in run("check", "docs/b.md", "--format", form, cwd=folder).stdout
    (folder / ".git").mkdir()
    inside = run("check", "b.md", "--format", form, cwd=folder / "docs")
    assert "docs/b.md" in inside.stdout
    assert str(folder) not in inside.stdout


def test_a_broken_input_hides_no_finding_of_the_others(folder: Path) -> None:
    (folder / "docs" / "a.md").write_bytes(b"a\x00b")
    done = run("check", ".", cwd=folder)
    assert done.returncode == 2
    assert "S_FLAG" in done.stdout
    assert "docs/a.md" in done.stderr


def test_a_baseline_is_about_one_file(folder: Path) -> None:
    done = run("check", ".", "--write-baseline", cwd=folder)
    assert done.returncode == 2
    assert list(folder.glob("**/notes-baseline.json")) == []


def test_what_a_build_has_written_is_not_read(folder: Path) -> None:
    (folder / "public").mkdir()
    (folder / "public" / "sitemap.xml").touch()
    (folder / "public" / "copy.md").write_text(WRONG, "utf-8")
    assert "copy.md" not in run("check", ".", cwd=folder).stdout


# --- the program itself


@pytest.mark.parametrize(("word", "words"), [("chek", "did you mean 'check'"), ("x", "there are serve, build")])
def test_an_unknown_command(tmp_path: Path, word: str, words: str) -> None:
    done = run(word, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.parametrize(
    "verb", ["", "serve", "build", "check", "links", "mirror", "bundle", "export", "new", "repair", "check_notes"]
)
def test_help_has_examples_that_begin_with_the_program(tmp_path: Path, verb: str) -> None:
    done = run(*filter(None, [verb]), "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"\n  notesite {verb}".rstrip() in done.stdout.partition("examples:")[2]


@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        (["build", "README.md"], "mkdocs", "site"),
        (["bundle"], "tinyhtml5", "site"),
        (["export", "out"], "markdown", "site"),
        (["mirror", "README.md"], "requests", "images"),
        (["links"], "selectolax", "links"),
    ],
)
def test_a_missing_extra_is_answered_with_its_line(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, arguments: list[str], module: str, extra: str
) -> None:
    without = tmp_path_factory.mktemp("without")
    for name in {module, "properdocs" if module == "mkdocs" else module}:
        (without / f"{name}.py").write_text(f"raise ModuleNotFoundError('no {name}', name='{name}')\n", "utf-8")
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("<p>x", "utf-8")
    done = run(*arguments, cwd=folder, path=without)
    assert done.returncode == 2
    assert f'this needs {module}: pip install "notesite[{extra}]"' in done.stderr


def test_mkdocs_2_is_refused_loudly(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    newer = tmp_path_factory.mktemp("newer")
    (newer / "mkdocs").mkdir()
    (newer / "mkdocs" / "__init__.py").write_text('__version__ = "2.0"\n', "utf-8")
    (newer / "properdocs.py").write_text("raise ModuleNotFoundError('none', name='properdocs')\n", "utf-8")
    done = run("build", "README.md", cwd=folder, path=newer)
    assert done.returncode == 2
    assert "pip install 'mkdocs<2'" in done.stderr


# --- sites without a project


@pytest.mark.parametrize("named", [[], ["--notes"]])
def test_a_file_without_a_project_is_built_and_nothing_else_is_written(
    folder: Path, tmp_path: Path, named: list[str]
) -> None:
    before = {path.relative_to(folder) for path in folder.rglob("*")}
    done = run("build", *named, "README.md", "--site-dir", str(tmp_path.parent / "out"), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "words-of-three" in (tmp_path.parent / "out" / "three" / "index.html").read_text("utf-8")
    assert {path.relative_to(folder) for path in folder.rglob("*")} == before


def test_somebody_s_file_is_shown_whatever_its_title_and_its_contents_list(folder: Path) -> None:
    contents = "## Contents\n\n- [One](#one)\n- [Two](#two)\n- [Lost](#lost)\n- [Three](#three)\n"
    text = CLEAN.replace("# T\n", f'# Ropes 🪢 "and" `knots`\n\n{contents}', 1)
    (folder / "README.md").write_text(text, "utf-8")
    done = run("build", "README.md", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "README.md:7:3: N_ENTRY warning" in done.stderr
    assert "The site is in site\n" in done.stderr
    assert "<title>Ropes 🪢 &#34;and&#34; knots</title>" in (folder / "site" / "index.html").read_text("utf-8")
    assert run("build", "README.md", "--strict", cwd=folder).returncode == 1


def test_a_file_without_a_project_is_bundled(folder: Path) -> None:
    done = run("bundle", "README.md", cwd=folder)
    assert done.returncode == 0, done.stderr
    (bundle,) = (folder / "dist").iterdir()
    with zipfile.ZipFile(bundle) as archive:
        assert any(name.endswith("/three.html") for name in archive.namelist())
    assert not (folder / "site").exists()


# The program, held in the middle of a build: when one of its pages is opened to be written, it says so and waits.
HELD = """
import runpy, signal, sys

def hold(event, arguments):
    if event == "open" and "part-100/index.html" in str(arguments[0]):
        print("in the middle", flush=True)
        signal.pause()

sys.addaudithook(hold)
runpy.run_module("notesite.cli", run_name="__main__")
"""


def test_an_interrupted_build_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(
        "# T\n\n" + "".join(f"## Part {n}\n\n{'words ' * 300}\n\n" for n in range(200)), "utf-8"
    )
    command = [sys.executable, "-c", HELD, "build", "notes.md", "--no-cache"]
    pipe = subprocess.PIPE
    with child(command, cwd=tmp_path, env=environment(), stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "in the middle\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=LONGEST)
    assert process.returncode == 130, said
    assert said.endswith("interrupted\n")
    assert "I_CONFIG" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["notes.md"]


def test_a_folder_of_other_things_is_not_replaced(folder: Path) -> None:
    (folder / "site").mkdir()
    (folder / "site" / "mine.txt").write_text("kept", "utf-8")
    done = run("build", "README.md", cwd=folder)
    assert done.returncode == 2
    assert "something else than a site" in done.stderr
    assert (folder / "site" / "mine.txt").read_text("utf-8") == "kept"


def test_without_a_file_and_a_project_the_way_on_is_said(tmp_path: Path) -> None:
    done = run("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert "notesite new README.md" in done.stderr


@pytest.mark.parametrize("address", ["nonsense", ":8000", "127.0.0.1:65536", "127.0.0.1:x", "127.0.0.1:-1"])
def test_an_address_that_is_none_is_refused_before_anything_is_built(folder: Path, address: str) -> None:
    done = run("serve", "README.md", "--dev-addr", address, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not HOST:PORT" in done.stderr


# --- one object, two ways in, and MkDocs' successor

CONFIG = "site_name: T\ntheme: {name: material}\nextra: {notes: {source: notes.md}}\n"


def test_what_mkdocs_ends_with_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/notes.md").write_text("# T\n\nword\n")
    (tmp_path / "mkdocs.yml").write_text(f"{CONFIG}copyright: !mine x\n")
    done = warm.python("-m", "notesite.cli", "build", cwd=tmp_path, env=environment())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("mkdocs.yml:4:12: I_CONFIG error: ")
    own, other = generator.told("docs/a.md:3:2: I_MACHINE error: file too large\nb.md:1:1: N_PATH error: gone")
    assert (other.path, other.code) == ("b.md", "N_PATH")
    assert (own.path, own.span.start, own.code, own.message) == ("docs/a.md", (3, 2), "I_MACHINE", "file too large")


@pytest.mark.parametrize("arguments", [["build"], ["bundle", "--single-file", "a.html"]])
def test_code_that_a_tag_names_ends_in_a_line(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/notes.md").write_text("# T\n\nword\n")
    (tmp_path / "mkdocs.yml").write_text(f"{CONFIG}copyright: !!python/object:os._wrap_close {{}}\n")
    done = warm.python("-m", "notesite.cli", *arguments, cwd=tmp_path, env=environment())
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match(r"mkdocs.yml:1:1: I_CONFIG error: .*RecursionError", done.stderr), done.stderr


@pytest.mark.parametrize("arguments", [["check"], ["links"], ["mirror"], ["export", "out"]])
def test_no_check_runs_code_that_a_tag_names(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "docs/notes.md").write_text("# T\n\nword\n")
    (tmp_path / "mkdocs.yml").write_text(f"{CONFIG}copyright: !!python/object/apply:os.mkdir [ran]\n")
    warm.python("-m", "notesite.cli", *arguments, cwd=tmp_path, env=environment())
    assert not (tmp_path / "ran").exists()
    warm.python("-m", "notesite.cli", "build", cwd=tmp_path, env=environment())  # MkDocs itself does run it
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("generator", ["mkdocs", "properdocs"])
@pytest.mark.parametrize(
    "ways", ["plugins: [search, notesite]", "hooks: [HOOK]", "plugins: [search, notesite]\nhooks: [HOOK]"]
)
def test_hook_and_plugin_give_the_same_site_once(tmp_path: Path, ways: str, generator: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.md").write_text(WRONG + "\n## Two\n\n## Three\n\n## Four\n", "utf-8")
    ways = ways.replace("HOOK", str(ROOT / "hooks" / "notes_site.py"))
    (tmp_path / "mkdocs.yml").write_text(CONFIG + ways + "\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", generator, "build", "-f", str(tmp_path / "mkdocs.yml")],
        cwd=tmp_path,
        env={**environment(), "PYTHONPATH": str(ROOT / "hooks"), "DISABLE_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("S_FLAG") == 1  # a run of both would say it twice
    page = (tmp_path / "site" / "two" / "index.html").read_text("utf-8")
    assert page.count("notes-copy-page") == 1
    assert {"mkdocs": "MkDocs", "properdocs": "ProperDocs"}[generator] in page


def test_what_writes_pages_reports_findings_where_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\n```sh\nkubectl gte pods\n```\n", "utf-8")
    done = run("export", "out", "--notes", "a.md", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert ("a.md", 4, "S_COMMAND") in found(done)
    done = run("build", "a.md", "--report", "junit=a.xml", "--site-dir", "site", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "S_COMMAND" in (tmp_path / "a.xml").read_text("utf-8")
    assert "S_COMMAND" not in done.stdout
    assert (tmp_path / "site" / "index.html").is_file()
