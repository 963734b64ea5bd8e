"""Mirroring: ask for what is missing, look at what comes, keep what is good, and tell what failed.

The store and the fetch are given by the caller.  Workers only fetch and inspect; the caller's thread alone writes, so
an interrupt leaves nothing half done.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..lib.light import NamedTuple
from ..net.response import Fault, Response, answer_fault
from ..net.urls import parse
from ..notes.model import EMPTY
from .picture import JPEG, PNG, Facts, Limits, file_name, inspect
from .store import Entry, ImageStore, Lock
from .uses import Mode

_WORKERS = 8
_PER_HOST = 2  # fair to the host, as link checkers are
_STALLED = 3.0  # seconds at most, after which a request gives its place at the host to the next: it only waits
_RETRIED = frozenset({"E_CORRUPT", "E_EMPTY"})  # may be an accident on the way: worth one more look
_decoding = threading.Semaphore(2)  # a picture at the limit takes 160 MB while it decodes
# A copy in WebP, which all current browsers know:
MIN_SAVING = 0.30  # of the original's bytes; less is not worth a second file
MIN_BYTES = 1024  # saved; as above
_QUALITY = 80  # for photographs; drawings (PNG) keep every pixel
_MODES = frozenset({"RGB", "RGBA", "L", "LA", "P", "1"})
_ACCEPT = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.9,*/*;q=0.5"

Fetch = Callable[[str, Mapping[str, str], float], Response]
"""URL, request headers and deadline in seconds -> answer; raises Fault."""


@dataclass(slots=True)
class Hosts:
    """Which hosts failed lately, so that they are not asked again."""

    clock: Callable[[], float] = time.monotonic
    memory: float = 300.0  # seconds
    any_delay: bool = False  # also remember hosts that accept connections and then say nothing
    _failed: dict[str, tuple[float, Fault]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, url: str, fault: Fault) -> None:
        """Remember the fault when it is the host's."""
        if fault.host or (self.any_delay and fault.code == "E_TIMEOUT"):
            with self._guard:
                self._failed[parse(url).origin] = (self.clock(), fault)

    def failed(self, url: str) -> Fault | None:
        """The fault of the host when it failed lately."""
        with self._guard:
            when, fault = self._failed.get(parse(url).origin, (0.0, None))
        if fault is None or self.clock() - when >= self.memory:
            return None
        return Fault(fault.code, f"{fault.message}; the host was not asked again", host=True)


class Got(NamedTuple):
    """A good answer with new bytes."""

    response: Response
    facts: Facts
    webp: bytes | None


class Options(NamedTuple):
    """How one run goes about the pictures."""

    mode: Mode
    store: Path
    allow_hosts: tuple[str, ...] = ()
    deadline: float = 60.0  # seconds for one image
    accept_changes: bool = False
    in_build: bool = False
    today: str = ""  # YYYY-MM-DD
    user_agent: str = ""
    limits: Limits = Limits()
    webp: bool = True  # whether smaller copies are made
    stems: Mapping[str, str] = EMPTY  # URL to be mirrored -> readable part of its file name, in the order of the notes


@dataclass(slots=True)
class Outcome:
    """What a run came to; every URL is in `entries`, in `faults`, or in both (an old copy is kept)."""

    entries: dict[str, Entry] = field(default_factory=dict)  # locked, and every byte verified
    faults: dict[str, Fault] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # accepted changes
    healed: list[str] = field(default_factory=list)


