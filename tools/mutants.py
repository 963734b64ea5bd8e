"""Change one room of the code at one place at a time and list the changes that no test notices.

    make mutants ROOM=snippets/shell           a sample of 100 changes
    make mutants ROOM=lib SAMPLE=1000000       all of them

cosmic-ray makes the changes, in a copy of the checkout.  The judges are the tests that import something of the room
(all tests when none does), without those that need a browser or are slow.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import shlex
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORE = Path("hooks/notesite")
SETTINGS = """[cosmic-ray]
module-path = {}
timeout = {:.0f}.0
excluded-modules = []
test-command = {}
distributor.name = "local"
"""
_GIT = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")


def main(argv: Sequence[str] | None = None) -> int:
    """0 when every change was noticed, 1 when some survived, 2 when the tests fail without any change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("room", help="a folder or a module below hooks/notesite, such as net or lib/nearest.py")
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="how many changes to try; default: 100")
    parser.add_argument("--seed", type=int, default=0, help="which ones; default: 0, the same in every run")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        copy = Path(name) / "copy"
        _copy(copy)
        return _tried(copy, args.room.strip("/"), args.sample, args.seed)


def _copy(folder: Path) -> None:
    listed = subprocess.run(_GIT, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    for path in filter(None, listed.split("\0")):
        if (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes((ROOT / path).read_bytes())


def _tried(copy: Path, room: str, sample: int, seed: int) -> int:
    tests = _judges(room)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not browser and not slow"]
    start = time.monotonic()
    unchanged = subprocess.run([*command, *tests], cwd=copy, check=False, capture_output=True, text=True)
    if unchanged.returncode:
        print(unchanged.stdout[-2000:], f"the tests of {room} fail without any change", sep="\n", file=sys.stderr)
        return 2
    longest = 10 + 5 * (time.monotonic() - start)  # seconds; a change may make a loop endless
    text = SETTINGS.format(json.dumps(str(CORE / room)), longest, json.dumps(shlex.join([*command, *tests])))
    (copy / "mutants.toml").write_text(text, encoding="utf-8")
    tool, session = Path(sys.executable).parent / "cosmic-ray", copy / "mutants.sqlite"
    subprocess.run([tool, "init", "mutants.toml", session.name], cwd=copy, check=True)
    count = _sampled(session, sample, seed, copy)
    print(f"{count} changes of {room}, judged by {', '.join(tests)}", flush=True)
    subprocess.run([tool, "exec", "mutants.toml", session.name], cwd=copy, check=True)
    return _told(session, count)


def _judges(room: str) -> list[str]:
    """The test files that import the room, or a module of it."""
    module = ".".join(("notesite", *Path(room).with_suffix("").parts))
    package, _, name = module.rpartition(".")
    ways = (f"from {module} import", f"from {module}.", f"import {module}", f"from {package} import {name}")
    every = sorted((ROOT / "tests").glob("test_*.py"))
    found = [path for path in every if any(w in path.read_text("utf-8") for w in ways)]
    return [path.relative_to(ROOT).as_posix() for path in found or every if path.name != "test_commands_kubectl.py"]


def _sampled(session: Path, sample: int, seed: int, copy: Path) -> int:
    """How many changes are left in the session: a sample, the same for the same seed, of what Python evaluates."""
    with closing(sqlite3.connect(session)) as base, base:
        columns = "job_id, module_path, start_pos_row, start_pos_col"
        order = f"SELECT {columns} FROM mutation_specs ORDER BY module_path, operator_name, occurrence, operator_args"  # noqa: S608  # four names
        rows = list(base.execute(order))
        types = {path: _annotations(copy / path) for path in {path for _, path, *_ in rows}}
        jobs = [job for job, path, *at in rows if not any(first <= tuple(at) < end for first, end in types[path])]
        dropped = {job for job, *_ in rows} - set(random.Random(seed).sample(jobs, min(sample, len(jobs))))  # noqa: S311  # no secret
        for table in ("mutation_specs", "work_items"):
            base.executemany(f"DELETE FROM {table} WHERE job_id = ?", [(job,) for job in dropped])  # noqa: S608  # two names
        return len(rows) - len(dropped)


def _annotations(path: Path) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where types of arguments, results and variables begin and end (line, column): no change of them can be noticed."""
    every = ast.walk(ast.parse(path.read_text("utf-8")))
    types = [own for node in every for own in (getattr(node, "annotation", None), getattr(node, "returns", None))]
    return [
        ((own.lineno, own.col_offset), (own.end_lineno or 0, own.end_col_offset or 0))
        for own in types
        if isinstance(own, ast.expr)
    ]


def _told(session: Path, count: int) -> int:
    with closing(sqlite3.connect(session)) as base:
        rows = list(
            base.execute(
                "SELECT module_path, start_pos_row, diff FROM mutation_specs JOIN work_results USING (job_id)"
                " WHERE test_outcome = 'SURVIVED' ORDER BY 1, 2"
            )
        )
    for path, line, diff in rows:
        print(f"{path}:{line}")
        print(*(f"  {row}" for row in diff.splitlines() if row[:1] in "+-" and row[:3] not in {"+++", "---"}), sep="\n")
    print(f"{len(rows)} of {count} changes survived")
    return int(bool(rows))


if __name__ == "__main__":
    sys.exit(main())
