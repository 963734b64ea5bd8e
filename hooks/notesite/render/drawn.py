"""What GitHub draws from the author's words: formulas as MathML, Mermaid diagrams as two pictures, one for each palette.

Drawn while the site is built, so that readers need no script and no request.  Both libraries are optional (the extra
`draw` of the package): Temml (MIT, in `data/`) runs in QuickJS, which reaches neither files nor network; mmdr is Mermaid
in Rust.  What cannot be drawn stays as it is written, and is reported.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from ..diagnostics.diagnostic import Diagnostic, Severity, finding
from ..images.picture import Limits
from ..lib.light import NamedTuple, bundled_text
from ..net.response import Fault
from ..notes.document import DRAWN, Kind, Node, label_of
from ..notes.model import EMPTY, Notes

FOLDER = "assets/drawn"
_ELSEWHERE = DRAWN - {"math", "mermaid"}  # drawn by GitHub with maps and models from its servers
_LONGEST = 20_000  # characters of one formula
_LONGEST_ALT = 300
_MEMORY = 256 * 2**20  # bytes
# A formula may name and reach places of the page (\label, \ref): ids are the notes' own.
_REFERENCES = re.compile(r'\s(?:id|href)="[^"]*"')
_LABEL = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_POSITION = re.compile(r" at position \d+")
_DOLLAR = (
    "a dollar sign stands in it; one is missing, or a line that begins with `-`, `+` or `>` ends the formula above"
)
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n.*?\n\s*---[ \t]*\n", re.DOTALL)
# The fill that an author gives to shapes, where the line gives their words no colour.
_FILL = re.compile(r"(?m)^([ \t]*(?:style|classDef)[ \t](?!.*[ \t,]color:).*[ \t,]fill:[ \t]*([^,;\s]+)[^;\n]*)")


class Diagram(NamedTuple):
    """One diagram: its pictures by palette (paths under the docs root), their size in CSS pixels, its words."""

    uris: Mapping[str, str]
    width: int
    height: int
    alt: str


class Drawn(NamedTuple):
    """All that was drawn of the notes."""

    formulas: Mapping[tuple[str, bool], str] = EMPTY  # (TeX, displayed) -> MathML
    diagrams: Mapping[str, Diagram] = EMPTY  # by source
    files: Mapping[str, bytes] = EMPTY  # what the diagrams need, by path under the docs root
    findings: tuple[Diagnostic, ...] = ()

    def formula(self, node: Node) -> str:
        """The MathML of a formula or of a block of code that is one; "" where there is none."""
        return self.formulas.get(_formula_of(node), "")

    def diagram(self, node: Node) -> Diagram | None:
        """The diagram that a block of code is."""
        return self.diagrams.get(node.text) if label_of(node) == "mermaid" else None


def draw(notes: Notes) -> Drawn:
    """Draw what the notes ask for."""
    formulas: dict[tuple[str, bool], str] = {}
    diagrams: dict[str, Diagram] = {}
    files: dict[str, bytes] = {}
    findings: list[Diagnostic] = []
    missing: set[str] = set()
    for node in notes.drawn:
        if label_of(node) in _ELSEWHERE:
            message = f"{label_of(node)} is shown as it is written: only GitHub draws it"
            findings.append(finding("N_DRAW", message, node.span, severity=Severity.INFO))
            continue
        what = "diagram" if label_of(node) == "mermaid" else "formula"
        try:
            if what == "formula":
                formulas[_formula_of(node)] = _typeset(*_formula_of(node))
            else:
                diagrams[node.text] = _diagram(node.text, files)
        except ImportError as error:
            if what not in missing:
                message = f"{what}s are shown as they are written: {error.name} is not installed"
                fix = 'Install it by `pip install "notesite[draw]"`.'
                findings.append(finding("N_DRAW", message, node.span, severity=Severity.INFO, help=fix))
            missing.add(what)
        except (ValueError, Fault) as error:
            if node.kind is Kind.MATH and node.text[:1] in "#@*?!":  # `$#` and `$@` of a shell
                continue
            cause = _POSITION.sub("", str(error))
            reason = _DOLLAR if what == "formula" and "function '$'" in cause else error
            message = f"this {what} is shown as it is written, for it cannot be drawn here: {reason}"
            findings.append(finding("N_DRAW", message, node.span, cause=cause if what == "formula" else ""))
    return Drawn(formulas, diagrams, files, tuple(findings))


def _formula_of(node: Node) -> tuple[str, bool]:
    is_block = label_of(node) == "math"
    return (node.text, node.flag or is_block) if is_block or node.kind is Kind.MATH else ("", False)


def _typeset(tex: str, display: bool) -> str:
    """The formula as MathML.  Raises ValueError with the reason, or ImportError."""
    if len(tex) > _LONGEST:
        raise ValueError(f"it has {len(tex)} characters; the limit is {_LONGEST}")
    import quickjs  # noqa: PLC0415  # optional

    try:
        answer = json.loads(str(_temml()(json.dumps({"text": tex, "display": display}))))
    except quickjs.JSException as error:
        answer = {"error": str(error)}
    if "error" in answer:
        # The reason, without the marked excerpt that follows it.
        raise ValueError(" ".join(answer["error"].partition("\n")[0].removesuffix(": ").split()))
    return _REFERENCES.sub("", answer["done"])


@cache
def _temml() -> Any:
    import quickjs  # noqa: PLC0415  # as above

    context = quickjs.Context()
    context.set_memory_limit(_MEMORY)
    context.eval(bundled_text(__name__, "temml.min.js"))
    return context.eval(bundled_text(__name__, "typeset.js"))


def _with_color(style: re.Match[str]) -> str:
    """With a colour for the words that shows on the fill: that of one of the two palettes would not."""
    import tinycss2.color3  # noqa: PLC0415  # not in the smallest install

    fill = tinycss2.color3.parse_color(style[2])
    if not isinstance(fill, tinycss2.color3.RGBA) or fill.alpha < 1:
        return style[0]
    lightness = 0.3 * fill.red + 0.59 * fill.green + 0.11 * fill.blue
    return f"{style[1].rstrip()},color:{'#333' if lightness > 0.5 else '#fff'}"


def _diagram(source: str, files: dict[str, bytes]) -> Diagram:
    """The diagram; its pictures go into `files`.  Raises ValueError with the reason, or ImportError."""
    import mmdr  # noqa: PLC0415  # optional

    front = _FRONT_MATTER.match(source)
    head = front[0].lstrip() if front else ""
    body = _FILL.sub(_with_color, source[front.end() :] if front else source)
    uris: dict[str, str] = {}
    for palette, theme in (("light", "default"), ("dark", "dark")):
        drawn = mmdr.render(f'{head}%%{{init: {{"theme": "{theme}"}}}}%%\n{body}').svg()
        from ..images.svg import cleaned  # noqa: PLC0415  # its readers of XML and CSS are not in the smallest install

        picture = cleaned(drawn.encode(), Limits())
        data = picture.cleaned or drawn.encode()
        uris[palette] = f"{FOLDER}/{hashlib.sha256(data).hexdigest()[:16]}-{palette}.svg"
        files[uris[palette]] = data
    labels = (" ".join(html.unescape(_TAG.sub(" ", label)).split()) for label in _LABEL.findall(drawn))
    words = ", ".join(dict.fromkeys(label for label in labels if label))
    alt = words if len(words) <= _LONGEST_ALT else f"{words[:_LONGEST_ALT].rpartition(', ')[0]}, …"
    return Diagram(uris, picture.width, picture.height, f"Diagram: {alt}")
