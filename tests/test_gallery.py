"""From notes to pictures on pages, and the script: with a real server on loopback, and with no network at all."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pictures
import pytest
from fault_server import FaultServer
from patience import LONGEST, child, wait_until

from notesite.cli import mirror_images
from notesite.diagnostics.diagnostic import CODES, Severity
from notesite.images.gallery import BUILD_PATIENCE, NOTE_DRAWN, NOTE_MISSING, Gallery, gallery, options, run
from notesite.images.mirror import Hosts, Options
from notesite.images.store import ImageStore
from notesite.images.uses import Mode
from notesite.net.response import Fault, Response
from notesite.notes.reader import parse
from notesite.project.config import Project
from notesite.project.settings import ImageSettings, Settings

SCRIPT = Path(__file__).parent.parent / "scripts" / "mirror_images.py"
PICTURES = {
    "https://h.example/a.png": pictures.png(30, 20),
    "https://h.example/b.jpg": pictures.raster("JPEG", 64, 48),
    "https://h.example/c.svg": pictures.svg(),
    "https://h.example/d.gif": pictures.raster("GIF", 10, 10, frames=3),
    "https://h.example/e.webp": pictures.raster("WEBP", 12, 34),
}
NOTES = """# Notes

## Pod

![Image](https://h.example/a.png "A title")

Two [![Photo of a node room](https://h.example/b.jpg)](https://h.example/) and <img src="//h.example/c.svg" alt="">.

| table |
| --- |
| ![Drawing of two Pods][ref] |

[ref]: https://h.example/d.gif

<picture><source srcset="https://h.example/e.webp 2x"><img src="https://h.example/a.png" alt="Two big Pods"></picture>

`![code](https://h.example/code.png)` <!-- ![comment](https://h.example/comment.png) -->

![Beside the notes](pics/local%20one.png) ![Outside the docs](../shared.png)

![Inline dot](data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'/%3E)
"""


def fetch(url: str, _headers: Mapping[str, str], _deadline: float) -> Response:
    return Response(url, url, 200, {"ETag": '"1"'}, PICTURES[url])


def offline(_url: str, _headers: Mapping[str, str], _deadline: float) -> Response:
    raise Fault("E_DNS", "host name does not resolve", host=True)


def project(root: Path, **changes: Any) -> Project:
    docs = root / "docs"
    (docs / "pics").mkdir(parents=True, exist_ok=True)
    (docs / "pics/local one.png").write_bytes(pictures.png(7, 5))
    (root / "shared.png").write_bytes(pictures.png(9, 9))
    settings = Settings(images=ImageSettings(**changes))
    return Project(root, root / "mkdocs.yml", docs / "notes.md", docs, settings, {})


def chosen(root: Path, mode: Mode = Mode.FROZEN, **changes: Any) -> Options:
    return Options(mode, root / "docs/images", in_build=True, **changes)


def mirrored(root: Path, notes: str = NOTES, **changes: Any) -> Gallery:
    """The gallery after everything came."""
    there, parsed = project(root, **changes), parse(notes)
    outcome, _ = run(there, parsed, chosen(root, Mode.AUTO), fetch=fetch)
    assert not outcome.faults
    return gallery(there, parsed, chosen(root))


def test_everything_that_shows_an_image_gets_its_picture(tmp_path: Path) -> None:
    shown = mirrored(tmp_path)
    sizes = {url: (p.width, p.height, Path(p.src).suffix) for url, p in shown.pictures.items()}
    assert sizes == {
        "https://h.example/a.png": (30, 20, ".png"),
        "https://h.example/b.jpg": (64, 48, ".jpg"),
        "//h.example/c.svg": (40, 30, ".svg"),
        "https://h.example/d.gif": (10, 10, ".gif"),
        "https://h.example/e.webp": (12, 34, ".webp"),
        "pics/local%20one.png": (7, 5, ".png"),
        "../shared.png": (9, 9, ".png"),
    }
    assert shown.pictures["pics/local%20one.png"].src == "pics/local one.png"
    assert shown.pictures["../shared.png"].src.startswith("assets/pictures/shared-")
    first = shown.pictures["https://h.example/a.png"]
    assert (first.alt, first.caption, first.note) == ("Picture: Pod", "A title", "")
    for picture in shown.pictures.values():
        assert "://" not in picture.src
        assert picture.src in shown.files
    assert shown.files[first.src] == PICTURES["https://h.example/a.png"]
    assert not [d for d in shown.report.diagnostics if d.severity is not Severity.INFO]


def test_file_names_are_readable(tmp_path: Path) -> None:
    mirrored(tmp_path)
    stems = sorted(path.name.rpartition("-")[0] for path in (tmp_path / "docs/images").glob("*-*"))
    assert stems == ["pod-1", "pod-3", "pod-5", "pod-drawing-of-two-pods", "pod-photo-of-a-node-room"]


@pytest.mark.promise("A build with everything mirrored opens no socket.")
def test_a_second_build_opens_no_socket_and_imports_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirrored(tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    for name in [name for name in sys.modules if name.startswith("notesite.net")]:
        monkeypatch.delitem(sys.modules, name)
    for mode in (Mode.AUTO, Mode.FROZEN):
        shown = gallery(project(tmp_path), parse(NOTES), chosen(tmp_path, mode))
        assert not [p for p in shown.pictures.values() if p.note]
    assert "notesite.net" not in sys.modules


def test_without_the_originals_a_build_has_placeholders_and_only_infos(tmp_path: Path) -> None:
    there, parsed = project(tmp_path), parse(NOTES)
    outcome, report = run(there, parsed, chosen(tmp_path, Mode.AUTO), fetch=offline)
    assert not outcome.entries
    assert {d.severity for d in report.diagnostics} == {Severity.INFO}
    shown = gallery(there, parsed, chosen(tmp_path))
    picture = shown.pictures["https://h.example/a.png"]
    assert (picture.src, picture.svg, picture.note) == ("", None, NOTE_MISSING)
    assert picture.original_url == "https://h.example/a.png"
    assert {d.severity for d in shown.report.diagnostics} == {Severity.INFO}


def test_a_drawing_stands_in_until_the_original_is_there(tmp_path: Path) -> None:
    there, parsed = project(tmp_path), parse(NOTES)
    folder = there.docs_dir / "assets/diagrams"
    folder.mkdir(parents=True)
    (folder / "pod.svg").write_bytes(pictures.svg("<title>x</title>"))
    table = '[[diagram]]\nurl = "https://h.example/a.png"\nfile = "pod.svg"\nalt = "A Pod"\ncaption = "It runs."\n'
    (folder / "diagrams.toml").write_text(table)
    drawn = gallery(there, parsed, chosen(tmp_path)).pictures["https://h.example/a.png"]
    assert drawn.svg is not None
    assert (drawn.width, drawn.height, drawn.alt, drawn.note) == (40, 30, "A Pod", NOTE_DRAWN)
    assert drawn.caption == "A title"
    assert mirrored(tmp_path).pictures["https://h.example/a.png"].svg is None
    assert mirrored(tmp_path, keep_drawing=True).pictures["https://h.example/a.png"].svg == drawn.svg


def test_a_drawing_beside_the_notes_is_published_without_what_is_active(tmp_path: Path) -> None:
    there = project(tmp_path)
    active = pictures.svg("<script>alert(1)</script><rect/>")
    for path in (there.docs_dir / "pics/active.svg", tmp_path / "above.svg"):
        path.write_bytes(active)
    (there.docs_dir / "pics/broken.svg").write_bytes(active[:-3])
    (tmp_path / "page.html").write_bytes(b"<!doctype html><script>alert(1)</script>")
    notes = "# N\n\n![Two words](pics/active.svg)\n![Two words](../above.svg)\n![Two words](pics/broken.svg)\n![Two words](../page.html)\n"
    shown = gallery(there, parse(notes), chosen(tmp_path))
    assert len(shown.files) == 2
    assert not [uri for uri, data in shown.files.items() if b"script" in data or not uri.endswith(".svg")]
    assert [shown.pictures[url].src != "" for url in ("pics/active.svg", "../above.svg")] == [True, True]
    assert [shown.pictures[url].src for url in ("pics/broken.svg", "../page.html")] == ["", ""]
    said = [(d.code, d.span.start.line) for d in shown.report.diagnostics]
    assert said == [("E_ACTIVE", 3), ("E_ACTIVE", 4), ("E_SVG", 5), ("E_NOTIMAGE", 6)]


def test_original_and_published_bytes_of_a_drawing_are_locked(tmp_path: Path) -> None:
    active, url = pictures.svg('<a href="https://h.example/"><rect/></a>'), "https://h.example/badge.svg"
    parsed, there = parse(f"# N\n\n![Two words]({url})\n"), project(tmp_path)

    def badge(_url: str, _headers: Mapping[str, str], _deadline: float) -> Response:
        return Response(url, url, 200, {}, active)

    for mode in (Mode.AUTO, Mode.REFRESH):
        outcome, report = run(there, parsed, chosen(tmp_path, mode), fetch=badge)
        assert [d.message for d in report.diagnostics if d.code == "E_ACTIVE"] == [f"{url}: 1 × link"]
        assert not outcome.faults
    (entry,) = ImageStore(tmp_path / "docs/images").lock().values()
    assert entry.original_sha256 == hashlib.sha256(active).hexdigest()
    shown = gallery(there, parsed, chosen(tmp_path))
    (published,) = shown.files.values()
    assert (hashlib.sha256(published).hexdigest(), b"h.example" in published) == (entry.sha256, False)
    active += b" "
    changed, _ = run(there, parsed, chosen(tmp_path, Mode.REFRESH), fetch=badge)
    assert {fault.code for fault in changed.faults.values()} == {"E_HASH"}


@pytest.mark.parametrize("damage", ["flip", "remove", "link"])
def test_a_damaged_copy_is_never_published(tmp_path: Path, damage: str) -> None:
    shown = mirrored(tmp_path)
    path = tmp_path / "docs" / shown.pictures["https://h.example/a.png"].src
    data = path.read_bytes()
    path.unlink()
    if damage == "flip":
        path.write_bytes(data[:-1] + b"x")
    elif damage == "link":
        path.symlink_to("/etc/hostname")
    after = gallery(project(tmp_path), parse(NOTES), chosen(tmp_path))
    assert after.pictures["https://h.example/a.png"].src == ""
    assert shown.pictures["https://h.example/a.png"].src not in after.files
    wrong = [d for d in after.report.diagnostics if d.severity is Severity.ERROR]
    assert {(d.code, d.span.start.line) for d in wrong} == {("E_MIRROR", 5), ("E_MIRROR", 15)}


def test_a_damaged_lock_publishes_nothing_of_the_store_and_is_named(tmp_path: Path) -> None:
    mirrored(tmp_path)
    lock = tmp_path / "docs/images/images.lock"
    lock.write_text(lock.read_text()[:-4])
    after = gallery(project(tmp_path), parse(NOTES), chosen(tmp_path))
    found = [d for d in after.report.diagnostics if d.severity is Severity.ERROR]
    assert [(d.code, d.path, d.span.start.line) for d in found] == [("E_LOCK", "docs/images/images.lock", 6)]
    assert not [uri for uri in after.files if uri.startswith("images/")]


def test_a_damaged_smaller_copy_costs_the_copy_and_is_made_anew(tmp_path: Path) -> None:
    import io  # noqa: PLC0415  # only here

    from PIL import Image  # noqa: PLC0415  # only here

    out = io.BytesIO()
    Image.linear_gradient("L").resize((400, 300)).save(out, "PNG", compress_level=0)
    notes, there = "# N\n\n![Two words](https://h.example/big.png)\n", project(tmp_path)

    def big(url: str, _headers: Mapping[str, str], _deadline: float) -> Response:
        return Response(url, url, 200, {}, out.getvalue())

    run(there, parse(notes), chosen(tmp_path, Mode.AUTO), fetch=big)
    picture = gallery(there, parse(notes), chosen(tmp_path)).pictures["https://h.example/big.png"]
    assert picture.webp is not None
    (there.docs_dir / picture.webp).write_bytes(b"damaged")
    damaged = gallery(there, parse(notes), chosen(tmp_path))
    assert damaged.pictures["https://h.example/big.png"].webp is None
    assert damaged.pictures["https://h.example/big.png"].src == picture.src
    assert [d.code for d in damaged.report.diagnostics] == ["E_MIRROR"]
    outcome, _ = run(there, parse(notes), chosen(tmp_path, Mode.AUTO), fetch=offline)
    assert outcome.healed == ["https://h.example/big.png"]
    assert gallery(there, parse(notes), chosen(tmp_path)).pictures["https://h.example/big.png"].webp == picture.webp


def test_an_error_of_the_program_costs_one_image_and_is_said(tmp_path: Path) -> None:
    def broken(url: str, headers: Mapping[str, str], deadline: float) -> Response:
        if url.endswith("b.png"):
            raise ZeroDivisionError("by accident")
        return fetch(url.replace("c.png", "a.png"), headers, deadline)

    notes = parse(
        "![Pod a](https://h.example/a.png) ![Pod b](https://h.example/b.png) ![Pod c](https://h.example/c.png)"
    )
    outcome, report = run(project(tmp_path), notes, chosen(tmp_path, Mode.AUTO), fetch=broken)
    assert sorted(outcome.entries) == ["https://h.example/a.png", "https://h.example/c.png"]
    assert [(found.code, "ZeroDivisionError: by accident" in found.message) for found in report.diagnostics] == [
        ("E_CHECK", True)
    ]


def test_a_host_that_failed_is_not_asked_again(tmp_path: Path) -> None:
    asked: list[str] = []

    def failing(url: str, headers: Mapping[str, str], deadline: float) -> Response:
        asked.append(url)
        return offline(url, headers, deadline)

    notes = parse("# N\n\n" + "\n\n".join(f"![Two words](https://h.example/{n}.png)" for n in range(40)))
    hosts = Hosts(any_delay=True)
    for _ in range(3):
        outcome, _ = run(project(tmp_path), notes, chosen(tmp_path, Mode.AUTO), fetch=failing, hosts=hosts)
        assert len(outcome.faults) == 40
    assert len(asked) <= 2  # two are asked at once


def test_no_more_than_two_requests_are_under_way_at_one_host_unless_it_stalls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once: list[int] = []
    active: set[str] = set()
    enough = threading.Event()

    def slow(url: str, headers: Mapping[str, str], deadline: float) -> Response:
        active.add(url)
        at_once.append(len(active))
        if len(active) >= wanted:
            enough.set()
        enough.wait(LONGEST)
        active.discard(url)
        return offline(url, headers, deadline)

    notes = parse("# N\n\n" + "\n\n".join(f"![Two words](https://h.example/{n}.png)" for n in range(12)))
    wanted = 2
    run(project(tmp_path), notes, chosen(tmp_path, Mode.AUTO), fetch=slow, hosts=Hosts(memory=0))
    assert len(at_once) == 12
    assert max(at_once) == 2
    at_once.clear()
    enough.clear()
    wanted = 3  # the first two answer when a third one has come
    monkeypatch.setattr("notesite.images.mirror._STALLED", 0.005)
    run(project(tmp_path), notes, chosen(tmp_path, Mode.AUTO), fetch=slow, hosts=Hosts(memory=0))
    assert max(at_once) > 2


def test_a_build_without_a_network_is_delayed_by_one_wait_and_not_by_one_for_each_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 hosts whose names never resolve, as behind a firewall that drops everything."""
    asked: list[object] = []
    over = threading.Event()

    def hanging(host: object, *_: object) -> list[Any]:
        asked.append(host)
        over.wait(LONGEST)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    notes = parse("# N\n\n" + "\n\n".join(f"![Two words](https://h{n}.example/a.png)" for n in range(40)))
    outcome, _ = run(project(tmp_path), notes, chosen(tmp_path, Mode.AUTO))
    assert not over.is_set()
    over.set()
    assert len(outcome.faults) == 40
    assert len(asked) <= 8  # those that were asked at once
    assert BUILD_PATIENCE < 2


def test_the_mode_comes_from_the_settings_the_environment_or_the_caller(tmp_path: Path) -> None:
    assert options(project(tmp_path), {}).mode is Mode.AUTO
    assert options(project(tmp_path), {"CI": "true"}).mode is Mode.FROZEN
    assert options(project(tmp_path), {"CI": "false"}).mode is Mode.AUTO
    assert options(project(tmp_path, mode="refresh"), {"CI": "1"}).mode is Mode.REFRESH
    assert options(project(tmp_path, mode="auto"), {}, mode="frozen").mode is Mode.FROZEN


def test_the_lock_knows_no_clock_when_the_epoch_is_set(tmp_path: Path) -> None:
    there = project(tmp_path)
    run(there, parse(NOTES), options(there, {"SOURCE_DATE_EPOCH": "86400"}, mode="auto"), fetch=fetch)
    lines = (there.docs_dir / "images/images.lock").read_text().splitlines()[1:]
    assert {json.loads(line)["fetched"] for line in lines} == {"1970-01-02"}


def test_every_code_of_a_fault_is_in_the_table() -> None:
    import re  # noqa: PLC0415  # only here

    sources = (Path(__file__).parent.parent / "hooks/notesite").rglob("*.py")
    named = {code for path in sources for code in re.findall(r'"(E_[A-Z]+)"', path.read_text("utf-8"))}
    assert named <= set(CODES)
    assert {code for code in CODES if code.startswith("E_")} <= named


# --- the script -------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write_notes(folder: Path, *urls: str) -> str:
    path = folder / "notes.md"
    path.write_text("# Notes\n\n" + "\n\n".join(f"![Two words]({url})" for url in urls) + "\n")
    return str(path)


def found(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, int]]:
    return [(d["code"], d["line"]) for d in json.loads(capsys.readouterr().out)["diagnostics"]]


LOCAL = ["--allow-host", "127.0.0.1", "--format", "json"]


def test_the_script_keeps_the_good_and_names_each_bad_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FaultServer("good", pictures.png()) as fine, FaultServer("html", b"x") as wrong:
        notes = write_notes(
            folder, f"http://{wrong.origin}/a.png", f"http://{fine.origin}/b.png", "file:///etc/hostname"
        )
        assert mirror_images.main([notes, *LOCAL]) == 1
        assert found(capsys) == [("E_NOTIMAGE", 3), ("E_SCHEME", 7)]
        assert len(list((folder / "images").iterdir())) == 2
        hits = fine.hits
        assert mirror_images.main([notes, *LOCAL, "--frozen"]) == 1
        assert found(capsys) == [("E_UNLOCKED", 3), ("E_SCHEME", 7)]
        assert fine.hits == hits
        write_notes(folder, f"http://{fine.origin}/b.png")
        assert mirror_images.main([notes, *LOCAL]) == 0
        assert fine.hits == hits


def test_without_leave_no_loopback_host_is_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FaultServer("good", pictures.png()) as server:
        assert mirror_images.main([write_notes(folder, f"http://{server.origin}/a.png"), "--format", "json"]) == 1
        assert found(capsys) == [("E_ADDR", 3)]
        assert server.connections == 0


def test_refresh_reports_changes_and_takes_them_only_when_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FaultServer("label_none", pictures.png(20, 10)) as server:
        notes = write_notes(folder, f"http://{server.origin}/a.png")
        assert mirror_images.main([notes, *LOCAL]) == 0
        before = (folder / "images/images.lock").read_bytes()
        capsys.readouterr()
        assert mirror_images.main([notes, *LOCAL, "--refresh"]) == 0
        server.good = pictures.png(30, 10)
        capsys.readouterr()
        assert mirror_images.main([notes, *LOCAL, "--refresh"]) == 1
        assert found(capsys) == [("E_HASH", 3)]
        assert (folder / "images/images.lock").read_bytes() == before
        assert mirror_images.main([notes, *LOCAL, "--refresh", "--accept-changes"]) == 0
        names = [path for path in (folder / "images").iterdir() if path.suffix == ".png"]
        assert [path.read_bytes() for path in names] == [server.good]


def test_refresh_asks_only_whether_something_changed(folder: Path) -> None:
    with FaultServer("good", pictures.png()) as server:
        notes = write_notes(folder, f"http://{server.origin}/a.png")
        assert mirror_images.main([notes, *LOCAL]) == 0
        assert mirror_images.main([notes, *LOCAL, "--refresh"]) == 0
        assert 'if-none-match: "v1"' in server.heads[-1].lower()
        server.behaviour = "http_404"
        assert mirror_images.main([notes, *LOCAL, "--refresh"]) == 1
        assert mirror_images.main([notes, *LOCAL, "--frozen"]) == 0  # the old copy is kept


def test_prune_removes_what_the_notes_no_longer_show(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FaultServer("page_with_hash_of_path", b"") as server:
        notes = write_notes(folder, f"http://{server.origin}/a.png", f"http://{server.origin}/b.png")
        assert mirror_images.main([notes, *LOCAL]) == 0
        write_notes(folder, f"http://{server.origin}/b.png")
        capsys.readouterr()
        assert mirror_images.main([notes, *LOCAL]) == 0
        assert [code for code, _ in found(capsys)] == ["E_ORPHAN"]
        assert mirror_images.main([notes, *LOCAL, "--prune"]) == 0
        assert len(list((folder / "images").glob("*.png"))) == 1
        assert mirror_images.main([notes, *LOCAL, "--frozen"]) == 0


def test_a_damaged_lock_stops_the_script_with_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "images").mkdir()
    (folder / "images/images.lock").write_text("<<<<<<< HEAD\n")
    for arguments in ([], ["--prune"], ["--frozen"], ["--refresh"]):
        assert mirror_images.main([write_notes(folder, "https://h.example/a.png"), *LOCAL, *arguments]) == 1
        assert found(capsys) == [("E_LOCK", 1)]


@pytest.mark.parametrize("bad", [["--deadline", "0"], ["--deadline", "soon"], ["--frozen", "--refresh"], ["--what"]])
def test_wrong_use_is_2(folder: Path, bad: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        mirror_images.main([write_notes(folder), *bad])
    assert caught.value.code == 2


def test_another_store_and_a_deadline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FaultServer("good", pictures.png()) as server, FaultServer("drip_body", pictures.png()) as slow:
        notes = write_notes(folder, f"http://{server.origin}/a.png", f"http://{slow.origin}/b.png")
        assert mirror_images.main([notes, *LOCAL, "--store", "elsewhere", "--deadline", "0.7"]) == 1
        assert slow.hits == 1  # it would drip for minutes
        assert found(capsys) == [("E_TIMEOUT", 5)]
        assert (folder / "elsewhere/images.lock").exists()
        assert not (folder / "images").exists()


def test_an_interrupt_ends_at_once_and_leaves_nothing_half_written(folder: Path) -> None:
    with FaultServer("good", pictures.png()) as server, FaultServer("silent", b"") as silent:
        notes = write_notes(folder, f"http://{server.origin}/a.png", f"http://{silent.origin}/b.png")
        command = [sys.executable, str(SCRIPT), notes, "--allow-host", "127.0.0.1"]
        environment = {k: v for k, v in os.environ.items() if k != "CI"}
        pipe = subprocess.PIPE
        with child(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
            lock = folder / "images/images.lock"
            wait_until(lambda: silent.hits and lock.exists(), "a request that hangs beside a kept picture", process)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=LONGEST)
        assert process.returncode == 130, errors
        assert "Traceback" not in output + errors
        assert len(list((folder / "images").iterdir())) == 2
