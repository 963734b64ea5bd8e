"""The core of the offline copy: pages changed tag by tag, names, archives, styles, search files, one-file books."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from notesite.diagnostics.diagnostic import NotesError, Span
from notesite.notes.raw_html import read_tags
from notesite.output.bundle.archive import SUMS, problems, under, with_sums, zip_bytes
from notesite.output.bundle.book import Book, BookPage, Layout, chapters, place_in_one_page
from notesite.output.bundle.epub import SVG, epub_bytes, to_xhtml
from notesite.output.bundle.markup import Instead, Tag, headings, rewrite, tags
from notesite.output.bundle.offline_site import Source, missing, offline_site
from notesite.output.bundle.single import css_string, dated, print_file, single_file
from notesite.project.repository import Stamp, read_epoch

CASES = Path(__file__).parent / "cases" / "bundle"
PIXEL = b"\x89PNG\r\n\x1a\n"


def page_cases() -> Iterator[object]:
    """Title, HTML, HTML as it is in the copy, and the findings, each ended by a line with a dot; no findings, no dot."""
    lines = iter((CASES / "pages.md").read_text(encoding="utf-8").splitlines())

    def part() -> str:
        return "\n".join(itertools.takewhile(lambda line: line != ".", lines))

    while title := part().strip():
        before, after = part(), part()
        following = next(lines, "")
        yield pytest.param(before, after, "\n".join(filter(None, [following, part()])) if following else "", id=title)


@pytest.mark.parametrize(("given", "expected", "found"), list(page_cases()))
def test_pages(given: str, expected: str, found: str) -> None:
    built = {
        "page.html": given.encode(),
        **dict.fromkeys(["index.html", "pod.html", "files/a b.txt", "a.css", "images/a.png"], b""),
    }
    files, findings = offline_site(built, Source(site_url="https://notes.example/notes/"))
    assert files["page.html"].decode().strip("\n") == expected.strip("\n")
    said = [f"{d.code} {d.message.split(' is ')[0]}" for d in findings]
    assert "\n".join(said) == found


def test_a_finding_stands_where_the_notes_have_the_address() -> None:
    place = Span.at(7, 3)
    source = Source({"https://x.example/a.png": place})
    _, (found,) = offline_site({"a.html": b'<img src="https://x.example/a.png">'}, source)
    assert (found.span, found.path) == (place, None)


def test_what_is_missing_is_an_error() -> None:
    files = {
        "a/b.html": b'<a href="../c.html">c</a><img src="d.png"><a href="%C3%BC.html?x#y">e</a>',
        "a/\u00fc.html": b"",
    }
    assert [d.message.split()[2].rstrip(",") for d in missing(files)] == ["../c.html", "d.png"]


# --- Markup

SCRAPS = [
    "<p>",
    "</p>",
    "<img_alt=''>",
    "<a_href=x>",
    "</a>",
    "text",
    "&amp;",
    "&#65;",
    "&",
    "<",
    ">",
    "<!--_c_-->",
    "<!doctype_html>",
    "<script>a<b</script>",
    "<br/>",
    '<x-y_a="1>2">',
    "</",
    "<?pi?>",
    "<![CDATA[x]]>",
    "ü",
    "_",
]
PIECES = st.lists(st.sampled_from(["\n", *(scrap.replace("_", " ") for scrap in SCRAPS)]), max_size=12).map("".join)


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_what_is_not_changed_stays_byte_for_byte(text: str) -> None:
    assert rewrite(text, lambda _tag: None) == text
    assert "".join(text[piece.start : piece.end] for piece in read_tags(text, finished=True)) == text


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["alt", "href", "data-x", "class"]), st.text("a<>&\"'ü \n", max_size=6)))
def test_a_written_tag_is_read_as_it_was(attributes: dict[str, str]) -> None:
    (read,) = tags(str(Tag("a", dict(attributes))))
    assert {name: value or "" for name, value in read.attributes.items()} == attributes


def test_an_element_is_replaced_with_all_that_is_in_it() -> None:
    text = "<div><b>1</b><div>2</div></div>3<div/>4"
    assert rewrite(text, lambda tag: Instead("X") if tag.name == "div" else None) == "X3X4"


def test_an_end_tag_follows_its_start_tag() -> None:
    text = "<h1>a</h1><h2>b</h2>"
    assert rewrite(text, lambda tag: Tag("h3", {}) if tag.name == "h1" else None) == "<h3>a</h3><h2>b</h2>"


def test_headings_are_read_with_their_words() -> None:
    (head,) = headings('<h2 id="a">One &amp; <code>two</code>\n three</h2>')
    assert (head.level, head.id, head.text) == (2, "a", "One & two three")


# --- Names


def name_cases() -> Iterator[object]:
    for line in (CASES / "names.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, problem = line.split("\t")
            name = re.sub(
                r"\\(?:u(....)|x(..)|\\)", lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else "\\", name
            )
            yield pytest.param(name, problem, id=ascii(name))


@pytest.mark.parametrize(("name", "problem"), list(name_cases()))
def test_names(name: str, problem: str) -> None:
    found = [reason for _, reason in problems([name])]
    assert found == [] if problem == "-" else len(found) == 1
    assert problem == "-" or problem in found[0]


@pytest.mark.parametrize("pair", [("a.html", "A.html"), ("ß/x", "SS/y"), ("a", "a/b"), ("ﬁ.html", "fi.html")])
def test_names_that_some_system_confuses_are_found(pair: tuple[str, str]) -> None:
    assert len(list(problems(pair))) == 1


def test_long_names_are_found() -> None:
    assert [bool(list(problems([name]))) for name in ("a" * 150, "a" * 151, "ü" * 128)] == [False, True, True]


def test_a_bad_name_stops_the_copy() -> None:
    assert [found.code for found in offline_site({"CON.txt": b""})[1]] == ["B_NAME"]


# --- Archives


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,3}(/[a-z]{1,3})?", fullmatch=True), st.binary(max_size=40), max_size=6))
def test_a_zip_holds_what_was_given_in_any_order(files: dict[str, bytes]) -> None:
    data = zip_bytes(files, epoch=1_700_000_000)
    assert data == zip_bytes(dict(reversed(files.items())), epoch=1_700_000_000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


@pytest.mark.parametrize(("epoch", "year"), [(None, 1980), (0, 1980), (1_700_000_000, 2023), (10**11, 2107)])
def test_times_fit_the_format(epoch: int | None, year: int) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_bytes({"a": b""}, epoch=epoch))) as archive:
        assert archive.infolist()[0].date_time[0] == year


def test_sums_leave_themselves_out() -> None:
    files = with_sums({"b": b"", "a": b"x", SUMS: b"old"})
    assert [line.split("  ")[1] for line in files[SUMS].decode().splitlines()] == ["a", "b"]
    assert set(under("top", files)) == {"top/a", "top/b", f"top/{SUMS}"}


def test_a_pdf_gets_the_date_of_its_content() -> None:
    printed = b"<</CreationDate (D:20261122200025+00'00')\n/ModDate (D:20261122200025+00'00')>> (D:20261122200025)"
    assert dated(printed, 1_700_000_000) == printed.replace(b"Date (D:20261122200025", b"Date (D:20231114221320")
    assert len(dated(printed, None)) == len(printed)


@pytest.mark.parametrize(("text", "epoch"), [(None, None), ("", None), (" 12 ", 12)])
def test_dates(text: str | None, epoch: int | None) -> None:
    assert read_epoch(text) == epoch


@pytest.mark.parametrize("text", ["-1", "1.5", "yesterday", "٣", "9" * 20])
def test_wrong_dates(text: str) -> None:
    with pytest.raises(NotesError, match="SOURCE_DATE_EPOCH"):
        read_epoch(text)


def test_the_index_of_the_search_is_kept_once() -> None:
    both = {"search/search_index.json": b"{}", "search/search_index.js": b""}
    assert set(offline_site(both)[0]) == {"search/search_index.js"}
    assert set(offline_site({"search/search_index.json": b"{}"})[0]) == {"search/search_index.json"}


def test_files_for_servers_and_machines_are_left_out() -> None:
    built = dict.fromkeys(
        ["404.html", "sitemap.xml", "robots.txt", "_headers", "ü.html", "ü.md", "%C3%BC.md", "own.md"], b""
    )
    assert set(offline_site(built)[0]) == {"ü.html", "own.md"}


def test_styles_and_scripts_lose_their_maps_and_what_is_remote() -> None:
    css = b'@import "https://x.example/f.css";\na{b:url(local.png);c:url("http://x.example/d.png")}\n/*# sourceMappingURL=a.css.map */\n'
    files, findings = offline_site({"a.css": css, "a.css.map": b"", "b.js": b"x()\n//# sourceMappingURL=b.js.map"})
    assert files == {"a.css": b'\na{b:url(local.png);c:url("data:,")}\n', "b.js": b"x()\n"}
    assert [found.code for found in findings] == ["B_REMOTE", "B_REMOTE"]


# --- Books


def book(*pages: BookPage, title: str = 'A "book" </style>') -> Book:
    stamp = Stamp(hashlib.sha256(b"notes").hexdigest(), (("tool", "1"),), 1_700_000_000)
    return Book(title, "About <it>", "", "en", ("a.css",), ("a.js",), stamp, pages)


def page_of(title: str, name: str, trail: tuple[str, ...], html: str) -> BookPage:
    """A page of a book."""
    return BookPage(title, name, trail, Markup(html))  # noqa: S704  # as given


HOME = page_of("Home", "index.html", (), '<h1 id="home">Home</h1><p><a href="sub/pod.html#b">to b</a></p>')
POD = page_of(
    "Pod",
    "sub/pod.html",
    ("Group",),
    '<h1 id="pod">Pod<a class="headerlink" href="#pod">¶</a></h1><h2 id="b">B</h2><a href="../index.html">home</a>'
    '<img src="../a.png" alt="A" loading="lazy"><a href="../m.yaml">file</a><script>x</script><button>b</button>'
    '<svg><linearGradient id="g"/><rect fill="url(#g)"/></svg>',
)
COPY = page_of(
    "Copy", "copy.html", (), '<h1 id="pod">Pod</h1><a href="#pod">up</a><i id="g"></i><p aria-labelledby="g x">p</p>'
)
BUILT = {"a.png": PIXEL, "m.yaml": b"kind: Pod", "index.html": b"", "sub/pod.html": b"", "copy.html": b""}


def test_chapters_are_led_to_each_other_and_keep_their_ids() -> None:
    home, pod, copy = chapters(
        book(HOME, POD, COPY), BUILT, Layout(place_in_one_page, lambda name: f"data:{name}"), one_page=True
    )
    assert '<a href="#b">to b</a>' in home.html
    assert '<h3 id="pod">Pod</h3><h4 id="b">B</h4><a href="#page-index">home</a>' in pod.html
    assert '<img src="data:a.png" alt="A">' in pod.html
    assert '<a href="data:m.yaml" download="m.yaml">file</a>' in pod.html
    assert "script" not in pod.html
    assert "button" not in pod.html
    assert '<h2 id="pod--2">Pod</h2><a href="#pod--2">up</a><i id="g--2"></i><p aria-labelledby="g--2 x">' in copy.html
    assert 'fill="url(#g)"' in pod.html


def test_what_a_book_cannot_use_leaves_its_words() -> None:
    page = page_of(
        "P",
        "index.html",
        (),
        '<label for="f">Filter</label><input id="f"><label class="task"><input type="checkbox" disabled></label>'
        '<a href="gone.yaml" download>gone</a>',
    )
    (chapter,) = chapters(book(page), {}, Layout(place_in_one_page, lambda _: None), one_page=True)
    assert chapter.html == '<label class="task"><input type="checkbox" disabled></label><span>gone</span>'


def test_paper_shows_what_a_reader_could_unfold() -> None:
    page = page_of("P", "index.html", (), "<details><summary>More</summary>words</details>")
    assert "<details open>" in print_file(book(page), {})
    assert "<details><summary>" in single_file(book(page), {})


@pytest.mark.parametrize("form", [single_file, print_file])
def test_one_file_holds_everything_and_forbids_the_rest(form: object) -> None:
    assert callable(form)
    text = form(book(HOME, POD, COPY), BUILT)
    assert "default-src 'none'" in text
    assert "data:image/png;base64,iVBORw0KGgo=" in text
    assert text.count("</style>") == 1
    assert "<title>A &#34;book&#34; &lt;/style&gt;</title>" in text
    found = list(tags(text))
    ids = [tag.get("id") for tag in found if tag.get("id")]
    assert len(ids) == len(set(ids))
    for tag in found:
        assert tag.name != "a" or not tag.get("href").startswith("#") or tag.get("href")[1:] in ids


def test_one_file_takes_styles_and_scripts_along() -> None:
    built = {
        **BUILT,
        "a.css": b"i{background:url(a.png)} b{background:url(https://x.example/b)}",
        "a.js": b"'</script>'",
    }
    text = single_file(book(HOME), built)
    assert 'i{background:url("data:image/png;base64,iVBORw0KGgo=")} b{background:url("data:,")}' in text
    assert "'<\\/script>'" in text
    assert "x.example" not in text


def test_a_style_string_ends_nowhere_else() -> None:
    assert css_string('a"b</style>\n') == '"a\\22 b\\3c \\2f style\\3e \\a "'


def test_a_picture_that_an_ebook_cannot_hold_is_named() -> None:
    page = page_of("P", "index.html", (), '<h1>P</h1><img src="a.avif" alt="Odd">')
    with zipfile.ZipFile(io.BytesIO(epub_bytes(book(page), {"a.avif": b"", "index.html": b""}))) as archive:
        chapter = archive.read("EPUB/chapter-000.xhtml").decode()
    assert "Picture not in this copy: Odd" in chapter
    assert "<img" not in chapter


@pytest.mark.parametrize(
    "title", ["Notes", "Everything about clusters " * 12, "集群入门与实践" * 9, "Donaudampfschifffahrt" * 4]
)
def test_the_title_fits_on_the_cover(title: str) -> None:
    with zipfile.ZipFile(io.BytesIO(epub_bytes(book(HOME, title=title), BUILT))) as archive:
        cover = ET.fromstring(archive.read("EPUB/cover.svg"))  # noqa: S314  # made here
    size = float(next(node.attrib["font-size"] for node in cover.iter() if "font-size" in node.attrib))
    lines = [(float(node.attrib["y"]), str(node.text)) for node in cover.iter(f"{{{SVG}}}text")]
    wide = 1 if title[0] > "\u2e80" else 0.58
    assert lines
    assert lines[0][0] - size > 30
    assert lines[-1][0] < 770
    assert max(len(words) for _, words in lines) * size * wide <= 540


def test_the_same_book_is_the_same_ebook() -> None:
    assert epub_bytes(book(HOME, POD), BUILT) == epub_bytes(book(HOME, POD), BUILT)


@settings(max_examples=100, deadline=None)
@given(st.one_of(PIECES, st.text(max_size=30)))
def test_whatever_the_html_the_xhtml_is_well_formed(text: str) -> None:
    ET.fromstring(f"<div>{to_xhtml(text)}</div>")  # noqa: S314  # our own output


def test_what_html_has_given_up_becomes_what_it_meant() -> None:
    given = '<center><font color="red">a</font></center><td align="left">b</td><input type="checkbox" checked disabled>'
    assert to_xhtml(given) == "<div><span>a</span></div>b☑ "
    assert to_xhtml("<picture><source><em>no picture</em></picture>") == "<span><em>no picture</em></span>"
    assert to_xhtml('<svg viewBox="0 0 1 1" width="1"><path d=""/></svg>').startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" width="1">'
    )
