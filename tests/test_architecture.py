"""The layers of ARCHITECTURE.md, walked: who imports whom, who touches files, sockets, terminals, MkDocs."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from site_tools import NOTES, ROOT

from notesite.notes.reader import parse

HOOKS = ROOT / "hooks"
CORE = HOOKS / "notesite"
MODULES = sorted(CORE.rglob("*.py"))
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
HOOK_FILES = sorted(HOOKS.glob("*.py"))

ROW = re.compile(r"^\| `(?P<room>[\w/]+)` \| (?P<modules>[^|]*) \|", re.MULTILINE)


def rooms() -> dict[str, set[str]]:
    """The rooms of ARCHITECTURE.md from the ground up, each with the modules that it names; "" is the core's own."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## Rooms")[2].partition("\n## ")[0]
    return {
        row["room"].removeprefix("notesite"): set(re.findall(r"`(\w+)`", row["modules"])) for row in ROW.finditer(text)
    }


ROOMS = rooms()
# May touch files; ARCHITECTURE.md says what for.
FILES = {"kept", "files", "folders", "light", "store", "custom_types"}


def room(path: Path) -> str:
    """The room of a core module: `snippets/yaml` for `snippets/yaml/syntax.py`, "" for `build.py`."""
    return path.relative_to(CORE).parent.as_posix().removeprefix(".") if path.is_relative_to(CORE) else "-"


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


def test_only_the_plugin_knows_mkdocs_and_logging() -> None:
    wrong = [
        f"{shown(path)} imports {module}"
        for path in [*MODULES, *SCRIPTS]
        if room(path) != "plugin"
        for module in imports(path)
        if module.split(".")[0] in {"mkdocs", "properdocs", "logging", "material"}
    ]
    assert wrong == []


def test_only_net_opens_sockets() -> None:
    network = {"socket", "ssl", "requests", "urllib3", "httpx", "aiohttp", "ftplib"}
    wrong = [
        f"{shown(path)} imports {module}"
        for path in [*MODULES, *HOOK_FILES]
        if room(path) not in {"net", "cli"}
        for module in imports(path)
        if module.split(".")[0] in network or module in {"urllib.request", "http.server"}
    ]
    assert wrong == []


TOUCHING = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rename", "iterdir"}
TOUCHING |= {"mkdtemp", "mkstemp", "rmtree", "copytree", "copyfile", "symlink_to", "chmod", "glob", "rglob"}


def test_only_named_modules_touch_files() -> None:
    pure = [path for path in MODULES if path.stem not in FILES and room(path) not in {"cli", "net", "plugin"}]
    wrong = [f"{shown(path)}:{line} {name}" for path in pure for name, line in calls(path) if name in TOUCHING]
    wrong += [
        f"{shown(path)} imports {module}"
        for path in pure
        for module in imports(path)
        if module.split(".")[0] in {"shutil", "tempfile"}
    ]
    assert wrong == []


def test_only_the_command_line_prints_or_exits() -> None:
    others = [path for path in [*MODULES, *HOOK_FILES] if room(path) != "cli"]
    wrong = [f"{shown(path)}:{line} {name}" for path in others for name, line in calls(path) if name in EXITING] + [
        f"{shown(path)} {name}" for path in others for name in STREAMS if name in path.read_text(encoding="utf-8")
    ]
    assert wrong == []


EXITING = {"print", "exit", "_exit"}
STREAMS = ("sys.stdout", "sys.stderr")


def test_the_hook_is_a_door() -> None:
    assert [path.name for path in HOOK_FILES] == ["notes_site.py"]
    assert len(HOOK_FILES[0].read_text(encoding="utf-8").splitlines()) <= 12


PAGE_NAMES = {heading.text for heading in parse(NOTES.read_text(encoding="utf-8")).headings if heading.level == 3}
# Words before they are names of pages.
PAGE_NAMES -= {"Introduction", "Table of Contents", "Objects", "Architecture"}
# What these modules are about, whoever's notes they read; the table of codes explains their findings.
ABOUT_KUBERNETES = ("snippets/", "diagnostics/")


