"""The golden cases: what is said about hand-written snippets."""

from __future__ import annotations

from typing import Any

import pytest
from kubernetes_samples import CASES

from notesite.diagnostics.diagnostic import CODES
from notesite.snippets.kubernetes import judge
from notesite.snippets.yaml.documents import read


def shown(text: str, **more: Any) -> str:
    """The judgements of a snippet, one line for each document and each fault."""
    lines = []
    for judged in judge(read(text).documents, text, **more):
        names = " | ".join(judged.definitions[:3]) + (" | …" if len(judged.definitions) > 3 else "")
        skipped = f" skipped: {judged.skipped}" if judged.skipped else ""
        lines.append(f"{judged.form} {names}".rstrip() + f" [{judged.valid or 'no version'}]{skipped}")
        for fault in judged.faults:
            replacement = "" if fault.replacement is None else f" -> {fault.replacement}"
            place = f"{fault.line}:{fault.column}+{fault.length}"
            lines.append(f"{place} {fault.severity} {fault.code} {fault.message}{replacement}")
    return "\n".join(lines)


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.txt")):
        parts = path.read_text(encoding="utf-8").split("\n.\n")
        for title, text, expected in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
            found.append(pytest.param(text + "\n", expected, id=f"{path.stem}: {title.strip()}"))
    return found


@pytest.mark.parametrize(("text", "expected"), cases())
def test_a_snippet_is_judged_as_its_case_says(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_every_code_of_the_family_has_a_case_or_is_tried_elsewhere() -> None:
    expected = "\n".join(path.read_text(encoding="utf-8") for path in CASES.glob("*.txt"))
    elsewhere = {"K_REFERENCE"}  # tests/cases/snippets: it is about several blocks
    family = {code.name for code in CODES.values() if code.family == "Kubernetes"}
    silent = {name for name in family - elsewhere if f" {name} " not in expected}
    assert not silent


def test_a_hint_decides_what_a_fragment_is() -> None:
    text = "name: web\n"
    assert shown(text, hint="ContainerPort") == "fragment ContainerPort [1.25-1.37]"
    assert shown("nmae: web\n", hint="containerport").splitlines()[1].startswith("1:1+4 error K_FIELD")
    assert "skipped: the hint names no definition" in shown(text, hint="Nothing")


def test_headings_only_push() -> None:
    text = "selector:\n  matchLabels: {app: web}\n"
    plain, pushed = shown(text), shown(text, headings=("Demonset",))
    assert "DaemonSetSpec" not in plain.split("|", maxsplit=1)[0]
    assert pushed.startswith("fragment DaemonSetSpec")


def test_versions_can_be_chosen() -> None:
    text = "containers:\n- name: web\n  restartPolicyRules: []\n"
    assert shown(text).startswith("fragment PodSpec [1.34-1.37]")
    assert shown(text, versions=("1.36", "1.37")) == "fragment PodSpec [1.36-1.37]"
    assert "K_VERSION" in shown(text, versions=("1.25",))
    assert shown(text, versions=("v1.36.2", "latest")) == "fragment PodSpec [1.36-1.37]"
    for word in ("1.24", "newest", "1"):
        with pytest.raises(ValueError, match=f'"{word}" is not bundled; there are 1.25 to 1.37, and "latest"'):
            shown(text, versions=(word,))


WIDGET = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "size": {"type": "integer", "minimum": 1, "maximum": 9},
                "mode": {"type": "string", "enum": ["Fast", "Slow"]},
                "port": {"x-kubernetes-int-or-string": True},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
        }
    },
}


def test_custom_resources_are_checked_against_the_schemas_given() -> None:
    extra = {("example.org/v1", "Widget"): WIDGET}
    head = "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: Wi_1}\n"
    good = head.replace("Wi_1", "w") + "spec: {size: 3, mode: Fast, port: http, labels: {a: b}, free: {x: [1]}}\n"
    bad = head + "spec: {size: 10, mode: fast, prot: 80, labels: {a: 1}}\n"
    assert shown(good, extra=extra) == "manifest Widget [1.25-1.37]"
    said = shown(bad, extra=extra)
    assert [line.split()[2] for line in said.splitlines()[1:]] == ["K_NAME", "K_RANGE", "K_VALUE", "K_FIELD", "K_TYPE"]
    assert "skipped" in shown(good)


POD = """
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: nginx
          volumeMounts:
            - {name: data, mountPath: /data}
"""
REPLICAS = "  replicas: 1\n"
CLAIMS = """\
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
"""
STATEFUL = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: web\nspec:\n  serviceName: web\n  selector: {matchLabels: {app: web}}"
DEPLOYMENT = STATEFUL.replace("StatefulSet", "Deployment").replace("  serviceName: web\n", "")
JOB = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: web\nspec:\n  backoffLimit: 1"
NO_VOLUME = POD.partition("          volumeMounts")[0]
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n{indent}labels:\n  name: web\n"
ALIAS = DEPLOYMENT.replace("name: web", "name: web\n  labels: &m {app: web}", 1)
ALIAS += NO_VOLUME.replace("labels: {app: web}", "labels: *m")


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        pytest.param(STATEFUL + POD + CLAIMS, STATEFUL + POD + REPLICAS, "K_VOLUME", id="claims of the StatefulSet"),
        pytest.param(DEPLOYMENT + NO_VOLUME, JOB + NO_VOLUME, "K_RESTART", id="the kind of object"),
        pytest.param(MAP.format(indent="  "), MAP.format(indent=" "), "K_REQUIRED", id="the column"),
        pytest.param(ALIAS, ALIAS.replace("&m {app: web", "&m {app: db"), "K_SELECTOR", id="an alias"),
    ],
)
def test_a_part_that_was_right_elsewhere_is_judged_by_what_it_stands_in(right: str, wrong: str, code: str) -> None:
    for _ in range(2):
        assert " error " not in shown(right)
        assert f" error {code} " in shown(wrong)


def test_what_goes_on_in_the_next_block_is_not_missing() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"
    assert "error K_REQUIRED" in shown(text) or "warning K_REQUIRED" in shown(text)
    assert "K_REQUIRED" not in shown(text, following="spec:\n  replicas: 1\n")


def test_fields_of_a_proposal_are_not_unknown() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\nnodeScope: a\n"
    assert "error K_FIELD" in shown(text)
    assert "K_FIELD" not in shown(text, headings=("Solution A", "API changes"))
    assert "error K_FIELD" in shown(text.replace("nodeScope: a", "dota: {}"), lead="a sample with the new fields")


def test_fields_of_versions_that_are_gone_are_no_faults_of_a_part() -> None:
    backend = "rules:\n- host: a.example\n  http:\n    paths:\n    - path: /\n      backend: {serviceName: web, servicePort: 80}\n"
    head = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec:\n"
    assert shown(backend, headings=("Ingress",)).startswith("unknown [no version] skipped: ")
    assert shown(head + "  " + backend.replace("\n", "\n  ").rstrip()).count("K_FIELD") == 2
