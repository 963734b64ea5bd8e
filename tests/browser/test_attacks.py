"""Attacks in every place that notes and settings reach, tried in a real browser: nothing runs, and no word is lost.

One site holds them all: headings (tests/cases/site/titles.tsv), raw HTML (tests/cases/site/sanitize.yml), settings.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import warm
import yaml
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, expect
from serving import served
from site_tools import ROOT, environment
from test_titles import ATTACK, SITE_NAME, TITLES, notes

pytestmark = pytest.mark.browser

VECTORS = yaml.safe_load((ROOT / "tests" / "cases" / "site" / "sanitize.yml").read_text("utf-8"))["vectors"]
SETTINGS = {
    "site_description": ATTACK,
    "copyright": ATTACK,
    "extra": {
        "notes": {
            "source": "notes.md",
            "split_level": 2,
            "home": {"about": ATTACK},
            "pages": {"Words": {"title": f"Words {ATTACK}", "description": ATTACK}},
            "groups": {ATTACK: ["Words", "Raw HTML"]},
            "glossary": {"etcd": ATTACK, "<img src=x onerror=ran('term')>": ATTACK},
            "synonyms": {"etcd": ["<img src=x onerror=ran('synonym')>"]},
            "commands": {"title": f"Commands {ATTACK}", "description": ATTACK},
        }
    },
}
WORDS = """
## Words

etcd and <img src=x onerror=ran('term')> stand here, and "quoted" words.

