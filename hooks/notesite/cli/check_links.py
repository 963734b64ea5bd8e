"""Check the links of a built site, and on request those that lead to other sites."""

from __future__ import annotations

import argparse
import json
import os
import posixpath
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ..build import Build
from ..diagnostics.diagnostic import NotesError, Report, Span, failure, finding, merged
from ..lib.files import lenient_text, read_file, reason, write_atomically
from ..lib.kept import digest, folder_of, signature
from ..lib.light import json_of
from ..links import internal
from ..links.built_pages import public_address
from ..links.internal import BuiltSite, Outcome, Placed, check
from ..notes.source import Source
from ..project.config import Project
from ..project.settings import LinkSettings
from . import common

if TYPE_CHECKING:
    import ssl

    from ..links.link_verdict import Job
    from ..net.client import Client
    from ..net.response import Response

_BODY_BYTES = 4 * 2**20  # of a page whose anchors are looked up


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script; gives the exit code."""
    args = common.parser_of("links", str(__doc__)).parse_args(argv)
    has_project = args.notes or args.config.exists() or args.config != Path("mkdocs.yml")
    project = common.project_of(args) if has_project else common.alone(Path("docs/notes.md"))._replace(root=Path.cwd())
    site = _built_site(args, project)
    build = Build(project)
    outcome = _outcome(site, build, keeps=project.keeps and not (args.no_cache or args.external))
    report = outcome.report
    codes = list(internal.CODES)
    if args.external:
        remote, more = _of_other_sites(args, project, outcome)
        report = merged([report, remote])
        codes += more
    shown = build if _matters(report, args, project) else Build(project, source=Source())
    return common.show([(shown, report)], args, tool="check_links", codes=codes)


def _outcome(site: BuiltSite, build: Build, *, keeps: bool) -> Outcome:
    """What a check gives; where `keeps` one of the same files is remembered that found nothing wrong."""
    places = cache(lambda: _placed(build, site))
    store = folder_of("links") if keeps else None
    if store is None:
        return check(site, places)
    import selectolax  # noqa: PLC0415  # whoever has not installed it is told so by name

    code = signature(str(Path(file).parent) for file in (Path(__file__).parent, selectolax.__file__))
    key = digest((site.shown, site.site_url, site.bundle, sorted(site.files), code, sys.version))
    kept = json_of(store.get(key) or b"null")
    if kept and all(sha256(site.read(uri)).hexdigest() == known for uri, known in kept["read"].items()):
        return Outcome(Report(checked=kept["checked"]), list)
    outcome = check(site, places)
    if not (outcome.report.diagnostics or outcome.report.skipped):
        store.put(key, json.dumps({"checked": outcome.report.checked, "read": dict(outcome.read)}).encode())
        store.trim()
    return outcome


def _built_site(args: argparse.Namespace, project: Project) -> BuiltSite:
    root: Path = args.site or project.root / str(project.config.get("site_dir") or "site")
    files, read = _of_zip(root) if root.is_file() else _of_folder(root)
    if not files:
        raise _no_site(root)
    site_url = args.site_url or (public_address(read("index.html")) if "index.html" in files else "")
    if not site_url and "SITE_URL" not in os.environ:
        site_url = str(project.config.get("site_url") or "")
    shown = project.shown(root.absolute())
    return BuiltSite(files, read, site_url, "" if shown == "." else shown, args.offline_bundle)


def _no_site(path: Path) -> NotesError:
    return failure("N_PATH", f"{path} is not a built site; build it first: `notesite build`", str(path), help="")


def _of_folder(root: Path) -> tuple[list[str], Callable[[str], bytes]]:
    found = []
    for folder, _, names in os.walk(root):  # twice as fast as Path.rglob
        inside = os.path.relpath(folder, root).replace(os.sep, "/")
        found += names if inside == "." else [f"{inside}/{name}" for name in names]
    return sorted(found), lambda uri: read_file(root / uri)


def _of_zip(path: Path) -> tuple[list[str], Callable[[str], bytes]]:
    import zipfile  # noqa: PLC0415  # most sites are folders

    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise _no_site(path) from None
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    top = posixpath.commonpath([posixpath.dirname(f"/{name}") for name in names] or ["/"])
    prefix = f"{top}/".lstrip("/")

    def read(uri: str) -> bytes:
        try:
            return archive.read(prefix + uri)
        except Exception as error:  # noqa: BLE001  # six kinds, by what is damaged, encrypted or packed in another way
            words = f"cannot read {prefix + uri!r} of this archive: {reason(error)}"
            raise failure("N_PATH", words, str(path), help="") from None

    return sorted(name.removeprefix(prefix) for name in names), read


def _matters(report: Report, args: argparse.Namespace, project: Project) -> bool:
    """Whether the report changes with what the notes say (their lines, ignore comments, accepted findings)."""
    if not project.notes_path.is_file():
        return False
    said = report.diagnostics or report.skipped or args.write_baseline
    baseline = args.baseline or project.root / project.settings.baseline
    text, accepted = lenient_text(project.notes_path), lenient_text(baseline)
    return bool(said or "notes:" in (text or "") or '"L_' in (accepted or ""))


def _placed(build: Build, site: BuiltSite) -> tuple[Placed, Placed]:
    """Where the notes have the addresses of built pages, and the ids.  Raises NotesError."""
    from ..links.origins import places_in_notes  # noqa: PLC0415  # only where something is to be placed

    if not build.project.notes_path.is_file():
        return {}, {}
    built, pages = set(site.files), build.site.pages[1:]
    if pages and not any(f"{page.slug}/index.html" in built or f"{page.slug}.html" in built for page in pages):
        return {}, {}  # the site was built from something else
    return places_in_notes(build.notes, build.site)


def _of_other_sites(args: argparse.Namespace, project: Project, outcome: Outcome) -> tuple[Report, Sequence[str]]:
    """Ask the other sites that the pages link, within the settings and the options; gives the codes as well."""
    from ..links import external  # noqa: PLC0415  # a check of the built site loads nothing of the network
    from ..links.memory import memory_text, read_memory  # noqa: PLC0415  # as above

    own = project.settings.links
    settings = own._replace(
        include=(*own.include, *args.include),
        exclude=(*own.exclude, *args.exclude),
        allow_hosts=(*own.allow_hosts, *args.allow_host),
        **{name: value for name in ("grace_days", "deadline") if (value := getattr(args, name)) is not None},
    )
    wrong = [finding("I_CONFIG", problem, Span.at(1), path="mkdocs.yml") for problem in external.patterns(settings)]
    if wrong:
        raise NotesError(*wrong)
    uses = outcome.remote()
    if args.offline:
        return external.not_asked(uses, settings), external.CODES
    path = args.cache or project.root / settings.cache
    memory = {} if args.no_cache else read_memory(lenient_text(path) or "")
    client, progress = client_of(settings), common.progress("links", args)
    result = external.check_remote(uses, partial(asked, client), settings, memory, now=time.time(), progress=progress)
    if not args.no_cache:
        write_atomically(path, memory_text(result.memory).encode())
    note = [finding("E_PROXY", client.proxy_note, Span.at(1))] if client.proxy_note else []
    report = result.report._replace(diagnostics=(*note, *result.report.diagnostics))
    return report, (*external.CODES, "E_PROXY")


def client_of(settings: LinkSettings, tls: ssl.SSLContext | None = None) -> Client:
    """The network as the link check wants it: one try a call, at most some megabytes, only public addresses."""
    from ..net.client import Client  # noqa: PLC0415  # what opens connections is not needed otherwise
    from ..net.response import Limits  # noqa: PLC0415  # as above

    limits = Limits(bytes=_BODY_BYTES, tries=1, redirects=10, connect=min(10.0, settings.timeout))
    return Client(limits=limits, allow_hosts=settings.allow_hosts, tls=tls)


def asked(client: Client, job: Job, seconds: float) -> Response:
    """What came of one request.  Raises Fault."""
    headers = {"Accept": "text/html,*/*;q=0.8", **job.headers}
    wants_body = job.method == "GET" and bool(job.fragments)
    return client.fetch(job.url, method=job.method, headers=headers, deadline=seconds, body=wants_body)
