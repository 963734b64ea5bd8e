"""How fast the project is, as ratios measured side by side in one run: builds, checks of blocks, links.

Ratios hold when a machine is slow or busy; single times do not.  Writes a table and a JSON file.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import bench_build
import bench_links
import bench_preview
from notesite.cli import common
from notesite.lib.files import write_atomically
from timing import Cost, measure

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ("tools/bench.py", "tools/bench.py --rounds 3 --only yaml,links", "tools/bench.py --only build --large")
MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{number}
  labels: {{app: web}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: web}}
  template:
    metadata:
      labels: {{app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1.29
          ports:
            - containerPort: 80
          resources:
            limits: {{cpu: 500m, memory: 64Mi}}
"""
# 1,000 manifests: read into nodes by libyaml and no more; and read and judged as the blocks of notes are.
COMPOSE = """
import sys, yaml
for text in open(sys.argv[1]).read().split("---\\n"):
    list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
"""
JUDGE = """
import sys; sys.path.insert(0, sys.argv[2])
from notesite.snippets.yaml.documents import read
from notesite.snippets.kubernetes import judge
for text in open(sys.argv[1]).read().split("---\\n"):
    judge(read(text).documents, text)
"""


class Comparison(NamedTuple):
    """One question: the commands that are asked about, the one it is measured against, and how often."""

    name: str
    ours: tuple[str, ...]
    base: str
    commands: Mapping[str, Sequence[str]]
    cwd: Path
    goal: str = ""
    sites: Mapping[str, Path] = {}  # what the commands build
    before: Mapping[str, Callable[[], object]] = {}  # what is done before a command, and not measured


def comparisons(folder: Path, only: Sequence[str], pages: Sequence[int]) -> Iterator[Comparison]:
    """What is compared; each makes what it needs under `folder`."""
    if "build" in only:
        for number in pages:
            commands, sites = bench_build.commands(folder / str(number), number)
            edit = functools.partial(bench_preview.edit, sites["warm"].parent / "docs" / "notes.md")
            name, ours = f"build {number} pages", ("cold", "warm")
            yield Comparison(name, ours, "bare", commands, folder, sites=sites, before={"warm": edit})
    if "yaml" in only:
        yield from _of_checks(folder)
    if "links" in only:
        site = bench_links.build_site(folder / "links", 150)
        yield Comparison(
            "check links, 150 pages",
            ("cold", "warm"),
            "lychee",
            bench_links.commands(site),
            site.parent,
            "wall at most 0.3",
        )


def _of_checks(folder: Path) -> Iterator[Comparison]:
    """Checks of these notes, and of 1,000 manifests.

    Cold: nothing is kept.  Warm: nothing has changed since the last check.  Edited: one word has.
    """
    python = sys.executable
    manifests, blocks = folder / "manifests.yaml", folder / "manifests.md"
    texts = [MANIFEST.format(number=number) for number in range(1000)]
    manifests.write_text("---\n".join(texts))
    blocks.write_text(
        "# Manifests\n" + "".join(f"\n## Part {n}\n\n```yaml\n{text}```\n" for n, text in enumerate(texts))
    )
    check = [python, str(ROOT / "scripts" / "check_snippets.py")]
    notes = [python, str(ROOT / "scripts" / "check_notes.py")]
    base: dict[str, Sequence[str]] = {"yaml": [python, "-c", "import yaml"]}
    ways = {"cold": [*check, "--no-cache"], "warm": check}
    yield Comparison("check the notes' blocks", tuple(ways), "yaml", ways | base, ROOT, "warm below 3.5")
    yield Comparison("check the notes", ("check",), "yaml", {"check": notes} | base, ROOT)
    judge = [python, "-c", JUDGE, str(manifests), str(ROOT / "hooks")]
    base = {"read": [python, "-c", COMPOSE, str(manifests)]}
    yield Comparison("judge 1,000 manifests", ("judge",), "read", {"judge": judge} | base, folder, "below 1.9")
    edited = folder / "edited.md"
    edited.write_text(blocks.read_text())
    ways = {name: [*command, str(blocks)] for name, command in ways.items()} | {"edited": [*check, str(edited)]}
    goal = "warm below 1.25"
    edit = {"edited": functools.partial(_edit, edited)}
    yield Comparison("notes of 1,000 manifests", tuple(ways), "read", ways | base, folder, goal, before=edit)


