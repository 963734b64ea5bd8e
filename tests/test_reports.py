"""Reports in the formats of code hosts and CI servers: valid for their schemas, whatever the finding says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notesite.diagnostics.diagnostic import CODES, Diagnostic, Position, Report, Severity, Skipped, Span, finding
from notesite.diagnostics.reporters import Context, github, gitlab, junit, rdjson, sarif

SCHEMAS = Path(__file__).parent / "schemas"
SOURCE = ("# Title", "🙂 see [x](#y)", "see [x](#y)", "see [x](#y)", "", "end")
CONTEXT = Context(
    path="docs/notes.md",
    lines={"docs/notes.md": SOURCE},
    tool="notesite",
    version="1.0.0",
    color=False,
    code_base="https://example.org/codes/",
)


def _schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


SARIF = jsonschema.Draft4Validator(_schema("sarif-schema-2.1.0.json"), format_checker=jsonschema.FormatChecker())
GITLAB = jsonschema.Draft7Validator(_schema("gitlab-code-quality.json"))
RDJSON = jsonschema.Draft7Validator(_schema("rdjson.json"))


@pytest.fixture(scope="session")
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


def _many(count: int, severity: Severity) -> list[Diagnostic]:
    return [finding("L_ANCHOR", f"{severity} {n}", Span.at(n), severity=severity) for n in range(1, count + 1)]


EXAMPLE = Report(
    diagnostics=(
        finding("L_ANCHOR", "no heading #y", Span.at(2, 10, 2), replacement="#title"),
        finding("N_TOC", "missing", Span(Position(3, 1), Position(5, 1))),
        finding("N_SPLIT", "one page", Span.at(1), path="site/index.html"),
    ),
    skipped=(Skipped("https://example.org/", "timed out", Span.at(3, 5)),),
    checked=7,
    accepted=(finding("L_ANCHOR", "no heading #z", Span.at(4, 5)),),
    ignored=(finding("N_HEADING", "empty", Span.at(5)),),
)

places = st.builds(Position, st.integers(1, 8), st.integers(1, 30))
spans = st.tuples(places, places).map(lambda pair: Span(min(pair), max(pair)))
texts = st.text(min_size=1, max_size=30) | st.sampled_from(
    ["a::b,c%0A", "\x00\x1b[31m", "##[error]x", "::error::x", "]]>"]
)
diagnostics = st.builds(
    finding,
    st.sampled_from(sorted(CODES)),
    texts,
    spans,
    severity=st.sampled_from(Severity),
    path=st.none() | st.sampled_from(["site/a b/ü.html", "mkdocs.yml"]),
    replacement=st.none() | texts,
)
reports = st.builds(
    Report,
    diagnostics=st.lists(diagnostics, max_size=4).map(tuple),
    skipped=st.lists(st.builds(Skipped, texts, texts, spans), max_size=2).map(tuple),
    checked=st.integers(0, 99),
    accepted=st.lists(diagnostics, max_size=2).map(tuple),
    ignored=st.lists(diagnostics, max_size=2).map(tuple),
)


@given(reports)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_report_is_valid_for_its_schema(junit_schema: xmlschema.XMLSchema, report: Report) -> None:
    SARIF.validate(json.loads(sarif.render(report, CONTEXT)))
    GITLAB.validate(json.loads(gitlab.render(report, CONTEXT)))
    RDJSON.validate(json.loads(rdjson.render(report, CONTEXT)))
    junit_schema.validate(junit.render(report, CONTEXT))


@given(reports)
@settings(max_examples=60, deadline=None)
def test_no_finding_can_smuggle_a_command_into_the_log(report: Report) -> None:
    for line in github.render(report, CONTEXT).split("\n"):
        assert "\r" not in line
        assert re.match(r"::(error|warning|notice) [^:]*::|::(end)?group::|$", line) or (
            not line.lstrip().startswith("::") and "##[" not in line
        )


def test_github_escapes_what_its_parser_reads() -> None:
    diagnostic = finding("N_PATH", "50% of a,b: c\nd", Span.at(2, 3, 4), path="a,b:c.md", help="")
    text = github.render(Report((diagnostic,)), CONTEXT)
    assert text == (
        "::error file=a%2Cb%3Ac.md,line=2,endLine=2,col=3,endColumn=6,title=N_PATH::a,b:c.md:2:3: 50%25 of a,b: c%0Ad\n"
    )


def test_github_leaves_columns_off_a_finding_of_several_lines() -> None:
    [_, spread, _] = github.render(Report(EXAMPLE.diagnostics), CONTEXT).splitlines()
    assert "line=3,endLine=4,title=" in spread


@pytest.mark.parametrize(
    ("errors", "warnings", "infos"), [(0, 0, 0), (10, 10, 10), (11, 0, 0), (3, 12, 10), (25, 25, 25)]
)
def test_github_never_prints_more_than_is_shown(errors: int, warnings: int, infos: int) -> None:
    found = [*_many(infos, Severity.INFO), *_many(warnings, Severity.WARNING), *_many(errors, Severity.ERROR)]
    lines = github.render(Report(tuple(found)), CONTEXT).splitlines()
    shown = {word: [line for line in lines if line.startswith(f"::{word} ")] for word in ("error", "warning", "notice")}
    assert all(len(of_level) <= github.CAP for of_level in shown.values())
    annotated = [line for line in lines if re.match("::(error|warning|notice) file=", line)]
    ranks = [("error", "warning", "notice").index(line[2:].split()[0]) for line in annotated]
    assert ranks == sorted(ranks)
    rest = len(found) - len(annotated)
    listed = [line for line in lines if line.startswith(CONTEXT.path)]
    assert len(listed) == rest
    assert [f"::notice title={rest} more::" in line for line in lines if " more::" in line] == ([True] if rest else [])
    assert rest == 0 if max(errors, warnings, infos) <= github.CAP else rest > 0


def test_the_step_summary_lists_everything_and_keeps_to_the_limit() -> None:
    summary = github.step_summary(EXAMPLE, CONTEXT)
    assert "7 checked: 1 error, 1 warning, 1 info, 1 could not be checked, 1 accepted, 1 ignored" in summary
    assert (
        "| error | `docs/notes.md:2:10` | [L_ANCHOR](https://example.org/codes/#l_anchor) | no heading \\#y: write \\`\\#title\\` |"
        in summary
    )
    assert "`docs/notes.md:3:5` https://example.org/: timed out" in summary
    huge = Report(tuple(_many(20_000, Severity.ERROR)), skipped=EXAMPLE.skipped * 20_000)
    text = github.step_summary(huge, CONTEXT)
    assert len(text.encode()) <= github.SUMMARY_BYTES
    assert re.search(r"\d+ more do not fit here", text)


def test_fingerprints_survive_lines_added_above_and_are_unique() -> None:
    def prints(lines: tuple[str, ...], *at: int) -> list[str]:
        report = Report(tuple(finding("L_ANCHOR", "no heading #y", Span.at(line, 5)) for line in at))
        context = CONTEXT._replace(lines={CONTEXT.path: lines})
        from_gitlab = [issue["fingerprint"] for issue in json.loads(gitlab.render(report, context))]
        results = json.loads(sarif.render(report, context))["runs"][0]["results"]
        assert from_gitlab == [result["partialFingerprints"]["sourceLine/v1"] for result in results]
        return from_gitlab

    before = prints(SOURCE, 3, 4)
    assert len(set(before)) == 2
    assert prints(("new", *SOURCE), 4, 5) == before


def test_sarif_holds_rules_regions_fixes_and_suppressions() -> None:
    [run] = json.loads(sarif.render(EXAMPLE, CONTEXT))["runs"]
    by_text = {result["message"]["text"].split("\n")[0]: result for result in run["results"]}
    place = by_text["no heading #y"]["locations"][0]["physicalLocation"]
    assert place["region"] | {"snippet": 0} == {
        "startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 12, "snippet": 0
    }  # fmt: skip
    assert by_text["no heading #y"]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {
        "text": "#title"
    }
    assert by_text["no heading #y"]["suppressions"] == []
    assert by_text["no heading #z"]["suppressions"][0]["kind"] == "external"
    assert by_text["empty"]["suppressions"][0]["kind"] == "inSource"
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert {rule["helpUri"] for rule in rules} == {CONTEXT.url_of(rule["id"]) for rule in rules}
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert "https://example.org/: timed out" in note["message"]["text"]


def test_sarif_keeps_the_most_severe_when_a_run_cannot_hold_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    found = [*_many(3, Severity.INFO), *_many(2, Severity.ERROR)]
    [run] = json.loads(sarif.render(Report(tuple(found)), CONTEXT))["runs"]
    assert sorted(result["level"] for result in run["results"]) == ["error", "error", "note"]
    assert "2 more results" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_rdjson_counts_columns_in_bytes_and_offers_the_replacement() -> None:
    [first, *_] = json.loads(rdjson.render(EXAMPLE, CONTEXT))["diagnostics"]
    place = {"start": {"line": 2, "column": 13}, "end": {"line": 2, "column": 15}}  # the emoji is four bytes
    assert first["location"]["range"] == place
    assert first["suggestions"] == [{"range": place, "text": "#title"}]


def test_junit_counts_and_places_every_case() -> None:
    [suite] = ET.fromstring(junit.render(EXAMPLE, CONTEXT))  # noqa: S314  # our own text
    assert {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7", "failures": "2", "errors": "0", "skipped": "3"
    }  # fmt: skip
    assert len(suite.findall("testcase")) == 7
    assert len(suite.findall("testcase/failure")) == 2
    assert len(suite.findall("testcase/skipped")) == 3
    first = suite[0]
    assert (first.get("file"), first.get("line")) == ("docs/notes.md", "2")


def test_an_empty_report_says_so_in_every_format() -> None:
    empty = Report(checked=4)
    assert github.render(empty, CONTEXT) == ""
    assert json.loads(gitlab.render(empty, CONTEXT)) == []
    assert json.loads(rdjson.render(empty, CONTEXT))["diagnostics"] == []
    assert json.loads(sarif.render(empty, CONTEXT))["runs"][0]["results"] == []
    assert "4 checked" in junit.render(empty, CONTEXT)
