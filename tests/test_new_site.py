"""A stranger's notes file becomes a project of its own that builds strictly with no settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pictures import png

from notesite.cli import common, new_site

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
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"], cwd=made, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    pages = {page.parent.name for page in (made / "site").glob("*/index.html")}
    assert {"first", "second", "third", "unlisted"} <= pages
    assert (made / "site" / "img" / "red.png").is_file()


def test_a_folder_with_something_in_it_is_refused(notes: Path, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine").write_text("kept")
    assert common.guarded(new_site.main, [str(notes), "--output", str(tmp_path / "made")]) == 2
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["mine"]


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
    requirement = new_site._requirement()
    assert expected in requirement
    assert "secret" not in requirement