def mirror(
    chosen: Options,
    store: ImageStore,
    fetch: Fetch | None,
    hosts: Hosts | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Outcome:
    """Mirror what is chosen; without `fetch` look at what is there.

    Raises Fault only for a lock that cannot be used; every other fault is in the outcome.
    """
    lock = store.lock()
    damage = {url: fault for url in chosen.stems if url in lock and (fault := store.damage(lock[url])) is not None}
    whole = [url for url in chosen.stems if url in lock and url not in damage]
    outcome = Outcome({url: lock[url] for url in whole})
    if fetch is None:
        missing = [url for url in chosen.stems if url not in outcome.entries]
        outcome.faults = {url: damage.get(url) or Fault("E_UNLOCKED", "not mirrored yet") for url in missing}
        return outcome
    for url in whole:
        _mend_webp(url, store, outcome)
    wanted = [url for url in chosen.stems if url not in whole or chosen.mode is Mode.REFRESH]
    if not wanted:
        return outcome
    progress(0, len(wanted))
    for done, (url, result) in enumerate(_arriving(wanted, outcome.entries, fetch, chosen, hosts or Hosts()), 1):
        try:
            if isinstance(result, Fault):
                raise result
            _keep(url, result, chosen, store, outcome, damaged=url in damage)
        except Fault as fault:
            if url in damage and fault.code != "E_HASH":  # it is first of all a damaged file
                again = f"{damage[url].message}; fetching it again failed: {fault.message}"
                fault = Fault(damage[url].code, again)
            outcome.faults[url] = fault
        progress(done, len(wanted))
    return outcome


def _arriving(
    urls: Iterable[str], entries: Mapping[str, Entry], fetch: Fetch, chosen: Options, hosts: Hosts
) -> Iterator[tuple[str, Got | Fault | None]]:
    """Each URL with what asking for it gave, as they come in; at most two at a time for one host."""
    from notesite.net.schedule import Politeness, ask_all  # noqa: PLC0415  # builds that fetch nothing never load it

    known = dict(entries)

    def ask(url: str) -> Got | Fault | None:
        if (failed := hosts.failed(url)) is not None:
            return failed
        try:
            return _asked(url, fetch, chosen, known.get(url))
        except Fault as fault:
            hosts.note(url, fault)
            return fault
        except Exception as error:  # noqa: BLE001  # one image must not take the others with it
            return Fault("E_CHECK", f"{type(error).__name__}: {error}")

    politeness = Politeness(_WORKERS, _PER_HOST, stalled=min(_STALLED, chosen.deadline / 4))
    return ask_all(urls, ask, host=lambda url: parse(url).origin, politeness=politeness)


def _mend_webp(url: str, store: ImageStore, outcome: Outcome) -> None:
    """Make a smaller copy anew when it is damaged: its original is at hand."""
    entry = outcome.entries[url]
    if not entry.webp:
        return
    with contextlib.suppress(Fault):
        store.content(entry.webp, entry.webp_sha256)
        return
    try:
        data = store.content(entry.file, entry.sha256)
        copy = derived(data, inspect(data))
        files = {entry.webp: copy} if copy and hashlib.sha256(copy).hexdigest() == entry.webp_sha256 else {}
        if not files:  # another version of the encoder: the copy is given up until the image is mirrored again
            entry = entry._replace(webp="", webp_sha256="")
        _, outcome.entries[url] = store.commit(lambda _: (entry, files))
        outcome.healed.append(url)
    except Fault as fault:
        outcome.faults[url] = fault


def _asked(url: str, fetch: Fetch, chosen: Options, known: Entry | None) -> Got | None:
    headers = {"Accept": _ACCEPT}
    if known is not None and known.etag:
        headers["If-None-Match"] = known.etag
    elif known is not None and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    end = time.monotonic() + chosen.deadline
    try:
        return _inspected(fetch(url, headers, chosen.deadline), chosen, known)
    except Fault as fault:
        left = end - time.monotonic()
        if fault.code not in _RETRIED or left <= 0:
            raise
    return _inspected(fetch(url, headers, left), chosen, known)


def _inspected(response: Response, chosen: Options, known: Entry | None) -> Got | None:
    if response.status == 304 and known is not None and (known.etag or known.last_modified):
        return None
    if response.status != 200:
        raise answer_fault(response)
    with _decoding:
        facts = inspect(response.body, chosen.limits)
        return Got(response, facts, derived(response.body, facts) if chosen.webp else None)


def _keep(url: str, got: Got | None, chosen: Options, store: ImageStore, outcome: Outcome, *, damaged: bool) -> None:
    """Write what came into the store and note it.  Raises Fault E_HASH, E_IO, E_BUSY or E_LOCK."""
    if got is None:
        return
    digest = hashlib.sha256(got.response.body).hexdigest()

    def make(lock: Lock) -> tuple[Entry, Mapping[str, bytes]]:
        old = lock.get(url)
        if old is not None and old.came != digest and not chosen.accept_changes:
            raise Fault("E_HASH", f"changed upstream: locked {old.came[:12]}, got {digest[:12]}")
        return _made(url, got, digest, chosen, lock)

    old, outcome.entries[url] = store.commit(make)
    if old is None:
        outcome.new.append(url)
    elif old.came != digest:
        outcome.changed.append(url)
    elif damaged:
        outcome.healed.append(url)


def _made(url: str, got: Got, came: str, chosen: Options, lock: Lock) -> tuple[Entry, Mapping[str, bytes]]:
    """The entry for what came (its SHA-256: `came`), and the files that it names."""
    old, body, headers = lock.get(url), got.facts.cleaned or got.response.body, got.response.headers
    digest = hashlib.sha256(body).hexdigest()
    content = {digest: body}
    known = {sha: name for entry in lock.values() for name, sha in entry.files}
    taken = {name for name, sha in ((n, s) for e in lock.values() for n, s in e.files) if sha not in content}
    entry = Entry(
        url=url,
        file=known.get(digest) or file_name(chosen.stems[url], digest, got.facts.kind.extension, taken),
        sha256=digest,
        size=len(body),
        type=got.facts.kind.media_type,
        width=got.facts.width,
        height=got.facts.height,
        etag=_header(headers.get("etag")),
        last_modified=_header(headers.get("last-modified")),
        fetched=old.fetched if old is not None and old.came == came else chosen.today,
        final_url="" if got.response.final_url == url else got.response.final_url,
        original_sha256=came if digest != came else "",
        taken=got.facts.taken,
    )
    if got.webp is None:
        return entry, {entry.file: body}
    webp_digest = hashlib.sha256(got.webp).hexdigest()
    webp = known.get(webp_digest) or file_name(chosen.stems[url], webp_digest, "webp", taken)
    return entry._replace(webp=webp, webp_sha256=webp_digest), {entry.file: body, webp: got.webp}


def derived(data: bytes, facts: Facts) -> bytes | None:
    """The WebP copy of a still PNG or JPEG, None when it saves too little or cannot be exact."""
    if facts.kind not in (PNG, JPEG) or facts.frames != 1:
        return None
    from PIL import Image, ImageOps, features  # noqa: PLC0415  # builds that fetch nothing never load Pillow

    if not features.check("webp"):
        return None
    out = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=(facts.kind.format,)) as image:
        if image.mode not in _MODES:
            return None
        upright = ImageOps.exif_transpose(image)
        has_alpha = "A" in image.mode or "transparency" in image.info
        exact = facts.kind is PNG
        shown, profile = upright.convert("RGBA" if has_alpha else "RGB"), image.info.get("icc_profile")
        shown.save(out, "WEBP", lossless=exact, quality=_QUALITY, exact=exact, method=4, icc_profile=profile)
    copy = out.getvalue()
    saved = len(data) - len(copy)
    return copy if saved >= max(len(data) * MIN_SAVING, MIN_BYTES) else None


def _header(value: str | None) -> str:
    """A validator that can be kept and sent back, else ""."""
    text = (value or "").strip()
    return text if len(text) <= 300 and text.isascii() and text.isprintable() else ""
