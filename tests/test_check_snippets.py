"""`scripts/check_snippets.py` with the real schemas and grammars."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from notesite.cli import check, common, export_pages

NOTES = Path(__file__).parent / "cases" / "kubernates-notes-as-given.md"
YAML_LINES = {423, 432, 441, 448, 505, 512, 526, 570, 583, 597, 687, 699}


def run(*argv: str) -> int:
    return common.guarded(check.check_snippets, argv)


def test_every_block_of_the_given_notes_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(NOTES), "--list") == 0
    rows = [row.split(maxsplit=4) for row in capsys.readouterr().out.splitlines()]
    assert len(rows) == 63
    found = {int(row[0]): tuple(row[2:]) for row in rows if row[2] in {"manifest", "fragment", "yaml"}}
    assert found.keys() == YAML_LINES
    assert all(row[1] == "valid" for row in found.values())
    assert found[570] == ("manifest", "valid", "Valid ConfigMap, Kubernetes 1.25-1.37")
    assert found[597] == ("fragment", "valid", "Two parts: PodSpec and Container")


def test_names_across_snippets(capsys: pytest.CaptureFixture[str]) -> None:
    run(str(NOTES), "--format", "json")
    report = json.loads(capsys.readouterr().out)
    found = [(d["line"], d["column"]) for d in report["diagnostics"] if d["code"] == "K_REFERENCE"]
    assert found == [(522, 12), (704, 13), (709, 13)]
    wrong = [d for d in report["diagnostics"] if d["code"][0] in "YK" and d["severity"] != "info"]
    assert wrong == []


def test_yaml_inside_commands_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(
        "# T\n\n## A\n\n```bash\nkubectl apply -f - <<EOF\napiVersion: v1\nkind: Pod\nmetadata:\n  nam: x\nEOF\n```\n\n## B\n\nText\n"
    )
    assert run(str(notes)) == 1
    assert ":10:3: K_FIELD error" in capsys.readouterr().out


def test_one_danger_of_many_commands_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("# T\n\n```sh\n" + "".join(f"kubectl drain {name}\n" for name in "abc") + "```\n")
    assert run(str(notes)) == 0
    said = capsys.readouterr().out
    assert said.count("S_DANGER") == 1
    assert "the same in 2 more places" in said


@pytest.mark.parametrize("argv", [["--kubernetes", "9.9"], ["--format", "nonsense"]])
def test_what_cannot_run_exits_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = run(str(NOTES), *argv)
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_versions_decide(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(
        "# T\n\n## A\n\n```yaml\napiVersion: batch/v1beta1\nkind: CronJob\nmetadata:\n  name: x\n```\n\n## B\n\nText\n"
    )
    run(str(notes), "--kubernetes", "1.31,1.37")
    assert "removed in Kubernetes 1.25" in capsys.readouterr().out


# --- What a project says reaches every check

DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.harbour.example}
spec:
  group: harbour.example
  names: {plural: lamps, singular: lamp, kind: Lamp, shortNames: [lm]}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {watts: {type: integer}}}}}}
"""
CALLS = "```sh\nkubectl delete lamps red\nkubectl get lm\nkubectl delete lamp/red\n```\n"


@pytest.mark.parametrize(
    "given", [f"```yaml\n{DEFINITION}```\n", f"```sh\nkubectl apply -f - <<'END'\n{DEFINITION}END\n```\n"]
)
def test_types_that_the_notes_define_are_known_to_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(f"# T\n\n{given}\n{CALLS}", "utf-8")
    check.check_snippets(["--notes", str(notes), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["diagnostics"] == []


def test_types_of_the_project_reach_the_commands_the_manifests_and_the_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "lamp.yaml").write_text(DEFINITION, "utf-8")
    (tmp_path / "mkdocs.yml").write_text("site_name: T\nextra: {notes: {snippets: {schemas: types}}}\n", "utf-8")
    manifest = "apiVersion: harbour.example/v1\nkind: Lamp\nmetadata: {name: red}\nspec: {wats: 5}\n"
    (tmp_path / "docs" / "notes.md").write_text(f"# T\n\n```yaml\n{manifest}```\n\n{CALLS}", "utf-8")
    config = str(tmp_path / "mkdocs.yml")
    check.check_snippets(["--config", config, "--format", "json"])
    [found] = json.loads(capsys.readouterr().out)["diagnostics"]
    assert found["code"] == "K_FIELD"
    assert export_pages.main([str(tmp_path / "out"), "--config", config]) == 0
    assert "did you mean" in (tmp_path / "out" / "docs" / "index.md").read_text("utf-8")


@pytest.mark.parametrize(("versions", "code"), [("1.25", "S_VERSION"), ("1.37", None)])
def test_the_chosen_versions_reach_the_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], versions: str, code: str | None
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(
        f'site_name: T\nextra: {{notes: {{snippets: {{kubernetes: ["{versions}"]}}}}}}\n', "utf-8"
    )
    (tmp_path / "docs" / "notes.md").write_text("# T\n\n```sh\nkubectl events\n```\n", "utf-8")
    check.check_snippets(["--config", str(tmp_path / "mkdocs.yml"), "--format", "json"])
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [diagnostic["code"] for diagnostic in found] == ([code] if code else [])


def test_commands_of_other_programs_are_skipped_and_the_list_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "n.md"
    notes.write_text("# T\n\n```sh\ndocker rum x\nkubectl neat get pod\nkubectl get pods\n```\n", "utf-8")
    assert run(str(notes), "--list") == 0
    listed = capsys.readouterr().out
    assert "Checked against kubectl 1.37; no grammar for docker; neat is no command of kubectl itself" in listed


SCALED = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a}
spec: {maxReplicas: 3, scaleTargetRef: {kind: Jobb, name: a}}
"""


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(
            "apiVersion: storage.k8s.org/v1\nkind: StorageClass\nmetadata: {name: a}\n", id="a kind of another group"
        ),
        pytest.param("kind: Job\nmetadata: {name: a}\nspec: {watts: 5, colour: red}\n", id="a kind alone"),
        pytest.param(SCALED, id="a reference"),
    ],
)
def test_kinds_that_the_notes_define_are_no_misspelt_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], use: str
) -> None:
    kinds = (("Job", "harbour.example"), ("Jobb", "harbour.example"), ("StorageClass", "storage.k8s.org"))
    defined = [
        DEFINITION.replace("kind: Lamp", f"kind: {kind}").replace("harbour.example", group) for kind, group in kinds
    ]
    notes = tmp_path / "notes.md"

    def found(*blocks: str) -> list[str]:
        notes.write_text("# T\n\n" + "".join(f"```yaml\n{block}```\n\n" for block in blocks), "utf-8")
        check.check_snippets(["--notes", str(notes), "--format", "json"])
        return [d["code"] for d in json.loads(capsys.readouterr().out)["diagnostics"] if d["severity"] != "info"]

    assert found(*defined, use) == []
    assert found(use) != []


@pytest.mark.parametrize(
    "spec", ["[]", "{names: x}", "{names: {kind: A}, group: b.c, versions: [1, {name: v1, schema: 2}]}"]
)
def test_a_definition_that_is_none_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], spec: str) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(f"# T\n\n```yaml\n{DEFINITION.partition('spec:')[0]}spec: {spec}\n```\n", "utf-8")
    check.check_snippets(["--notes", str(notes)])
    assert "Traceback" not in capsys.readouterr().err
