"""The check of all blocks: statuses, marks, hints, and what is compared across snippets."""

from __future__ import annotations

import pytest
from snippet_cases import Judge, checked

from notesite.diagnostics.diagnostic import Diagnostic, Severity, Span
from notesite.project.settings import SnippetSettings
from notesite.snippets.yaml.check_yaml import check
from notesite.snippets.yaml.snippet_verdict import Status
from notesite.snippets.yaml.yaml_fault import Fault, Judgement

POD = "# Pod\n\n## The `Pod`\n\n```yaml\napiVersion: v1\nkind: Pod\n```\n"


def one(text: str, *answers: Judgement) -> tuple[Status | None, str]:
    (verdict,), _ = checked(text, Judge(answers))
    return verdict.status, verdict.mark


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([Judgement("manifest", ("ConfigMap",), valid="1.25-1.37")], "Valid ConfigMap, Kubernetes 1.25-1.37"),
        ([Judgement("fragment", ("Container",))], "Valid part of a Container"),
        ([Judgement("fragment", ("IngressSpec", "X", "Y"))], "Valid part of an IngressSpec"),
        ([Judgement("parts", ("PodSpec", "Container"))], "Two parts: PodSpec and Container"),
        ([Judgement("plain")], "Valid YAML"),
        ([Judgement("plain", skipped="a Compose file")], "Valid YAML"),
        (
            [
                Judgement("manifest", ("Service",), valid="1.25-1.37"),
                Judgement("manifest", ("Pod",), valid="1.25-1.37"),
            ],
            "Valid Service and Pod, Kubernetes 1.25-1.37",
        ),
        ([Judgement("manifest", ("Pod",))] * 4, "4 valid documents"),
        (
            [Judgement("manifest", ("Pod",), faults=(Fault("Y_FOLD", "x", 1, 1),), valid="1.37")],
            "Valid Pod, Kubernetes 1.37, with 1 warning",
        ),
        ([Judgement("manifest", ("Pod",)), Judgement("unknown", skipped="no schema")], "1 of 2 documents valid"),
    ],
)
def test_marks_are_sentences(answers: list[Judgement], expected: str) -> None:
    assert one(POD, *answers) == (Status.VALID, expected)


def test_booleans_of_another_program_are_no_trap() -> None:
    text = "# T\n\n```yaml\na: yes\n```\n"
    for reason, said in (("a CI workflow, not Kubernetes", False), ("no schema", True)):
        _, report = checked(text, Judge([Judgement("plain", skipped=reason)]))
        assert bool(report.diagnostics) is said


def test_no_space_after_a_colon_tells_why_a_type_is_wrong() -> None:
    text = "# T\n\n```yaml\nlabels:\n  app:web\nname: 1\n```\n"
    types = (Fault("K_TYPE", "a mapping is wanted", 2, 3), Fault("K_TYPE", "a text is wanted", 3, 7))
    _, report = checked(text, Judge([Judgement("manifest", ("Pod",), faults=types)]))
    assert [(d.code, d.severity, d.span.start.line) for d in report.diagnostics] == [
        ("Y_SYNTAX", Severity.ERROR, 5),
        ("K_TYPE", Severity.ERROR, 6),
    ]


def test_keys_that_have_lost_their_indentation_stand_twice_for_that_alone() -> None:
    text = "# T\n\n```yaml\nmetadata:\nname: a\nroleRef:\nname: b\n```\n"
    for says, codes in (('"name" belongs under "metadata": indent it', ["K_FIELD"]), ("x", ["K_FIELD", "Y_DUPKEY"])):
        _, report = checked(text, Judge([Judgement("manifest", ("Role",), faults=(Fault("K_FIELD", says, 2, 1),))]))
        assert [d.code for d in report.diagnostics] == codes


def test_an_error_is_invalid_and_has_no_mark() -> None:
    assert one(POD, Judgement("manifest", ("Pod",), faults=(Fault("Y_VALUE", "x", 1, 1),))) == (Status.INVALID, "")


def test_what_no_schema_knows_is_skipped_and_counted() -> None:
    verdicts, report = checked(POD, Judge([Judgement("unknown", skipped="no schema for it")]))
    assert [v.status for v in verdicts] == [Status.SKIPPED]
    assert [(s.reason, s.span.start.line) for s in report.skipped] == [("no schema for it", 5)]
    assert report.checked == 0


def test_the_judge_is_told_what_the_notes_say() -> None:
    judge = Judge()
    checked("<!-- notes: kind=Pod -->\n" + POD, judge)
    assert [(asked["headings"], asked["hint"]) for asked in judge.asked] == [(["Pod", "The Pod"], None)]
    checked(POD.replace("```yaml", "<!-- notes: kind=Pod -->\n```yaml"), judge)
    assert judge.asked[-1]["hint"] == "Pod"


def test_versions_are_the_judges_unless_set() -> None:
    judge = Judge()
    checked(POD, judge)
    checked(POD, judge, settings=SnippetSettings(kubernetes=("1.31",)))
    assert [asked.get("versions") for asked in judge.asked] == [None, ("1.31",)]


def test_a_judges_fault_stands_in_the_notes() -> None:
    text = "- x\n\n  ```yaml\n  apiVersion: v1\n  kind: Pod\n  ```\n"
    fault = Fault("K_REFERENCE", "x", 2, 7, 3, Severity.WARNING, "Job")
    _, report = checked(text, Judge([Judgement("manifest", ("Pod",), faults=(fault,))]))
    expected = Diagnostic("K_REFERENCE", "x", Span.at(5, 9, 3), Severity.WARNING, replacement="Job")
    assert [(d.code, d.span, d.severity, d.replacement) for d in report.diagnostics] == [
        (expected.code, expected.span, expected.severity, expected.replacement)
    ]


def test_one_place_is_reported_once() -> None:
    text = "```yaml\napiVersion: v1\nkind: no\nkind: Pod\n```\n"
    faults = (Fault("K_REFERENCE", "not a kind", 2, 7), Fault("K_REFERENCE", "duplicate", 3, 1))
    _, report = checked(text, Judge([Judgement("manifest", ("Pod",), faults=faults)]))
    assert [d.code for d in report.diagnostics] == ["K_REFERENCE", "Y_DUPKEY"]


def test_a_byte_order_mark_moves_nothing() -> None:
    fence_line = "\ufeffa: no\n"
    verdicts, _ = checked("```yaml\na: no\n```\n")
    moved = verdicts[0].fence
    fence = type(moved)("yaml", fence_line, moved.span, moved.origins)
    _, report = check([fence], judge=Judge())
    assert [d.span for d in report.diagnostics] == [Span.at(2, 5, 2)]


def test_blocks_without_yaml_have_a_kind_and_no_status() -> None:
    verdicts, report = checked("```\nkubectl get pods\n```\n\n```json\n{}\n```\n")
    assert [(v.kind.value, v.status) for v in verdicts] == [("shell", None), ("other", None)]
    assert (report.checked, report.diagnostics, report.skipped) == (0, (), ())
