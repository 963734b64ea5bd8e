"""The link check over built sites: all that is wrong is found at its place, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from notesite.diagnostics.diagnostic import Span
from notesite.links.built_pages import Kind, Use, css_uses, read_page, refresh_target
from notesite.links.internal import BuiltSite, Outcome, Places, _Check, check
from notesite.links.targets import Resolver, Where
from notesite.notes.raw_html import candidates

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "links" / "internal.yml").read_text("utf-8"))
LYCHEE = Path(sysconfig.get_path("scripts")) / "lychee"


def _site(case: dict[str, Any]) -> BuiltSite:
    files = {path: text.encode() for path, text in case["files"].items()}
    return BuiltSite(
        files.keys(), files.__getitem__, case.get("site_url", ""), "site", bundle=case.get("bundle", False)
    )


def _outcome(case: dict[str, Any]) -> Outcome:
    placed: dict[tuple[str, str], Sequence[Span]] = {}
    for key, places in case.get("notes", {}).items():
        page, target = key.split(" ", 1)
        placed[page, target] = [Span.at(*map(int, place.split(":"))) for place in places.split()]
    return check(_site(case), lambda: (placed, {}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_every_fault_is_found_at_its_place_and_nothing_else(case: dict[str, Any]) -> None:
    found = [(f"{d.path or 'notes'}:{d.span.start} {d.code}", d.message) for d in _outcome(case).report.diagnostics]
    expected = [re.fullmatch(r"(\S+ L_[A-Z]+) ?(.*)", line) for line in case["finds"]]
    wanted = [(match[1], match[2]) for match in expected if match]
    assert sorted(place for place, _ in found) == sorted(place for place, _ in wanted), found
    for place, words in wanted:
        assert any(place == at and words in message for at, message in found), (place, words, found)


def test_nothing_that_lychee_finds_is_missed(tmp_path: Path) -> None:
    """Over all the sites above that have no sub-path (which lychee cannot know)."""
    missed, compared = [], 0
    for number, case in enumerate(CASES):
        sub_path = case.get("site_url", "https://example.org/") != "https://example.org/"
        if sub_path or case.get("bundle") or not case.get("lychee", True):
            continue
        root = tmp_path / str(number)
        for path, text in case["files"].items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
        command = [LYCHEE, "--offline", "--include-fragments", "--format", "json", "--no-progress", "--root-dir", root]
        output = subprocess.run([*map(str, command), str(root)], capture_output=True, text=True, check=False).stdout
        ours = {d.message for d in _outcome({**case, "notes": {}}).report.diagnostics}
        for path, errors in json.loads(output)["error_map"].items():
            for error in errors:
                compared += 1
                if error["url"] == "error:":  # how lychee names an address that it cannot read
                    missed += [] if any("can read" in message for message in ours) else [(case["title"], path, "")]
                    continue
                name = error["url"].removeprefix("file://").removeprefix(str(root)).strip("/")
                if not any(_last(name) in message for message in ours):
                    missed.append((case["title"], path, error["url"]))
    assert missed == []
    assert compared > 10


def _last(address: str) -> str:
    _, sharp, fragment = address.partition("#")  # lychee writes pod/#x as pod#x
    return f"#{fragment}" if sharp else address.rstrip("/").rsplit("/", 1)[-1]


def test_links_to_other_sites_are_handed_on_with_their_places() -> None:
    page = b'<a href="https://a.example/x#y">a</a>\n<a href="https://b.example/">b</a>'
    files = {"index.html": page, "z.html": page}  # of what a template repeats the first is enough
    site = BuiltSite(files.keys(), files.__getitem__, "https://c.example/")
    placed = {("index.html", "https://b.example/"): [Span.at(9, 2)]}
    uses = check(site, lambda: (placed, {})).remote()
    assert [(use.url, use.fragment, use.path, str(use.span.start)) for use in uses] == [
        ("https://a.example/x", "y", "site/index.html", "1:10"),
        ("https://b.example/", "", None, "9:2"),
        ("https://b.example/", "", "site/z.html", "2:10"),
    ]


def test_an_address_without_a_scheme_is_asked_with_https_where_the_site_has_none() -> None:
    files = {"index.html": b'<a href="//a.example/x">a</a>'}
    assert [use.url for use in check(BuiltSite(files.keys(), files.__getitem__)).remote()] == ["https://a.example/x"]


def test_a_use_that_no_tag_shows_stands_at_the_last_of_its_kind() -> None:
    places = Places('<a href="x">\n<a class="y"\n  href="x"><b id="i"></b>')
    uses = [Use("x", Kind.LINK, nth) for nth in range(4)] + [Use("i", Kind.ID, nth) for nth in range(2)]
    assert [str(places.of(use).start) for use in uses] == ["1:10", "3:9", "3:9", "3:9", "3:19", "3:19"]
    uses = [Use(words, Kind.LINK) for words in ("class", "nowhere", "")]
    assert [str(places.of(use).start) for use in uses] == ["2:4", "1:1", "1:1"]


def test_an_id_that_the_notes_have_twice_stands_at_its_places_there() -> None:
    files = {"index.html": b'<p id="aa"><p id="aa"><p id="aa">'}
    placed = {("index.html", "aa"): [Span.at(3), Span.at(7)]}
    report = check(BuiltSite(files.keys(), files.__getitem__), lambda: ({}, placed)).report
    assert [(found.path, str(found.span.start)) for found in report.diagnostics] == [(None, "7:1")]


def test_an_unreadable_search_index_is_skipped_not_passed() -> None:
    for damaged in (b"{", b"[]", b'{"docs": 3}', b'{"docs": [1]}', b"\xff"):
        files = {"search/search_index.json": damaged}
        report = check(BuiltSite(files.keys(), files.__getitem__)).report
        assert [skipped.what for skipped in report.skipped] == ["search results"]


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("", []),
        ("a.png", ["a.png"]),
        ("a.png 1x, b.png 2x", ["a.png", "b.png"]),
        ("a.png, b,c.png 2x,d.png\n100w", ["a.png", "b,c.png", "d.png"]),
        (",, a.png ,", ["a.png"]),
        ("data:image/png;base64,AA= 2x", ["data:image/png;base64,AA="]),
    ],
)
def test_srcset_is_split_as_browsers_do(srcset: str, expected: list[str]) -> None:
    assert [url for url, _ in candidates(srcset)] == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [("5", ""), ("0; url=a/b", "a/b"), ("0;URL='a b'x", "a b"), ('3, "c"', "c"), ("0; u", "u"), ("", "")],
)
def test_refresh_is_read_as_browsers_do(content: str, expected: str) -> None:
    assert refresh_target(content) == expected


@given(
    st.text(alphabet="/.%:#?a\\2e@[] \n", max_size=12), st.sampled_from(["index.html", "a/index.html", "a/b/c.html"])
)
@settings(max_examples=300)
def test_no_address_escapes_or_breaks_the_resolver(written: str, page: str) -> None:
    files = {"index.html", "a/index.html", "a/b/c.html"}
    shared, alone = Resolver(files, "https://x.example/n/"), Resolver(files, "https://x.example/n/")
    shared.resolve("a/b/c.html", written)  # an answer remembered for one page must be right for another
    target = shared.resolve(page, written)
    assert target == alone.resolve(page, written)
    if target.where is Where.HERE:
        assert target.uri in files
    assert ".." not in target.uri.split("/") or target.where in {Where.OUTSIDE, Where.MISSING}


NAMES = (
    "index.html",
    "404.html",
    "x.html",
    "a/index.html",
    "a/x.html",
    "b/index.html",
    "b/c/index.html",
    "own.css",
    "s.svg",
)
ADDRESSES = (
    *(
        "",
        "#",
        "#i",
        "#j",
        "#k ",
        "?q#i",
        "x.html",
        "./x.html#i",
        "a/",
        "a",
        "a/#i",
        "../a/",
        "../b/#j",
        "../b",
        "..",
        "../",
    ),
    *(
        "../../",
        "../../a/#i",
        " ../a/",
        "../\n#i",
        "A/",
        "/a/",
        "/n/a/",
        "//a.example/x",
        "https://x.example/n/b/#j",
        "http://[",
    ),
    *("file:///x", "C:\\x", "c:x", "mailto:a@b", "gone/", "../gone.png", "a/index.html#k", "../s.svg#i", "../x.html"),
)
ELEMENTS = (
    '<a href="{}">',
    "<a href='{}' style='background: url(gone.png)'>",
    '<img src="{}">',
    '<link rel=icon href="{}">',
)
PIECES = st.one_of(
    st.tuples(st.sampled_from(ELEMENTS), st.sampled_from(ADDRESSES)).map(lambda pair: pair[0].format(pair[1])),
    st.sampled_from([f'<p id="{name}">' for name in ("i", "j", "k ", "l m")]),
    st.sampled_from(
        [
            f'<base href="{address}">'
            for address in ("../", "a", "gone/", "/n/b/", "https://y.example/", "x.html#i", "#i")
        ]
    ),
)


@given(
    st.dictionaries(st.sampled_from(NAMES), st.lists(PIECES, max_size=8).map("\n".join), min_size=1),
    st.sampled_from(["", "https://x.example/", "https://x.example/n/"]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_what_is_passed_over_as_right_is_right(texts: dict[str, str], site_url: str, bundle: bool) -> None:
    """What is said is what is said where every address is looked at in full."""
    files = {name: text.encode() for name, text in texts.items()}
    site = BuiltSite(files.keys(), files.__getitem__, site_url, "site", bundle)
    quick = check(site)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Check, "look", lambda run, uri: read_page(run.read(uri)))
        whole = check(site)
    assert (quick.report, quick.remote(), quick.read) == (whole.report, whole.remote(), whole.read)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_page_and_a_style(data: bytes) -> None:
    read_page(b"<a href=x id=y>" + data)
    assert all(address for address, _ in css_uses("url(" + data.decode("latin-1")))
