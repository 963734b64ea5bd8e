"""Tokens to HTML: markdown-it's renderer, with GitHub's rules for raw HTML, ids, footnotes and code."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from ..notes.parser import markdown_parser
from ..notes.raw_html import Tag, read_tags
from .sanitize import ALLOWED, AS_TEXT, UNWRAPPED, safe_image, safe_link, safe_start_tag

CodeBlock = Callable[[str, str, int], str]  # (info string, content, line on the page from 0) -> HTML


@dataclass
class PageHtml:
    """Renders the Markdown of one page to HTML."""

    code_block: CodeBlock
    heading_ids: Mapping[int, Sequence[str]] = field(default_factory=dict)  # line on the page (from 0) -> ids
    footnote_numbers: Mapping[str, int] = field(default_factory=dict)  # label -> number in the whole file
    references: Mapping[str, Any] = field(default_factory=dict)  # link definitions of the whole file
    _taken: dict[int, int] = field(default_factory=dict)

    def render(self, text: str) -> str:
        """The page as HTML, safe to publish."""
        parser = markdown_parser()
        env = {"references": dict(self.references)}
        tokens = parser.parse(text, env)
        self._taken.clear()
        self._install(parser)
        return str(parser.renderer.render(tokens, parser.options, env))

    def _install(self, parser: MarkdownIt) -> None:
        rules: dict[str, Callable[[Sequence[Token], int], str]] = {
            "fence": self._code,
            "code_block": self._code,
            "html_block": lambda tokens, index: self._raw(tokens[index]),
            "html_inline": lambda tokens, index: self._raw(tokens[index]),
            "heading_open": self._heading,
            "image": self._image,
            "link_open": self._link,
            "s_open": lambda _tokens, _index: "<del>",
            "s_close": lambda _tokens, _index: "</del>",
            "footnote_ref": self._footnote_reference,
            "footnote_block_open": lambda _tokens, _index: '<section class="footnotes">\n<ol class="footnotes-list">\n',
            "footnote_open": self._footnote_open,
            "footnote_anchor": self._footnote_back,
        }
        for name, rule in rules.items():
            parser.renderer.rules[name] = _adapted(rule)  # type: ignore[attr-defined]  # RendererHTML has rules

    def _code(self, tokens: Sequence[Token], index: int) -> str:
        token = tokens[index]
        line = token.map[0] if token.map else 0
        return self.code_block(token.info if token.type == "fence" else "", token.content, line) + "\n"

    def _heading(self, tokens: Sequence[Token], index: int) -> str:
        token = tokens[index]
        anchor = self._next_id(token.map[0] if token.map else -1)
        return f'<{token.tag} id="{html.escape(anchor)}">' if anchor else f"<{token.tag}>"

    def _next_id(self, line: int) -> str:
        ids = self.heading_ids.get(line, ())
        number = self._taken.get(line, 0)
        self._taken[line] = number + 1
        return ids[number] if number < len(ids) else ""

    @staticmethod
    def _image(tokens: Sequence[Token], index: int) -> str:
        token = tokens[index]
        source = str(token.attrs.get("src", ""))
        alt = RendererHTML.renderInlineAsText(RendererHTML(), token.children, {}, {}) if token.children else ""  # type: ignore[arg-type]  # options and env are unused
        title = f' title="{html.escape(str(token.attrs["title"]))}"' if "title" in token.attrs else ""
        shown = html.escape(source) if safe_image(source) else ""
        return f'<img src="{shown}" alt="{html.escape(alt)}"{title}>'

    @staticmethod
    def _link(tokens: Sequence[Token], index: int) -> str:
        token = tokens[index]
        target = str(token.attrs.get("href", ""))
        title = f' title="{html.escape(str(token.attrs["title"]))}"' if "title" in token.attrs else ""
        return f'<a href="{html.escape(target)}"{title}>' if safe_link(target) else f"<a{title}>"

    # --- Footnotes, numbered as in the whole file

    def _number(self, token: Token) -> int:
        return self.footnote_numbers.get(str(token.meta.get("label", "")), int(token.meta["id"]) + 1)

    def _footnote_reference(self, tokens: Sequence[Token], index: int) -> str:
        number, repeat = self._number(tokens[index]), int(tokens[index].meta.get("subId", 0))
        suffix = f"-{repeat + 1}" if repeat else ""
        return f'<sup class="footnote-ref"><a href="#fn-{number}" id="fnref-{number}{suffix}">{number}</a></sup>'

    def _footnote_open(self, tokens: Sequence[Token], index: int) -> str:
        number = self._number(tokens[index])
        return f'<li id="fn-{number}" value="{number}">'

    def _footnote_back(self, tokens: Sequence[Token], index: int) -> str:
        number, repeat = self._number(tokens[index]), int(tokens[index].meta.get("subId", 0))
        suffix = f"-{repeat + 1}" if repeat else ""
        label = f"Back to reference {number}{suffix}"
        more = f'<sup class="footnote-ref">{repeat + 1}</sup>' if repeat else ""
        return f' <a href="#fnref-{number}{suffix}" class="footnote-backref" aria-label="{label}">↩{more}</a>'

    # --- Raw HTML

    def _raw(self, token: Token) -> str:
        line = token.map[0] if token.map else -1
        return "".join(self._tag(tag, line + tag.line) for tag in read_tags(token.content))

    def _tag(self, tag: Tag, line: int) -> str:
        if tag.kind == "text":
            return tag.text.replace("<", "&lt;")
        if tag.kind == "comment" or tag.name in UNWRAPPED:
            return ""
        if tag.name not in ALLOWED or tag.name in AS_TEXT:
            return html.escape(tag.text)
        if tag.kind == "end":
            return f"</{tag.name}>"
        opening = safe_start_tag(tag)
        own = tag.get("id") or (tag.get("name") if tag.name == "a" else "")
        anchor = ""
        if tag.name in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            anchor = self._next_id(line)
            if anchor:
                opening = f'{opening[:-1]} id="{html.escape(anchor)}">'
        if own and own != anchor:
            return f'{opening}<span id="{html.escape(own)}"></span>' if not _is_void(tag.name) else opening
        return opening


def _is_void(name: str) -> bool:
    return name in {"br", "hr", "img", "source", "wbr"}


def _adapted(rule: Callable[[Sequence[Token], int], str]) -> Callable[..., str]:
    """The rule as the renderer calls it; ours need neither options nor environment."""
    return lambda tokens, index, _options, _env: rule(tokens, index)
