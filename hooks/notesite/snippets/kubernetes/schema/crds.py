"""Schemas of custom resources, given by the project: CustomResourceDefinitions or plain JSON schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ....lib.light import Any
from .definitions import Field, Schema, Shape, Type

Kind = tuple[str, str]  # apiVersion and kind
_DEEPEST = 60


def from_definition(resource: Mapping[str, Any]) -> Iterator[tuple[Kind, Mapping[str, Any] | None]]:
    """The kinds of a CustomResourceDefinition with their schemas (v1, or v1beta1 with one schema for all versions)."""
    spec = _mapping(resource.get("spec"))
    kind, group = _mapping(spec.get("names")).get("kind"), spec.get("group")
    if not isinstance(kind, str) or not isinstance(group, str):
        return
    shared = _mapping(spec.get("validation")).get("openAPIV3Schema")
    versions = spec.get("versions")
    for version in versions if isinstance(versions, list) else [{"name": spec.get("version")}]:
        name = _mapping(version).get("name")
        found = _mapping(_mapping(version).get("schema")).get("openAPIV3Schema") or shared
        if isinstance(name, str):
            yield (f"{group}/{name}", kind), found if isinstance(found, Mapping) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def shape(kind: str, json_schema: Mapping[str, Any], schema: Schema) -> Shape:
    """A definition that the walk understands; `apiVersion`, `kind` and `metadata` are added where they lack."""
    found = _shape(kind, json_schema, 0)
    for name, notation in (("apiVersion", "s"), ("kind", "s"), ("metadata", "@")):
        type_ = Type(notation, f"{kind}.{name}", target=schema.named("ObjectMeta")[0])
        found.fields[name] = Field(name, type_, 0, 1.0)
    return found


def _shape(name: str, json_schema: Mapping[str, Any], depth: int) -> Shape:
    found = Shape(name)
    for field, inner in (json_schema.get("properties") or {}).items():
        if isinstance(inner, Mapping):
            found.fields[field] = Field(field, _type(inner, f"{name}.{field}", depth + 1), 0, 1.0)
    found.required = tuple((field, -1) for field in json_schema.get("required") or () if isinstance(field, str))
    extra = json_schema.get("additionalProperties")
    found.any_key = bool(json_schema.get("x-kubernetes-preserve-unknown-fields")) or bool(extra)
    found.values = _type(extra, f"{name}.*", depth + 1) if isinstance(extra, Mapping) else None
    return found


def _type(json_schema: Mapping[str, Any], owner: str, depth: int) -> Type:  # noqa: PLR0911  # one return for each kind of type
    if depth > _DEEPEST or "$ref" in json_schema:
        return Type("a", owner)
    if json_schema.get("x-kubernetes-int-or-string") or json_schema.get("format") == "int-or-string":
        return Type("I", owner)
    kinds = json_schema.get("type")
    if isinstance(kinds, list):
        named = [kind for kind in kinds if kind != "null"]
        kinds = named[0] if len(named) == 1 else None
    form = str(json_schema.get("format", ""))
    if kinds == "object" and json_schema.get("properties"):
        found = Type("@", owner)
        found.shape = _shape(owner, json_schema, depth)
        found.shape.short = owner  # "Widget.spec", not "spec"
        return found
    if kinds == "object":
        extra = json_schema.get("additionalProperties")
        if isinstance(extra, Mapping) and not json_schema.get("x-kubernetes-preserve-unknown-fields"):
            return Type("{", owner, _type(extra, owner + "{}", depth + 1))
        return Type("o", owner)
    if kinds == "array":
        items = json_schema.get("items")
        inner = _type(items, owner + "[]", depth + 1) if isinstance(items, Mapping) else Type("a", owner)
        return Type("[", owner, inner, keys=json_schema.get("x-kubernetes-list-map-keys") or ())
    if kinds == "string":
        enum = json_schema.get("enum") or ()
        is_closed = all(isinstance(value, str) for value in enum)
        return Type({"byte": "y", "date-time": "t"}.get(form, "s"), owner, enum=enum if is_closed else ())
    if kinds in ("integer", "number"):
        found = Type("n" if kinds == "number" else "i" if form == "int32" else "l", owner)
        limits = map(json_schema.get, ("minimum", "maximum"))
        found.minimum, found.maximum = (float(limit) if isinstance(limit, int | float) else None for limit in limits)
        return found
    return Type("b", owner) if kinds == "boolean" else Type("a", owner)
