"""A small kit to draw box-and-arrow diagrams as SVG that is inlined into pages.

Every drawing is `WIDTH` units wide, about the text column of a phone, so its text stays readable there.  Colours come
from the page's CSS variables (`--diagram-ink`, `--diagram-pod`, `--diagram-pod-tint` …), each with its light value as
the fallback, so a drawing follows the page's palette and still looks right when opened alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

WIDTH = 360

# Variable -> light and dark value.  Text keeps 4.5:1 and lines 3:1 against every fill in both (tested).
BASE = {
    "paper": ("#ffffff", "#1e2129"),
    "ink": ("#1f2937", "#e8eaf0"),
    "quiet": ("#4b5563", "#b8c0ce"),
    "line": ("#5d6b80", "#94a3b8"),
}
# Role -> (light stroke, dark stroke), (light tint, dark tint).
ROLES = {
    "control": (("#5b3fb0", "#b9a8f7"), ("#f0ebfc", "#2c2747")),
    "worker": (("#52637a", "#9fb0c6"), ("#eff2f6", "#272c37")),
    "pod": (("#1d5fd0", "#82b1ff"), ("#e6effd", "#1d2e4b")),
    "container": (("#0b6b7d", "#5cc8d8"), ("#e2f5f8", "#17343b")),
    "storage": (("#8f5600", "#e6b464"), ("#fdf1dc", "#3a2f1c")),
    "network": (("#1a7339", "#74d394"), ("#e4f5ea", "#1b3627")),
    "outside": (("#5d6b80", "#94a3b8"), ("#ffffff", "#1e2129")),
    "cluster": (("#5d6b80", "#94a3b8"), ("#ffffff", "#1e2129")),
    "lost": (("#b8252b", "#ff9090"), ("#fdecec", "#40232a")),
}

_STYLE = (
    ".diagram{font:12px/1 var(--diagram-font,system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif)}"
    ".diagram text{text-anchor:middle;fill:%(ink)s}"
    ".diagram .title{font-size:13px;font-weight:600}"
    ".diagram .head{font-size:13px;font-weight:700;fill:currentColor}"
    ".diagram .note{fill:%(quiet)s}"
    ".diagram .code{font-family:var(--diagram-code-font,ui-monospace,Menlo,Consolas,monospace)}"
    ".diagram .start{text-anchor:start}.diagram .end{text-anchor:end}"
    ".diagram .canvas{fill:%(paper)s}"
    ".diagram .box{fill:var(--tint);stroke:currentColor;stroke-width:1.5}"
    ".diagram .plain{fill:%(paper)s}.diagram .lid{fill:none}.diagram .strong{stroke-width:3}"
    ".diagram .dashed{stroke-dasharray:5 4}"
    ".diagram .wire{fill:none;stroke:%(line)s;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}"
    ".diagram .disc{fill:%(ink)s}.diagram .number{font-weight:700;fill:%(paper)s}"
)

_LEADING = {"title": 18, "note": 16, "code": 16}  # height of a line of text
_RISE = 12.5  # top of a line of text to its baseline
_GAP = 3  # air between the end of a wire and the box it points to


def _variable(name: str, light: str) -> str:
    return f"var(--diagram-{name},{light})"


def palette_css() -> str:
    """The style sheet for pages: how wide a drawing grows, and the variables in Material's dark palette.

    Light values are the drawings' own fallbacks.  The dark ones are for the screen only, like Material's: prints are
    light.
    """
    dark = {name: values[1] for name, values in BASE.items()}
    for role, (stroke, tint) in ROLES.items():
        dark |= {role: stroke[1], f"{role}-tint": tint[1]}
    lines = "".join(f"    --diagram-{name}: {value};\n" for name, value in dark.items())
    return (
        "/* Made by tools/draw_diagrams.py */\n"
        ".md-typeset svg.diagram {\n  display: block;\n  width: 26rem;\n  max-width: 100%;\n  height: auto;\n  margin: 0 auto;\n}\n\n"
        f'@media screen {{\n  [data-md-color-scheme="slate"] {{\n{lines}  }}\n}}\n'
    )


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the drawing, in units from its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the bottom edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The x halfway between the left and right edge."""
        return self.x + self.width / 2

    @property
    def centre(self) -> float:
        """The y halfway between the top and bottom edge."""
        return self.y + self.height / 2

    def columns(self, count: int, gap: float = 12) -> list[Box]:
        """`count` equal boxes side by side that fill this one."""
        each = (self.width - gap * (count - 1)) / count
        return [Box(self.x + number * (each + gap), self.y, each, self.height) for number in range(count)]


