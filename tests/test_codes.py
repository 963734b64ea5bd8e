"""Every code has a wrong and a right example, which the page of codes shows; each is held against its check."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import warm
from link_server import LinkServer
from site_tools import environment
from test_links_external import _run, _told, _uses

from cases_io import CASES, read_cases
from notesite.cli import common
from notesite.cli import run as notesite
from notesite.diagnostics.diagnostic import CODES
from notesite.links import internal
from notesite.notes.reader import parse
from notesite.output.bundle.offline_site import offline_site
from notesite.snippets.kubernetes import judge
from notesite.snippets.yaml.check_yaml import check

FOLDERS = ("notes", "snippets", "commands", "images", "links", "bundle")
EXAMPLES = {case.title: (folder, *case[1:]) for folder in FOLDERS for case in read_cases(f"{folder}/examples.txt")}
# What no text shows, and which tests show it instead.
TOO_LONG = "as long as its limit; tests/test_snippets_yaml.py"
WITHOUT = {
    "I_BASELINE": "a file of the check's own; tests/test_suppress.py",
    "I_HISTORY": "a clone without its history; tests/test_same_bytes.py",
    "I_MACHINE": "a disk that is full; tests/test_faults.py",
    **dict.fromkeys(("Y_DEPTH", "Y_DOCS", "Y_NODES", "Y_NUMBER", "Y_SIZE"), TOO_LONG),
    "Y_CHAR": "a character that no page can show; tests/test_snippets_yaml.py",
    **dict.fromkeys(("E_BUSY", "E_IO"), "another process, a folder that is locked; tests/test_image_store.py"),
    **dict.fromkeys(("E_HASH", "E_LOCK", "E_MIRROR", "E_ORPHAN"), "the lock file of a mirror; tests/test_gallery.py"),
    "E_CHECK": "an error of the program itself; tests/test_gallery.py",
    "E_CODEC": "an installation that lacks a part; tests/test_images.py",
    "E_DOWNGRADE": "a host with TLS that leads to one without; tests/test_mirror_faults.py",
    "E_PROXY": "a proxy; tests/test_net.py",
    "L_ADDRESS": "two versions of the notes; tests/test_ledger.py",
    "L_DYING": "what earlier runs remember; tests/test_links_external.py",
    "B_PDF": "a machine without a browser; tests/test_bundle_script.py",
}
SHOWN = re.compile(r"⟨(?:U\+([0-9A-F]{4})|byte ([0-9A-F]{2}))⟩")
FOUND = re.compile(r"^\S+: ([A-Z]_[A-Z0-9_]+) (\w+): ", re.MULTILINE)
Found = set[tuple[str, str]]  # codes and severities


def files_of(text: str, first: str) -> dict[str, bytes]:
    """The files of an example: `==> NAME <==` begins one, what stands before is `first`; `NAME -> TARGET` is a link."""
    parts = re.split(
        r"^==> (.+) <==\n", f"==> {first} <==\n{text}" if not text.startswith("==> ") else text, flags=re.MULTILINE
    )
    named = zip(parts[1::2], parts[2::2], strict=True)
    return {
        name: SHOWN.sub(lambda m: chr(int(m[1] or f"DC{m[2]}", 16)), body).encode(errors="surrogateescape")
        for name, body in named
    }


def of_notes(text: str, folder: Path, said: Callable[[], str]) -> Found:
    """What a check of a project says; a link in it is looked at by a build."""
    files = {"mkdocs.yml": b"site_name: Tools\n", "docs/saw.svg": b"<svg/>", **files_of(text, "docs/notes.md")}
    for name, data in files.items():
        path, _, target = name.partition(" -> ")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if target:
            (folder / path).symlink_to(target)
        else:
            (folder / path).write_bytes(data)
    if any(" -> " in name for name in files):
        return of_build(folder)
    common.guarded(notesite, ["check"])
    return set(FOUND.findall(said()))


def of_build(folder: Path) -> Found:
    """What a build says."""
    hook = warm.ROOT / "hooks/notes_site.py"
    (folder / "mkdocs.yml").write_text(f"site_name: Tools\ntheme: material\nhooks: [{hook}]\n")
    told = warm.python("-m", "mkdocs", "build", cwd=folder, env=environment()).stderr
    return {(code, CODES[code].severity) for code in re.findall(r": ([A-Z]_[A-Z0-9_]+) ", told)}


def of_images(text: str, folder: Path, said: Callable[[], str]) -> Found:
    """What a mirror says that may ask nobody; or what the table of faults says about an answer."""
    if text.startswith("when a host answers: "):
        rows = csv.DictReader(
            (CASES / "images/faults.tsv").read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
        )
        (code,) = (row["expected"] for row in rows if row["fault"] == text.strip().partition(": ")[2])
        return set() if code == "ok" else {(code, CODES[code].severity)}  # tests/test_mirror_faults.py makes it so
    of_notes("==> docs/notes.md <==\n# Tools\n\n" + text, folder, said)
    common.guarded(notesite, ["mirror", "--frozen"])
    return set(FOUND.findall(said())) or of_build(folder)


def of_links(text: str, code: str) -> Found:
    """What the checks of links say about a site of a few pages, or about an address of another site."""
    if text.startswith("["):
        (link,) = parse(text).links
        with LinkServer() as server:
            told = _told(_run(_uses(link.target.replace("https://other.example", server.url))).report)
        return {(found, CODES[found].severity) for found in told.values()}
    files = files_of(text, "index.html")
    site = internal.BuiltSite(files.keys(), files.__getitem__, "", "site", bundle=code in {"L_SERVER", "L_NETWORK"})
    found = internal.check(site).report.diagnostics
    return {(one.code, one.severity) for one in found}


def of_snippets(text: str) -> Found:
    """What the check of YAML says; the first line may name another label than `yaml`."""
    label = "yaml"
    if text.startswith("label: "):
        first, _, text = text.partition("\n")
        label = first.removeprefix("label: ")
    notes = parse(f"```{label}\n{text}```\n")
    _, report = check(notes.fences, judge=judge, lines=notes.lines)
    return {(one.code, one.severity) for one in report.diagnostics}


@pytest.mark.parametrize("code", [name for name, example in EXAMPLES.items() if example[0] != "commands"])
@pytest.mark.parametrize("number", [1, 2], ids=["wrong", "right"])
def test_the_wrong_example_gets_the_code_and_the_right_one_does_not(
    code: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, text = EXAMPLES[code][0], EXAMPLES[code][number]

    def said() -> str:
        return "".join(capsys.readouterr())

    if folder == "notes":
        found = of_notes(text, tmp_path, said)
    elif folder == "images":
        found = of_images(text, tmp_path, said)
    elif folder == "links":
        found = of_links(text, code)
    elif folder == "snippets":
        found = of_snippets(text)
    else:
        found = {(one.code, one.severity) for one in offline_site(files_of(text, "index.html"))[1]}
    assert (code in dict(found)) is (number == 1), found


def test_every_code_has_an_example_or_a_reason_and_no_example_is_of_a_code_that_is_gone() -> None:
    assert {*EXAMPLES} | {*WITHOUT} == {*CODES}
    assert {*EXAMPLES} & {*WITHOUT} == set()
    assert all((warm.ROOT / reason.split("; ")[1]).is_file() for reason in WITHOUT.values())
    assert all(code in (warm.ROOT / reason.split("; ")[1]).read_text("utf-8") for code, reason in WITHOUT.items())
