"""Every code about YAML and Kubernetes has a wrong and a right example, which the page of codes shows."""

from __future__ import annotations

import pytest
from cases_io import read_cases

from notesite.diagnostics.codes import CODES
from notesite.notes.reader import parse
from notesite.snippets.kubernetes import judge
from notesite.snippets.yaml.check_yaml import check

# Their examples would be too long to print, or hold what no page can show.
WITHOUT = {"Y_CHAR", "Y_DEPTH", "Y_DOCS", "Y_NODES", "Y_NUMBER", "Y_SIZE"}
EXAMPLES = {code: (wrong, right) for code, wrong, right in read_cases("snippets/examples.txt")}


def codes_of(text: str) -> set[str]:
    """The codes that a block gets; its first line may name another label than `yaml`."""
    label = "yaml"
    if text.startswith("label: "):
        first, _, text = text.partition("\n")
        label = first.removeprefix("label: ")
    notes = parse(f"```{label}\n{text}```\n")
    _, report = check(notes.fences, judge=judge, lines=notes.lines)
    return {diagnostic.code for diagnostic in report.diagnostics}


@pytest.mark.parametrize("code", [name for name in CODES if name[:2] in {"Y_", "K_"} and name not in WITHOUT])
def test_the_wrong_example_gets_the_code_and_the_right_one_does_not(code: str) -> None:
    wrong, right = EXAMPLES[code]
    assert code in codes_of(wrong)
    assert code not in codes_of(right)


def test_there_is_no_example_of_a_code_that_is_gone() -> None:
    assert set(EXAMPLES) <= set(CODES)
    assert not set(EXAMPLES) & WITHOUT