def test_the_core_knows_no_page_of_these_notes() -> None:
    names = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, sorted(PAGE_NAMES)))})(?![\w-])")
    assert names.search("the Service of")
    wrong = [
        f"{shown(path)}:{node.lineno} {match[0]}"
        for path in MODULES
        if not path.relative_to(CORE).as_posix().startswith(ABOUT_KUBERNETES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (match := names.search(node.value)) and not _is_docstring(path, node)
    ]
    assert wrong == []


def _is_docstring(path: Path, constant: ast.Constant) -> bool:
    for node in ast.walk(tree(path)):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and body[0].value is constant:
            return True
    return False


def test_no_module_is_too_long_to_read() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in [*MODULES, *SCRIPTS]}
    assert [shown(path) for path, length in lengths.items() if length > 400] == []


def test_no_function_is_too_long_to_read() -> None:
    wrong = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in [*MODULES, *SCRIPTS]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert wrong == []


NAMED = re.compile(r"`([\w./-]+(?:\.\w+|/))`")


def test_every_file_that_the_document_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    gone = [name for name in NAMED.findall(text) if not any((base / name).exists() for base in (ROOT, CORE))]
    assert [name for name in gone if "/" in name] == []


def test_the_core_imports_without_mkdocs() -> None:
    assert not any(name == "mkdocs" or name.startswith("mkdocs.") for name in _loaded_by("import notesite.build"))


def test_a_check_starts_without_the_highlighter() -> None:
    assert not {"pygments.lexers", "requests"} & _loaded_by("import notesite.build")


def test_a_check_of_the_blocks_loads_no_more_than_it_needs() -> None:
    """Half of its time is the loading of modules; what makes classes by running their source is slowest."""
    loaded = _loaded_by(
        "import notesite.snippets.blocks, notesite.cli.check, notesite.notes.reader, notesite.snippets.kubernetes"
    )
    heavy = {
        "importlib.resources",
        "shutil",
        "tempfile",
        "difflib",
        "typing",
        "_hashlib",  # OpenSSL
        "notesite.site.plan",
        "notesite.notes.reader.contents",
    }
    assert loaded & heavy == set()
    ours = [HOOKS / f"{name.replace('.', '/')}.py" for name in loaded if name.startswith("notesite.")]
    assert [shown(path) for path in ours if path.is_file() and "dataclasses" in set(imports(path))] == []


def test_manifests_are_judged_without_a_reader_of_notes() -> None:
    loaded = _loaded_by("import notesite.snippets.yaml.documents, notesite.snippets.kubernetes")
    assert not {"comrak", "notesite.notes.model", "notesite.project.settings"} & loaded


def test_a_check_of_a_built_site_loads_nothing_of_the_network() -> None:
    loaded = _loaded_by("import notesite.cli.check_links")
    assert not {"ssl", "requests", "logging", "dataclasses", "difflib"} & loaded


def test_records_are_made_in_one_way() -> None:
    """That of `lib/light.py`, unless a record is generic."""
    wrong = [
        shown(path)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "typing"
        if {"NamedTuple"} <= {alias.name for alias in node.names} and path.stem not in {"light", "schedule"}
    ]
    assert wrong == []


def test_every_lazy_pattern_compiles() -> None:
    found = [
        (path, node)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "lazy"
    ]
    assert found
    for path, node in found:
        module = importlib.import_module(shown(path).removeprefix("hooks/").removesuffix(".py").replace("/", "."))
        code = compile(ast.Expression(node), shown(path), "eval")
        pattern = eval(code, vars(module))  # noqa: S307  # our own source, in its own module
        assert pattern.pattern, shown(path)  # compiles it


def _loaded_by(statement: str) -> set[str]:
    import subprocess  # noqa: PLC0415  # only here

    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(HOOKS)}, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())
