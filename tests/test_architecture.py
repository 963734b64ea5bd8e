"""The layers of ARCHITECTURE.md, walked: who imports whom, who touches files, sockets, terminals, MkDocs."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from site_tools import NOTES, ROOT

from notesite.notes.reader import parse

HOOKS = ROOT / "hooks"
CORE = HOOKS / "notesite"
MODULES = sorted(CORE.rglob("*.py"))
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
ADAPTERS = sorted(HOOKS.glob("*.py"))

ROW = re.compile(r"^\| `(?P<room>[\w/]+)` \| (?P<modules>[^|]*) \|", re.MULTILINE)


def rooms() -> dict[str, set[str]]:
    """The rooms of ARCHITECTURE.md from the ground up, each with the modules that it names; "" is the core's own."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## Rooms")[2].partition("\n## ")[0]
    return {
        row["room"].removeprefix("notesite"): set(re.findall(r"`(\w+)`", row["modules"])) for row in ROW.finditer(text)
    }


ROOMS = rooms()
# May touch files; ARCHITECTURE.md says what for.
FILES = {"files", "folders", "data", "config", "store", "stand_ins", "blocks", "export"}


def room(path: Path) -> str:
    """The room of a core module: `snippets/yaml` for `snippets/yaml/syntax.py`, "" for `build.py`."""
    return path.relative_to(CORE).parent.as_posix().removeprefix(".")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, absolute: `notesite.notes.reader.model`, `yaml`."""
    package = path.relative_to(HOOKS).with_suffix("").parts[:-1] if path.is_relative_to(HOOKS) else ()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            yield module
            if not node.module or module in {"notesite", "importlib"}:
                yield from (f"{module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """The name of everything that is called, and its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            owner = getattr(getattr(function, "value", None), "id", "")
            name = "Image.open" if (owner, name) == ("Image", "open") else name  # Pillow's, over bytes in memory
            yield name, node.lineno


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(module: str) -> str:
    """The room of an imported module of ours: the longest folder that its name begins with."""
    path = HOOKS / module.replace(".", "/")
    while not path.is_dir():
        path = path.parent
    return "" if path == CORE else path.relative_to(CORE).as_posix()


def test_the_walk_sees_the_code() -> None:
    assert len(MODULES) > 20
    assert "notesite.notes.model" in set(imports(CORE / "notes" / "reader.py"))
    assert "notesite.render.sanitize" in set(imports(CORE / "build.py"))
    assert room_of("notesite.snippets.yaml.syntax_error") == "snippets/yaml"


def test_the_document_names_every_room_and_module() -> None:
    there: dict[str, set[str]] = {room(path): set() for path in MODULES if path.name == "__init__.py"}
    for path in MODULES:
        if path.name != "__init__.py":
            there[room(path)].add(path.stem)
    assert {name: sorted(modules) for name, modules in there.items() if modules} == {
        name: sorted(modules) for name, modules in ROOMS.items()
    }


def test_no_two_modules_have_one_name() -> None:
    names = [path.stem for path in MODULES if path.name != "__init__.py"]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_imports_go_downwards_only() -> None:
    order = list(ROOMS)
    wrong = [
        f"{shown(path)} imports {module}"
        for path in MODULES
        for module in imports(path)
        if module.startswith("notesite.")
        and module != "notesite.VERSION"
        and room_of(module) in order
        and room(path) in order
        and order.index(room_of(module)) > order.index(room(path))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", [*(p for p in MODULES if room(p) != "plugin"), *SCRIPTS], ids=shown)
def test_only_hooks_know_mkdocs_and_logging(path: Path) -> None:
    assert {module.split(".")[0] for module in imports(path)} & {"mkdocs", "logging", "material"} == set()


@pytest.mark.parametrize("path", [*MODULES, *ADAPTERS], ids=shown)
def test_only_net_opens_sockets(path: Path) -> None:
    network = {"socket", "ssl", "http", "requests", "urllib3", "httpx", "aiohttp", "ftplib"}
    found = {module for module in imports(path) if module.split(".")[0] in network or module == "urllib.request"}
    if path.is_relative_to(CORE) and room(path) in {"net", "cli"}:
        return
    assert found - {"http.client"} == set() or found == {"http"}, found


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.stem not in FILES and room(p) not in {"cli", "net"}], ids=shown
)
def test_only_disk_touches_files(path: Path) -> None:
    touching = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rename", "iterdir"}
    touching |= {"mkdtemp", "mkstemp", "rmtree", "copytree", "copyfile", "symlink_to", "chmod", "glob", "rglob"}
    assert [(name, line) for name, line in calls(path) if name in touching] == []
    assert {"shutil", "tempfile"} & {module.split(".")[0] for module in imports(path)} == set()