| `<img src=x onerror=ran('cell')>` | b |
|---|---|
| Words | [x](y "\\"><script>ran('title')</script>") |

- Undo `"><script>ran('label')</script>`

```bash
kubectl get pods '"><script>ran("command")</script>'
```

```"><script>ran('info')</script>
</code></pre><script>ran('code')</script>
```

[^"><script>ran('footnote')</script>]: "><script>ran('note')</script>

Text[^"><script>ran('footnote')</script>] ![<img src=x onerror=ran('alt')>](x.png "<img src=x onerror=ran('caption')>")

## Raw HTML

"""
RECORD = "if (!top.ran_) top.ran_ = []; window.ran = window.a = (what) => { top.ran_.push(String(what)); }"


@pytest.fixture(scope="module")
def forms(once_for_all: Callable[[str, Callable[[Path], None]], Path]) -> dict[str, Path]:
    """The built site, the unpacked zip, and the single file, of one project."""
    folder = once_for_all("attacks", _make)
    (unpacked,) = (folder / "zip").iterdir()
    names = {"site": "site", "single": "single.html", "bare": "no-policy.html"}
    return {"zip": unpacked, **{form: folder / name for form, name in names.items()}}


def _make(folder: Path) -> None:
    raw = "\n\n".join(vector for vector, _ in VECTORS if not vector.startswith("##"))
    (folder / "notes.md").write_text(notes() + WORDS + raw + "\n", encoding="utf-8")
    project = folder / "project"
    env = {**environment(), "SITE_URL": "http://127.0.0.1/"}

    def run(*command: str) -> None:
        done = warm.python(*command, env=env)
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        assert "Traceback" not in done.stderr

    run(str(ROOT / "scripts" / "new_site.py"), str(folder / "notes.md"), "--output", str(project))
    config = project / "mkdocs.yml"
    text = config.read_text("utf-8").partition("\nextra:\n")[0]
    named = re.sub(r"(?m)^site_name: .*$", lambda _: f"site_name: {json.dumps(SITE_NAME)}", text)
    named = named.replace("plugins:\n  - search\n  - notesite\n", "plugins: {search: {}, notesite: {}}\n")
    (project / "mkdocs.offline.yml").write_bytes((ROOT / "mkdocs.offline.yml").read_bytes())
    config.write_text(f"{named}\n{yaml.safe_dump(SETTINGS)}", encoding="utf-8")
    run("-m", "mkdocs", "build", "-q", "-f", str(config), "-d", str(folder / "site"))
    bundle = [str(ROOT / "scripts" / "bundle_offline.py"), "--config", str(project / "mkdocs.offline.yml")]
    run(*bundle, "--output", str(folder / "o.zip"), "--single-file", str(folder / "single.html"))
    zipfile.ZipFile(folder / "o.zip").extractall(folder / "zip")
    single = (folder / "single.html").read_text("utf-8")
    open_policy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", single)
    assert open_policy != single
    (folder / "no-policy.html").write_text(open_policy, encoding="utf-8")


@pytest.fixture(params=["with policy", "without policy", "zip", "single", "bare"])
def addresses(request: pytest.FixtureRequest, forms: dict[str, Path]) -> Iterator[list[str]]:
    """The addresses of all pages, in one of the ways to read them; the home page is the first."""
    if request.param in {"single", "bare"}:
        yield [forms[request.param].as_uri()]
        return
    folder = forms["zip" if request.param == "zip" else "site"]
    pages = sorted(
        (path.relative_to(folder).as_posix() for path in folder.rglob("*.html")), key=lambda n: n != "index.html"
    )
    if request.param == "zip":
        yield [(folder / name).as_uri() for name in pages]
        return
    policy = re.search(r"Content-Security-Policy: (.*)", (folder / "_headers").read_text("utf-8"))
    assert policy
    headers = {"Content-Security-Policy": policy[1]} if request.param == "with policy" else {}
    with served(folder, headers=headers) as base:
        yield [f"{base}{name.removesuffix('index.html')}" for name in pages]


@pytest.fixture
def problems(new_context: Callable[..., BrowserContext]) -> tuple[Page, list[str]]:
    """A page that records what runs, and what went wrong on the way."""
    page = new_context().new_page()
    found: list[str] = []
    page.add_init_script(RECORD)
    page.on("dialog", lambda dialog: _dismiss(found, dialog))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: _note(found, message))
    return page, found


def _dismiss(found: list[str], dialog: Dialog) -> None:
    found.append(f"dialog {dialog.message}")
    dialog.dismiss()


def _note(found: list[str], message: ConsoleMessage) -> None:
    if message.type == "error" and "Failed to load resource" not in message.text:  # pictures that are nowhere
        found.append(message.text)


def _words(page: Page, selector: str) -> set[str]:
    texts: list[str] = page.eval_on_selector_all(selector, "all => all.map(one => one.textContent)")
    return {" ".join(text.replace("¶", "").split()) for text in texts}


def _found(page: Page, query: str) -> str:
    """What the box shows for a query."""
    box = page.locator("[id='__book_find'], input.md-search__input").first
    hits = page.locator("[id='__book_hits'] a, .md-search-result__link")
    for text in ("", query):  # emptied first: a hit of the query before may hold the words of this one
        box.evaluate(
            "(box, text) => { box.focus(); box.value = text;"
            " box.dispatchEvent(new InputEvent('input', {bubbles: true})) }",
            text,
        )
        if not text:
            expect(hits).to_have_count(0)
    hits.filter(has_text=query).first.wait_for(state="attached")
    return " ".join(hits.all_text_contents())


def test_nothing_runs_and_no_word_is_lost(addresses: list[str], problems: tuple[Page, list[str]]) -> None:
    page, found = problems
    seen: set[str] = set()
    for address in addresses:
        page.goto(address, wait_until="load")
        # Handlers wait for a hand: each is called by name, as a click or a pointer would.
        active: list[str] = page.evaluate(
            "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes].filter(a => a.name.startsWith('on')"
            " || /^\\\\s*javascript:/i.test(a.value) && a.name === 'href').map(a => a.name + ' ' + a.value))"
        )
        assert active == [], address
        assert page.evaluate("ran_") == [], address
        assert page.locator("article").count() >= 1, address
        seen |= _words(page, "article h1")
        if len(addresses) > 1 and not address.endswith("404.html"):
            assert set(TITLES.values()) <= _words(page, ".md-nav--primary .md-ellipsis"), address
    assert set(TITLES.values()) <= seen | _words(page, "article h2")
    assert found == []


def test_the_search_shows_words(addresses: list[str], problems: tuple[Page, list[str]]) -> None:
    page, found = problems
    page.goto(addresses[0], wait_until="load")
    for query in ("script", "NodeIP", "img", "Undo"):
        _found(page, query)
        assert page.evaluate("ran_") == [], query
        assert page.locator(".md-search-result__list img, .book-hits img").count() == 0
    assert "Set <NodeIP> first" in _found(page, "NodeIP")
    assert "The <script> tag" in _found(page, "script")
    assert found == []


@pytest.mark.parametrize("name", ["site", "single"])
def test_an_injected_script_is_refused_by_the_policy(name: str, forms: dict[str, Path], page: Page) -> None:
    """The policy is no list of what happens to stand in the pages."""
    path = forms["single"] if name == "single" else forms["site"] / "index.html"
    html = path.read_text("utf-8").replace("</body>", "<script>ran('injected')</script></body>")
    policy = re.search(r"Content-Security-Policy: (.*)", (forms["site"] / "_headers").read_text("utf-8"))
    headers = {"Content-Security-Policy": policy[1]} if policy and name == "site" else {}
    page.add_init_script(RECORD)
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html", headers=headers))
    page.goto("http://127.0.0.1/attack", wait_until="domcontentloaded")
    assert page.evaluate("ran_") == []


@pytest.mark.parametrize("written", ["#__config", "config/#__config", "config/#user-content-__config"])
def test_an_anchor_like_one_of_the_themes_lands(
    written: str, forms: dict[str, Path], site_server: Callable[..., str], page: Page
) -> None:
    page.goto(site_server(forms["site"]) + written)
    page.wait_for_url("**/config/#user-content-__config")
    assert page.locator("h1:target").inner_text().startswith("__config")
