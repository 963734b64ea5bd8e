"""Notes in several files: a README that lists them, a list, a folder; each file keeps its places, anchors and footnotes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import png
from site_tools import Site, build, write_project

from cases_io import CASES
from notesite.build import Build
from notesite.cli import check, check_links, common, new_site
from notesite.diagnostics.diagnostic import NotesError, told_once
from notesite.notes.joined import leads, parse_source
from notesite.notes.model import Origin
from notesite.notes.reader import parse
from notesite.notes.source import Part, Source, joined, read
from notesite.project.config import Project, open_project
from notesite.project.settings import Settings
from notesite.site.plan import plan

HUBS = CASES / "files"


def whole(**files: str) -> Source:
    return joined([(Part(f"{name}.md", f"docs/{name}.md"), Source(text.split("\n"))) for name, text in files.items()])


def project(folder: Path, source: str, **files: str) -> Project:
    notes = {f"{name.replace('__', '/')}.md": text for name, text in files.items()}
    write_project(folder, "", extra=f"extra: {{notes: {{source: {source}}}}}\n", files=notes)
    (folder / "docs" / "notes.md").unlink()
    return open_project(folder / "mkdocs.yml")


def names(found: Project) -> list[str]:
    return [path.relative_to(found.docs_dir).as_posix() for path in found.files]


@pytest.mark.parametrize("case", sorted(path.name for path in HUBS.iterdir()))
def test_which_files_a_readme_brings(case: str, tmp_path: Path) -> None:
    shutil.copytree(HUBS / case, tmp_path / "notes")
    wanted = json.loads((tmp_path / "notes" / "expect.json").read_text("utf-8"))["files"]
    found = common.with_files([tmp_path / "notes" / "README.md"])
    assert [path.relative_to(tmp_path / "notes").as_posix() for path in found.others] == wanted


def test_addresses_at_the_code_host_list_files_of_the_same_repository(tmp_path: Path) -> None:
    hub = "# T\n\n- [B](https://github.com/me/kit/blob/master/sub/b.md)\n- [A](/a.md)\n"
    other = "- [C](https://github.com/me/other/blob/master/c.md)\n"
    extra = "extra: {notes: {source: README.md, origin: https://github.com/me/kit/blob/main/README.md}}\n"
    write_project(
        tmp_path, "", extra=extra, files={"README.md": hub, "a.md": "# A\n", "sub/b.md": "# B\n", "c.md": "# C\n"}
    )
    assert names(open_project(tmp_path / "mkdocs.yml")) == ["README.md", "sub/b.md", "a.md"]
    (tmp_path / "docs" / "README.md").write_text(hub.replace("/me/kit/", "/me/other/") + other, "utf-8")
    assert names(open_project(tmp_path / "mkdocs.yml")) == ["README.md"]


def test_a_folder_begins_with_its_readme_and_follows_its_links(tmp_path: Path) -> None:
    other = {"a": "# A\n", "a10": "# A10\n", "a9": "# A9\n", "z": "# Z\n", "LICENSE": "x\n", "README.de": "# D\n"}
    found = project(tmp_path, '"."', README="# T\n\nSee [the last](z.md) first.\n", sub__b="# B\n", **other)
    assert names(found) == ["README.md", "z.md", "a.md", "a9.md", "a10.md", "sub/b.md"]
    assert found.has_start


def test_a_pattern_and_a_list(tmp_path: Path) -> None:
    found = project(tmp_path, '["two.md", "part/*.md"]', two="# Two\n", part__b="# B\n", part__a="# A\n", one="# 1\n")
    assert names(found) == ["two.md", "part/a.md", "part/b.md"]
    assert not found.has_start
    site = Build(found).site
    assert [page.title for page in site.pages] == ["Test Notes", "Two", "A", "B"]


def test_a_pattern_that_names_nothing_is_reported_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(NotesError) as caught:
        project(tmp_path, '[a.md, "x/*.md"]', a="# A\n")
    (said,) = caught.value.diagnostics
    config = (tmp_path / "mkdocs.yml").read_text("utf-8").split("\n")
    assert said.code == "I_CONFIG"
    assert said.path == "mkdocs.yml"
    assert "x/*.md" in said.message
    assert config[said.span.start.line - 1][said.span.start.column - 1 :].startswith('"x/*.md"')


def test_a_file_outside_the_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n", "utf-8")
    hub = "# T\n\n- [A](a.md)\n- [B](b.md)\n- [S](../../secret.md)\n- [L](link.md)\n"
    found = project(tmp_path / "p", "a.md", a="# A\n", b="# B\n", README=hub)
    (tmp_path / "p" / "docs" / "link.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "p" / "mkdocs.yml").write_text("extra: {notes: {source: README.md}}\n", "utf-8")
    found = open_project(tmp_path / "p" / "mkdocs.yml")
    assert names(found) == ["README.md", "a.md", "b.md"]
    (tmp_path / "p" / "mkdocs.yml").write_text("extra: {notes: {source: [a.md, link.md]}}\n", "utf-8")
    with pytest.raises(NotesError) as caught:
        _ = Build(open_project(tmp_path / "p" / "mkdocs.yml")).source
    assert caught.value.diagnostics[0].code == "N_PATH"


def test_limits_count_over_all_files(tmp_path: Path) -> None:
    found = project(tmp_path, "[a.md, b.md]", a="# A\n" * 6, b="# B\n" * 6)
    limited = found._replace(settings=Settings(limits=found.settings.limits._replace(lines=10)))
    with pytest.raises(NotesError) as caught:
        _ = Build(limited).source
    assert caught.value.diagnostics[0].code == "N_LINES"
    assert caught.value.diagnostics[0].path == "docs/b.md"


def test_nothing_leaks_from_file_to_file() -> None:
    notes = parse_source(
        whole(
            a="# A\n\n[x] and a note[^1].\n\n[y]: https://y.example\n[^1]: In a.\n\n```sh\necho\n",
            b="# B\n\n[x] and [y] and a note[^1].\n\n[x]: https://x.example\n[^1]: In b.\n",
        )
    )
    assert [(link.target, link.span.start.line) for link in notes.links] == [("https://x.example", 13)]
    assert [heading.id for heading in notes.headings] == ["a", "b"]
    assert [(note.first, note.references) for note in notes.footnotes] == [(6, (3,)), (16, (13,))]


def test_links_and_anchors_are_those_of_each_file() -> None:
    notes = parse_source(
        whole(
            README="# T\n\n## Setup\n",
            lamps="# Lamps\n\n## Setup\n\n### Setup\n\n[a](#setup) [b](#setup-1) [c](README.md#setup) [d](#gone)\n",
            plain="Words.\n\n[e](lamps.md) [f](./lamps.md#setup) [g](#setup) [h](plain.md) ![i](img/x.png)\n",
        )
    )
    assert [heading.id for heading in notes.headings] == ["t", "setup", "lamps", "lamps-setup", "setup-1"]
    assert [link.target for link in notes.links] == [
        "#lamps-setup", "#setup-1", "#setup", "#lamps.md#gone",
        "#lamps", "#lamps-setup", "#plain.md#setup", "#plain.md#",
    ]  # fmt: skip
    site = plan(notes, Settings())
    assert [page.title for page in site.pages] == ["T", "Lamps", "plain"]
    assert site.redirects == {}  # the pages have the addresses of the files
    assert (place := site.place("#plain.md#")) is not None
    assert place.page.title == "plain"


def test_a_file_that_begins_with_a_way_back_is_called_by_its_heading() -> None:
    notes = parse_source(whole(a="# A\n", b="[back](a.md) | ![x](x.png)\n\n### B\n\nOne[^1].\n\n[^1]: Note.\n"))
    page = plan(notes, Settings()).pages[1]
    assert (page.title, page.heading and page.heading.id) == ("B", "b")
    assert leads(notes.files, "#fn-1", 4) == "#fn-1"  # a footnote stays on its page


def test_a_path_is_seen_from_the_first_file() -> None:
    source = joined([(Part(name, name), Source(("# X", ""))) for name in ("README.md", "a/b/c.md", "d/README.md")])
    files = parse_source(source).files
    line = files[1].before + 1
    assert leads(files, "../img/x.png", line) == "a/img/x.png"
    assert leads(files, "../../d/", line) == "#d-x"
    assert leads(files, "../../d/README.md", line) == "#d-x"
    assert leads(files, "../../README.md", line) == "#"
    assert leads(files, "https://a.example/README.md", line) == "https://a.example/README.md"
    assert leads(files, "other.txt?raw=true#L3", line) == "a/b/other.txt?raw=true#L3"


LINES = st.lists(
    st.sampled_from(
        ["# A", "## B", "text", "", "- item", "> quote", "```yaml", "```", "#nohead", "a: [", "â€™s", "[x](#n)"]
    ),
    max_size=12,
)


@given(first=LINES, second=LINES)
def test_findings_are_at_the_same_places_as_in_each_file_alone(first: list[str], second: list[str]) -> None:
    texts = ["\n".join(["# T", "words", *lines]) + "\n" for lines in (first, second)]
    parts = [(Part(name, name), read(text.encode())) for name, text in zip(("a.md", "b.md"), texts, strict=True)]
    project_of = common.alone(Path("/nowhere/a.md"))
    together = _found(Build(project_of, source=joined(parts)))
    alone = [_found(Build(project_of, source=source)) for _, source in parts]
    for (part, _), found in zip(parts, alone, strict=True):
        mine = [(code, line, column) for path, code, line, column in together if path == part.path]
        assert mine == [(code, line, column) for _, code, line, column in found]


def _found(build: Build) -> list[tuple[str | None, str, int, int]]:
    from notesite.notes.reader import check_notes  # noqa: PLC0415  # beside its use

    found = (*build.source.findings, *check_notes(build.notes), *build.blocks.report.diagnostics)
    moved = [build.source.in_file(diagnostic) for diagnostic in found]
    return sorted((d.path, d.code, *d.span.start) for d in moved)


def test_one_file_is_read_as_ever() -> None:
    text = "# T\n\n- [A](#a)\n- [B](#b)\n- [C](#c)\n\n# A\n\n# B\n\n# C\n"
    notes = parse(text)
    assert parse_source(Source(notes.lines))._replace(blocks=notes.blocks) == notes


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, str]:
    given_folder, made = tmp_path_factory.mktemp("given"), tmp_path_factory.mktemp("made") / "site"
    shutil.copytree(HUBS / "hub", given_folder, dirs_exist_ok=True)
    (given_folder / "img").mkdir()
    (given_folder / "img" / "lamp.png").write_bytes(png())
    assert new_site.main([str(given_folder / "README.md"), "--output", str(made)]) == 0
    config = made / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace('!ENV [EDIT_URI, ""]', "https://git.example/blob/HEAD/docs/"))
    done = build(made, "--strict")
    assert done.returncode == 0, done.text
    return Site(made / "site"), done.text


def test_a_hub_makes_a_page_of_each_file(hub: tuple[Site, str]) -> None:
    site, _ = hub
    assert {"quay", "ropes", "lamps"} <= site.slugs
    ropes = site.page("quay").article
    assert 'href="../ropes/#knots"' in ropes
    assert (site.folder / "img" / "lamp.png").is_file()
    assert 'src="../img/lamp.png"' in site.page("lamps").article
    assert (site.folder / "files" / "ropes" / "index.html").is_file()
    assert "/ropes/" in (site.folder / "files" / "ropes" / "index.html").read_text("utf-8")


def test_a_page_that_holds_a_title_only_leads_to_its_sections(hub: tuple[Site, str]) -> None:
    site, _ = hub
    article = site.page("oars").article
    assert all(f'href="../{name}/"' in article for name in ("blades", "locks", "grips"))


def test_its_edit_links_and_copies_are_of_each_file(hub: tuple[Site, str]) -> None:
    site, _ = hub
    assert site.page("ropes").edit_url.endswith("files/ropes.md?plain=1#L1-L12")
    assert "(../ropes/index.md#knots)" in (site.folder / "quay" / "index.md").read_text("utf-8")


def test_the_check_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project(
        tmp_path,
        "[a.md, b.md]",
        a="# A\n\n## Gone by\n\nwords\n",
        b="# B\n\nwords\n\n[gone by](#gone)\n\n```yaml\na: [\n```\n",
    )
    monkeypatch.chdir(tmp_path)
    assert check.main(["--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert {(d["path"], d["line"], d["code"][0]) for d in found} >= {("docs/b.md", 5, "L"), ("docs/b.md", 9, "Y")}
    said = next(d for d in found if d["code"] == "L_ANCHOR")
    assert said["message"] == "#gone is not an anchor of b.md"
    assert said["help"] == "Write (a.md#gone-by)."
    assert {d["path"] for d in found} <= {"docs/a.md", "docs/b.md"}


# --- How code hosts address files and lines


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("/docs/b.md#under", "#under"),
        ("/docs/b.md", "#b"),
        ("https://github.com/me/kit/blob/main/docs/b.md#under", "#under"),
        ("https://www.GitHub.com/Me/Kit/blob/v1/docs/b.md", "#b"),
        ("b.md#L7", "#under"),
        ("b.md#L3-L4", "#b"),
        ("https://github.com/me/kit/blob/main/docs/b.md#L9C2-L12C1", "#under"),
        ("/docs/c.md", "/docs/c.md"),
        ("/b.md", "/b.md"),
        ("https://github.com/me/kit/blob/main/b.md", "https://github.com/me/kit/blob/main/b.md"),
        ("https://github.com/me/kit/blob/main/docs/b.md#gone", "https://github.com/me/kit/blob/main/docs/b.md#gone"),
        ("https://github.com/me/other/blob/main/docs/b.md", "https://github.com/me/other/blob/main/docs/b.md"),
        ("https://gitlab.com/me/kit/-/blob/main/docs/b.md", "https://gitlab.com/me/kit/-/blob/main/docs/b.md"),
    ],
)
def test_links_of_a_code_host_lead_inside(url: str, leads_to: str) -> None:
    source = whole(a=f"# A\n\nTo [b]({url}).\n", b="# B\n\nb\n\n## Under\n\nunder\n")
    notes = parse_source(source, Origin("https://github.com/me/kit", "main", "docs/a.md"))
    assert [link.target for link in notes.links] == [leads_to]


def test_a_missing_anchor_is_named_with_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub = "# T\n\n- [A](a.md)\n- [B](b.md#gone)\n- [C](sub/c.md#cc)\n\n"
    files = {"a": "# A\n\n[x](b.md#off) [y](README.md#no)\n", "b": "# B\n\nb\n", "sub__c": "# C\n\nc\n\n## Cc\n"}
    build_of = Build(project(tmp_path, "README.md", README=hub, **files))
    assert [(d.code, d.message) for d in build_of.structure.diagnostics] == [
        ("N_ANCHOR", 'entry "B" points to b.md#gone; the section "B" is b.md#b'),
        ("L_ANCHOR", "#off is not an anchor of b.md"),
        ("L_ANCHOR", "#no is not an anchor of README.md"),
    ]
    assert build(tmp_path).returncode == 0
    assert check_links.main([str(tmp_path / "site"), "--config", str(tmp_path / "mkdocs.yml")]) == 1
    said = capsys.readouterr().out
    assert "L_ANCHOR error: link 'b.md#off' leads to no anchor of b.md\n" in said


def test_a_file_that_begins_with_its_contents_is_called_as_the_list_calls_it() -> None:
    listed = "- [Words on ropes](ropes.md)\n- [Words on lamps](lamps.md)\n"
    files = {name: f"### Index\n\n* [A](#a)\n\n### A\n\n{name}\n" for name in ("ropes", "lamps")}
    site = plan(parse_source(whole(README=f"# T\n\n{listed}", **files)), Settings())
    assert [page.title for page in site.pages] == ["T", "Words on ropes", "Words on lamps"]


def test_short_files_of_many_are_a_page_each() -> None:
    sections = "".join(f"## Part {number}\n\n{'word ' * 80}\n\n" for number in range(4))
    few, many = (whole(**{name: f"# {name.upper()}\n\n{sections}" for name in names}) for names in ("abc", "abcdefg"))
    assert len(plan(parse_source(few), Settings()).pages) == 15
    assert len(plan(parse_source(many), Settings()).pages) == 11


def test_an_address_at_the_root_of_some_site_is_no_dead_file(tmp_path: Path) -> None:
    own = project(tmp_path, "a.md", a="# A\n\n[x](/guide/setup/) [y](/guide/setup.md) [z](gone/)\n")
    report = Build(own).structure
    assert [str(d.span.start) for d in report.diagnostics if d.code == "L_PAGE"] == ["3:20", "3:41"]
    assert [skipped.what for skipped in report.skipped] == ["1 link to files"]
    (own.docs_dir / "a.md").write_text("# A\n\n" + "".join(f"[x](../gone/{n}.md)\n" for n in range(3)))
    report = told_once(Build(own).structure)
    assert "the same in 2 more places" in "".join(d.message for d in report.diagnostics)
    (own.docs_dir / "a.md").write_text('# A\n\n<a href="{{ link }}">x</a>\n')
    assert "L_PAGE" not in {d.code for d in Build(own).structure.diagnostics}
    (own.docs_dir / "a.md").write_text("# A\n\n[x](b) [y](a)\n")
    assert [d.help[:11] for d in Build(own).structure.diagnostics if d.code == "L_PAGE"] == [
        "Correct the",
        "Write a.md;",
    ]
