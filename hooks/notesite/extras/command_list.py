"""What readers take along: every command of the notes with an address of its own, and whole manifests as files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from markupsafe import Markup

from ..lib.light import NamedTuple
from ..notes.anchors import Names, github_anchor
from ..notes.model import EMPTY, Fence, Notes, parts_of
from ..render.elements import written
from ..render.mark import UNMARKED, BlockMark, in_words, mark_html
from ..site.plan import Page, Site
from ..snippets.language.classify import is_shell

_LONGEST_ID = 60
_KEY = re.compile(r"([\w./-]+):(?:[ \t]+(.*?))?[ \t]*(?:[ \t]#.*)?$")


class Command(NamedTuple):
    """One block of commands."""

    page: Page
    id: str  # unique on its page: "cmd-undo-rollout"
    description: str  # in the author's words
    text: str  # as written
    line: int  # of the notes, where the block opens
    mark: BlockMark = UNMARKED


def commands_of(notes: Notes, site: Site, marks: Mapping[int, BlockMark] = EMPTY) -> list[Command]:
    """All blocks of commands, in the order of the pages."""
    ids: dict[str, Names] = defaultdict(Names)
    for name, place in site.anchors.items():
        ids[place.page.uri].taken |= {name, place.id}
    commands = []
    for fence in notes.fences:
        line = fence.span.start.line
        if not fence.text.strip() or not is_shell(fence):
            continue
        page = site.page_of_line(line)
        lead = " ".join(fence.lead.split()).rstrip(":")
        description = lead or (fence.trail[-1].text if fence.trail else fence.text.strip().partition("\n")[0])
        own = ids[page.uri].take(_id(description))
        commands.append(Command(page, own, description, fence.text, line, marks.get(line, UNMARKED)))
    order = {page.uri: number for number, page in enumerate(site.pages)}
    return sorted(commands, key=lambda command: (order[command.page.uri], command.line))


def _id(description: str) -> str:
    words = re.sub(r"-{2,}", "-", github_anchor(description)).strip("-")
    words = words if len(words) <= _LONGEST_ID else words[:_LONGEST_ID].rsplit("-", 1)[0]
    return f"cmd-{words or 'command'}"


def asked_for(commands: Sequence[Command], names: Sequence[str]) -> list[Command]:
    """The commands with these descriptions, of one line each, and right."""
    right = [command for command in commands if "\n" not in command.text.strip("\n") and not command.mark.wrong]
    by_name = {command.description.casefold(): command for command in reversed(right)}
    return [by_name[name.casefold()] for name in names if name.casefold() in by_name]


def commands_source(commands: Sequence[Command], title: str) -> str:
    """The Markdown of the page of all commands: its headings; `with_rows` puts the commands under them."""
    titles = {command.page.uri: command.page.title for command in commands}
    return "\n\n".join([f"# {_escaped(title)}", *(f"## {_escaped(name)}" for name in titles.values())])


def with_rows(page: str, commands: Sequence[Command], address: Callable[[Command], str]) -> Markup:
    """The HTML of `commands_source` as a sheet: a filter, and a row for each command with what is known of it."""
    head, *headings = map(Markup, re.split(r"(?=<h2)", page))
    title, end, rest = head.rpartition("</h1>")
    pages = dict.fromkeys(command.page.uri for command in commands)
    own = [[command for command in commands if command.page.uri == uri] for uri in pages]
    sections = list(zip(headings, own, strict=True))
    return written(__name__, "sheet", title + end, rest, sections, address, in_words, mark_html)


def _escaped(text: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


class Manifest(NamedTuple):
    """One code block that is a whole manifest."""

    name: str  # of the file: "configmap-app-config.yaml", unique
    text: str  # as written
    line: int  # of the notes, where the block opens


def is_real(address: str) -> bool:
    """Whether this is an address that readers can use: a host, and none that stands in for the project's own."""
    parts = parts_of(address)
    owner = parts.path.split("/")[1:2]
    return bool(parts.hostname) and "example" not in {(parts.hostname or "").split(".")[0], *owner}


def whole_manifest(fence: Fence) -> str:
    """`kind-name` of a block whose every document has apiVersion, kind and metadata.name; "" for any other block."""
    documents = re.split(r"(?m)^---[ \t]*(?:#.*)?$", fence.text)
    names = [_kind_and_name(document) for document in documents if re.search(r"(?m)^[ \t]*[^#\s]", document)]
    return names[0] if names and all(names) else ""


def _kind_and_name(document: str) -> str:
    found: dict[str, str] = {}  # keys of the mapping, and of those in it: "metadata.name"
    inside, indent = "", 0
    for line in document.split("\n"):
        content, width = line.strip(), len(line) - len(line.lstrip(" "))
        match = _KEY.match(content) if content and not content.startswith("#") else None
        if match and not width:
            inside, indent = match[1], 0
        elif match:
            indent = indent or width
        elif content and content[0] != "#" and not width and not content.startswith("- "):
            return ""  # no mapping: a text that only begins like one
        if match and width == indent:
            found[f"{inside}.{match[1]}" if width else inside] = (match[2] or "").strip().strip("\"'")
    kind, name = found.get("kind"), found.get("metadata.name")
    return f"{kind}-{name}" if found.get("apiVersion") and kind and name else ""


def manifests_of(fences: Iterable[Fence]) -> list[Manifest]:
    """All whole manifests."""
    manifests, names = [], Names()
    for fence in fences:
        if named := whole_manifest(fence):
            base = "-".join(re.findall(r"[a-z0-9]+(?:\.[a-z0-9]+)*", named.lower())) or "manifest"
            manifests.append(Manifest(f"{names.take(base)}.yaml", fence.text, fence.span.start.line))
    return manifests
