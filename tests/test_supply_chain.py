"""What the site is made with: named in a standard form, pinned by hash, with the licences of what lies in the package."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from site_tools import environment

ROOT = Path(__file__).parent.parent
PINS = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s;]+)(?: ; [^\\]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)
# Folders with what others have written, and the file that says whose it is.
VENDORED = {
    "snippets/kubernetes/schema/data": "NOTICE",
    "snippets/shell/grammar/data": "NOTICE",
    "assets/vendor/iframe-worker": "SOURCE.txt",
    "render/data": "NOTICE",
}


@pytest.mark.promise("Every package is pinned by its hash.")
@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_by_hash(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    packages = re.findall(r"^[A-Za-z0-9]\S*", text, re.MULTILINE)
    assert len(packages) > 10
    assert [f"{name}=={version}" for name, version, _ in PINS.findall(text)] == packages


@pytest.mark.promise("The parts of a site are listed in a standard form.")
def test_the_list_of_parts_names_every_pinned_package(tmp_path: Path) -> None:
    program = Path(sysconfig.get_path("scripts")) / "cyclonedx-py"
    recipe = re.search(r"\$\(BIN\)/cyclonedx-py (.*) -o (\S+) (\S+)", (ROOT / "Makefile").read_text("utf-8"))
    assert recipe is not None
    lists = []
    for number in "12":
        target = tmp_path / number
        command = [str(program), *recipe[1].split(), "-o", str(target), recipe[3]]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        lists.append(target.read_bytes())
    assert lists[0] == lists[1]
    found = {(part["name"].lower(), part["version"]) for part in json.loads(lists[0])["components"]}
    pinned = {
        (name.lower(), version) for name, version, _ in PINS.findall((ROOT / "requirements.txt").read_text("utf-8"))
    }
    assert found == pinned


@pytest.mark.promise("What others have written has its licence beside it.")
@pytest.mark.parametrize(("folder", "notice"), VENDORED.items())
def test_what_others_have_written_has_its_licence_beside_it(folder: str, notice: str) -> None:
    path = ROOT / "hooks/notesite" / folder
    text = (path / notice).read_text("utf-8")
    others = [
        file.name for file in path.iterdir() if file.suffix in {".gz", ".js", ".tsv"} or file.name == "time_zones.txt"
    ]
    assert others
    assert [name for name in others if name not in text] == []
    assert re.search(r"Apache|MIT|public domain", text)
    named = re.findall(r"(?<![\w/.-])[\w.-]+\.(?:json\.gz|json|tsv)(?!\w)", text)
    assert [name for name in named if not (path / name).exists()] == []


def test_no_other_folder_holds_packed_data() -> None:
    packed = {path.parent for path in (ROOT / "hooks").rglob("*.gz")} | {
        path.parent for path in (ROOT / "hooks").rglob("*.min.js")
    }
    assert packed <= {ROOT / "hooks/notesite" / folder for folder in VENDORED}


@pytest.mark.slow
def test_the_page_of_promises_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "tools/promises.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
