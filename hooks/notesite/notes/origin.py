"""Where the notes lie at a code host, and what their links mean there."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import SplitResult, unquote, urlsplit

from ..lib.light import NamedTuple

# What stands between a repository's address and the path of a file in it.
_FORMS = {"github": "/blob/", "gitlab": "/-/blob/", "bitbucket": "/src/"}
_FORMS |= dict.fromkeys(("codeberg", "gitea"), "/src/branch/")
# A line of a file, as code hosts address it.
LINE = re.compile(r"L([0-9]{1,9})(?:C[0-9]+)?(?:-L[0-9]+(?:C[0-9]+)?)?")
_README = re.compile(r"(?:docs/|\.github/)?readme(?:\.\w+)?", re.IGNORECASE)  # shown at a repository's own address


class Origin(NamedTuple):
    """The place of the notes file in a repository."""

    repository: str  # "https://github.com/owner/name"; "" when only the file's own name is known
    branch: str
    path: str  # "docs/notes.md"

    @property
    def _form(self) -> str:
        host = urlsplit(self.repository).netloc.lower()
        return next(form for name, form in _FORMS.items() if name in host)

    def anchor(self, target: str) -> str | None:
        """The anchor that a link means when it leads into the notes: `README.md#pod`, or the whole address with one."""
        parts = parts_of(target)
        if not parts.netloc and not parts.scheme:
            return parts.fragment if parts.path and self._path(parts.path) == self.path else None
        front = self.repository.partition("//")[2].lower()
        if not parts.fragment or LINE.fullmatch(parts.fragment):
            return None
        if front and f"{_host(parts.netloc)}{unquote(parts.path).rstrip('/')}".lower() == front:
            return parts.fragment if _README.fullmatch(self.path) else None
        return parts.fragment if self.path_of(target) == self.path else None

    @property
    def page(self) -> str:
        """The address of the notes themselves, or their name."""
        return self.address(f"/{self.path}") if self.repository else self.path

    def path_of(self, target: str) -> str | None:
        """The path in the repository of a root-relative link, or of the whole address of a file there."""
        parts = parts_of(target)
        if not parts.scheme and not parts.netloc:
            return self._path(parts.path) if parts.path.startswith("/") else None
        page = re.escape(self.repository.partition("//")[2] + self._form) if self.repository else "(?!)"
        match = re.fullmatch(rf"{page}[^/]+/(.+)", _host(parts.netloc) + unquote(parts.path), re.IGNORECASE)
        return match[1] if match else None

    def _path(self, path: str) -> str:
        """The path in the repository of a relative or root-relative one, as the code host resolves it."""
        whole = posixpath.normpath(posixpath.join("/", posixpath.dirname(self.path), unquote(path)))
        return whole.lstrip("/")

    def address(self, target: str) -> str:
        """The whole address of a file of the repository."""
        parts = urlsplit(target)
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(self.path), parts.path)).lstrip("/")
        folder = "/" if parts.path.endswith("/") and path else ""
        form = self._form.replace("blob", "tree") if folder or not path else self._form
        whole = f"{self.repository}{form}{self.branch}/{path}{folder}"
        return whole.rstrip("/" * (not path)) + (f"#{parts.fragment}" if parts.fragment else "")


def parts_of(address: str) -> SplitResult:
    """The parts of an address that an author wrote; one that cannot be read has the scheme "unreadable"."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("unreadable", "", "", "", "")


def _host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


def origin_of(address: str, branch: str = "", path: str = "") -> Origin | None:
    """From the address of a file at a code host, or of a repository as git or people write it; None when unknown.

    A path alone is the name of the file.
    """
    if address and ":" not in address:
        return Origin("", "", address)
    match = re.match(
        r"(?:(?:https?|ssh|git)://(?:[^@/\s]*@)?|(?:\w+@))(?P<host>[\w.-]+)(?::\d+(?=/))?[:/](?P<rest>[^\s?#]+)",
        address,
    )
    if not match:
        return None
    host, rest = match["host"].lower(), match["rest"].strip("/")
    form = next((form for name, form in _FORMS.items() if name in host), None)
    if form is None:
        return None
    repository, _, inside = rest.replace("/edit/", form, 1).partition(form)
    repository = repository.removesuffix(".git")
    found_branch, _, found_path = inside.partition("/")
    if "/" not in repository:
        return None
    return Origin(f"https://{host}/{repository}", found_branch or branch or "HEAD", unquote(found_path) or path)
