"""The server of a preview: it sees edits soon, outlives what goes wrong, and tidies up when nobody waits."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError

from ..diagnostics.diagnostic import NotesError
from ..lib.files import reason
from .generator import told
from .run import lines_of, log

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

_MANY_FOLDERS = 200
_GONE = os.stat_result((0,) * 10)


def prepare(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., None]) -> None:
    """Prepare the server that MkDocs has made.  Raises ConfigurationError when its address is taken."""
    is_untidy = True

    def rebuild() -> None:
        nonlocal is_untidy
        try:
            builder()
        except Exception as error:  # MkDocs would let every request wait for the repair
            if os.environ.get("NOTES_DEBUG"):
                raise
            said = "" if isinstance(error, Abort) else lines_of(NotesError(*told(str(error)))) + "\n"
            log.warning("%sThe preview shows the last good pages and waits for the repair.", said)
        is_untidy = True

    def tidy() -> None:
        nonlocal is_untidy
        if is_untidy:
            is_untidy = False
            gc.collect()

    _watch_closely(server, config)
    server.builder = rebuild
    # A build leaves circles of objects: looked for when it is done, as looking takes a tenth of its time.
    gc.collect()
    gc.freeze()
    gc.disable()
    server.service_actions = tidy  # type: ignore[method-assign]  # what the standard library has this method for
    try:
        server.server_bind()
    except OSError as error:
        raise ConfigurationError(f"dev_addr: {server.url}: {reason(error)}; name another") from None
    server.server_bind = lambda: None  # type: ignore[method-assign]  # it is done


def _watch_closely(server: LiveReloadServer, config: MkDocsConfig) -> None:
    """Look for edits ten times a second, where that takes little; MkDocs looks twice, waits a while, and gives up what is gone."""
    from watchdog.observers.polling import PollingObserverVFS  # noqa: PLC0415  # builds never load it

    watched = list(server._watched_paths)  # noqa: SLF001  # no public list of them

    def stat(path: str) -> os.stat_result:
        try:
            return os.stat(path)  # noqa: PTH116  # asked for every file, ten times a second
        except (FileNotFoundError, NotADirectoryError):
            if path in server._watched_paths:  # noqa: SLF001  # likewise
                return _GONE  # for a while, it may be
            raise

    for path in watched:
        server.unwatch(path)
    is_small = sum(1 for _ in os.walk(config.docs_dir)) <= _MANY_FOLDERS
    observer: Any = PollingObserverVFS(stat, os.scandir, polling_interval=0.1 if is_small else 0.5)
    server.observer = observer
    server.build_delay = 0.03
    for path in watched:
        server.watch(path)
