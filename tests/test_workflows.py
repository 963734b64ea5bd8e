"""CI files for users: valid for their schemas, safe, and about things that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from notesite import VERSION
from notesite.cli import PARTS, VERBS

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
WORKFLOWS = [*sorted((ROOT / ".github/workflows").glob("*.yml")), ROOT / "hooks/notesite/cli/data/site.yml"]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


def _run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.dependabot", [ROOT / ".github/dependabot.yml"]),
        ("vendor.github-actions", [ROOT / "action.yml"]),
        ("vendor.gitlab-ci", ["--data-transform", "gitlab-ci", ROOT / ".gitlab-ci.yml"]),
    ],
)
def test_ci_files_are_valid(schema: str, files: list[str | Path]) -> None:
    done = _run(SCRIPTS / "check-jsonschema", "--builtin-schema", schema, *files)
    assert done.returncode == 0, done.stdout


def test_the_manifest_of_hooks_is_valid() -> None:
    done = _run(SCRIPTS / "pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout


def test_workflows_have_no_known_weakness() -> None:
    done = _run(
        SCRIPTS / "zizmor", "--offline", "--persona", "auditor", "--no-progress", ".github", "action.yml", WORKFLOWS[-1]
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_and_permissions_are_least(path: Path) -> None:
    text = path.read_text("utf-8")
    workflow: dict[Any, Any] = yaml.safe_load(text)
    used = re.findall(r"uses: *(.*)", text)
    assert used
    assert all(re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*", line) for line in used)
    assert workflow["permissions"] == {"contents": "read"}
    # PyYAML reads the key `on` as True.
    assert "pull_request_target" not in workflow[True]


def test_ci_runs_commands_and_tasks_that_exist() -> None:
    texts = [path.read_text("utf-8") for path in (*WORKFLOWS, ROOT / ".gitlab-ci.yml")]
    verbs = {name for text in texts for name in re.findall(r"bin/notesite (\w+)|- run: notesite (\w+)", text)}
    tasks = {name for text in texts for name in re.findall(r"\bmake ([a-z]+)$", text, re.MULTILINE)}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {word for pair in verbs for word in pair if word} <= {*VERBS, *PARTS}
    assert [task for task in tasks if not re.search(rf"^{task}:", makefile, re.MULTILINE)] == []
    assert verbs
    assert tasks


def test_the_package_for_pre_commit_is_complete() -> None:
    # Folders without __init__.py would be left out without a word.
    folders = {path.parent for path in (ROOT / "hooks/notesite").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
    outside_data = [
        path
        for path in (ROOT / "hooks/notesite").rglob("*")
        if path.is_file() and path.suffix != ".py" and not {"data", "theme", "assets", "__pycache__"} & set(path.parts)
    ]
    assert outside_data == []
    assert {hook["entry"].split()[0] for hook in HOOKS} == {"notesite"}
    assert {hook["entry"].split()[1] for hook in HOOKS} <= {*VERBS, *PARTS}
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """This repository as others would clone it, and its commit; work that is not committed is in it."""
    root = tmp_path_factory.mktemp("published")
    listed = _run(
        "git", "ls-files", "--cached", "--others", "--exclude-standard", "hooks", "scripts", ".pre-commit-hooks.yaml"
    )
    for name in [*listed.stdout.splitlines(), "pyproject.toml", "requirements.in"]:
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
    return root, _commit(root)


def _commit(root: Path) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "all")):
        done = _run("git", *command, cwd=root)
        assert done.returncode == 0, done.stderr
    return _run("git", "rev-parse", "HEAD", cwd=root).stdout.strip()


@pytest.mark.slow
def test_hooks_run_under_pre_commit_in_a_repository_of_other_notes(
    published: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    source, revision = published
    ids = [hook["id"] for hook in HOOKS]
    hooks = "".join(f"      - id: {name}\n" for name in ids)
    config = f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n{hooks}"
    (scratch / ".pre-commit-config.yaml").write_text(config, "utf-8")
    (scratch / "mkdocs.yml").write_text("docs_dir: .\nextra: {notes: {source: README.md}}\n", "utf-8")
    good = "# Tools\n\n- [Saw](#saw)\n- [Axe](#axe)\n- [Nail](#nail)\n\n## Saw\n\nSharp.\n\n## Axe\n\nHeavy.\n\n## Nail\n\nSmall.\n"
    (scratch / "README.md").write_text(good, "utf-8")
    _commit(scratch)
    done = _run(SCRIPTS / "pre-commit", "run", "--all-files", cwd=scratch)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == len(ids), done.stdout
    (scratch / "README.md").write_text(good.replace("(#axe)", "(#hammer)").replace("[Axe]", "[Hammer]"), "utf-8")
    done = _run(SCRIPTS / "pre-commit", "run", "notes-check", "--all-files", cwd=scratch)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "README.md:4:" in done.stdout
    assert "N_ENTRY" in done.stdout
    assert "Traceback" not in done.stdout
