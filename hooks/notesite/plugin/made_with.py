"""With what a site is made, by whatever name it is installed, for the stamp of every page."""

from __future__ import annotations

import contextlib
import importlib
import os

import mkdocs

from .. import VERSION
from ..build import Build
from ..project.stamp import Stamp, read_epoch

NAMES = {"mkdocs": "MkDocs", "properdocs": "ProperDocs"}


def stamp(build: Build) -> Stamp:
    """The stamp of this build.

    Without SOURCE_DATE_EPOCH it has no date, so equal notes give equal pages.  Raises NotesError when that is no date.
    """
    return build.stamp(versions(), read_epoch(os.environ.get("SOURCE_DATE_EPOCH")))


def versions() -> dict[str, str]:
    """Name and version of each tool; forks answer to the module names of what they replace."""
    found = {"notesite": VERSION, NAMES.get(mkdocs.__name__, mkdocs.__name__): mkdocs.__version__}
    with contextlib.suppress(ImportError, AttributeError):  # another theme
        found["Material"] = importlib.import_module("material").__version__
    return found
