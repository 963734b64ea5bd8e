"""What people and programs read: the text with its caret, the JSON."""

from __future__ import annotations

import json

import pytest

from notesite.diagnostics.diagnostic import CODES, Position, Report, Severity, Skipped, Span, finding
from notesite.diagnostics.reporters import Context, reporter
from notesite.diagnostics.reporters.text import printable

LINES = ["# Title", "\tsee [here](#gone)", "long " * 60 + "X" + " tail" * 20, "esc \x1b[31m \u202e"]
CONTEXT = Context("docs/notes.md", {"docs/notes.md": LINES})


def text(*found: Span, code: str = "L_ANCHOR", context: Context = CONTEXT) -> str:
    return reporter("text")(Report(tuple(finding(code, "it is wrong", span) for span in found), checked=3), context)


def test_text_golden() -> None:
    assert text(Span.at(2, 6, 13)) == (
        "docs/notes.md:2:6: L_ANCHOR error: it is wrong\n"
        "  2 | \tsee [here](#gone)\n"
        "    | \t    ^^^^^^^^^^^^^\n"
        f"  = {CODES['L_ANCHOR'].fix}\n"
        "3 checked: 1 error, 0 warnings, 0 infos\n"
    )


def test_a_long_line_is_shown_around_the_finding() -> None:
    shown = text(Span.at(3, 301)).splitlines()
    assert all(len(line) < 140 for line in shown)
    assert shown[1][shown[2].index("^")] == "X"


@pytest.mark.parametrize(
    "span",
    [
        Span.at(99),
        Span.at(1, 50),
        Span.at(1, 1, 0),
        Span(Position(1, 3), Position(2, 4)),
        Span.at(3, 1, 10_000),
        Span.at(3, 401),
        Span(Position(2, 6), Position(2, 2)),
    ],
)
def test_any_place_can_be_shown(span: Span) -> None:
    shown = text(span)
    assert shown.startswith(f"docs/notes.md:{span.start}: ")
    assert all(len(line) < 140 for line in shown.splitlines())


def test_nothing_steers_the_terminal() -> None:
    shown = text(Span.at(4, 5))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b[31m" in shown
    assert printable("a\tb\n\x07é🚀") == "a\tb\\n\\x07é🚀"


def test_colour_only_when_asked_for() -> None:
    assert "\x1b" not in text(Span.at(1))
    assert "\x1b[1;31mL_ANCHOR error\x1b[0m" in text(Span.at(1), context=Context("n", {"n": LINES}, color=True))


def test_what_was_not_checked_is_shown_and_counted() -> None:
    report = Report(
        skipped=tuple(Skipped("image", reason, Span.at(2, 3)) for reason in ("no network", "too large", "no network")),
        accepted=(finding("N_TOC", "", Span.at(1)),),
    )
    assert reporter("text")(report, CONTEXT) == (
        "docs/notes.md:2:3: skipped: image: no network (and 1 more)\n"
        "docs/notes.md:2:3: skipped: image: too large\n"
        "0 checked: 0 errors, 0 warnings, 0 infos; 3 skipped, 1 accepted\n"
    )


def test_a_finding_in_another_file_shows_its_line() -> None:
    context = Context("n", {"n": LINES, "mkdocs.yml": ["a: b"]})
    report = Report((finding("I_CONFIG", "x", Span.at(1, 4), path="mkdocs.yml"),))
    assert "mkdocs.yml:1:4: I_CONFIG error: x\n  1 | a: b\n    |    ^\n" in reporter("text")(report, context)


def test_json() -> None:
    report = Report(
        (finding("N_TOC", "é “x”", Span(Position(1, 2), Position(1, 5)), severity=Severity.INFO),),
        (Skipped("link", "no answer", Span.at(4, 5)),),
        checked=7,
    )
    found = json.loads(reporter("json")(report, CONTEXT))
    assert found == {
        "version": 1,
        "summary": {
            "checked": 7,
            "errors": 0,
            "warnings": 0,
            "infos": 1,
            "skipped": 1,
            "accepted": 0,
            "ignored": 0,
        },
        "diagnostics": [
            {
                "path": "docs/notes.md",
                "line": 1,
                "column": 2,
                "end_line": 1,
                "end_column": 5,
                "code": "N_TOC",
                "severity": "info",
                "message": "é “x”",
                "help": CODES["N_TOC"].fix,
                "url": "docs/developer/diagnostics.md#n_toc",
            }
        ],
        "skipped": [{"path": "docs/notes.md", "line": 4, "column": 5, "what": "link", "reason": "no answer"}],
    }


def test_a_replacement_is_carried_by_every_format_that_has_room_for_it() -> None:
    lines = ["", "é kubectl delete nginx", ""]
    context = Context("docs/notes.md", {"docs/notes.md": lines})
    whole = Span(Position(2, 3), Position(2, 23))
    fixed = "kubectl delete pod nginx"
    report = Report(
        (finding("S_TYPE", "wrong", Span.at(2, 18, 5), replacement=fixed, replaces=whole, reason="no type"),)
    )
    (found,) = json.loads(reporter("json")(report, context))["diagnostics"]
    replaces = {"line": 2, "column": 3, "end_line": 2, "end_column": 23}
    assert (found["replacement"], found["reason"], found["replaces"]) == (fixed, "no type", replaces)
    (fix,) = json.loads(reporter("sarif")(report, context))["runs"][0]["results"][0]["fixes"]
    assert fix["description"]["text"] == "no type"
    assert fix["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 23},
            "insertedContent": {"text": fixed},
        }
    ]
    (suggested,) = json.loads(reporter("rdjson")(report, context))["diagnostics"][0]["suggestions"]
    assert suggested["text"] == fixed
    assert suggested["range"]["start"] == {"line": 2, "column": 4}  # columns are bytes there
    for name in ("text", "github", "gitlab", "junit"):
        assert f"wrong: write `{fixed}`" in reporter(name)(report, context)


def test_a_replacement_that_the_message_shows_is_not_said_again() -> None:
    report = Report((finding("S_TYPE", "wrong: use `a b`", Span.at(2, 1), replacement="a b"),))
    assert reporter("text")(report, CONTEXT).count("a b") == 1
