"""The bundled definitions and the hand-written tables agree with each other and with their source's form."""

from __future__ import annotations

import gzip
import json
import zipfile
from importlib import resources
from pathlib import Path

import pytest

import vendor_kubernetes
from notesite.snippets.kubernetes.schema import name_grammars
from notesite.snippets.kubernetes.schema.definitions import Schema, bundled, mask, table

DATA = resources.files("notesite.snippets.kubernetes.schema") / "data"


def test_the_bundle_is_small_and_says_where_it_is_from() -> None:
    data = (DATA / "definitions.json.gz").read_bytes()
    assert len(data) < 84_000
    source = json.loads(gzip.decompress(data))["source"]
    assert source["package"] == "kubernetes-validate"
    assert len(source["sha256"]) == 64
    assert source["licence"] in (DATA / "NOTICE").read_text(encoding="utf-8")


def test_it_holds_thirteen_versions_and_every_definition_unpacks() -> None:
    schema = bundled()
    assert schema.versions == tuple(f"1.{minor}" for minor in range(25, 38))
    for number in range(len(schema.texts)):
        shape = schema.shape(number)
        assert not shape.absent & ~schema.every
        for field in shape.fields.values():
            if field.type.kind == "@":
                assert schema.shape_of(field.type).name


def test_closed_lists_belong_to_fields_that_hold_text() -> None:
    schema = bundled()
    known = {}
    for number in range(len(schema.texts)):
        for field in schema.shape(number).fields.values():
            known[field.type.owner] = field.type
            if field.type.inner is not None:
                known[field.type.inner.owner] = field.type.inner
    enums = table("enums")
    for name in (*enums["fields"], *enums["twins"]):
        assert known[name].kind == "s", name
        assert known[name].enum, name
    assert set(enums["twins"].values()) <= set(enums["fields"])


def test_priors_name_definitions_that_exist() -> None:
    schema = bundled()
    names = {schema.shape(number).short for number in range(len(schema.texts))}
    assert set(table("priors")["priors"]) <= names


def test_removed_kinds_are_gone_when_the_table_says_and_their_successors_are_there() -> None:
    schema = bundled()
    for name, (version, successor) in table("removed")["removed"].items():
        number = schema.kinds.get(name)
        if number is not None:
            present = schema.every & ~schema.shape(number).absent
            assert schema.versions[present.bit_length()] == version, name
        if successor:
            kind = successor if " " in successor else f"{successor} {name.split()[1]}"
            assert not schema.shape(schema.kinds[kind]).absent & 1 << 12, kind
        else:
            assert name.split()[1] in table("removed")["instead"]


def test_sets_of_versions_are_said_in_runs() -> None:
    schema = bundled()
    assert mask("25-37") == schema.every
    assert schema.spoken(mask("25-28,30-30,36-37")) == "1.25-1.28, 1.30, 1.36-1.37"
    assert schema.spoken(0) == ""


def wheel(path: Path) -> Path:
    """A wheel with two tiny versions."""
    name = "io.k8s.api.core.v1."
    text = {"type": ["string", "null"]}
    old = {
        f"{name}Pod": {
            "properties": {"kind": text, "metadata": {"type": "object"}, "spec": {"$ref": f"#/$defs/{name}PodSpec"}},
            "required": ["spec"],
            "x-kubernetes-group-version-kind": [{"group": "", "kind": "Pod", "version": "v1"}],
        },
        f"{name}PodSpec": {"properties": {"old": {"type": "integer", "format": "int32"}, "both": text}},
    }
    new = json.loads(json.dumps(old))
    del new[f"{name}PodSpec"]["properties"]["old"]
    new[f"{name}PodSpec"]["properties"]["items"] = {
        "type": ["array", "null"],
        "items": {"$ref": "#/$defs/io.k8s.apimachinery.pkg.api.resource.Quantity"},
        "x-kubernetes-list-map-keys": ["name"],
    }
    made = path / "kubernetes_validate-9.9-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for minor, definitions in ((25, old), (26, new)):
            member = f"kubernetes_validate/kubernetes-json-schema/v1.{minor}.0-local/_definitions.json"
            archive.writestr(member, json.dumps({"$defs": definitions}))
    return made


def test_the_vendor_script_merges_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "definitions.json.gz"
    assert vendor_kubernetes.main([str(wheel(tmp_path)), "--output", str(output)]) == 0
    assert "bytes" in capsys.readouterr().out
    bundle = json.loads(gzip.decompress(output.read_bytes()))
    assert bundle["source"]["version"] == "9.9"
    assert bundle["definitions"] == [
        "api.core.v1.Pod;;spec;kind:s metadata:o spec:@1",
        "api.core.v1.PodSpec;;;both:s items:[Q#name~26-26 old:i~25-25",
    ]
    shape = Schema(bundle).shape(1)
    assert shape.fields["old"].absent == 0b10
    assert shape.fields["items"].type.keys == ("name",)
    first = output.read_bytes()
    vendor_kubernetes.main([str(wheel(tmp_path)), "--output", str(output)])
    assert json.loads(gzip.decompress(first))["definitions"] == bundle["definitions"]


@pytest.mark.parametrize(
    ("grammar", "before", "longest"),
    [
        ("label", "", 63),
        ("label_value", "", 63),
        ("qualified_name", "", 63),
        ("qualified_name", "example.com/", 63),
        ("subdomain", "", 253),
        ("port_name", "", 15),
    ],
)
def test_a_name_may_be_as_long_as_its_limit_and_not_longer(grammar: str, before: str, longest: int) -> None:
    assert name_grammars.problem(grammar, before + "a" * longest) is None
    wrong = name_grammars.problem(grammar, before + "a" * (longest + 1))
    assert wrong is not None
    assert str(longest) in wrong[1]
