"""The pure parts of mirroring: addresses, names, the lock, alternative texts, plans, and what bytes are."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pictures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notesite.diagnostics.diagnostic import Span
from notesite.images import picture as names
from notesite.images import uses as alt
from notesite.images.mirror import derived
from notesite.images.picture import KINDS, Limits, data_facts, inspect
from notesite.images.store import Entry, lock_text, read_lock
from notesite.images.uses import stems, uses
from notesite.net import urls
from notesite.net.client import Client
from notesite.net.response import Fault, Response, answer_fault, retry_after
from notesite.net.response import Limits as NetLimits
from notesite.notes.model import Heading, Image

CASES = Path(__file__).parent / "cases/images"


def rows(name: str) -> list[dict[str, str]]:
    lines = (CASES / name).read_text("utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def code(data: bytes, limits: Limits | None = None) -> str:
    """The code of the fault that inspecting gives, "" when there is none."""
    try:
        inspect(data, limits)
    except Fault as fault:
        return fault.code
    return ""


def test_a_type_that_this_pillow_cannot_decode_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.features.check", lambda _name: False)
    assert [code(pictures.raster(kind)) for kind in ("PNG", "AVIF")] == ["", "E_CODEC"]


# --- addresses --------------------------------------------------------------------------------------------------


@pytest.mark.promise("No address that is not public is asked.")
@pytest.mark.parametrize("row", rows("addresses.tsv"), ids=lambda row: row["address"])
def test_only_public_addresses_are_connected_to(row: dict[str, str]) -> None:
    assert (urls.refusal(row["address"]) is None) == (row["public"] == "yes")
    assert (urls.refusal(row["address"], allowed=True) is None) == (row["allowed"] == "yes")


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("//h.example/a.png", "https://h.example/a.png"),
        ("HTTP://H.Example:80/a", "http://h.example/a"),
        ("https://h.example:443", "https://h.example/"),
        ("https://h.example/日.png", "https://h.example/%E6%97%A5.png"),
        ("https://h.example/%e6%97%a5.png", "https://h.example/%E6%97%A5.png"),
        ("https://h.example/a b.png?c d#e", "https://h.example/a%20b.png?c%20d"),
        ("https://h.example/100%.png", "https://h.example/100%25.png"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("  https://h.example/a\n", "https://h.example/a"),
    ],
)
def test_spellings_of_one_address_are_one_key(url: str, same: str) -> None:
    assert urls.normal(url) == same
    assert urls.normal(same) == same


@given(st.text(max_size=40), st.text(max_size=20))
def test_a_key_is_its_own_key_and_plain_ascii(path: str, query: str) -> None:
    url = f"https://h.example/{path}?{query}"
    try:
        address = urls.parse(url)
    except Fault as fault:
        assert fault.code == "E_URL"  # noqa: PT017  # the faults that generated text can cause
        return
    assert urls.parse(address.url) == address
    assert re.fullmatch(r"[!-~]+", address.url)


@pytest.mark.parametrize(
    ("entry", "url", "allowed"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080/", True),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/", True),
        ("127.0.0.1:8081", "http://127.0.0.1:8080/", False),
        ("localhost", "http://LOCALHOST/", True),
        ("LocalHost", "http://localhost/", True),
        ("127.0.0.1", "http://localhost/", False),
        ("127.0.0.1", "http://127.1/", False),
        ("::1", "http://[::1]:9/", True),
        ("[::1]:9", "http://[::1]:9/", True),
        ("host", "http://host.evil.example/", False),
    ],
)
def test_a_host_is_let_through_only_as_it_is_written(entry: str, url: str, *, allowed: bool) -> None:
    assert urls.is_allowed(urls.parse(url), [entry]) is allowed


def test_an_address_may_be_so_long_and_holds_no_control_character() -> None:
    longest = "https://example.org/" + "a" * (urls.MAX_URL - 20)
    assert urls.parse(longest).url == longest
    for url in (longest + "a", "https://example.org/\x7f", "https://example.org/%0A"):
        with pytest.raises(Fault) as refused:
            urls.parse(url)
        assert refused.value.code == "E_URL"
    assert urls.parse("https://example.org/~a").url == "https://example.org/~a"


def test_a_message_shows_the_beginning_of_an_address() -> None:
    whole = f"https://example.org/{'a' * 100}"
    assert urls.shown(whole) == whole
    assert urls.shown(f"{whole}b") == f"{whole[:-1]}…"


def test_a_refused_redirect_names_the_scheme_it_leads_to() -> None:
    with pytest.raises(Fault) as refused:
        urls.redirected(urls.parse("https://example.org/"), "FTP://example.org/a.png")
    assert (refused.value.code, refused.value.message) == ("E_SCHEME", "redirect to ftp: refused")


def test_credentials_are_never_shown() -> None:
    assert "sesame" not in urls.shown("https://user:sesame@h.example/a.png")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1", 1),
        ("-5", 0),
        ("soon", None),
        ("", None),
        (None, None),
        ("Thu, 01 Jan 1970 00:01:50 GMT", 10),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 99 Foo 9999", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_read_without_trust(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=100.0) == seconds


@given(st.text(max_size=30))
def test_retry_after_never_fails(value: str) -> None:
    assert (retry_after(value, now=0.0) or 0) >= 0


@pytest.mark.parametrize("status", [100, 199, 204, 299, 301, 404, 418, 500, 599, 600, 999])
def test_every_answer_but_200_has_words(status: int) -> None:
    fault = answer_fault(Response("https://h.example/", "https://h.example/", status, {}))
    assert fault.code == "E_HTTP"
    assert str(status) in fault.message


def test_without_any_network_the_client_stops_after_its_patience() -> None:
    def unknown(_host: str, _port: int) -> list[tuple[object, ...]]:
        raise OSError("no network")

    client = Client(limits=NetLimits(tries=1), patience=0.0, resolve=unknown)
    for number in range(3):
        with pytest.raises(Fault, match=r"no network|does not resolve"):
            client.fetch(f"https://h{number}.example/")


# --- what bytes are ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_each_type_is_told_by_its_bytes_and_measured(kind: str) -> None:
    facts = inspect(pictures.raster(kind, 30, 20))
    assert (facts.kind.format, facts.width, facts.height, facts.frames) == (kind, 30, 20, 1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_foreign_bytes_behind_an_image_are_refused_and_padding_is_not(kind: str) -> None:
    data = pictures.raster(kind, 30, 20)
    assert code(data + b"<script>alert(1)</script>") == "E_TRAILING"
    assert code(data + b"\n\0\0") == ""


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "AVIF"]), st.floats(0, 0.99))
def test_an_image_that_was_cut_is_never_accepted(kind: str, part: float) -> None:
    data = pictures.raster(kind, 40, 30)
    assert code(data[: int(len(data) * part)]) in {"E_CORRUPT", "E_EMPTY", "E_NOTIMAGE", "E_PIXELS"}


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"<svg ", b"RIFF"])
)
def test_any_bytes_end_in_a_fault_or_in_facts(data: bytes, start: bytes) -> None:
    assert code(start + data) in {"", "E_EMPTY", "E_NOTIMAGE", "E_CORRUPT", "E_TRAILING", "E_PIXELS", "E_SVG"}


def test_limits_hold_for_each_measure() -> None:
    data = pictures.png(100, 50)
    assert code(data, Limits(side=99)) == "E_PIXELS"
    assert code(data, Limits(pixels=4999)) == "E_PIXELS"
    assert code(data, Limits(bytes=20)) == "E_SIZE"
    assert code(pictures.raster("GIF", frames=5), Limits(frames=4)) == "E_PIXELS"
    assert code(pictures.raster("WEBP", 100, 100, frames=5), Limits(total_pixels=40_000)) == "E_PIXELS"
    assert code(data, Limits(side=100, pixels=5000)) == ""


def test_a_photo_taken_sideways_has_the_size_that_browsers_show() -> None:
    import io  # noqa: PLC0415  # only here

    from PIL import Image as Pillow  # noqa: PLC0415  # only here

    out = io.BytesIO()
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    assert inspect(out.getvalue())[1:3] == (20, 40)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ("", (40, 30)),
        ('width="80"', (80, 60)),
        ('width="10cm" height="1in"', (378, 96)),
        ('width="100%" height="100%"', (40, 30)),
        ('width="12pt" height="12px"', (16, 12)),
    ],
)
def test_a_drawing_has_a_size_in_pixels(attributes: str, size: tuple[int, int]) -> None:
    assert inspect(pictures.svg("<path d='M0 0'/>", attributes))[1:3] == size


@pytest.mark.promise("A drawing that would stall a browser is refused.")
@pytest.mark.parametrize(
    "data",
    [
        pictures.svg("<g id='a'><use href='#a'/></g>"),
        pictures.svg(
            "".join(f"<g id='g{n}'>" + f"<use href='#g{n + 1}'/>" * 10 + "</g>" for n in range(9)) + "<g id='g9'/>"
        ),
        pictures.svg("<g>" * 1000 + "</g>" * 1000),
        pictures.svg("<text>&nothing;</text>"),
        pictures.svg("<style>a{b:" + "(" * 5000 + "url(x)</style>"),
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + pictures.svg("<text>&x;</text>"),
        b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (str(n - 1).encode() if n else b"") * 99) for n in range(6))
        + b"]>"
        + pictures.svg("<text>&a5;</text>"),
        b"<svg><rect/></svg>",
    ],
    ids=range(8),
)
def test_a_drawing_that_no_browser_should_draw_is_refused(data: bytes) -> None:
    assert code(data) == "E_SVG"


def drawings() -> list[tuple[str, str, str, str]]:
    """Title, what is drawn, what is published, and what was taken out, of `drawings.md`."""
    text = (CASES / "drawings.md").read_text("utf-8")
    cases = []
    for part in text.split("\n## ")[1:]:
        blocks = re.findall(r"^```svg\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)
        taken = re.search(r"^Taken out: (.*)\.$", part, re.MULTILINE)
        cases.append((part.partition("\n")[0], blocks[0], blocks[-1], taken[1] if taken else ""))
    return cases


@pytest.mark.promise("What is active in a drawing is not published, and the rest stays.")
@pytest.mark.parametrize(("title", "drawn", "published", "taken"), drawings(), ids=lambda text: text[:40])
def test_what_is_active_is_taken_out_and_the_rest_stays(title: str, drawn: str, published: str, taken: str) -> None:
    data = pictures.SVG_OPEN + drawn + "</svg>"
    facts = inspect(data.encode())
    assert facts.taken == taken, title
    shown = (facts.cleaned or data.encode()).decode()
    plain: Any = {"strip_text": True, "rewrite_prefixes": True}
    wanted = ET.canonicalize(pictures.SVG_OPEN + published + "</svg>", **plain)
    assert ET.canonicalize(shown, **plain) == wanted
    again = inspect(shown.encode())
    assert again.taken == ""
    assert again[1:3] == facts[1:3]


def test_harmless_drawings_pass() -> None:
    inner = base64.b64encode(pictures.png()).decode()
    for inside in (
        "<style>.a{fill:var(--ink,#000)}</style><rect class='a'/>",
        "<linearGradient id='g'/><rect fill='url(#g)'/><use xlink:href='#g'/>",
        f"<image href='data:image/png;base64,{inner}'/>",
        "<metadata><x:y xmlns:x='urn:x'/></metadata><title>t</title><text>javascript is a word</text>",
    ):
        assert code(pictures.svg(inside)) == "", inside
    doctype = b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
    assert code(doctype + pictures.svg()) == ""


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("data:image/png;base64," + base64.b64encode(pictures.png()).decode(), ""),
        ("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E", ""),
        ("data:text/html,<script>alert(1)</script>", "E_NOTIMAGE"),
        ("data:image/png;base64,!!!", "E_CORRUPT"),
        ("data:image/png,hello", "E_NOTIMAGE"),
        ("data:nonsense", "E_URL"),
        ("data:image/png;base64," + "A" * 2_000_000, "E_SIZE"),
        ("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "E_SVG"),
    ],
    ids=range(8),
)
def test_pictures_inside_the_notes_are_checked(uri: str, expected: str) -> None:
    try:
        data_facts(uri)
    except Fault as fault:
        assert fault.code == expected  # noqa: PT017  # "" is an expected outcome too
    else:
        assert expected == ""


def test_a_smaller_copy_is_made_only_when_it_is_much_smaller_and_exact_for_drawings() -> None:
    import io  # noqa: PLC0415  # only here

    from PIL import Image as Pillow  # noqa: PLC0415  # only here

    drawing = io.BytesIO()
    picture = Pillow.linear_gradient("L").resize((300, 200)).convert("RGB")
    picture.save(drawing, "PNG", compress_level=1)
    copy = derived(drawing.getvalue(), inspect(drawing.getvalue()))
    assert copy is not None
    assert len(copy) <= 0.7 * len(drawing.getvalue())
    assert Pillow.open(io.BytesIO(copy)).convert("RGB").tobytes() == picture.tobytes()
    for data in (pictures.raster("GIF"), pictures.raster("WEBP"), pictures.png(1, 1), pictures.svg()):
        assert derived(data, inspect(data)) is None


# --- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "text", "order", "expected"),
    [
        ("Deployment", "", 1, "deployment-1"),
        ("Pod Lifecycle", "Phases of a Pod", 1, "pod-lifecycle-phases-of-a-pod"),
        ("Service", "Service external traffic", 2, "service-external-traffic"),
        ("Pod", "Pod", 3, "pod-3"),
        ("", "", 4, "4"),
        ("控制", "平面", 2, "2"),
        ("Übersicht", "Café", 1, "ubersicht-cafe"),
        ("../../etc", "passwd", 1, "etc-passwd"),
        ("CON", "", 1, "con-1"),
    ],
)
def test_names_say_where_a_picture_stands(heading: str, text: str, order: int, expected: str) -> None:
    assert names.stem(heading, text, order) == expected


@given(
    st.text(max_size=80), st.text(max_size=80), st.integers(1, 99), st.binary(max_size=8), st.sampled_from(list(KINDS))
)
def test_names_are_safe_everywhere(heading: str, text: str, order: int, data: bytes, kind: str) -> None:
    digest, extension = hashlib.sha256(data).hexdigest(), KINDS[kind].extension
    name = names.file_name(names.stem(heading, text, order), digest, extension)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?-[0-9a-f]{8}\.[a-z]{3,4}", name)
    assert len(name) <= 80
    assert names.is_name(name, extension, digest)
    longer = names.file_name(names.stem(heading, text, order), digest, extension, {name})
    assert longer != name
    assert names.is_name(longer, extension, digest)


# --- the lock ---------------------------------------------------------------------------------------------------


def entry(number: int = 1, **changes: object) -> Entry:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    good = Entry(
        url=f"https://h.example/{number}.png",
        file=f"pod-{number}-{digest[:8]}.png",
        sha256=digest,
        size=10,
        type="image/png",
        width=4,
        height=3,
        etag='"x"',
        fetched="2026-01-31",
    )
    return good._replace(**changes)  # type: ignore[arg-type]  # fields by name


def test_a_lock_is_sorted_has_one_line_for_each_url_and_reads_back() -> None:
    entries = [entry(n) for n in (3, 1, 2)]
    text = lock_text(entries)
    assert [json.loads(line).get("url") for line in text.splitlines()][1:] == [entry(n).url for n in (1, 2, 3)]
    assert read_lock(text.encode()) == {e.url: e for e in entries}
    assert read_lock(lock_text([]).encode()) == {}
    assert read_lock(text.replace("\n", "\r\n").encode()) == read_lock(text.encode())


GOOD = lock_text([entry(1), entry(2)])
LINE = GOOD.splitlines()[1]


@pytest.mark.parametrize(
    ("damaged", "line"),
    [
        ("", 1),
        ("[]\n", 1),
        ("[" * 100_000, 1),
        ('{"a":' * 50_000 + "\n", 1),
        ('{"images.lock": 2}\n', 1),
        (GOOD[:-1], 4),
        (GOOD[:-30], 3),
        (GOOD.replace(LINE, "<<<<<<< ours\n" + LINE + "\n=======\n" + LINE + "\n>>>>>>> theirs"), 2),
        (GOOD + LINE.replace('"width": 4', '"width": 5') + "\n", 4),
        (GOOD.replace(entry(1).file, "../../etc/passwd"), 2),
        (GOOD.replace(entry(1).file, "/etc/passwd"), 2),
        (GOOD.replace(entry(1).file, "pod-00000000.png"), 2),
        (GOOD.replace(entry(1).file, "CON"), 2),
        (GOOD.replace(entry(1).sha256, "abc"), 2),
        (GOOD.replace(entry(1).sha256, entry(1).sha256.upper()), 2),
        (GOOD.replace('"size": 10', '"size": -1', 1), 2),
        (GOOD.replace('"size": 10', '"size": true', 1), 2),
        (GOOD.replace('"size": 10', '"size": 1e999', 1), 2),
        (GOOD.replace('"size": 10', '"size": "10"', 1), 2),
        (GOOD.replace('"width": 4, ', "", 1), 2),
        (GOOD.replace('"width"', '"breadth"', 1), 2),
        (GOOD.replace("image/png", "text/html", 1), 2),
        (GOOD.replace("https://h.example/1", "file:///etc/1"), 2),
        (GOOD.replace("https://h.example/1", "https://u:p@h.example/1"), 2),
        (GOOD.replace("2026-01-31", "yesterday", 1), 2),
        (GOOD.replace('"\\"x\\""', '"x\\r\\nHost: evil"', 1), 2),
        (GOOD.replace(LINE, "null"), 2),
        (GOOD.replace(LINE, ""), 2),
        (GOOD.replace(LINE, LINE[:-1] + ', "webp": "a-11111111.webp"}'), 2),
    ],
    ids=range(29),
)
def test_a_damaged_lock_is_refused_with_its_line(damaged: str, line: int) -> None:
    assert damaged != GOOD
    with pytest.raises(Fault) as caught:
        read_lock(damaged.encode())
    assert (caught.value.code, caught.value.line) == ("E_LOCK", line if line < 4 else caught.value.line)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3))
def test_any_damage_is_refused_or_harmless(place: int, junk: bytes) -> None:
    """Whatever is read after damage still names only safe files."""
    data = GOOD.encode()
    try:
        entries = read_lock(data[:place] + junk + data[place + len(junk) :])
    except Fault as fault:
        assert fault.code == "E_LOCK"  # noqa: PT017  # the only fault there may be
        return
    for got in entries.values():
        assert names.is_name(got.file, KINDS[got.type].extension, got.sha256)


def test_binary_locks_are_refused() -> None:
    with pytest.raises(Fault, match="E_LOCK"):
        read_lock(b"\xff\xfe\x00\x01")


# --- texts and plans --------------------------------------------------------------------------------------------


def image(url: str = "https://h.example/a.png", text: str = "Image", line: int = 1, heading: str = "Pod") -> Image:
    trail = (Heading(2, heading, heading.lower(), Span.at(1), starts_section=True),) if heading else ()
    return Image(url, text, "", Span.at(line), "markdown", trail)


@pytest.mark.parametrize("row", rows("alt.tsv"), ids=lambda row: row["alt"])
def test_texts_that_say_nothing_are_told_from_those_that_do(row: dict[str, str]) -> None:
    assert alt.is_weak(row["alt"]) is (row["weak"] == "yes")


def test_weak_texts_are_reported_in_place_and_replaced_by_the_heading() -> None:
    images = [image(line=3), image(line=5), image(text="Two Pods share a volume", line=7), image(line=9, heading="")]
    found = list(alt.alt_findings(images, {}))
    assert [(d.code, d.span.start.line) for d in found] == [("E_ALT", 3), ("E_ALT", 5), ("E_ALT", 9)]
    texts = alt.alt_texts(images, {})
    assert [texts[i.span] for i in images] == ["Picture: Pod", "Picture: Pod (2)", "Two Pods share a volume", "Image"]


def test_a_text_from_the_settings_wins_and_is_no_finding() -> None:
    chosen = {"https://h.example/a.png": "A Pod and its containers"}
    assert alt.alt_texts([image()], chosen) == {Span.at(1): "A Pod and its containers"}
    assert not list(alt.alt_findings([image()], chosen))


def test_decoration_in_html_stays_decoration() -> None:
    spacer = image(text="")._replace(origin="html")
    assert alt.alt_texts([spacer], {}) == {Span.at(1): ""}
    assert not list(alt.alt_findings([spacer], {}))


def test_uses_are_told_apart_and_wrong_ones_are_faults_in_place() -> None:
    found = uses(
        [
            image("https://h.example/日.png"),
            image("https://h.example/%E6%97%A5.png", line=2),
            image("img/a%20b.png?raw=true", line=3),
            image("file:///etc/hostname", line=4),
            image("https://u:p@h.example/", line=5),
            image("C:\\pictures\\a.png", line=6),
            image("", line=7),
            image("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>", line=8),
        ]
    )
    assert {url: len(places) for url, places in found.remote.items()} == {"https://h.example/%E6%97%A5.png": 2}
    assert list(found.local) == ["img/a b.png"]
    assert [(i.span.start.line, f.code) for i, f in found.faults] == [
        (4, "E_SCHEME"),
        (5, "E_URL"),
        (6, "E_SCHEME"),
        (7, "E_MISSING"),
    ]


def test_stems_number_the_pictures_under_a_heading() -> None:
    remote = uses(
        [image("https://h.example/1"), image("https://h.example/2"), image("https://h.example/3", "Two words")]
    )
    assert list(stems(remote.remote).values()) == ["pod-1", "pod-2", "pod-two-words"]
