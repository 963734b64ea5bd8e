"""Fences with commands: findings, verdicts, what readers copy, what other checks learn from them."""

from __future__ import annotations

import cProfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases_io import read_cases
from notesite.diagnostics.diagnostic import CODES, Diagnostic, Position, Report, Severity, Span
from notesite.notes.model import Fence
from notesite.snippets.shell import check_commands as commands
from notesite.snippets.shell.command_verdict import CommandVerdict, check
from record_kubectl import rows


def fence(text: str, *, line: int = 1, column: int = 1, lead: str = "") -> Fence:
    """A fence whose first content line is `line`, indented by `column - 1`."""
    lines = text.splitlines(keepends=True)
    origins = tuple(Position(line + index, column) for index in range(len(lines)))
    return Fence(
        "bash", "".join(f"{item.rstrip(chr(10))}\n" for item in lines), Span.at(line - 1 or 1), origins, lead=lead
    )


def run(*fences: Fence) -> tuple[tuple[CommandVerdict, ...], Report]:
    return check(fences, is_shell=lambda _: True)


@pytest.mark.parametrize("case", read_cases("commands/check.txt"), ids=lambda case: case[0])
def test_check_case(case: tuple[str, str, str]) -> None:
    _, report = run(fence(case[1]))
    lines = [f"{d.span.start} {d.code} {d.severity} {d.message}\n" for d in report.diagnostics]
    lines += [f"skipped {item.what}: {item.reason}\n" for item in report.skipped]
    assert "".join(lines) == case[2]


COMMAND_WORDS = [
    "kubectl",
    "k",
    "minikube",
    "helm",
    "get",
    "delete",
    "create",
    "run",
    "rollout",
    "set",
    "image",
    "exec",
    "config",
    "-n",
    "-o",
    "--dry-run",
    "--dry-run=client",
    "-f",
    "-",
    "--",
    "pod",
    "pods/x",
    "pod/",
    "deploy/web",
    "nginx",
    "$X",
    "'$Y'",
    "<name>",
    "{a}",
    "[b]",
    "...",
    "a=b",
    "a-",
    "80:80",
    "x:/y",
    "--image=nginx",
    "--all",
    "-A",
    "-it",
    "--replicas=",
    "-l",
    "--raw",
    "sh",
    "echo",
    "-output",
    "--no-such-flag=",
    "|",
    ">",
    "&&",
    ";",
    "\\",
    "'",
    '"',
    "kubectl\n",
    "🙂",
    "explain",
    "cp",
    "taint",
    "label",
    "all",
    "-h",
]


