"""What is to be done: which pictures the notes show, and which of them must be fetched.  Pure decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import unquote

from notesite.net.fault import Fault
from notesite.net.urls import is_remote, parse, shown
from notesite.notes.model import EMPTY, Image

from ..lib.record import NamedTuple
from . import alt
from . import picture_names as names
from .data_uris import data_facts, is_data
from .lock import Lock

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Mode(StrEnum):
    """How far a run may go."""

    AUTO = "auto"  # fetch what is missing
    FROZEN = "frozen"  # fetch nothing
    REFRESH = "refresh"  # ask for changes of everything


class Uses(NamedTuple):
    """The pictures of the notes by where they come from."""

    remote: Mapping[str, tuple[Image, ...]] = EMPTY  # normalised URL -> its uses
    local: Mapping[str, tuple[Image, ...]] = EMPTY  # path as written, decoded -> its uses
    embedded: tuple[Image, ...] = ()  # data: URIs that are fine
    faults: tuple[tuple[Image, Fault], ...] = ()


def uses(images: Iterable[Image]) -> Uses:
    """The images sorted by kind, in the order of the notes; those that can be neither are faults."""
    remote: dict[str, list[Image]] = {}
    local: dict[str, list[Image]] = {}
    embedded: list[Image] = []
    faults: list[tuple[Image, Fault]] = []
    for image in images:
        try:
            if is_data(image.url):
                data_facts(image.url)
                embedded.append(image)
            elif is_remote(image.url):
                remote.setdefault(parse(image.url).url, []).append(image)
            else:
                local.setdefault(_local(image.url), []).append(image)
        except Fault as fault:
            faults.append((image, fault))
    return Uses(
        {url: tuple(places) for url, places in remote.items()},
        {path: tuple(places) for path, places in local.items()},
        tuple(embedded),
        tuple(faults),
    )


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


def stems(remote: Mapping[str, tuple[Image, ...]]) -> dict[str, str]:
    """The readable part of the file name of each remote image."""
    counts: dict[str, int] = {}
    found = {}
    for url, places in remote.items():
        heading = places[0].trail[-1].text if places[0].trail else ""
        counts[heading] = counts.get(heading, 0) + 1
        text = "" if alt.is_weak(places[0].alt) else places[0].alt
        found[url] = names.stem(heading, text, counts[heading])
    return found


class Plan(NamedTuple):
    """What becomes of each remote image."""

    kept: tuple[str, ...]  # locked and whole: published as they are
    fetched: tuple[str, ...]  # to be asked for, those to be revalidated included
    faults: Mapping[str, Fault]  # those for which nothing may be done


def plan(urls: Iterable[str], lock: Lock, damage: Mapping[str, Fault], mode: Mode) -> Plan:
    """`damage` says for which locked URLs the stored file is missing or wrong, and how."""
    kept: list[str] = []
    fetched: list[str] = []
    faults: dict[str, Fault] = {}
    for url in urls:
        whole = url in lock and url not in damage
        if whole:
            kept.append(url)
        if mode is Mode.FROZEN:
            if not whole:
                faults[url] = damage.get(url) or Fault("E_UNLOCKED", "not mirrored yet")
        elif not whole or mode is Mode.REFRESH:
            fetched.append(url)
    return Plan(tuple(kept), tuple(fetched), faults)
