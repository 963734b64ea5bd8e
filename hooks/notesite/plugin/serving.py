"""The server of a preview: it sees edits soon, outlives what goes wrong, and tidies up when nobody waits."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import Abort, ConfigurationError

from ..diagnostics.diagnostic import NotesError
from ..lib.files import reason
from .generator import told
from .run import lines_of, log

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

_MANY_FOLDERS = 200
_GONE = os.stat_result((0,) * 10)


def prepare(server: LiveReloadServer, docs_dir: str, builder: Callable[..., None]) -> None:
    """Prepare the server that MkDocs has made.  Raises ConfigurationError when its address is taken."""
    untidy: list[bool] = []

    def rebuild() -> None:
        try:
            builder()
        except Exception as error:  # noqa: BLE001  # MkDocs would let every request wait for the repair
            said = "" if isinstance(error, Abort) else lines_of(NotesError(*told(str(error)))) + "\n"
            traceback = bool(os.environ.get("NOTES_DEBUG"))
            log.warning("%sThe preview shows the last good pages and waits for the repair.", said, exc_info=traceback)
        untidy.append(True)

    def tidy() -> None:
        if untidy:
            untidy.clear()
            gc.collect()

    watch(server, 0.1 if sum(1 for _ in os.walk(docs_dir)) <= _MANY_FOLDERS else 0.5)
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


def watch(server: LiveReloadServer, interval: float) -> None:
    """Look for edits so often, in seconds; MkDocs looks twice a second, waits a while, and gives up what is gone."""
    from watchdog.observers.polling import PollingObserverVFS  # noqa: PLC0415  # builds never load it

    watched = server._watched_paths  # noqa: SLF001  # no public list of them

    def stat(path: str) -> os.stat_result:
        try:
            return os.stat(path)  # noqa: PTH116  # asked for every file, ten times a second
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
