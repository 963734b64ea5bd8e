"""The scripts as people run them: exit codes, clear lines, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import warm
from patience import LONGEST, child
from site_tools import AS_GIVEN, NOTES, ROOT, environment

SECTIONS = "\n\n## One\n\n## Two\n\n## Three\n"
CLEAN = "# T" + SECTIONS
WARNING = "# T\n\n## Contents\n- [One](#one)\n- [Two](#two)\n" + SECTIONS
ERROR = "# T\n\n## Contents\n- [One](#one)\n- [Gone](#gone)\n- [Two](#two)\n- [Three](#three)\n" + SECTIONS
MANY_FINDINGS = "# T\n" + "".join(f"[x](#gone-{number}-away)\n\n" for number in range(5000))  # each of its own
CHECK, REPAIR = "check_notes.py", "repair_notes.py"


def run(script: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = warm.python(ROOT / "scripts" / script, *arguments, cwd=cwd, env=environment())
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n", encoding="utf-8")
    (tmp_path / "docs" / "notes.md").write_text(WARNING, encoding="utf-8")
    return tmp_path


def write(project: Path, text: str | bytes) -> Path:
    path = project / "docs" / "notes.md"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# --- check_notes


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (CLEAN, [], 0), (CLEAN, ["--strict"], 0), (WARNING, [], 0), (WARNING, ["--strict"], 1), (ERROR, [], 1),
        (ERROR, ["--strict"], 1), ("", [], 2), (b"\xff\xfea", [], 2), (b"a\x00b", [], 2),
    ],
)  # fmt: skip
def test_exit_codes(project: Path, text: str | bytes, options: list[str], code: int) -> None:
    write(project, text)
    assert run(CHECK, *options, cwd=project).returncode == code


def test_findings_name_their_place(project: Path) -> None:
    write(project, ERROR)
    done = run(CHECK, cwd=project)
    assert done.stdout.startswith('docs/notes.md:5:3: N_ENTRY error: entry "Gone" points to #gone')
    assert "  5 | - [Gone](#gone)\n    |   ^^^^^^^^^^^^^\n" in done.stdout


def test_the_shipped_notes_pass_strictly() -> None:
    done = run(CHECK, "--strict", cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert "1 accepted" in done.stdout


def test_settings_of_sections_that_are_gone_are_named_at_their_key(project: Path) -> None:
    write(project, CLEAN)
    config = project / "mkdocs.yml"
    text = config.read_text("utf-8") + "extra:\n  notes:\n    pages:\n      Onee: {title: First}\n"
    config.write_text(text, "utf-8")
    done = run(CHECK, "--strict", cwd=project)
    line = text.split("\n").index("      Onee: {title: First}") + 1
    assert f"mkdocs.yml:{line}:7: I_CONFIG info: extra.notes.pages: the notes have no section 'Onee'" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("how", ["position", "option"])
def test_any_file_without_any_configuration(tmp_path: Path, how: str) -> None:
    (tmp_path / "mine.md").write_text(ERROR, encoding="utf-8")
    done = run(CHECK, *(["mine.md"] if how == "position" else ["--notes", "mine.md"]), cwd=tmp_path)
    assert done.returncode == 1
    assert "mine.md:5:3: N_ENTRY" in done.stdout


def test_reports_in_several_formats_at_once(project: Path) -> None:
    write(project, ERROR)
    done = run(CHECK, "--format", "json", "--report", "text=out/r.txt", "--report", "json=r.json", cwd=project)
    found = json.loads(done.stdout)
    assert [d["code"] for d in found["diagnostics"]] == ["N_ENTRY"]
    assert json.loads((project / "r.json").read_text(encoding="utf-8")) == found
    assert "N_ENTRY" in (project / "out" / "r.txt").read_text(encoding="utf-8")


def test_quiet_says_nothing_when_nothing_is_found(project: Path) -> None:
    write(project, CLEAN)
    assert run(CHECK, "--quiet", cwd=project).stdout == ""
    write(project, ERROR)
    assert "N_ENTRY" in run(CHECK, "--quiet", cwd=project).stdout


def test_a_baseline_is_written_survives_edits_and_shrinks(project: Path) -> None:
    write(project, ERROR)
    assert run(CHECK, "--write-baseline", cwd=project).returncode == 0
    baseline = project / "notes-baseline.json"
    assert "N_ENTRY" in baseline.read_text(encoding="utf-8")
    write(project, "intro\n\n" + ERROR)
    done = run(CHECK, "--strict", cwd=project)
    assert (done.returncode, "1 accepted" in done.stdout) == (0, True)
    write(project, CLEAN)
    assert "I_BASELINE" in run(CHECK, "--strict", cwd=project).stdout
    assert run(CHECK, "--write-baseline", cwd=project).returncode == 0
    assert json.loads(baseline.read_text(encoding="utf-8"))["accepted"] == []


def test_the_baseline_of_the_notes_is_not_that_of_another_file(project: Path) -> None:
    write(project, ERROR)
    assert run(CHECK, "--write-baseline", cwd=project).returncode == 0
    (project / "other.md").write_text(CLEAN, encoding="utf-8")
    assert "I_BASELINE" not in run(CHECK, "other.md", cwd=project).stdout
    assert "I_BASELINE" in run(CHECK, "other.md", "--baseline", "notes-baseline.json", cwd=project).stdout


def test_repairs_are_reported_in_columns_of_the_file(tmp_path: Path) -> None:
    done = run(CHECK, AS_GIVEN, "--format", "json", cwd=tmp_path)
    found = json.loads(done.stdout)["diagnostics"]
    lines = AS_GIVEN.read_text(encoding="utf-8").split("\n")
    repairs = [d for d in found if d["code"] == "N_MOJIBAKE"]
    assert len(repairs) == 25
    for d in repairs:
        assert repr(lines[d["line"] - 1][d["column"] - 1 : d["end_column"] - 1]) in d["message"]


# --- What cannot be read


@pytest.mark.parametrize("script", [CHECK, REPAIR])
@pytest.mark.parametrize(
    ("name", "words"), [("missing.md", "no such file"), ("folder", "directory"), ("loop.md", "N_PATH")]
)
def test_a_file_that_cannot_be_read(tmp_path: Path, script: str, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop.md").symlink_to("loop.md")
    done = run(script, name, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert name in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_a_file_without_rights(tmp_path: Path) -> None:
    path = tmp_path / "secret.md"
    path.write_text(CLEAN, encoding="utf-8")
    path.chmod(0)
    done = run(CHECK, path, cwd=tmp_path)
    # The super user may read everything.
    assert (done.returncode, "permission denied" in done.stderr) == ((0, False) if os.geteuid() == 0 else (2, True))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("site_name: [", "mkdocs.yml:"),
        ("\t", "mkdocs.yml:"),
        ("extra: {notes: {sorce: x}}", "did you mean 'source'?"),
        ("extra: {notes: {source: 3}}", "mkdocs.yml:1:25"),
        (None, "cannot read"),
    ],
)
def test_a_broken_configuration(project: Path, config: str | None, words: str) -> None:
    path = project / "mkdocs.yml"
    path.unlink() if config is None else path.write_text(config, encoding="utf-8")
    done = run(CHECK, cwd=project)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 9}', "\x00", "[" * 100_000])
def test_a_damaged_baseline(project: Path, text: str) -> None:
    (project / "notes-baseline.json").write_text(text, encoding="utf-8")
    done = run(CHECK, cwd=project)
    assert done.returncode == 2
    assert "notes-baseline.json" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--nope"], ["--format", "nope"], ["--report", "json"], ["--report", "=x"], ["--strict=1"]]
)
def test_wrong_usage(project: Path, arguments: list[str]) -> None:
    done = run(CHECK, *arguments, cwd=project)
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.parametrize("script", [CHECK, REPAIR])
def test_help_shows_examples(tmp_path: Path, script: str) -> None:
    done = run(script, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"scripts/{script}" in done.stdout


def test_a_reader_that_goes_away_is_no_error_to_shout_about(project: Path) -> None:
    write(project, MANY_FINDINGS)
    process = subprocess.Popen(
        [sys.executable, ROOT / "scripts" / CHECK],
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr
    with process.stderr:
        assert "Traceback" not in process.stderr.read()
    assert process.wait(timeout=LONGEST) in {1, 2}


def test_ctrl_c_is_one_word(project: Path) -> None:
    write(project, MANY_FINDINGS)
    command, pipe = [sys.executable, ROOT / "scripts" / CHECK], subprocess.PIPE
    with child(command, cwd=project, env=environment(), stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        process.stdout.readline()  # the rest is more than a pipe holds, so the script waits for its reader
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=LONGEST)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert said.strip()


# --- repair_notes


def test_a_repair_is_shown_first_and_then_written(tmp_path: Path) -> None:
    path = tmp_path / "n.md"
    path.write_bytes(AS_GIVEN.read_bytes())
    shown = run(REPAIR, "n.md", cwd=tmp_path)
    assert (shown.returncode, shown.stdout.splitlines()[-1]) == (1, "25 repairs")
    assert path.read_bytes() == AS_GIVEN.read_bytes()
    written = run(REPAIR, "n.md", "--write", cwd=tmp_path)
    assert (written.returncode, written.stdout.splitlines()[-1]) == (0, "25 repairs written")
    assert path.read_bytes() == NOTES.read_bytes()
    assert run(REPAIR, "n.md", cwd=tmp_path).returncode == 0


def test_a_repair_keeps_everything_else_of_the_file(tmp_path: Path) -> None:
    wrong = "✅".encode().decode("mac_roman")
    path = tmp_path / "n.md"
    path.write_bytes(b"\xef\xbb\xbf" + f"# a\r\n{wrong} b\r\n\r\nend".encode())
    assert run(REPAIR, "n.md", "--write", cwd=tmp_path).returncode == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + "# a\r\n✅ b\r\n\r\nend".encode()
