"""`notesite serve` and `notesite build`: the site of a project, or of any notes file without one."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..build import Build
from ..diagnostics.diagnostic import failure
from ..lib.files import write_inside
from ..lib.folders import work_folder
from ..lib.kept import NO_CACHE
from ..plugin.generator import HOOK, run_mkdocs, theme_name
from ..project.config import open_project, source_of
from . import common

BUILT = ("404.html", "sitemap.xml")  # what a folder that holds a site has


def serve(argv: Sequence[str] | None = None) -> int:
    """Show the site on this machine; pages follow the edits of the notes."""
    args = common.parser_of("serve", str(serve.__doc__)).parse_args(argv)
    with configuration(args, Path("site")) as config:
        options = ["--livereload", "--dev-addr", args.dev_addr, *(["--open"] if args.open else [])]
        return run_mkdocs(["serve", "--config-file", str(config), *options, *_common(args)])


def build(argv: Sequence[str] | None = None) -> int:
    """Build the site; a build that fails leaves the one before whole."""
    args = common.parser_of("build", str(build.__doc__)).parse_args(argv)
    folder = (args.site_dir or Path("site")).absolute()
    with configuration(args, folder) as config:
        is_site = all((folder / name).is_file() for name in BUILT)
        if config != args.config and folder.exists() and any(folder.iterdir()) and not is_site:
            raise failure("N_PATH", f"{folder} holds something else than a site", str(folder), help="")
        chosen = ["--site-dir", str(folder)] if args.site_dir or config != args.config else []
        code = run_mkdocs(["build", "--config-file", str(config), *chosen, *_common(args)])
        return code or common.show_all(Build(open_project(config)), args, tool="build")


def _common(args: argparse.Namespace) -> list[str]:
    if args.no_cache:
        os.environ[NO_CACHE] = "1"
    return [f"--{name}" for name in ("strict", "quiet") if getattr(args, name)]


@contextlib.contextmanager
def configuration(args: argparse.Namespace, site: Path) -> Iterator[Path]:
    """The project's mkdocs.yml; for a file without a project one that is gone when the work is done."""
    file = args.file or args.notes
    if file is None and not os.path.lexists(args.config):
        message = f"there is no {args.config} here; name a notes file, or make a project: notesite new README.md"
        raise failure("I_CONFIG", message, help="")
    # Read before MkDocs does, which ends with a traceback where it cannot.
    project = open_project(args.config, file) if file is None or args.config.is_file() else None
    if project and project.is_own:
        if not project.config.get("site_name"):
            raise failure("I_CONFIG", "`site_name` is missing", args.config.name)
        yield args.config
        return
    alone = Build(common.with_files([file]))
    with work_folder(Path(tempfile.gettempdir(), "notesite")) as folder:
        docs = folder / "docs"  # not the file's own folder, of which everything would be published
        docs.mkdir()
        source = source_of(alone.project, list(map(str, alone.project.files)))
        settings = {
            "site_name": alone.site.title,
            "docs_dir": str(docs),
            "site_dir": str(site),
            "theme": {"name": theme_name()},
            "plugins": ["search"],
            "hooks": [str(HOOK)],  # the plugin's name is known only where the package is installed
            # A dead entry in somebody's contents list is said, and keeps nobody from reading the rest.
            "extra": {"notes": {"source": source, "rules": {"N_ENTRY": "warning"}}},
        }
        written = json.dumps(settings, ensure_ascii=False)  # YAML has no pairs of surrogates
        write_inside(folder, "mkdocs.yml", written.encode())
        yield folder / "mkdocs.yml"
