"""The ledger of addresses: what was published once still leads to the section that it meant, or is named."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import warm
from site_tools import ROOT

from notesite.build import Build
from notesite.cli import new_site
from notesite.diagnostics.diagnostic import NotesError
from notesite.notes.joined import parse_source
from notesite.notes.reader import parse
from notesite.notes.source import Part, Source, joined
from notesite.plugin.finish import keep_addresses
from notesite.project.config import open_project
from notesite.project.settings import Settings
from notesite.site.ledger import LEDGER, hold, ledger_text, read_ledger
from notesite.site.plan import Meaning, Site, plan


def words(name: str) -> str:
    return f"All that is known of {name}, told in so many words that nobody takes it for another. " * 12


def section(name: str, *below: str) -> str:
    return f"## {name}\n\n{words(name)}\n\n" + "".join(f"### {title}\n\n{title} of {name}.\n\n" for title in below)


SAW, HAMMER, DRILL, PLANE = (section(name, "Examples") for name in ("Saw", "Hammer", "Drill", "Plane"))
OLD = f"# Tools\n\n{SAW}{HAMMER}{DRILL}{PLANE}"


def later(old: str, new: str, **settings: Any) -> Site:
    """The site of the new notes, for which the ledger of the old ones is kept."""
    first = parse(old)
    ledger = hold(first, plan(first, Settings())).addresses
    notes = parse(new)
    return hold(notes, plan(notes, Settings(**settings)), read_ledger(ledger_text(ledger)))


def lands(site: Site, address: str) -> str:
    """The page and anchor that an old address leads to, as a browser follows redirects and tables."""
    slug, _, anchor = address.partition("#")
    page = next((page for page in site.pages if page.slug == slug.strip("/")), None)
    if page is None:
        uri, _, top = site.redirects[slug.strip("/")].partition("#")
        page, anchor = next(page for page in site.pages if page.uri == uri), anchor or top
    place = site.anchors.get(anchor)
    if anchor and not (place and place.page is page):
        place = site.moved.get(page.uri, {}).get(anchor) or (place if page.is_home else None)
        return f"{place.page.slug}#{place.id}" if place else page.slug
    return f"{page.slug}#{anchor}" if anchor else page.slug


def test_unchanged_notes_need_nothing() -> None:
    site = later(OLD, OLD)
    assert (site.findings, site.redirects, site.moved) == ((), {}, {})
    assert {"hammer/", "hammer/#examples-1", "#examples-1", "#tools"} <= site.addresses.keys()


def test_a_renamed_section_is_forwarded() -> None:
    site = later(OLD, OLD.replace("## Hammer", "## Mallets and hammers"))
    assert not site.findings
    assert lands(site, "hammer/") == "mallets-and-hammers"
    assert lands(site, "hammer/#hammer") == lands(site, "#hammer") == "mallets-and-hammers#mallets-and-hammers"
    assert lands(site, "hammer/#examples-1") == "mallets-and-hammers#examples-1"


def test_an_anchor_that_moves_to_another_section_is_held() -> None:
    site = later(OLD, f"# Tools\n\n{SAW}{DRILL}{HAMMER}{PLANE}")
    assert not site.findings
    for old, new in (("#examples-1", "hammer#examples-2"), ("#examples-2", "drill#examples-1")):
        assert lands(site, old) == new
        assert lands(site, f"{new.partition('#')[0]}/{old}") == new
    assert site.addresses["#examples-1"] == site.addresses["hammer/#examples-2"]


def test_what_is_held_stays_held_over_more_changes() -> None:
    old = f"# Tools\n\n{SAW}{DRILL}{HAMMER}{PLANE}"
    ledger = later(OLD, old).addresses
    notes = parse(old.replace("Examples of Hammer", "Better examples of Hammer"))
    site = hold(notes, plan(notes, Settings()), ledger)
    assert not site.findings
    assert lands(site, "#examples-1") == "hammer#examples-2"


def test_a_section_that_becomes_part_of_another_page_is_found() -> None:
    site = later(
        OLD,
        OLD.replace("## Hammer", "### Hammer").replace(
            "### Examples\n\nExamples of Hammer", "#### Examples\n\nExamples of Hammer"
        ),
    )
    assert not site.findings
    assert lands(site, "hammer/") == lands(site, "hammer/#hammer") == "saw#hammer"


@pytest.mark.parametrize("edited", [OLD.replace("told", "said"), OLD.replace("# Tools", "# My tools", 1)])
def test_edited_text_and_a_new_title_change_no_address(edited: str) -> None:
    site = later(OLD, edited)
    assert not site.findings
    assert not site.redirects


def test_what_is_gone_is_named_with_the_line_that_mends_it() -> None:
    new = f"# Tools\n\n{SAW}{DRILL}{PLANE}{section('Rasp')}"
    (found,) = later(OLD, new).findings
    assert (found.code, found.path) == ("L_ADDRESS", "notes-addresses.json")
    assert found.message == "the address hammer/ is gone, and with it #examples-1, #hammer"
    assert '`"hammer": PAGE` under extra.notes.redirects' in found.help
    mended = later(OLD, new, redirects={"hammer": "rasp"})
    assert not mended.findings
    assert [lands(mended, old) for old in ("hammer/", "hammer/#hammer", "#hammer")] == ["rasp", "rasp#", "rasp#"]


def test_a_gone_anchor_can_be_led_on_by_the_settings() -> None:
    old = OLD.replace("### Examples\n\nExamples of Saw.", "### Teeth\n\nTeeth of Saw.")
    new = old.replace("### Teeth\n\nTeeth of Saw.\n\n", "")
    (found,) = later(old, new).findings
    assert found.message == "the address #teeth is gone"
    site = later(old, new, redirects={"#teeth": "saw"})
    assert not site.findings
    assert lands(site, "saw/#teeth") == lands(site, "#teeth") == "saw#"


def test_two_meanings_of_one_anchor_on_one_page_are_reported() -> None:
    one, two = (
        "## A\n\nText of a.\n\n### Notes\n\nNotes of a.\n\n",
        "## B\n\nText of b.\n\n### Notes\n\nNotes of b.\n\n",
    )
    found = later(f"# T\n\n{one}{two}", f"# T\n\n{two}{one}").findings
    told = {f.message for f in found if f.code == "L_ADDRESS"}
    assert told == {
        'the address #notes now means another section than "A > Notes"',
        'the address #notes-1 now means another section than "B > Notes"',
    }


def test_a_lost_address_stays_in_the_ledger() -> None:
    site = later(OLD, f"# Tools\n\n{SAW}{DRILL}{PLANE}")
    assert {"hammer/", "hammer/#hammer", "#hammer"} <= site.addresses.keys()


@pytest.mark.parametrize("text", ["[]", "{", '{"a/": "b"}', '{"a/": ["b"]}', '{"a/": [1, 2]}'])
def test_a_damaged_ledger_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_ledger(text)


def test_a_build_leads_old_addresses_on_and_adds_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, ledger = tmp_path / "made", tmp_path / "made/notes-addresses.json"
    (tmp_path / "notes.md").write_text(OLD, "utf-8")
    assert new_site.main([str(tmp_path / "notes.md"), "--output", str(made)]) == 0
    before = ledger.read_text("utf-8")
    (made / "docs/notes.md").write_text(f"# Tools\n\n{SAW}{DRILL}{HAMMER}{PLANE}", "utf-8")
    for name, is_kept in (("1", True), ("", False)):
        monkeypatch.setenv("CI", name)
        done = warm.python("-m", "mkdocs", "build", "--strict", cwd=made)
        assert done.returncode == 0, done.stderr
        assert (ledger.read_text("utf-8") == before) is is_kept
    assert read_ledger(before).keys() < read_ledger(ledger.read_text("utf-8")).keys()
    assert '{"examples-1": "./#examples-2"}' in (made / "site/hammer/index.html").read_text("utf-8")
    ledger.write_text("{", "utf-8")
    with pytest.raises(NotesError, match="damaged ledger"):
        _ = Build(open_project(made / "mkdocs.yml")).site


# --- A history


def hub(*names: str) -> str:
    return "# Tools\n\n## Table of contents\n\n" + "".join(f"- [{name}](files/{name.lower()}.md)\n" for name in names)


def own_file(name: str, *below: str) -> str:
    return section(name, *below).replace("## ", "# ", 1).replace("### ", "## ")


CHISEL = section("Chisel", "Examples", "Care")
SPLIT = {
    "README.md": hub("Saw", "Hammer", "Plane", "Chisel"),
    "files/saw.md": own_file("Saw", "Examples"),
    "files/hammer.md": own_file("Hammer", "Examples"),
    "files/plane.md": own_file("Plane", "Examples"),
    "files/chisel.md": own_file("Chisel", "Examples", "Care"),
}
HISTORY = (
    {"README.md": OLD},
    {"README.md": f"{OLD}{CHISEL}"},  # a section more
    {"README.md": f"# Tools\n\n{SAW}{DRILL}{HAMMER}{PLANE}{CHISEL}"},  # moved, so that `#examples-1` is another
    {"README.md": f"# Tools\n\n{SAW}{HAMMER}{PLANE}{CHISEL}"},  # the drill is gone
    {"README.md": f"# Tools\n\n{SAW}{HAMMER.replace('## Hammer', '## Mallet', 1)}{PLANE}{CHISEL}"},  # renamed
    SPLIT,  # a hub, with the hammer's old name
    {**SPLIT, "files/saw.md": own_file("Saw", "Examples").replace("# Saw", "# Saws", 1)},
    {name: text.replace("saw.md", "saws.md") for name, text in SPLIT.items() if "plane" not in name.lower()},
)


def site_of(files: dict[str, str], ledger: Mapping[str, Meaning]) -> Site:
    parts = [(Part(name, name), Source(text.split("\n"))) for name, text in files.items()]
    notes = parse_source(joined(parts)) if len(parts) > 1 else parse(files["README.md"])
    return hold(notes, plan(notes, Settings()), ledger)


def test_every_address_of_a_history_lands_or_is_reported() -> None:
    ledger: Mapping[str, Meaning] = {}
    published: dict[str, str] = {}  # address -> the section that it stood in when it was new
    one = {"Mallet": "Hammer", "Saws": "Saw"}  # other names of a section
    reported: set[str] = set()
    for number, files in enumerate(HISTORY):
        site = site_of(files, ledger)
        told = " ".join(found.message for found in site.findings if found.code == "L_ADDRESS")
        for address, meant in published.items():
            name = address.rpartition("#")[2].strip("/")
            if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", told):
                reported.add(address)
                continue
            slug = lands(site, address).partition("#")[0]  # which fails where nothing is
            page = next(page for page in site.pages if page.slug == slug)
            if not page.is_home:
                assert one.get(page.title, page.title) == one.get(meant, meant), (number, address)
        assert not [address for address in site.addresses if address.count("#") > 1]
        ledger = read_ledger(ledger_text(site.addresses))
        for address, meaning in site.addresses.items():
            published.setdefault(address, meaning.trail.partition(" > ")[0])
    assert {"drill/", "plane/"} <= reported
    assert {
        "saw/",
        "saws/",
        "hammer/",
        "mallet/",
        "chisel/#care",
        "#care",
    } <= published.keys() - reported


@pytest.mark.promise("What was published is not forgotten when the disk is full or the build is killed.")
def test_the_old_ledger_stays_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / LEDGER).write_text("the old one")
    new = SimpleNamespace(addresses={"saw/": Meaning("0", "Saw")})
    build = SimpleNamespace(ledger={}, site=new, project=SimpleNamespace(root=tmp_path))
    run: Any = SimpleNamespace(build=build)
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", lambda _: os.write(os.open("/dev/full", os.O_WRONLY), b"x"))
        keep_addresses(run)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {LEDGER: "the old one"}
    keep_addresses(run)
    assert read_ledger((tmp_path / LEDGER).read_text()) == new.addresses


def test_the_ledger_of_the_project_is_whole() -> None:
    """`make check` holds it: what is published now is in it, and nothing that was is lost."""
    build = Build(open_project(ROOT / "mkdocs.yml"))
    assert build.ledger
    assert build.site.addresses == build.ledger
    assert not [found for found in build.site.findings if found.code == "L_ADDRESS"]
