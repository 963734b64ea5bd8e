"""Write the grammar file of a Go program whose help is made by cobra: its commands and its flags.

    tools/vendor_cobra.py helm 4.2 --binary ./helm          ask the program itself
    tools/vendor_cobra.py minikube 1.38 --pages DIR         read the reference pages that the project generates

What arguments a command takes is not in the help, so these grammars know flags and sub-commands only.  Flags that a
program takes and does not list are found by asking it: `--try GRAMMAR` names the file of another version whose flags
are tried, and `HIDDEN` those that no version lists.
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


# Flags that Helm 3 and 4 take and show nowhere: for Helm 2's scripts, and klog's (cmd/helm/flags.go, pkg/cmd/version.go).
HIDDEN = {
    "": {"v": {"type": "int", "short": "v"}} | {name: {"type": kind} for name, kind in {
        "vmodule": "text", "logtostderr": "bool", "alsologtostderr": "bool", "stderrthreshold": "text",
        "log-dir": "text", "log-file": "text", "add-dir-header": "bool", "skip-headers": "bool", "one-output": "bool",
        "log-backtrace-at": "text", "log-file-max-size": "int", "skip-log-headers": "bool",
    }.items()},
    "version": {"client": {"type": "bool", "short": "c"}, "server": {"type": "bool", "short": "s"}},
    "repo add": {"no-update": {"type": "bool"}, "deprecated-repos": {"type": "bool"}},
    "install": {"replace": {"type": "bool"}, "no-hooks": {"type": "bool"}, "is-upgrade": {"type": "bool"}},
    "upgrade": {"recreate-pods": {"type": "bool"}},
    "rollback": {"recreate-pods": {"type": "bool"}},
    "search hub": {"list-repo-url": {"type": "bool"}},
    "package": {"save": {"type": "bool"}},
}  # fmt: skip


# What minikube takes beside what its pages list (cmd/minikube/cmd/start_flags.go, image.go): values whose name has
# spaces in the pages, and flags that are kept for old scripts.
UNLISTED: dict[str, dict[str, Any]] = {
    "start": {
        "flags": {"addons": {"type": "text"}},
        "deprecated": {
            "vm-driver": {"type": "text", "note": "use --driver instead"},
            "network-plugin": {"type": "text", "note": "use --cni instead"},
            "enable-default-cni": {"type": "bool", "note": "use --cni=bridge instead"},
        },
    },
    "image ls": {"aliases": ["ls", "list"]},
}

# Flags that notes still show, and the last version that had them (from the upgrade guide of Helm 3).
REMOVED = {"helm": {"install": {"name": "2"}, "uninstall": {"purge": "2"}}}


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when the file is written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("version", help="MAJOR.MINOR")
    parser.add_argument("--binary", type=Path)
    parser.add_argument("--pages", type=Path, help="folder of Markdown pages made by cobra's doc generator")
    parser.add_argument("--try", type=Path, dest="other", help="the grammar file of another version")
    parser.add_argument("--source", default="", help="where it comes from, for the record")
    parser.add_argument("--output", type=Path, default=DATA)
    options = parser.parse_args(argv)
    if bool(options.binary) == bool(options.pages):
        parser.error("give either --binary or --pages")
    tree = ask(options.binary, ()) if options.binary else read_pages(options.program, options.pages)
    if options.binary:
        other = json.loads(gzip.decompress(options.other.read_bytes()))["tree"] if options.other else {}
        add_hidden(options.binary, (), tree, other)
    for name, flags in REMOVED.get(options.program, {}).items():
        tree["commands"][name]["removed"] = flags
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


def _errors(binary: Path, *words: str) -> str:
    nowhere = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "HELM_KUBEAPISERVER": "http://127.0.0.1:1"}
    done = subprocess.run([binary.resolve(), *words], capture_output=True, text=True, check=False, env=nowhere)
    return done.stderr


def add_hidden(binary: Path, path: tuple[str, ...], node: dict[str, Any], other: dict[str, Any]) -> None:
    """Put in the flags that the program takes and does not list, with what it says about them."""
    tried = {**other.get("flags", {}), **HIDDEN.get(" ".join(path), {})}
    for name, flag in tried.items():
        if name in node.get("flags", {}):
            continue
        words = [f"--{name}"] if flag.get("type") == "bool" else [f"--{name}=1"]
        if "unknown flag: --nosuchflag" not in _errors(binary, *path, *words, "--nosuchflag"):  # read in order
            continue
        said = re.search(rf"Flag --{name} has been deprecated, (.*)", _errors(binary, *path, *words))
        node.setdefault("deprecated" if said else "flags", {})[name] = {**flag, **({"note": said[1]} if said else {})}
    for name, child in node.get("commands", {}).items():
        add_hidden(binary, (*path, name), child, other.get("commands", {}).get(name, {}))


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
    if program == "minikube":
        add_unlisted(tree)
    if "kubectl" in tree["commands"]:
        tree["commands"]["kubectl"]["passes_on"] = True
    return tree


def add_unlisted(tree: dict[str, Any]) -> None:
    """Put in what is known of minikube from its source alone."""
    for path, more in UNLISTED.items():
        node = tree
        for word in path.split():
            node = node["commands"][word]
        for key, found in more.items():
            node[key] = {**node.get(key, {}), **found} if isinstance(found, dict) else found


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
