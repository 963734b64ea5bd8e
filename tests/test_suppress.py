"""Ignore comments, rules, and the baseline of accepted findings."""

from __future__ import annotations

from typing import Any

import pytest

from cases_io import Case, read_cases
from notesite.diagnostics.diagnostic import (
    CODES,
    Diagnostic,
    Report,
    Severity,
    Span,
    exit_code,
    finding,
    merged,
    with_rules,
)
from notesite.notes.reader import parse
from notesite.project.suppressions import Baseline, baseline_of, read_baseline, settle

TEXT = "# T\n\n## One\n\n```yaml\na: 1\n```\n\nsome text\n\n## Two\n\nsome text\n"


def at(line: int, code: str = "N_DIALECT", column: int = 1, length: int = 4) -> Diagnostic:
    return finding(code, f"message of {code}", Span.at(line, column, length))


def settled(text: str, *found: Diagnostic, baseline: Baseline | None = None, rules: Any = None) -> Report:
    return settle(Report(found), rules or {}, parse(text), baseline, "NI")


# --- Ignore comments: the input's lines that hold "FIND CODE" have a finding of this code


@pytest.mark.parametrize("case", read_cases("suppress/ignore.txt"), ids=str)
def test_ignore_comments(case: Case) -> None:
    found = [
        at(number, word)
        for number, line in enumerate(case.input.split("\n"), 1)
        for word in line.partition("FIND ")[2].split()
    ]
    report = settled(case.input, *found)
    lines = [f"{d.span.start.line} {d.code} {d.message}" for d in report.diagnostics]
    lines += [f"ignored {d.span.start.line} {d.code}" for d in report.ignored]
    assert "".join(f"{line}\n" for line in lines) == case.expected


def test_an_ignore_for_another_check_is_not_called_unused() -> None:
    notes = parse("<!-- notes: ignore N_TOC -->\n## A\n")
    report = settle(Report(), {}, notes, own_codes="YK")
    assert report.diagnostics == ()


# --- Rules


def test_rules_change_severities_and_turn_off() -> None:
    found = [at(1, "N_TOC"), at(2, "N_ORDER"), at(3, "N_SPLIT")]
    ruled = list(with_rules(found, {"N_TOC": Severity.ERROR, "N_ORDER": None}))
    assert [(d.code, d.severity) for d in ruled] == [("N_TOC", Severity.ERROR), ("N_SPLIT", Severity.INFO)]


@pytest.mark.parametrize(
    ("severity", "plain", "strict"), [(Severity.ERROR, 1, 1), (Severity.WARNING, 0, 1), (Severity.INFO, 0, 0)]
)
def test_exit_codes(severity: Severity, plain: int, strict: int) -> None:
    report = Report((finding("N_TOC", "", Span.at(1), severity=severity),))
    assert (exit_code(report), exit_code(report, strict=True)) == (plain, strict)
    assert exit_code(Report(), strict=True) == 0


def test_reports_are_merged_in_order_of_place() -> None:
    one = Report((at(5),), checked=2, accepted=(at(1),))
    two = Report((at(2), finding("I_CONFIG", "x", Span.at(1), path="mkdocs.yml")), checked=3, ignored=(at(9),))
    both = merged([one, two])
    assert [d.span.start.line for d in both.diagnostics] == [2, 5, 1]
    assert (both.checked, len(both.accepted), len(both.ignored)) == (5, 1, 1)


# --- The baseline


def accepting(text: str, *found: Diagnostic) -> Baseline:
    written = baseline_of(found, parse(text), Baseline()).to_json()
    return read_baseline(written, "notes-baseline.json")


def test_accepted_findings_are_no_findings() -> None:
    report = settled(TEXT, at(9), at(13), baseline=accepting(TEXT, at(9), at(13)))
    assert report.diagnostics == ()
    assert len(report.accepted) == 2


def test_a_baseline_survives_edits_elsewhere() -> None:
    baseline = accepting(TEXT, at(9))
    longer = "intro\n\n" + TEXT.replace("## One\n", "## One\n\nmore\nlines\n")
    place = longer.split("\n").index("some text") + 1
    assert settled(longer, at(place), baseline=baseline).diagnostics == ()


@pytest.mark.parametrize(
    "found", [at(13), at(9, "N_TOC"), at(9, column=6)], ids=["other section", "other code", "other words"]
)
def test_a_baseline_accepts_nothing_else(found: Diagnostic) -> None:
    report = settled(TEXT, found, baseline=accepting(TEXT, at(9)))
    assert sorted(d.code for d in report.diagnostics) == sorted([found.code, "I_BASELINE"])


def test_a_changed_line_is_a_new_finding() -> None:
    changed = TEXT.replace("some text", "some texts")
    report = settled(changed, at(9), baseline=accepting(TEXT, at(9)))
    assert [d.code for d in report.diagnostics if d.code != "I_BASELINE"] == ["N_DIALECT"]


def test_equal_findings_are_counted() -> None:
    text = "# T\n\nsame\n\nsame\n\nsame\n"
    report = settled(text, at(3), at(5), at(7), baseline=accepting(text, at(3), at(5)))
    assert [d.span.start.line for d in report.diagnostics] == [7]


def test_what_is_gone_is_named_and_can_be_removed() -> None:
    baseline = accepting(TEXT, at(9), at(13))
    report = settled(TEXT, at(9), baseline=baseline)
    (gone,) = report.diagnostics
    assert (gone.code, gone.path, gone.severity) == ("I_BASELINE", "notes-baseline.json", Severity.INFO)
    smaller = baseline_of(report.accepted, parse(TEXT), baseline)
    assert len(smaller.entries) == 1


def test_the_file_is_sorted_one_entry_a_line() -> None:
    one, two = accepting(TEXT, at(9), at(13)), accepting(TEXT, at(13), at(9))
    assert one.to_json() == two.to_json()
    assert len(one.to_json().splitlines()) == 4
    assert read_baseline(Baseline().to_json(), "") == Baseline()


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "3", '{"version": 2, "accepted": []}', '{"version": 1}', '{"version": 1, "accepted": {}}',
        '{"version": 1, "accepted": [3]}', '{"version": 1, "accepted": [{"code": "N_TOC"}]}',
        '{"version": 1, "accepted": [{"fingerprint": 1, "code": "N_TOC"}]}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_damaged_baseline_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_baseline(text, "b")


def test_codes_are_unique_and_explained() -> None:
    assert all(code.summary.endswith(".") and code.fix.endswith((".", "`")) for code in CODES.values())
    assert all(name == code.name and name[1] == "_" for name, code in CODES.items())


def test_what_readers_are_told_is_kept_when_the_baseline_is_written_anew() -> None:
    notes = parse(TEXT)
    (entry,) = baseline_of([at(9)], notes, Baseline()).entries
    told = Baseline((entry._replace(note="Wrong.", instead="ls -l"),))
    again = read_baseline(baseline_of([at(9)], notes, told).to_json(), "b.json")
    assert [(own.note, own.instead) for own in again.entries] == [("Wrong.", "ls -l")]
    (accepted,) = settled(TEXT, at(9), baseline=again).accepted
    assert (accepted.help, accepted.replacement, accepted.why) == ("Wrong.", "ls -l", "message of N_DIALECT")
    assert '"instead"' not in baseline_of([at(9)], notes, Baseline()).to_json()
