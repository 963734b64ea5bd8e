"""The guide for users is current, builds strictly, and shows only commands and settings that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import warm
import yaml
from site_tools import environment

import document_codes
import document_guide
from notesite.cli import PARTS, VERBS
from notesite.project.settings import read

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs/guide").glob("*.md"))
WRITTEN = {"settings.md", "commands.md", "codes.md"}
BY_HAND = [path for path in PAGES if path.name not in WRITTEN]


def _blocks(path: Path, label: str) -> list[str]:
    return re.findall(rf"^```{label}\n(.*?)^```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("tool", [document_codes, document_guide], ids=lambda tool: str(tool.__name__))
def test_the_reference_is_up_to_date(tool: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"]) == 0, capsys.readouterr().err  # type: ignore[attr-defined]  # a module


def test_a_page_that_is_out_of_date_is_named_and_then_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(document_guide, "GUIDE", tmp_path)
    assert document_guide.main(["--check"]) == 1
    assert "settings.md is out of date" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert document_guide.main([]) == document_guide.main(["--check"]) == 0


def test_every_setting_and_every_option_has_a_meaning() -> None:
    for page in (document_guide.settings_page(), document_guide.commands_page()):
        assert re.findall(r"^\| `.*\|\s*\|$", page, re.MULTILINE) == []
    rows = document_guide.settings_page().splitlines()
    assert "| `max_frames` | whole number | `500` | Of a moving picture |" in rows
    assert any(row.startswith("| `mode` |") and row.endswith("CI is set, else auto. |") for row in rows)


@pytest.mark.parametrize("path", BY_HAND, ids=lambda path: path.stem)
def test_commands_and_settings_that_are_shown_exist(path: Path) -> None:
    commands = {**VERBS, **PARTS}
    assert set(re.findall(r"`notesite (\w+)", path.read_text("utf-8"))) <= set(commands)
    for line in "".join(_blocks(path, "sh")).splitlines():
        words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
        if words[0] == "notesite":
            document_guide.parser_of(words[1], commands[words[1]]).parse_args(words[2:])
    for block in _blocks(path, "yaml"):
        extra = yaml.safe_load(block).get("extra", {})
        assert read(extra.get("notes"))[1] == [], block


def test_the_guide_builds_strictly_and_its_links_lead_somewhere(tmp_path: Path) -> None:
    for command in (
        ["mkdocs", "build", "--strict", "--quiet", "--config-file", "guide.yml", "--site-dir", str(tmp_path)],
        ["notesite.cli", "links", str(tmp_path), "--config", "guide.yml"],
    ):
        done = warm.python("-m", *command, env=environment())
        assert done.returncode == 0, done.stdout + done.stderr
    built = {path.parent.name for path in tmp_path.glob("*/index.html")}
    assert {path.stem for path in PAGES} - {"index"} <= built
