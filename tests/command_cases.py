"""Reads the case files of tests/cases/commands: title, dot, input, dot, expected, dot."""

from __future__ import annotations

from pathlib import Path

CASES = Path(__file__).parent / "cases" / "commands"


def read_cases(name: str) -> list[tuple[str, str, str]]:
    """Title, input, expected of every case of a file (`title / . / input / . / expected / .`)."""
    cases, block, part = [], ["", "", ""], 0
    for line in (CASES / name).read_text(encoding="utf-8").splitlines():
        if line == ".":
            part += 1
            if part == 3:
                cases.append((block[0].strip(), block[1], block[2]))
                block, part = ["", "", ""], 0
        else:
            block[part] += f"{line}\n"
    return cases
