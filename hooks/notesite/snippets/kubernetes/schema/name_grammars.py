"""The small grammars of Kubernetes: names, labels, cron expressions, quantities, image references.

What a pattern can say is a line of data/grammars.txt.  Every other grammar is a function that takes a text and says
what is wrong with it, "" when nothing is.  The rules are those of the API server's validation.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from notesite.lib.light import bundled_json, bundled_text, json_of, lazy

_QUANTITY = lazy(r"([+-]?[0-9.]+)([a-zA-Z]*|[eE][+-]?[0-9]+)")
_SUFFIXES: dict[str, int] = {
    suffix: 1000**power for power, suffix in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"))
}
_SUFFIXES |= {f"{letter}i": 1024**power * 10**9 for power, letter in enumerate("KMGTPE", 1)}
_DECIMALS = 12
ONE = 10**21  # the quantity "1"

_CRON_EVERY = lazy(r"@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+")
_CRON_PART = lazy(r"(\*|\?|[A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?(?:/(\d+))?")


@lru_cache(maxsize=4096)  # names repeat, within a manifest and between them
def problem(grammar: str, text: str) -> tuple[str, str] | None:
    """The code and what is wrong, where a text does not fit a grammar: one of `_SPOKEN`, or of data/grammars.txt."""
    if grammar == "cron":
        wrong = cron(text)
        return ("K_CRON", wrong) if wrong else None
    if grammar in _SPOKEN:
        code, is_right, words = _SPOKEN[grammar]
        return None if is_right(text) else (code, words)
    code, pattern, words = _patterns()[grammar]
    return None if re.fullmatch(pattern, text, re.DOTALL) else (code, f"it must be {words}")


@cache
def _patterns() -> dict[str, tuple[str, ...]]:
    lines = (line for line in bundled_text(__name__, "grammars.txt").splitlines() if line and line[0] != "#")
    rows = filter(None, (re.fullmatch(r"(\S+) (\S+) (.*) :: (.*)", line) for line in lines))
    return {row[1]: row.group(2, 3, 4) for row in rows}


def suggestion(text: str) -> str | None:
    """A valid object name near an invalid one."""
    near = re.sub(r"[^a-z0-9.-]+", "-", text.lower()).strip("-.")
    return near if near != text and problem("subdomain", near) is None else None


@lru_cache(maxsize=4096)
def quantity(text: str) -> int | None:
    """The number that a quantity stands for, in units of 10**-21 so that it is exact; None when it is none."""
    match = _QUANTITY.fullmatch(text.strip())
    if not match or len(text) > 40:
        return None
    number, suffix = match.groups()
    whole, _, decimals = number.partition(".")
    if not (whole + decimals).lstrip("+-").isdigit() or len(decimals) > _DECIMALS:
        return None
    scaled = int((whole + decimals).ljust(len(whole) + _DECIMALS, "0"))
    if suffix in _SUFFIXES:
        return scaled * _SUFFIXES[suffix]
    exponent = suffix[1:]
    if not exponent.lstrip("+").isdigit() or int(exponent) > 99:
        return None
    return int(f"{scaled}{'0' * (9 + int(exponent))}")


def cron(text: str) -> str:
    """A CronJob's schedule."""
    text, known = text.strip(), bundled_json(__name__, "cron.json")
    if text.startswith(("TZ=", "CRON_TZ=")):
        return "a time zone belongs into the field timeZone"
    if text.startswith("@"):
        return "" if text in known["words"] or _CRON_EVERY.fullmatch(text) else f"there is no {text}"
    fields = text.split()
    if len(fields) != len(known["fields"]):
        return f"5 fields are needed, there are {len(fields)}"
    for value, (name, low, high, *words) in zip(fields, known["fields"], strict=True):
        for part in value.split(","):
            if problem := _cron_part(part, low, high, words):
                return f"{name}: {problem}"
    return ""


def _cron_part(part: str, low: int, high: int, words: Sequence[str]) -> str:
    match = _CRON_PART.fullmatch(part)
    if not match:
        return f'"{part}" is not understood'
    first, last, step = match.groups()
    if step is not None and int(step[:9]) == 0:
        return "a step of 0"
    if first in "*?":
        return f'"{part}" is not understood' if last else ""
    bounds = []
    for word in (first, last):
        if word is None:
            continue
        if not word.isdigit() and word.lower() not in words:
            return f'"{word}" is not understood'
        number = int(word[:9]) if word.isdigit() else low + words.index(word.lower())
        if not low <= number <= high:
            return f"{number} is not in {low}-{high}"
        bounds.append(number)
    return f"the range {part} runs backwards" if len(bounds) == 2 and bounds[0] > bounds[1] else ""


def _is_ip(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _is_public(text: str) -> bool:
    """Whether others can reach an address; what is none is another fault."""
    address = ipaddress.ip_address(text) if _is_ip(text) else None
    return address is None or not (address.is_loopback or address.is_link_local or address.is_unspecified)


def _is_range(text: str) -> bool:
    address, _, bits = text.partition("/")
    return _is_ip(address) and bits.isdigit() and int(bits[:4]) <= (128 if ":" in address else 32)


def is_inside(part: str, whole: str) -> bool:
    """Whether a range of addresses is a part of another, and not all of it."""
    inner, outer = (ipaddress.ip_network(text, strict=False) for text in (part, whole))
    return inner != outer and inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version


@cache
def _zones() -> frozenset[str]:
    """The time zones of the IANA database: bundled, since a machine need not have them."""
    return frozenset(bundled_text(__name__, "time_zones.txt").lower().split())


def _is_json(text: str) -> bool:
    try:
        json_of(text)
    except ValueError:
        return False
    return True


def _holds_json(text: str) -> bool:
    """Whether base64 holds JSON; what is no base64 is another fault."""
    try:
        return _is_json(base64.b64decode(text, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        return True


_IP = "an IP address is needed, as 10.9.8.7 or 2001:db8::1"
_JSON = "it must be JSON"
_ZONE = "a time zone of the IANA database is needed, as Europe/Berlin or Etc/UTC"
# Code, check, and what is wrong where it fails.
_SPOKEN: Mapping[str, tuple[str, Callable[[str], bool], str]] = {
    "time_zone": ("K_CRON", lambda text: text.lower() in _zones(), _ZONE),
    "ip": ("K_VALUE", _is_ip, _IP),
    "public_ip": ("K_VALUE", _is_public, "an address of this machine or this network alone"),
    "cluster_ip": ("K_VALUE", lambda text: text == "None" or _is_ip(text), _IP),
    "cidr": ("K_VALUE", _is_range, "a range of addresses is needed, as 10.9.8.0/24 or 2001:db8::/64"),
    "json": ("K_VALUE", _is_json, _JSON),
    "json64": ("K_VALUE", _holds_json, _JSON),
}
