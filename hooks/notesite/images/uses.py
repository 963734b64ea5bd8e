"""What is to be done: which pictures the notes show, and which of them must be fetched.  Pure decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from urllib.parse import unquote

from notesite.net.fault import Fault
from notesite.net.urls import is_remote, parse, shown
from notesite.notes.model import EMPTY, Image

from ..lib.light import NamedTuple
from . import alt
from . import picture_names as names
from .inspect import data_facts, is_data

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
            if is_data(image.url):
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
        text = "" if alt.is_weak(places[0].alt) else places[0].alt
        found[url] = names.stem(heading, text, counts[heading])
    return found