@given(st.lists(st.sampled_from(COMMAND_WORDS), max_size=9).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_any_command_gets_a_verdict_whose_places_lie_in_the_fence(text: str) -> None:
    snippet = fence(f"{text}\n", line=5)
    ((verdict,), report) = run(snippet)
    last = 4 + len(snippet.origins)
    assert all(5 <= found.span.start.line <= found.span.end.line <= last for found in report.diagnostics)
    assert report.checked + len(report.skipped) == len(verdict.commands)
    assert "\n" not in "".join(found.replacement or "" for found in report.diagnostics)


def test_a_correction_is_the_whole_command_and_says_what_it_takes_the_place_of() -> None:
    text = "$ kubectl get pods\nNAME   READY\nx      1/1\n$ sudo kubectl delete \\\n    nginx-pod > out.txt # gone\n"
    ((verdict,), report) = run(fence(text, line=40, column=3))
    (found,) = report.diagnostics
    assert found.replacement == "kubectl delete pod nginx-pod > out.txt"
    assert found.replaced == Span(Position(43, 10), Position(44, 26))
    assert found.reason
    assert found.message == f"{found.reason}: use `{found.replacement}`"
    assert verdict.corrected == "kubectl get pods\nsudo kubectl delete pod nginx-pod > out.txt # gone\n"


def test_a_block_is_corrected_whole_or_not_at_all() -> None:
    ((verdict,), _) = run(fence("kubectl delete nginx-pod\nkubectl get pods --frobnicate\n"))
    assert verdict.corrected is None
    ((verdict,), _) = run(fence("kubectl delete nginx-pod\nkubectl gte deployment/web\n"))
    assert verdict.corrected == "kubectl delete pod nginx-pod\nkubectl get deployment/web\n"


def suggestions() -> dict[str, str]:
    """Lines of the cases and rows of the table that get a suggestion, and what it is."""
    lines = [line for case in read_cases("commands/check.txt") for line in case.input.splitlines()]
    said = [
        (text, item) for text in (*lines, *(row.text for row in rows())) for item in run(fence(text))[1].diagnostics
    ]
    return {text: kept(text, item) for text, item in said if item.replacement and item.replaced}


def kept(text: str, item: Diagnostic) -> str:
    """The suggestion; every word that it is not about is still there (dashes of a web page are mended all at once)."""
    whole = item.replaced or item.span
    before, after = text[: item.span.start.column - 1], text[item.span.end.column - 1 : whole.end.column - 1]
    others = before[whole.start.column - 1 :] + " " + after
    found = item.replacement or ""
    is_only_spaced = "".join(found.split()) == "".join(text.split())
    assert not text.isascii() or is_only_spaced or all(word in found for word in others.split()), (text, found)
    return found


def test_what_is_suggested_is_right_and_keeps_every_other_word() -> None:
    found = suggestions()
    assert len(found) > 200
    for text, better in found.items():
        said = [d for d in run(fence(better))[1].diagnostics if d.severity is not Severity.INFO]
        assert not said, (text, better, said)


UNKNOWN = [
    "kubectl rollout deployment/web",
    "kubectl get service --dry-run=client -o yaml",
    "kubectl create service web --tcp=80",
    "kubectl stop pod web",
    "kubectl update pod web",
    "kubectl debug -it --image=busybox",
    "kubectl scale deploy web --replicas=3.5",
    "kubectl logs web --since=1",
    "kubectl logs web --limit-bytes=1K",
    "kubectl wait pod/web --for=condition=Ready --timeout=1 minute",
    "kubectl get deploy/web crd",
    "kubectl delete pod/web svc web",
    "kubectl rollout undo deploy/web 2",
    "kubectl set env deploy/web A=b A-",
    "kubectl apply -f -f web.yaml",
    "kubectl get pods, svc",
    "kubectl get pod.metrics",
    "kubectl plugin install x",
    "kubectl get configmap-shop",
    "kubectl get rules",
    "kubectl --namespace get pods",
    "kubectl patch serviceaccount default serviceaccount/default -p '{}'",
    "kubectl rollout restart deployment/a kubectl deployment/b",
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_where_nobody_knows_what_was_meant_nothing_is_suggested(text: str) -> None:
    assert not [found.replacement for found in run(fence(text))[1].diagnostics if found.replacement]


def test_places_are_those_of_the_notes() -> None:
    _, report = run(fence("kubectl get pods\nkubectl delete nginx-pod\n", line=40, column=5))
    (found,) = report.diagnostics
    assert found.span == Span(Position(41, 20), Position(41, 29))


def test_a_verdict_tells_readers_what_was_checked_and_what_works() -> None:
    (right, wrong, other, none), report = run(
        fence("$ kubectl get pods\nNAME  READY\n"),
        fence("kubectl delete nginx-pod"),
        fence("terraform apply"),
        fence("# nothing"),
    )
    assert (right.status, right.mark, right.copy_text) == (
        "valid",
        "Checked against kubectl 1.37",
        "kubectl get pods\n",
    )
    assert (wrong.status, wrong.mark) == ("invalid", "Does not work with kubectl 1.37")
    assert wrong.corrected == "kubectl delete pod nginx-pod\n"
    assert (other.status, other.mark) == ("skipped", "")
    assert none.status == "empty"
    assert report.checked == 2
    assert [item.what for item in report.skipped] == ["terraform apply"]


def test_a_caution_says_what_a_command_destroys() -> None:
    ((verdict,), _) = run(fence("kubectl delete all --all"))
    assert verdict.status == "valid"
    assert verdict.cautions[0].startswith("`kubectl delete all --all` deletes every pod")


def test_older_versions_are_checked_too() -> None:
    fences = [fence("kubectl events")]
    ((verdict,), report) = check(fences, is_shell=lambda _: True, kubernetes=("1.25", "1.37"))
    assert verdict.status == "valid"
    assert [d.code for d in report.diagnostics] == ["S_VERSION"]
    assert "kubectl 1.25 refuses this" in report.diagnostics[0].message


def test_of_a_version_without_a_grammar_nothing_is_said() -> None:
    chosen = commands.chosen(("1.30", "1.31.2"))
    assert [grammar.version for grammar in chosen["kubectl"]] == ["1.37"]
    assert [grammar.version for grammar in commands.chosen(("1.25.3",))["kubectl"]] == ["1.25", "1.37"]


def test_custom_types_of_the_notes_are_types() -> None:
    _, report = check([fence("kubectl get crontab my-cron")], is_shell=lambda _: True, extra_types=("crontab",))
    assert not [d for d in report.diagnostics if d.code == "S_TYPE"]


def test_objects_that_commands_create() -> None:
    text = (
        "kubectl create cm app --from-literal=A=b --from-literal=C=d\n"
        "kubectl create secret generic db --from-file=key=x --from-file=password.txt\n"
        "kubectl create configmap all --from-file=config/\n"
        "kubectl create secret tls web --cert=a --key=b\n"
        "kubectl create configmap $NAME --from-literal=A=b\n"
        "kubectl create configmap --from-literal=A=b\n"
    )
    ((verdict,), _) = run(fence(text, line=10))
    assert [(item.kind, item.name, item.keys and sorted(item.keys)) for item in verdict.defined] == [
        ("ConfigMap", "app", ["A", "C"]),
        ("Secret", "db", ["key", "password.txt"]),
        ("ConfigMap", "all", None),
        ("Secret", "web", ["tls.crt", "tls.key"]),
    ]
    assert verdict.defined[0].span == Span(Position(10, 19), Position(10, 22))


def test_yaml_in_a_here_document_is_a_snippet_of_its_own() -> None:
    text = "cat <<'EOF' | kubectl apply -f -\nkind: Pod\nmetadata: x\nEOF\ncat <<EOF > notes.txt\nhello\nEOF\n"
    text += "cat <<EOF > pod.yaml\napiVersion: v1\nkind: Pod\nEOF\n"
    text += "cat <<EOF > web.yaml\napiVersion: v1\nkind: Pod\n$METADATA\nEOF\n"  # nobody knows what that will be
    ((verdict,), _) = run(fence(text, line=20, column=3))
    found, late = verdict.embedded
    assert late.within(2, 1, 8) == Span(Position(29, 3), Position(29, 11))
    assert found.text == "kind: Pod\nmetadata: x\n"
    assert found.within(2, 1, 8) == Span(Position(22, 3), Position(22, 11))


def test_nobody_knows_what_a_bare_command_was_meant_to_do() -> None:
    _, report = run(fence("kubectl", lead="Switch to another Node"))
    assert [(found.code, found.replacement) for found in report.diagnostics] == [("S_BARE", None)]


def test_work_grows_with_the_commands_and_no_faster() -> None:
    def calls(count: int) -> int:
        numbers = range(1000 * count, 1001 * count)  # none that was judged before
        page = [fence(f"kubectl get pods -n ns{n} -o wide\nkubectl delete pod p{n}\n") for n in numbers]
        profile = cProfile.Profile()
        profile.runcall(run, *page)
        return sum(entry.callcount for entry in profile.getstats())

    run(fence("kubectl get pods"))  # the grammar is loaded once
    assert calls(40) < 2.2 * calls(20)


def test_a_command_is_judged_once_as_long_as_nothing_changes() -> None:
    def judged(*pages: str) -> int:
        commands._found.cache_clear()
        for text in pages:
            run(fence(text), fence(text, line=9))
        return commands._found.cache_info().misses

    assert judged("kubectl get pods\n", "kubectl get pods\n") == 1
    assert judged("kubectl get pods\n", "kubectl get pods -A\n") == 2
    # What the notes name, and the place in the block, are part of the question.
    assert judged("kubectl get pods\n", "kubectl get pods\nkubectl delete pod web1\n") == 3
    assert judged("kubectl get pods\n", " kubectl get pods\n") == 2


def test_helm_is_judged_by_both_versions_and_kubectl_by_those_that_are_chosen() -> None:
    chosen = commands.chosen(())
    assert [grammar.version for grammar in chosen["helm"]] == ["3.17", "4.3"]
    assert [grammar.version for grammar in chosen["kubectl"]] == ["1.37"]


def test_a_flag_on_the_next_line_is_one_finding() -> None:
    _, report = run(fence("kubectl run web\n  --image=nginx\n"))
    assert [found.code for found in report.diagnostics] == ["S_CONTINUATION"]


def test_a_block_with_a_typographic_dash_is_corrected() -> None:
    ((verdict,), _) = run(fence("$ kubectl get pods –all-namespaces\nNAME   READY\n"))
    assert (verdict.status, verdict.corrected) == ("invalid", "kubectl get pods --all-namespaces\n")


DANGERS = {
    "kubectl delete pods --all": "deletes every object of the type pods in the namespace",
    "kubectl delete pods --all=false web": None,
    "kubectl delete pods --all --all-namespaces": "deletes every object of the type pods in all namespaces",
    "kubectl delete pods -l app=x --all-namespaces": "deletes in all namespaces, those of the system included",
    "kubectl delete pods -l app=x": None,
    "kubectl delete pod web --grace-period=0": "leaves the containers no time to finish their work",
    "kubectl delete pod web --grace-period=1": "leaves the containers no time to finish their work",
    "kubectl delete pod web --grace-period=2": None,
    "kubectl delete pod web --force": "removes the object at once, without waiting until its containers have stopped",
    "kubectl delete all --all": "deletes every pod, service, deployment, job and other workload in the namespace",
    "kubectl delete all --all -A": "deletes every pod, service, deployment, job and other workload in all namespaces",
}


@pytest.mark.parametrize("text", DANGERS)
def test_what_a_command_destroys_is_said(text: str) -> None:
    ((verdict,), report) = run(fence(text))
    said = DANGERS[text]
    assert list(verdict.cautions) == ([f"`{text}` {said}."] if said else [])
    assert [found.message for found in report.diagnostics if found.code == "S_DANGER"] == (
        [f"`{text}` {said}"] if said else []
    )


@pytest.mark.parametrize(("length", "refused"), [(63, False), (64, True)])
def test_a_label_has_at_most_63_characters(length: int, refused: bool) -> None:
    _, report = run(fence(f"kubectl label pod web a={'b' * length}"))
    assert bool(report.diagnostics) == refused


def test_what_is_skipped_says_why() -> None:
    _, report = run(fence("docker ps\nkubectl neat get pod x\nkubectl get widgets\nkubectl [command] [flags]\n"))
    assert [item.reason for item in report.skipped] == [
        "no grammar for docker",
        "neat is no command of kubectl itself: it may be a plugin",
        "widgets is no resource type of Kubernetes itself: it may be a custom one",
        "a synopsis",
    ]


EXAMPLES = read_cases("commands/examples.txt")


def test_every_code_of_commands_has_an_example() -> None:
    assert [name for name, _, _ in EXAMPLES] == [name for name in CODES if name.startswith("S_")]


@pytest.mark.parametrize(("name", "wrong", "right"), EXAMPLES, ids=[case[0] for case in EXAMPLES])
def test_the_examples_of_the_documentation_are_wrong_and_right(name: str, wrong: str, right: str) -> None:
    assert name in [found.code for found in run(fence(wrong))[1].diagnostics]
    assert not [found for found in run(fence(right))[1].diagnostics if found.severity is not Severity.INFO]
    assert name not in [found.code for found in run(fence(right))[1].diagnostics]


def test_a_comment_between_the_flags_ends_the_command() -> None:
    text = "kubectl get pods \\\n  -n dev \\\n  # only those that run\n  --field-selector=status.phase=Running\n"
    _, report = run(fence(text))
    assert [(found.code, found.span.start.line) for found in report.diagnostics] == [("S_CONTINUATION", 4)]


HOSTILE = {
    "one long line of commands": "kubectl run " * 4_000,
    "names without an end": "kubectl " + "pod a" * 8_000 + "!",
    "quotes that are never closed": "kubectl get 'x\nsay 'y\n" * 1_500,
    "dashes of a web page": "kubectl get " + "–a " * 4_000,
    "a selector of blanks": "kubectl drain -l 'a" + " " * 20_000 + "x' n1",
    "a template of braces": "kubectl get pods -o jsonpath='" + "{.a[" * 8_000 + "'",
    "an image of dashes": "kubectl run a --image=a" + "-" * 20_000,
    "flags that continue": "kubectl get pods\n" + "-l a\n" * 2_000,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_commands_take_work_in_proportion(what: str) -> None:
    def calls(text: str) -> int:
        profile = cProfile.Profile()
        profile.runcall(run, fence(text))
        return sum(entry.callcount for entry in profile.getstats())

    text = HOSTILE[what]
    half = text[: len(text) // 2]
    calls(text)  # what is loaded at first use
    assert calls(text) < 3 * calls(half) + 10_000


@pytest.mark.parametrize(
    ("lead", "label", "text", "said"),
    [
        ("Golden troubleshooting command:", "bash", "kubectl describe", False),
        ("Run the following command:", "bash", "kubectl describe", True),
        ("But this does not know it:", "text", "kubectl", False),
        ("Run:", "bash", "kubectl", True),
        ("", "", "minikube", False),
        ("Run:", "bash", "minikube", True),
        ("Expected output:", "bash", "minikube", False),
        ("To see all, simply run it without a command:", "bash", "kubectl", False),
        ("Switch to another node:", "bash", "kubectl", True),
        ("Look at these:", "text", "kubectl logs --previous", False),
        ("It may be one of:", "text", "kubectl wait Timeout", False),
        ("Look at these:", "bash", "kubectl logs --previous", True),
        ("A deployment grows by means of the", "bash", "kubectl scale", False),
        ("Write a service", "bash", "kubectl get service --dry-run=client -o yaml", True),
        ("Ask for more:", "bash", "kubectl expose help", False),
        ("You see it by the get command", "bash", "kubectl get pods --show-all", True),
    ],
)
def test_a_command_that_is_only_named_lacks_nothing(lead: str, label: str, text: str, said: bool) -> None:
    _, report = run(fence(text, lead=lead)._replace(info=label))
    assert bool(report.diagnostics) is said


def test_a_variable_that_another_block_sets_is_the_local_shells() -> None:
    use = fence('kubectl exec web -- echo "$TOPIC" "$SIZE"')
    assert run(use)[1].diagnostics
    assert run(fence('TOPIC="news"'), use)[1].diagnostics == ()
