"""What is published beside the pages: Markdown, llms.txt, robots.txt, headers that the site really works under."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from patience import BROWSER
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser

from notesite.notes.reader import parse
from notesite.output import finished
from notesite.output.finished import foreign, hashes_of, own_scripts
from notesite.output.machine_files import Publication, headers, markdown_path, robots
from notesite.project.settings import PageSettings, Settings
from notesite.site.plan import plan

ROOT = Path(__file__).parent.parent
MKDOCS = Path(sysconfig.get_path("scripts")) / "mkdocs"
NOTES = """\
# Tools [all]

- [Saw](#saw)
- [Axe](#axe)
- [Nail](#nail)

## Saw

See [#axe](#axe), [here](#saw), ![p](https://a.host/p.png) and [out](https://a.host/).

## Axe

<a href="#nail">nails</a> [multi
line](#saw)

## Nail

Last.
"""


def _publication(url: str = "https://example.org/sub/", *, pretty: bool = True) -> Publication:
    notes = parse(NOTES)
    site = plan(notes, Settings(pages={"Axe": PageSettings(description="It\nsplits.")}))
    return Publication(
        notes,
        site,
        lambda page: (
            (f"{page.slug}/" if pretty else f"{page.slug}.html") if page.slug else ("" if pretty else "index.html")
        ),
        url,
        "All my\ntools.",
        {"https://a.host/p.png": "assets/p.png"},
    )


def test_llms_txt_lists_every_page_under_its_address() -> None:
    assert _publication().llms() == (
        "# Tools [all]\n\n> All my tools.\n\n## Pages\n\n"
        "- [Tools \\[all\\]](https://example.org/sub/index.md): All my tools.\n"
        "- [Saw](https://example.org/sub/saw/index.md)\n"
        "- [Axe](https://example.org/sub/axe/index.md): It splits.\n"
        "- [Nail](https://example.org/sub/nail/index.md)\n"
    )
    assert "- [Saw](saw/index.md)" in _publication("").llms()


def test_pages_lie_beside_as_markdown_with_links_that_work_there() -> None:
    files = {path: data.decode() for path, data in _publication().files()}
    assert files["saw/index.md"] == (
        "# Saw\n\nSee [#axe](../axe/index.md#axe), [here](#saw), ![p](../assets/p.png) and [out](https://a.host/).\n"
    )
    assert files["axe/index.md"] == (
        '# Axe\n\n<a href="../nail/index.md#nail">nails</a> [multi\nline](../saw/index.md#saw)\n'
    )
    plain = dict(_publication(pretty=False).files())
    assert set(plain) >= {"index.md", "saw.md", "llms.txt", "llms-full.txt", "robots.txt"}
    assert b"(axe.md#axe)" in plain["saw.md"]
    assert all(text in files["llms-full.txt"] for path, text in files.items() if path.endswith("index.md"))


@pytest.mark.parametrize(("url", "path"), [("", "index.md"), ("a/", "a/index.md"), ("a.html", "a.md")])
def test_the_markdown_lies_beside_its_page(url: str, path: str) -> None:
    assert markdown_path(url) == path


def test_robots_names_the_sitemap_when_the_address_is_known() -> None:
    assert robots("https://example.org/sub/").endswith("Sitemap: https://example.org/sub/sitemap.xml\n")
    assert "Sitemap" not in robots("")


OWN = '<script>a()</script><script src="x.js"></script><script type="module">b()</script>'


def test_the_policy_names_the_scripts_of_the_shell() -> None:
    hashes = hashes_of(own_scripts([OWN + '<script type="application/json">{}</script>']))
    expected = [f"sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}" for text in (b"a()", b"b()")]
    assert hashes == sorted(expected)
    assert f"script-src 'self' '{hashes[0]}' '{hashes[1]}';" in headers(hashes)
    assert "unsafe-eval" not in headers(hashes)


@pytest.mark.parametrize(
    "page",
    [
        "<script>c()</script>",
        "<script type=MODULE>c()</script>",
        '<script type="text/plain">a()//</script>',
        '<script src="y.js"></script>',
        '<script src="">a()</script>',
        "<svg><script>c()</script></svg>",
        '<svg><script href="y.js"></script></svg>',
        "<p onclick=c()>",
        "<p/ONCLICK = c()>",
        '<p title="x"onclick=c()>',
        '<a href="javascript:c()">',
        '<a href=" java\nscript:c()">',
        '<a href="&#106;avascript&colon;c()">',
        '<a href="vbscript:c()">',
        '<a href="data:text/html,x">',
        '<form action="javascript:c()">',
        '<button formaction="javascript:c()">',
        '<svg><a xlink:href="javascript:c()">',
        '<object data="data:text/html,x">',
        '<iframe srcdoc="x">',
    ],
)
def test_a_finished_page_holds_nothing_else_that_runs(page: str) -> None:
    own = own_scripts([OWN])
    assert len(list(foreign(f"<!doctype html>{OWN}<article>{page}</article>".encode(), own))) == 1


ROW = '<li class="r"><a href="#b">B</a><div title="x"><pre><code>c <span>d</span></code></pre><p>e</p></div></li>\n'
ATTACK = "<script>c()</script>"


@pytest.mark.parametrize(
    "page",
    [
        *(f"{ROW}{ATTACK}{ROW}", f"<ul>{ROW}</ul>{ATTACK}", ROW.replace("<p>", "<p onclick=c()>")),
        *(ROW.replace("#b", "javascript:c()"), ROW.replace("e</p>", f"{ATTACK}</p>")),
        *(f"<!--{ROW}-->{ATTACK}{ROW}", f"<textarea>{ROW}</textarea>{ATTACK}", f"<a title='{ROW}'>{ATTACK}{ROW}"),
        '<i title="' + ROW.replace('"r"', '"r onclick=c() "'),  # what is a value for the row is none here
        *(f"<svg>{ROW}{ATTACK}", f"<select>{ROW}</select>{ATTACK}", f"<table>{ROW}<tr><td>{ATTACK}"),
        *(
            f"{a}{ROW}<svg></a><style>{ATTACK}</style>" for a in ("<a>", "<a><div>", "<p><a></p>")
        ),  # the row ends the link
        f"<ul><LI NOTES-CUT></LI><!--{ROW}-->{ATTACK}",
    ],
)
def test_a_large_page_is_read_as_strictly(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [str(fault) for fault in foreign(page.encode(), ())]
    assert found
    monkeypatch.setattr(finished, "_LARGE", 0)
    assert [str(fault) for fault in foreign(page.encode(), ())] == found


def test_plain_rows_of_a_large_page_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished, "_LARGE", 0)
    read: list[bytes] = []

    def parser(page: bytes) -> LexborHTMLParser:
        read.append(page)
        return LexborHTMLParser(page)

    monkeypatch.setattr(finished, "LexborHTMLParser", parser)
    page = f"<body><main><ul>{ROW * 9}</ul></main>"
    assert list(foreign(page.encode(), ())) == []
    assert [len(one) < len(ROW) * 2 for one in read] == [True]


def test_words_about_scripts_are_no_scripts() -> None:
    page = (
        f'{OWN}<script type="application/json">"\\u003cscript>"</script><p title="<script> onclick=1">'
        '&lt;script&gt; onclick=c() <a href="x?javascript:">javascript:</a><a href="javascript/">x</a><a href="data:image/png"><img src="data:image/png;base64,AA">'
    )
    assert list(foreign(page.encode(), own_scripts([OWN]))) == []


# --- The real site


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published-site")
    for name in ("docs", "hooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "notes-baseline.json"):
        shutil.copyfile(ROOT / name, root / name)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SITE_URL": "https://example.org/sub/", "CI": "true"}
    done = subprocess.run(
        [MKDOCS, "build", "-q"], cwd=root, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return root / "site"


def test_a_build_publishes_everything(built: Path) -> None:
    pages = [path for path in built.rglob("index.html") if "http-equiv" not in path.read_text("utf-8")[:600]]
    notes = [page for page in pages if page.parent.name != "commands"]  # that page is made from the others
    assert [page for page in notes if not page.with_suffix(".md").is_file()] == []
    for name in ("llms.txt", "llms-full.txt", "robots.txt", "_headers", "sitemap.xml", "404.html"):
        assert (built / name).stat().st_size > 20
    text = (built / "404.html").read_text("utf-8")
    assert "Page not found" in text
    assert 'for="__search"' in text
    card = re.search(
        r'property="og:image" content="https://example.org/sub/([^"]+)"', (built / "index.html").read_text()
    )
    assert card
    assert (built / card[1]).read_bytes().startswith(b"\x89PNG")
    assert text.count('href="/sub/') > 10  # whole addresses: the page is shown at any depth


class _Handler(SimpleHTTPRequestHandler):
    """Serves the site under /sub/ with the headers that `_headers` asks for all pages."""

    policy = ""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def served(built: Path, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "sub").symlink_to(built)
    policy = re.search(r"Content-Security-Policy: (.*)", (built / "_headers").read_text("utf-8"))
    assert policy
    handler = type("Handler", (_Handler,), {"policy": policy[1]})
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/sub/"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_the_site_works_under_its_own_security_policy(served: str, browser: Browser) -> None:
    page = browser.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(served)
    page.locator("input.md-search__input").click()
    page.keyboard.type("pod")
    page.locator(".md-search-result__item").first.wait_for(timeout=BROWSER)
    page.close()
    assert problems == []
