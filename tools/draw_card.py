#!/usr/bin/env python3
"""Draw the picture that stands beside a shared link to the site: its name and description, 1200 by 630 pixels.

It is drawn once and committed; `extra.social_card` in mkdocs.yml names it.
"""

from __future__ import annotations

import argparse
import io
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from notesite.cli import common
from notesite.lib.files import write_atomically
from notesite.project.config import open_project

SIZE = (1200, 630)  # what Open Graph readers ask for
GROUND, WORDS, ACCENT = "#26327a", "#ffffff", "#ffb74d"
MARGIN = 90


def main(argv: Sequence[str] | None = None) -> int:
    """Draw and write the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--config", type=Path, default=Path("mkdocs.yml"), help="default: mkdocs.yml")
    parser.add_argument("--output", type=Path, default=Path("docs/assets/social-card.png"), metavar="FILE.png")
    args = parser.parse_args(argv)
    config = open_project(args.config).config
    picture = card(str(config.get("site_name") or "Notes"), str(config.get("site_description") or ""))
    write_atomically(args.output, picture)
    return 0


def card(title: str, description: str) -> bytes:
    """The picture as PNG."""
    image = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, SIZE[1] - 24, SIZE[0], SIZE[1]), fill=ACCENT)
    below = _lines(draw, title, top=150, size=88, most=3, width=22)
    _lines(draw, description, top=below + 40, size=40, most=3, width=48)
    data = io.BytesIO()
    image.quantize(64).save(data, "PNG", optimize=True)
    return data.getvalue()


def _lines(draw: ImageDraw.ImageDraw, text: str, *, top: int, size: int, most: int, width: int) -> int:
    """Write at most `most` lines of `width` characters; gives where they end."""
    font = ImageFont.load_default(size)
    for line in textwrap.wrap(text, width, max_lines=most, placeholder=" …"):
        draw.text((MARGIN, top), line, fill=WORDS, font=font)
        top += round(size * 1.25)
    return top


if __name__ == "__main__":
    sys.exit(common.guarded(main))
