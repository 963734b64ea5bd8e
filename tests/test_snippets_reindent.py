"""A line at the wrong indentation is blamed itself, not the neighbour that a parser or a schema stumbles over."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from kubernetes_samples import manifests

from notesite.diagnostics.diagnostic import Severity
from notesite.notes.reader import parse
from notesite.snippets.kubernetes import judge
from notesite.snippets.yaml import indentation
from notesite.snippets.yaml.check_yaml import check

HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: nginx\n"


def found(text: str) -> list[str]:
    """Line of the block, code and message of every finding that is no information."""
    notes = parse(f"```yaml\n{text}```\n")
    _, report = check(notes.fences, judge=judge, lines=notes.lines)
    return [
        f"{d.span.start.line - 1}:{d.span.start.column} {d.code} {d.message}"
        for d in report.diagnostics
        if d.severity is not Severity.INFO
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (  # the parser stumbles over the next line
            f"{HEAD}    ports:\n      - name: http\n      containerPort: 80\n    env:\n    - name: A\n      value: b\n",
            "10:9 Y_SYNTAX `name` is indented by 6 spaces; with 4 the block is right",
        ),
        (  # the schema does not know the next field
            f"{HEAD}    resources:\n        limits:\n        cpu: 100m\n",
            "10:9 K_INDENT `limits` is indented by 8 spaces; with 6 the block is right",
        ),
        (  # a whole template has become a label; two faults, one cause
            (
                "apiVersion: v1\nkind: ReplicationController\nmetadata:\n  name: web\nspec:\n  selector:\n    app: web\n"
                "    template:\n    metadata:\n      labels:\n        app: web\n    spec:\n      containers:\n"
                "      - name: web\n        image: nginx\n"
            ),
            "8:5 K_INDENT `template` is indented by 4 spaces; with 2 the block is right",
        ),
        (  # keys that stand twice, since the one above them is too deep
            f"{HEAD}    resources:\n      requests:\n        cpu: 1\n        limits:\n        cpu: 2\n",
            "12:9 K_INDENT `limits` is indented by 8 spaces; with 6 the block is right",
        ),
        (  # at the edge, below a comment, another example would begin
            f"{HEAD}  # first\n  initContainers:\n    - name: a\n      image: b\n      command: 'wait'\n",
            '13:16 K_TYPE Container.command must be a list, got a string "wait"',
        ),
    ],
)
def test_the_line_that_was_moved_is_blamed(text: str, expected: str) -> None:
    assert expected in found(text)
    assert len(found(text)) == 1


def test_a_finding_that_has_another_cause_stays() -> None:
    text = f"{HEAD}    ports:\n      - name: http\n      containerPort: 80\n    env:\n    - name: A\n      value: b\n"
    assert [line.split(" ")[1] for line in found(text.replace("image: nginx", "image: 'a b'"))] == ["Y_SYNTAX"]
    mended = text.replace("      - name: http", "    - name: http").replace("image: nginx", "image: 'a b'")
    assert [line.split(" ")[1] for line in found(mended)] == ["K_IMAGE"]
    both = f"{HEAD}    resources:\n        limits:\n        cpu: 100m\n".replace("image: nginx", "image: 'a b'")
    assert [line.split(" ")[1] for line in found(both)] == ["K_IMAGE", "K_INDENT"]


def test_a_slip_of_the_pen_is_no_wrong_indentation() -> None:
    (only,) = found(f"{HEAD}    imagePullPolcy: Always\n")
    assert 'did you mean "imagePullPolicy"?' in only


def test_a_block_that_no_move_mends_keeps_its_findings() -> None:
    assert found(f"{HEAD}    wrong: 1\n") == ['9:5 K_FIELD unknown field "wrong" in Container']


@pytest.mark.parametrize("size", [2, -2])
def test_mistakes_of_indentation_are_found_on_their_line(size: int) -> None:
    count: Counter[str] = Counter()
    for part in manifests():
        rows = part.text.split("\n")
        for index, row in enumerate(rows):
            if not re.match(r" +(?:- )?[A-Za-z]+:", row) or found("\n".join(rows)):
                continue
            moved = " " * size + row if size > 0 else row[-size:]
            reported = found("\n".join((*rows[:index], moved, *rows[index + 1 :])))
            if reported:
                count["found"] += 1
                count["on its line"] += any(line.startswith(f"{index + 1}:") for line in reported)
    assert count["found"] > 100
    assert count["on its line"] / count["found"] >= 0.95, count


def test_the_search_ends_soon() -> None:
    asked = 0

    def never(text: str) -> bool:
        nonlocal asked
        asked += 1
        return not text

    deep = "".join(f"{' ' * depth}k{depth}:\n" for depth in range(60)) + "  - a\n" * 200
    assert indentation.move(deep, 60, never) is None
    assert 0 < asked <= 48
    assert indentation.move("a: b\n" * 5_000, 60, never) is None
    assert asked <= 48


def test_many_broken_blocks_are_judged_in_bounded_time() -> None:
    block = f"```yaml\n{HEAD}    resources:\n        limits:\n        cpu: 100m\n```\n\n"
    notes = parse(block * 400)
    _, report = check(notes.fences, judge=judge, lines=notes.lines)
    assert len({d.span.start.line for d in report.diagnostics}) == 400