class Drawing:
    """Collects shapes in painting order; `svg` writes them out."""

    def __init__(self, height: float) -> None:
        self._height = height
        self._roles: set[str] = set()
        self._parts: list[str] = []

    def box(self, place: Box, role: str, *lines: str, look: str = "", shift: float = 0) -> Box:
        """A box with centred lines: `*` before a line makes it a title, `$` code.

        `look` is any of `plain` (paper inside, for boxes in a frame), `dashed` (not there, or optional) and `strong`
        (new); `shift` moves the lines to the right.
        """
        self._open(role)
        self._rectangle(place, f"{look} dashed" if role in {"outside", "lost"} else look, radius=7)
        self._lines(place, lines, shift)
        self._close()
        return place

    def frame(self, place: Box, role: str, title: str, note: str = "") -> Box:
        """A large box that holds others: title at its top left, a note at its top right."""
        self._open(role)
        self._rectangle(place, "", radius=11)
        self._text(place.x + 12, place.y + 22, title, "head start")
        if note:
            self._text(place.right - 12, place.y + 22, note, "note end")
        self._close()
        return place

    def store(self, place: Box, *lines: str, look: str = "", shift: float = 0) -> Box:
        """A cylinder: something that keeps data."""
        across, down = place.width / 2, 7
        x, y, right, bottom = place.x, place.y, place.right, place.bottom
        kind = " ".join(["box", *look.split()])
        arc = f"{across:g} {down} 0 0"
        self._open("storage")
        top, low = y + down, bottom - down
        self._parts += [
            f'<path class="{kind}" d="M{x:g} {top:g}A{arc} 1 {right:g} {top:g}V{low:g}A{arc} 1 {x:g} {low:g}Z"/>',
            f'<path class="box lid" d="M{x:g} {top:g}A{arc} 0 {right:g} {top:g}"/>',
        ]
        self._lines(Box(x, y + 2 * down, place.width, place.height - 2 * down), lines, shift)
        self._close()
        return place

    def wire(self, *points: tuple[float, float], both: bool = False, dashed: bool = False) -> None:
        """A line through the points with an arrow head at its end, and at its start if it goes `both` ways."""
        steps = (_pair(x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(points))
        line = f"M{_pair(*points[0])}" + "".join(f"l{step}" for step in steps)
        if dashed:  # its head is drawn apart, dashes would break it
            self._parts.append(f'<path class="wire dashed" d="{line}"/>')
            line = f"M{_pair(*points[-1])}"
        line += _arrow_head(points[-2], points[-1])
        if both:
            line += f"M{_pair(*points[0])}{_arrow_head(points[1], points[0])}"
        self._parts.append(f'<path class="wire" d="{line}"/>')

    def link(self, start: Box, end: Box, at: float | None = None, *, both: bool = False, dashed: bool = False) -> None:
        """A straight arrow between two boxes that face each other, `at` this x or y (default: middle of the end)."""
        if start.bottom <= end.y or end.bottom <= start.y:
            x = end.middle if at is None else at
            down = start.bottom <= end.y
            ends = (
                ((x, start.bottom + _GAP), (x, end.y - _GAP)) if down else ((x, start.y - _GAP), (x, end.bottom + _GAP))
            )
        else:
            y = end.centre if at is None else at
            right = start.right <= end.x
            ends = (
                ((start.right + _GAP, y), (end.x - _GAP, y)) if right else ((start.x - _GAP, y), (end.right + _GAP, y))
            )
        self.wire(*ends, both=both, dashed=dashed)

    def text(self, x: float, y: float, words: str, anchor: str = "middle", kind: str = "note") -> None:
        """One line of text with its baseline at y."""
        self._text(x, y, words, kind if anchor == "middle" else f"{kind} {anchor}")

    def step(self, x: float, y: float, number: int) -> None:
        """A numbered disc around (x, y)."""
        self._parts.append(f'<circle class="disc" cx="{x:g}" cy="{y:g}" r="11"/>')
        self._text(x, y + 4.5, str(number), "number")

    def svg(self, name: str, title: str, description: str) -> str:
        """The drawing as a document; `name` keeps its ids apart from those of other drawings on a page."""
        colours = {key: _variable(key, light) for key, (light, _) in BASE.items()}
        rules = [_STYLE % colours]
        for role, ((stroke, _), (tint, _)) in ROLES.items():
            if role in self._roles:
                names = f"color:{_variable(role, stroke)};--tint:{_variable(f'{role}-tint', tint)}"
                rules.append(f".diagram .{role}{{{names}}}")
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" viewBox="0 0 {WIDTH} {self._height:g}" '
            f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        )
        return "\n".join(
            [
                head,
                f'<title id="{name}-title">{escape(title)}</title>',
                f'<desc id="{name}-desc">{escape(description)}</desc>',
                f"<style>{''.join(rules)}</style>",
                f'<rect class="canvas" width="{WIDTH}" height="{self._height:g}" rx="12"/>',
                *self._parts,
                "</svg>\n",
            ]
        )

    def _open(self, role: str) -> None:
        self._roles.add(role)
        self._parts.append(f'<g class="{role}">')

    def _close(self) -> None:
        self._parts.append("</g>")

    def _rectangle(self, place: Box, look: str, *, radius: int) -> None:
        self._parts.append(
            f'<rect class="{" ".join(["box", *look.split()])}" x="{place.x:g}" y="{place.y:g}" width="{place.width:g}" '
            f'height="{place.height:g}" rx="{radius}"/>'
        )

    def _lines(self, place: Box, lines: tuple[str, ...], shift: float) -> None:
        styled = list(_styled(lines))
        y = place.centre - sum(_LEADING[kind] for kind, _ in styled) / 2
        for kind, words in styled:
            self._text(place.middle + shift, y + _RISE + (kind == "title"), words, kind)
            y += _LEADING[kind]

    def _text(self, x: float, y: float, words: str, kind: str) -> None:
        if words:
            self._parts.append(f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>')


def _styled(lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    kinds = {"*": "title", "$": "code"}
    for line in lines:
        kind = kinds.get(line[:1])
        yield (kind, line[1:]) if kind else ("note", line)


def _arrow_head(before: tuple[float, float], tip: tuple[float, float]) -> str:
    """An open arrow head, drawn from the tip of a line that runs along x or y, in steps: alike heads pack well."""
    (x, y), back, side = tip, 6, 4.5
    if x != before[0]:
        tail = -back if x > before[0] else back
        return f"m{_pair(tail, -side)}l{_pair(-tail, side)}l{_pair(tail, side)}"
    tail = -back if y > before[1] else back
    return f"m{_pair(-side, tail)}l{_pair(side, -tail)}l{_pair(side, tail)}"


def _pair(x: float, y: float) -> str:
    return f"{x:g} {y:g}".replace(" -", "-")
