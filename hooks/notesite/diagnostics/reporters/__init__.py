"""Reports for people and for machines: one module a format, one function each, all pure."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ..diagnostic import Report
from .context import Context

Reporter = Callable[[Report, Context], str]

FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit", "rdjson")  # their modules say what each is for


def reporter(name: str) -> Reporter:
    """The reporter of a format named in FORMATS; only its own module is loaded."""
    module = import_module(f".{name}", __name__)
    function: Reporter = module.render
    return function


__all__ = ["FORMATS", "Context", "Reporter", "reporter"]
