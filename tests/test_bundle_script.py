"""The offline forms as files: what is in them, that they are whole, and that the same inputs give the same bytes."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import stat
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

import bundled
import pytest
from fidelity import by_github
from patience import LONGEST
from pypdf import PdfReader
from pypdf.generic import Destination, DictionaryObject

from notesite.cli.bundle_offline import find_chromium, print_pdf
from notesite.output.bundle.markup import tags
from notesite.output.bundle.offline_site import is_remote, loaded_by

pytestmark = pytest.mark.slow

OPF = "{http://www.idpf.org/2007/opf}"
XHTML = "{http://www.w3.org/1999/xhtml}"
RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}


def entries() -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(bundled.shipped().zip) as archive:
        assert archive.testzip() is None
        return archive.infolist()


def contents() -> dict[str, bytes]:
    with zipfile.ZipFile(bundled.shipped().zip) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


# --- The zip


def test_names_are_safe_everywhere() -> None:
    names = [entry.filename for entry in entries()]
    assert len({name.split("/")[0] for name in names}) == 1
    for name in names:
        assert not PurePosixPath(name).is_absolute()
        assert "\\" not in name
        assert len(name) <= 200
        for part in name.split("/"):
            assert part not in {"", ".", ".."}
            assert not re.search(r'[<>:"|?*\x00-\x1f]', part)
            assert part.rstrip(". ") == part
            assert part.split(".")[0].lower() not in RESERVED
            assert part == unicodedata.normalize("NFC", part)
    assert len({unicodedata.normalize("NFKC", name).casefold() for name in names}) == len(names)


def test_entries_are_plain_files_of_one_time_and_mode() -> None:
    assert {stat.S_IFMT(entry.external_attr >> 16) for entry in entries()} == {stat.S_IFREG}
    assert {stat.S_IMODE(entry.external_attr >> 16) for entry in entries()} == {0o644}
    assert {entry.create_system for entry in entries()} == {3}
    assert {entry.date_time for entry in entries()} == {(2023, 11, 14, 22, 13, 20)}
    assert {entry.extra for entry in entries()} == {b""}
    assert [entry.filename for entry in entries()] == sorted(entry.filename for entry in entries())


def test_sums_name_every_file(tmp_path: Path) -> None:
    top = bundled.shipped().unpack(tmp_path)
    lines = [line.split("  ", 1) for line in (top / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]
    there = {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert {name for _, name in lines} == there
    for digest, name in lines:
        assert hashlib.sha256((top / name).read_bytes()).hexdigest() == digest


def test_nothing_is_in_it_that_only_a_server_or_a_developer_can_use() -> None:
    files = contents()
    assert [name for name in files if name.endswith((".map", ".gz")) or name.startswith(("404", "sitemap", "."))] == []
    assert [name for name in files if "/lunr/" in name] == []
    assert files["index.html"]
    assert "MIT" in files["assets/vendor/iframe-worker/SOURCE.txt"].decode()
    assert "Permission is hereby granted" in files["assets/vendor/iframe-worker/LICENSE.txt"].decode()
    for name, data in files.items():
        if name.endswith((".css", ".js")):
            assert "sourceMappingURL" not in data.decode()
            assert "@import" not in data.decode() or name.endswith(".js")


def test_no_page_loads_or_leads_to_what_is_not_there() -> None:
    for name, data in contents().items():
        if not name.endswith(".html"):
            continue
        for tag in tags(data.decode()):
            assert not [address for address in loaded_by(tag) if is_remote(address) or address.startswith("/")], name
            assert not (tag.name == "link" and tag.get("rel") == "canonical"), name
            if tag.name == "a" and tag.get("href"):
                assert not tag.get("href").startswith("/"), name
                assert is_remote(tag.get("href")) == ("data-external" in tag.attributes), name


def test_it_is_small() -> None:
    files = contents()
    pictures = sum(len(data) for name, data in files.items() if name.endswith((".svg", ".png", ".jpg", ".webp")))
    size = bundled.shipped().zip.stat().st_size
    assert size - pictures < 250_000, f"{size} bytes"


def test_the_vendored_shim_is_what_its_note_says() -> None:
    folder = bundled.ROOT / "hooks" / "notesite" / "assets" / "vendor" / "iframe-worker"
    digest = hashlib.sha256((folder / "iframe-worker.js").read_bytes()).hexdigest()
    assert f"sha256 {digest}" in (folder / "SOURCE.txt").read_text(encoding="utf-8")


def _project_copy(folder: Path) -> Path:
    """The project without its history and its environments."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=bundled.ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, tracked.split("\0")):
        if name.split("/")[0] in {"docs", "hooks", "scripts"} or name.startswith(("mkdocs", "notes-baseline")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(bundled.ROOT / name, folder / name)
    return folder


def test_the_same_inputs_give_the_same_bytes_anywhere(tmp_path: Path) -> None:
    made = []
    for number, (zone, mask, locale, seed) in enumerate(
        [("UTC", 0o022, "C.UTF-8", "0"), ("Pacific/Kiritimati", 0o077, "C", "4242")]
    ):
        project = _project_copy(tmp_path / ("plain" if number else "Ordner mit ünïcödé"))
        forms = {form: tmp_path / f"{number}.{form}" for form in ("output", "single-file", "print", "epub")}
        environment = {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed, "PYTHONUTF8": "0"}
        options = [word for form, path in forms.items() for word in (f"--{form}", str(path))]
        before = os.umask(mask)
        try:
            done = subprocess.run(
                [sys.executable, str(project / "scripts" / "bundle_offline.py"), *options],
                cwd=project,
                env={**os.environ, **environment, "SOURCE_DATE_EPOCH": str(bundled.DATE)},
                capture_output=True,
                check=False,
                timeout=LONGEST,
            )
        finally:
            os.umask(before)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        made.append({form: path.read_bytes() for form, path in forms.items()})
    assert made[0] == made[1]


# --- On paper


def _squeezed(text: str) -> str:
    """The text without white space, which lines and pages break at."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def pdf() -> PdfReader:
    return PdfReader(io.BytesIO(bundled.shipped().pdf.read_bytes()))


def test_the_pdf_holds_every_heading_and_all_code(pdf: PdfReader) -> None:
    notes = bundled.shipped_notes().notes
    pages = [_squeezed(page.extract_text()) for page in pdf.pages]
    furniture = [re.escape(f"{number}/{len(pages)}") for number in range(1, len(pages) + 1)]
    text = "".join(
        re.sub(rf"^(?:KubernatesNotes)?(?:{mark})?|(?:{mark})?$", "", page)
        for page, mark in zip(pages, furniture, strict=True)
    )
    contents_heading = notes.contents.heading if notes.contents else None
    titles = {page.heading: page.title for page in bundled.shipped_notes().site.pages}  # settings correct some
    shown = [titles.get(h, h.text) for h in notes.headings if h is not contents_heading]
    missing = [title for title in shown if _squeezed(_words(title)) not in text]
    assert missing == []
    assert [fence.text for fence in notes.fences if _squeezed(fence.text) not in text] == []


def _words(heading: str) -> str:
    """A heading without its pictograms, which text extraction may not know."""
    return "".join(char for char in heading if unicodedata.category(char) not in {"So", "Mn", "Cf"})


def _outline(items: list[object], depth: int = 1) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for item in items:
        if isinstance(item, list):
            found += _outline(item, depth + 1)
        elif isinstance(item, Destination):
            found.append((depth, " ".join((item.title or "").split())))
    return found


def test_the_pdf_has_bookmarks_tags_title_language_and_page_numbers(pdf: PdfReader) -> None:
    titles = [title for _, title in _outline(list(pdf.outline))]
    for own in bundled.shipped_notes().site.pages:
        assert own.heading
        assert own.title in titles
    assert max(depth for depth, _ in _outline(list(pdf.outline))) >= 3
    root = pdf.root_object
    marks = root["/MarkInfo"]
    assert isinstance(marks, DictionaryObject)
    assert marks["/Marked"]
    assert str(root["/Lang"]).startswith("en")
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Kubernates Notes"
    for number, page in enumerate(pdf.pages, 1):
        assert f"{number}/{len(pdf.pages)}" in _squeezed(page.extract_text())


def test_the_pdf_has_a_cover_and_contents_with_page_numbers(pdf: PdfReader) -> None:
    cover, contents = pdf.pages[0].extract_text(), pdf.pages[1].extract_text()
    assert "Kubernates Notes" in cover
    assert "Introduction" not in cover
    told = dict(re.findall(r"(?m)^(.+?) (\d+)$", contents))
    for own in bundled.shipped_notes().site.pages[1:]:
        page = pdf.pages[int(told[_plain_ligatures(own.title)]) - 1]
        assert _squeezed(own.title) in _squeezed(page.extract_text())
    assert "Download" not in "".join(page.extract_text() for page in pdf.pages)


def _plain_ligatures(text: str) -> str:
    return text.replace("fi", "ﬁ").replace("fl", "ﬂ")


def test_no_heading_and_no_label_of_a_command_ends_a_page(pdf: PdfReader) -> None:
    notes = bundled.shipped_notes().notes
    labels = {_squeezed(fence.lead) for fence in notes.fences if fence.lead}
    # A row of a table may end a page, and its first cell may say what a heading says elsewhere.
    cells = {_squeezed(re.sub("<.*?>", "", b.content)) for b in by_github("\n".join(notes.lines)) if "table" in b.path}
    headings = {_squeezed(heading.text) for heading in notes.headings} - cells
    for page in pdf.pages[:-1]:
        lines = [line for line in page.extract_text().split("\n") if line.strip()]
        lines = [line for line in lines if not re.fullmatch(r"\s*\d+ / \d+\s*|Kubernates Notes", line)]
        last = re.sub("^[•◦▪]", "", _squeezed(lines[-1]))
        assert last not in headings | labels, lines[-1]


def test_the_folder_of_a_pdf_may_have_a_long_name(tmp_path: Path) -> None:
    """A browser ends at once where the path of its socket would be longer than the system takes."""
    folder = tmp_path / ("a" * 120)
    folder.mkdir()
    assert print_pdf("<p>x", find_chromium(), folder).startswith(b"%PDF")


def test_a_missing_browser_is_said_in_one_line(tmp_path: Path) -> None:
    done = bundled.run("--pdf", str(tmp_path / "x.pdf"), env={"CHROMIUM": "no-such-browser"})
    assert done.returncode == 2
    assert "B_PDF" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.pdf").exists()


# --- The e-book


def test_the_ebook_is_whole() -> None:
    with zipfile.ZipFile(bundled.shipped().epub) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        files = {name: archive.read(name) for name in archive.namelist()}
    package = ET.fromstring(files["EPUB/package.opf"])  # noqa: S314  # our own output
    items = {item.get("id"): item.get("href", "") for item in package.iter(f"{OPF}item")}
    spine = [items[ref.get("idref")] for ref in package.iter(f"{OPF}itemref")]
    inside = {name.removeprefix("EPUB/") for name in files if name.startswith("EPUB/")}
    assert set(items.values()) == inside - {"package.opf"}
    trees = {name: ET.fromstring(files[f"EPUB/{name}"]) for name in [*spine, "nav.xhtml"]}  # noqa: S314  # our own output
    ids = {name: {element.get("id") for element in tree.iter()} for name, tree in trees.items()}
    for name, tree in trees.items():
        for link in tree.iter(f"{XHTML}a"):
            address = link.get("href", "")
            if address and not is_remote(address) and ":" not in address:
                target, _, anchor = address.partition("#")
                assert (target or name) in trees, address
                assert not anchor or anchor in ids[target or name], address
        for image in tree.iter(f"{XHTML}img"):
            assert image.get("src") in inside
    titles = [
        "".join([heading.text or "", *(part.text or "" for part in heading if part.get("hidden") is None)])
        for tree in trees.values()
        for heading in tree.iter(f"{XHTML}h1")
    ]
    assert {own.title for own in bundled.shipped_notes().site.pages if own.heading} <= {
        title for title in titles if title
    }


# --- The script


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--config", "missing.yml"], 2, "there is no missing.yml here"),
        (["docs/missing.md"], 2, "docs/missing.md:1:1: N_PATH error: cannot read"),
    ],
)
def test_what_cannot_be_built_is_said(tmp_path: Path, options: list[str], code: int, words: str) -> None:
    done = bundled.run(*options, "--output", str(tmp_path / "x.zip"))
    assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.zip").exists()


def test_a_wrong_date_is_said(tmp_path: Path) -> None:
    done = bundled.run("--output", str(tmp_path / "x.zip"), env={"SOURCE_DATE_EPOCH": "yesterday"})
    assert done.returncode == 2
    assert "SOURCE_DATE_EPOCH" in done.stderr + done.stdout
