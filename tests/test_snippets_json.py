"""JSON is checked like YAML, and its own syntax errors are placed."""

from __future__ import annotations

import pytest

from notesite.diagnostics.diagnostic import Severity
from notesite.notes.reader import parse
from notesite.snippets.kubernetes import judge
from notesite.snippets.yaml.check_yaml import check

POD = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},\n'


def found(text: str, label: str = "json") -> list[str]:
    """Place in the block, severity, code and message of every finding."""
    notes = parse(f"```{label}\n{text}\n```\n")
    _, report = check(notes.fences, judge=judge, lines=notes.lines)
    return [
        f"{d.span.start.line - 1}:{d.span.start.column} {d.severity} {d.code} {d.message}" for d in report.diagnostics
    ]


def test_a_manifest_is_held_against_its_definition() -> None:
    spec = '\t"spec": {"containers": [{"name": "web", "image": "nginx", "ports": [{"containerPort": "80"}]}]}}'
    (only,) = found(POD + spec)
    assert only.startswith("2:88 error K_TYPE ContainerPort.containerPort must be an integer")
    assert found(POD + spec.replace('"80"', "80")) == []
    assert found(POD + spec, label="") == [only], "with no label it shows itself to be JSON"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ('"spec": {"containers": []} "status": {}}', "2:28 error Y_SYNTAX a comma or a closing bracket is missing"),
        ('"spec": {"containers": [],}}', "2:27 error Y_SYNTAX a key in double quotes is needed here"),
        ('"spec": {containers: []}}', "2:10 error Y_SYNTAX a key in double quotes is needed here"),
        ('"spec": "a\n}', "2:11 error Y_SYNTAX a text must not go on over the end of a line"),
        ('"spec" {}}', "2:8 error Y_SYNTAX a colon is missing before this"),
    ],
)
def test_a_syntax_error_is_told_where_it_is(rest: str, expected: str) -> None:
    (only,) = found(POD + rest)
    assert only.startswith(expected), only


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "site", "version": "1.0.0", }',
        '// a comment\n{"apiVersion": "v1", "kind": "Pod"}',
        '{"apiVersion": "v1", "kind": "Pod", ...}',
        '{"a": [1, 2]}\n{"a": [3]}',
    ],
)
def test_other_json_and_what_is_left_out_are_silent(text: str) -> None:
    assert found(text) == []


def test_a_part_of_an_object_is_a_fragment() -> None:
    (only,) = found(
        '{"spec": {"replicas": "3", "selector": {"matchLabels": {"app": "web"}}, "strategy": {"type": "Recreate"}}}'
    )
    assert only.startswith(f"1:23 {Severity.ERROR} K_TYPE DeploymentSpec.replicas must be an integer")
