"""What earlier runs learnt about links to other sites: a JSON file, read and written by the script.

It spares hosts (a page that was fine yesterday is not asked again today, one that may have changed is asked with its
ETag) and remembers since when a page is gone, so that a day's outage fails no build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ..lib.files import json_of
from .link_verdict import Job, State, Verdict

VERSION = 1
DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Remembered:
    """One address.  Times are seconds since 1970, 0 for never."""

    state: State
    checked: float
    reason: str = ""
    status: int = 0
    moved: str = ""
    anchors: Mapping[str, bool] = field(default_factory=dict)
    etag: str = ""
    modified: str = ""
    last_ok: float = 0.0
    broken_since: float = 0.0

    def verdict(self) -> Verdict:
        """What was found then."""
        return Verdict(self.state, self.reason, self.status, self.moved, self.anchors)


Memory = Mapping[str, Remembered]


def read_memory(text: str) -> dict[str, Remembered]:
    """The memory that a file's text holds.  A damaged file or entry is forgotten: everything is asked again."""
    try:
        data = json_of(text)
        entries = data["urls"] if data["version"] == VERSION else {}
        return {str(url): _entry(raw) for url, raw in entries.items() if _is_entry(raw)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_entry(raw: Any) -> bool:
    types: dict[str, type | tuple[type, ...]] = {
        "reason": str, "status": int, "moved": str, "anchors": dict, "etag": str, "modified": str,
        "checked": (int, float), "last_ok": (int, float), "broken_since": (int, float),
    }  # fmt: skip
    known = isinstance(raw, dict) and raw.get("state") in set(State) and "checked" in raw
    return known and all(isinstance(raw[name], of) for name, of in types.items() if name in raw)


def _entry(raw: dict[str, Any]) -> Remembered:
    known = {name: raw[name] for name in Remembered.__slots__ if name in raw}
    return Remembered(**known | {"state": State(raw["state"])})


def memory_text(memory: Memory) -> str:
    """The file's text: sorted, defaults left out, so that it can be committed and merges."""
    default = asdict(Remembered(State.OK, 0.0))
    entries = {
        url: {
            name: value
            for name, value in asdict(entry).items()
            if name in {"state", "checked"} or value != default[name]
        }
        for url, entry in sorted(memory.items())
    }
    return json.dumps({"version": VERSION, "urls": entries}, indent=1, ensure_ascii=False) + "\n"


def is_fresh(entry: Remembered, job: Job, ages: Mapping[State, float], now: float) -> bool:
    """Whether the entry still answers the job; `ages` gives for each state how many days it is good for."""
    age = now - entry.checked
    known = entry.state is not State.OK or set(job.fragments) <= set(entry.anchors)
    return 0 <= age < ages.get(entry.state, 0.0) * DAY and known


def with_conditions(job: Job, entry: Remembered | None) -> Job:
    """The job, asking only for news where the memory has a good answer with all the anchors that are wanted."""
    if entry is None or entry.state is not State.OK or not set(job.fragments) <= set(entry.anchors):
        return job
    return replace(job, etag=entry.etag, modified=entry.modified)


def remember(old: Remembered | None, verdict: Verdict, now: float) -> Remembered:
    """The entry after a new verdict.  "Could not tell" neither starts nor ends the time of being broken."""
    broken_since = old.broken_since if old else 0.0
    last_ok = old.last_ok if old else 0.0
    if verdict.state is State.OK:
        broken_since, last_ok = 0.0, now
    elif verdict.state is State.BROKEN:
        broken_since = broken_since or now
    unchanged = verdict.status == 304 and old is not None
    return Remembered(
        verdict.state,
        now,
        verdict.reason,
        old.status if unchanged and old else verdict.status,
        verdict.moved or (old.moved if unchanged and old else ""),
        {**(old.anchors if unchanged and old else {}), **verdict.anchors},
        verdict.etag or (old.etag if unchanged and old else ""),
        verdict.modified or (old.modified if unchanged and old else ""),
        last_ok,
        broken_since,
    )


def without_old(memory: Memory, wanted: Iterable[str], now: float, days: float = 90.0) -> dict[str, Remembered]:
    """The memory less what no page links any more and nobody has asked for in `days`."""
    keep = set(wanted)
    return {url: entry for url, entry in memory.items() if url in keep or now - entry.checked < days * DAY}
