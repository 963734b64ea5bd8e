"""Raw HTML of the notes: each rule of render/sanitize has a case here, and no known attack is active on a page."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import markdown
import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser, LexborNode

from notesite.notes import raw_html
from notesite.notes.raw_html import read_tags
from notesite.notes.reader import parse
from notesite.output.finished import foreign
from notesite.render import sanitize
from notesite.render.bridge import Bridge

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases" / "site" / "sanitize.yml").read_text("utf-8"))
ELEMENTS: dict[str, list[str]] = CASES["elements"]
ATTRIBUTES: dict[str, Any] = CASES["attributes"]
VOID = {"br", "hr", "img", "source", "wbr"}


def page(text: str) -> str:
    """Markdown as a page has it."""
    return markdown.Markdown(extensions=["toc", Bridge()]).convert(text)


def shown(text: str) -> LexborHTMLParser:
    """The page as a browser reads it."""
    return LexborHTMLParser(f"<article>{page(text)}</article>")


def sample(name: str) -> str:
    """The element around the word, where it may stand."""
    alone = f"<{name}>" if name in VOID else f"<{name}>word</{name}>"
    return str(CASES["samples"].get(name, f"<div>{alone}</div>"))


def test_every_rule_has_a_case() -> None:
    rules = (raw_html.ALLOWED, raw_html.AS_TEXT, raw_html.UNWRAPPED)
    assert [sorted(names) for names in ELEMENTS.values()] == [sorted(names) for names in rules]


@pytest.mark.parametrize("name", ELEMENTS["kept"])
def test_elements_that_are_kept(name: str) -> None:
    tree = shown(sample(name).replace(f"<{name}>", f'<{name} href="x">') if name == "a" else sample(name))
    heading = len(name) == 2 and name[1].isdigit()  # the first of a page is its title
    assert tree.css("h1" if heading else {"center": "div[align=center]", "img": "span"}.get(name, name))


@pytest.mark.parametrize("name", ELEMENTS["shown as text"])
def test_elements_that_are_shown_as_text(name: str) -> None:
    tree = shown(f"<div><{name}>word</{name}></div>")
    assert not tree.css(f"article {name}")
    assert f"<{name}>word</{name}>" in tree.text()


@pytest.mark.parametrize("name", ELEMENTS["left out around their words"])
def test_elements_whose_words_stay(name: str) -> None:
    tree = shown(f"<div>a <{name}>word</{name}> b</div>")
    assert not tree.css(f"article {name}")
    assert " ".join(tree.text().split()) == "a word b"


def _attributes(name: str, attribute: str, value: str = "1") -> dict[str, str | None]:
    tags = read_tags(f'<{name} {attribute}="{html.escape(value)}">')
    node = LexborHTMLParser(sanitize.safe_start_tag(tags[0])).css_first(name)
    assert isinstance(node, LexborNode)
    return node.attributes


@pytest.mark.parametrize("attribute", ATTRIBUTES["of all elements"])
def test_attributes_of_all_elements(attribute: str) -> None:
    assert _attributes("span", attribute) == _attributes("img", attribute) == {attribute: "1"}


OWNERS = [(owner, attribute) for owner, own in ATTRIBUTES["of some"].items() for attribute in own]


@pytest.mark.parametrize(("owner", "attribute"), OWNERS)
def test_attributes_of_some_elements(owner: str, attribute: str) -> None:
    assert _attributes(owner, attribute) == {attribute: "1"}
    assert _attributes("b", attribute) == {}


@pytest.mark.parametrize("attribute", ATTRIBUTES["of none"])
def test_attributes_that_are_never_let_through(attribute: str) -> None:
    assert [_attributes(name, attribute) for name in ("a", "img", "span", "del")] == [{}, {}, {}, {}]


@pytest.mark.parametrize("url", CASES["links"]["followed"])
def test_links_that_are_followed(url: str) -> None:
    assert _attributes("a", "href", url) == {"href": url}
    assert _attributes("q", "cite", url) == {"cite": url}
    assert _attributes("img", "longdesc", url) == {"longdesc": url}


@pytest.mark.parametrize("url", CASES["links"]["refused"])
def test_links_that_are_refused(url: str) -> None:
    assert _attributes("a", "href", url) == _attributes("q", "cite", url) == _attributes("img", "longdesc", url) == {}
    assert not shown(f'<a href="{html.escape(url)}">w</a>').css("article a")
    assert list(foreign(page(f"[w](<{url}>) [w]({url})").encode(), ())) == []


@pytest.mark.parametrize("url", CASES["pictures"]["shown"])
def test_pictures_that_are_shown(url: str) -> None:
    assert _attributes("img", "src", url) == {"src": url}
    if "," not in url:  # commas separate the candidates
        assert _attributes("source", "srcset", f"a.png 1x, {url} 2x") == {"srcset": f"a.png 1x, {url} 2x"}


@pytest.mark.parametrize("url", CASES["pictures"]["refused"])
def test_pictures_that_are_refused(url: str) -> None:
    assert _attributes("img", "src", url) == {}
    assert not shown(f'<img src="{html.escape(url)}" alt="w">').css("article img[src]:not([src=''])")
    if not set(url) & set(" \t,"):
        assert _attributes("source", "srcset", f"a.png 1x, {url} 2x") == {}


@pytest.mark.parametrize(("attack", "left"), CASES["vectors"])
def test_known_attacks_are_not_active(attack: str, left: str) -> None:
    made = page(attack)
    assert list(foreign(made.encode(), ())) == []
    assert left in made
    tree = LexborHTMLParser(f"<article>{made}</article>")
    names = {node.tag for node in tree.css("article *")}
    assert names <= raw_html.ALLOWED | {"label", "input", "video"}


def test_links_that_are_not_followed_are_told_unless_they_are_names_in_brackets() -> None:
    notes = parse("[a](javascript:b) [c](image:tag) <javascript:d>\n\nSet it to <image-name:tag>.\n")
    assert [str(found.span.start) for found in sanitize.check_html(notes)] == ["1:1", "1:19", "1:34"]


@pytest.mark.parametrize("text", ["[a](file:///home/ann/a.md)", "![a](H:/a/1.png)", '<img src="C:\\a.png">'])
def test_a_path_on_one_computer_is_called_one(text: str) -> None:
    (found,) = sanitize.check_html(parse(text))
    assert found.message.endswith("by its path on one computer reaches no reader")
    assert found.help == "Write the path from the notes to the file."
