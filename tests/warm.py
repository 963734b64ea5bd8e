"""Programs of this project, each in a process of its own that is forked from one which has loaded them already.

Loading is most of the time of a build or a check.  A fork has it behind it, and is a process all the same: with its own
folder, environment, output and end.  What is about loading itself starts Python anew.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

from patience import LONGEST

ROOT = Path(__file__).resolve().parent.parent
PATHS = [str(ROOT / name) for name in ("hooks", "scripts", "tools", "tests")]


@cache
def _context() -> ForkServerContext:
    before = {name: os.environ.get(name) for name in ("PYTHONPATH", "NO_MKDOCS_2_WARNING")}
    os.environ.update(PYTHONPATH=os.pathsep.join(PATHS), NO_MKDOCS_2_WARNING="1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["loaded"])
    try:
        forkserver.ensure_running()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    return context


def _run(arguments: Sequence[str], folder: str, environment: Mapping[str, str], streams: Sequence[str]) -> None:
    for number, name in enumerate(streams):
        os.dup2(os.open(name, os.O_RDWR), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # as Python does when it begins
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in environment
    os.chdir(folder)
    as_module = arguments[0] == "-m"
    sys.argv = list(arguments[as_module:])
    if as_module:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


def python(
    *arguments: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """What `python ARGUMENTS…` does and says, with `env` as its environment: `-m MODULE …` or `SCRIPT …`."""
    words = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory(prefix="warm-") as name:
        streams = [Path(name, stream) for stream in ("in", "out", "err")]
        for path in streams:
            path.write_text(stdin if path.name == "in" else "", encoding="utf-8")
        settings = dict(os.environ if env is None else env)
        process = _context().Process(target=_run, args=(words, str(cwd), settings, [str(path) for path in streams]))
        process.start()
        process.join(LONGEST)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(words, LONGEST)
        out, err = (path.read_text(encoding="utf-8") for path in streams[1:])
        return subprocess.CompletedProcess(words, process.exitcode, out, err)
