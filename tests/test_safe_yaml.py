"""YAML that no loader survives is refused with its place."""

from __future__ import annotations

import pytest
import yaml

from notesite.lib.safe_yaml import load_all

MERGES = "a: &b0 {x: 1}\n" + "".join(f"b{n}: &b{n}\n  <<: [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 9))
LAUGHS = "a: &a0 [x]\n" + "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.promise("No YAML file ends the process or takes for ever.")
@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("[" * 30_000, 1, 121, "levels"),
        ("- " * 30_000, 1, 241, "levels"),
        ('{"a":' * 30_000, 1, 601, "levels"),
        ("a: 1\nb: \0\n", 2, 4, "control"),
        ("a: &a [*a]\n", 1, 4, "alias"),
        ("a: 1\nb: !!timestamp x\n", 2, 4, "read"),
        ("a: 1\nb: 2001-99-99\n", 2, 4, "read"),
        ("a: [1, !!int '']\n", 1, 8, "read"),
        ("a: 0b_\n", 1, 4, "read"),
        (MERGES, 11, 7, "aliases"),
        (LAUGHS, 6, 5, "aliases"),
        ("a: [1\n", 2, 1, "expected"),
        ("a: !!python/object/apply:os.system [x]\n", 1, 4, "constructor"),
    ],
    ids=range(13),
)
def test_hostile_files_are_refused_with_their_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        list(load_all(text))
    mark = caught.value.problem_mark
    assert mark is not None
    assert words in str(caught.value.problem)
    assert (mark.line + 1, mark.column + 1) == (line, column)


def test_honest_files_are_read() -> None:
    text = "a: &a {x: 1}\nb: {<<: *a, y: [2, 3.5, yes, ~]}\n---\n- 2001-01-01\n---\n"
    first, second, third = load_all(text)
    assert first == {"a": {"x": 1}, "b": {"x": 1, "y": [2, 3.5, True, None]}}
    assert [day.isoformat() for day in second] == ["2001-01-01"]
    assert third is None
    deep = "".join("  " * level + "a:\n" for level in range(100)) + "  " * 100 + "1\n"
    assert len(list(load_all(deep))) == 1
