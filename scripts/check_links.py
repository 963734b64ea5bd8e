#!/usr/bin/env python3
"""Check the links of a built site, and on request those that lead to other sites."""

from __future__ import annotations

import argparse
import contextlib
import os
import posixpath
import ssl
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import common
from notesite.diagnostics import NotesError, Report, finding, merged
from notesite.disk import Project, write_atomically
from notesite.links import external, internal
from notesite.links.external import check_remote
from notesite.links.internal import BuiltSite, Outcome, check
from notesite.links.memory import memory_text, read_memory
from notesite.links.pages import public_address
from notesite.links.verdicts import Answer, Failure, Job
from notesite.model import Notes, Span
from notesite.pipeline import Loaded, load
from notesite.plan import Site
from notesite.settings import LinkSettings, Settings
from notesite.source import Source
from notesite.written import written_anchors, written_links

EXAMPLES = (
    "scripts/check_links.py                                   the site that `make site` built",
    "scripts/check_links.py --external                        and the links to other sites",
    "scripts/check_links.py --external --offline              list those links, open no connection",
    "scripts/check_links.py dist/notes-offline.zip --offline-bundle",
    "scripts/check_links.py public --site-url https://example.org/notes/ --format github --report sarif=links.sarif",
)
_BODY_BYTES = 4 * 2**20  # of a page whose anchors are looked up


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script; gives the exit code."""
    args = _arguments(argv)
    project = _project(args)
    known = project.notes_path.is_file()
    loaded = load(project) if known else Loaded(project, Source(""), Notes("", None), Site("", ()))
    site = _built_site(args, project)
    outcome = _internal(site, loaded) if known else check(site)
    report = outcome.report
    codes = [*internal.CODES, *(external.CODES if args.external else ())]
    if args.external:
        report = merged([report, _external(args, project, outcome)])
    return common.show(report, args, loaded, tool="check_links", codes=codes)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = common.options(str(__doc__), EXAMPLES, notes_argument=False)
    parser.add_argument("site", nargs="?", type=Path, metavar="SITE", help="folder or zip; default: site_dir")
    parser.add_argument(
        "--site-url", metavar="URL", help="public address; default: what the pages say, then mkdocs.yml"
    )
    parser.add_argument(
        "--offline-bundle", action="store_true", help="the site is opened from file://, without a server"
    )
    parser.add_argument("--external", action="store_true", help="ask other sites, too")
    parser.add_argument("--offline", action="store_true", help="open no connection; list what is not asked")
    parser.add_argument(
        "--cache", type=Path, metavar="FILE", help="what earlier runs learnt; default: as mkdocs.yml says"
    )
    parser.add_argument("--no-cache", action="store_true", help="ask for everything; remember nothing")
    parser.add_argument(
        "--include", action="append", default=[], metavar="REGEX", help="only such addresses; repeatable"
    )
    parser.add_argument("--exclude", action="append", default=[], metavar="REGEX", help="no such addresses; repeatable")
    parser.add_argument("--grace-days", type=float, metavar="DAYS", help="how long a dead link is only a warning")
    parser.add_argument("--deadline", type=float, metavar="SECONDS", help="for all links to other sites together")
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST", help="let a private host through; repeatable"
    )
    return parser.parse_args(argv)


def _project(args: argparse.Namespace) -> Project:
    """The project; a built site anywhere can be checked without one."""
    if args.notes is None and not args.config.exists() and args.config == Path("mkdocs.yml"):
        root = Path.cwd()
        return Project(root, root / "mkdocs.yml", root / "docs" / "notes.md", root / "docs", Settings(), {})
    return common.project_of(args)


def _built_site(args: argparse.Namespace, project: Project) -> BuiltSite:
    root: Path = args.site or project.root / str(project.config.get("site_dir") or "site")
    if root.is_file() and zipfile.is_zipfile(root):
        files, read = _of_zip(root)
    elif root.is_dir():
        found = (path for path in root.rglob("*") if path.is_file())
        files = sorted(path.relative_to(root).as_posix() for path in found)
        read = _reader(root)
    else:
        message = f"{root} is no built site; build it first, for example with `make site`"
        raise NotesError(finding("N_PATH", message, Span.at(1), path=str(root), help=""))
    site_url = args.site_url or (public_address(read("index.html")) if "index.html" in files else "")
    if not site_url and "SITE_URL" not in os.environ:
        site_url = str(project.config.get("site_url") or "")
    shown = project.shown(root.absolute())
    return BuiltSite(files, read, site_url, "" if shown == "." else shown, args.offline_bundle)


def _reader(root: Path) -> Callable[[str], bytes]:
    return lambda uri: (root / uri).read_bytes()


def _of_zip(path: Path) -> tuple[list[str], Callable[[str], bytes]]:
    archive = zipfile.ZipFile(path)
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    top = posixpath.commonpath(names) if len(names) > 1 else ""
    prefix = f"{top}/" if top else ""
    return sorted(name.removeprefix(prefix) for name in names), lambda uri: archive.read(prefix + uri)


def _internal(site: BuiltSite, loaded: Loaded) -> Outcome:
    notes, planned = loaded.notes, loaded.site
    built = set(site.files)
    if not any(f"{page.slug}/index.html" in built or f"{page.slug}.html" in built for page in planned.pages[1:]):
        return check(site)  # built from something else
    return check(site, origin=written_links(notes, planned), anchor_origin=written_anchors(notes, planned))


# --- Links to other sites


def _external(args: argparse.Namespace, project: Project, outcome: Outcome) -> Report:
    settings = _settings(args, project)
    path = args.cache or project.root / settings.cache
    memory = {} if args.no_cache else read_memory(_text(path))
    progress = _progress(args)
    uses = outcome.remote()
    if args.offline:
        return check_remote(uses, _never, settings, memory, now=0, clock=time.monotonic, offline=True).report
    with contextlib.closing(NetworkClient(settings)) as client:
        result = check_remote(
            uses, client.fetch, settings, memory, now=time.time(), clock=time.monotonic, progress=progress
        )
    if not args.no_cache:
        write_atomically(path, memory_text(result.memory).encode())
    return result.report


def _settings(args: argparse.Namespace, project: Project) -> LinkSettings:
    own = project.settings.links
    chosen = replace(
        own,
        include=(*own.include, *args.include),
        exclude=(*own.exclude, *args.exclude),
        allow_hosts=(*own.allow_hosts, *args.allow_host),
        grace_days=own.grace_days if args.grace_days is None else args.grace_days,
        deadline=own.deadline if args.deadline is None else args.deadline,
    )
    wrong = [finding("I_CONFIG", problem, Span.at(1), path="mkdocs.yml") for problem in external.patterns(chosen)]
    if wrong:
        raise NotesError(*wrong)
    return chosen


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return ""


def _never(_job: Job, _seconds: float) -> Answer | Failure:
    raise AssertionError("asked although offline")


class NetworkClient:
    """The network as the link check wants it: one try a call, at most some megabytes, only public addresses."""

    def __init__(self, settings: LinkSettings, tls: ssl.SSLContext | None = None) -> None:
        from notesite.answers import Limits  # noqa: PLC0415  # only --external pays for the network
        from notesite.net import Client  # noqa: PLC0415

        limits = Limits(bytes=_BODY_BYTES, tries=1, redirects=10, connect=min(10.0, settings.timeout))
        self._client = Client(limits=limits, allow_hosts=settings.allow_hosts, tls=tls)

    def close(self) -> None:
        """Close idle connections."""
        self._client.close()

    def fetch(self, job: Job, seconds: float) -> Answer | Failure:
        """What came of one request."""
        from notesite.faults import Fault  # noqa: PLC0415

        wants_body = job.method == "GET" and bool(job.fragments)
        headers = {"Accept": "text/html,*/*;q=0.8", **job.headers}
        try:
            response = self._client.fetch(
                job.url, method=job.method, headers=headers, deadline=seconds, body=wants_body
            )
        except Fault as fault:
            return Failure(fault.code, fault.message)
        lower = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, response.final_url, lower, response.body, response.hops)


def _progress(args: argparse.Namespace) -> Callable[[int, int], None]:
    """A progress line on a terminal, nothing elsewhere."""
    if args.quiet or not sys.stderr.isatty():
        return lambda _done, _all: None

    def show(done: int, total: int) -> None:
        filled = 30 * done // max(total, 1)
        end = "\r\033[K" if done == total else ""
        print(f"\rlinks [{'#' * filled}{'.' * (30 - filled)}] {done}/{total}", end=end, file=sys.stderr, flush=True)

    return show


if __name__ == "__main__":
    sys.exit(common.guarded(main))