@pytest.mark.parametrize("path", [p for p in [*MODULES, *ADAPTERS] if "cli" not in p.parts], ids=shown)
def test_only_the_command_line_prints_or_exits(path: Path) -> None:
    assert [(name, line) for name, line in calls(path) if name in {"print", "exit", "_exit"}] == []
    source = path.read_text(encoding="utf-8")
    assert "sys.stdout" not in source
    assert "sys.stderr" not in source


@pytest.mark.parametrize("path", ADAPTERS, ids=shown)
def test_hooks_stay_thin(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 160
    assert "re" not in set(imports(path))


PAGE_NAMES = {heading.text for heading in parse(NOTES.read_text(encoding="utf-8")).headings if heading.level == 3}
# What these modules are about, whoever's notes they read; the table of codes explains their findings.
ABOUT_KUBERNETES = ("snippets/", "diagnostics/codes.py")


@pytest.mark.parametrize(
    "path", [p for p in MODULES if not shown(p).removeprefix("hooks/notesite/").startswith(ABOUT_KUBERNETES)], ids=shown
)
def test_the_core_knows_no_page_of_these_notes(path: Path) -> None:
    telling = [
        name for name in PAGE_NAMES if name not in {"Introduction", "Table of Contents", "Objects", "Architecture"}
    ]
    strings = " ".join(
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_docstring(path, node)
    )
    # "Service" and "Job" are words; as whole quoted names they would be pages.
    found = [name for name in telling if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", strings)]
    assert found == []


def _is_docstring(path: Path, constant: ast.Constant) -> bool:
    for node in ast.walk(tree(path)):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and body[0].value is constant:
            return True
    return False


@pytest.mark.parametrize("path", [p for p in [*MODULES, *ADAPTERS, *SCRIPTS] if p.name != "codes.py"], ids=shown)
def test_no_file_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


def test_the_core_imports_without_mkdocs() -> None:
    assert not any(name == "mkdocs" or name.startswith("mkdocs.") for name in _loaded_by("import notesite.build"))


def test_a_check_starts_without_the_highlighter() -> None:
    assert not {"pygments.lexers", "requests"} & _loaded_by("import notesite.build")


def test_a_check_of_the_blocks_loads_no_more_than_it_needs() -> None:
    """Half of its time is the loading of modules; what makes classes by running their source is slowest."""
    loaded = _loaded_by(
        "import notesite.snippets.blocks, notesite.project.config, notesite.notes.reader, notesite.snippets.kubernetes"
    )
    heavy = {
        "importlib.resources",
        "shutil",
        "tempfile",
        "difflib",
        "notesite.site.plan",
        "notesite.notes.reader.contents",
    }
    assert loaded & heavy == set()
    ours = [HOOKS / f"{name.replace('.', '/')}.py" for name in loaded if name.startswith("notesite.")]
    assert [shown(path) for path in ours if path.is_file() and "dataclasses" in set(imports(path))] == []


LAZY = [
    (shown(path), node)
    for path in MODULES
    for node in ast.walk(tree(path))
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "lazy"
]


@pytest.mark.parametrize(("path", "node"), LAZY, ids=[f"{path}:{node.lineno}" for path, node in LAZY])
def test_every_lazy_pattern_compiles(path: str, node: ast.Call) -> None:
    module = importlib.import_module(path.removeprefix("hooks/").removesuffix(".py").replace("/", "."))
    code = compile(ast.Expression(node), path, "eval")
    pattern = eval(code, vars(module))  # noqa: S307  # our own source, in its own module
    assert pattern.pattern  # compiles it


def _loaded_by(statement: str) -> set[str]:
    import subprocess  # noqa: PLC0415  # only here

    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(HOOKS)}, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())
