"""`extra.notes` of mkdocs.yml: every field, every kind of mistake, with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cases_io import Case, read_cases
from notesite.diagnostics.diagnostic import NotesError, Severity
from notesite.project.config import open_project
from notesite.project.settings import PageSettings, Settings, as_diagnostics, place, read


@pytest.mark.parametrize("case", read_cases("settings/problems.txt"), ids=str)
def test_problems(case: Case) -> None:
    raw = yaml.safe_load(case.input)["extra"]["notes"]
    found = as_diagnostics(read(raw)[1], case.input, "mkdocs.yml")
    assert "".join(f"{d.span.start} {d.code} {d.message}\n" for d in found) == case.expected


def test_no_settings_are_the_defaults() -> None:
    assert read(None) == read({}) == (Settings(), [])


def test_everything_can_be_set() -> None:
    raw = {
        "source": "../README.md",
        "split_level": 2,
        "pages": {"Pod": {"title": "Pods", "slug": "pods", "description": "d", "icon": "i"}, "job": None},
        "redirects": {"old": "pod#x"},
        "rules": {"N_TOC": "error", "N_SPLIT": False, "N_ORDER": "off"},
        "baseline": "b.json",
    }
    settings, problems = read(raw)
    assert problems == []
    assert settings.source == "../README.md"
    assert settings.split_level == 2
    assert settings.pages == {"Pod": PageSettings("Pods", "pods", "d", "i"), "job": PageSettings()}
    assert settings.redirects == {"old": "pod#x"}
    assert settings.severities == {"N_TOC": Severity.ERROR, "N_SPLIT": None, "N_ORDER": None}
    assert settings.baseline == "b.json"


def every_field(cls: Any, keys: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    hints = cls.__annotations__
    for name in cls._fields:
        found.append((*keys, name))
        if hasattr(hints[name], "_fields"):
            found += every_field(hints[name], (*keys, name))
    return found


@pytest.mark.parametrize("keys", every_field(Settings), ids=".".join)
def test_a_value_of_the_wrong_type_is_refused_in_every_field(keys: tuple[str, ...]) -> None:
    raw: Any = object()
    for key in reversed(keys):
        raw = {key: raw}
    settings, problems = read(raw)
    assert [problem.keys for problem in problems] == [keys]
    assert settings == Settings()


@pytest.mark.parametrize("keys", every_field(Settings), ids=".".join)
def test_a_slip_of_the_pen_names_the_field(keys: tuple[str, ...]) -> None:
    raw: Any = 1
    for key in reversed((*keys[:-1], keys[-1] + "x")):
        raw = {key: raw}
    (problem,) = read(raw)[1]
    assert problem.at_key
    assert f"did you mean {keys[-1]!r}?" in problem.message


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 9) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*Settings._fields, "other"]), VALUES))
def test_no_value_breaks_the_reading(raw: dict[str, Any]) -> None:
    settings, problems = read(raw)
    assert isinstance(settings, Settings)
    assert list(as_diagnostics(problems, "a: 1", "mkdocs.yml")) or not problems


def test_a_place_is_found_in_what_can_be_read() -> None:
    text = "extra:\n  notes:\n    pages: {Pod: {slug: x}}\n"
    assert str(place(text, ("extra", "notes", "pages", "Pod", "slug"), at_key=False).start) == "3:25"
    assert str(place(text, ("extra", "nothing"), at_key=True).start) == "1:1"
    assert str(place("a: [", ("a",), at_key=True).start) == "1:1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("site_name: [", "mkdocs.yml:2:1 "),
        ("- a\n", "a mapping of settings is expected"),
        ("", "a mapping of settings is expected"),
        ("site_name: x\n\tdocs_dir: y\n", "mkdocs.yml:2:1 "),
        ("INHERIT: missing.yml\n", "no such file"),
        ("extra: {notes: {source: 3}}\n", "mkdocs.yml:1:25 extra.notes.source: expected a string, got a number"),
        ("extra: [notes]\ndocs_dir: 7\n", ""),
        ("extra: {notes: {source: \x01}}\n", "mkdocs.yml:1:"),
    ],
)
def test_a_broken_configuration_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mkdocs.yml"
    path.write_text(text, encoding="utf-8")
    try:
        open_project(path)
        said = ""
    except NotesError as error:
        said = "".join(f"{d.path}:{d.span.start} {d.message}" for d in error.diagnostics)
    assert words in said
    assert bool(words) == bool(said)


def test_inherited_settings_are_merged(tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text("site_name: x\nextra: {notes: {split_level: 2, source: a.md}}\n")
    (tmp_path / "mkdocs.yml").write_text("INHERIT: base.yml\nextra: {notes: {source: b.md}}\nx: !ENV [A, b]\n")
    project = open_project(tmp_path / "mkdocs.yml")
    assert (project.settings.source, project.settings.split_level) == ("b.md", 2)
    assert project.config["x"] == "b"
    assert project.shown(project.notes_path) == "docs/b.md"
