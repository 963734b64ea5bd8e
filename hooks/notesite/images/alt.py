"""Alternative texts that say nothing, and a better one from the context."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from notesite.diagnostics.diagnostic import Diagnostic, Span, finding
from notesite.lib.light import bundled_text
from notesite.notes.model import Image

# Words that tell that there is a picture, not what it shows; in the languages that notes are often written in.
_NOUNS = frozenset(bundled_text(__name__, "picture_words.txt").split())
_LITTLE = frozenset(["a", "an", "the", "of", "here", "my", "this", "see", "below", "above", "no"])
GENERIC = _NOUNS | _LITTLE
_FILE = re.compile(r"[^\s/]+\.(?:png|jpe?g|gif|webp|svg|avif|bmp|tiff?)", re.IGNORECASE)
_MACHINE = re.compile(
    r"[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f-]{20,}|(?:img|dsc|screenshot|image|pasted)[\W_\d]+", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")


def is_weak(alt: str) -> bool:
    """Whether an alternative text tells a reader nothing: `Image`, `Pod Image`, `screenshot 3`, `img_01.png`, a URL.

    A generic word with a single other word is weak: it repeats a heading.  Two other words may describe something.
    """
    text = alt.strip()
    if not text or _FILE.fullmatch(text) or _MACHINE.fullmatch(text) or "://" in text:
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    telling = [word for word in words if word not in GENERIC]
    if not words:
        # Scripts without letters that the pattern knows (emoji) may tell; digits and marks do not.
        return text.isascii()
    return len(telling) < 2 and not _NOUNS.isdisjoint(words)


def texts(images: Iterable[Image], chosen: Mapping[str, str]) -> dict[Span, str]:
    """The alternative text to publish for each place in the notes.

    `chosen` is URL -> text from the settings; it wins.  A weak text is replaced by the heading above the picture.
    Empty texts of HTML images stay: there they say that the picture is decoration.
    """
    found: dict[Span, str] = {}
    seen: Counter[str] = Counter()
    for image in images:
        found[image.span] = chosen.get(image.url, image.alt)
        if _is_wanting(image, chosen) and image.trail:
            heading = image.trail[-1].text
            seen[heading] += 1
            number = f" ({seen[heading]})" if seen[heading] > 1 else ""
            found[image.span] = f"Diagram: {heading}{number}"
    return found


def findings(images: Iterable[Image], chosen: Mapping[str, str]) -> Iterator[Diagnostic]:
    """E_ALT for each weak text that the settings do not replace."""
    images = list(images)
    published = texts(images, chosen)
    for image in images:
        if _is_wanting(image, chosen) and image.origin not in ("srcset", "source"):
            weak = f"alternative text {image.alt!r} does not say what the picture shows"
            better = published[image.span]
            shown = f"; the page says {better!r}" if better != image.alt else ""
            yield finding("E_ALT", (weak if image.alt else "no alternative text") + shown, image.span)


def _is_wanting(image: Image, chosen: Mapping[str, str]) -> bool:
    is_decoration = image.alt == "" and image.origin != "markdown"
    return image.url not in chosen and is_weak(image.alt) and not is_decoration
