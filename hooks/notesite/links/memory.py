"""What earlier runs learnt about links to other sites: a JSON file, read and written by the script.

It spares hosts (a page that was fine yesterday is not asked again today, one that may have changed is asked with its
ETag) and remembers since when a page is gone, so that a day's outage fails no build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..lib.light import json_of
from .link_verdict import Job, State, Verdict

VERSION = 1
DAY = 86_400.0  # seconds


_BLANK = Verdict(State.OK)._asdict() | {"anchors": {}}
_ALWAYS = ("state", "checked")  # what the file says of every address
Memory = Mapping[str, Verdict]


def read_memory(text: str) -> dict[str, Verdict]:
    """The memory that a file's text holds.  A damaged file or entry is forgotten: everything is asked again."""
    try:
        data = json_of(text)
        entries = data["urls"] if data["version"] == VERSION else {}
        return {url: entry for url, raw in entries.items() if (entry := _entry(raw))}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _entry(raw: Any) -> Verdict | None:
    if not isinstance(raw, dict) or raw.get("state") not in set(State) or "checked" not in raw:
        return None
    known = {name: raw[name] for name in _BLANK if name in raw} | {"state": State(raw["state"])}
    kinds = {name: (int, float) if isinstance(blank, float) else type(blank) for name, blank in _BLANK.items()}
    return Verdict(**known) if all(isinstance(value, kinds[name]) for name, value in known.items()) else None


def memory_text(memory: Memory) -> str:
    """The file's text: sorted, defaults left out, so that it can be committed and merges."""
    entries = {}
    for url, entry in sorted(memory.items()):
        known = entry._asdict()
        said = {name: value for name, value in known.items() if value != _BLANK[name] and name != "unreachable"}
        entries[url] = {name: known[name] for name in _ALWAYS} | said
    return json.dumps({"version": VERSION, "urls": entries}, indent=1, ensure_ascii=False) + "\n"


def to_ask(job: Job, entry: Verdict | None, days: float, now: float) -> Job | None:
    """The job, asking only for news where there is a good answer with all its anchors; None where that is fresh enough."""
    if entry is None or entry.state is not State.OK or not set(job.fragments) <= set(entry.anchors):
        return job
    is_fresh = 0 <= now - entry.checked < days * DAY
    return None if is_fresh else job._replace(etag=entry.etag, modified=entry.modified)


def remember(old: Verdict | None, verdict: Verdict, now: float) -> Verdict:
    """The entry after a new verdict.  "Could not tell" neither starts nor ends the time of being broken."""
    before = old or Verdict(State.OK)
    same = before if verdict.status == 304 else Verdict(State.OK)  # what a page that has not changed says still
    return verdict._replace(
        status=same.status or verdict.status,
        moved=verdict.moved or same.moved,
        anchors={**same.anchors, **verdict.anchors},
        etag=verdict.etag or same.etag,
        modified=verdict.modified or same.modified,
        unreachable=False,
        checked=now,
        last_ok=now if verdict.state is State.OK else before.last_ok,
        broken_since={State.OK: 0.0, State.BROKEN: before.broken_since or now}.get(verdict.state, before.broken_since),
    )


def without_old(memory: Memory, wanted: Iterable[str], now: float, days: float = 90.0) -> dict[str, Verdict]:
    """The memory less what no page links any more and nobody has asked for in `days`."""
    keep = set(wanted)
    return {url: entry for url, entry in memory.items() if url in keep or now - entry.checked < days * DAY}
