"""Write the grammar file of a Go program whose help is made by cobra: its commands and its flags.

    tools/vendor_cobra.py helm 4.2 --binary ./helm          ask the program itself
    tools/vendor_cobra.py minikube 1.38 --pages DIR         read the reference pages that the project generates

What arguments a command takes is not in the help, so these grammars know flags and sub-commands only.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vendor_kubectl import DATA, sub_commands

_FLAG = re.compile(
    r"^ {2,}(?:-(?P<short>\w), )?--(?P<name>[\w-]+)(?: (?P<kind>[A-Za-z][\w=:.|]*))?(?P<alone>\[=[^\]]*\])?(?: {2,}|$)",
    re.MULTILINE,
)
_TYPES = {
    "int": "int", "int32": "int", "int64": "int", "uint": "uint", "duration": "duration", "float": "float",
    "stringToString": "map",
}  # fmt: skip
_PROGRAM = r"[\w-]+"
_PAGE = re.compile(r"^## (?P<command>.+)\n(?P<body>(?:(?!^## ).*\n?)*)", re.MULTILINE)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when the file is written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("version", help="MAJOR.MINOR")
    parser.add_argument("--binary", type=Path)
    parser.add_argument("--pages", type=Path, help="folder of Markdown pages made by cobra's doc generator")
    parser.add_argument("--source", default="", help="where it comes from, for the record")
    parser.add_argument("--output", type=Path, default=DATA)
    options = parser.parse_args(argv)
    if bool(options.binary) == bool(options.pages):
        parser.error("give either --binary or --pages")
    tree = ask(options.binary, ()) if options.binary else read_pages(options.program, options.pages)
    grammar = {"program": options.program, "version": options.version, "source": options.source, "tree": tree}
    path: Path = options.output / f"{options.program}-{options.version}.json.gz"
    data = json.dumps(grammar, separators=(",", ":"), sort_keys=True).encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{path}: {len(data)} bytes, {path.stat().st_size} compressed")
    return 0


def ask(binary: Path, path: tuple[str, ...]) -> dict[str, Any]:
    """The command at `path` with everything below it, from the program's own help."""
    done = subprocess.run([binary.resolve(), *path, "--help"], capture_output=True, text=True, check=False)
    text = done.stdout
    node: dict[str, Any] = {}
    own, _, shared = text.partition("Global Flags:")
    node.update(_node(own, text))
    if not path:
        node["flags"] = {**node.get("flags", {}), **flags(shared)}
    names = [name for name in sub_commands(text) if path != ("help",)]
    if names:
        node["commands"] = {name: ask(binary, (*path, name)) for name in names}
    return node


def read_pages(program: str, folder: Path) -> dict[str, Any]:
    """The tree from reference pages, one `## program command` section for each command."""
    tree: dict[str, Any] = {"commands": {}, "flags": {}}
    for page in sorted(folder.glob("*.md")):
        for command, body in _sections(page.read_text(encoding="utf-8")):
            words = command.split()
            if words[:1] != [program] or len(words) < 2:
                continue
            own, _, shared = body.partition("### Options inherited from parent commands")
            tree["flags"].update(flags(shared))
            node = tree
            for word in words[1:]:
                node = node.setdefault("commands", {}).setdefault(word, {})
            node.update(_node(own, body))
    if "kubectl" in tree["commands"]:
        tree["commands"]["kubectl"]["passes_on"] = True
    return tree


def _sections(text: str) -> Iterator[tuple[str, str]]:
    for match in _PAGE.finditer(text):
        yield match["command"].strip(), match["body"]


def _node(own: str, text: str) -> dict[str, Any]:
    node: dict[str, Any] = {}
    found = flags(own)
    if found:
        node["flags"] = found
    if re.search(rf"^ *{_PROGRAM}(?: [\w-]+)* (?:\[command\]|SUBCOMMAND)(?: \[flags\])?$", text, re.MULTILINE):
        node["group"] = True  # nothing but its sub-commands
    aliases = re.search(r"^(?:Aliases:|### Aliases)\n+(?:\[)?([^\]\n]+)", text, re.MULTILINE)
    if aliases:
        node["aliases"] = [word.strip() for word in aliases[1].split(",")]
    return node


def flags(text: str) -> dict[str, dict[str, Any]]:
    """Flags of a help text."""
    found: dict[str, dict[str, Any]] = {}
    for match in _FLAG.finditer(text):
        kind = match["kind"]
        entry: dict[str, Any] = {"type": "bool" if kind is None else _TYPES.get(kind, "text")}
        if match["short"]:
            entry["short"] = match["short"]
        if match["alone"]:
            entry["optional"] = True
        found[match["name"]] = entry
    return found


if __name__ == "__main__":
    sys.exit(main())
