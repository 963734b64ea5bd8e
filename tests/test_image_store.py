"""The folder of mirrored images: kills, crowds, damage, full and read-only disks."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mirror_child as child
import pytest
from patience import LONGEST

from notesite.images.mirror import Options, Outcome, mirror
from notesite.images.store import NAME, ImageStore, local_picture, lock_text
from notesite.images.uses import Mode
from notesite.net.response import Fault, Response

CHILD = Path(child.__file__)
COUNT = 2


def run(store: ImageStore, count: int = COUNT, mode: Mode = Mode.AUTO) -> Outcome:
    """Mirror the first pictures."""
    stems = {child.url(n): f"picture-{n}" for n in range(count)}
    chosen = Options(mode, store.folder, today="2026-01-01", stems=stems)
    return mirror(chosen, store, None if mode is Mode.FROZEN else child.fetch)


def start(folder: Path, *arguments: int) -> subprocess.Popen[str]:
    """The same in a process of its own."""
    command = [sys.executable, str(CHILD), str(folder), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def verify(store: ImageStore) -> int:
    """The number of entries, each of which must be whole."""
    lock = store.lock()
    for url, entry in lock.items():
        number = int(url.rsplit("/", 1)[1][:-4])
        assert store.content(entry.file, entry.sha256) == child.content(number)
    return len(lock)


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    store = ImageStore(tmp_path / "images", patience=0.2)
    assert not run(store).faults
    return store


def entry_file(store: ImageStore, number: int) -> Path:
    return store.folder / store.lock()[child.url(number)].file


def calls_of_a_run() -> int:
    """File-system calls of a run on an empty folder."""
    import tempfile  # noqa: PLC0415  # collected before there is a tmp_path

    with tempfile.TemporaryDirectory() as folder:
        output, _ = start(Path(folder) / "0" / "images", 0, COUNT).communicate()
    return int(output.split()[0])


@pytest.mark.promise("A kill at any call leaves a usable mirror.")
def test_a_kill_at_any_call_leaves_a_usable_store_and_no_litter(tmp_path: Path) -> None:
    total = calls_of_a_run()
    assert total > 10 * COUNT
    output, _ = start(tmp_path, 0, COUNT, total).communicate()
    assert output.split() == [str(total)]
    for number in range(1, total + 1):
        store = ImageStore(tmp_path / f"{number}" / "images")
        verify(store)
        outcome = run(store)
        assert not outcome.faults
        store.tidy()
        assert verify(store) == COUNT
        assert not list(store.folder.glob(".tmp-*"))


def test_six_processes_at_once_lose_no_entry(tmp_path: Path) -> None:
    processes = [start(tmp_path / "images", 8 * number, 12) for number in range(6)]
    for process in processes:
        output, _ = process.communicate(timeout=LONGEST)
        assert process.returncode == 0, output
    assert verify(ImageStore(tmp_path / "images")) == 8 * 5 + 12


def test_locked_and_present_means_no_fetch(store: ImageStore) -> None:
    def must_remain_unused(*_: object) -> Any:
        raise AssertionError("fetched")

    chosen = Options(Mode.AUTO, store.folder, stems={child.url(n): "x" for n in range(COUNT)})
    outcome = mirror(chosen, store, must_remain_unused)
    assert len(outcome.entries) == COUNT
    assert not outcome.faults


@pytest.mark.parametrize(("mode", "asked"), [(Mode.AUTO, [1, 2]), (Mode.REFRESH, [0, 1, 2])])
def test_each_mode_asks_for_no_more_than_it_may(store: ImageStore, mode: Mode, asked: list[int]) -> None:
    entry_file(store, 1).unlink()
    urls = [child.url(n) for n in range(3)]  # whole, damaged, not mirrored yet
    found: list[str] = []

    def fetch(url: str, headers: Mapping[str, str], deadline: float) -> Response:
        found.append(url)
        return child.fetch(url, headers, deadline)

    chosen = Options(mode, store.folder, stems=dict.fromkeys(urls, "x"))
    frozen = mirror(chosen, store, None).faults
    assert {url: fault.code for url, fault in frozen.items()} == {urls[1]: "E_MIRROR", urls[2]: "E_UNLOCKED"}
    assert mirror(chosen, store, fetch).faults == {}
    assert sorted(found) == [urls[n] for n in asked]


@pytest.mark.parametrize("place", [0, 9, 20, 40, -1])
def test_a_flipped_byte_is_found_and_repaired(store: ImageStore, place: int) -> None:
    path = entry_file(store, 1)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    frozen = run(store, mode=Mode.FROZEN)
    assert frozen.faults[child.url(1)].code == "E_MIRROR"
    assert child.url(1) not in frozen.entries
    assert len(frozen.entries) == COUNT - 1
    assert run(store).healed == [child.url(1)]
    assert verify(store) == COUNT


def test_swapped_files_are_found(store: ImageStore) -> None:
    one, two = entry_file(store, 0), entry_file(store, 1)
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)
    assert {fault.code for fault in run(store, mode=Mode.FROZEN).faults.values()} == {"E_MIRROR"}
    assert not run(store).faults
    assert verify(store) == COUNT


def test_a_link_in_the_store_is_refused_and_its_target_stays(store: ImageStore, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    path = entry_file(store, 0)
    target.write_bytes(path.read_bytes())  # even the right bytes are refused through a link
    path.unlink()
    path.symlink_to(target)
    assert "symbolic link" in run(store, mode=Mode.FROZEN).faults[child.url(0)].message
    run(store)
    assert not path.is_symlink()
    assert target.read_bytes() == child.content(0)


def test_a_folder_or_a_pipe_in_the_place_of_a_file_is_refused(store: ImageStore) -> None:
    folder, pipe = entry_file(store, 0), entry_file(store, 1)
    folder.unlink()
    folder.mkdir()
    pipe.unlink()
    os.mkfifo(pipe)
    assert {fault.code for fault in run(store, mode=Mode.FROZEN).faults.values()} == {"E_MIRROR"}


def test_a_store_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "images").symlink_to(tmp_path / "outside")
    outcome = run(ImageStore(tmp_path / "images"))
    assert {fault.code for fault in outcome.faults.values()} == {"E_PATH"}
    assert not list((tmp_path / "outside").iterdir())


def test_a_lock_that_is_a_link_is_refused(store: ImageStore, tmp_path: Path) -> None:
    shutil.move(store.lock_path, tmp_path / "elsewhere")
    store.lock_path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Fault, match="E_LOCK"):
        store.lock()


def test_a_missing_lock_is_rebuilt(store: ImageStore) -> None:
    before = store.lock_path.read_bytes()
    store.lock_path.unlink()
    assert {fault.code for fault in run(store, mode=Mode.FROZEN).faults.values()} == {"E_UNLOCKED"}
    assert not run(store).faults
    assert store.lock_path.read_bytes() == before


def test_a_damaged_lock_is_never_overwritten(store: ImageStore) -> None:
    store.lock_path.write_bytes(store.lock_path.read_bytes()[:-5])
    damaged = store.lock_path.read_bytes()
    with pytest.raises(Fault, match="E_LOCK"):
        run(store, COUNT + 1)
    with pytest.raises(Fault, match="E_LOCK"):
        store.prune([])
    assert store.lock_path.read_bytes() == damaged


def test_another_run_that_writes_is_waited_for_and_then_named(store: ImageStore) -> None:
    handle = os.open(store.folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert run(store, COUNT + 1).faults[child.url(COUNT)].code == "E_BUSY"
    threading.Timer(0.05, os.close, [handle]).start()
    store.patience = 5
    assert not run(store, COUNT + 1).faults


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_keeps_what_was_there(store: ImageStore, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = {path.name: path.read_bytes() for path in store.folder.iterdir()}
    with monkeypatch.context() as patched:
        if step == "replace":
            patched.setattr(Path, "replace", full)
        elif step == "fsync":
            patched.setattr(os, "fsync", full)
        else:
            patched.setattr("notesite.lib.files._new_held", full)
        outcome = run(store, COUNT + 2)
    faults = list(outcome.faults.values())
    assert [fault.code for fault in faults] == ["E_IO", "E_IO"]
    assert "no space left" in faults[0].message
    assert {path.name: path.read_bytes() for path in store.folder.iterdir()} == before
    assert not run(store, COUNT + 2).faults


def test_a_read_only_store_is_a_fault_and_not_a_crash(store: ImageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("notesite.lib.files._new_held", refused)
    outcome = run(store, COUNT + 1)
    assert outcome.faults[child.url(COUNT)].code == "E_IO"
    assert len(outcome.entries) == COUNT


def test_a_file_in_the_place_of_the_folder_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("not a folder")
    with pytest.raises(Fault, match="E_IO"):
        run(ImageStore(tmp_path / "images"))


def test_prune_removes_what_is_ours_and_nothing_else(store: ImageStore) -> None:
    run(store, 3)
    mine = store.folder / "holiday-12345678.png"
    mine.write_bytes(b"the author's own")
    (store.folder / "README.md").write_text("notes")
    gone = entry_file(store, 2)
    assert store.orphans([child.url(0), child.url(1)]) == [child.url(2)]
    assert store.prune([child.url(0), child.url(1)]) == [gone.name]
    assert not gone.exists()
    assert mine.exists()
    assert verify(store) == 2
    assert store.prune([child.url(0), child.url(1)]) == []


def test_the_lock_is_the_same_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    texts = set()
    for name in "abc":
        store = ImageStore(tmp_path / name)
        run(store, 12)
        texts.add(store.lock_path.read_text())
        assert lock_text(store.lock().values()) == store.lock_path.read_text()
    assert len(texts) == 1
    assert NAME == "images.lock"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("missing.png", "E_MISSING"),
        ("../outside.png", "E_PATH"),
        ("../../../../etc/hostname", "E_PATH"),
        ("sub/../../outside.png", "E_PATH"),
        ("link.png", "E_PATH"),
        ("linked/outside.png", "E_PATH"),
        (".", "E_MISSING"),
        ("big.png", "E_SIZE"),
        ("loop.png", "E_MISSING"),
    ],
)
def test_a_picture_beside_the_notes_stays_within_the_project(tmp_path: Path, path: str, code: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "outside.png").write_bytes(b"secret")
    (project / "link.png").symlink_to(tmp_path / "outside.png")
    (project / "linked").symlink_to(tmp_path)
    (project / "loop.png").symlink_to(project / "loop.png")
    (project / "big.png").write_bytes(bytes(2000))
    with pytest.raises(Fault) as caught:
        local_picture(path, project, project, 1000)
    assert caught.value.code == code


def test_a_link_within_the_project_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(b"picture")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/alias.png").symlink_to(tmp_path / "real.png")
    for path in ("alias.png", "../real.png", "/real.png"):
        assert local_picture(path, tmp_path / "docs", tmp_path, 100)[1] == b"picture"
