"""Verdicts that are kept from run to run: a report is the same, byte for byte, whatever was kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import pytest
from site_tools import NOTES, environment, write_project

from cases_io import read_cases
from notesite.cli import check, common
from notesite.diagnostics.reporters import FORMATS
from notesite.lib.kept import NO_CACHE, Kept
from notesite.notes.pieces import lines_of
from notesite.notes.reader import outline
from notesite.project.settings import SnippetSettings
from notesite.snippets.blocks import check_blocks
from notesite.snippets.yaml import remembered as remembering
from notesite.snippets.yaml.remembered import Memory, remembered

FILES = {
    "commands/check.txt": "bash",
    "commands/examples.txt": "bash",
    "kubernetes/fragments.txt": "yaml",
    "kubernetes/meaning.txt": "yaml",
    "kubernetes/rules.txt": "yaml",
    "snippets/classify.txt": "",
    "snippets/examples.txt": "yaml",
}
DEFINITION = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Lamp, plural: lamps, singular: lamp}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {watts: {type: integer}}}}
"""
LAMP = "apiVersion: example.org/v1\nkind: Lamp\nmetadata: {name: a}\nwatts: many\n"
# A right manifest, a wrong one, one of nobody knows what, commands that are right, wrong and of no known program.
WORDS = f"""# Lamps

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: web}}
```

```yaml
{LAMP}```

> ```yaml
> apiVersion: v1
> kind: Pod
> metadata: {{name: b, name: c}}
> spec: {{containers: [{{name: a, image: b, env: [{{name: X, valueFrom: {{configMapKeyRef: {{name: web, key: a}}}}}}]}}]}}
> ```

```bash
kubectl get lamps
kubectl get pods --no-such
docker ps
kubectl apply -f - <<EOF
kind: Service
apiVersion: v1
metadata: {{name: d}}
spec: {{ports: [{{port: eighty}}]}}
EOF
```
"""


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where verdicts are kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/notesite/verdicts"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_project(tmp_path / "project", WORDS, extra="extra: {notes: {snippets: {schemas: schemas}}}\n")
    (folder / "schemas").mkdir()
    (folder / "schemas/lamp.yaml").write_text(DEFINITION)
    monkeypatch.chdir(folder)
    return folder


def all_notes() -> Iterator[str]:
    """Notes of all cases, one file of cases a text."""
    yield NOTES.read_text("utf-8")
    yield WORDS
    yield "\n".join(case.input for case in read_cases("snippets/yaml.txt"))
    for name, label in FILES.items():
        cases = [case.input for case in read_cases(name)]
        yield "".join(f"## Part {n}\n\nWords.\n\n~~~~~{label}\n{text}\n~~~~~\n\n" for n, text in enumerate(cases))


def typed(value: object) -> object:
    """The value with the types of all that it is made of."""
    parts = [typed(part) for part in value] if isinstance(value, Sequence) and not isinstance(value, str) else value
    return type(value), parts


