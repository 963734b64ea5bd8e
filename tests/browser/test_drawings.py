"""Drawings without what was active in them: opened by themselves they do nothing, and in a page they look the same."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pictures
import pytest
from playwright.sync_api import Page
from test_images import drawings

from notesite.images.picture import inspect

pytestmark = pytest.mark.browser

ATTACKS = (
    "<script>document.title = 'ran'</script>",
    "<rect width='40' height='30' onfocusin='document.title = 1' tabindex='0'/>",
    "<x:y xmlns:x='urn:x'><h:script xmlns:h='http://www.w3.org/1999/xhtml'>document.title = 'ran'</h:script></x:y>",
    "<foreignObject width='9' height='9'><iframe xmlns='http://www.w3.org/1999/xhtml' src='http://127.0.0.9/'/></foreignObject>",
    "<foreignObject><img xmlns='http://www.w3.org/1999/xhtml' src='x' onerror='document.title = 1'/></foreignObject>",
    "<animate attributeName='onclick' onbegin='document.title = 1' dur='1s'/>",
    "<style>@import 'http://127.0.0.9/a.css'; rect{fill:url(http://127.0.0.9/a#b)}</style><rect width='9' height='9'/>",
    "<image href='http://127.0.0.9/a.png' width='9' height='9'/><use href='http://127.0.0.9/a.svg#b'/>",
)


def shown(page: Page, data: bytes) -> bytes:
    """The pixels of the drawing in an `<img>`."""
    uri = "data:image/svg+xml;base64," + base64.b64encode(data).decode()
    page.set_content(f'<body style="margin:0"><img width="200" height="150" src="{uri}">')
    page.wait_for_function("document.images[0].complete && document.images[0].naturalWidth > 0")
    return page.screenshot(clip={"x": 0, "y": 0, "width": 200, "height": 150})


@pytest.mark.promise("A drawing looks the same without what was active in it.")
@pytest.mark.parametrize("case", drawings(), ids=lambda case: case[0])
def test_a_drawing_looks_the_same_in_a_page(page: Page, case: tuple[str, str, str, str]) -> None:
    data = (pictures.SVG_OPEN + case[1] + "</svg>").encode()
    cleaned = inspect(data).cleaned
    if cleaned and "foreignObject" not in case[3]:  # words take other places in SVG than in HTML
        assert shown(page, cleaned) == shown(page, data)


@pytest.mark.promise("A drawing that is opened by itself does nothing.")
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_drawing_that_is_opened_by_itself_does_nothing(new_context: Any, tmp_path: Path, attack: str) -> None:
    page = new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    path = tmp_path / "drawing.svg"
    data = pictures.svg(attack)
    outcome = []
    for content in (data, inspect(data).cleaned):
        path.write_bytes(content)
        asked.clear()
        page.goto(path.as_uri(), wait_until="load")
        page.keyboard.press("Tab")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        outcome.append((page.evaluate("document.title"), len(asked)))
    assert outcome[0] != ("", 1), "no attack"
    assert outcome[1] == ("", 1)
