"""The server of a preview: it sees edits soon, outlives what goes wrong, and tidies up when nobody waits."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from mkdocs.exceptions import Abort, ConfigurationError

from ..diagnostics.diagnostic import NotesError
from ..lib.files import reason
from .generator import told
from .run import lines_of, log

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

_MANY_FOLDERS = 200
_WAITS = "The preview shows the last good pages and waits for the repair."
_STALE = Markup(
    '<pre role="alert" style="position:fixed;inset:auto 0 0;z-index:9;padding:1em;background:#a3261f;color:#fff">{}</pre>'
)
_GONE = os.stat_result((0,) * 10)


def prepare(server: LiveReloadServer, docs_dir: str, builder: Callable[..., None]) -> None:
    """Prepare the server that MkDocs has made.  Raises ConfigurationError when its address is taken."""
    untidy: list[bool] = []
    failed: list[str] = []  # what ended the last build
    builds = logging.getLogger(f"{builder.__module__.rpartition('.')[0]}.build")  # MkDocs'

    def rebuild() -> None:
        failed.clear()
        for filtered in builds.filters:
            getattr(filtered, "msgs", set()).clear()  # of one run it says everything once: here a run has many builds
        try:
            builder()
        except Exception as error:  # noqa: BLE001  # MkDocs would let every request wait for the repair
            failed.append(lines_of(NotesError(*told(str(error.__context__ or error)))))
            said = "" if isinstance(error, Abort) else failed[0] + "\n"
            log.warning("%s%s", said, _WAITS, exc_info=bool(os.environ.get("NOTES_DEBUG")))
        untidy.append(True)

    def tidy() -> None:
        if untidy:
            untidy.clear()
            gc.collect()

    _tell(server, failed)
    watch(server, 0.05 if sum(1 for _ in os.walk(docs_dir)) <= _MANY_FOLDERS else 0.5)
    server.builder = rebuild
    # A build leaves circles of objects: looked for when it is done, as looking takes a tenth of its time.
    gc.collect()
    gc.freeze()
    gc.disable()
    server.service_actions = tidy  # type: ignore[method-assign]  # what the standard library has this method for
    try:
        server.server_bind()
    except OSError as error:
        raise ConfigurationError(
            f"dev_addr: {server.url}: {reason(error)}; name another: --dev-addr HOST:PORT"
        ) from None
    server.server_bind = lambda: None  # type: ignore[method-assign]  # it is done


def _tell(server: LiveReloadServer, failed: Sequence[str]) -> None:
    """Let each page say why it is that of an earlier build, and a missing one wait for the build that brings it."""
    inject: Any = server._inject_js_into_html  # noqa: SLF001  # no public way to a page
    error_page = server.error_handler

    def told_what_failed(content: bytes, epoch: int) -> bytes:
        said = "".join(_STALE.format(f"{words}\n{_WAITS}") for words in failed)
        return bytes(inject(content + said.encode(), epoch))

    def told_to_reload(code: int) -> bytes | None:  # an edit may bring the page that was asked for
        content = error_page(code)
        return content and told_what_failed(content, server._visible_epoch)  # noqa: SLF001  # likewise

    server._inject_js_into_html, server.error_handler = told_what_failed, told_to_reload  # type: ignore[method-assign]  # noqa: SLF001  # likewise


def watch(server: LiveReloadServer, interval: float) -> None:
    """Look for edits so often, in seconds; MkDocs looks twice a second, waits a while, and gives up what is gone."""
    from watchdog.observers.polling import PollingObserverVFS  # noqa: PLC0415  # builds never load it

    watched = server._watched_paths  # noqa: SLF001  # no public list of them

    def stat(path: str) -> os.stat_result:
        try:
            return os.stat(path)  # noqa: PTH116  # asked for every file, twenty times a second
        except (FileNotFoundError, NotADirectoryError):
            if path not in watched:
                raise
            return _GONE  # for a while, it may be

    paths = list(watched)
    for path in paths:
        server.unwatch(path)
    observer: Any = PollingObserverVFS(stat, os.scandir, polling_interval=interval)
    server.observer, server.build_delay = observer, 0.03
    for path in paths:
        server.watch(path)
