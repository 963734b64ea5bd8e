"""The walk gives the verdict that jsonschema gives, on documents made from the definitions."""

from __future__ import annotations

import random
from typing import Any

import jsonschema
import pytest
import yaml
from kubernetes_samples import SCHEMA

from notesite.snippets.kubernetes.schema.definitions import Shape, Type
from notesite.snippets.kubernetes.schema.walk import Walk

NEWEST = 1 << 12
KINDS = ["v1 Pod", "apps/v1 Deployment", "v1 Service", "batch/v1 CronJob", "networking.k8s.io/v1 Ingress", "v1 Secret"]
TEXTS: dict[str, Any] = {"y": "YQ==", "t": "2026-01-01T00:00:00Z", "Q": "1Gi", "I": 80, "a": {"any": 1}}
PATTERNS = {"y": r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", "Q": r"^[0-9]+(Gi|m)?$"}


def json_schema(type_: Type) -> dict[str, Any]:
    """A type as JSON Schema; definitions become references."""
    kind = type_.kind
    if kind == "@":
        return {"$ref": f"#/$defs/{type_.target}"}
    if kind in "[{" and type_.inner is not None:
        inner = json_schema(type_.inner)
        return {"type": "array", "items": inner} if kind == "[" else {"type": "object", "additionalProperties": inner}
    if kind == "s":
        return {"type": "string", **({"enum": list(type_.enum)} if type_.enum else {})}
    if kind in "il":
        bits = 31 if kind == "i" else 63
        return {"type": "integer", "minimum": -(2**bits), "maximum": 2**bits - 1}
    if kind in "yQ":
        return {"type": ["string"] if kind == "y" else ["string", "number"], "pattern": PATTERNS[kind]}
    names = {"b": "boolean", "n": "number", "t": "string", "o": "object"}
    return {"type": names[kind]} if kind in names else {"type": ["string", "integer"]} if kind == "I" else {}


def definitions() -> dict[str, Any]:
    """All definitions of the newest version as strict JSON Schemas."""
    found = {}
    for number in range(len(SCHEMA.texts)):
        shape = SCHEMA.shape(number)
        fields = {name: json_schema(f.type) for name, f in shape.fields.items() if not f.absent & NEWEST}
        required = [name for name, versions in shape.required if versions & NEWEST]
        found[str(number)] = {
            "type": "object",
            "properties": fields,
            "required": required,
            "additionalProperties": False,
        }
    return found


DEFINITIONS = definitions()


def made(shape: Shape, dice: random.Random, depth: int = 0) -> dict[str, Any]:
    """A valid value of a definition."""
    required = {name for name, versions in shape.required if versions & NEWEST}
    names = sorted(name for name, field in shape.fields.items() if not field.absent & NEWEST)
    wanted = required | set(dice.sample(names, min(len(names), 3 if depth < 5 else 0)))
    return {name: value(shape.fields[name].type, dice, depth + 1) for name in names if name in wanted}


def value(type_: Type, dice: random.Random, depth: int) -> Any:
    """A valid value of a type."""
    kind = type_.kind
    if kind == "@":
        return made(SCHEMA.shape_of(type_), dice, depth)
    if kind == "[" and type_.inner is not None:
        return [value(type_.inner, dice, depth)]
    if kind == "{" and type_.inner is not None:
        return {"key": value(type_.inner, dice, depth)}
    if kind == "s":
        return dice.choice(type_.enum) if type_.enum else dice.choice(["text", "no", "1.5", "08", "2020-01-01", "~"])
    if kind in "il":
        return dice.choice([0, 7, -1])
    return {"b": True, "n": 1.5, "o": {"a": 1}}.get(kind, TEXTS.get(kind))


def spoilt(node: Any, dice: random.Random) -> Any:
    """The value with one place changed: often wrong, sometimes not."""
    if isinstance(node, dict) and node and dice.random() < 0.8:
        key = dice.choice(sorted(node))
        change = dice.random()
        if change < 0.1:
            return {k: v for k, v in node.items() if k != key}
        if change < 0.2:
            return {(k + "x" if k == key else k): v for k, v in node.items()}
        return {k: spoilt(v, dice) if k == key else v for k, v in node.items()}
    if isinstance(node, list) and node and dice.random() < 0.8:
        return [spoilt(node[0], dice), *node[1:]]
    return dice.choice([3, "word", True, 1.5, [], {}, ["a"], {"a": "b"}, 2**40])


class Quoting(yaml.SafeDumper):
    """Every text in quotes, so that the document means what the value is."""


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@pytest.mark.parametrize("kind", KINDS)
def test_the_walk_agrees_with_jsonschema(kind: str) -> None:
    number = SCHEMA.kinds[kind]
    validator = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{number}", "$defs": DEFINITIONS})
    dice = random.Random(kind)  # noqa: S311  # the same documents in every run
    verdicts = []
    for count in range(120):
        document = made(SCHEMA.shape(number), dice)
        if count % 3:
            document = spoilt(document, dice)
        text = yaml.dump(document, Dumper=Quoting)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        assert node is not None
        walk = Walk(SCHEMA, NEWEST)
        walk.root(SCHEMA.shape(number), node)
        faults = [fault.message for fault in walk.faults if "items of" not in fault.message]
        errors = [error.message for error in validator.iter_errors(document)]
        assert bool(faults) == bool(errors), (text, faults, errors)
        verdicts.append(bool(errors))
    assert 10 < sum(verdicts) < 115