def _edit(path: Path) -> None:
    """Another number of replicas of the manifest in the middle."""
    before, mark, after = path.read_text().partition("name: web-500\n")
    number = re.search(r"replicas: (\d+)", after)
    path.write_text(
        before + mark + after.replace(number[0], f"replicas: {int(number[1]) + 1}", 1) if number else before
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table and write the JSON file; 0 unless a command cannot run."""
    epilog = "examples:\n" + "\n".join(f"  {example}" for example in EXAMPLES)
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="turns that are counted; default 7")
    parser.add_argument(
        "--only", default="build,preview,yaml,links", help="which parts; default build,preview,yaml,links"
    )
    parser.add_argument("--pages", default="15,150", help="sizes of the sites that are built; default 15,150")
    parser.add_argument("--large", action="store_true", help="also build 1,500 pages: minutes for each turn")
    parser.add_argument("--output", type=Path, default=Path("dist/bench.json"))
    args = parser.parse_args(argv)
    os.environ |= {"NO_MKDOCS_2_WARNING": "1", "CI": "true"}  # no notice, no network
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"  # what the first turn keeps, which is not counted
        pages = [int(number) for number in args.pages.split(",")] + [1500] * args.large
        for comparison in comparisons(Path(folder), args.only.split(","), pages):
            costs = measure(comparison.commands, comparison.cwd, args.rounds, comparison.before)
            for ours in comparison.ours:
                rows.append(_row(comparison, ours, costs))
                print(_line(rows[-1]), flush=True)
        for number in pages if "preview" in args.only.split(",") else ():
            place = Path(folder, f"preview-{number}")
            bench_build.commands(place, number)
            costs = bench_preview.measure({"bare": place / "bare", "ours": place / "warm"}, args.rounds)
            rows.append(_row(Comparison(f"preview {number} pages", (), "bare", {}, place), "ours", costs))
            print(_line(rows[-1]), flush=True)
    write_atomically(args.output, (json.dumps({"version": 1, "rows": rows}, indent=1) + "\n").encode())
    return 0


def _row(comparison: Comparison, name: str, costs: Mapping[str, Cost]) -> dict[str, str | float]:
    ours, base = costs[name], costs[comparison.base]
    row: dict[str, str | float] = {
        "what": comparison.name,
        "how": name,
        "against": comparison.base,
        "cpu": round(ours.cpu, 3),
        "base_cpu": round(base.cpu, 3),
        "cpu_ratio": round(ours.cpu / base.cpu, 2),
        "wall_ratio": round(ours.wall / base.wall, 2),
        "peak_megabytes": round(ours.peak / 2**20, 1),
        "peak_ratio": round(ours.peak / base.peak, 2),
        "goal": comparison.goal,
    }
    if comparison.sites:
        size, base_size = (bench_build.size_of(comparison.sites[which]) for which in (name, comparison.base))
        row |= {"site_bytes": size, "site_ratio": round(size / base_size, 2)}
    return row


def _line(row: Mapping[str, str | float]) -> str:
    """A row of the table: ratios, processor time first, and the seconds that it is the ratio of."""
    site = f"   site {row['site_ratio']:5.2f} x" if "site_ratio" in row else ""
    goal = f"   goal: {row['goal']}" if row["goal"] else ""
    return (
        f"{row['what']:24} {row['how']:11} processor {row['cpu_ratio']:5.2f} x {row['against']:7}"
        f" ({row['cpu']:.3f} / {row['base_cpu']:.3f} s)   wall {row['wall_ratio']:5.2f} x"
        f"   memory {row['peak_ratio']:5.2f} x{site}{goal}"
    )


if __name__ == "__main__":
    sys.exit(common.guarded(main))