@pytest.mark.parametrize("text", tuple(all_notes()), ids=["notes", "words", "yaml", *FILES])
def test_what_is_kept_is_what_was_said(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = text.splitlines(keepends=True)
    half = next(n for n in range(len(lines) // 2, len(lines)) if not lines[n].strip() or lines[n].startswith("#"))
    # As it is; with lines above, which names of lines in messages follow; with a part gone; with a word changed.
    texts = [text, text, f"Words\n\nabove.\n\n{text}", "".join(lines[half:]), text.replace("web", "wob"), text]
    asked = []
    for wanted in (outline(lines_of(text)) for text in texts):
        judged = check_blocks(wanted, SnippetSettings())
        memory = remembered(Path("/notes.md"), "blocks")
        kept = check_blocks(wanted, SnippetSettings(), (), memory)
        assert kept == judged
        assert typed(kept) == typed(judged)
        asked.append(len(memory._used.keys() - memory._known.keys()))
    assert asked[1] == 0 < asked[0]
    assert asked[2] <= asked[0] / 2
    monkeypatch.setattr(remembering, "_code", lambda: "another version")
    memory = remembered(Path("/notes.md"), "blocks")
    check_blocks(outline(lines_of(text)), SnippetSettings(), (), memory)
    assert not memory._known


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """All that a check prints and writes."""
    reports = [option for name in FORMATS for option in ("--report", f"{name}=report.{name}")]
    code = common.guarded(check.check_snippets, [*reports, *arguments])
    written = [Path(f"report.{name}").read_text("utf-8") for name in FORMATS]
    common.guarded(check.check_snippets, ["--list", *arguments])
    return "\n".join([str(code), *written, *capsys.readouterr()])


@pytest.mark.usefixtures("project")
def test_every_report_is_the_same(capsys: pytest.CaptureFixture[str], store: Path) -> None:
    anew = said(capsys, "--no-cache")
    assert not store.exists()
    assert "K_TYPE error" in anew
    assert [said(capsys) for _ in range(3)] == [anew] * 3
    assert len(list(store.iterdir())) == 2  # of the blocks, and of the whole report


@pytest.mark.parametrize("change", ["schema", "version", "setting", "label", "lead"])
def test_what_a_verdict_depends_on_is_looked_at(project: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    notes, arguments = project / "docs/notes.md", []
    before = said(capsys)
    if change == "schema":
        (project / "schemas/lamp.yaml").write_text(DEFINITION.replace("integer", "string"))
    elif change == "version":
        arguments = ["--kubernetes", "1.31"]
    elif change == "setting":
        config = project / "mkdocs.yml"
        config.write_text(config.read_text().replace("schemas: schemas", "languages: [shell]"))
    elif change == "label":
        notes.write_text(WORDS.replace("```bash", "```text"))
    else:
        notes.write_text(WORDS.replace("> ```yaml\n", "> <!-- notes: skip=words -->\n> ```yaml\n"))
    after = said(capsys, *arguments)
    assert after != before
    assert after == said(capsys, *arguments, "--no-cache")


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "folder", "no folder"])
def test_a_damaged_store_is_none(
    project: Path, store: Path, capsys: pytest.CaptureFixture[str], damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew = said(capsys, "--no-cache")
    said(capsys)
    for entry in store.iterdir():
        whole = entry.read_bytes()
        changed = whole.replace(b"invalid", b"valid").replace(b"must be an integer", b"could be an integer")
        assert changed != whole
        if damage == "folder":
            entry.unlink()
            entry.mkdir()
        else:
            entry.write_bytes({"cut": whole[:-40], "empty": b""}.get(damage, changed))
    if damage == "no folder":
        monkeypatch.setenv("XDG_CACHE_HOME", str(project / "mkdocs.yml"))
    assert said(capsys) == anew


@pytest.mark.usefixtures("project")
def test_what_others_can_write_is_not_taken(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    anew = said(capsys, "--no-cache")
    put = Kept.put
    with monkeypatch.context() as forged:
        forged.setattr(Kept, "put", lambda self, key, data: put(self, key, data.replace(b"must be", b"could be")))
        said(capsys)
    assert said(capsys) != anew
    store.chmod(0o777)
    assert said(capsys) == anew


@pytest.mark.parametrize("why", ["setting", "environment"])
def test_nothing_is_kept(
    project: Path, store: Path, capsys: pytest.CaptureFixture[str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if why == "setting":
        config = project / "mkdocs.yml"
        config.write_text(config.read_text().replace("notes: {", "notes: {cache: false, "))
    else:
        monkeypatch.setenv(NO_CACHE, "1")
    assert said(capsys) == said(capsys)
    assert not store.exists()


def test_what_is_not_in_a_file_is_not_kept(store: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", "from notesite.cli import check; check.check_snippets(['-'])"]
    done = subprocess.run(words, cwd=tmp_path, env=environment(), input=WORDS.encode(), capture_output=True, check=True)
    assert b"S_FLAG" in done.stdout
    assert not store.exists()


def test_words_of_the_notes_make_no_verdict(tmp_path: Path) -> None:
    """An entry is a line: what notes say cannot begin another, nor be taken for a place or a kind of value."""
    text = 'a\n0\t["SnippetVerdict"]\u2028\x85["Position", 1, 1]'
    (fence,) = outline(["```bash", "kubectl get pods", "```"]).fences
    (tmp_path / "cache").mkdir()
    for _ in range(2):
        memory = remembered(tmp_path, "")
        assert memory.told(fence, "question", lambda _: (text, frozenset([text]), None)) == (
            text,
            frozenset([text]),
            None,
        )
        memory.keep()
    assert len(memory._known) == 1


@pytest.mark.usefixtures("project")
def test_checks_at_the_same_time(capsys: pytest.CaptureFixture[str]) -> None:
    script = "import sys; from notesite.cli import check; sys.exit(check.check_snippets(['--list', *sys.argv[1:]]))"
    anew = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"], env=environment(), capture_output=True, check=True
    ).stdout
    running = [
        subprocess.Popen([sys.executable, "-c", script], env=environment(), stdout=subprocess.PIPE) for _ in range(6)
    ]
    assert [process.communicate()[0] for process in running] == [anew] * 6
    assert said(capsys) == said(capsys, "--no-cache")


@pytest.mark.usefixtures("project")
def test_a_second_check_loads_nothing_that_judges() -> None:
    script = "import sys; from notesite.cli import check; check.check_snippets([]); print('loaded', *sys.modules)"
    loaded = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment(), stdout=subprocess.PIPE, text=True, check=False
        )
        loaded.append(set(done.stdout.rpartition("loaded ")[2].split()))
    judges = {
        "notesite.snippets.kubernetes.judge",
        "notesite.snippets.shell.check_commands",
        "notesite.snippets.yaml.documents",
    }
    assert judges <= loaded[0]
    others = ("notesite.snippets.kubernetes", "notesite.snippets.blocks", "notesite.snippets.language")
    assert not {name for name in loaded[1] if name in judges or name.startswith(others)}


@pytest.mark.parametrize("name", ["yaml", "comrak", "notesite"])
def test_another_state_of_the_code_judges_anew(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads, what judges, and the tables of what judges: each by its files."""
    shutil.copytree(
        Path(str(import_module(name).__file__)).parent, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc")
    )
    monkeypatch.setattr(remembering if name == "notesite" else import_module(name), "__file__", _in(tmp_path / name))
    code = remembering._code.__wrapped__
    states = {code()}
    for path in (tmp_path / name).rglob("*.[pjt]*"):
        if path.parent.name in (name, "data", "yaml"):
            path.write_bytes(path.read_bytes() + b" ")
            states.add(code())
    assert len(states) > 2


def _in(folder: Path) -> str:
    return str(folder / ("snippets/yaml/remembered.py" if folder.name == "notesite" else "__init__.py"))


def test_without_a_store_nothing_is_read() -> None:
    (fence,) = outline(["```yaml", "a: b", "```"]).fences
    memory = Memory()
    assert memory.told(fence, "question", lambda own: own) is fence
    memory.keep()


@pytest.mark.parametrize("name", ["lib.kept.Kept", "lib.kept.Path", "lib.files.text_of", "os.system"])
def test_nothing_but_values_of_the_package_is_made_of_what_was_kept(name: str) -> None:
    assert remembering._kind("diagnostics.diagnostic.Span")(1, 2) == (1, 2)
    with pytest.raises((TypeError, ImportError)):
        remembering._kind(name)
