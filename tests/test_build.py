"""Real builds: what `mkdocs build` makes of the shipped notes, of anybody's notes, and of broken ones."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from patience import LONGEST, child, wait_until
from site_tools import NOTES, ROOT, BuiltPage, Site, build, command, elements, environment, write_project

from cases_io import CASES
from notesite.notes.reader import parse

ORDER = [
    *("", "introduction", "architecture", "objects", "pod", "replicaset", "deployment", "service"),
    *("environment-variables", "config-maps", "secrets", "demonset", "job", "cron-job", "kubernates-workflow"),
    "multi-container-pods",
]
Once = Callable[[str, Callable[[Path], None]], Path]


# --- The shipped notes


def test_sixteen_pages_in_the_order_of_the_contents(shipped_site: Site) -> None:
    assert [page for page in shipped_site.search_pages if page != "commands"] == ORDER
    assert shipped_site.slugs == {*ORDER, "commands"}


@pytest.mark.parametrize("slug", ORDER)
def test_one_h1_and_no_skipped_level(shipped_site: Site, slug: str) -> None:
    levels = shipped_site.page(slug).heading_levels
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_anchor_is_on_the_right_page(shipped_site: Site) -> None:
    notes = parse(NOTES.read_text(encoding="utf-8"))
    found = [anchor for slug in ORDER for anchor in shipped_site.page(slug).heading_ids]
    assert sorted(found) == sorted(heading.id for heading in notes.headings)
    assert len(set(found)) == 65
    home = shipped_site.page("").ids
    table = shipped_site.anchors
    for slug in ORDER[1:]:
        for anchor in shipped_site.page(slug).heading_ids:
            assert table[anchor].split("#")[0] == f"{slug}/"
            assert anchor not in home


def test_ids_are_unique_on_every_page(shipped_site: Site) -> None:
    for slug in ORDER:
        ids = shipped_site.page(slug).ids
        assert len(set(ids)) == len(ids)


def test_no_page_shows_mojibake(shipped_site: Site, given_site: Site) -> None:
    for site in (shipped_site, given_site):
        text = "".join(site.page(slug).html for slug in ORDER)
        assert not re.search("[‚Äöüõåî][Äôúöï†°∞]|Ã.|â€", text)
        assert all(mark in text for mark in "✅🛡☁→’–—")


def test_the_notes_as_given_make_the_same_site(shipped_site: Site, given_site: Site) -> None:
    one, other = shipped_site.bytes(), given_site.bytes()
    assert set(one) == set(other)
    # The site map names the day of the build.
    maps = {"sitemap.xml", "sitemap.xml.gz"}
    different = {name for name in one if _unstamped(one[name]) != _unstamped(other[name])} - maps
    assert different == set()


def _unstamped(page: bytes) -> bytes:
    """The page without the hash of the notes, which differ in their bytes."""
    return re.sub(rb'<code title="SHA-256 \w{64}">\w+</code>', b"", page)


def remote(page: BuiltPage) -> list[str]:
    """What a browser would fetch from other hosts to show the page."""
    wanted = {"img": "src", "script": "src", "source": "src", "iframe": "src"}
    found = []
    for tag, attributes in elements(page.html):
        if tag in wanted:
            found.append(attributes.get(wanted[tag], ""))
        if tag == "link" and attributes.get("rel") not in {"canonical", "edit", "prev", "next"}:
            found.append(attributes.get("href", ""))
    return [url for url in found if url.startswith(("http:", "https:", "//"))]


def test_no_page_asks_other_hosts_for_anything_but_the_pictures(shipped_site: Site) -> None:
    assert len(list(shipped_site.folder.rglob("*.html"))) == 18
    asked = [url for path in shipped_site.folder.rglob("*.html") for url in remote(BuiltPage("", path.read_text()))]
    pictures = [image.url for image in parse(NOTES.read_text(encoding="utf-8")).images]
    assert set(asked) <= set(pictures)


def test_the_home_page_links_every_page_without_javascript(shipped_site: Site) -> None:
    links = [a["href"] for tag, a in shipped_site.page("").elements if tag == "a" and "href" in a]
    assert {link.rstrip("/") for link in links if not link.startswith("#")} >= set(ORDER[1:])


@pytest.mark.parametrize(("slug", "heading"), [("pod", "### Pod"), ("service", "### Service"), ("job", "### Job")])
def test_edit_links_open_the_right_lines(shipped_site: Site, slug: str, heading: str) -> None:
    url = shipped_site.page(slug).edit_url
    match = re.fullmatch(r"https://git\.example/me/notes/blob/HEAD/docs/notes\.md\?plain=1#L(\d+)-L(\d+)", url)
    assert match, url
    lines = NOTES.read_text(encoding="utf-8").split("\n")
    assert lines[int(match[1]) - 1] == heading
    assert lines[int(match[2])].startswith("### ")


def test_every_link_and_asset_of_the_site_exists(shipped_site: Site) -> None:
    names = set(shipped_site.bytes())
    dead = []
    for slug in ORDER:
        page = shipped_site.page(slug)
        for _, attributes in elements(page.html):
            for url in (attributes.get("href"), attributes.get("src")):
                if not url or urlsplit(url).scheme:
                    continue
                parts = urlsplit(urljoin(f"http://site/{page.name}", url))
                path = parts.path.lstrip("/")
                path = path + "index.html" if path.endswith("/") or not path else path
                text = (shipped_site.folder / path).read_text(encoding="utf-8") if path.endswith(".html") else ""
                if path not in names or (parts.fragment and f'id="{parts.fragment}"' not in text):
                    dead.append((page.name, url))
    assert dead == []


# --- Anybody's notes: one build for all of these

HOSTILE = (CASES / "site" / "hostile.md").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def hostile(once_for_all: Once) -> tuple[Site, str]:
    def make(folder: Path) -> None:
        extra = (
            "extra:\n  notes:\n    split_level: 2\n    redirects: {old-name: pods, older: pods#shared}\n"
            "    pages: {Pods: {title: All about pods, description: Say it, slug: pods}}\n"
        )
        files = {
            "about.md": "# About\n\nBy hand, with [a page of the notes](pods.md#shared).\n",
            "guide/more.md": "# More\n\n!!! text\n",
            "picture.png": "",
            "guide/inside.png": "",
        }
        write_project(folder, HOSTILE, extra=extra, files=files)
        done = build(folder)
        (folder / "output.txt").write_text(done.text, encoding="utf-8")
        assert done.returncode == 0, done.text

    folder = once_for_all("hostile", make)
    return Site(folder / "site"), (folder / "output.txt").read_text(encoding="utf-8")


def test_hostile_headings_get_pages_of_their_own(hostile: tuple[Site, str]) -> None:
    site, _ = hostile
    assert site.slugs >= {"", "pods", "index-section", "404-section", "x", "con-section", "equal", "equal-1", "equal-2"}
    for slug, words in (("index-section", "words-of-index"), ("404-section", "words-of-404"), ("x", "words-of-up")):
        assert words in site.page(slug).article
    assert not (site.folder.parent / "x").exists()
    assert "Page not found" not in site.page("404-section").article


def test_front_matter_is_no_text_and_lines_like_metadata_are(hostile: tuple[Site, str]) -> None:
    home = hostile[0].page("").article
    assert "not-shown" not in home
    assert "Title: a first line" in home
    assert "Author: someone" in home


def test_a_page_takes_title_and_description_from_the_settings(hostile: tuple[Site, str]) -> None:
    html = hostile[0].page("pods").html
    assert "<title>All about pods - Test Notes</title>" in html
    assert '<meta name="description" content="Say it">' in html


def test_links_between_sections_lead_to_pages(hostile: tuple[Site, str]) -> None:
    page = hostile[0].page("links")
    links = [a["href"] for tag, a in page.elements if tag == "a" and a.get("class") != "headerlink"]
    assert links == [
        "../pods/#shared",
        "../pods/#pods",
        "#links",
        "../#explicit",
        "../",
        "../equal-1/#equal-1",
        "../x/#x",
        "../about/",
        "https://example.org/#pods",
        "../pods/#shared",
    ]


def test_pictures_beside_the_notes_are_shown(hostile: tuple[Site, str]) -> None:
    page = hostile[0].page("problems")
    assert [a["src"] for tag, a in page.elements if tag == "img"] == ["../picture.png", "../guide/inside.png"]
    assert (hostile[0].folder / "picture.png").exists()


def test_hand_written_pages_go_on_working(hostile: tuple[Site, str]) -> None:
    site, _ = hostile
    about = site.page("about")
    assert [a["href"] for tag, a in about.elements if tag == "a" and "headerlink" not in a.get("class", "")] == [
        "../pods/#shared"
    ]
    assert "!!! text" in site.page("guide/more").article


def test_old_addresses_lead_on(hostile: tuple[Site, str]) -> None:
    folder = hostile[0].folder
    assert '<a href="../pods/">' in (folder / "old-name" / "index.html").read_text(encoding="utf-8")
    assert '<a href="../pods/#shared">' in (folder / "older" / "index.html").read_text(encoding="utf-8")


_ACTIVE = re.compile(r"^(?:javascript|vbscript|data|file|blob|view-source):", re.IGNORECASE)


def test_nothing_active_reaches_a_page(hostile: tuple[Site, str]) -> None:
    page = hostile[0].page("active")
    assert page.article.count("alert(") > 5  # shown as text
    added = re.sub(r"<(button|script)\b[^>]* data-added.*?</\1>", "", page.article, flags=re.DOTALL)  # by the site
    for tag, attributes in elements(added):
        assert tag not in {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "form",
            "meta",
            "base",
            "link",
            "svg",
            "math",
        }
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, attributes)
            assert name not in {"style", "srcdoc", "formaction", "action", "background", "ping", "is", "nonce"}
            plain = re.sub(r"[\x00-\x20]", "", value)
            allowed = plain.startswith("data:image/png;") and tag == "img"
            assert allowed or not _ACTIVE.match(plain), (tag, attributes)


def test_the_build_names_what_is_wrong_with_lines(hostile: tuple[Site, str]) -> None:
    output = hostile[1]
    line = HOSTILE.split("\n").index("[nowhere](#no-such-anchor)") + 1
    assert f"docs/notes.md:{line}:1: L_ANCHOR error: #no-such-anchor" in output
    assert re.search(r"docs/notes\.md:\d+:\d+: N_HTML warning", output)
    assert "Traceback" not in output


# --- Small and odd files

SMALL = {
    "one section": ("# T\n\n## Only\n\nwords-a\n", {""}),
    "one heading": ("# Only\n\nwords-a\n", {""}),
    "no heading": ("words-a and *more*\n", {""}),
    "title only": ("# words-a", {""}),
    "no title": ("## A\nwords-a\n## B\nb\n## C\nc\n", {"", "a", "b", "c"}),
    "crlf": ("# T\r\n\r\n## A\r\nwords-a\r\n## B\r\nb\r\n## C\r\nc\r\n", {"", "a", "b", "c"}),
}


@pytest.mark.parametrize("name", SMALL)
def test_small_files(tmp_path: Path, name: str) -> None:
    text, slugs = SMALL[name]
    write_project(tmp_path, text)
    done = build(tmp_path, "--strict")
    assert done.returncode == 0, done.text
    site = Site(tmp_path / "site")
    assert site.slugs == slugs
    assert "words-a" in "".join(site.page(slug).article for slug in slugs)
    assert all(site.page(slug).heading_levels.count(1) == 1 for slug in slugs)


def test_many_sections(tmp_path: Path) -> None:
    write_project(tmp_path, "# T\n\n" + "".join(f"## Part {n}\n\nwords-{n} {'and more ' * 30}\n\n" for n in range(150)))
    done = build(tmp_path, "--strict")
    assert done.returncode == 0, done.text
    site = Site(tmp_path / "site")
    assert len(site.slugs) == 151
    assert "words-149" in site.page("part-149").article


# --- Failures: one clear line, exit code 1, the previous site as it was

BROKEN = {
    "an entry that points nowhere": (
        b"# T\n\n## Contents\n- [A](#a)\n- [B](#b)\n- [Gone](#gone)\n\n## A\n## B\n## C\n",
        "docs/notes.md:6:3: N_ENTRY error: ",
    ),
    "empty": (b"", "docs/notes.md:1:1: N_EMPTY error: "),
    "only a comment": (b"<!-- x -->\n", "docs/notes.md:1:1: N_EMPTY error: "),
    "UTF-16": ("# T".encode("utf-16"), "docs/notes.md:1:1: N_ENCODING error: "),
    "latin-1": ("# T\n\nvoilà".encode("latin-1"), "docs/notes.md:3:5: N_ENCODING error: "),
    "binary": (b"\x00\x01\x02", "docs/notes.md:1:1: N_"),
    "a control character": (b"# T\n\na\x1b[31mb", "docs/notes.md:3:2: N_CHAR error: "),
    "too large": (b"x\n" * 200_001, "docs/notes.md:200000:1: N_LINES error: "),
}


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_project(tmp_path_factory.mktemp("previous"), SMALL["no title"][0])
    assert build(folder, "--strict").returncode == 0
    return folder


@pytest.mark.parametrize("name", BROKEN)
def test_broken_notes_end_the_build_and_leave_the_site(previous: Path, name: str) -> None:
    data, words = BROKEN[name]
    before = Site(previous / "site").bytes()
    (previous / "docs" / "notes.md").write_bytes(data)
    done = build(previous)
    assert done.returncode == 1
    assert words in done.text
    assert "Traceback" not in done.text
    assert "\x1b" not in done.text
    assert Site(previous / "site").bytes() == before
    assert sorted(path.name for path in previous.iterdir()) == ["docs", "mkdocs.yml", "site"]


def test_another_document_that_cannot_be_read_in_time_ends_the_build(tmp_path: Path) -> None:
    folder = write_project(tmp_path, SMALL["no title"][0])
    (folder / "docs" / "other.md").write_text("# Other\n\n" + ">" * 80_000 + "x\n", encoding="utf-8")
    done = build(folder)
    assert done.returncode == 1
    assert "other.md:3:1: N_NEST error: " in done.text
    assert "Traceback" not in done.text


def test_a_strict_failure_leaves_the_site_too(previous: Path) -> None:
    before = Site(previous / "site").bytes()
    (previous / "docs" / "notes.md").write_text(SMALL["no title"][0] + "\n[x](missing.md)\n", encoding="utf-8")
    done = build(previous, "--strict")
    assert done.returncode == 1
    assert "missing.md" in done.text
    assert Site(previous / "site").bytes() == before


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda notes: notes.unlink(), "no such file"),
        (lambda notes: (notes.unlink(), notes.symlink_to("/etc/hostname")), "leaves the project"),
        (lambda notes: (notes.unlink(), notes.symlink_to("notes.md")), "circle"),
        (lambda notes: (notes.unlink(), notes.mkdir()), "names no Markdown file"),
    ],
    ids=["missing", "link out", "link loop", "folder"],
)
def test_notes_that_cannot_be_read(tmp_path: Path, make: Callable[[Path], object], words: str) -> None:
    write_project(tmp_path, "# T\n")
    make(tmp_path / "docs" / "notes.md")
    done = build(tmp_path)
    assert done.returncode == 1
    assert re.search(r"(?:N_PATH|I_CONFIG) error", done.text)
    assert words in done.text
    assert "Traceback" not in done.text
    assert not (tmp_path / "site").exists()


def test_notes_may_be_a_link_inside_the_project(tmp_path: Path) -> None:
    write_project(tmp_path, "# T\n")
    (tmp_path / "README.md").write_text("# Linked\n\nwords-a\n", encoding="utf-8")
    (tmp_path / "docs" / "notes.md").unlink()
    (tmp_path / "docs" / "notes.md").symlink_to("../README.md")
    done = build(tmp_path, "--strict")
    assert done.returncode == 0, done.text
    assert "words-a" in Site(tmp_path / "site").page("").article


def test_notes_outside_the_docs_folder(tmp_path: Path) -> None:
    write_project(tmp_path, "# unused\n", extra="extra: {notes: {source: ../README.md}}\nexclude_docs: /notes.md\n")
    (tmp_path / "README.md").write_text(
        "# Mine\n\n## A\n## B\n## C\nwords-a [x](docs/x.md) [y](README.md#b)\n", encoding="utf-8"
    )
    (tmp_path / "docs" / "x.md").write_text("# X\n", encoding="utf-8")
    done = build(tmp_path, "--strict")
    assert done.returncode == 0, done.text
    page = Site(tmp_path / "site").page("c")
    assert "words-a" in page.article
    assert [a["href"] for tag, a in page.elements if tag == "a" and "class" not in a] == ["../x/", "../b/#b"]
    assert page.edit_url == "https://git.example/me/notes/blob/HEAD/README.md?plain=1#L5-L7"


def test_a_wrong_setting_is_named_with_its_place(tmp_path: Path) -> None:
    write_project(tmp_path, "# T\n", extra="extra:\n  notes:\n    splitlevel: 2\n")
    done = build(tmp_path)
    assert done.returncode == 1
    line = (tmp_path / "mkdocs.yml").read_text(encoding="utf-8").count("\n")
    assert f"mkdocs.yml:{line}:5: I_CONFIG error" in done.text
    assert "did you mean 'split_level'" in done.text
    assert "Traceback" not in done.text


# --- Builds that are killed, and builds at the same time

LARGE = "# T\n\n" + "".join(f"## Part {n}\n\n" + "words and `code`\n\n" * 40 for n in range(60))


def test_a_build_that_is_killed_leaves_the_previous_site(tmp_path: Path) -> None:
    write_project(tmp_path, LARGE)
    site = Site(tmp_path / "site")
    site.folder.mkdir()
    (site.folder / "index.html").write_text("previous", encoding="utf-8")
    with child(command("build"), cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: any(tmp_path.glob(".site.new-*/part-*/index.html")), "the middle of the pages", process)
    assert site.bytes() == {"index.html": b"previous"}
    assert build(tmp_path, "--strict").returncode == 0
    assert len(site.slugs) == 61


def test_two_builds_at_once_leave_one_whole_site(tmp_path: Path) -> None:
    write_project(tmp_path, LARGE)
    running = [
        subprocess.Popen(
            command("build", "--strict"), cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    ends = [(process.communicate(timeout=LONGEST)[1], process.returncode) for process in running]
    assert [code for _, code in ends] == [0, 0], ends
    site = Site(tmp_path / "site")
    assert len(site.slugs) == 61
    assert "Part 59" in site.page("part-59").article
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docs", "mkdocs.yml", "site"]


def test_an_offline_build_needs_no_server(tmp_path: Path) -> None:
    write_project(tmp_path, SMALL["no title"][0] + "[to a](#a)\n", extra="use_directory_urls: false\n")
    assert build(tmp_path, "--strict").returncode == 0
    names = set(Site(tmp_path / "site").bytes())
    assert {"index.html", "a.html", "b.html", "c.html"} <= names
    assert 'href="a.html#a"' in (tmp_path / "site" / "c.html").read_text(encoding="utf-8")


def test_the_project_itself_builds_strictly(tmp_path: Path) -> None:
    done = build(ROOT, "--strict", "--site-dir", str(tmp_path / "site"))
    assert done.returncode == 0, done.text
    assert "WARNING" not in done.text
    site = Site(tmp_path / "site")
    titled = ["daemonset" if slug == "demonset" else slug for slug in ORDER]  # mkdocs.yml corrects this one
    assert site.slugs >= {*ORDER, *titled}
    assert site.search_pages == [*titled, "commands"]
