"""Reports for people and for machines: one module a format, one function each, all pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from ..diagnostic import Report
from .context import Context

Reporter = Callable[[Report, Context], str]

FORMATS: Mapping[str, str] = {
    "text": "for people: place, code, message, the source line and what to do",
    "json": "for programs: docs/developer/report.schema.json describes it",
    "github": "annotations in GitHub Actions, the most severe first",
    "gitlab": "GitLab's code quality report",
    "sarif": "SARIF 2.1.0, for code scanning",
    "junit": "JUnit XML, for CI servers",
    "rdjson": "reviewdog's format, with suggestions",
}


def reporter(name: str) -> Reporter:
    """The reporter of a format named in FORMATS; only its own module is loaded."""
    module = import_module(f".{name}", __name__)
    function: Reporter = module.render
    return function


__all__ = ["FORMATS", "Context", "Reporter", "reporter"]
