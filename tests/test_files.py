"""Files and folders: nothing outside is read or written, nothing is half written, nobody waits for a pipe."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import warm
from site_tools import AS_GIVEN, ROOT, environment

from notesite.lib import files, folders
from notesite.lib.files import PathError, read_file, write_atomically, write_inside
from notesite.lib.folders import new_folder_beside, place_folder, remove_folder, replace_folder

HOLDER = """
import sys
from pathlib import Path
from notesite.lib.files import end_on_sigterm
from notesite.lib.folders import new_folder_beside
end_on_sigterm()
print(new_folder_beside(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    (folder / "fine").write_text("fine")
    (folder / "sub").mkdir()
    return folder


# --- reading


@pytest.mark.promise("Nothing outside the project is read, and nobody waits for a pipe or a device.")
def test_what_is_no_file_of_the_project_is_not_read(root: Path) -> None:
    (root / "link").symlink_to("../outside/secret")
    (root / "folder").symlink_to("../outside")
    (root / "loop").symlink_to("loop")
    (root / "dangling").symlink_to("nowhere")
    (root / "device").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe")
    (root / "big").write_bytes(bytes(11))
    inside = ["pipe", "loop", "dangling", "sub", "missing", "fine/below", "big", "a\0b"]
    for name in [
        *inside,
        "link",
        "folder/secret",
        "device",
        "../outside/secret",
        "../outside/missing",
        "/etc/hostname",
    ]:
        with pytest.raises(OSError, match="Errno") as caught:
            read_file(root / name, inside=root, limit=10)
        assert caught.value.filename, name
        assert ("leaves the project" in (caught.value.strerror or "")) == (name not in inside), name


def test_a_link_within_the_project_is_read(root: Path) -> None:
    (root / "sub" / "link").symlink_to("../fine")
    (root.parent / "door").symlink_to("project")
    assert read_file(root / "sub" / "link", inside=root) == b"fine"
    assert read_file(root.parent / "door" / "fine", inside=root.parent / "door") == b"fine"
    with pytest.raises(PathError, match="symbolic link"):
        read_file(root / "sub" / "link", follow=False)


def test_a_file_that_changes_while_it_is_read_is_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fdopen, grown = os.fdopen, ["one", "two"]

    def growing(handle: int, *args: str, **kwargs: bool) -> object:
        if grown:
            (root / "fine").write_text(grown.pop() * 100)
        return fdopen(handle, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "fdopen", growing)
    assert read_file(root / "fine") == b"one" * 100
    grown += ["a", "bb", "ccc", "dddd"]
    with pytest.raises(PathError, match="changes"):
        read_file(root / "fine")


def test_strangers_in_a_folder_are_found_and_never_entered(root: Path) -> None:
    docs = root / "docs"
    (docs / "a").mkdir(parents=True)
    (docs / "b").mkdir()
    (docs / "fine.md").symlink_to("../fine")
    (docs / "good").symlink_to("../sub")
    links = {
        "secret": "../../outside/secret", "far": "../../outside", "world": "/", "self": ".", "up": "..",
        "a/x": "../b", "b/y": "../a", "loop": "loop", "gone": "nowhere", "null": "/dev/null",
    }  # fmt: skip
    for name, target in links.items():
        (docs / name).symlink_to(target)
    os.mkfifo(docs / "pipe")
    found = {path.relative_to(docs).as_posix(): is_folder for path, _, is_folder in files.strangers(docs, root)}
    files_only = {"secret", "loop", "gone", "null", "pipe"}
    assert {name for name, is_folder in found.items() if not is_folder and "up/" not in name} == files_only
    assert {"far", "world", "self", "a/x/y", "b/y/x", "up/docs"} <= {name for name in found if found[name]}
    assert not {"fine.md", "good", "a", "b"} & found.keys()


def test_a_folder_that_links_multiply_is_given_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST", 50)
    for number in range(8):
        (root / str(number)).mkdir()
        for name in "ab" if number else "":
            (root / str(number) / name).symlink_to(f"../{number - 1}")
    assert [(path, is_folder) for path, _, is_folder in files.strangers(root, root)] == [(root, True)]


# --- writing


@pytest.mark.promise("A name given by the notes leaves no folder and replaces no file.")
@pytest.mark.parametrize("name", ["../x", "/tmp/x", "a/../../x", "", ".", "a\0b", "door/x", "taken/x", "hole", "fine"])
def test_data_names_no_file_outside_and_none_that_is_there(root: Path, name: str) -> None:
    (root / "door").symlink_to("../outside")
    (root / "hole").symlink_to("../outside/new")
    (root / "taken").write_text("a file")
    with pytest.raises(OSError, match="Errno"):
        write_inside(root, name, b"new")
    assert (root / "fine").read_text() == "fine"
    assert names(root.parent / "outside") == ["secret"]


def test_data_names_new_files_in_new_folders(root: Path) -> None:
    write_inside(root, "sub/deep/er/file", b"one")
    assert (root / "sub/deep/er/file").read_bytes() == b"one"
    write_inside(root, "sub/deep/er/file", b"two", replace=True)
    (root / "hole").symlink_to("../outside/secret")
    write_inside(root, "hole", b"three", replace=True)
    assert (root.parent / "outside" / "secret").read_text() == "secret"


def test_a_full_disk_leaves_the_old_file_and_its_name_in_the_error(root: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path; from notesite.lib.files import write_atomically\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: write_atomically(Path(sys.argv[1]), bytes(100))\n"
        "except OSError as error: print(error.filename, error.strerror)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, root / "fine"], env=environment(), capture_output=True, text=True, check=True
    )
    assert str(root / "fine") in done.stdout
    assert names(root) == ["fine", "sub"]
    assert (root / "fine").read_text() == "fine"


def test_a_file_keeps_its_mode_and_a_link_stays_one(root: Path) -> None:
    (root / "fine").chmod(0o600)
    (root / "link").symlink_to("fine")
    write_atomically(root / "link", b"new")
    assert (root / "link").is_symlink()
    assert (root / "fine").read_text() == "new"
    assert (root / "fine").stat().st_mode & 0o777 == 0o600


def test_a_device_that_is_named_is_written_to_and_not_replaced(root: Path) -> None:
    os.mkfifo(root / "pipe")
    reader = os.open(root / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(root / "pipe", b"words")
    assert os.read(reader, 100) == b"words"
    os.close(reader)
    with pytest.raises(OSError, match="Errno"):  # nobody reads: no wait
        write_atomically(root / "pipe", b"words")


def test_what_a_killed_writer_left_is_removed_and_what_a_living_one_holds_is_not(root: Path) -> None:
    target = root / "fine"
    for held in (True, False):
        handle, path = files._new_held(root, f"{files.TEMPORARY}{files.zlib.crc32(b'fine'):08x}-")  # type: ignore[attr-defined]
        if not held:
            os.close(handle)  # the kernel lets go, as it does when a process dies
        write_atomically(target, b"new")
        assert path.exists() == held
        if held:
            os.close(handle)
            path.unlink()


# --- folders


def test_a_folder_takes_the_place_of_another(root: Path) -> None:
    new = new_folder_beside(root / "sub")
    (new / "file").write_text("new")
    replace_folder(new, root / "sub")
    assert names(root / "sub") == ["file"]
    assert names(root) == ["fine", "sub"]


def test_a_folder_that_nobody_may_write_to_leaves_no_stray(root: Path) -> None:
    target = root / "site"
    (target / "sub").mkdir(parents=True)
    (target / "sub/old.html").write_text("old")
    (target / "sub").chmod(0o555)
    target.chmod(0o555)
    if os.geteuid() == 0:  # whom no mode keeps from writing
        for path in (root, target, target / "sub"):
            os.chown(path, 65534, 65534)
    if (child := os.fork()) == 0:
        try:
            os.chdir(root)
            if os.geteuid() == 0:
                os.seteuid(65534)
            new = new_folder_beside(Path("site"))
            (new / "index.html").write_text("new")
            replace_folder(new, Path("site"))
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert [path.name for path in root.iterdir() if "site" in path.name] == ["site"]
    assert (target / "index.html").read_text() == "new"


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_link_in_the_place_of_the_folder_is_replaced_and_its_target_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr(folders, "_exchange", lambda *_: False)
    (root / "site").symlink_to("../outside")
    replace_folder(new_folder_beside(root / "site"), root / "site")
    assert not (root / "site").is_symlink()
    assert names(root) == ["fine", "site", "sub"]
    assert names(root.parent / "outside") == ["secret"]


def test_nothing_is_placed_over_what_is_there(root: Path) -> None:
    for target in (root, root / "fine"):
        new = new_folder_beside(target)
        with pytest.raises(OSError, match="Errno") as caught:
            place_folder(new, target)
        assert caught.value.filename == str(target)
        remove_folder(new)
    place_folder(new_folder_beside(root / "sub"), root / "sub")
    place_folder(new_folder_beside(root / "more"), root / "more")
    assert names(root) == ["fine", "more", "sub"]


CALLS = 12


@pytest.mark.promise("A kill at any step leaves a whole site, and the next run leaves nothing of it.")
@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_kill_at_any_step_leaves_a_whole_folder(tmp_path: Path, can_exchange: bool) -> None:
    """The process dies before each call that changes names; then the next run mends what there is to mend."""
    killed = 0
    for number in range(1, CALLS + 1):
        target = tmp_path / str(number) / "site"
        target.mkdir(parents=True)
        (target / "page").write_text("old")
        process = os.fork()
        if process == 0:
            _replace_and_die(target, number, can_exchange=can_exchange)
        _, status = os.waitpid(process, 0)
        killed += os.WIFSIGNALED(status)
        whole = (target / "page").exists()
        assert whole or not can_exchange
        remove_folder(new_folder_beside(target))  # the next run, which fails
        assert (target / "page").read_text() in {"old", "new"}
        assert names(target.parent) == ["site"]
    assert 3 <= killed < CALLS


def _replace_and_die(target: Path, number: int, *, can_exchange: bool) -> None:
    calls = 0

    def counted(function: object) -> object:
        def call(*args: object, **kwargs: object) -> object:
            nonlocal calls
            calls += 1
            if calls == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)  # type: ignore[operator]

        return call

    Path.mkdir = counted(Path.mkdir)  # type: ignore[method-assign,assignment]
    Path.rename = counted(Path.rename)  # type: ignore[method-assign,assignment]
    os.rmdir = counted(os.rmdir)  # type: ignore[assignment]
    os.unlink = counted(os.unlink)  # type: ignore[assignment]
    folders._exchange = counted(folders._exchange if can_exchange else lambda *_: False)  # type: ignore[assignment]
    new = new_folder_beside(target)
    (new / "page").write_text("new")
    replace_folder(new, target)
    os._exit(0)


@pytest.mark.promise("What an interrupt or a kill leaves is removed, what a living run holds is not.")
def test_a_living_run_keeps_its_folder_and_a_dead_one_does_not(tmp_path: Path) -> None:
    target = tmp_path / "site"
    for end in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, target], env=environment(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout
        held = Path(process.stdout.readline().strip())
        mine = new_folder_beside(target)
        assert held.exists()
        process.send_signal(end)
        process.communicate()
        assert held.exists() == (end is signal.SIGKILL)
        remove_folder(mine)
        remove_folder(new_folder_beside(target))
        assert names(tmp_path) == []


def test_folders_of_others_with_like_names_stay(tmp_path: Path) -> None:
    for name in (".site.newer", ".site.new", "site.new-1", ".site2.new-1"):
        (tmp_path / name).mkdir()
    before = names(tmp_path)
    remove_folder(new_folder_beside(tmp_path / "site"))
    assert names(tmp_path) == before


# --- repair


@pytest.mark.promise("A repair keeps the mode and the link of its file.")
def test_a_repair_keeps_mode_and_link_and_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_bytes(AS_GIVEN.read_bytes())
    (tmp_path / "real.md").chmod(0o600)
    (tmp_path / "link.md").symlink_to("real.md")

    def repair(name: str) -> subprocess.CompletedProcess[str]:
        return warm.python(ROOT / "scripts/repair_notes.py", name, "--write", cwd=tmp_path, env=environment())

    assert repair("link.md").returncode == 0
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_bytes() != AS_GIVEN.read_bytes()
    assert (tmp_path / "real.md").stat().st_mode & 0o777 == 0o600
    os.mkfifo(tmp_path / "pipe.md")
    for name in ("pipe.md", "gone.md"):
        failed = repair(name)
        assert (failed.returncode, failed.stderr.partition(":")[0]) == (2, name)


# --- one way

FILE_CALLS = {
    *(
        "open",
        "get_data",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "touch",
        "mkdir",
        "makedirs",
        "unlink",
        "remove",
        "replace",
    ),
    *("rmdir", "rename", "renames", "symlink", "symlink_to", "link", "hardlink_to", "chmod", "truncate", "mkfifo"),
    *("copy", "copy2", "copyfile", "copytree", "move", "rmtree", "mkdtemp", "mkstemp", "NamedTemporaryFile", "ZipFile"),
    *("TemporaryFile", "TemporaryDirectory", "fdopen", "FileIO", "savetxt"),
}
OWNERS = {"os", "shutil", "tempfile", "io", "gzip", "zipfile", "codecs", "Path"}
# Calls that only methods of paths have, whatever the path is called; the others are too common as names.
OF_PATHS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir"}
OF_PATHS |= {"get_data", "rename", "symlink_to", "hardlink_to", "chmod"}
MAY = {
    "lib/files": "this is the way",
    "lib/folders": "this is the way",
    "lib/kept": "in the user's own folder, under names that are hashes",
    "lib/light": "files of the package, named by code",
    "images/store": "its own folder: names of its lock, which have one form",
    "images/picture open": "a picture in memory",
    "images/mirror open": "a picture in memory",
    "plugin/events open": "of the object that holds the site's folder",
    "cli/new_site read_text": "what pip has written about this package",
    "cli/common open": "the null device",
    "cli/common fdopen": "the null device",
    "plugin/appearance open": "in the package, or in the user's own folder, under names that are hashes",
    "plugin/appearance mkdir": "in the package, when it is installed",
    "plugin/finish unlink": "in the folder of the new site",
    "plugin/kept_pages open": "a page in the folder of a preview, which MkDocs has made for it",
    "plugin/run unlink": "in the same folder",
    "plugin/run mkdir": "in the same folder",
    "plugin/finish rmtree": "in the folder of the new site",
    "cli/preview mkdir": "in a folder made by lib/folders",
    "cli/bundle_offline TemporaryDirectory": "what the browser forgets, under a name of our own",
    "cli/check_links ZipFile": "the bundle that the user names",
    "output/bundle/archive ZipFile": "an archive in memory",
}


def calls_on_files(path: Path) -> Iterator[str]:
    """`module name` of each call that reads or writes by a path, in a way of its own."""
    module = path.relative_to(ROOT / "hooks").with_suffix("").as_posix().removeprefix("notesite/")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Name) and function.id == "open":
            yield f"{module} open"
        if isinstance(function, ast.Attribute) and function.attr in FILE_CALLS:
            owner = function.value.id if isinstance(function.value, ast.Name) else ""
            if owner in OWNERS or function.attr in OF_PATHS:
                yield f"{module} {function.attr}"


@pytest.mark.promise("There is one way to read and write what data names.")
def test_there_is_one_way_to_files_that_data_names() -> None:
    found = {call for path in sorted((ROOT / "hooks").rglob("*.py")) for call in calls_on_files(path)}
    allowed = {call for call in found if call in MAY or call.partition(" ")[0] in MAY}
    assert found - allowed == set()
    assert {rule for rule in MAY if not any(call == rule or call.startswith(f"{rule} ") for call in allowed)} == set()


@pytest.mark.parametrize(
    "line", ["open(x)", "Path(a).read_text()", "p.unlink()", "os.replace(a, b)", "shutil.copy(a, b)"]
)
def test_another_way_would_be_seen(tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks/x.py").write_text(f"def f():\n    return {line}\n")
    assert list(calls_on_files(tmp_path / "hooks/x.py"))
