"""Links to other sites, for `check_links --external`: options, memory, progress, and the network behind the core."""

from __future__ import annotations

import argparse
import functools
import ssl
import time

from ..diagnostics.diagnostic import NotesError, Report, finding
from ..diagnostics.place import Span
from ..lib.files import lenient_text, write_atomically
from ..links import external
from ..links.external import check_remote
from ..links.internal import Outcome
from ..links.link_verdict import Job
from ..links.memory import memory_text, read_memory
from ..net.client import Client
from ..net.response import Limits, Response
from ..project.config import Project
from ..project.settings import LinkSettings
from . import common

CODES = (*external.CODES, "E_PROXY")
_BODY_BYTES = 4 * 2**20  # of a page whose anchors are looked up


def report(args: argparse.Namespace, project: Project, outcome: Outcome) -> Report:
    """Ask the other sites that the pages link, within the settings and the options of `check_links`."""
    settings = _settings(args, project)
    path = args.cache or project.root / settings.cache
    memory = {} if args.no_cache else read_memory(lenient_text(path) or "")
    progress = common.progress("links", args)
    uses = outcome.remote()
    if args.offline:
        return check_remote(uses, _never, settings, memory, now=0, clock=time.monotonic, offline=True).report
    client = client_of(settings)
    fetch = functools.partial(asked, client)
    result = check_remote(uses, fetch, settings, memory, now=time.time(), clock=time.monotonic, progress=progress)
    if not args.no_cache:
        write_atomically(path, memory_text(result.memory).encode())
    note = [finding("E_PROXY", client.proxy_note, Span.at(1))] if client.proxy_note else []
    return result.report._replace(diagnostics=(*note, *result.report.diagnostics))


def _settings(args: argparse.Namespace, project: Project) -> LinkSettings:
    own = project.settings.links
    chosen = own._replace(
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


def _never(_job: Job, _seconds: float) -> Response:
    raise AssertionError("asked although offline")


def client_of(settings: LinkSettings, tls: ssl.SSLContext | None = None) -> Client:
    """The network as the link check wants it: one try a call, at most some megabytes, only public addresses."""
    limits = Limits(bytes=_BODY_BYTES, tries=1, redirects=10, connect=min(10.0, settings.timeout))
    return Client(limits=limits, allow_hosts=settings.allow_hosts, tls=tls)


def asked(client: Client, job: Job, seconds: float) -> Response:
    """What came of one request.  Raises Fault."""
    headers = {"Accept": "text/html,*/*;q=0.8", **job.headers}
    wants_body = job.method == "GET" and bool(job.fragments)
    return client.fetch(job.url, method=job.method, headers=headers, deadline=seconds, body=wants_body)
