"""Check that built pages are valid HTML, except for what a list says is the theme's own."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CHECKER = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
UPSTREAM = ROOT / "tests" / "cases" / "reading" / "upstream-html.txt"
EXAMPLES = """examples:
  npm ci && python tools/check_html.py         check site/
  python tools/check_html.py dist/offline      check another folder
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing was found, 1 when something was, 2 when the check could not run."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "site", help="built site (default: site)")
    folder = parser.parse_args(argv).folder
    if not folder.is_dir() or not CHECKER.is_file():
        missing = folder if not folder.is_dir() else CHECKER
        print(f"check_html: {missing} is missing; run `make site` and `npm ci`", file=sys.stderr)
        return 2
    command = ["java", "-jar", str(CHECKER), "--skip-non-html", "--errors-only", "--format", "json", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
        messages = json.loads(done.stderr)["messages"]
    except (OSError, ValueError, KeyError) as error:
        print(f"check_html: the checker did not run: {error}", file=sys.stderr)
        return 2
    known = [line for line in UPSTREAM.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    found = list(own(messages, known))
    for message in found:
        place = f"{message.get('url', '').removeprefix('file:')}:{message.get('lastLine', 1)}"
        print(f"{place}: {message['message']}")
    print(f"{len(found)} found, {len(messages) - len(found)} of the theme's own passed over")
    return 1 if found else 0


def own(messages: Sequence[dict[str, Any]], known: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The messages that begin like none of `known`."""
    return (message for message in messages if not message["message"].startswith(tuple(known)))


if __name__ == "__main__":
    sys.exit(main())
