"""`mkdocs serve`: picks up edits of the notes, survives broken ones, recovers."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from patience import LONGEST, wait_until
from site_tools import ROOT, command, environment, write_project

GOOD = "# T\n\n## One\n\nfirst-words\n\n## Two\n\n## Three\n"
BROKEN = "# T\n\n## Contents\n- [Gone](#gone)\n- [One](#one)\n- [Two](#two)\n\n## One\n## Two\n## Three\n"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Preview:
    """A running `mkdocs serve`."""

    def __init__(self, folder: Path, *options: str, notes: str = "docs/notes.md", program: Sequence[str] = ()) -> None:
        self.notes = folder / notes
        self.url = f"http://127.0.0.1:{free_port()}/"
        address = self.url.removeprefix("http://").rstrip("/")
        self.process = subprocess.Popen(
            [*(program or command("serve", "--livereload")), "--dev-addr", address, *options],
            cwd=folder,
            env={**environment(), "PYTHONPATH": str(ROOT / "hooks")} if program else environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        self.said.extend(iter(self.process.stdout.readline, ""))

    @property
    def output(self) -> str:
        """All it has said."""
        return "".join(self.said)

    def get(self, path: str) -> str:
        """The page at `path`, or that of the error; "" when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def save(self, words: str) -> None:
        """Save the notes with these words in the place of the first ones."""
        self.notes.write_text(GOOD.replace("first-words", words), encoding="utf-8")

    def wait_for_words(self, words: str, path: str = "") -> None:
        """Wait until the page at `path` holds the words."""
        self._wait(lambda: words in self.get(path), f"{words!r} on /{path}")

    def wait_for_output(self, words: str, times: int = 1) -> None:
        """Wait until it has said the words so often."""
        self._wait(lambda: self.output.count(words) >= times, f"{words!r} in the terminal, {times} times")

    def _wait(self, happened: Callable[[], bool], what: str) -> None:
        wait_until(happened, what, self.process)

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(timeout=LONGEST)
        self._reader.join(timeout=LONGEST)
        assert self.process.stdout
        self.process.stdout.close()


@contextmanager
def preview(folder: Path, *options: str, **given: Any) -> Iterator[Preview]:
    running = Preview(folder, *options, **given)
    try:
        yield running
    finally:
        running.close()


def test_a_file_without_a_project_is_shown_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(GOOD, encoding="utf-8")
    program = [sys.executable, "-m", "notesite.cli", "serve", "README.md"]
    with preview(tmp_path, notes="README.md", program=program) as running:
        running.wait_for_words("first-words", "one/")
        running.save("second-words")
        running.wait_for_words("second-words", "one/")
        made = re.search(r"'(/\S*notesite\S*)/mkdocs.yml'", running.output)
        assert made, running.output
    assert not Path(made[1]).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_an_edit_a_break_and_a_repair_are_picked_up(tmp_path: Path) -> None:
    write_project(tmp_path, GOOD)
    with preview(tmp_path) as running:
        running.wait_for_words("first-words", "one/")
        running.save("second-words")
        running.wait_for_words("second-words", "one/")
        running.notes.write_text(BROKEN, encoding="utf-8")
        running.wait_for_output("docs/notes.md:4:3: N_ENTRY error")
        running.wait_for_words("docs/notes.md:4:3: N_ENTRY error", "one/")
        assert "second-words" in running.get("one/")
        repaired = tmp_path / "docs" / ".notes.md.new"  # as editors save: a new file takes the name
        repaired.write_text(GOOD.replace("first-words", "third-words"), encoding="utf-8")
        repaired.rename(running.notes)
        running.wait_for_words("third-words", "one/")
        assert "N_ENTRY" not in running.get("one/")
        assert "livereload(" in running.get("gone/")  # the page waits for the edit that brings it
        running.notes.write_text(BROKEN, encoding="utf-8")
        running.wait_for_words("N_ENTRY error", "gone/")
        running.wait_for_output("docs/notes.md:4:3: N_ENTRY error", times=2)  # the terminal is read later than pages
        assert "Traceback" not in running.output


def test_broken_settings_leave_the_pages_until_the_repair(tmp_path: Path) -> None:
    write_project(tmp_path, GOOD)
    settings = tmp_path / "mkdocs.yml"
    good = settings.read_text(encoding="utf-8")
    with preview(tmp_path) as running:
        running.wait_for_words("first-words", "one/")
        settings.write_text(good + "x: [\n", encoding="utf-8")
        running.wait_for_output("I_CONFIG error: ")
        running.wait_for_output("The preview shows the last good pages")
        running.wait_for_words("first-words", "one/")
        settings.write_text(good, encoding="utf-8")
        running.save("second-words")
        running.wait_for_words("second-words", "one/")
        assert "Traceback" not in running.output


def test_what_stops_a_build_leaves_the_pages_until_the_repair(tmp_path: Path) -> None:
    """A folder in docs/ that MkDocs would follow without end, and settings of a wrong type."""
    write_project(tmp_path, GOOD)
    settings = tmp_path / "mkdocs.yml"
    good = settings.read_text(encoding="utf-8")
    with preview(tmp_path) as running:
        running.wait_for_words("first-words", "one/")
        (tmp_path / "docs/loop").symlink_to("..")
        running.save("second-words")
        running.wait_for_output("N_STRANGER")
        running.wait_for_output("The preview shows the last good pages")
        running.wait_for_words("first-words", "one/")
        (tmp_path / "docs/loop").unlink()
        settings.write_text(good + "extra_css: 5\n", encoding="utf-8")
        running.wait_for_output("extra_css")
        running.wait_for_words("first-words", "one/")
        settings.write_text(good, encoding="utf-8")
        running.wait_for_words("second-words", "one/")
        assert "Traceback" not in running.output


def test_a_folder_that_was_away_is_shown_again(tmp_path: Path) -> None:
    write_project(tmp_path, GOOD)
    with preview(tmp_path) as running:
        running.wait_for_words("first-words", "one/")
        (tmp_path / "docs").rename(tmp_path / "away")
        running.wait_for_output("The preview shows the last good pages")
        running.wait_for_words("first-words", "one/")
        (tmp_path / "away").rename(tmp_path / "docs")
        running.save("second-words")
        running.wait_for_words("second-words", "one/")
        running.save("third-words")
        running.wait_for_words("third-words", "one/")
        assert "Traceback" not in running.output


@pytest.mark.parametrize("program", [command(), [sys.executable, "-m", "notesite.cli"]], ids=["MkDocs", "own"])
def test_an_address_that_is_taken_is_named(tmp_path: Path, program: list[str]) -> None:
    write_project(tmp_path, GOOD)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        arguments = ["serve", "--livereload"] if program == command() else ["serve"]
        call = [*program, *arguments, "--dev-addr", address]
        done = subprocess.run(call, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode in {1, 2}
    assert f"dev_addr: http://{address}/: address already in use" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("broken", [BROKEN.encode(), b"", b"\xff\xfe#"], ids=["entry", "empty", "UTF-16"])
def test_a_preview_that_starts_broken_waits_for_the_repair(tmp_path: Path, broken: bytes) -> None:
    write_project(tmp_path, broken)
    with preview(tmp_path) as running:
        running.wait_for_words("The notes cannot be shown")
        running.wait_for_output("waits for the repair")
        assert "docs/notes.md:" in running.output
        running.notes.write_text(GOOD, encoding="utf-8")
        running.wait_for_words("first-words", "one/")
        assert "Traceback" not in running.output
