"""Promises about fragments: the right definition is accepted, right ones raise no alarm, wrong ones do."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kubernetes_samples import Mistake, Part, fragments, manifests, mistakes
from patience import SOON, processor_seconds

from notesite.diagnostics.diagnostic import Severity
from notesite.snippets.kubernetes import Judgement, judge

LOADERS = [yaml.CSafeLoader, yaml.SafeLoader]


def judged(text: str, loader: Any = yaml.CSafeLoader) -> Judgement:
    return judge(list(yaml.compose_all(text, Loader=loader)), text)[0]


@pytest.mark.parametrize("loader", LOADERS)
def test_whole_manifests_are_valid(loader: Any) -> None:
    for part in manifests():
        judgement = judged(part.text, loader)
        assert judgement.form == "manifest"
        assert judgement.definitions == (part.definition,)
        assert judgement.faults == (), part.text
        assert judgement.valid == "1.25-1.37"


def test_every_fragment_of_them_is_accepted_for_what_it_is_without_an_alarm() -> None:
    for part in fragments():
        judgement = judged(part.text)
        assert judgement.faults == (), part
        assert part.definition in judgement.definitions, (part, judgement.definitions[:5])


def test_both_loaders_say_the_same() -> None:
    for part in {part.text: part for part in (*manifests(), *fragments())}.values():
        for mistake in list(mistakes(part))[:1]:
            assert judged(mistake.text, yaml.CSafeLoader) == judged(mistake.text, yaml.SafeLoader)


def found(mistake: Mistake) -> tuple[bool, bool, bool]:
    """Whether the mistake is reported, on its line, as an error."""
    faults = judged(mistake.text).faults
    here = [fault for fault in faults if fault.line == mistake.line]
    return bool(faults), bool(here), any(fault.severity is Severity.ERROR for fault in here)


def test_mistakes_in_manifests_are_errors_on_their_line() -> None:
    for part in manifests():
        for mistake in mistakes(part):
            assert found(mistake) == (True, True, True), mistake


@pytest.mark.parametrize("share", [0.94])  # without a heading, a key or two could be anything: silence is right
def test_mistakes_in_fragments_are_found_on_their_line(share: float) -> None:
    count: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    parts: dict[str, Part] = {part.text: part for part in fragments()}
    for part in parts.values():
        for mistake in mistakes(part):
            reported, here, _ = found(mistake)
            count[mistake.kind] += 1
            seen[mistake.kind] += reported
            lines[mistake.kind] += here
    assert min(count.values()) > 20
    assert seen.total() / count.total() >= share, seen
    assert lines.total() / seen.total() >= 0.99, lines


@pytest.mark.parametrize("loader", LOADERS)
def test_places_count_code_points_whatever_stands_before(loader: Any) -> None:
    text = 'a: "🚀 \u2028 é"\napiVersion: v1\nkind: Pod\nmetadata: {name: "x"}\nspec: {"né🚀": 1, contaners: []}\n'
    faults = {fault.message.split('"')[1]: (fault.line, fault.column) for fault in judged(text, loader).faults}
    lines = text.split("\n")
    for word in ("a", "né🚀", "contaners"):
        line, column = faults[word]
        assert lines[line - 1][column - 1 :].lstrip('"').startswith(word)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "- a\n- b\n",
        "just text\n",
        "? {a: b}\n: c\n",
        "[]\n",
        "{}\n",
        "? [a]\n: b\n",
        "1: 2\n",
    ],
)
def test_odd_documents_are_unknown_never_an_error(text: str) -> None:
    for judgement in judge(list(yaml.compose_all(text, Loader=yaml.CSafeLoader)), text):
        assert judgement.form == "unknown"
        assert judgement.skipped
        assert judgement.faults == ()


def test_a_document_that_contains_itself_ends() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: &s\n  containers: []\n  affinity: &a {nodeAffinity: *a}\n"
    assert judged(text).form == "manifest"
    text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  versions:\n  - schema:\n      openAPIV3Schema: &s\n        properties: {a: *s}\n"
    assert "too large or too deep" in judged(text).skipped


WORDS = st.sampled_from(
    [
        "name",
        "kind",
        "apiVersion",
        "v1",
        "Pod",
        "spec",
        "containers",
        "image",
        "ports",
        "80",
        "<<",
        "~",
        "no",
        "labels",
        "selector",
        "data",
        "resources",
        "limits",
        "memory",
        "64Mi",
        "schedule",
        "*_*",
        "type",
        "é🚀",
        "{}",
    ]
)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VALUES, min_size=1, max_size=2), st.sampled_from([None, "Container", "Probe", "none"]))
def test_any_document_gets_a_judgement_with_places_inside_it(documents: list[Any], hint: str | None) -> None:
    text = yaml.safe_dump_all(documents, allow_unicode=True)
    nodes = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    judgements = judge(nodes, text, headings=("Pods", "Config Maps"), hint=hint)
    lines = text.split("\n")
    assert len(judgements) == len(nodes)
    for judgement in judgements:
        assert judgement.definitions or judgement.skipped or judgement.form == "manifest"
        for fault in judgement.faults:
            assert fault.column + fault.length <= len(lines[fault.line - 1]) + 2


LONG = {
    "unknown keys": "".join(f"key{i}x: {i}\n" for i in range(5000)),
    "nearly known keys": "containers: []\n" + "".join(f"containr{i}: {i}\n" for i in range(5000)),
    "items": "".join(f"- nme: x{i}\n  valu: y\n" for i in range(5000)),
    "unknown fields": "apiVersion: v1\nkind: Pod\nspec:\n" + "".join(f"  contaners{i}: x\n" for i in range(4000)),
    "a long name": "apiVersion: v1\nkind: Pod\nmetadata: {name: " + "a." * 50000 + "a}\n",
    "a long schedule": 'schedule: "' + "1," * 50000 + '1 * * * *"\njobTemplate: {}\n',
    "a long number": "replicas: " + "9" * 5000 + "\nselector: {}\n",
    "an infinite number": "replicas: 1e999999\nselector: {}\n",
    "aliases": "x: &x {name: a, value: b}\ny: &y {env: ["
    + ",".join(["*x"] * 150)
    + "]}\ncontainers: ["
    + ",".join(["*y"] * 150)
    + "]\n",
}


@pytest.mark.parametrize("name", LONG)
def test_long_documents_take_little_time(name: str) -> None:
    nodes = list(yaml.compose_all(LONG[name], Loader=yaml.CSafeLoader))
    assert processor_seconds(lambda: judge(nodes, LONG[name])) < SOON
