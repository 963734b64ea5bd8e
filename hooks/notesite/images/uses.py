"""Which pictures the notes show, which of them must be fetched, and alternative texts in the place of those that say nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from urllib.parse import unquote

from ..diagnostics.diagnostic import Diagnostic, Span, finding
from ..lib.light import NamedTuple, bundled_text
from ..net.response import Fault
from ..net.urls import is_remote, parse, shown
from ..notes.model import EMPTY, Image
from .picture import data_facts, stem

# Words that tell that there is a picture, not what it shows; in the languages that notes are often written in.
_NOUNS = frozenset(bundled_text(__name__, "picture_words.txt").split())
_LITTLE = frozenset(["a", "an", "the", "of", "here", "my", "this", "see", "below", "above", "no"])
GENERIC = _NOUNS | _LITTLE
_FILE = re.compile(r"[^\s/]+\.(?:png|jpe?g|gif|webp|svg|avif|bmp|tiff?)", re.IGNORECASE)
_MACHINE = re.compile(r"(?i)[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f-]{20,}|(?:img|dsc|screenshot|image|pasted)[\W_\d]+")
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


def alt_texts(images: Iterable[Image], chosen: Mapping[str, str]) -> dict[Span, str]:
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
            found[image.span] = f"Picture: {heading}{number}"
    return found


def alt_findings(images: Sequence[Image], chosen: Mapping[str, str]) -> Iterator[Diagnostic]:
    """E_ALT for each weak text that the settings do not replace."""
    published = alt_texts(images, chosen)
    for image in images:
        if _is_wanting(image, chosen) and image.origin not in ("srcset", "source"):
            weak = f"alternative text {image.alt!r} does not say what the picture shows"
            better = published[image.span]
            shown = f"; the page says {better!r}" if better != image.alt else ""
            yield finding("E_ALT", (weak if image.alt else "no alternative text") + shown, image.span)


def _is_wanting(image: Image, chosen: Mapping[str, str]) -> bool:
    is_decoration = image.alt == "" and image.origin != "markdown"
    return image.url not in chosen and is_weak(image.alt) and not is_decoration


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Mode(StrEnum):
    """How far a run may go."""

    AUTO = "auto"  # fetch what is missing
    FROZEN = "frozen"  # fetch nothing
    REFRESH = "refresh"  # ask for changes of everything


class Uses(NamedTuple):
    """The pictures of the notes by where they come from."""

    remote: Mapping[str, list[Image]] = EMPTY  # normalised URL -> its uses
    local: Mapping[str, list[Image]] = EMPTY  # path as written, decoded -> its uses
    faults: Sequence[tuple[Image, Fault]] = ()


def uses(images: Iterable[Image]) -> Uses:
    """The images sorted by kind, in the order of the notes; those that can be neither are faults."""
    remote: dict[str, list[Image]] = {}
    local: dict[str, list[Image]] = {}
    faults: list[tuple[Image, Fault]] = []
    for image in images:
        try:
            if image.url.lstrip()[:5].lower() == "data:":
                data_facts(image.url)
            elif is_remote(image.url):
                remote.setdefault(parse(image.url).url, []).append(image)
            else:
                local.setdefault(_local(image.url), []).append(image)
        except Fault as fault:
            faults.append((image, fault))
    return Uses(remote, local, faults)


def _local(url: str) -> str:
    text = url.strip()
    if _SCHEME.match(text):
        raise Fault("E_SCHEME", f"scheme {text.partition(':')[0][:20].lower()}: refused")
    path = unquote(text.partition("#")[0].partition("?")[0])
    if not path:
        raise Fault("E_MISSING", "an image without an address")
    if "\0" in path or "\\" in path:
        raise Fault("E_PATH", f"not a path: {shown(path)}")
    return path


def stems(remote: Mapping[str, Sequence[Image]]) -> dict[str, str]:
    """The readable part of the file name of each remote image."""
    counts: dict[str, int] = {}
    found = {}
    for url, places in remote.items():
        heading = places[0].trail[-1].text if places[0].trail else ""
        counts[heading] = counts.get(heading, 0) + 1
        text = "" if is_weak(places[0].alt) else places[0].alt
        found[url] = stem(heading, text, counts[heading])
    return found
