"""Scalars are read as kubectl reads them, with either loader."""

from __future__ import annotations

import math

import pytest
import yaml
from yaml.nodes import ScalarNode

from notesite.snippets.yaml.scalars import resolve

CASES = {
    "y": ("boolean", True),
    "No": ("boolean", False),
    "ON": ("boolean", True),
    "off": ("boolean", False),
    "true": ("boolean", True),
    "yEs": ("string", "yEs"),
    "~": ("null", None),
    "null": ("null", None),
    "nil": ("string", "nil"),
    "0777": ("integer", 511),
    "0o17": ("integer", 15),
    "010": ("integer", 8),
    "08": ("integer", 8),
    "0x1F": ("integer", 31),
    "0b11": ("integer", 3),
    "-12": ("integer", -12),
    "1_000": ("integer", 1000),
    "1e3": ("integer", 1000),
    "1.0": ("integer", 1),
    "1.5": ("number", 1.5),
    ".inf": ("number", math.inf),
    "1:30": ("string", "1:30"),
    "2020-01-01": ("string", "2020-01-01"),
    "=": ("string", "="),
    "500m": ("string", "500m"),
    '"8080"': ("string", "8080"),
    "'yes'": ("string", "yes"),
    "!!str 5": ("string", "5"),
    "!!str yes": ("string", "yes"),
    '!!int "5"': ("integer", 5),
    '!!float ""': ("number", None),
    "_1": ("string", "_1"),
    "0b_": ("string", "0b_"),
}


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
@pytest.mark.parametrize("text", CASES)
def test_a_scalar_is_what_kubectl_makes_of_it(text: str, loader: type[yaml.SafeLoader]) -> None:
    node = yaml.compose(f"key: {text}\n", Loader=loader)
    assert node is not None
    scalar = node.value[0][1]
    assert isinstance(scalar, ScalarNode)
    assert resolve(scalar) == CASES[text]


def test_a_huge_number_is_only_text() -> None:
    node = yaml.compose("9" * 5000, Loader=yaml.CSafeLoader)
    assert isinstance(node, ScalarNode)
    assert resolve(node)[0] == "string"
